// The embedded PostgreSQL: one real server per data folder, made on first use, on loopback only. It outlives a killed
// Node; the next start attaches to it. Node's own modules only, so that `npm start` can read this before anything is
// installed.
import { spawn, spawnSync } from 'node:child_process';
import {
  chownSync,
  closeSync,
  existsSync,
  fchownSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  rmdirSync,
  statSync,
} from 'node:fs';
import net from 'node:net';
import { basename, dirname, join } from 'node:path';
import { dataFolder, makeFolder } from './env.mjs';
import { placeFor } from './postgres-place.mjs';
import { checkDatabase } from './start-checks.mjs';

const windows = process.platform === 'win32';
const START_TRIES = 5;
const READY_WITHIN_MS = 60_000; // recovery after a power cut replays the log first
const STOP_WITHIN_MS = 20_000;
const WATCH_MS = 1000;
const EMPTY_PID_FILE_MS = 5_000;

/**
 * @typedef {{ url: string, port: number, pid: number, attached: boolean, dataDir: string, stop: () => Promise<void>,
 * whenGone: (tell: () => void) => () => void }} Server
 */

/**
 * Starts the server of a data folder, or attaches to the one that already runs there. `url` names the database
 * `juke`, user `juke`.
 * `fsync: false` is for data that may be lost (tests). `settings` are server settings by name; an attached server
 * keeps its own.
 * @param {{ dataDir?: string, port?: number, fsync?: boolean, settings?: Record<string, string | number> }} options
 * @returns {Promise<Server>} `stop()` is PostgreSQL's fast shutdown; the process may also end without it and attach
 * later
 */
export async function startPostgres({ dataDir = defaultDataDir(), port, fsync = true, settings = {} } = {}) {
  const place = placeFor(dataDir);
  const running = await runningServer(place);
  if (running) return running;
  if (!existsSync(join(place.dataDir, 'PG_VERSION'))) createCluster(place, fsync);
  for (let attempt = 1; ; attempt += 1) {
    const chosen = port ?? (await freePort());
    const server = await launch(place, { port: chosen, fsync, settings });
    if (server) return server;
    const other = await runningServer(place); // two starts at once: the other one won
    if (other) return other;
    if (port !== undefined || attempt === START_TRIES) throw new Error(whyNot(place, chosen));
    await pause(100 * attempt); // the port was taken meanwhile, or sessions of a killed server are still leaving
  }
}

/** The server of this data folder when it runs and answers, else undefined. @returns {Promise<Server | undefined>} */
export async function findPostgres(dataDir = defaultDataDir()) {
  return existsSync(dirname(dataDir)) ? runningServer(placeFor(dataDir)) : undefined;
}

/**
 * Gives `use` a database address: DATABASE_URL, else the local server that runs, else one started for as long as
 * `use` takes.
 * @template T @param {(url: string) => T | Promise<T>} use @param {{ dataDir?: string }} options @returns {Promise<T>}
 */
export async function withDatabase(use, { dataDir = defaultDataDir() } = {}) {
  if (process.env.DATABASE_URL) {
    await checkDatabase(process.env.DATABASE_URL);
    return use(process.env.DATABASE_URL);
  }
  const server = await startPostgres({ dataDir });
  try {
    return await use(server.url);
  } finally {
    if (!server.attached) await server.stop();
  }
}

/** Where the local development data is, unless JUKE_DATA says otherwise. */
function defaultDataDir() {
  return join(dataFolder(), 'postgres');
}

/** A port of 127.0.0.1 that nobody listens on now. @returns {Promise<number>} */
export function freePort() {
  return new Promise((done, fail) => {
    const probe = net.createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => done(port));
    });
  });
}

/** Makes the cluster aside and moves it in place when whole, so that a cut leaves nothing half made. */
function createCluster(place, fsync) {
  const { dataDir, user } = place;
  removeHalfMade(dataDir);
  const half = `${dataDir}.new-${process.pid}`;
  mkdirSync(half, { mode: 0o700 });
  if (user.uid !== undefined) chownSync(half, user.uid, user.gid);
  const options = { ...user, cwd: windows ? undefined : '/', encoding: 'utf8', env: serverEnv() };
  // The builtin provider sorts the same on every system; trust is for loopback only, and that is all it listens on.
  const made = spawnSync(
    place.bin('initdb'),
    [
      '-D',
      half,
      '-U',
      'juke',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C',
      '--locale-provider=builtin',
      '--builtin-locale=C.UTF-8',
      ...(fsync ? [] : ['--no-sync']),
    ],
    options,
  );
  if (made.status === 0) {
    const single = ['--single', '-D', half, ...(fsync ? [] : ['-c', 'fsync=off']), 'postgres'];
    const named = spawnSync(place.bin('postgres'), single, { ...options, input: 'CREATE DATABASE juke;\n' });
    if (named.status === 0) {
      if (moveInPlace(half, dataDir)) return;
      rmSync(half, { recursive: true, force: true });
      if (existsSync(join(dataDir, 'PG_VERSION'))) return; // made by another start meanwhile
      throw new Error(`${dataDir} holds something that is no PostgreSQL data: move it away, or choose another folder.`);
    }
  }
  rmSync(half, { recursive: true, force: true });
  throw new Error(
    `PostgreSQL could not make its data folder ${dataDir}: ${reasonOf(made)}. Put that right, or choose another folder ` +
      'with --data of npm start or with JUKE_DATA.',
  );
}

/** One step, onto nothing or an empty folder: of two starts at once one finds the place taken. */
function moveInPlace(half, dataDir) {
  try {
    if (windows && existsSync(dataDir)) rmdirSync(dataDir);
    renameSync(half, dataDir);
    return true;
  } catch (error) {
    if (['ENOTEMPTY', 'EEXIST', 'EPERM', 'ENOTDIR'].includes(error.code)) return false;
    throw error;
  }
}

function removeHalfMade(dataDir) {
  makeFolder(dirname(dataDir));
  for (const name of readdirSync(dirname(dataDir))) {
    const match = /^(.+)\.new-(\d+)$/.exec(name);
    if (match && match[1] === basename(dataDir) && !isAlive(Number(match[2]))) {
      rmSync(join(dirname(dataDir), name), { recursive: true, force: true });
    }
  }
}

/** @returns {Promise<Server | undefined>} undefined when the server ended before it was ready */
async function launch(place, { port, fsync, settings }) {
  const { dataDir, user } = place;
  removeDeadPidFile(dataDir);
  const all = {
    port,
    listen_addresses: '127.0.0.1',
    unix_socket_directories: '',
    max_connections: 200,
    fsync: fsync ? 'on' : 'off',
    ...(fsync ? {} : { synchronous_commit: 'off', full_page_writes: 'off' }),
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Refusals and lost races are errors to PostgreSQL: with each one's statement the file would fill the disk in time.
    // Our own log tells what is one; this one what happens to the server.
    log_min_messages: 'log',
    log_checkpoints: 'off',
    ...settings,
  };
  const args = Object.entries(all).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
  const log = openSync(logFile(dataDir), 'w', 0o600);
  if (user.uid !== undefined) fchownSync(log, user.uid, user.gid);
  // detached: Ctrl-C in the terminal must reach our own shutdown, not cut the server under it.
  const child = spawn(place.bin('postgres'), ['-D', dataDir, ...args], {
    ...user,
    cwd: windows ? undefined : '/',
    env: serverEnv(),
    detached: true,
    stdio: ['ignore', log, log],
  });
  closeSync(log);
  let ended = false;
  child.once('exit', () => (ended = true)).once('error', () => (ended = true));
  child.unref();
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  while (!ended && Date.now() < giveUpAt) {
    const lock = readPidFile(dataDir);
    if (lock?.pid === child.pid && lock.status === 'ready') return serverOf(place, lock, false);
    await pause(10);
  }
  if (!ended) child.kill('SIGKILL');
  return undefined;
}

async function runningServer(place) {
  const giveUpAt = Date.now() + READY_WITHIN_MS;
  for (;;) {
    const lock = readPidFile(place.dataDir);
    if (!lock || (lock.pid === 0 && !lock.isFresh)) return undefined;
    if (lock.pid !== 0 && (!isAlive(lock.pid) || !looksLikeOurs(lock.pid, place.dataDir))) return undefined;
    if (lock.status === 'ready' && (await answers(lock.port))) return serverOf(place, lock, true);
    if (Date.now() > giveUpAt) {
      throw new Error(
        `PostgreSQL (process ${lock.pid}) holds ${place.dataDir} but does not answer: end that process and try again.`,
      );
    }
    await pause(50); // starting up or shutting down
  }
}

function serverOf(place, lock, attached) {
  return {
    url: `postgresql://juke@127.0.0.1:${lock.port}/juke`,
    port: lock.port,
    pid: lock.pid,
    attached,
    dataDir: place.dataDir,
    stop: () => stopServer(place, lock.pid),
    whenGone: (tell) => whenGone(lock.pid, tell),
  };
}

/** It may be no child of ours but one that outlived an earlier start, so nobody would tell. @returns {() => void} to look no longer */
function whenGone(pid, tell) {
  const timer = setInterval(() => {
    if (isAlive(pid)) return;
    clearInterval(timer);
    tell();
  }, WATCH_MS);
  timer.unref();
  return () => clearInterval(timer);
}

async function stopServer(place, pid) {
  const gone = () => !isAlive(pid) || readPidFile(place.dataDir)?.pid !== pid;
  if (gone()) return;
  if (windows) {
    spawnSync(place.bin('pg_ctl'), ['stop', '-D', place.dataDir, '-m', 'fast', '-w']);
    return;
  }
  signal(pid, 'SIGINT'); // fast shutdown: sessions are cut, everything committed is kept
  const giveUpAt = Date.now() + STOP_WITHIN_MS;
  while (!gone() && Date.now() < giveUpAt) await pause(10);
  if (!gone()) signal(pid, 'SIGQUIT'); // immediate: the next start recovers from the log
}

/**
 * postmaster.pid: pid, data folder, start, port, socket folder, address, shared memory, status. A server makes it empty
 * and then fills it: pid 0 is one that has just begun, or long after that what a power cut left.
 */
function readPidFile(dataDir) {
  const file = join(dataDir, 'postmaster.pid');
  try {
    const lines = readFileSync(file, 'utf8').split('\n');
    const isFresh = Date.now() - statSync(file).mtimeMs < EMPTY_PID_FILE_MS;
    return { pid: Number(lines[0]), port: Number(lines[3]), status: (lines[7] ?? '').trim(), isFresh };
  } catch {
    return undefined;
  }
}

/**
 * PostgreSQL itself removes the file of a process that is gone, but not an empty one, nor one whose process id a stranger
 * has by now (after a reboot).
 */
function removeDeadPidFile(dataDir) {
  const lock = readPidFile(dataDir);
  if (!lock) return;
  const isLeft = lock.pid === 0 ? !lock.isFresh : isAlive(lock.pid) && !looksLikeOurs(lock.pid, dataDir);
  if (isLeft) rmSync(join(dataDir, 'postmaster.pid'), { force: true });
}

function looksLikeOurs(pid, dataDir) {
  if (process.platform !== 'linux') return true;
  try {
    const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return words.some((word) => word.includes('postgres')) && words.includes(dataDir);
  } catch {
    return false;
  }
}

/** PostgreSQL answers the eight bytes of an SSL request with one letter. */
function answers(port) {
  return new Promise((done) => {
    const socket = net.connect({ port, host: '127.0.0.1', timeout: 2000 });
    const finish = (answer) => {
      socket.destroy();
      done(answer);
    };
    socket.once('connect', () => socket.write(Buffer.from([0, 0, 0, 8, 4, 210, 22, 47])));
    socket.once('data', (data) => finish(data[0] === 0x4e || data[0] === 0x53));
    socket
      .once('error', () => finish(false))
      .once('timeout', () => finish(false))
      .once('close', () => finish(false));
  });
}

/** Nothing of the caller's PG* settings may leak in (PGDATA, PGPORT, PGOPTIONS …). */
function serverEnv() {
  const kept = Object.entries(process.env).filter(([name]) => !name.startsWith('PG'));
  return { ...Object.fromEntries(kept), LC_ALL: 'C' };
}

function whyNot(place, port) {
  const log = existsSync(logFile(place.dataDir)) ? readFileSync(logFile(place.dataDir), 'utf8') : '';
  const reason =
    log
      .split('\n')
      .find((line) => /FATAL|PANIC/.test(line))
      ?.replace(/^.*?(FATAL|PANIC):\s*/, '') ?? lastLine(log);
  return `PostgreSQL did not start on port ${port}: ${reason || 'no reason given'} (log: ${logFile(place.dataDir)}).`;
}

function logFile(dataDir) {
  return `${dataDir}.log`;
}

/** initdb names what went wrong and then tells how it cleans up. */
function reasonOf({ stderr, error }) {
  const said = (stderr ?? '').split('\n').find((line) => /\b(error|FATAL|PANIC): /.test(line));
  return said?.replace(/^.*?(error|FATAL|PANIC):\s*/, '') ?? (lastLine(stderr ?? '') || error?.message);
}

function lastLine(text) {
  return text.trim().split('\n').at(-1) ?? '';
}

export function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}

function signal(pid, name) {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (error.code !== 'ESRCH') throw error;
  }
}

function pause(ms) {
  return new Promise((done) => setTimeout(done, ms));
}

// What `npm start` does, in order: options and ports, packages, PostgreSQL, sandbox, the browser app, the host. One
// signal stops it all in reverse; data stays for the next start. Node's own modules only.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { ensureApp } from './build-app.mjs';
import { answersHttp, startEntry, stopEntry, stopGroup, untilReady } from './children.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { dataFolder, findRoot, loadEnv, makeFolder, sentenceOf } from './env.mjs';
import { whenNpmEnds } from './parent.mjs';
import { isAlive, startPostgres } from './postgres.mjs';
import { loadTs } from './run.mjs';
import { checkDatabase, checkDatabaseAnswers, checkPort, readOptions } from './start-checks.mjs';

const SANDBOX_WITHIN_MS = 60_000;
const HOST_WITHIN_MS = 300_000; // the first start makes the demo city by running the real stories
const SAME_SIGNAL_MS = 500; // npm passes the terminal's Ctrl-C on a second time

/** Newest last: what to undo when we stop. @type {(() => Promise<void> | void)[]} */
const undo = [];
let running = false;
let stopping = false;

/** @param {string[]} args */
export async function start(args) {
  try {
    loadEnv();
    const options = readOptions(args);
    if (options.help) return void console.log(options.help);
    stopOnSignals();
    await run(options);
  } catch (error) {
    if (stopping) return;
    if (error.message) console.error(sentenceOf(error));
    await stop(1);
  }
}

async function run({ port, sandboxPort, data: wantedData, demo }) {
  const ownSandbox = !process.env.WECHAT_PAY_BASE_URL;
  const data = dataFolder(wantedData);
  const urls = { app: `http://${hostOf(process.env.HOST)}:${port}`, sandbox: `http://127.0.0.1:${sandboxPort}` };
  refuseSecondStart(data);
  await checkPort(port, '--port', process.env.HOST || undefined);
  if (ownSandbox) await checkPort(sandboxPort, '--sandbox-port');
  if (process.env.DATABASE_URL) await checkDatabaseAnswers(process.env.DATABASE_URL);
  claim(data, port);

  await ensureDependencies((child) => undo.push(() => stopGroup(child)));
  const local = process.env.DATABASE_URL ? undefined : await localDatabase(data);
  const databaseUrl = local?.url ?? process.env.DATABASE_URL;
  if (!local) {
    await checkDatabase(databaseUrl);
    // Before the minute of the build: what the host would refuse in this database (another program's, a newer version's) it says now.
    const { prepareDatabase } = await loadTs(join(findRoot(), 'functions/worker/prepare.ts'));
    await prepareDatabase(databaseUrl);
  }
  await ensureApp('h5', { onChild: (child) => undo.push(() => stopGroup(child)) });

  const env = {
    DATABASE_URL: databaseUrl,
    PORT: String(port),
    JUKE_DEMO: demo ? '1' : '0',
    JUKE_DATA: data,
    H5_DIR: join(findRoot(), 'dist', 'h5'),
    MEDIA_DIR: process.env.MEDIA_DIR || join(data, 'media'),
    PUBLIC_URL: process.env.PUBLIC_URL || urls.app,
    ...(ownSandbox && !demo && !process.env.SESSION_KEY ? { SESSION_KEY: ownKey(data) } : {}),
  };
  if (ownSandbox) Object.assign(env, await startSandbox(data, sandboxPort, urls.sandbox));
  const ready = await startHost(data, env, urls.app);
  running = true;
  note(data, env);
  // Under root, the database is kept apart when `nobody` may not enter the data folder.
  const apart = local && !local.dataDir.startsWith(data) ? [local.dataDir] : [];
  const folders = [relative(process.cwd(), data) || data, ...apart].join('  ');
  console.log(summary({ urls, databaseUrl, folders, ownSandbox, ready }));
}

/** Where the app is reached from here: who listens everywhere listens on loopback too. */
function hostOf(host) {
  if (!host || host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
}

/** Beside the sandbox a session key needs no thought: made once, kept with the data. */
function ownKey(data) {
  const file = join(data, 'session-key');
  if (!existsSync(file)) writeFileSync(file, randomBytes(32).toString('hex'), { mode: 0o600 });
  return readFileSync(file, 'utf8');
}

async function localDatabase(data) {
  const server = await startPostgres({ dataDir: join(data, 'postgres') });
  undo.push(() => server.stop());
  undo.push(server.whenGone(() => void endWith('PostgreSQL ended by itself', `${server.dataDir}.log`)));
  return server;
}

async function startSandbox(data, port, url) {
  const folder = join(data, 'sandbox');
  const credentials = join(folder, 'credentials.json');
  makeFolder(folder);
  const entry = startEntry({
    name: 'sandbox',
    entry: 'functions/sandbox/main.ts',
    args: ['--port', String(port), '--data', folder],
    logFile: join(data, 'logs', 'sandbox.log'),
  });
  keep(entry);
  await untilReady(entry, async () => existsSync(credentials) && (await answersHttp(url)), SANDBOX_WITHIN_MS);
  return { SANDBOX_URL: url, SANDBOX_CREDENTIALS: credentials };
}

/** @returns {Promise<{ signIns?: Record<string, unknown>[] }>} what the host said in its line `{"msg":"ready",…}` */
async function startHost(data, env, url) {
  let ready = {};
  const entry = startEntry({
    name: 'server',
    entry: 'functions/host/main.ts',
    env,
    logFile: join(data, 'logs', 'host.log'),
    onLine: (line) => {
      const said = parseLine(line);
      if (said?.msg === 'ready') ready = said;
      else if (typeof said?.say === 'string') console.log(said.say); // a long step of the first start, in words
    },
  });
  keep(entry);
  await untilReady(entry, () => answersHttp(`${url}/api/health`, 200), HOST_WITHIN_MS);
  return ready;
}

/** Stops it with everything, and stops everything when it ends by itself. */
function keep(entry) {
  undo.push(() => stopEntry(entry));
  void entry.exited.then(({ code, signal }) =>
    endWith(`The ${entry.name} ended by itself (${signal ?? `code ${code}`})`, entry.logFile),
  );
}

async function endWith(what, logFile) {
  if (stopping || !running) return;
  console.error(`${what}: its log is ${logFile}. Stopping; npm start begins again with the same data.`);
  await stop(1);
}

function summary({ urls, databaseUrl, folders, ownSandbox, ready }) {
  const lines = [
    ['App', urls.app],
    ['API', `${urls.app}/api/docs`],
    ...(ownSandbox ? [['Sandbox', `${urls.sandbox}   cashier, SMS inbox, faults`]] : []),
    ['Database', withoutPassword(databaseUrl)],
    ['Data, logs', folders],
  ].map(([name, value]) => `  ${name.padEnd(12)}${value}`);
  const signIns = Array.isArray(ready.signIns) ? ready.signIns.map((one) => `  ${Object.values(one).join('  ')}`) : [];
  return [
    '',
    'Juke is ready.',
    '',
    ...lines,
    ...(signIns.length ? ['', 'Demo sign-ins', ...signIns] : []),
    '',
    'Ctrl-C stops it; the next npm start goes on with the same data.',
  ].join('\n');
}

function withoutPassword(databaseUrl) {
  const url = new URL(databaseUrl);
  if (url.password) url.password = '***';
  return url.href;
}

function parseLine(line) {
  if (!line.startsWith('{')) return undefined;
  try {
    return JSON.parse(line);
  } catch {
    return undefined;
  }
}

/** Two hosts on one data folder: the first to stop would take the database from under the other. */
function refuseSecondStart(data) {
  const file = join(data, 'start.pid');
  if (!existsSync(file)) return;
  const [pid, port] = readFileSync(file, 'utf8').split(' ').map(Number);
  if (pid === process.pid || !isAlive(pid) || !isStart(pid)) return;
  throw new Error(
    `Juke already runs with this data (process ${pid}, port ${port}): stop it, or choose other data: npm start ` +
      '-- --data FOLDER --port 9000 --sandbox-port 9001',
  );
}

function claim(data, port) {
  makeFolder(data);
  const file = join(data, 'start.pid');
  writeFileSync(file, `${process.pid} ${port}`);
  undo.push(() => rmSync(file, { force: true }));
}

/** For npx serverless offline (config/serverless-environment.cjs): the functions beside us, on the same data. */
function note(data, env) {
  const file = join(data, 'running.json');
  writeFileSync(file, JSON.stringify(env), { mode: 0o600 });
  undo.push(() => rmSync(file, { force: true }));
}

function isStart(pid) {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes('start.mjs');
  } catch {
    return false;
  }
}

function stopOnSignals() {
  let first = 0;
  const onSignal = () => {
    if (first === 0) {
      first = Date.now();
      console.log('\nStopping …');
      void stop(0);
    } else if (Date.now() - first > SAME_SIGNAL_MS) {
      process.exit(1); // our processes notice that we are gone; the next start attaches to PostgreSQL or recovers it
    }
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, onSignal);
  whenNpmEnds(onSignal);
}

async function stop(code) {
  if (stopping) return;
  stopping = true;
  while (undo.length > 0) {
    try {
      await undo.pop()();
    } catch (error) {
      console.error(error.message);
    }
  }
  process.exit(code);
}

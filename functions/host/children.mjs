// The processes `npm start` owns: started with a log each, watched, and stopped in reverse order. They also stop by
// themselves when this process is killed (run.mjs watches the channel), so nothing keeps a port.
import { spawn } from 'node:child_process';
import { createWriteStream, existsSync, renameSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { findRoot, makeFolder } from './env.mjs';

const STOP_WITHIN_MS = 15_000;

/**
 * Runs a TypeScript entry of ours as a process of its own. Its standard output goes to `logFile`, each line also to
 * `onLine`;
 * its standard error is for people and is shown.
 * @param {{ name: string, entry: string, args?: string[], env?: Record<string, string>, logFile: string, onLine?:
 * (line: string) => void }} options
 */
export function startEntry({ name, entry, args = [], env = {}, logFile, onLine = () => undefined }) {
  makeFolder(dirname(logFile));
  if (existsSync(logFile)) renameSync(logFile, `${logFile}.old`);
  const log = createWriteStream(logFile, { mode: 0o600 });
  const root = findRoot();
  const child = spawn(process.execPath, [join(root, 'functions', 'host', 'run.mjs'), join(root, entry), ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    detached: process.platform !== 'win32', // Ctrl-C is ours to pass on, in order
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  child.channel?.unref();
  const process_ = { name, logFile, child, complained: false, ended: undefined, exited: undefined };
  process_.exited = new Promise((done) => {
    child.once('exit', (code, signal) => {
      process_.ended = { code, signal };
      done(process_.ended);
    });
    child.once('error', (error) => {
      process_.ended = { code: 1, signal: undefined, error };
      done(process_.ended);
    });
  });
  createInterface({ input: child.stdout }).on('line', (line) => {
    log.write(`${line}\n`);
    onLine(line);
  });
  child.stderr.on('data', (text) => {
    process_.complained = true;
    log.write(text);
    process.stderr.write(text);
  });
  return process_;
}

/** Asks to end, insists after 15 s. */
export async function stopEntry({ child, ended, exited }) {
  if (ended) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_WITHIN_MS);
  await exited;
  clearTimeout(timer);
}

/** Ends a build or an installer with everything it started: asks, insists after 3 s. Both are done anew next time. */
export async function stopGroup(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((done) => child.once('exit', done));
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), 3000);
  await exited;
  clearTimeout(timer);
}

function signalGroup(child, name) {
  try {
    if (process.platform === 'win32') child.kill();
    else process.kill(-child.pid, name);
  } catch {
    child.kill(name); // not a group of its own
  }
}

/**
 * Waits until `ready` says true, asking every 100 ms; throws a sentence when the process ends or the time is over.
 * @param {ReturnType<typeof startEntry>} entry @param {() => Promise<boolean>} ready @param {number} withinMs
 */
export async function untilReady(entry, ready, withinMs) {
  const giveUpAt = Date.now() + withinMs;
  for (;;) {
    if (entry.ended)
      throw new Error(
        entry.complained ? '' : `The ${entry.name} stopped before it was ready: its log is ${entry.logFile}.`,
      );
    if (await ready()) return;
    if (Date.now() > giveUpAt)
      throw new Error(`The ${entry.name} was not ready within ${withinMs / 1000} s: its log is ${entry.logFile}.`);
    await new Promise((done) => setTimeout(done, 100));
  }
}

/** @returns {Promise<boolean>} whether the address answers with this status (any status when none is given) */
export async function answersHttp(url, status) {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(5000), redirect: 'manual' });
    await response.arrayBuffer();
    return status === undefined || response.status === status;
  } catch {
    return false;
  }
}

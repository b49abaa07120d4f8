// Builds the Taro app when its sources changed since the last whole build, for npm start, npm test and npm run build:h5 or
// build:weapp alike; one build at a time, aside, so that a server that runs has its files until the new ones are whole.
// Node's own modules only.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { stopGroup } from './children.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { findRoot, sentenceOf } from './env.mjs';
import { isAlive } from './postgres.mjs';

const INPUTS = [
  'src',
  'functions/contract',
  'config',
  'babel.config.js',
  'project.config.json',
  'package-lock.json',
  'tsconfig.json',
];
const NAMES = { h5: 'browser', weapp: 'mini-program' };

/**
 * Makes dist/<target> what the sources say. A cut or failed build leaves it as it was, and the next call builds again.
 * @param {'h5' | 'weapp'} target
 * @param {{ onChild?: (child: import('node:child_process').ChildProcess) => void, counts?: boolean }} options `onChild`: to
 * be able to stop the build; `counts`: whether a terminal is shown the seconds
 * @returns {Promise<boolean>} false when nothing had to be done; throws a sentence with the end of the build's log
 */
export async function ensureApp(target, { onChild = () => undefined, counts = process.stdout.isTTY } = {}) {
  const root = findRoot();
  const folder = join(root, '.juke', 'build');
  mkdirSync(folder, { recursive: true });
  const release = await takeLock(join(folder, `${target}.lock`));
  try {
    const stamp = join(folder, `${target}.stamp`);
    const wanted = digestOf(root);
    const place = join(root, 'dist', target);
    const first = target === 'h5' ? 'index.html' : 'app.json';
    if (existsSync(join(place, first)) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return false;
    const aside = `dist/${target}.new`; // Taro empties it first
    await build(target, { aside, logFile: join(folder, `${target}.log`), onChild, counts });
    const made = join(root, aside);
    if (!existsSync(join(made, first)))
      throw new Error(`The app for the ${NAMES[target]} was built, but ${join(made, first)} is missing.`);
    rmSync(stamp, { force: true });
    swap(made, place);
    writeFileSync(stamp, wanted);
    return true;
  } finally {
    release();
  }
}

function swap(made, place) {
  const old = `${place}.old`;
  rmSync(old, { recursive: true, force: true });
  if (existsSync(place)) renameSync(place, old);
  renameSync(made, place);
  rmSync(old, { recursive: true, force: true });
}

async function build(target, { aside, logFile, onChild, counts }) {
  const root = findRoot();
  const log = openSync(logFile, 'w');
  const started = Date.now();
  const line = `Building the app for the ${NAMES[target]} (about a minute)`;
  const taro = join(root, 'node_modules', '@tarojs', 'cli', 'bin', 'taro');
  const child = spawn(process.execPath, [taro, 'build', '--type', target], {
    cwd: root,
    detached: process.platform !== 'win32', // a group of its own, so that its helpers stop with it
    stdio: ['ignore', log, log],
    env: { ...process.env, NODE_ENV: 'production', TARO_ENV: target, JUKE_OUTPUT: aside, CI: 'true' },
  });
  closeSync(log);
  onChild(child);
  if (!counts) console.log(`${line} …`);
  const ticker = counts
    ? setInterval(() => process.stdout.write(`\r${line} … ${seconds(started)} s`), 250)
    : undefined;
  const code = await new Promise((done) => child.once('exit', done).once('error', () => done(1)));
  clearInterval(ticker);
  if (counts) process.stdout.write('\n');
  if (code === 0) return;
  const end = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-15).join('\n');
  throw new Error(`The app for the ${NAMES[target]} could not be built (whole log: ${logFile}). Its end:\n${end}`);
}

function seconds(since) {
  return Math.round((Date.now() - since) / 1000);
}

/** By content: a checkout or a copy changes times without changing anything. */
function digestOf(root) {
  const hash = createHash('sha256');
  const add = (path) => {
    if (!existsSync(join(root, path))) return;
    const entries = readEntries(join(root, path));
    if (entries) return entries.forEach((name) => add(`${path}/${name}`));
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  };
  INPUTS.forEach(add);
  for (const name of Object.keys(process.env)
    .filter((key) => key.startsWith('TARO_APP_'))
    .sort()) {
    hash.update(`${name}=${process.env[name]}\0`);
  }
  return hash.digest('hex');
}

function readEntries(path) {
  try {
    return readdirSync(path).sort();
  } catch (error) {
    if (error.code === 'ENOTDIR') return undefined;
    throw error;
  }
}

/** Two commands in one checkout (a start and a test run) would write the same dist. */
async function takeLock(file) {
  for (;;) {
    try {
      writeFileSync(file, String(process.pid), { flag: 'wx' });
      return () => rmSync(file, { force: true });
    } catch (error) {
      if (error.code !== 'EEXIST') throw error;
    }
    const holder = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
    if (holder > 0 && (holder === process.pid || !isAlive(holder))) rmSync(file, { force: true });
    else await new Promise((done) => setTimeout(done, 200));
  }
}

/** @param {string[]} args */
async function main([target, ...more]) {
  if (!NAMES[target] || more.length > 0)
    throw new Error('Usage: npm run build:h5, or npm run build:weapp. While you write: npx taro build --type weapp --watch');
  let child;
  const stop = () => child && void stopGroup(child).then(() => process.exit(130)); // Taro has a group of its own
  process.once('SIGINT', stop).once('SIGTERM', stop);
  await ensureDependencies((npm) => (child = npm));
  const isNew = await ensureApp(target, { onChild: (taro) => (child = taro) });
  console.log(isNew ? `dist/${target} is built.` : `dist/${target} is what the sources say already.`);
  process.off('SIGINT', stop).off('SIGTERM', stop);
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  main(process.argv.slice(2)).catch((error) => {
    console.error(sentenceOf(error));
    process.exitCode = 1;
  });
}

// `npm test [-- part …] [-t name] [--file path]`: the type check, the builds that the asked parts need, then jest.
// Its last line is `N passed, N failed`.
import { spawn } from 'node:child_process';
import { accessSync, constants, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { delimiter, join, relative, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { ensureApp } from '../functions/host/build-app.mjs';
import { stopGroup } from '../functions/host/children.mjs';
import { ensureDependencies } from '../functions/host/dependencies.mjs';
import { findRoot, sentenceOf } from '../functions/host/env.mjs';
import { refuseNode } from '../functions/host/node-version.mjs';
import { whenNpmEnds } from '../functions/host/parent.mjs';

/** Every part in the order it runs; `about` is shown by --help. `types` is tsc, all others are jest projects. */
const PARTS = {
  types: { about: 'type check of everything (counts as one test)' },
  rules: { about: 'pure decisions, with property tests' },
  tidy: { about: 'import line, table ownership, contract drift, dead files', database: true },
  stories: { about: 'use cases on a real database', database: true },
  races: { about: 'the same moment from several sides (F- ids)', database: true },
  faults: { about: 'what fails half way (F- ids)', database: true },
  abuse: { about: 'what people try (A- ids)', database: true },
  sim: { about: 'seeded guests, shops and bad days against an auditor with its own books', database: true },
  sandbox: { about: 'the WeChat stand-in against the official protocol', database: true },
  app: { about: 'app components and models in jsdom' },
  weapp: { about: 'the compiled mini-program, run', database: true, builds: ['weapp'] },
  sizes: { about: 'bundle sizes', builds: ['h5', 'weapp'] },
  e2e: { about: 'the journey in Chromium', database: true, builds: ['h5'], alone: true, browser: true },
};

const HELP = `npm test [-- part …] [-t name] [--file path]

Runs everything, or the named parts:
${Object.entries(PARTS)
  .map(([name, { about }]) => `  ${name.padEnd(9)} ${about}`)
  .join('\n')}

  -t NAME       only tests whose name contains NAME (for example an id: -t F-03)
  --file PATH   only test files whose path contains PATH
  --help        this text

The last line is \`N passed, N failed\`; the exit code is 0 only when something ran and nothing failed.`;

const root = findRoot();
const total = { passed: 0, failed: 0, skipped: 0, ran: 0 };
const children = new Set();
let interrupted = false;

async function main() {
  const refusal = refuseNode(undefined, 'npm test');
  if (refusal) return end(refusal, 1);
  const asked = readArguments(process.argv.slice(2));
  if (asked.sentence) return end(asked.sentence, asked.code);
  stopOnSignals();
  try {
    await ensureDependencies((child) => children.add(child));
    await runParts(asked.parts, asked.filters);
  } catch (error) {
    fail(sentenceOf(error));
  }
  report();
}

function readArguments(args) {
  let parsed;
  try {
    parsed = parseArgs({
      args,
      allowPositionals: true,
      options: { t: { type: 'string', short: 't' }, file: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
    });
  } catch (error) {
    return { sentence: `${error.message.split('. ')[0]}: npm test -- --help tells what there is.`, code: 1 };
  }
  const { values, positionals } = parsed;
  if (values.help) return { sentence: HELP, code: 0 };
  const unknown = positionals.find((name) => !Object.hasOwn(PARTS, name));
  if (unknown !== undefined)
    return { sentence: `There is no part ${unknown}: the parts are ${Object.keys(PARTS).join(', ')}.`, code: 1 };
  const filters = [...(values.t ? ['-t', values.t] : []), ...(values.file ? ['--testPathPatterns', values.file] : [])];
  const wanted = positionals.length > 0 ? positionals : partsThere(filters.length > 0);
  return { parts: Object.keys(PARTS).filter((name) => wanted.includes(name)), filters };
}

/** Unasked, a part without a folder is left out and said; asked by name, it fails for want of tests. */
function partsThere(filtered) {
  const names = Object.keys(PARTS).filter((name) => name !== 'types');
  const missing = names.filter((name) => !existsSync(join(root, 'tests', name)));
  if (missing.length > 0) console.log(`Not there yet: ${missing.join(', ')}.`);
  return [...(filtered ? [] : ['types']), ...names.filter((name) => !missing.includes(name))];
}

/** jest keeps what it compiled there, and would end with a stack. */
function checkTmp() {
  try {
    accessSync(tmpdir(), constants.W_OK);
  } catch (error) {
    throw new Error(`TMPDIR is ${tmpdir()}, which cannot be written (${error.code}): name a folder that this user may write in.`);
  }
}

async function runParts(parts, filters) {
  checkTmp();
  const usable = new Set(parts.filter((name) => name !== 'types'));
  const filtered = filters.length > 0;
  if (usable.has('e2e') && !findBrowser())
    drop(usable, 'e2e', 'Chromium is not installed: apt-get install chromium fonts-noto-cjk, or set CHROMIUM_PATH.');
  const targets = new Set([...usable].flatMap((name) => PARTS[name].builds ?? []));
  const first = [...targets].map((target) => () => build(target, usable));
  if (parts.includes('types')) first.unshift(typeCheck);
  // Each of these keeps about one core busy.
  const lane = async () => {
    for (let next = first.shift(); next && !interrupted; next = first.shift()) await next();
  };
  await Promise.all([lane(), lane()]);
  if (interrupted) return;
  const stopDatabase = await startDatabase(usable);
  try {
    // Tests wait for the database, for retries and for pages: one more worker than cores keeps the cores busy.
    const cores = Math.min(availableParallelism(), 4);
    const together = [...usable].filter((name) => !PARTS[name].alone);
    await jest(together, [`--maxWorkers=${cores + 1}`, ...filters], filtered);
    const alone = [...usable].filter((name) => PARTS[name].alone);
    await jest(alone, [`--maxWorkers=${cores}`, ...filters], filtered);
  } finally {
    await stopDatabase();
  }
}

/** A build that fails takes the parts with it that need it. */
async function build(target, usable) {
  try {
    await ensureApp(target, { onChild: (child) => children.add(child), counts: false });
  } catch (error) {
    if (interrupted) return;
    [...usable]
      .filter((name) => PARTS[name].builds?.includes(target))
      .forEach((name, index) => drop(usable, name, index === 0 ? error.message : ''));
  }
}

/** One server for the whole run: jest's own setup sees it and starts none. */
async function startDatabase(usable) {
  const needing = [...usable].filter((name) => PARTS[name].database);
  if (needing.length === 0 || interrupted) return async () => undefined;
  try {
    const { startTestDatabase } = await import('./support/database-server.mjs');
    return await startTestDatabase();
  } catch (error) {
    needing.forEach((name, index) => drop(usable, name, index === 0 ? error.message : ''));
    return async () => undefined;
  }
}

/** A part that cannot run is one failure, and the others still run. */
function drop(usable, name, why) {
  usable.delete(name);
  total.failed += 1;
  console.error(`${name} did not run${why ? `: ${why}` : ' for the same reason.'}`);
}

async function typeCheck() {
  mkdirSync(join(root, '.juke', 'build'), { recursive: true });
  console.log('Type check …');
  const code = await run([
    join(root, 'node_modules', 'typescript', 'bin', 'tsc'),
    '--noEmit',
    '--incremental',
    '--tsBuildInfoFile',
    join(root, '.juke', 'build', 'types.tsbuildinfo'),
  ]);
  total.ran += 1;
  if (code === 0) total.passed += 1;
  else fail('The type check found the errors above.');
}

async function jest(projects, flags, filtered) {
  if (projects.length === 0 || interrupted) return;
  const result = join(root, '.juke', 'build', `jest-${process.pid}.json`);
  rmSync(result, { force: true });
  mkdirSync(join(root, '.juke', 'build'), { recursive: true });
  const code = await run([
    join(root, 'node_modules', 'jest', 'bin', 'jest.js'),
    '--config',
    join(root, 'config', 'jest.config.mjs'),
    '--selectProjects',
    ...projects,
    '--passWithNoTests',
    '--json',
    '--outputFile',
    result,
    ...flags,
  ]);
  if (!existsSync(result) && interrupted) return;
  if (!existsSync(result)) return fail(`jest ended without a result (code ${code}).`);
  const counted = JSON.parse(readFileSync(result, 'utf8'));
  rmSync(result, { force: true });
  const failed = counted.numFailedTests + counted.numRuntimeErrorTestSuites;
  total.passed += counted.numPassedTests;
  total.failed += failed;
  total.skipped += counted.numPendingTests + counted.numTodoTests;
  total.ran += counted.numPassedTests + failed;
  const files = counted.testResults.map(({ name }) => relative(join(root, 'tests'), name).split(sep)[0]);
  const idle = filtered ? [] : projects.filter((name) => !files.includes(name));
  if (idle.length > 0) fail(`No test ran in ${idle.join(', ')}.`);
  else if (code !== 0 && failed === 0) fail(`jest ended with code ${code} although no test failed.`);
}

function run(args) {
  return new Promise((done) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      stdio: ['ignore', 'inherit', 'inherit'],
      env: { ...process.env, NODE_ENV: 'test' },
    });
    children.add(child);
    child
      .once('exit', (code) => done(code ?? 1))
      .once('error', () => done(1))
      .once('close', () => children.delete(child));
  });
}

function findBrowser() {
  if (process.env.CHROMIUM_PATH) return existsSync(process.env.CHROMIUM_PATH);
  const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];
  return (process.env.PATH ?? '')
    .split(delimiter)
    .some((folder) => names.some((name) => existsSync(join(folder, name))));
}

function fail(sentence) {
  total.failed += 1;
  console.error(sentence);
}

/** The first signal ends what runs now; the database of the run is stopped and removed on the way out. */
function stopOnSignals() {
  const onSignal = () => {
    interrupted = true;
    for (const child of children) void stopGroup(child);
  };
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, onSignal);
  whenNpmEnds(onSignal);
}

function report() {
  if (interrupted) fail('Interrupted.');
  else if (total.ran === 0 && total.failed === 0) fail('No test ran.');
  if (total.skipped > 0) console.log(`${total.skipped} skipped`);
  end(`${total.passed} passed, ${total.failed} failed`, total.failed > 0 || total.ran === 0 ? 1 : 0);
}

function end(sentence, code) {
  console[code === 0 || sentence.includes('passed') ? 'log' : 'error'](sentence);
  process.exitCode = code;
}

await main();

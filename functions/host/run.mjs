// `node functions/host/run.mjs [--database] <file.ts> [args]`: bundles a TypeScript entry and runs it in this process,
// with source maps. With --database the entry gets a DATABASE_URL: the one set, else the local server, started for as
// long as the entry runs.
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { stopGroup } from './children.mjs';
import { ensureDependencies } from './dependencies.mjs';
import { findRoot, loadEnv, sentenceOf } from './env.mjs';
import { refuseNode } from './node-version.mjs';

/**
 * Packages stay outside; our own code becomes one CommonJS file, because named imports of CommonJS packages fail in
 * native modules.
 * @param {string} entry a .ts file @returns {Promise<string>} path of the bundle
 */
async function bundle(entry) {
  const root = findRoot();
  const { build } = createRequire(join(root, 'package.json'))('esbuild');
  const folder = join(root, '.juke', 'build');
  const name = relative(root, resolve(entry))
    .replaceAll(/[^\w.-]+/g, '-')
    .replace(/\.tsx?$/, '');
  const outfile = join(folder, `${name}.cjs`);
  const result = await build({
    absWorkingDir: root,
    entryPoints: [resolve(entry)],
    outfile,
    bundle: true,
    write: false,
    platform: 'node',
    format: 'cjs',
    target: 'node20',
    packages: 'external',
    sourcemap: 'inline',
    sourcesContent: false,
    tsconfig: join(root, 'tsconfig.json'),
    define: { 'import.meta.url': 'jukeBundleUrl' },
    banner: { js: "const jukeBundleUrl = require('node:url').pathToFileURL(__filename).href;" },
    logLevel: 'silent',
  });
  mkdirSync(folder, { recursive: true });
  // Written aside and moved: another run of the same entry must never read half a file.
  const half = `${outfile}.${process.pid}`;
  writeFileSync(half, result.outputFiles[0].contents);
  renameSync(half, outfile);
  return outfile;
}

/** Bundles and loads a TypeScript file. @param {string} entry @returns {Promise<any>} its exports */
export async function loadTs(entry) {
  process.setSourceMapsEnabled(true);
  return createRequire(import.meta.url)(await bundle(entry));
}

const USAGE = 'Usage: node functions/host/run.mjs [--database] <file.ts> [arguments]';

async function main([first, ...rest]) {
  if (first === '--help' || first === '-h') return console.log(USAGE);
  const refusal = refuseNode(undefined, 'this');
  if (refusal) return fail(refusal);
  await ensurePackages();
  if (first === '--database') {
    const wantsHelp = rest.includes('--help') || rest.includes('-h');
    return wantsHelp ? main(rest) : runWithDatabase(rest); // to tell what there is takes no database
  }
  if (!first || first.startsWith('-')) return fail(USAGE);
  if (!existsSync(first)) return fail(`${first} is not there: name a TypeScript file of this checkout.`);
  loadEnv();
  endWithParent();
  process.argv = [process.argv[0], resolve(first), ...rest];
  try {
    await loadTs(first);
  } catch (error) {
    if (!Array.isArray(error.errors)) throw error;
    const places = error.errors.map(
      ({ text, location }) => `  ${location ? `${location.file}:${location.line}: ` : ''}${text}`,
    );
    fail(`${first} does not compile:\n${places.join('\n')}`);
  }
}

async function runWithDatabase(args) {
  loadEnv();
  const { withDatabase } = await import('./postgres.mjs');
  const ignored = () => undefined; // the entry gets the same signal from the terminal; we stay to stop the server
  process.on('SIGINT', ignored).on('SIGTERM', ignored);
  process.exitCode = await withDatabase(
    (url) =>
      new Promise((done) => {
        const child = spawn(process.execPath, [fileURLToPath(import.meta.url), ...args], {
          stdio: 'inherit',
          env: { ...process.env, DATABASE_URL: url },
        });
        child.once('exit', (code) => done(code ?? 1));
      }),
  );
}

/** Of a fresh checkout: what runs afterwards is bundled by a package. */
async function ensurePackages() {
  try {
    createRequire(join(findRoot(), 'package.json')).resolve('esbuild');
  } catch {
    let npm;
    const stop = () => void stopGroup(npm).then(() => process.exit(130)); // it has a group of its own
    process.once('SIGINT', stop).once('SIGTERM', stop);
    await ensureDependencies((child) => (npm = child));
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Started by another process of ours over a channel: when that one is gone, even killed, this one stops too. */
function endWithParent() {
  if (!process.channel) return;
  process.once('disconnect', () => process.kill(process.pid, 'SIGTERM'));
  process.channel.unref();
}

function fail(sentence) {
  console.error(sentence);
  process.exitCode = 1;
}

if (process.argv[1] && import.meta.url === pathToFileURL(resolve(process.argv[1])).href) {
  main(process.argv.slice(2)).catch((error) => {
    // A plain Error is a sentence for people; anything else is a mistake of ours and tells its place.
    fail(error?.constructor === Error ? sentenceOf(error) : (error?.stack ?? error));
  });
}

// Whether node_modules is what package-lock.json says, and npm to make it so. Node's own modules only.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { findRoot } from './env.mjs';

/**
 * Installs when something is missing or of another version; npm's own progress is shown.
 * @param {(child: import('node:child_process').ChildProcess) => void} onChild to be able to stop npm
 * @returns {Promise<void>} throws one sentence when npm fails
 */
export async function ensureDependencies(onChild = () => undefined) {
  const root = findRoot();
  if (isInstalled(root)) return;
  const command = existsSync(join(root, 'package-lock.json')) ? 'ci' : 'install';
  console.log(`Installing packages (npm ${command}, one to three minutes) …`);
  // --include=dev: with NODE_ENV=production npm would leave out what builds the app.
  const args = [command, '--include=dev', '--include=optional', '--no-audit', '--no-fund'];
  const npm = process.env.npm_execpath;
  const windows = process.platform === 'win32';
  const options = { cwd: root, stdio: ['ignore', 'inherit', 'inherit'], detached: !windows }; // a group, to be stopped whole
  const child = npm
    ? spawn(process.execPath, [npm, ...args], options)
    : spawn('npm', args, { ...options, shell: windows });
  onChild(child);
  const code = await new Promise((done) => child.once('exit', done).once('error', () => done(1)));
  if (code !== 0)
    throw new Error(`The packages could not be installed: see npm's message above, then run npm ${command} yourself.`);
}

/** Compares the lock with what npm noted as installed; optional packages may be missing (other systems' programs). */
function isInstalled(root) {
  const lock = packagesOf(join(root, 'package-lock.json'));
  const installed = packagesOf(join(root, 'node_modules', '.package-lock.json'));
  if (!installed) return false;
  if (!lock) return true;
  return Object.entries(lock).every(([path, wanted]) => {
    if (path === '') return true;
    const found = installed[path];
    if (!found) return Boolean(wanted.optional || wanted.devOptional || wanted.peer);
    // Of programs for other systems the lock may know the version only.
    return found.version === wanted.version && (!wanted.integrity || found.integrity === wanted.integrity);
  });
}

function packagesOf(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8')).packages;
  } catch {
    return undefined;
  }
}

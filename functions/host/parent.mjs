// npm runs us through a shell, and a signal to npm ends npm and the shell but never reaches us. So we look whether they
// are still there.
import { readFileSync } from 'node:fs';

const EVERY_MS = 500;

/**
 * Calls `gone` once when the npm that runs this process has ended; does nothing outside npm (nohup, service
 * managers).
 */
export function whenNpmEnds(gone) {
  if (!process.env.npm_lifecycle_event || process.platform === 'win32') return;
  const parent = process.ppid;
  const shell = nameOf(parent)?.endsWith('sh');
  const npm = shell ? parentOf(parent) : undefined;
  const timer = setInterval(() => {
    if (process.ppid === parent && (npm === undefined || parentOf(parent) === npm)) return;
    clearInterval(timer);
    gone();
  }, EVERY_MS);
  timer.unref();
}

/** Linux only; elsewhere undefined, and only the direct parent is watched. */
function parentOf(pid) {
  const stat = read(`/proc/${pid}/stat`);
  return stat && Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
}

function nameOf(pid) {
  return read(`/proc/${pid}/comm`)?.trim();
}

function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

// Runs our plain .mjs files as a user does: in a process of their own.
import { spawn } from 'node:child_process';
import { join } from 'node:path';

export const root = join(__dirname, '..', '..', '..');

export interface Ended {
  code: number | null;
  signal: string | null;
  out: string;
  err: string;
}

/** @param env replaces what the test run itself has set */
export function node(args: string[], env: Record<string, string | undefined> = {}): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, args, {
      cwd: root,
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const ended: Ended = { code: null, signal: null, out: '', err: '' };
    child.stdout.on('data', (text) => (ended.out += String(text)));
    child.stderr.on('data', (text) => (ended.err += String(text)));
    child.once('error', fail);
    child.once('exit', (code, signal) => Object.assign(ended, { code, signal }));
    child.once('close', () => done(ended));
  });
}

/** A few lines of native module code, run at the root; `host/…` paths are written out. */
export function script(code: string, env?: Record<string, string | undefined>): Promise<Ended> {
  return node(['--input-type=module', '-e', code.replaceAll("'host/", `'${root}/functions/host/`)], env);
}

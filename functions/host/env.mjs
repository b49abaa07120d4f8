// Where the checkout is and what .env says. Node's own modules only: runs before anything is installed.
import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The folder of our package.json, found upwards from this file, so that it also holds inside a bundle under
 * .juke/build.
 */
export function findRoot() {
  const from = dirname(fileURLToPath(import.meta.url));
  let folder = from;
  while (!existsSync(join(folder, 'package.json'))) {
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`No package.json above ${from}: run this from a checkout of Juke.`);
    folder = parent;
  }
  return folder;
}

/** Where the local database, uploads, sandbox and logs live. `JUKE_DATA` moves it. @returns {string} */
export function dataFolder(given = process.env.JUKE_DATA) {
  return given ? resolve(given) : join(findRoot(), '.juke', 'data');
}

/** Makes a folder and what it lies in, one by one: Node's own `recursive` never ends where the system makes none (/proc). */
export function makeFolder(folder) {
  if (!existsSync(dirname(folder))) makeFolder(dirname(folder));
  try {
    mkdirSync(folder);
  } catch (error) {
    if (error.code !== 'EEXIST' || !statSync(folder).isDirectory()) throw error;
  }
}

/** A refused file or a full disk names the place; all other messages of ours are sentences already. @param {Error} error */
export function sentenceOf(error) {
  if (!error.syscall || !error.path) return error.message;
  const why = /^(EEXIST|ENOTDIR)$/.test(error.code)
    ? 'a file is where a folder should be): move it away'
    : `${error.code}): give this user the right to write there and some room`;
  const isBuilt = ['.juke/build', 'dist'].some((folder) => error.path.startsWith(join(findRoot(), folder)));
  const other = isBuilt ? '. What is built lies in the checkout, wherever the data is' : ', or choose another data folder with --data of npm start or with JUKE_DATA';
  return `${error.path} cannot be used (${why}${other}.`;
}

/**
 * `NAME=value` lines; `#` starts a comment, single or double quotes are taken off, `\n` in double quotes is a line
 * break.
 * @param {string} text @returns {Record<string, string>}
 */
export function parseEnv(text) {
  const values = {};
  for (const line of text.split(/\r?\n/)) {
    const match = /^\s*(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/.exec(line);
    if (match) values[match[1]] = plainValue(match[2].trim());
  }
  return values;
}

function plainValue(raw) {
  const quoted = /^(["'])(.*?)\1\s*(?:#.*)?$/.exec(raw);
  if (quoted) return quoted[1] === '"' ? quoted[2].replaceAll('\\n', '\n') : quoted[2];
  return raw.replace(/(^|\s)#.*$/, '').trim();
}

/** Reads `.env` at the root into `process.env`; what the environment already says wins. */
export function loadEnv(file = join(findRoot(), '.env')) {
  const said = existsSync(file) ? parseEnv(readEnv(file)) : {};
  for (const [name, value] of Object.entries(said)) process.env[name] ??= value;
  if (process.env.DATABASE_URL) process.env.DATABASE_URL = trustedTls(process.env.DATABASE_URL);
}

function readEnv(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new Error(`${file} cannot be read (${error.code}): make it a file that this user may read, or take it away.`);
  }
}

/** pg checks the certificate with each of these and warns that its next version will not; providers hand out `require`. */
function trustedTls(url) {
  return url.includes('uselibpqcompat') ? url : url.replace(/([?&]sslmode=)(prefer|require|verify-ca)(?=&|$)/, '$1verify-full');
}

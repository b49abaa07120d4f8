// The one PostgreSQL of a test run: a server of its own under .juke/test/<process>, thrown away at the end, with a
// template database holding all migrations. A run that was killed is swept by the next one.
import { spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { findRoot } from '../../functions/host/env.mjs';
import { findPostgres, isAlive, startPostgres } from '../../functions/host/postgres.mjs';
import { placeFor } from '../../functions/host/postgres-place.mjs';
import { loadTs } from '../../functions/host/run.mjs';

const folder = join(findRoot(), '.juke', 'test');

/**
 * Starts the server and names it in the environment for `createTestDatabase`: JUKE_TEST_DATABASE, the address of its
 * maintenance database; beside it JUKE_TEST_KEYS, which the run's stand-ins for WeChat share, since making keys takes
 * longer than most tests. A no-op when an outer run already did.
 * @returns {Promise<() => Promise<void>>} stops the server and removes its data
 */
export async function startTestDatabase() {
  if (process.env.JUKE_TEST_DATABASE) return async () => undefined;
  await sweep();
  const own = join(folder, String(process.pid));
  mkdirSync(own, { recursive: true });
  const server = await startPostgres({
    dataDir: join(own, 'postgres'),
    fsync: false,
    // A deadlock is looked for once, so long after a wait began: a busy machine must have closed the circle by then.
    settings: { max_wal_size: '1GB', checkpoint_timeout: '1h', autovacuum_naptime: '10s', log_min_messages: 'fatal', deadlock_timeout: '4s' },
  });
  const stop = async () => {
    delete process.env.JUKE_TEST_DATABASE;
    await server.stop();
    remove(own, server.dataDir);
  };
  try {
    spreadFolders(join(server.dataDir, 'base'));
    await makeTemplate(server.url);
    const { makeKeys } = await loadTs(join(findRoot(), 'functions/sandbox/keys.ts'));
    process.env.JUKE_TEST_KEYS = JSON.stringify(await makeKeys());
  } catch (error) {
    await stop();
    throw error;
  }
  process.env.JUKE_TEST_DATABASE = server.url.replace(/juke$/, 'postgres');
  return stop;
}

/**
 * ext4 without a journal passes over what was deleted within a minute, file by file: a new database beside dropped ones
 * took half a second. Told that its folders have nothing in common, it looks for room elsewhere.
 */
function spreadFolders(folder) {
  spawnSync('chattr', ['+T', folder], { stdio: 'ignore' });
}

/**
 * The database `juke` of the fresh server takes the migrations and is then closed to sessions, so that copies never
 * wait.
 */
async function makeTemplate(url) {
  const { prepareDatabase } = await loadTs(join(findRoot(), 'functions', 'worker', 'prepare.ts'));
  await prepareDatabase(url);
  const { Client } = createRequire(import.meta.url)('pg');
  const client = new Client({ connectionString: url.replace(/juke$/, 'postgres') });
  await client.connect();
  try {
    await client.query('alter database juke with is_template true allow_connections false');
  } finally {
    await client.end();
  }
}

async function sweep() {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder)) {
    if (!/^\d+$/.test(name) || isAlive(Number(name))) continue;
    const left = join(folder, name);
    const { dataDir } = placeFor(join(left, 'postgres')); // under root it may lie outside the checkout
    await (await findPostgres(join(left, 'postgres')))?.stop();
    remove(left, dataDir);
  }
}

function remove(own, dataDir) {
  rmSync(dataDir, { recursive: true, force: true });
  rmSync(`${dataDir}.log`, { force: true });
  rmSync(own, { recursive: true, force: true });
}

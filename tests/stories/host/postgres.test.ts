// The embedded server across killed processes and simultaneous starts, and the test databases made on it.
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { createTestDatabase } from '../../support/postgres';
import { root, script } from './script';

let folder: string;
let env: Record<string, string | undefined>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'juke-postgres-'));
  env = { FOLDER: join(folder, 'postgres'), DATABASE_URL: undefined };
});

afterEach(async () => {
  const { out } = await script(
    `import { findPostgres } from 'host/postgres.mjs'; import { placeFor } from 'host/postgres-place.mjs';
    await (await findPostgres(process.env.FOLDER))?.stop(); console.log(placeFor(process.env.FOLDER).dataDir);`,
    env,
  );
  rmSync(out.trim(), { recursive: true, force: true }); // under root it may lie outside the folder
  rmSync(`${out.trim()}.log`, { force: true });
  rmSync(folder, { recursive: true, force: true });
});

const start =
  "import { startPostgres } from 'host/postgres.mjs';\n" +
  'const server = await startPostgres({ dataDir: process.env.FOLDER, fsync: false });\n';
const say = 'console.log(JSON.stringify(server));\n';

async function query(url: string, sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

test('the server outlives a killed process, the next start attaches to it, and a stop ends it', async () => {
  const killed = await script(`${start}${say}process.kill(process.pid, 'SIGKILL');`, env);
  expect(killed.signal).toBe('SIGKILL');
  const first = JSON.parse(killed.out);
  expect(first.attached).toBe(false);
  await query(first.url, 'create table kept as select 7 as n');

  const again = await script(`${start}${say}await server.stop();`, env);
  const second = JSON.parse(again.out);
  expect(second).toMatchObject({ attached: true, pid: first.pid, port: first.port });
  await expect(query(first.url, 'select 1')).rejects.toThrow('ECONNREFUSED');

  const third = JSON.parse((await script(`${start}${say}`, env)).out);
  expect(third.attached).toBe(false);
  expect(await query(third.url, 'select n from kept')).toEqual([[7]]);
});

test('what PostgreSQL refuses for us is not kept in its log for ever; what happens to the server is', async () => {
  const { url, dataDir } = JSON.parse((await script(`${start}${say}`, env)).out);
  await query(url, "create function refuse() returns void language plpgsql as $$ begin raise exception 'SOLD_OUT'; end $$");
  for (let times = 0; times < 20; times += 1) await expect(query(url, 'select refuse()')).rejects.toThrow('SOLD_OUT');
  const text = readFileSync(`${dataDir}.log`, 'utf8');
  expect(text).toContain('ready to accept connections');
  expect(text).not.toContain('SOLD_OUT');
});

test('a killed server leaves its pid file and the next start goes on with what was committed', async () => {
  const durable = `${start.replace(', fsync: false', '')}${say}`;
  const first = JSON.parse((await script(durable, env)).out);
  await query(first.url, 'create table kept as select 7 as n');
  process.kill(first.pid, 'SIGKILL');
  const second = JSON.parse((await script(durable, env)).out);
  expect(second).toMatchObject({ attached: false });
  expect(await query(second.url, 'select n from kept')).toEqual([[7]]);
});

test('what a power cut or a reboot left as the pid file is in nobody\'s way', async () => {
  const first = JSON.parse((await script(`${start}await server.stop();${say}`, env)).out);
  const file = join(first.dataDir, 'postmaster.pid');
  writeFileSync(file, `${process.pid}\n${first.dataDir}\n`); // a stranger's number by now
  expect(JSON.parse((await script(`${start}await server.stop();${say}`, env)).out).attached).toBe(false);
  writeFileSync(file, '');
  utimesSync(file, new Date(Date.now() - 60_000), new Date(Date.now() - 60_000));
  expect(JSON.parse((await script(`${start}${say}`, env)).out).attached).toBe(false);
});

test('who started or attached is told when the server is gone, and not when it looks no longer', async () => {
  const watching = start + `const told = []; const look = (who, one) => one.whenGone(() => told.push(who));
    const attached = await startPostgres({ dataDir: process.env.FOLDER });
    look('started', server); look('attached', attached); look('neither', attached)();
    const before = told.length; process.kill(server.pid, 'SIGKILL');
    while (told.length < 2) await new Promise((done) => setTimeout(done, 50));
    await new Promise((done) => setTimeout(done, 1500)); console.log(JSON.stringify([attached.attached, before, told]));`;
  expect(JSON.parse((await script(watching, env)).out)).toEqual([true, 0, ['started', 'attached']]);
});

test('starts at the same moment end up with one server', async () => {
  const started = await Promise.all([
    script(`${start}${say}`, env),
    script(`${start}${say}`, env),
    script(`${start}${say}`, env),
    script(`${start}${say}`, env),
  ]);
  const pids = started.map(({ out, err }) => (out ? JSON.parse(out).pid : err));
  expect(pids).toEqual(pids.map(() => pids[0]));
  expect(pids[0]).toEqual(expect.any(Number));
});

test('listens on loopback only, and on no socket file', async () => {
  const server = JSON.parse((await script(`${start}${say}`, env)).out);
  expect(
    await query(
      server.url,
      `select current_setting('listen_addresses'), current_setting('unix_socket_directories'),
              current_setting('server_encoding')`,
    ),
  ).toEqual([['127.0.0.1', '', 'UTF8']]);
});

test('withDatabase stops a server it started and leaves one that ran', async () => {
  const use =
    "import { withDatabase } from 'host/postgres.mjs';\n" +
    'console.log(await withDatabase((url) => url, { dataDir: process.env.FOLDER }));\n';
  const own = (await script(use, env)).out.trim();
  await expect(query(own, 'select 1')).rejects.toThrow('ECONNREFUSED');
  const server = JSON.parse((await script(`${start}${say}`, env)).out);
  const borrowed = (await script(use, env)).out.trim();
  expect(borrowed).toBe(server.url);
  expect(await query(borrowed, 'select 1')).toEqual([[1]]);
  const elsewhere = server.url.replace(/juke$/, 'postgres');
  expect((await script(use, { ...env, DATABASE_URL: elsewhere })).out.trim()).toBe(elsewhere);
  expect((await script(use, { ...env, DATABASE_URL: 'postgresql://127.0.0.1:9/db' })).err).toMatch(/127\.0\.0\.1:9/);
});

test('a folder that holds something else is refused and left alone', async () => {
  chmodSync(folder, 0o755);
  const ended = await script(
    `import { mkdirSync, writeFileSync } from 'node:fs';
    mkdirSync(process.env.FOLDER); writeFileSync(process.env.FOLDER + '/letter.txt', 'dear');
    const { startPostgres } = await import('host/postgres.mjs');
    await startPostgres({ dataDir: process.env.FOLDER, fsync: false }).catch((error) => console.log(error.message));`,
    env,
  );
  expect(ended.out).toContain('holds something that is no PostgreSQL data');
  expect(readdirSync(env.FOLDER ?? '')).toEqual(['letter.txt']);
});

test('why a data folder could not be made is told, not how it was cleaned up', async () => {
  chmodSync(folder, 0o755);
  const code = `import('${root}/functions/host/postgres.mjs').then((host) => host.startPostgres({ dataDir: process.env.FOLDER, fsync: false })).catch((error) => console.log(error.message))`;
  // As on a full disk: no file may grow beyond half a megabyte.
  const ended = spawnSync('sh', ['-c', 'ulimit -f 1000; exec "$0" "$@"', process.execPath, '-e', code], { env: { ...process.env, ...env }, encoding: 'utf8' });
  expect(ended.stdout).toMatch(/^PostgreSQL could not make its data folder \S+postgres: could not (write|extend|open) .*\. Put that right, or choose another folder with --data of npm start or with JUKE_DATA\.$/m);
  expect(existsSync(env.FOLDER ?? '')).toBe(false);
});

test('test databases are alike, apart, and gone when dropped', async () => {
  const [one, other] = await Promise.all([createTestDatabase(), createTestDatabase()]);
  await query(one.url, 'create table only_here ()');
  expect(await query(other.url, "select to_regclass('only_here'), to_regclass('schema_migration')::text")).toEqual([
    [null, 'schema_migration'],
  ]);
  await Promise.all([one.drop(), other.drop()]);
  await expect(query(one.url, 'select 1')).rejects.toThrow('does not exist');
});

test('what a killed test run left is swept by the next', async () => {
  const begin = `import { startTestDatabase } from '${root}/tests/support/database-server.mjs';
    const stop = await startTestDatabase();
    console.log(process.pid, process.env.JUKE_TEST_DATABASE);\n`;
  const none = { JUKE_TEST_DATABASE: undefined };
  const killed = await script(`${begin}process.kill(process.pid, 'SIGKILL');`, none);
  const [pid, url] = killed.out.trim().split(' ');
  expect(await query(String(url), 'select 1')).toEqual([[1]]);
  await script(`${begin}await stop();`, none);
  await expect(query(String(url), 'select 1')).rejects.toThrow('ECONNREFUSED');
  expect(existsSync(join(root, '.juke', 'test', String(pid)))).toBe(false);
});

// Migrations against real empty databases: order, refusals, and what a failing or a simultaneous run leaves behind.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Client } from 'pg';
import { migrate, migrationsDigest, readMigrations } from '../../../functions/kernel/migrate';
import { createTestDatabase, type TestDatabase } from '../../support/postgres';

let folder: string;
let database: TestDatabase;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'juke-migrate-'));
  database = await createTestDatabase({ empty: true });
});

afterEach(async () => {
  await database.drop();
  rmSync(folder, { recursive: true, force: true });
});

function write(path: string, sql: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), sql);
}

async function rows(sql: string): Promise<unknown[]> {
  const client = new Client({ connectionString: database.url });
  await client.connect();
  try {
    return (await client.query({ text: sql, rowMode: 'array' })).rows;
  } finally {
    await client.end();
  }
}

const run = (until?: number) => migrate(database.url, { folder, until });

test('files of all modules are applied once, in the order of their numbers', async () => {
  write('orders/sql/0002-line.sql', 'create table line (id int references head)');
  write('catalog/sql/0001-head.sql', 'create table head (id int primary key)');
  expect(await run()).toEqual(['functions/catalog/sql/0001-head.sql', 'functions/orders/sql/0002-line.sql']);
  expect(await run()).toEqual([]);
  expect(await rows('select number, name from schema_migration order by number')).toEqual([
    [1, 'head'],
    [2, 'line'],
  ]);
});

test('a file with the line ends of Windows is the same file', async () => {
  write('catalog/sql/0001-head.sql', "create table head (\n  id int primary key\n);\ncomment on table head is 'two\nlines';\n");
  await run();
  write('catalog/sql/0001-head.sql', "create table head (\r\n  id int primary key\r\n);\r\ncomment on table head is 'two\r\nlines';\r\n");
  expect(await run()).toEqual([]);
});

test('until stops at a number', async () => {
  write('a/sql/0001-one.sql', 'create table one ()');
  write('a/sql/0002-two.sql', 'create table two ()');
  expect(await run(1)).toHaveLength(1);
  expect(await run()).toEqual(['functions/a/sql/0002-two.sql']);
});

test('a database of another program is left as it was; tables of an extension do not count', async () => {
  write('orders/sql/0001-head.sql', 'create table head (id int primary key)');
  const client = new Client({ connectionString: database.url });
  await client.connect();
  await client.query('create table posting (id int)');
  await expect(run()).rejects.toThrow(/^The database \w+ has tables of another program \(posting\), so nothing was done: name an empty one in DATABASE_URL\.$/);
  expect(await rows("select relname from pg_class where relnamespace = 'public'::regnamespace")).toEqual([['posting']]);
  // Another program's own notes of its migrations are not ours.
  await client.query('create table schema_migration (version text)');
  await expect(run()).rejects.toThrow(/has tables of another program \(posting\)/);
  await client.query('drop table schema_migration; drop table posting; create extension cube; create table its_own (id int); alter extension cube add table its_own');
  await client.end();
  expect(await run()).toEqual(['functions/orders/sql/0001-head.sql']);
});

test('a number used twice is refused, with both files named', async () => {
  write('a/sql/0007-one.sql', 'select 1');
  write('b/sql/0007-two.sql', 'select 1');
  await expect(run()).rejects.toThrow(
    'Migration number 0007 is used twice: functions/a/sql/0007-one.sql and functions/b/sql/0007-two.sql.',
  );
  expect(await rows("select to_regclass('schema_migration')")).toEqual([[null]]);
});

test('a changed applied file is refused and nothing else is applied', async () => {
  write('a/sql/0001-one.sql', 'create table one ()');
  await run();
  write('a/sql/0001-one.sql', 'create table one (id int)');
  write('a/sql/0002-two.sql', 'create table two ()');
  await expect(run()).rejects.toThrow('functions/a/sql/0001-one.sql was changed after this database applied it');
  expect(await rows("select to_regclass('two')")).toEqual([[null]]);
});

test('data of an earlier wording goes on where the file says that it was applied so', async () => {
  write('a/sql/0001-one.sql', 'create table one (id int)');
  await run();
  const [[checksum]] = (await rows('select checksum from schema_migration')) as [[string]];
  write('a/sql/0001-one.sql', `-- Also applied as ${checksum} (with id)\ncreate table one ()`);
  write('a/sql/0002-two.sql', 'alter table one add column if not exists id int');
  expect(await run()).toEqual(['functions/a/sql/0002-two.sql']);
  expect(await run()).toEqual([]);
  write('a/sql/0001-one.sql', `-- Also applied as ${checksum.replace(/./g, '0')}\ncreate table one ()`);
  await expect(run()).rejects.toThrow('was changed after this database applied it');
});

test('line ends do not count as a change', async () => {
  write('a/sql/0001-one.sql', 'create table one (\n)');
  await run();
  write('a/sql/0001-one.sql', 'create table one (\r\n)');
  expect(await run()).toEqual([]);
});

test('a number given to another file is refused', async () => {
  write('a/sql/0001-one.sql', 'create table one ()');
  await run();
  rmSync(join(folder, 'a'), { recursive: true });
  write('a/sql/0001-other.sql', 'create table one ()');
  await expect(run()).rejects.toThrow('Migration 0001 is one in this database and functions/a/sql/0001-other.sql here');
});

test('a function file is applied again when it changes, and only then', async () => {
  write(
    'a/sql/0001-answer.fn.sql',
    'create or replace function answer() returns int language sql as $$ select 41; $$;',
  );
  await run();
  expect(await run()).toEqual([]);
  write(
    'a/sql/0001-answer.fn.sql',
    "create or replace function answer() returns int language sql as $$ select 42; $$; -- it's; new",
  );
  expect(await run()).toEqual(['functions/a/sql/0001-answer.fn.sql']);
  expect(await rows('select answer()')).toEqual([[42]]);
});

test('a function file that holds anything else is refused', async () => {
  write('a/sql/0001-mixed.fn.sql', 'create or replace view v as select 1;\ncreate table t ();');
  await expect(run()).rejects.toThrow('may only create or replace functions and views; move "create table t ()"');
});

test('a badly named file is refused', () => {
  write('a/sql/1-short.sql', 'select 1');
  expect(() => readMigrations(folder)).toThrow('functions/a/sql/1-short.sql is no migration name');
});

test('a failing file leaves nothing of itself, keeps those before, and is named with its line', async () => {
  write('a/sql/0001-one.sql', 'create table one ();');
  write('a/sql/0002-two.sql', 'create table two ();\ncreate table three (\n  nonsense nonsense\n);');
  await expect(run()).rejects.toThrow(/^functions\/a\/sql\/0002-two\.sql:3: .*nonsense/);
  expect(
    await rows("select to_regclass('one')::text, to_regclass('two'), (select count(*)::int from schema_migration)"),
  ).toEqual([['one', null, 1]]);
});

test('runs at the same moment apply each file once', async () => {
  for (let number = 1; number <= 5; number += 1) write(`a/sql/000${number}-t.sql`, `create table t${number} ()`);
  const applied = await Promise.all([run(), run(), run(), run()]);
  expect(applied.flat().sort()).toEqual([1, 2, 3, 4, 5].map((number) => `functions/a/sql/000${number}-t.sql`));
});

test('the digest changes with any file', () => {
  write('a/sql/0001-one.sql', 'create table one ()');
  const before = migrationsDigest(folder);
  write('b/sql/0002-two.sql', 'create table two ()');
  expect(migrationsDigest(folder)).not.toBe(before);
});

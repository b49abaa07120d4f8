// Owns the table schema_migration: brings a database to the SQL files under functions/*/sql, in one total order by
// number. Each file commits with its own row under an advisory lock, so a crash leaves whole files only and two starts
// do not collide.
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { basename, dirname, join, relative } from 'node:path';
import { Client } from 'pg';

interface Migration {
  number: number;
  /** File name without number and extension. */
  name: string;
  /** For messages: functions/<module>/sql/<name>. */
  file: string;
  sql: string;
  /** SHA-256 of the text with \n line ends. */
  checksum: string;
  /** Checksums of earlier wordings, from its lines `-- Also applied as <checksum>`: a later file makes up for what they lack. */
  earlier: string[];
  /** `NNNN-name.fn.sql`: functions and views only, applied again whenever its text changes. */
  replaceable: boolean;
}

interface AppliedRow {
  number: number;
  name: string;
  checksum: string;
}

interface MigrateOptions {
  /** Apply files with a number up to this one. */
  until?: number;
  /** Folder of the modules: `<folder>/<module>/sql/*.sql`. Default: MIGRATIONS_DIR, else functions/ of the checkout. */
  folder?: string;
}

const FILE_NAME = /^(\d{4})-([a-z0-9-]+?)(\.fn)?\.sql$/;
const ALSO_APPLIED = /^-- Also applied as ([0-9a-f]{64})\b/gm;
const LOCK_KEY = 7_205_001;
const REPLACEABLE =
  /^(create\s+or\s+replace\s+(function|procedure|view)|drop\s+(function|procedure|view)\s+if\s+exists|comment\s+on)\b/i;

/**
 * Applies what is missing, oldest number first; safe to run twice and from two processes at once.
 * Throws an Error with one sentence when a number is used twice or an applied file was changed.
 * @returns the files applied now, in order
 */
export async function migrate(url: string, options: MigrateOptions = {}): Promise<string[]> {
  const files = readMigrations(options.folder).filter((file) => file.number <= (options.until ?? Infinity));
  const client = new Client({ connectionString: url, application_name: 'juke-migrate' });
  await client.connect();
  try {
    await refuseForeign(client);
    const applied = await readApplied(client);
    const todo = pending(files, applied);
    const done: string[] = [];
    for (const file of todo) if (await apply(client, file)) done.push(file.file);
    return done;
  } finally {
    await client.end();
  }
}

/** All migration files of the checkout in order. Throws when a name does not fit or a number is used twice. */
export function readMigrations(folder = migrationsFolder()): Migration[] {
  const found: Migration[] = [];
  for (const module of readdirSync(folder, { withFileTypes: true })) {
    const sqlFolder = join(folder, module.name, 'sql');
    if (!module.isDirectory() || !existsSync(sqlFolder)) continue;
    for (const name of readdirSync(sqlFolder)) {
      if (name.endsWith('.sql')) found.push(readMigration(folder, join(sqlFolder, name)));
    }
  }
  found.sort((left, right) => left.number - right.number);
  found.forEach((file, index) => {
    const before = found[index - 1];
    if (before?.number === file.number) {
      throw new Error(
        `Migration number ${pad(file.number)} is used twice: ${before.file} and ${file.file}. Give one of them a ` +
          'free number.',
      );
    }
  });
  return found;
}

/** One fingerprint of all files: a template database made from them is stale when it changes. */
export function migrationsDigest(folder?: string): string {
  const lines = readMigrations(folder).map((file) => `${file.number} ${file.checksum}\n`);
  return createHash('sha256').update(lines.join('')).digest('hex');
}

function readMigration(folder: string, path: string): Migration {
  const file = join('functions', relative(folder, path)).replaceAll('\\', '/');
  const match = FILE_NAME.exec(basename(path));
  if (!match)
    throw new Error(
      `${file} is no migration name: use four digits, a dash and a kebab-case name, as in 0042-add-seat.sql.`,
    );
  const sql = readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  const checksum = createHash('sha256').update(sql).digest('hex');
  const replaceable = match[3] !== undefined;
  if (replaceable) refuseUnlessReplaceable(file, sql);
  const earlier = [...sql.matchAll(ALSO_APPLIED)].map((line) => line[1]!);
  return { number: Number(match[1]), name: match[2] ?? '', file, sql, checksum, earlier, replaceable };
}

function refuseUnlessReplaceable(file: string, sql: string): void {
  const bare = sql
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .replace(/'(?:[^']|'')*'/g, "''")
    .replace(/--[^\n]*/g, '')
    .replace(/\/\*[\s\S]*?\*\//g, '');
  const wrong = bare
    .split(';')
    .map((part) => part.trim())
    .find((part) => part !== '' && !REPLACEABLE.test(part));
  if (wrong === undefined) return;
  throw new Error(
    `${file} is applied again whenever it changes, so it may only create or replace functions and views; move ` +
      `"${wrong.slice(0, 60)}" to a migration of its own.`,
  );
}

async function readApplied(client: Client): Promise<AppliedRow[]> {
  const table = await client.query<{ found: string | null }>("select to_regclass('schema_migration')::text as found");
  if (!table.rows[0]?.found) return [];
  return (await client.query<AppliedRow>('select number, name, checksum from schema_migration order by number')).rows;
}

/**
 * Our tables among those of another program would only clash half-way. One statement, so that it sees another start's
 * first file whole or not at all; tables of extensions do not count. Others name a table schema_migration too.
 */
async function refuseForeign(client: Client): Promise<void> {
  const { rows } = await client.query<{ database: string; relname: string }>(
    `with own as (
       select c.oid, c.relname from pg_class c where c.relnamespace = current_schema()::regnamespace and c.relkind in ('r', 'p')
     )
     select current_database() as database, relname from own
     where not exists (
         select 1 from own join pg_attribute a on a.attrelid = own.oid
         where relname = 'schema_migration' and a.attname in ('number', 'checksum') having count(*) = 2
       )
       and not exists (select 1 from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = own.oid and d.deptype = 'e')
     order by relname limit 1`,
  );
  if (rows[0]) {
    throw new Error(
      `The database ${rows[0].database} has tables of another program (${rows[0].relname}), so nothing was done: name an ` +
        'empty one in DATABASE_URL.',
    );
  }
}

/**
 * Numbers come in a block per module, so a new file may be older than an applied one; it names only what stands left
 * of it.
 */
function pending(files: Migration[], applied: AppliedRow[]): Migration[] {
  const byNumber = new Map(applied.map((row) => [row.number, row]));
  return files.filter((file) => {
    const row = byNumber.get(file.number);
    return row === undefined || isStale(file, row);
  });
}

/** Whether an applied file must be applied again; throws when it must not have changed. */
function isStale(file: Migration, row: AppliedRow): boolean {
  if (row.name !== file.name) {
    throw new Error(
      `Migration ${pad(file.number)} is ${row.name} in this database and ${file.file} here: keep the old file ` +
        'and give the new one its own number.',
    );
  }
  if (row.checksum === file.checksum || file.earlier.includes(row.checksum)) return false;
  if (file.replaceable) return true;
  throw new Error(
    `${file.file} was changed after this database applied it: put it back and write the change as a new ` +
      'migration, or start with an empty database.',
  );
}

/** @returns false when another process applied it between our look and our lock */
async function apply(client: Client, file: Migration): Promise<boolean> {
  await client.query('begin');
  try {
    await client.query('select pg_advisory_xact_lock($1)', [LOCK_KEY]);
    // The machine clock and not juke_now(): this table exists before juke_now() does, and nothing is decided by the
    // value.
    await client.query(
      `create table if not exists schema_migration (
         number integer primary key,
         name text not null,
         checksum text not null,
         applied_at timestamptz not null default clock_timestamp()
       )`,
    );
    const row = (
      await client.query<AppliedRow>('select number, name, checksum from schema_migration where number = $1', [
        file.number,
      ])
    ).rows[0];
    if (row && !isStale(file, row)) {
      await client.query('rollback');
      return false;
    }
    await client.query(file.sql);
    await client.query(
      `insert into schema_migration (number, name, checksum) values ($1, $2, $3)
       on conflict (number) do update set checksum = excluded.checksum, applied_at = excluded.applied_at`,
      [file.number, file.name, file.checksum],
    );
    await client.query('commit');
    return true;
  } catch (error) {
    await client.query('rollback').catch(() => undefined);
    throw withPlace(file, error);
  }
}

/** A mistake in SQL is told with its file and line. */
function withPlace(file: Migration, error: unknown): unknown {
  const { message, position, detail, where } = error as {
    message: string;
    position?: string;
    detail?: string;
    where?: string;
  };
  if (!(error instanceof Error) || !('severity' in error)) return error;
  const line = position ? `:${file.sql.slice(0, Number(position)).split('\n').length}` : '';
  const more = [detail, where].filter(Boolean).join(' ');
  return new Error(`${file.file}${line}: ${message}${more ? ` (${more})` : ''}`, { cause: error });
}

/**
 * In a cloud bundle the files are copied beside it and named by MIGRATIONS_DIR; else functions/ beside package.json.
 */
function migrationsFolder(): string {
  const named = process.env.MIGRATIONS_DIR;
  if (named && !existsSync(named)) throw new Error(`MIGRATIONS_DIR names ${named}, which is not there: name the folder that holds <module>/sql.`);
  if (named) return named;
  for (const start of [__dirname, process.cwd()]) {
    for (let folder = start; ; folder = dirname(folder)) {
      if (existsSync(join(folder, 'package.json')) && existsSync(join(folder, 'functions')))
        return join(folder, 'functions');
      if (folder === dirname(folder)) break;
    }
  }
  throw new Error('The migrations were not found: set MIGRATIONS_DIR to the folder that holds <module>/sql.');
}

function pad(number: number): string {
  return String(number).padStart(4, '0');
}

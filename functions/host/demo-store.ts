/** The mark of a demo database, emptying one, and what the demo must know at a later start. Owns the table demo_city. */
import pg from 'pg';
import type { App, Db } from '../kernel';
import { sandboxOf } from './demo-world';

interface Mark {
  state: 'making' | 'made';
  friendToken: string | null;
}

export async function readMark(db: Pick<Db, 'query'>): Promise<Mark | null> {
  const [row] = await db.query<Mark>(`SELECT state, body ->> 'friendToken' AS "friendToken" FROM demo_city`);
  return row ?? null;
}
export async function beginMark(db: Db): Promise<void> {
  await db.query(`INSERT INTO demo_city (state) VALUES ('making')`);
}
export async function finishMark(db: Db, friendToken: string | null): Promise<void> {
  await db.query(
    `UPDATE demo_city SET state = 'made', body = jsonb_build_object('friendToken', $1::text), made_at = juke_now()`,
    [friendToken],
  );
}

/** Whether somebody's data is here already: a database that the demo must not touch. */
export async function hasData(db: Pick<Db, 'query'>): Promise<boolean> {
  const [row] = await db.query<{ found: boolean }>(
    'SELECT EXISTS (SELECT FROM merchant) OR EXISTS (SELECT FROM guest_order) OR EXISTS (SELECT FROM person) AS found',
  );
  return row!.found;
}

/** What migrations and the start fill: not data. */
const KEPT = ['schema_migration', 'transition', 'fact_route', 'clock_offset'];

/** Takes away every row of a database that the demo made, and sets its clock to the real time. Throws when it bears no mark. */
export async function emptyDatabase(databaseUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'juke-demo' });
  await client.connect();
  try {
    await client.query('BEGIN');
    if ((await client.query('SELECT FROM demo_city FOR UPDATE')).rowCount === 0)
      throw new Error('this database was not made by the demo');
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I', tablename) AS name FROM pg_tables WHERE schemaname = current_schema() AND NOT tablename = ANY ($1)`,
      [KEPT],
    );
    // The ledger refuses to be emptied; here, and only here, its guards stand aside, within this one commit.
    const guards = async (verb: 'DISABLE' | 'ENABLE') => {
      for (const { name } of rows) await client.query(`ALTER TABLE ${name} ${verb} TRIGGER USER`);
    };
    await guards('DISABLE');
    await client.query(`TRUNCATE ${rows.map((row) => row.name).join(', ')} RESTART IDENTITY`);
    await guards('ENABLE');
    await client.query('UPDATE clock_offset SET offset_ms = 0');
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}

/** A city whose making was cut short: both sides forget it. */
export async function forgetCity(app: App): Promise<void> {
  await emptyDatabase(app.config.databaseUrl);
  await sandboxOf(app)('reset');
  await app.clock.read();
}

const LOCK_KEY = 7_205_002;
/** One maker at a time, also of several hosts: the next one finds the city made. */
export async function onlyMaker<T>(databaseUrl: string, work: () => Promise<T>): Promise<T> {
  const client = new pg.Client({ connectionString: databaseUrl, application_name: 'juke-demo' });
  await client.connect();
  try {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK_KEY]);
    return await work();
  } finally {
    await client.end();
  }
}

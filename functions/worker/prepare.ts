/** Brings a database up to date: migrations, then the tables that mirror code (state steps, who reacts to which fact). */
import pg from 'pg';
import { transitions } from '../contract/states';
import { migrate } from '../kernel/migrate';
import { factRoutes } from './routes';

/** Safe to run at every start and from several processes. */
export async function prepareDatabase(url: string): Promise<void> {
  await migrate(url);
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    const steps = Object.entries(transitions).flatMap(([subject, from]) => Object.entries(from).flatMap(([a, tos]) => (tos as readonly string[]).map((b) => ({ subject, a, b }))));
    await client.query(`INSERT INTO transition (subject_kind, from_state, to_state)
      SELECT x ->> 'subject', x ->> 'a', x ->> 'b' FROM jsonb_array_elements($1::jsonb) x ON CONFLICT DO NOTHING`, [JSON.stringify(steps)]);
    await client.query(`INSERT INTO fact_route (kind, reaction)
      SELECT x ->> 'kind', x ->> 'reaction' FROM jsonb_array_elements($1::jsonb) x ON CONFLICT DO NOTHING`, [JSON.stringify(factRoutes)]);
    // F-31: what arrived before its reactions were deployed runs now, once for each of them.
    await client.query('SELECT kernel_adopt_facts()');
  } finally {
    await client.end();
  }
}

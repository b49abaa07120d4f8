/** Reads, the ledger and facts. */
import pg from 'pg';
import { openDb, quietLog, startClock, type App } from '../../functions/kernel';
import { runOnce } from '../../functions/worker/runner';
import { connect } from './http';
import { measure, resultOf, round, type Result } from './measure';
import { DEALS, dealId, type Bench } from './setup';

const address = () => ({ 'x-forwarded-for': `10.${Math.floor(Math.random() * 255)}.${Math.floor(Math.random() * 255)}.${Math.floor(Math.random() * 255)}` });

async function gets(b: Bench, name: string, clients: number, ms: number, path: () => string): Promise<Result> {
  const m = await measure(clients, ms, async () => {
    const connection = await connect(b.port);
    return async () => {
      const reply = await connection.send({ method: 'GET', path: path(), headers: address() });
      if (reply.status !== 200) throw new Error(`${name}: ${reply.body}`);
    };
  });
  return resultOf(name, clients, m, null);
}
export const dealPage = (b: Bench, clients: number, ms: number) => gets(b, 'deal-page', clients, ms, () => `/api/deals/${dealId(1 + Math.floor(Math.random() * (DEALS - 1)))}`);
/** Anywhere in a square of 1° with 100,000 stores; places differ, so that the snapshot does not answer. */
export const nearby = (b: Bench, clients: number, ms: number) => gets(b, 'nearby-100k', clients, ms, () =>
  `/api/stores?lat=${30_000_000 + Math.floor(Math.random() * 1_000_000)}&lng=${120_000_000 + Math.floor(Math.random() * 1_000_000)}`);

/** Journals of three postings through ledger_post; floor: the same rows by a plain statement, without checks and balances. */
export async function ledger(b: Bench, clients: number, ms: number): Promise<Result> {
  const run = async (sql: string, values: (n: number) => unknown[]) => {
    const open: pg.Client[] = [];
    let n = 0;
    const m = await measure(clients, ms, async () => {
      const client = new pg.Client({ connectionString: b.databaseUrl });
      await client.connect();
      open.push(client);
      return () => client.query({ name: 'x', text: sql, values: values((n += 1)) });
    });
    await Promise.all(open.map((c) => c.end()));
    return m;
  };
  const stamp = Date.now();
  const lines = JSON.stringify([{ a: 'provider', o: 'mch', f: -1_000 }, { a: 'provider-fee', o: 'mch', f: 6 }, { a: 'merchant-frozen', o: 'mch', f: 994 }]);
  const checked = await run(`SELECT ledger_post('bench', $1, 'mch', NULL, $2::jsonb)`, (n) => [`${stamp}:${clients}:${n}`, lines]);
  const plain = await run(`WITH j AS (INSERT INTO bench_journal (journal_id, kind, subject) VALUES ($1, 'bench', $1) RETURNING journal_id)
    INSERT INTO bench_posting SELECT journal_id, n, e ->> 'a', e ->> 'o', (e ->> 'f')::bigint FROM j, jsonb_array_elements($2::jsonb) WITH ORDINALITY x (e, n)`, (n) => [`${stamp}:${clients}:${n}`, lines]);
  return resultOf('ledger', clients, checked, plain.perSecond);
}
export const LEDGER_SQL = `CREATE TABLE bench_journal (journal_id text PRIMARY KEY, kind text, subject text, UNIQUE (kind, subject));
CREATE TABLE bench_posting (journal_id text REFERENCES bench_journal, line int, account_kind text, owner_id text, amount_fen bigint, PRIMARY KEY (journal_id, line));
INSERT INTO fact_route VALUES ('bench.tick', 'bench');`;

/** Facts at 200 a second: from due to done. */
export async function facts(b: Bench, ms: number): Promise<Result> {
  const db = openDb(b.databaseUrl, { max: 8 });
  const app: App = { db, clock: await startClock(db), config: {} as App['config'], log: quietLog };
  const lags: number[] = [];
  let stopped = false;
  let sent = 0;
  const only = { bench: async (_: App, fact: { body: Record<string, unknown> }) => { lags.push(performance.now() - Number(fact.body.at)); return null; } };
  const worker = (async () => {
    while (!stopped || lags.length < sent) if ((await runOnce(app, { only })) === 0) await new Promise((done) => setTimeout(done, 100));
  })();
  const start = performance.now();
  const emits: Promise<unknown>[] = [];
  while (performance.now() - start < ms) {
    for (; sent < ((performance.now() - start) / 1_000) * 200; sent += 1) emits.push(b.db.query('SELECT kernel_emit($1, $2, $3::jsonb)', ['bench.tick', `t${sent}`, JSON.stringify({ at: performance.now() })]));
    await new Promise((done) => setTimeout(done, 5));
  }
  await Promise.all(emits);
  stopped = true;
  await worker;
  app.clock.stop();
  await db.end();
  lags.sort((x, y) => x - y);
  const at = (p: number) => round(lags[Math.min(lags.length - 1, Math.floor(lags.length * p))]!);
  return { name: 'facts', clients: 1, perSecond: Math.round(lags.length / (ms / 1_000)), p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), floorPerSecond: null, ratio: null, note: 'lag from due to done at 200/s' };
}

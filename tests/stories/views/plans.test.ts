/**
 * After years a statement must not read a whole table. Each statement that the routes and the worker send is planned without its values
 * and without sequential scans: what still reads one of the tables that grow with every order, or an index of it from end to end, has
 * no index for what it asks. (An index of some rows only may be read whole: here they are few.)
 */
import { Client } from 'pg';
import { routes, type RouteName } from '../../../functions/contract/routes';
import { reconcileBill } from '../../../functions/settlement';
import { invariants } from '../../../functions/views/invariants';
import { runTimers } from '../../../functions/worker/timers';
import { startTestApp, type TestApp } from '../../support/app';
import { cases, makeWorld } from '../../support/every-route';

jest.mock('../../../functions/kernel/rate', () => ({ takeRate: () => undefined }));

const GROWING = `attribution channel_visit coupon coupon_claim coupon_gift coupon_use event fact group_buy group_seat guest_order idempotency journal
  notice order_line payment person_device posting provider_notice purchase redemption refund reward reward_slot session_family share_link split
  state_change subsidy touch voucher voucher_set withdrawal`.split(/\s+/);

/** What the test's own world asks. */
const MARKS = 'SELECT v.secret, p.payment_id AS payment FROM voucher v JOIN payment p USING (order_id)';
const seen = new Set<string>();
let t: TestApp;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: { beforeStatement: (sql) => void seen.add(sql) } });
  const world = await makeWorld(t);
  seen.delete(MARKS);
  const last: RouteName[] = ['deleteMe', 'logout'];
  const names = (Object.keys(routes) as RouteName[]).filter((name) => !last.includes(name));
  for (const name of [...names, ...last]) {
    const { by, ...input } = await cases[name](world);
    await t.handle(name, { ...input, as: by });
  }
  for (const tab of ['unpaid', 'forming', 'usable', 'used', 'refund'] as const) await t.handle('listOrders', { as: world.guest, query: { tab } });
  await reconcileBill(t.app, new Date(t.app.clock.nowMs() - 16 * 3_600_000).toISOString().slice(0, 10)); // yesterday in Shanghai
  await runTimers(t.app);
  await t.drain();
});
afterAll(() => t.stop());

interface Plan { 'Node Type': string; 'Parent Relationship'?: string; 'Subplan Name'?: string; Filter?: string; 'Relation Name'?: string; 'Index Name'?: string; 'Index Cond'?: string; 'Recheck Cond'?: string; Plans?: Plan[] }
const partialIndexes = async (client: Client) =>
  new Set((await client.query<{ name: string }>('SELECT relname AS name FROM pg_index JOIN pg_class ON oid = indexrelid WHERE indpred IS NOT NULL')).rows.map((row) => row.name));
const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

test('no statement of a route or of the worker reads a growing table from end to end', async () => {
  const client = new Client({ connectionString: t.url });
  await client.connect();
  const found: string[] = [];
  try {
    await client.query('SET enable_seqscan = off');
    const partial = await partialIndexes(client);
    const statements = [...seen].filter((sql) => /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b/i.test(sql));
    expect(statements.length).toBeGreaterThan(80);
    for (const sql of statements) {
      const [row] = (await client.query(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${sql}`)).rows;
      for (const node of nodes(row['QUERY PLAN'][0].Plan)) {
        const table = node['Relation Name'];
        const isWhole = node['Node Type'] === 'Seq Scan' || (/^Index (Only )?Scan$/.test(node['Node Type']) && !node['Index Cond'] && !partial.has(node['Index Name']!));
        if (isWhole && GROWING.includes(table!)) found.push(`${table}: ${sql.replace(/\s+/g, ' ').slice(0, 200)}`);
      }
    }
  } finally {
    await client.end();
  }
  expect(found).toEqual([]);
});

const isHashed = (plan: Plan, above: Plan) => JSON.stringify({ ...above, Plans: [] }).includes(`hashed ${plan['Subplan Name']}`);
/** What is looked for once for each row of something else, by a filter instead of by an index. */
function repeated(plan: Plan, inLoop: boolean, above: Plan | null): Plan[] {
  const loops = inLoop || (above?.['Node Type'] === 'Nested Loop' && plan['Parent Relationship'] === 'Inner') || (plan['Parent Relationship'] === 'SubPlan' && !isHashed(plan, above!));
  const own = loops && /Scan$/.test(plan['Node Type']) && plan.Filter && !plan['Index Cond'] && !plan['Recheck Cond'] && GROWING.includes(plan['Relation Name']!) ? [plan] : [];
  return [...own, ...(plan.Plans ?? []).flatMap((below) => repeated(below, loops && plan['Node Type'] !== 'Materialize', plan))];
}

test('no invariant looks through a growing table once for each row of another: an audit of millions ends', async () => {
  const client = new Client({ connectionString: t.url });
  await client.connect();
  const found: string[] = [];
  try {
    await client.query('SET enable_seqscan = off; SET enable_mergejoin = off; SET enable_hashjoin = off');
    const partial = await partialIndexes(client);
    for (const { id, says, violationsSql } of invariants) {
      const [row] = (await client.query(`EXPLAIN (VERBOSE, FORMAT JSON) ${violationsSql}`)).rows;
      for (const node of repeated(row['QUERY PLAN'][0].Plan, false, null)) if (!partial.has(node['Index Name']!)) found.push(`${id} ${node['Relation Name']} ${node.Filter}: ${says.slice(0, 60)}`);
    }
  } finally {
    await client.end();
  }
  expect(found).toEqual([]);
});

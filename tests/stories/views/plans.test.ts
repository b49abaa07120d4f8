/**
 * After years a statement must not read a whole table. Each statement that the routes and the worker send is planned without its values
 * and without sequential scans: what still reads one of the tables that grow with every order, or an index of it from end to end, has
 * no index for what it asks. (An index of some rows only may be read whole: here they are few.)
 */
import { Client } from 'pg';
import { routes, type RouteName } from '../../../functions/contract/routes';
import { reconcileBill } from '../../../functions/settlement';
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
  await reconcileBill(t.app, new Date(t.app.clock.nowMs()).toISOString().slice(0, 10));
  await runTimers(t.app);
  await t.drain();
}, 120_000);
afterAll(() => t.stop());

interface Plan { 'Node Type': string; 'Relation Name'?: string; 'Index Name'?: string; 'Index Cond'?: string; Plans?: Plan[] }
const nodes = (plan: Plan): Plan[] => [plan, ...(plan.Plans ?? []).flatMap(nodes)];

test('no statement of a route or of the worker reads a growing table from end to end', async () => {
  const client = new Client({ connectionString: t.url });
  await client.connect();
  const found: string[] = [];
  try {
    await client.query('SET enable_seqscan = off');
    const partial = new Set((await client.query('SELECT indexrelid::regclass::text AS name FROM pg_index WHERE indpred IS NOT NULL')).rows.map((row) => row.name.replace(/"/g, '')));
    const statements = [...seen].filter((sql) => /^\s*(SELECT|WITH|INSERT|UPDATE|DELETE)\b/i.test(sql));
    expect(statements.length).toBeGreaterThan(80);
    for (const sql of statements) {
      const [row] = (await client.query(`EXPLAIN (GENERIC_PLAN, FORMAT JSON) ${sql}`)).rows;
      for (const node of nodes(row['QUERY PLAN'][0].Plan)) {
        const table = node['Relation Name'];
        const isWhole = node['Node Type'] === 'Seq Scan' || (/^Index (Only )?Scan$/.test(node['Node Type']) && !node['Index Cond'] && !partial.has(node['Index Name']));
        if (isWhole && GROWING.includes(table!)) found.push(`${table}: ${sql.replace(/\s+/g, ' ').slice(0, 200)}`);
      }
    }
  } finally {
    await client.end();
  }
  expect(found).toEqual([]);
});

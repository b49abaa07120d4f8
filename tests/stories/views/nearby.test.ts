/** D1: the nearest shops come from the index in order, also among very many. The plan is asked, not the clock. */
import { dropSnapshots } from '../../../functions/views';
import { listDeals } from '../../../functions/views/deals';
import { candidateSql, findCandidates, findStores, near, NEARBY_ROWS, NEAREST_ROWS } from '../../../functions/views/market';
import { distanceM } from '../../../functions/views/rules';
import { listStores } from '../../../functions/views/stores';
import { startTown, type Town } from './trade';

let town: Town;
const STORES = 20_000;
beforeAll(async () => {
  town = await startTown();
  await town.db.query(
    `INSERT INTO store (store_id, merchant_id, name, address, phone, category, lat_e6, lng_e6, opens_at_minute, closes_at_minute)
    SELECT 'sto_many' || lpad(n::text, 8, '0'), $1, '店 ' || n, '路 ' || n, '0571-1', 'food', 30000000 + (n * 7919) % 600000, 119800000 + (n * 104729) % 700000, 0, 1440 FROM generate_series(1, $2::int) n`,
    [town.merchantId, STORES],
  );
  await town.db.query(
    'INSERT INTO deal_store (deal_id, store_id, merchant_id) SELECT $1, store_id, merchant_id FROM store WHERE store_id LIKE $2',
    [town.dealId, 'sto_many%'],
  );
  await town.db.query('ANALYZE');
});
afterAll(() => town.stop());

const at = { lat: 30_310_000, lng: 120_140_000 };
const planOf = async (sql: string, params: unknown[]) =>
  (await town.db.query(`EXPLAIN ${sql}`, params)).map((row) => row['QUERY PLAN'] as string).join('\n');

test.each([
  ['no filter', {}],
  ['a category', { category: 'food' as const }],
  ['open now, with a rebate, at most so much', { openNow: true, rebate: true, maxFen: 20_000 }],
])('deals nearby walk the index in order of distance: %s', async (_name, filter) => {
  const { sql, params } = candidateSql({ at, ...filter }, NEARBY_ROWS);
  const plan = await planOf(sql, params);
  expect(plan).toMatch(/Index Scan using store_near on store s/);
  expect(plan).toMatch(/Order By:/);
  expect(plan).not.toMatch(/Seq Scan on store|Sort Key: \(\(.*<->/);
});

test('shops nearby walk the same index', async () => {
  let seen = '';
  await findStores(
    {
      query: async (sql: string, params: readonly unknown[] = []) => {
        seen = await planOf(sql, [...params]);
        return [];
      },
    } as never,
    `ORDER BY ${near(1, 2)} LIMIT ${NEARBY_ROWS}`,
    [at.lat / 1e6, at.lng / 1e6],
  );
  expect(seen).toMatch(/Index Scan using store_near on store s/);
});

test('the order is that of true distances', async () => {
  const { candidates } = await findCandidates(town.db, { at });
  const distances = candidates.map((c) => distanceM(at, c.at));
  expect(distances).toHaveLength(NEARBY_ROWS);
  // The index knows the ball of the earth as a chord; a metre of rounding between the two is fine.
  distances.forEach((d, i) => expect(d).toBeGreaterThanOrEqual((distances[i - 1] ?? 0) - 1));
  const [{ n }] = (await town.db.query(
    `SELECT count(*)::int AS n FROM store s JOIN deal_store d USING (store_id) WHERE merchants_point(lat_e6, lng_e6) <-> public.ll_to_earth($1, $2) < $3`,
    [at.lat / 1e6, at.lng / 1e6, distances[NEARBY_ROWS - 1]! - 2],
  )) as [{ n: number }];
  expect(n).toBeLessThanOrEqual(NEARBY_ROWS);
});

interface Ran { 'Node Type': string; 'Relation Name'?: string; 'Actual Rows': number; 'Actual Loops': number; Plans?: Ran[] }
const nodes = (node: Ran): Ran[] => [node, ...(node.Plans ?? []).flatMap(nodes)];
const ran = async (sql: string, params: unknown[]) => nodes((await town.db.query(`EXPLAIN (ANALYZE, FORMAT JSON) ${sql}`, params))[0]!['QUERY PLAN'][0].Plan);

test.each([['near a place', at], ['anywhere', null]])('a word that is at every shop gives some of them, %s, and the others are not looked at', async (_where, place) => {
  const { sql, params } = candidateSql({ at: place, q: '店' }, NEARBY_ROWS);
  const found = (await ran(sql, params)).filter((node) => /Append/.test(node['Node Type']));
  expect(found.length).toBeGreaterThan(0);
  for (const node of found) expect(node['Actual Rows']).toBeLessThan(STORES / 4);
  expect((await findCandidates(town.db, { at: place, q: '店' })).candidates.length).toBeGreaterThan(100);
});

test('shops without a place: only of those that are shown the best offer is looked up', async () => {
  let loops: number[] = [];
  await findStores(
    {
      query: async (sql: string, params: readonly unknown[] = []) => {
        loops = (await ran(sql, [...params])).filter((node) => node['Relation Name'] === 'deal_store').map((node) => node['Actual Loops']);
        return [];
      },
    } as never,
    `ORDER BY s.created_at DESC, s.store_id LIMIT ${NEARBY_ROWS}`,
    [],
  );
  expect(loops.length).toBeGreaterThan(0);
  expect(Math.max(...loops)).toBeLessThanOrEqual(NEARBY_ROWS);
});

describe('a mall: more shops than a page within a hundred metres, each with a deal of its own and one of the chain', () => {
  const MALL = 100;
  const centre = { lat: 31_000_000, lng: 121_000_000 };
  // At the edge of what shares a snapshot: from here the order is another than from its middle.
  const here = { lat: centre.lat + 480, lng: centre.lng + 480 };
  beforeAll(async () => {
    const copy = (table: string) => town.db.query(
      `INSERT INTO ${table} SELECT (jsonb_populate_record(x, jsonb_build_object('deal_id', 'deal_mall' || n))).* FROM ${table} x, generate_series(1, $2::int) n WHERE deal_id = $1`, [town.dealId, MALL]);
    for (const table of ['deal', 'deal_terms', 'deal_stock']) await copy(table);
    await town.db.query(
      `INSERT INTO store (store_id, merchant_id, name, address, phone, category, lat_e6, lng_e6, opens_at_minute, closes_at_minute)
      SELECT 'sto_mall' || n, $1, '铺 ' || n, '一层 ' || n, '0571-1', 'food', $3 - 600 + (n * 37) % 1200, $4 - 600 + (n * 101) % 1200, 0, 1440 FROM generate_series(1, $2::int) n`,
      [town.merchantId, MALL, centre.lat, centre.lng]);
    await town.db.query(
      `INSERT INTO deal_store (deal_id, store_id, merchant_id) SELECT deal, 'sto_mall' || n, $1 FROM generate_series(1, $2::int) n, LATERAL (VALUES ($3), ('deal_mall' || n)) v (deal)`,
      [town.merchantId, MALL, town.dealId]);
    dropSnapshots(town.as(null).db);
  });

  async function walk<T>(page: (cursor?: string) => Promise<{ items: T[]; nextCursor: string | null }>): Promise<T[]> {
    const all: T[] = [];
    for (let cursor: string | undefined; ;) {
      const { items, nextCursor } = await page(cursor);
      all.push(...items);
      if (nextCursor === null) return all;
      cursor = nextCursor;
    }
  }

  test('each shop comes once, page after page, the nearest first', async () => {
    const shops = await walk((cursor) => town.read('listStores', listStores, town.as(null), { query: { ...here, cursor } }));
    expect(shops).toHaveLength(NEARBY_ROWS);
    expect(new Set(shops.map((shop) => shop.storeId)).size).toBe(NEARBY_ROWS);
    for (const part of [shops.slice(0, NEAREST_ROWS), shops.slice(NEAREST_ROWS)]) {
      const metres = part.map((shop) => shop.distanceM!);
      expect(metres).toEqual([...metres].sort((a, b) => a - b));
    }
  });

  test('each deal comes once, page after page', async () => {
    const deals = await walk((cursor) => town.read('listDeals', listDeals, town.as(null), { query: { ...here, cursor } }));
    expect(deals.length).toBeGreaterThan(50);
    expect(new Set(deals.map((deal) => deal.dealId)).size).toBe(deals.length);
  });

  test('where a chain has all the nearest shops, the page is filled from those behind', async () => {
    const page = await town.read('listDeals', listDeals, town.as(null), { query: at });
    expect(page.items.map((deal) => deal.dealId)).toEqual([town.dealId]);
    await town.db.query(
      `INSERT INTO deal_store (deal_id, store_id, merchant_id) SELECT 'deal_mall1', store_id, merchant_id FROM (SELECT s.* FROM store s ORDER BY ${near(1, 2)} OFFSET ${NEAREST_ROWS + 20} LIMIT 1) s`,
      [at.lat / 1e6, at.lng / 1e6]);
    dropSnapshots(town.as(null).db);
    const filled = await town.read('listDeals', listDeals, town.as(null), { query: at });
    expect(filled.items.map((deal) => deal.dealId)).toEqual([town.dealId, 'deal_mall1']);
  });
});

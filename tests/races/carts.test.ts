/** Carts of the same deals, crosswise and all at once: no deadlock reaches anybody, nothing is oversold. F-24, I-10, A8. */
import { Client } from 'pg';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, newKnife, people, settle, stockOf, tally } from '../support/faults';
import { makeStreet, priced } from '../support/purchase';

let t: TestApp;
let street: Market[];
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions, config: { poolSize: 24 } });
  street = await makeStreet(t, ['火锅店', '面包店', '花店'], { stock: 12 });
});
afterEach(() => checkGreen(t));
afterAll(() => t.stop());

const deadlocks = async () => (await t.db.query<{ n: number }>('SELECT deadlocks::int AS n FROM pg_stat_database WHERE datname = current_database()'))[0]!.n;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

test('F-24 forty people with the same deals in every order: twelve are served whole, no deadlock happens', async () => {
  const before = await deadlocks();
  const buyers = await people(t, 40);
  const orders = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2]];
  const bodies = await Promise.all(buyers.map((buyer, i) => priced(t, buyer, orders[i % 4]!.map((shop) => ({ dealId: street[shop]!.dealId })))));
  const replies = await Promise.all(buyers.map((as, i) => t.handle('placePurchase', { as, body: bodies[i]! })));
  const { ok, ...refused } = tally(replies);
  expect(Object.keys(refused)).toEqual(['SOLD_OUT']);
  const sold = replies.flatMap((reply, i) => (reply.status === 200 ? orders[i % 4]! : []));
  for (const [shop, { dealId }] of street.entries()) {
    const held = sold.filter((one) => one === shop).length;
    expect(await stockOf(t, dealId)).toEqual({ stocked: 12, available: 12 - held, held, sold: 0 });
  }
  expect(ok).toBeGreaterThanOrEqual(12);
  // Cancelling and buying again, crosswise as well.
  const winners = buyers.map((as, i) => ({ as, body: bodies[i]!, reply: replies[i]! })).filter(({ reply }) => reply.status === 200);
  await pause(100);
  const again = await Promise.all([
    ...winners.map(({ as, reply }) => t.handle('cancelPurchase', { as, params: { purchaseId: reply.body.purchaseId } })),
    ...buyers.filter((as) => !winners.some((w) => w.as === as)).map((as) => t.handle('placePurchase', { as, body: bodies[buyers.indexOf(as)]! })),
  ]);
  expect(Object.keys(tally(again)).filter((kind) => !['ok', 'SOLD_OUT'].includes(kind))).toEqual([]);
  expect(await deadlocks()).toBe(before);
});

test('F-24 two carts crosswise wait for the same deal first: neither holds what the other needs', async () => {
  const [one, two] = await people(t, 2);
  const [first, last] = (await Promise.all([street[0]!.addDeal({ stock: 9 }), street[1]!.addDeal({ stock: 9 })])).map(({ dealId }) => ({ dealId })).sort((a, b) => (a.dealId < b.dealId ? -1 : 1)) as [{ dealId: string }, { dealId: string }];
  const bodies = [await priced(t, one!, [first, last]), await priced(t, two!, [last, first])];
  const admin = new Client({ connectionString: t.url });
  await admin.connect();
  try {
    await admin.query('BEGIN');
    await admin.query('SELECT FROM deal_stock WHERE deal_id = $1 FOR UPDATE', [first.dealId]);
    const both = Promise.all([one!, two!].map((as, i) => t.handle('placePurchase', { as, body: bodies[i]! })));
    const waiting = "SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%orders_place_purchase%'";
    while ((await t.db.query<{ n: number }>(waiting))[0]!.n < 2) await pause(10);
    await admin.query('SELECT FROM deal_stock WHERE deal_id = $1 FOR UPDATE NOWAIT', [last.dealId]);
    await admin.query('COMMIT');
    expect(tally(await both)).toEqual({ ok: 2 });
  } finally {
    await admin.end();
  }
  expect([await stockOf(t, first.dealId), await stockOf(t, last.dealId)]).toEqual(Array(2).fill({ stocked: 9, available: 7, held: 2, sold: 0 }));
});

test('F-24 a storm of deadlocks over a purchase: three whole retries, then BUSY; none of it stands, and the same key does it once', async () => {
  const [buyer] = await people(t, 1);
  const deals = await Promise.all(street.map((shop) => shop.addDeal({ stock: 5 })));
  const body = await priced(t, buyer!, deals.map(({ dealId }) => ({ dealId })));
  let tries = 0;
  knife.use({ before: (sql) => {
    if (!/orders_place_purchase/.test(sql)) return;
    tries += 1;
    throw Object.assign(new Error('deadlock detected'), { code: tries % 2 ? '40P01' : '40001' });
  } });
  const busy = await t.handle('placePurchase', { as: buyer!, body, key: 'cart-storm-0001' });
  knife.clear();
  expect([tries, busy.status, busy.body.code]).toEqual([4, 503, 'BUSY']);
  for (const { dealId } of deals) expect(await stockOf(t, dealId)).toMatchObject({ held: 0 });
  const placed = await t.handle('placePurchase', { as: buyer!, body, key: 'cart-storm-0001' });
  expect((await t.handle('placePurchase', { as: buyer!, body, key: 'cart-storm-0001' })).body).toEqual(placed.body);
  for (const { dealId } of deals) expect(await stockOf(t, dealId)).toMatchObject({ held: 1 });
  await settle(t);
});

test('I-28 a cart filled by many hands at once never holds more than its limit', async () => {
  const [buyer] = await people(t, 1);
  const deals = await Promise.all(Array.from({ length: 26 }, () => street[0]!.addDeal()));
  const replies = await Promise.all(deals.map(({ dealId }) => t.handle('setCartItem', { as: buyer!, params: { dealId }, body: { quantity: 1 } })));
  const { ok = 0, ...refused } = tally(replies);
  expect(Object.keys(refused).filter((kind) => !['CART_FULL', 'BUSY'].includes(kind))).toEqual([]);
  expect((await t.ok('getCart', { as: buyer! })).items).toHaveLength(ok);
  expect(ok).toBeLessThanOrEqual(20);
});

test('I-28 put in twice at once into the last free place: it is in the cart, not refused for a cart that it filled itself', async () => {
  const [guest] = (await people(t, 1)) as [TestPerson];
  const { dealId } = street[0]!;
  await t.db.query(`INSERT INTO cart_item (person_id, deal_id, slot, quantity, unit_price_fen) SELECT $1, 'deal_other' || n, n, 1, 100 FROM generate_series(1, 19) n`, [guest.personId]);
  const client = new Client({ connectionString: t.url });
  await client.connect();
  // Whoever found no line of it waits until the other one's is there.
  await client.query(`CREATE FUNCTION cart_waits() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_advisory_xact_lock_shared(4712); RETURN NULL; END $$;
    CREATE TRIGGER cart_waits AFTER UPDATE ON cart_item FOR EACH STATEMENT EXECUTE FUNCTION cart_waits()`);
  try {
    await client.query('SELECT pg_advisory_lock(4712)');
    const asked = t.handle('setCartItem', { as: guest, params: { dealId }, body: { quantity: 2 } });
    while ((await client.query("SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = 4712 AND NOT granted")).rowCount === 0) await pause(20);
    await client.query("INSERT INTO cart_item (person_id, deal_id, slot, quantity, unit_price_fen) VALUES ($1, $2, 20, 1, 100)", [guest.personId, dealId]);
    await client.query('SELECT pg_advisory_unlock(4712)');
    expect(await asked).toMatchObject({ status: 200, body: { quantity: 2, lines: 20 } });
  } finally {
    await client.query('DROP TRIGGER cart_waits ON cart_item; DROP FUNCTION cart_waits()');
    await client.end();
  }
});

/** Attempts saved together and attempts saved one by one are the same book of rules: I-10, I-22, A-34, C4, H2. */
import fc from 'fast-check';
import { startTestApp, type Market, type TestApp } from '../support/app';

let t: TestApp;
let m: Market;
beforeAll(async () => {
  t = await startTestApp();
  m = await t.market();
});
afterAll(() => t.stop({ invariants: false })); // histories are written by hand here

const attempt = fc.record({
  quantity: fc.integer({ min: 1, max: 3 }), bought: fc.integer({ min: 0, max: 3 }), expired: fc.constantFrom(0, 0, 0, 2, 3), hasUnpaid: fc.constantFrom(false, false, false, true),
  key: fc.constantFrom('new', 'new', 'new', 'accepted', 'other body'), isRevoked: fc.constantFrom<boolean[]>(...Array(7).fill(false), true), isBrought: fc.boolean(),
});
const situation = fc.record({
  attempts: fc.array(attempt, { minLength: 1, maxLength: 9 }), stock: fc.constantFrom(0, 2, 3, 4, 6, 30), limit: fc.integer({ min: 1, max: 4 }),
  sale: fc.constantFrom('open', 'open', 'open', 'open', 'open', 'early', 'over'), isStale: fc.constantFrom<boolean[]>(...Array(7).fill(false), true), isWrongPrice: fc.constantFrom<boolean[]>(...Array(7).fill(false), true),
});
type Situation = typeof situation extends fc.Arbitrary<infer T> ? T : never;
let run = 0;

/** The same situation, for people and a deal of its own. */
async function prepared(side: 'a' | 'b', s: Situation) {
  const nowMs = await t.app.clock.read();
  const sale = { open: [nowMs - 60_000, nowMs + 600_000], early: [nowMs + 60_000, nowMs + 600_000], over: [nowMs - 600_000, nowMs - 60_000] }[s.sale]!;
  const { dealId } = await m.addDeal({ stock: 50, perPersonLimit: s.limit, isFlash: true, saleStartsAtMs: sale[0], saleEndsAtMs: sale[1] } as never);
  await t.db.query('UPDATE deal_stock SET stocked = $2, available = $2, terms_version = $3 WHERE deal_id = $1', [dealId, s.stock, s.isStale ? 2 : 1]);
  const list = [];
  for (const [i, a] of s.attempts.entries()) {
    const person = `per_${side}${run}x${i}`;
    const id = (kind: string) => `${kind}_${side}${run}x${i}`;
    await t.db.query('INSERT INTO person (person_id, name, avatar_url) VALUES ($1, $1, $1)', [person]);
    if (a.bought) await t.db.query('INSERT INTO deal_buyer VALUES ($1, $2, $3)', [dealId, person, a.bought]);
    const old = (orderId: string, deal: string, state: string) => t.db.query(
      `INSERT INTO guest_order (order_id, merchant_id, buyer_id, deal_id, terms_version, state, quantity, unit_price_fen, discount_fen, payable_fen, surface, placed_at, expires_at, commission_bps, rebate_bps, rebate_cap_fen, valid_days, snapshot, hoarded_at)
       VALUES ($1, $2, $3, $4, 1, $5, 1, 12800, 0, 12800, 'weapp', juke_now(), juke_now() - interval '1 minute', 0, 0, 0, 30, '{}', CASE WHEN $5 = 'expired' THEN juke_now() - interval '1 minute' END)`, [orderId, m.merchantId, person, deal, state]);
    for (let n = 0; n < a.expired; n += 1) await old(id(`ord_old${n}`), `deal_other${n}`, 'expired');
    if (a.hasUnpaid) await old(id('ord_unpaid'), dealId, 'unpaid');
    if (a.isRevoked) await t.db.query(`INSERT INTO session_family (family_id, person_id, device_id, refresh_hash, expires_at, revoked_at) VALUES ($1, $2, 'd', $1, juke_now(), juke_now())`, [id('fam'), person]);
    if (a.key !== 'new') await t.db.query(`INSERT INTO idempotency (actor, key, body_hash, answer) VALUES ($1, 'key-12345678', $2, $3)`, [person, a.key === 'accepted' ? 'hash' : 'another', JSON.stringify({ orderId: id('ord_before') })]);
    const token = `share${side}${run}x${i}`;
    if (a.isBrought) await t.db.query(`INSERT INTO share_link (token, merchant_id, deal_id, sharer_id, channel, expires_at) VALUES ($1, $2, $3, 'per_sharer', 'chat', juke_now() + interval '1 day')`, [token, m.merchantId, dealId]);
    const payableFen = 12_800 * a.quantity - (a.isBrought ? 1_000 : 0);
    list.push({
      idem: { actor: person, key: 'key-12345678', hash: 'hash', family: id('fam') }, orderId: id('ord'), paymentId: id('pay'), dealId, merchantId: m.merchantId, subMchid: m.subMchid, termsVersion: 1,
      commissionBps: 500, rebateBps: 800, rebateCapFen: 2_000, validDays: 30, fulfilment: 'voucher', buyerId: person, limit: s.limit, quantity: a.quantity, unitPriceFen: 12_800, priceKind: s.isWrongPrice ? 'single' : 'flash',
      discountFen: a.isBrought ? 1_000 : 0, payableFen, subsidyFen: 0, uses: [], seat: null, deviceId: id('device'), surface: 'weapp', snapshot: { title: 'x' },
      lines: [{ kind: 'price', couponId: null, title: null, amountFen: 12_800 * a.quantity, platformFen: 0 }, ...(a.isBrought ? [{ kind: 'friend_discount', couponId: null, title: null, amountFen: -1_000, platformFen: 0 }] : [])],
      attribution: a.isBrought ? { orderId: id('ord'), merchantId: m.merchantId, dealId, buyerId: person, token, sharerId: 'per_sharer', groupId: null, discountFen: 1_000, rewardFen: 900 } : null,
      holdMs: 900_000, watchMs: 30_000, hoardMax: 3, hoardMs: 3_600_000,
    });
  }
  return { dealId, list };
}

/** Every row that an order leaves, without what differs by nature: which side, and when exactly. */
async function rowsOf(side: string, dealId: string) {
  const like = `%\\_${side}${run}x%`;
  const read = async (table: string, where: string) => (await t.db.query<{ row: Record<string, unknown> }>(`SELECT to_jsonb(x) AS row FROM ${table} x WHERE ${where} ORDER BY 1`, [like])).map(({ row }) => row);
  const tables = await Promise.all([
    read('guest_order', 'order_id LIKE $1'), read('order_line', 'order_id LIKE $1'), read('payment', 'order_id LIKE $1'), read('attribution', 'order_id LIKE $1'), read('fact', 'subject LIKE $1'),
    read('event', 'subject LIKE $1'), read('idempotency', 'actor LIKE $1'), read('deal_buyer', 'person_id LIKE $1'), t.db.query('SELECT stocked, available, held, sold FROM deal_stock WHERE deal_id = $1', [dealId]),
  ]);
  return plain(tables, side, dealId);
}
const plain = (value: unknown, side: string, dealId: string): unknown => JSON.parse(JSON.stringify(value).replaceAll(dealId, 'DEAL').replaceAll(`${side}${run}x`, 'S')
  .replace(/"(fact_id|event_id|[a-z_]+_at)":("[^"]*"|\d+)/g, '"$1":0').replace(/"(expiresAtMs|startsAt)":\d+/g, '"$1":0'));
/** In one order, whatever the serial numbers and random ids were. */
const sorted = (tables: unknown) => (tables as unknown[][]).map((rows) => rows.map((row) => JSON.stringify(row)).sort());

test('I-10, I-22, A-34 random attempts end the same together and one by one, with the same rows', async () => {
  const seen: Record<string, number> = {};
  await fc.assert(fc.asyncProperty(situation, async (s) => {
    run += 1;
    const [a, b] = [await prepared('a', s), await prepared('b', s)];
    const together = await t.db.call<unknown[]>('orders_place_many', { attempts: a.list });
    const singly: unknown[] = [];
    for (const one of b.list) {
      singly.push(await t.db.call('orders_place', one).then((answer) => ({ answer }), (error: { name: string; code?: string; details?: unknown; message: string }) =>
        (error.name === 'Refused' ? { refuse: error.code, details: error.details } : { changed: error.message.replace('changed: ', '') })));
    }
    for (const verdict of together as { refuse?: string; answer?: unknown }[]) seen[verdict.refuse ?? (verdict.answer ? 'answer' : 'changed')] = (seen[verdict.refuse ?? (verdict.answer ? 'answer' : 'changed')] ?? 0) + 1;
    expect(plain(together, 'a', a.dealId)).toEqual(plain(singly, 'b', b.dealId));
    expect(sorted(await rowsOf('a', a.dealId))).toEqual(sorted(await rowsOf('b', b.dealId)));
  }), { numRuns: 60 });
  // The situations were worth it: each outcome came up.
  expect(Object.keys(seen).sort()).toEqual(['DEAL_NOT_ON_SALE', 'HOARDING', 'KEY_REUSED', 'LIMIT_PER_PERSON', 'SALE_NOT_STARTED', 'SESSION_EXPIRED', 'SOLD_OUT', 'UNPAID_ORDER_EXISTS', 'answer', 'changed']);
});

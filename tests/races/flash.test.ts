/** A flash sale under a stampede: C4, H2, A-34, A-35, I-10, I-22. Exactly the units, whatever is tried and whatever fails. */
import { FLASH_LATER_FOR_RISK_MS, SNAPSHOT_MS } from '../../functions/contract/limits';
import { draw } from '../../functions/orders/place-together';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, inOneMoment, newKey, people, stockOf, tally } from '../support/faults';
import { DAY, MINUTE } from '../support/trade';

let t: TestApp;
let m: Market;
const saves = { singles: 0, batches: 0, failBatches: 0, carts: 0 };
beforeAll(async () => {
  t = await startTestApp({
    sandbox: true, config: { poolSize: 24 },
    dbOptions: {
      beforeStatement(sql) {
        if (/orders_place\(/.test(sql)) saves.singles += 1;
        if (/orders_place_purchase\(/.test(sql)) saves.carts += 1;
        if (!/orders_place_many\(/.test(sql)) return;
        saves.batches += 1;
        if (saves.failBatches > 0) {
          saves.failBatches -= 1;
          throw Object.assign(new Error('deadlock, says the test'), { code: 'XX000' });
        }
      },
    },
  });
  m = await t.market();
});
beforeEach(() => Object.assign(saves, { singles: 0, batches: 0, failBatches: 0, carts: 0 }));
afterEach(() => checkGreen(t));
afterAll(() => t.stop());

const flash = async (more: object = {}) => {
  const nowMs = await t.app.clock.read();
  return (await m.addDeal({ isFlash: true, saleStartsAtMs: nowMs - MINUTE, saleEndsAtMs: nowMs + DAY, perPersonLimit: 2, ...more } as never)).dealId;
};
const body = (dealId: string, quantity = 1, priceFen = 12_800) => ({ dealId, quantity, termsVersion: 1, expectedPayableFen: priceFen * quantity, surface: 'weapp' as const });
const tryOnce = (as: TestPerson, dealId: string, key = newKey(), quantity = 1) => t.handle('placeOrder', { as, key, body: body(dealId, quantity) });

test('C4 I-10 180 people want 40 units at the same moment: exactly 40 are sold, most of them together', async () => {
  const dealId = await flash({ stock: 40 });
  const crowd = await people(t, 180);
  const replies = await Promise.all(crowd.map((p) => tryOnce(p, dealId)));
  expect(tally(replies)).toEqual({ ok: 40, SOLD_OUT: 140 });
  expect(await stockOf(t, dealId)).toEqual({ stocked: 40, available: 0, held: 40, sold: 0 });
  expect(saves.batches).toBeGreaterThanOrEqual(2);
  expect(saves.singles).toBeLessThanOrEqual(3);
  // The gate is closed now: nobody writes, nobody is even asked for at the save.
  Object.assign(saves, { singles: 0, batches: 0 });
  expect(tally(await Promise.all(crowd.slice(40, 100).map((p) => tryOnce(p, dealId))))).toEqual({ SOLD_OUT: 60 });
  expect(saves).toMatchObject({ singles: 0, batches: 0 });
});

test('I-22 in the stampede a key repeated at once has one order and one answer; another body under it is refused', async () => {
  const dealId = await flash({ stock: 30 });
  const crowd = await people(t, 20);
  const keys = crowd.map(() => newKey());
  const replies = await Promise.all([0, 1, 2].flatMap(() => crowd.map((p, i) => tryOnce(p, dealId, keys[i]!))));
  expect(tally(replies)).toEqual({ ok: 60 });
  for (const [i] of crowd.entries()) expect(new Set([0, 1, 2].map((n) => JSON.stringify(replies[n * 20 + i]!.body))).size).toBe(1);
  expect(await stockOf(t, dealId)).toMatchObject({ available: 10, held: 20 });
  expect(tally(await Promise.all(crowd.map((p, i) => tryOnce(p, dealId, keys[i]!, 2))))).toEqual({ KEY_REUSED: 20 });
});

test('I-10 I-22 a batch that fails as a whole is tried one by one; each still wins or loses on its own', async () => {
  const dealId = await flash({ stock: 10 });
  saves.failBatches = 100;
  const replies = await Promise.all((await people(t, 30)).map((p) => tryOnce(p, dealId)));
  expect(tally(replies)).toEqual({ ok: 10, SOLD_OUT: 20 });
  expect(saves.singles).toBeGreaterThanOrEqual(10);
  expect(await stockOf(t, dealId)).toMatchObject({ available: 0, held: 10 });
});

test('A-34 in a stampede each person holds one unpaid order, and who left three to expire waits', async () => {
  const dealId = await flash({ stock: 50 });
  const [hoarder, ...crowd] = await people(t, 12);
  for (let n = 0; n < 3; n += 1) {
    const other = (await m.addDeal()).dealId;
    expect((await tryOnce(hoarder!, other)).status).toBe(200);
  }
  await t.moveTime(16 * MINUTE);
  await t.drain();
  const replies = await Promise.all([...crowd, ...crowd, hoarder!].map((p) => tryOnce(p, dealId)));
  expect(tally(replies)).toEqual({ ok: 11, UNPAID_ORDER_EXISTS: 11, HOARDING: 1 });
});

test('A-35 who tries again and again at a flash deal waits, by person and by device; at any other deal nobody does', async () => {
  const dealId = await flash({ stock: 1 });
  const [one, other] = await people(t, 2);
  expect((await tryOnce(other!, dealId)).status).toBe(200);
  const first = await inOneMoment(() => Promise.all(Array.from({ length: 12 }, () => tryOnce(one!, dealId))));
  expect(tally(first)).toEqual({ SOLD_OUT: 6, RATE_LIMITED: 6 });
  expect(first.find((r) => r.status === 429)!.body.retryAfterMs).toBeGreaterThan(0);
  const plainDeal = (await m.addDeal({ stock: 1 })).dealId;
  expect((await tryOnce(other!, plainDeal)).status).toBe(200);
  const [third] = await people(t, 1);
  expect(tally(await Promise.all(Array.from({ length: 12 }, () => tryOnce(third!, plainDeal))))).toEqual({ SOLD_OUT: 12 });
});

test('A-35 for whom WeChat marks as risky the sale begins later: they wait, nothing is written, and then they are served as all', async () => {
  const startsAt = (await t.app.clock.read()) + MINUTE;
  const dealId = await flash({ saleStartsAtMs: startsAt, stock: 5 });
  const { openid } = await t.sandbox!.control<{ openid: string }>('wx/login', { user: '可疑' });
  await t.db.query('INSERT INTO wechat_session (openid, session_key, risk_rank) VALUES ($1, $2, 4)', [openid, 'k']);
  const [risky, plain] = [await t.person('可疑', { openid }), (await people(t, 1))[0]!];
  expect(risky.isRisky).toBe(true);
  expect(tally([await tryOnce(risky, dealId), await tryOnce(plain, dealId)])).toEqual({ SALE_NOT_STARTED: 2 });
  await t.moveTime(MINUTE + 1_000);
  await t.app.clock.read();
  Object.assign(saves, { singles: 0, batches: 0 });
  const early = await tryOnce(risky, dealId);
  expect(early.body).toMatchObject({ code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) });
  expect(early.body.retryAfterMs).toBeLessThanOrEqual(FLASH_LATER_FOR_RISK_MS - 1_000);
  expect(saves).toMatchObject({ singles: 0, batches: 0 });
  expect((await tryOnce(plain, dealId)).status).toBe(200);
  expect((await tryOnce(risky, (await m.addDeal()).dealId)).status).toBe(200); // only where being fast decides
  await t.moveTime(FLASH_LATER_FOR_RISK_MS);
  await t.app.clock.read();
  expect((await tryOnce(risky, dealId)).status).toBe(200);
});

test('A-35 C4 a cart stands at the same gates: too early, too often, sold out; nothing of it is written', async () => {
  const startsAtMs = (await t.app.clock.read()) + DAY;
  const [early, sold, plain] = [await flash({ saleStartsAtMs: startsAtMs, saleEndsAtMs: startsAtMs + DAY }), await flash({ stock: 1 }), (await m.addDeal()).dealId];
  const cart = (dealId: string) => ({ items: [dealId, plain].map((id) => ({ dealId: id, quantity: 1, termsVersion: 1, expectedUnitPriceFen: 12_800 })), expectedPayableFen: 25_600, surface: 'weapp' as const });
  const [one, other] = await people(t, 2);
  const tryCart = (as: TestPerson, dealId: string) => t.handle('placePurchase', { as, key: newKey(), body: cart(dealId) });
  await inOneMoment(async () => {
    expect((await tryCart(one!, early)).body).toMatchObject({ code: 'SALE_NOT_STARTED', details: { startsAt: startsAtMs } });
    expect((await tryOnce(other!, sold)).status).toBe(200);
    expect((await tryOnce(one!, sold)).body.code).toBe('SOLD_OUT'); // from here on the gate is closed
    expect(tally(await Promise.all(Array.from({ length: 10 }, () => tryCart(one!, sold))))).toEqual({ SOLD_OUT: 4, RATE_LIMITED: 6 });
  });
  expect(saves.carts).toBe(0);
  expect((await tryCart(other!, await flash())).status).toBe(200);
});

test('A-35 retries do not win: however often one tries, the draw has one place for each person, and every person can be drawn', () => {
  const seen = new Map<string, number>();
  for (let n = 0; n < 2_000; n += 1) {
    const queue = [...Array.from({ length: 500 }, () => 'greedy'), ...Array.from({ length: 19 }, (_, i) => `p${i}`)].map((buyerId) => ({ attempt: { buyerId } }));
    const drawn = draw(queue, 4).map((w) => w.attempt.buyerId);
    expect(new Set(drawn).size).toBe(4);
    expect(queue).toHaveLength(515);
    for (const person of drawn) seen.set(person, (seen.get(person) ?? 0) + 1);
  }
  // 20 persons, 4 places: each is drawn in a fifth of 2,000 draws; six standard deviations are 107.
  expect(seen.size).toBe(20);
  for (const times of seen.values()) expect(Math.abs(times - 400)).toBeLessThan(107);
  // Of two for one place either may be it, whoever came first.
  const firsts = Array.from({ length: 400 }, () => draw(['a', 'b'].map((buyerId) => ({ attempt: { buyerId } })), 1)[0]!.attempt.buyerId);
  expect(Math.abs(firsts.filter((who) => who === 'a').length - 200)).toBeLessThan(61);
});

test('C4 I-25 before its start nothing is sold and the sentence says when it starts; the database clock decides the edge', async () => {
  const nowMs = await t.app.clock.read();
  const startsAt = Math.ceil((nowMs + DAY) / MINUTE) * MINUTE;
  const dealId = await flash({ saleStartsAtMs: startsAt, saleEndsAtMs: startsAt + MINUTE });
  const [early] = await people(t, 1);
  const refusal = await t.refused('placeOrder', { as: early!, body: body(dealId) });
  const there = new Date(startsAt + 8 * 60 * MINUTE).toISOString();
  expect(refusal).toMatchObject({ code: 'SALE_NOT_STARTED', details: { startsAt } });
  expect(refusal.message).toBe(`${Number(there.slice(5, 7))} 月 ${Number(there.slice(8, 10))} 日 ${there.slice(11, 16)} 开始，现在还不能买。没有下单，也没有扣款。到点再来。`);
  expect(saves.singles).toBe(0);
  // This process's clock is a second ahead or behind: the save knows better, on both sides of the edge.
  const fooled = async (byMs: number, atMs: number) => {
    await t.moveTime(atMs - (await t.app.clock.read()));
    const { nowMs: real } = t.app.clock;
    t.app.clock.nowMs = () => real() + byMs;
    const [person] = await people(t, 1);
    try {
      return await tryOnce(person!, dealId);
    } finally {
      t.app.clock.nowMs = real;
    }
  };
  expect((await fooled(1_000, startsAt - 800)).body).toMatchObject({ code: 'SALE_NOT_STARTED', details: { startsAt } });
  expect(saves.singles).toBe(1);
  expect((await fooled(-1_000, startsAt + 10)).status).toBe(200);
  const over = (await fooled(-1_000, startsAt + MINUTE)).body;
  expect(over).toMatchObject({ code: 'DEAL_NOT_ON_SALE', message: '这个优惠现在不卖了，没有下单，也没有扣款。看看这家店别的优惠。' });
});

test('C4 an off-peak price is of the moment the order is placed, by the database clock: decided again, then told', async () => {
  const nowMs = await t.app.clock.read();
  const untilMidnight = DAY - ((nowMs + 8 * 60 * MINUTE) % DAY);
  await t.moveTime(untilMidnight + 14 * 60 * MINUTE); // 14:00 in Shanghai
  const { dealId } = await m.addDeal({ offPeak: { days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 13 * 60, toMinute: 15 * 60, priceFen: 8_800 } } as never);
  const [cheap, late, sly] = await people(t, 3);
  expect((await t.ok('quoteOrder', { as: cheap!, body: { dealId, quantity: 1 } })).unitPriceFen).toBe(8_800);
  expect((await t.handle('placeOrder', { as: cheap!, body: body(dealId, 1, 8_800) })).status).toBe(200);
  const [order] = await t.db.query('SELECT price_kind, unit_price_fen FROM guest_order WHERE deal_id = $1', [dealId]);
  expect(order).toEqual({ price_kind: 'off_peak', unit_price_fen: 8_800 });
  // The hour ends; this process has not looked at the clock yet.
  const before = await t.app.clock.read();
  const { nowMs: real, read } = t.app.clock;
  await t.moveTime(60 * MINUTE + 1);
  t.app.clock.nowMs = () => before;
  t.app.clock.read = async () => {
    t.app.clock.nowMs = real;
    return read();
  };
  try {
    expect((await t.handle('placeOrder', { as: late!, body: body(dealId, 1, 8_800) })).body).toMatchObject({ code: 'PRICE_CHANGED', details: { payableFen: 12_800 } });
  } finally {
    Object.assign(t.app.clock, { nowMs: real, read });
  }
  expect((await t.handle('placeOrder', { as: sly!, body: body(dealId, 1, 8_800) })).body.code).toBe('PRICE_CHANGED');
  expect((await t.handle('placeOrder', { as: sly!, body: body(dealId) })).status).toBe(200);
});

test('C4 the limit per person holds in a stampede, and what was refused can be tried again when a unit comes back', async () => {
  const dealId = await flash({ stock: 3, perPersonLimit: 1 });
  const crowd = await people(t, 8);
  const replies = await Promise.all(crowd.map(async (p) => ({ p, ...(await tryOnce(p, dealId)) })));
  const winner = replies.find((r) => r.status === 200)!;
  expect(tally(replies)).toEqual({ ok: 3, SOLD_OUT: 5 });
  await t.ok('cancelOrder', { as: winner.p, params: { orderId: winner.body.orderId } });
  await new Promise((done) => setTimeout(done, SNAPSHOT_MS + 50));
  const loser = replies.find((r) => r.status !== 200)!;
  expect((await tryOnce(loser.p, dealId)).status).toBe(200);
  expect(await stockOf(t, dealId)).toMatchObject({ available: 0, held: 3 });
});

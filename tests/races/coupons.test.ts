/** Many at one coupon, real connections: I-11, A-12, F-20, F-21. Whoever wins, the counts are exact. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { claim, couponState, makeOffer, placeWith, pay } from '../support/coupons';
import { checkGreen, count, newKey, newMarket, people, tally } from '../support/faults';

// One person asks a hundred times in a second: the counters must hold without the rate limit.
jest.mock('../../functions/kernel/rate', () => ({ takeRate: () => undefined }));

let t: TestApp;
let m: Market;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, config: { poolSize: 24 } });
});
beforeEach(async () => {
  m = await newMarket(t, { deal: { perPersonLimit: 99, stock: 5_000 } });
});
afterEach(() => checkGreen(t));
afterAll(() => t.stop());

const tryClaim = (as: Awaited<ReturnType<typeof people>>[number], offerId: string, key = newKey()) => t.handle('claimCoupon', { as, key, params: { offerId } });
const claimed = async (offerId: string) => (await t.db.query<{ claimed: number }>('SELECT claimed FROM coupon_offer WHERE offer_id = $1', [offerId]))[0]!.claimed;

test('F-21 I-11 1,000 claims at once for 100 coupons: exactly 100', async () => {
  const { offerId } = await makeOffer(t, m, { total: 100 });
  const guests = await people(t, 1_000);
  const replies = await Promise.all(guests.map((guest) => tryClaim(guest, offerId)));
  expect(tally(replies)).toEqual({ ok: 100, COUPON_GONE: 900 });
  expect(await claimed(offerId)).toBe(100);
  expect(await count(t, 'coupon WHERE offer_id = $1', [offerId])).toBe(100);
  // Who was refused left nothing, not even a key: a refusal may be decided again.
  expect(await count(t, 'coupon_claim WHERE offer_id = $1', [offerId])).toBe(100);
  expect(await count(t, 'idempotency WHERE actor = ANY ($1)', [guests.map((guest) => guest.personId)])).toBe(100);
});

test('A-12 one person claims many times at once, over several offers: each limit and the most at hand hold', async () => {
  const { offerId } = await makeOffer(t, m, { total: 1_000, perPerson: 3 });
  const [guest] = await people(t, 1);
  const replies = await Promise.all(Array.from({ length: 40 }, () => tryClaim(guest!, offerId)));
  expect(tally(replies)).toEqual({ ok: 3, COUPON_LIMIT: 37 });
  const more = await Promise.all([1, 2, 3].map(() => makeOffer(t, m, { total: 1_000, perPerson: 20 })));
  for (const _ of [1, 2]) await Promise.all(more.flatMap((offer) => Array.from({ length: 10 }, () => tryClaim(guest!, offer.offerId))));
  expect(await count(t, "coupon WHERE owner_id = $1 AND state = 'available'", [guest!.personId])).toBe(50);
});

test('I-22 the same key at once: one coupon, one answer', async () => {
  const { offerId } = await makeOffer(t, m, { total: 1_000, perPerson: 20 });
  const [guest] = await people(t, 1);
  const key = newKey();
  const replies = await Promise.all(Array.from({ length: 12 }, () => tryClaim(guest!, offerId, key)));
  expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).toBe(1);
  expect([tally(replies), await claimed(offerId)]).toEqual([{ ok: 12 }, 1]);
});

test('I-11 one coupon, many orders at once: one holds it, the others leave nothing behind', async () => {
  const [guest] = await people(t, 1);
  const { couponId } = await claim(t, guest!, (await makeOffer(t, m)).offerId);
  const deals = await Promise.all(Array.from({ length: 12 }, () => m.addDeal()));
  const stack = { usesFriend: false, couponIds: [couponId] };
  const replies = await Promise.all(deals.map(({ dealId }) => t.handle('placeOrder', { as: guest!, body: { dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 11_300, surface: 'weapp', stack } })));
  expect(tally(replies)).toEqual({ ok: 1, COUPON_NOT_USABLE: 11 });
  for (const { body } of replies.filter((reply) => reply.status !== 200)) expect(body.details).toMatchObject({ couponId, reason: 'held', why: expect.stringMatching(/./), title: expect.stringMatching(/./) });
  expect(await count(t, 'guest_order WHERE buyer_id = $1', [guest!.personId])).toBe(1);
  expect((await t.db.query<{ held: number }>('SELECT sum(held)::int AS held FROM deal_stock WHERE deal_id = ANY ($1)', [deals.map((deal) => deal.dealId)]))[0]!.held).toBe(1);
});

test('one gift, many friends at once: one has it; taken back at that moment, nobody or one', async () => {
  const { offerId } = await makeOffer(t, m, { total: 1_000, perPerson: 20, isTransferable: true });
  const [giver, ...friends] = await people(t, 21);
  const give = async () => {
    const { couponId } = await claim(t, giver!, offerId);
    return { couponId, ...(await t.ok('giveCoupon', { as: giver!, params: { couponId } })) };
  };
  const take = (token: string, as = friends) => Promise.all(as.map((friend) => t.handle('claimCouponGift', { as: friend, params: { token } })));
  const first = await give();
  expect(tally(await take(first.token))).toEqual({ ok: 1, COUPON_GIFT_TAKEN: 19 });
  for (let round = 0; round < 6; round += 1) {
    const gift = await give();
    const [back, taken] = await Promise.all([t.handle('takeBackCoupon', { as: giver!, params: { couponId: gift.couponId } }), take(gift.token, friends.slice(0, 4))]);
    expect((back.status === 200 ? 1 : 0) + (tally(taken).ok ?? 0)).toBe(1);
  }
});

test('paid, cancelled and expiring at once: the coupon is used by the paid order, or back', async () => {
  const { offerId } = await makeOffer(t, m, { total: 1_000, perPerson: 20 });
  for (const guest of await people(t, 6)) {
    const { couponId } = await claim(t, guest, offerId);
    const order = await placeWith(t, m, guest, [couponId]);
    await t.ok('payOrder', { as: guest, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
    const [cancelled] = await Promise.all([t.handle('cancelOrder', { as: guest, params: { orderId: order.orderId } }), pay(t, guest, order).catch(() => [])]);
    await t.drain();
    expect(await couponState(t, couponId)).toBe(cancelled.status === 200 ? 'available' : 'used');
  }
});

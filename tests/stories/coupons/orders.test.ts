/** A coupon and its order: held with it, used when it is paid, back when it ends or goes back unused. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { claim, couponState, makeOffer, makePlatformOffer, pay, placeWith } from '../../support/coupons';
import { newKnife } from '../../support/faults';
import { buy, DAY, later, MINUTE, redeem } from '../../support/trade';

const knife = newKnife();
let t: TestApp;
let m: Market;
let guest: TestPerson;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  m = await t.market({ deal: { perPersonLimit: 99, stock: 500 } });
});
afterAll(() => t.stop());
beforeEach(async () => {
  guest = await t.person(`客人${Math.random().toString(36).slice(2, 8)}`);
});

test('a claimed coupon is offered, taken off the price, held, used', async () => {
  const { offerId } = await makeOffer(t, m);
  const { couponId } = await claim(t, guest, offerId);
  const quote = await t.ok('quoteOrder', { as: guest, body: { dealId: m.dealId, quantity: 1 } });
  expect(quote).toMatchObject({ payableFen: 11_300, savedFen: 1_500, stack: { usesFriend: false, couponIds: [couponId] } });
  expect(quote.lines).toContainEqual({ kind: 'merchant_coupon', amountFen: -1_500, couponId, title: '满 100 减 15' });
  const order = await placeWith(t, m, guest, [couponId]);
  expect(order.payableFen).toBe(11_300);
  expect(await couponState(t, couponId)).toBe('held');
  expect((await t.ok('listMyCoupons', { as: guest, query: { tab: 'usable' } })).items).toMatchObject([{ couponId, state: 'held', orderId: order.orderId, isNew: false }]);
  // Held is not to be had twice.
  expect(await t.refused('placeOrder', { as: guest, body: { dealId: (await m.addDeal()).dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 11_300, surface: 'weapp', stack: { usesFriend: false, couponIds: [couponId] } } }))
    .toMatchObject({ code: 'COUPON_NOT_USABLE', details: { couponId, reason: 'held' } });
  await pay(t, guest, order);
  expect(await couponState(t, couponId)).toBe('used');
  const shown = await t.ok('getOrder', { as: guest, params: { orderId: order.orderId } });
  expect(shown.quote).toContainEqual({ kind: 'merchant_coupon', amountFen: -1_500, couponId, title: '满 100 减 15' });
  expect((await t.ok('listMyCoupons', { as: guest, query: { tab: 'used' } })).items).toMatchObject([{ couponId, state: 'used' }]);
});

test('one that is not at hand any more is refused by its name, with what became of it; somebody else\'s has no name', async () => {
  const { offerId } = await makeOffer(t, m, { perPerson: 5, isTransferable: true });
  const [held, used, passing, given, expired] = [await claim(t, guest, offerId), await claim(t, guest, offerId), await claim(t, guest, offerId), await claim(t, guest, offerId), await claim(t, guest, offerId)];
  await pay(t, guest, await placeWith(t, m, guest, [used.couponId]));
  await placeWith(t, m, guest, [held.couponId]);
  await t.ok('giveCoupon', { as: guest, params: { couponId: passing.couponId } });
  const { token } = await t.ok('giveCoupon', { as: guest, params: { couponId: given.couponId } });
  await t.ok('claimCouponGift', { as: await t.person('朋友'), params: { token } });
  await t.db.query("UPDATE coupon SET state = 'expired' WHERE coupon_id = $1", [expired.couponId]);
  const { dealId } = await m.addDeal();
  const stranger = await t.person('陌生人');
  const refused = (couponId: string, as = guest) => t.refused('placeOrder', { as, body: { dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 11_300, surface: 'weapp', stack: { usesFriend: false, couponIds: [couponId] } } });
  const whys: [string, string, string][] = [
    [held.couponId, 'held', '已经用在你另一笔没付的订单上'], [used.couponId, 'used', '已经用掉了'], [passing.couponId, 'passing', '正在转送给朋友'], [given.couponId, 'given', '已经送给朋友了'], [expired.couponId, 'expired', '已经过期'],
  ];
  for (const [couponId, reason, why] of whys) {
    expect(await refused(couponId)).toMatchObject({ code: 'COUPON_NOT_USABLE', message: `「满 100 减 15」用不了：${why}。没有下单，也没有扣款。换一种优惠再试。`, details: { couponId, reason, title: '满 100 减 15' } });
  }
  expect(await refused(held.couponId, stranger)).toMatchObject({ message: '「这张券」用不了：你手里没有它。没有下单，也没有扣款。换一种优惠再试。', details: { reason: 'unknown', title: '这张券' } });
});

test('a coupon that comes back while it is asked for is at hand, or still where it was: never one that was not there', async () => {
  const { offerId } = await makeOffer(t, m, { isTransferable: true });
  const { couponId } = await claim(t, guest, offerId);
  const { dealId } = await m.addDeal();
  const choice = { dealId, quantity: 1, stack: { usesFriend: false, couponIds: [couponId] } };
  for (const ask of ['quoteOrder', 'placeOrder'] as const) {
    await t.ok('giveCoupon', { as: guest, params: { couponId } });
    const gate = knife.holdAt(/FROM coupon c JOIN coupon_offer o USING/, 'after');
    const asked = t.handle(ask, { as: guest, body: ask === 'quoteOrder' ? choice : { ...choice, termsVersion: 1, expectedPayableFen: 11_300, surface: 'weapp' } });
    await gate.reached;
    await t.ok('takeBackCoupon', { as: guest, params: { couponId } });
    gate.open();
    const { status, body } = await asked;
    knife.clear();
    if (status !== 200) expect(body).toMatchObject({ code: 'COUPON_NOT_USABLE', details: { reason: 'passing', title: '满 100 减 15' } });
    else expect(ask === 'quoteOrder' ? body.stack.couponIds : [couponId]).toEqual([couponId]);
  }
});

test('a quote says of a coupon that just ended that it has', async () => {
  const { offerId } = await makeOffer(t, m, { validDays: 1 });
  const { couponId } = await claim(t, guest, offerId);
  await t.moveTime(3 * DAY);
  expect(await t.refused('quoteOrder', { as: guest, body: { dealId: m.dealId, quantity: 1, stack: { usesFriend: false, couponIds: [couponId] } } }))
    .toMatchObject({ code: 'COUPON_NOT_USABLE', details: { reason: 'expired', title: '满 100 减 15' } });
});

test('an unpaid order that is cancelled or expires gives its coupon back; a payment too late changes nothing about it', async () => {
  const { offerId } = await makeOffer(t, m);
  const { couponId } = await claim(t, guest, offerId);
  const first = await placeWith(t, m, guest, [couponId]);
  await t.ok('cancelOrder', { as: guest, params: { orderId: first.orderId } });
  expect(await couponState(t, couponId)).toBe('available');
  const second = await placeWith(t, m, guest, [couponId]);
  await t.ok('payOrder', { as: guest, params: { orderId: second.orderId }, body: { method: 'jsapi' } });
  await later(t, 16 * MINUTE);
  expect(await couponState(t, couponId)).toBe('available');
  expect(await t.db.query('SELECT state FROM coupon_use WHERE coupon_id = $1', [couponId])).toEqual([{ state: 'returned' }, { state: 'returned' }]);
});

test('refunded unused it comes back and says so; served it stays used', async () => {
  const { offerId } = await makeOffer(t, m, { perPerson: 2 });
  const [a, b] = [await claim(t, guest, offerId), await claim(t, guest, offerId)];
  const order = await placeWith(t, m, guest, [a.couponId], { quantity: 2 });
  const vouchers = await pay(t, guest, order);
  await t.ok('requestRefund', { as: guest, params: { orderId: order.orderId }, body: { voucherIds: [vouchers[0]!], reason: '少来一位' } });
  expect(await couponState(t, a.couponId)).toBe('used'); // a part of it is still to be served
  await t.ok('requestRefund', { as: guest, params: { orderId: order.orderId }, body: { voucherIds: [vouchers[1]!], reason: '不去了' } });
  expect(await couponState(t, a.couponId)).toBe('available');
  expect((await t.ok('listNotices', { as: guest })).items).toContainEqual(expect.objectContaining({ kind: 'coupon.returned', text: expect.stringContaining('满 100 减 15') }));
  const served = await placeWith(t, m, guest, [b.couponId], { quantity: 2 });
  const [one, two] = await pay(t, guest, served);
  await redeem(t, m, one!);
  await t.ok('requestRefund', { as: guest, params: { orderId: served.orderId }, body: { voucherIds: [two!], reason: '少来一位' } });
  await later(t, 10 * MINUTE);
  expect(await couponState(t, b.couponId)).toBe('used');
});

test('one that comes back after its end lives 7 more days, then it expires', async () => {
  const now = await t.app.clock.read();
  const { offerId } = await makeOffer(t, m, { validDays: null, validFromMs: now - 1_000, validUntilMs: now + DAY, claimUntilMs: now + DAY });
  const { couponId } = await claim(t, guest, offerId);
  const order = await placeWith(t, m, guest, [couponId]);
  const vouchers = await pay(t, guest, order);
  await later(t, 2 * DAY);
  expect(await couponState(t, couponId)).toBe('used');
  await t.ok('requestRefund', { as: guest, params: { orderId: order.orderId }, body: { voucherIds: vouchers, reason: '不去了' } });
  expect(await couponState(t, couponId)).toBe('available');
  const again = await t.ok('quoteOrder', { as: guest, body: { dealId: m.dealId, quantity: 1 } });
  expect(again.stack.couponIds).toEqual([couponId]);
  // It is said a day before this end as well, once.
  const reminders = async () => (await t.ok('listNotices', { as: guest })).items.filter((n) => n.kind === 'coupon.ending').length;
  await later(t, 5 * DAY);
  expect(await reminders()).toBe(0);
  await later(t, DAY);
  expect(await reminders()).toBe(1);
  await later(t, DAY);
  expect(await reminders()).toBe(1);
  expect(await couponState(t, couponId)).toBe('expired');
  expect((await t.ok('listMyCoupons', { as: guest, query: { tab: 'ended' } })).items).toMatchObject([{ couponId, state: 'expired' }]);
  // An order gives its coupon back once: what it had since is its own.
  await t.db.query('SELECT coupons_return($1)', [order.orderId]);
  expect(await couponState(t, couponId)).toBe('expired');
});

test('a new guest is new once: of two such coupons of a merchant one is in use, and after a paid order none', async () => {
  const [x, y] = [await makeOffer(t, m, { title: '新客减 15', audience: 'new_guest' }), await makeOffer(t, m, { title: '新客减 15 二', audience: 'new_guest' })];
  const [a, b] = [await claim(t, guest, x.offerId), await claim(t, guest, y.offerId)];
  const order = await placeWith(t, m, guest, [a.couponId]);
  const { dealId } = await m.addDeal();
  const refused = await t.refused('placeOrder', { as: guest, language: 'en', body: { dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 11_300, surface: 'weapp', stack: { usesFriend: false, couponIds: [b.couponId] } } });
  expect(refused).toMatchObject({ code: 'COUPON_NOT_USABLE', details: { title: '新客减 15 二', reason: 'not_new', why: 'it is for new guests only' } });
  expect(refused.message).toContain('it is for new guests only');
  expect(await t.db.query('SELECT 1 FROM guest_order WHERE deal_id = $1', [dealId])).toEqual([]);
  // C2: the best stack is one that can be placed now, not one with the coupon that was just refused.
  expect((await t.ok('quoteOrder', { as: guest, body: { dealId, quantity: 1 } })).stack.couponIds).toEqual([]);
  const vouchers = await pay(t, guest, order);
  const lost = (await t.ok('quoteOrder', { as: guest, body: { dealId: m.dealId, quantity: 1 } })).coupons.find((coupon) => coupon.couponId === b.couponId)!;
  expect(lost.blocked).toBe('not_new');
  expect(await t.refused('claimCoupon', { as: guest, params: { offerId: (await makeOffer(t, m, { audience: 'new_guest' })).offerId } })).toMatchObject({ code: 'COUPON_NOT_FOR_YOU' });
  // All of it given back: nobody was served, so the guest is as new as before.
  await t.ok('requestRefund', { as: guest, params: { orderId: order.orderId }, body: { voucherIds: vouchers, reason: '不去了' } });
  const back = await t.ok('quoteOrder', { as: guest, body: { dealId: m.dealId, quantity: 1 } });
  expect(back.coupons.map((coupon) => coupon.blocked)).toEqual([null, null]);
});

test('who has not come for a while is won back, who came lately is not', async () => {
  const offer = await makeOffer(t, m, { title: '好久不见', audience: 'win_back', winBackDays: 30 });
  expect(await t.refused('claimCoupon', { as: guest, params: { offerId: offer.offerId } })).toMatchObject({ code: 'COUPON_NOT_FOR_YOU' });
  const bought = await buy(t, m, guest);
  await redeem(t, m, bought.voucherIds[0]!);
  expect(await t.refused('claimCoupon', { as: guest, params: { offerId: offer.offerId } })).toMatchObject({ code: 'COUPON_NOT_FOR_YOU' });
  await later(t, 31 * DAY);
  const renewed = await makeOffer(t, m, { title: '好久不见', audience: 'win_back', winBackDays: 30 });
  const { couponId } = await claim(t, guest, renewed.offerId);
  expect((await t.ok('quoteOrder', { as: guest, body: { dealId: m.dealId, quantity: 1 } })).stack.couponIds).toEqual([couponId]);
});

test('a platform coupon and one of the shop together: what the platform pays is kept with the order and its vouchers', async () => {
  const [shop, platform] = [await makeOffer(t, m), await makePlatformOffer(t, m)];
  const [a, b] = [await claim(t, guest, shop.offerId), await claim(t, guest, platform.offerId)];
  const order = await placeWith(t, m, guest, [a.couponId, b.couponId], { quantity: 2 });
  expect(order.payableFen).toBe(2 * 12_800 - 1_500 - 2_000);
  const vouchers = await pay(t, guest, order);
  expect(await t.db.query('SELECT subsidy_fen FROM guest_order WHERE order_id = $1', [order.orderId])).toEqual([{ subsidy_fen: 2_000 }]);
  expect(await t.db.query('SELECT subsidy_fen FROM voucher WHERE voucher_id = ANY ($1) ORDER BY position', [vouchers])).toEqual([{ subsidy_fen: 1_000 }, { subsidy_fen: 1_000 }]);
  expect(await t.db.query('SELECT state, discount_fen, platform_fen FROM coupon_use WHERE order_id = $1 ORDER BY discount_fen', [order.orderId]))
    .toEqual([{ state: 'used', discount_fen: 1_500, platform_fen: 0 }, { state: 'used', discount_fen: 2_000, platform_fen: 2_000 }]);
});

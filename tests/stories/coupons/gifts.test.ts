/** A coupon for a friend: once, by anyone but its giver, for whom it is meant; back when nobody takes it. Two accounts that become one. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { claim, couponState, makeOffer, pay, placeWith } from '../../support/coupons';
import { newKnife } from '../../support/faults';
import { buy, DAY, HOUR, later } from '../../support/trade';

const knife = newKnife();
let t: TestApp;
let m: Market;
let [giver, friend, other] = [] as unknown as [TestPerson, TestPerson, TestPerson];
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, echo: true, dbOptions: knife.dbOptions });
  m = await t.market({ deal: { perPersonLimit: 99, stock: 500 } });
});
beforeEach(async () => {
  [giver, friend, other] = await Promise.all(['送', '收', '别'].map((name) => t.person(`${name}${Math.random().toString(36).slice(2, 8)}`))) as [TestPerson, TestPerson, TestPerson];
});
afterAll(() => t.stop());

async function given(more: Parameters<typeof makeOffer>[2] = {}) {
  const { offerId } = await makeOffer(t, m, { isTransferable: true, perPerson: 2, ...more });
  const { couponId } = await claim(t, giver, offerId);
  const gift = await t.ok('giveCoupon', { as: giver, params: { couponId } });
  return { offerId, couponId, ...gift };
}
const take = (token: string, as = friend) => t.ok('claimCouponGift', { as, params: { token } });
const refusedTo = async (token: string, as = friend) => (await t.refused('claimCouponGift', { as, params: { token } })).code;

test('given, claimed once, used by the friend; the giver hears of it and has it no more', async () => {
  const { couponId, token, weappPath, offerId } = await given();
  expect(weappPath).toContain(token);
  expect(await t.ok('getCouponGift', { as: friend, params: { token } })).toMatchObject({ state: 'open', isMine: false, giver: { name: expect.stringContaining('送') }, coupon: { summary: '满 100 减 15', isTransferable: false } });
  expect(await t.ok('getCouponGift', { as: giver, params: { token } })).toMatchObject({ isMine: true, giving: couponId });
  expect(await t.ok('getCouponGift', { as: friend, params: { token } })).toMatchObject({ giving: null });
  expect((await t.ok('listMyCoupons', { as: giver })).items).toMatchObject([{ couponId, state: 'passing', gift: { token } }]);
  expect(await refusedTo(token, giver)).toBe('COUPON_GIFT_OWN');
  expect(await take(token)).toMatchObject({ couponId, offerId });
  expect(await refusedTo(token, other)).toBe('COUPON_GIFT_TAKEN');
  // Who looks at the link again is told whether it is theirs.
  const seen = async (as?: typeof friend) => (await t.ok('getCouponGift', { as, params: { token } })).isTakenByMe;
  expect([await seen(friend), await seen(other), await seen(giver), await seen()]).toEqual([true, false, false, false]);
  expect((await t.ok('listMyCoupons', { as: giver })).items).toEqual([]);
  const [mine] = (await t.ok('listMyCoupons', { as: friend })).items;
  expect(mine).toMatchObject({ couponId, state: 'available', isTransferable: false });
  expect((await t.refused('giveCoupon', { as: friend, params: { couponId } })).code).toBe('COUPON_STATE'); // it passes on once
  expect((await t.ok('listNotices', { as: giver })).items).toMatchObject([{ kind: 'coupon.gift_taken', text: expect.stringContaining('收') }]);
  expect(await pay(t, friend, await placeWith(t, m, friend, [couponId]))).toHaveLength(1);
  expect(await couponState(t, couponId)).toBe('used');
  expect((await t.refused('takeBackCoupon', { as: giver, params: { couponId } })).code).toBe('COUPON_STATE');
});

test('while it is on its way nobody uses it; taken back it is the giver\'s again, and the link is over', async () => {
  const { couponId, token } = await given();
  expect((await t.ok('quoteOrder', { as: giver, body: { dealId: m.dealId, quantity: 1 } })).coupons).toEqual([]);
  await t.ok('takeBackCoupon', { as: giver, params: { couponId } });
  expect(await couponState(t, couponId)).toBe('available');
  expect(await refusedTo(token)).toBe('COUPON_CLOSED');
  expect((await t.ok('getCouponGift', { params: { token } })).state).toBe('taken_back');
  expect((await t.ok('getCouponGift', { as: giver, params: { token } })).giving).toBeNull();
  const again = await t.ok('giveCoupon', { as: giver, params: { couponId } });
  expect(again.token).not.toBe(token);
  await take(again.token);
});

test('a reminder that falls due while the coupon is on its way reaches whoever has it then, once', async () => {
  const reminders = async (as: TestPerson) => (await t.ok('listNotices', { as })).items.filter(({ kind }) => kind === 'coupon.ending').length;
  for (const end of ['taken', 'taken back', 'nobody took it'] as const) {
    const { couponId } = await claim(t, giver, (await makeOffer(t, m, { isTransferable: true, validDays: 3 })).offerId);
    const { validUntilMs } = (await t.ok('listMyCoupons', { as: giver })).items.find((coupon) => coupon.couponId === couponId)!;
    await t.moveTime(validUntilMs - DAY - HOUR - (await t.app.clock.read()));
    const { token } = await t.ok('giveCoupon', { as: giver, params: { couponId } });
    await later(t, 2 * HOUR); // fallen due on its way
    const before = [await reminders(giver), await reminders(friend)];
    if (end === 'taken') await take(token);
    if (end === 'taken back') await t.ok('takeBackCoupon', { as: giver, params: { couponId } });
    await later(t, end === 'nobody took it' ? 22 * HOUR : HOUR);
    await later(t, HOUR / 2);
    expect([end, (await reminders(giver)) - before[0]!, (await reminders(friend)) - before[1]!]).toEqual([end, end === 'taken' ? 0 : 1, end === 'taken' ? 1 : 0]);
  }
});

test('taken back while the account that gave it becomes this one: it is the giver\'s again, not a coupon whose state changed', async () => {
  const { couponId } = await given();
  const gate = knife.holdAt(/FROM coupon c JOIN coupon_offer o USING/);
  const asked = t.handle('takeBackCoupon', { as: other, params: { couponId } });
  await gate.reached;
  await t.db.call('orders_move_person', { from: giver.personId, to: other.personId });
  gate.open();
  expect(await asked).toMatchObject({ status: 200 });
  knife.clear();
  expect(await couponState(t, couponId)).toBe('available');
});

test('claimed while the account that gave it becomes this one: it is one\'s own gift by now', async () => {
  const { couponId, token } = await given();
  const gate = knife.holdAt(/coupons_claim_gift\(/);
  const asked = t.handle('claimCouponGift', { as: other, params: { token } });
  await gate.reached;
  await t.db.call('orders_move_person', { from: giver.personId, to: other.personId });
  gate.open();
  expect((await asked).body).toMatchObject({ code: 'COUPON_GIFT_OWN' });
  knife.clear();
  expect(await couponState(t, couponId)).toBe('passing');
});

test('a gift is ended by nobody else and not before its time, whoever asks the save for it', async () => {
  const { couponId, token } = await given();
  await expect(t.db.call('coupons_end_gift', { token, to: 'taken_back', personId: other.personId })).rejects.toMatchObject({ code: 'COUPON_STATE' });
  expect(await t.db.call('coupons_end_gift', { token, to: 'ended' })).toEqual({ ok: false });
  expect([await couponState(t, couponId), (await t.ok('getCouponGift', { params: { token } })).state]).toEqual(['passing', 'open']);
});

test('a gift that ends with its coupon does not come back, also when its own end is worked on first: nobody is told that it did', async () => {
  const now = await t.app.clock.read();
  const { couponId, token } = await given({ validDays: null, validFromMs: now - 1_000, validUntilMs: now + DAY / 2, claimUntilMs: now + DAY / 2 });
  await t.moveTime(DAY / 2);
  expect(await t.db.call('coupons_end_gift', { token, to: 'ended' })).toEqual({ ok: true });
  await t.drain();
  expect(await couponState(t, couponId)).toBe('expired');
  expect((await t.ok('listNotices', { as: giver })).items.filter(({ kind }) => kind === 'coupon.gift_returned')).toEqual([]);
});

test('the end that it had before is worked on late: a gift of its new days goes on', async () => {
  const now = await t.app.clock.read();
  const { offerId } = await makeOffer(t, m, { isTransferable: true, validDays: null, validFromMs: now - 1_000, validUntilMs: now + DAY, claimUntilMs: now + DAY });
  const { couponId } = await claim(t, giver, offerId);
  const order = await placeWith(t, m, giver, [couponId]);
  const voucherIds = await pay(t, giver, order);
  await t.moveTime(2 * DAY);
  await t.ok('requestRefund', { as: giver, params: { orderId: order.orderId }, body: { voucherIds, reason: '不去了' } });
  const { token } = await t.ok('giveCoupon', { as: giver, params: { couponId } });
  await t.drain(); // its end a day ago among the rest
  expect([await couponState(t, couponId), (await t.ok('getCouponGift', { params: { token } })).state]).toEqual(['passing', 'open']);
  await take(token);
});

test('unclaimed for a day it comes back, and says so; at its own end it is over with the gift', async () => {
  const { couponId, token } = await given();
  await later(t, DAY);
  expect([await couponState(t, couponId), (await t.ok('getCouponGift', { params: { token } })).state]).toEqual(['available', 'ended']);
  expect((await t.ok('listNotices', { as: giver })).items).toMatchObject([{ kind: 'coupon.gift_returned' }]);
  expect(await refusedTo(token)).toBe('COUPON_CLOSED');
  const now = await t.app.clock.read();
  const short = await given({ validDays: null, validFromMs: now - 1_000, validUntilMs: now + DAY / 2, claimUntilMs: now + DAY / 2 });
  expect(short.expiresAtMs).toBe(now + DAY / 2);
  await later(t, DAY / 2);
  expect([await couponState(t, short.couponId), (await t.ok('getCouponGift', { params: { token: short.token } })).state]).toEqual(['expired', 'ended']);
});

test('the friend must be whom it is for; gifts of an offer count by themselves and are as many as one may claim', async () => {
  await buy(t, m, friend);
  const fresh = await given({ audience: 'new_guest' });
  expect(await refusedTo(fresh.token)).toBe('COUPON_NOT_FOR_YOU');
  await take(fresh.token, other);
  const { offerId } = await makeOffer(t, m, { isTransferable: true, perPerson: 1 });
  await claim(t, friend, offerId);
  const tokens: string[] = [];
  for (const who of [giver, other]) tokens.push((await t.ok('giveCoupon', { as: who, params: { couponId: (await claim(t, who, offerId)).couponId } })).token);
  await take(tokens[0]!); // beside the own one
  expect(await refusedTo(tokens[1]!)).toBe('COUPON_LIMIT');
});

test('A-13 sent as a private message it has one activity; what WeChat says of the card is read by the server, and another card is refused', async () => {
  const gift = async () => {
    const { token, couponId } = await given({ perPerson: 9 });
    return { token, couponId, activityId: (await t.ok('createGiftActivity', { as: giver, params: { token } })).activityId! };
  };
  const [one, two] = [await gift(), await gift()];
  expect(await t.ok('createGiftActivity', { as: giver, params: { token: one.token } })).toEqual({ activityId: one.activityId });
  expect(one.activityId).not.toBe(two.activityId);
  expect((await t.refused('createGiftActivity', { as: friend, params: { token: one.token } })).code).toBe('NOT_FOUND');
  const { code } = await t.sandbox!.control<{ code: string }>('wx/login', { user: friend.name });
  await t.ok('loginWechat', { body: { code, deviceId: friend.deviceId } });
  const cardOf = (activityId: string, user = friend.name) => t.sandbox!.control<{ encryptedData: string; iv: string }>('wx/private', { user, activity_id: activityId });
  const claimBy = async (token: string, card: { encryptedData: string; iv: string }) => t.handle('claimCouponGift', { as: friend, params: { token }, body: { privateMessage: card } });
  expect((await claimBy(one.token, await cardOf(two.activityId))).body).toMatchObject({ code: 'COUPON_GIFT_NOT_SENT' });
  expect(await couponState(t, one.couponId)).toBe('passing');
  expect((await claimBy(one.token, await cardOf(one.activityId))).status).toBe(200);
  // What cannot be read says nothing: the key may have changed since. Then it is a plain link.
  expect((await claimBy(two.token, await cardOf(one.activityId, other.name))).status).toBe(200);
  expect((await t.refused('createGiftActivity', { as: giver, params: { token: one.token } })).code).toBe('NOT_FOUND');
});

test('one that may not be passed on stays; another person\'s coupon does not exist', async () => {
  const { couponId } = await claim(t, giver, (await makeOffer(t, m)).offerId);
  expect((await t.refused('giveCoupon', { as: giver, params: { couponId } })).code).toBe('COUPON_STATE');
  for (const route of ['giveCoupon', 'takeBackCoupon'] as const) expect((await t.refused(route, { as: other, params: { couponId } })).code).toBe('NOT_FOUND');
  expect((await t.refused('getCouponGift', { params: { token: 'nosuchtoken0000' } })).code).toBe('NOT_FOUND');
});

test('two accounts become one: coupons, gifts and counts follow with the orders; what an order left behind holds follows later', async () => {
  const { offerId } = await makeOffer(t, m, { isTransferable: true, perPerson: 2 });
  const [a, b, c] = [await claim(t, giver, offerId), await claim(t, giver, offerId), await claim(t, other, offerId)];
  await t.ok('giveCoupon', { as: giver, params: { couponId: b.couponId } });
  // Both have an unpaid order of the deal: the old account's stays until it has ended.
  await placeWith(t, m, giver, [a.couponId]);
  await placeWith(t, m, other, [c.couponId]);
  await t.db.call('orders_move_person', { from: giver.personId, to: other.personId });
  await t.db.query('UPDATE person SET joined_into = $2 WHERE person_id = $1', [giver.personId, other.personId]);
  const owners = () => t.db.query<{ id: string; owner: string }>('SELECT coupon_id AS id, owner_id AS owner FROM coupon WHERE offer_id = $1 ORDER BY claimed_at', [offerId]);
  expect((await owners()).map((row) => row.owner === other.personId)).toEqual([false, true, true]);
  await later(t, 16 * 60_000);
  await t.db.call('orders_move_person', { from: giver.personId, to: other.personId });
  expect((await owners()).map((row) => row.owner === other.personId)).toEqual([true, true, true]);
  expect(await t.db.query('SELECT claimed FROM coupon_claim WHERE offer_id = $1', [offerId])).toEqual([{ claimed: 3 }]);
  expect(await t.db.query('SELECT held FROM coupon_holder WHERE person_id = ANY ($1) ORDER BY held', [[giver.personId, other.personId]])).toEqual([{ held: 0 }, { held: 3 }]);
});

describe('two accounts become one that were new guests there both', () => {
  const firsts = async (...ids: string[]) =>
    Object.fromEntries((await t.db.query<{ id: string; at: string | null }>('SELECT coupon_id AS id, first_at AS at FROM coupon WHERE coupon_id = ANY ($1)', [ids])).map((row) => [row.id, row.at]));
  const join = () => t.db.call('orders_move_person', { from: giver.personId, to: other.personId });
  const offers = (shop: Market, count: number) => Promise.all(Array.from({ length: count }, () => makeOffer(t, shop, { audience: 'new_guest', perPerson: 2 })));

  test('the surviving account\'s first order is the one that counts; what is still at hand is for a new guest as before', async () => {
    const [x, y] = await offers(m, 2);
    const [used, kept, theirs] = [await claim(t, giver, x!.offerId), await claim(t, giver, y!.offerId), await claim(t, other, x!.offerId)];
    await placeWith(t, m, giver, [used.couponId], { dealId: (await m.addDeal()).dealId });
    await placeWith(t, m, other, [theirs.couponId]);
    await join();
    expect(await firsts(used.couponId, kept.couponId, theirs.couponId)).toEqual({ [used.couponId]: null, [kept.couponId]: m.merchantId, [theirs.couponId]: m.merchantId });
    // Held by an order that followed, it followed with it at once.
    expect(await t.db.query('SELECT owner_id AS owner, state FROM coupon WHERE coupon_id = $1', [used.couponId])).toEqual([{ owner: other.personId, state: 'held' }]);
  });

  test('one at hand, or in use at another shop, is no first order here', async () => {
    const shop = await t.market({ operator: await t.person(`运营${Math.random()}`, { operator: true }), staff: [`员${Math.random()}`, `长${Math.random()}`], deal: { perPersonLimit: 99 } });
    const [[here], [there]] = [await offers(m, 1), await offers(shop, 1)];
    const [mine, idle, away] = [await claim(t, giver, here!.offerId), await claim(t, other, here!.offerId), await claim(t, other, there!.offerId)];
    await placeWith(t, m, giver, [mine.couponId]);
    await placeWith(t, shop, other, [away.couponId]);
    await join();
    expect((await firsts(mine.couponId))[mine.couponId]).toBe(m.merchantId);
    const { dealId } = await m.addDeal();
    const body = { dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 11_300, surface: 'weapp' as const, stack: { usesFriend: false, couponIds: [idle.couponId] } };
    expect(await t.refused('placeOrder', { as: other, body })).toMatchObject({ code: 'COUPON_NOT_USABLE', details: { reason: 'not_new' } });
  });
});

/**
 * Every save asks again what was decided before it: the world changes between the decision and the save, one change for each
 * guard. F-17, F-20, F-21, A-12, A-33, A-34, I-10, I-11, I-12, I-22. Anything refused leaves nothing (F-20).
 */
import { startTestApp, type Market, type Reply, type TestApp, type TestPerson } from '../support/app';
import { claim, couponState, makeOffer, type OfferBody } from '../support/coupons';
import { count, keepGreen, newKnife, newMarket, people, tryPlace } from '../support/faults';
import { groupOf, join, openGroup, seatsOf, sit, standard, trySit } from '../support/groups';
import { makeStreet, placeTogether, priced } from '../support/purchase';
import { buy, DAY, HOUR, later, MINUTE } from '../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  m = await newMarket(t, { deal: { group: standard({ size: 3, hostBenefitFen: 0 }), perPersonLimit: 99, stock: 100_000 } });
});
keepGreen(() => t, knife);

/** `change` happens when all is decided and the save is about to be made; or, 'after', when something that was loaded is decided on. */
async function meanwhile(save: RegExp, ask: () => Promise<Reply>, change: () => Promise<unknown>, when?: 'after'): Promise<Reply> {
  const gate = knife.holdAt(save, when);
  const asked = ask();
  await gate.reached;
  await change();
  gate.open();
  const reply = await asked;
  knife.clear();
  return reply;
}
const two = async () => (await people(t, 2)) as [TestPerson, TestPerson];
const nothingOf = async (who: TestPerson) => expect([await count(t, 'guest_order WHERE buyer_id = $1', [who.personId]), await count(t, 'deal_buyer WHERE person_id = $1 AND quantity > 0', [who.personId])]).toEqual([0, 0]);
const PLACE = /orders_place\(/;

describe('a seat', () => {
  const joining = async (guest: TestPerson, groupId: string, change: () => Promise<unknown>, dealId = m.dealId) => meanwhile(PLACE, () => trySit(t, m, guest, { groupId }, 9_900, { dealId }), change);
  /** Of one process the orders for a group are saved one after the other: another is placed since the group was looked at. */
  const lookedAt = async (guest: TestPerson, groupId: string, dealId: string, change: () => Promise<unknown>) =>
    meanwhile(/FROM group_buy g WHERE group_id/, () => trySit(t, m, guest, { groupId }, 9_900, { dealId }), change, 'after');

  test('I-12 the last member leaves: nobody sits down in a group that failed', async () => {
    const [host, guest] = await two();
    const { groupId } = await openGroup(t, m, host);
    expect((await joining(guest, groupId, () => t.ok('leaveGroup', { as: host, params: { groupId } }))).body).toMatchObject({ code: 'GROUP_ENDED' });
    expect([(await groupOf(t, groupId)).state, await seatsOf(t, groupId)]).toEqual(['failed', ['released']]);
    await nothingOf(guest);
  });

  test('I-25 joining ends: the database clock decides, with the sentence and another group to go to', async () => {
    const [host, guest] = await two();
    const { groupId } = await openGroup(t, m, host);
    const [other] = (await people(t, 1)) as [TestPerson];
    await t.moveTime(24 * HOUR - 10 * MINUTE);
    const another = await openGroup(t, m, other);
    const reply = await joining(guest, groupId, () => t.moveTime(9 * MINUTE));
    expect(reply.body).toMatchObject({ code: 'GROUP_ENDED', details: { otherGroupId: another.groupId } });
    await nothingOf(guest);
    await later(t, 3 * MINUTE);
  });

  test('C3 another group is one that this person can sit down in: open, with a seat and time, not their own, for them; the fullest first', async () => {
    const { dealId } = await m.addDeal({ group: standard({ size: 3, hostBenefitFen: 0 }) });
    const [ended, full, own, failed, emptier, fuller] = (await people(t, 6)) as TestPerson[];
    const [guest, a, b] = (await people(t, 3)) as [TestPerson, TestPerson, TestPerson];
    const wanted = await openGroup(t, m, a, { dealId });
    const ids: Record<string, string> = {};
    for (const [name, host] of Object.entries({ ended, full, own, failed, emptier, fuller })) ids[name] = (await openGroup(t, m, host!, { dealId })).groupId;
    // A seat that was given up keeps nobody out.
    await t.ok('cancelOrder', { as: guest, params: { orderId: (await sit(t, m, guest, { groupId: ids.fuller! }, { dealId })).orderId } });
    // One of each kind that is none: its time is over, no seat is left, the guest sits there already, everybody left.
    await t.db.query("UPDATE group_buy SET join_until = juke_now() WHERE group_id = $1", [ids.ended]);
    await sit(t, m, guest, { groupId: ids.own! }, { dealId });
    await t.ok('leaveGroup', { as: failed!, params: { groupId: ids.failed! } });
    const other = async () => (await t.db.query<{ id: string | null }>('SELECT group_buys_other($1, $2, $3) AS id', [dealId, wanted.groupId, guest.personId]))[0]!.id;
    await sit(t, m, a, { groupId: ids.full! }, { dealId });
    await t.db.query('UPDATE group_buy SET size = 2, min_size = 2 WHERE group_id = $1', [ids.full]);
    await sit(t, m, b, { groupId: ids.fuller! }, { dealId });
    expect(await other()).toBe(ids.fuller);
    await t.db.query("UPDATE group_buy SET join_until = juke_now() WHERE group_id = $1", [ids.fuller]);
    expect(await other()).toBe(ids.emptier);
    await t.db.query("UPDATE group_buy SET join_until = juke_now() WHERE group_id = $1", [ids.emptier]);
    expect(await other()).toBeNull();
    await t.db.query('UPDATE group_buy SET size = 3, min_size = 3, join_until = deadline WHERE group_id = ANY ($1)', [Object.values(ids)]);
    await t.db.query("UPDATE group_buy SET kind = 'newcomer' WHERE group_id <> $1 AND deal_id = $2", [wanted.groupId, dealId]);
    expect(await other()).not.toBeNull();
    await buy(t, m, guest);
    expect(await other()).toBeNull();
    await t.db.query("UPDATE group_buy SET kind = 'standard' WHERE deal_id = $1", [dealId]);
  });

  test.each([['full by that', 2], ['not full yet', 4]])('I-12 the same person sits down there by another phone: the seat is theirs already, in a group that is %s', async (_, size) => {
    const { dealId } = await m.addDeal({ group: standard({ size, hostBenefitFen: 0 }) });
    const [host, guest] = await two();
    const { groupId } = await openGroup(t, m, host, { dealId });
    expect((await lookedAt(guest, groupId, dealId, () => join(t, m, guest, groupId, { dealId }))).body).toMatchObject({ code: 'GROUP_OWN', details: { groupId } });
    expect((await groupOf(t, groupId)).taken).toBe(2);
  });

  test('F-17 the last one is taken: who gave up a seat there before hears that it is full', async () => {
    const { dealId } = await m.addDeal({ group: standard({ size: 2, hostBenefitFen: 0 }) });
    const [host, guest] = await two();
    const [other] = (await people(t, 1)) as [TestPerson];
    const { groupId } = await openGroup(t, m, host, { dealId });
    await t.ok('cancelOrder', { as: guest, params: { orderId: (await sit(t, m, guest, { groupId }, { dealId })).orderId } });
    expect((await lookedAt(guest, groupId, dealId, () => join(t, m, other, groupId, { dealId }))).body).toMatchObject({ code: 'GROUP_FULL' });
  });

  test('the same person opens a group of the deal by another phone: refused with that one, not with others of theirs', async () => {
    const [{ dealId }, other] = [await m.addDeal({ group: standard({ hostBenefitFen: 0 }) }), await m.addDeal({ group: standard({ hostBenefitFen: 0 }) })];
    const [host, friend] = await two();
    // One that is over, one that passed on to a friend, one of another deal.
    await t.ok('leaveGroup', { as: host, params: { groupId: (await openGroup(t, m, host, { dealId })).groupId } });
    const passed = await openGroup(t, m, host, { dealId });
    await join(t, m, friend, passed.groupId, { dealId });
    await t.ok('leaveGroup', { as: host, params: { groupId: passed.groupId } });
    await openGroup(t, m, host, { dealId: other.dealId });
    let running = '';
    const opening = () => trySit(t, m, host, { open: true }, 9_900, { dealId });
    const reply = await meanwhile(PLACE, opening, async () => { running = (await openGroup(t, m, host, { dealId })).groupId; });
    expect(reply.body).toMatchObject({ code: 'GROUP_EXISTS', details: { groupId: running } });
  });

  test('A-29 its member leaves while WeChat looks at their words: nothing is said by who is not there', async () => {
    const [host, guest] = await two();
    const { groupId } = await openGroup(t, m, host);
    await join(t, m, guest, groupId);
    const saying = () => t.handle('setGroupWords', { as: guest, params: { groupId }, body: { words: '一起来吃' } });
    expect((await meanwhile(/group_buys_set_words/, saying, () => t.ok('leaveGroup', { as: guest, params: { groupId } }))).body).toMatchObject({ code: 'NOT_FOUND' });
    expect(await count(t, 'group_seat WHERE group_id = $1 AND words IS NOT NULL', [groupId])).toBe(0);
  });

  test('C3 the newcomer pays at the shop first: no longer one', async () => {
    const { dealId } = await m.addDeal({ group: standard({ kind: 'newcomer', size: 2, hostBenefitFen: 0 }) });
    const [host, guest] = await two();
    const { groupId } = await openGroup(t, m, host, { dealId });
    expect((await joining(guest, groupId, () => buy(t, m, guest), dealId)).body).toMatchObject({ code: 'GROUP_NOT_NEW' });
    expect((await groupOf(t, groupId)).taken).toBe(1);
  });

  test('A-33 the second group of this host is flagged: no third is opened', async () => {
    const [host] = await two();
    const other = await m.addDeal({ group: standard({ hostBenefitFen: 0 }) });
    const [one, more] = [await openGroup(t, m, host), await openGroup(t, m, host, { dealId: other.dealId })];
    const { dealId } = await m.addDeal({ group: standard({ hostBenefitFen: 0 }) });
    const flag = () => t.db.query('UPDATE group_buy SET flagged_at = juke_now() WHERE group_id = ANY ($1)', [[one.groupId, more.groupId]]);
    const opening = () => trySit(t, m, host, { open: true }, 9_900, { dealId });
    expect((await meanwhile(PLACE, opening, flag)).body).toMatchObject({ code: 'GROUP_HOST_BLOCKED' });
    // For 30 days.
    await t.moveTime(30 * DAY);
    expect((await opening()).status).toBe(200);
    await later(t, 16 * MINUTE);
  });
});

describe('a coupon', () => {
  const having = async (more: Partial<OfferBody> = {}) => {
    const [me, friend] = await two();
    const { offerId } = await makeOffer(t, m, { isTransferable: true, perPerson: 5, ...more });
    return { me, friend, ...(await claim(t, me, offerId)) };
  };
  const using = (me: TestPerson, couponId: string): Promise<Reply> =>
    t.handle('placeOrder', { as: me, body: { dealId: m.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 11_300, surface: 'weapp', stack: { usesFriend: false, couponIds: [couponId] } } });
  const give = (me: TestPerson, couponId: string) => t.handle('giveCoupon', { as: me, params: { couponId } });

  test.each<[string, string, (s: Awaited<ReturnType<typeof having>>) => Promise<unknown>]>([
    ['is given away and claimed', 'given', async ({ me, friend, couponId }) => t.ok('claimCouponGift', { as: friend, params: { token: (await t.ok('giveCoupon', { as: me, params: { couponId } })).token } })],
    ['is on its way to a friend', 'passing', ({ me, couponId }) => t.ok('giveCoupon', { as: me, params: { couponId } })],
    ['ends', 'expired', ({ couponId }) => t.db.query('UPDATE coupon SET valid_until = juke_now() WHERE coupon_id = $1', [couponId])],
    ['has not begun', 'not_started', ({ couponId }) => t.db.query("UPDATE coupon SET valid_from = juke_now() + interval '1 hour' WHERE coupon_id = $1", [couponId])],
  ])('I-11 F-20 %s while an order is placed with it: refused by its name, nothing of the order stands', async (_, reason, change) => {
    const s = await having();
    expect((await meanwhile(PLACE, () => using(s.me, s.couponId), () => change(s))).body).toMatchObject({ code: 'COUPON_NOT_USABLE', details: { couponId: s.couponId, title: '满 100 减 15', reason } });
    await nothingOf(s.me);
    expect(await count(t, 'coupon_use WHERE coupon_id = $1', [s.couponId])).toBe(0);
  });

  test('I-11 given twice at once: a friend has it by the first link, the second is refused', async () => {
    const s = await having();
    const reply = await meanwhile(/coupons_give\(/, () => give(s.me, s.couponId), async () => {
      const { token } = await t.ok('giveCoupon', { as: s.me, params: { couponId: s.couponId } });
      await t.ok('claimCouponGift', { as: s.friend, params: { token } });
    });
    expect(reply.body).toMatchObject({ code: 'COUPON_STATE' });
    expect([await couponState(t, s.couponId), (await t.ok('listMyCoupons', { as: s.friend })).items[0]!.couponId]).toEqual(['available', s.couponId]);
    expect((await give(s.friend, s.couponId)).body).toMatchObject({ code: 'COUPON_STATE' });
    await expect(t.db.query("UPDATE coupon SET state = 'passing' WHERE coupon_id = $1", [s.couponId])).rejects.toThrow(/passes on once/);
  });

  test.each<[string, string, (s: Awaited<ReturnType<typeof having>>) => Promise<unknown>]>([
    ['given to another friend', 'passing', (s) => give(s.me, s.couponId)], ['held by an order', 'held', (s) => using(s.me, s.couponId)],
  ])('I-11 it is %s while it is being given: refused, and it stays there', async (_, state, change) => {
    const s = await having();
    expect((await meanwhile(/coupons_give\(/, () => give(s.me, s.couponId), () => change(s))).body).toMatchObject({ code: 'COUPON_STATE' });
    expect(await couponState(t, s.couponId)).toBe(state);
  });

  test('A-11 one that is claimed by its code is claimed by nothing else, whoever asks the save for it', async () => {
    const { offerId, code } = await makeOffer(t, m, { withCode: true });
    const [me] = await two();
    const ask = (typed: string | null) => t.db.call('coupons_claim', { offerId, code: typed, personId: me.personId, couponId: `cpn_code${typed}`, graceMs: 0, remindMs: 0, heldMax: 50 });
    for (const typed of [null, '0000000000']) await expect(ask(typed)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await ask(code!);
    expect(await count(t, 'coupon WHERE owner_id = $1', [me.personId])).toBe(1);
  });

  test('I-25 it ends while it is being given: it stays where it is', async () => {
    const s = await having();
    expect((await meanwhile(/coupons_give\(/, () => give(s.me, s.couponId), () => t.db.query('UPDATE coupon SET valid_until = juke_now() WHERE coupon_id = $1', [s.couponId]))).body).toMatchObject({ code: 'COUPON_STATE' });
    expect(await couponState(t, s.couponId)).toBe('available');
  });

  test('I-25 a gift ends with its day, taken or not: claimed too late it is closed; its coupon over as well, it does not come back', async () => {
    const s = await having();
    const { token, expiresAtMs } = await t.ok('giveCoupon', { as: s.me, params: { couponId: s.couponId } });
    const late = await meanwhile(/coupons_claim_gift\(/, () => t.handle('claimCouponGift', { as: s.friend, params: { token } }), async () => t.moveTime(expiresAtMs - (await t.app.clock.read())));
    expect(late.body).toMatchObject({ code: 'COUPON_CLOSED' });
    await later(t, MINUTE);
    expect(await couponState(t, s.couponId)).toBe('available');
    const again = await t.ok('giveCoupon', { as: s.me, params: { couponId: s.couponId } });
    await t.db.query('UPDATE coupon SET valid_until = juke_now() WHERE coupon_id = $1', [s.couponId]);
    await t.ok('takeBackCoupon', { as: s.me, params: { couponId: s.couponId } });
    expect(await couponState(t, s.couponId)).toBe('expired');
    expect((await t.handle('claimCouponGift', { as: s.friend, params: { token: again.token } })).body.code).toBe('COUPON_CLOSED');
  });

  test.each<[string, string, string]>([
    ['is paused', "UPDATE coupon_offer SET state = 'paused' WHERE offer_id = $1", 'COUPON_CLOSED'],
    ['closes', 'UPDATE coupon_offer SET claim_until = juke_now() WHERE offer_id = $1', 'COUPON_CLOSED'],
    ['is not open yet', "UPDATE coupon_offer SET claim_from = juke_now() + interval '1 hour' WHERE offer_id = $1", 'COUPON_CLOSED'],
  ])('A-12 the offer %s while it is claimed: nobody has it, and nothing is counted', async (_, sql, code) => {
    const s = await having();
    expect((await meanwhile(/coupons_claim\(/, () => t.handle('claimCoupon', { as: s.friend, params: { offerId: s.offerId } }), () => t.db.query(sql, [s.offerId]))).body).toMatchObject({ code });
    expect(await count(t, 'coupon WHERE owner_id = $1', [s.friend.personId])).toBe(0);
  });
});

describe('an order', () => {
  test('A-34 the third of one\'s orders ends unpaid while another is placed: one waits; so for a cart', async () => {
    const wishes = (await makeStreet(t, ['茶馆', '面馆'])).map(({ dealId }) => ({ dealId }));
    for (const place of [(who: TestPerson) => tryPlace(t, m, who), async (who: TestPerson) => t.handle('placePurchase', { as: who, body: await priced(t, who, wishes) })]) {
      const [guest] = await two();
      const deals = await Promise.all([1, 2, 3].map(() => m.addDeal()));
      for (const { dealId } of deals) expect((await tryPlace(t, m, guest, { dealId })).status).toBe(200);
      const over = () => t.db.query("UPDATE guest_order SET expires_at = juke_now() WHERE buyer_id = $1", [guest.personId]).then(() => t.drain()).then(() => later(t, 16 * MINUTE));
      const reply = await meanwhile(/orders_place(_purchase)?\(/, () => place(guest), over);
      expect(reply.body).toMatchObject({ code: 'HOARDING' });
      expect(await count(t, "guest_order WHERE buyer_id = $1 AND state = 'unpaid'", [guest.personId])).toBe(0);
    }
  });

  test('I-08 a part of a purchase does not end alone, whoever asks the save for it', async () => {
    const street = await makeStreet(t, ['酒馆', '饭馆']);
    const [guest] = await two();
    const { purchaseId, orderIds } = await placeTogether(t, guest, street.map(({ dealId }) => ({ dealId })));
    await expect(t.db.call('orders_end', { orderId: orderIds[0], to: 'cancelled' })).rejects.toMatchObject({ code: 'ORDER_STATE' });
    // Another combined payment is for all of it, or none.
    await expect(t.db.call('orders_open_combined', { purchaseId, combineNo: 'cmb_part00000001', payments: [{ orderId: orderIds[0], paymentId: 'pay_part00000001', subMchid: 'x' }] })).rejects.toMatchObject({ code: 'ORDER_NOT_PAYABLE' });
    expect(await count(t, "payment WHERE combine_no = 'cmb_part00000001'")).toBe(0);
    await t.ok('cancelPurchase', { as: guest, params: { purchaseId } });
  });
});

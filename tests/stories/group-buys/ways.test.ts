/** The other ways through a group buy: leaving, a host's place, ladders, newcomers, coupons, hosts whose groups take refunds, shares. */
import { UNPAID_HOLD_MS } from '../../../functions/contract/limits';
import { reactions } from '../../../functions/worker/reactions';
import { drain } from '../../../functions/worker/runner';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { checkGreen, newMarket, people, stockOf } from '../../support/faults';
import { groupOf, join, ladder, openGroup, paySeat, seatsOf, sit, standard } from '../../support/groups';
import { account, buy, DAY, HOUR, later, MINUTE, place, redeem, share, stateOf, vouchersOf } from '../../support/trade';

let t: TestApp;
let m: Market;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, echo: true });
  m = await newMarket(t, { deal: { group: standard(), perPersonLimit: 50 } });
});
afterAll(() => t.stop());
afterEach(() => checkGreen(t));

const two = async () => (await people(t, 2)) as [TestPerson, TestPerson];
const three = async () => (await people(t, 3)) as [TestPerson, TestPerson, TestPerson];
const told = async (who: TestPerson) => (await t.db.query<{ kind: string }>('SELECT kind FROM notice WHERE person_id = $1 ORDER BY created_at', [who.personId])).map((row) => row.kind);

describe('leaving before success', () => {
  test('the money goes back, the seat is free, the host\'s place passes to who paid first, and the last one to leave ends it', async () => {
    const [host, a, b] = await three();
    const first = await openGroup(t, m, host);
    const second = await join(t, m, a, first.groupId);
    const before = await stockOf(t, m.dealId);
    const left = await t.ok('leaveGroup', { as: host, params: { groupId: first.groupId } });
    expect(left).toEqual({ refundId: expect.stringMatching(/^rfd_/), amountFen: first.payableFen });
    expect(await groupOf(t, first.groupId)).toMatchObject({ state: 'open', taken: 1, confirmed: 1, host_id: a.personId });
    expect(await told(a)).toContain('group.host');
    expect(await stockOf(t, m.dealId)).toMatchObject({ held: before.held - 1, available: before.available + 1 });
    // The seat is free again, for somebody else and for the one who left.
    await join(t, m, b, first.groupId);
    expect((await t.ok('getGroup', { as: host, params: { groupId: first.groupId } })).mine).toMatchObject({ seat: 'released', canLeave: false });
    await t.ok('leaveGroup', { as: b, params: { groupId: first.groupId } });
    expect(await told(a)).toContain('group.seat_free');
    await t.ok('leaveGroup', { as: a, params: { groupId: first.groupId } });
    expect(await groupOf(t, first.groupId)).toMatchObject({ state: 'failed', taken: 0, confirmed: 0 });
    await later(t, MINUTE);
    for (const seat of [first, second]) expect(await stateOf(t, 'guest_order', 'order_id', seat.orderId)).toEqual(['refunded']);
    expect(await account(t, 'refund-transit', m.merchantId)).toBe(0);
  });

  test('who has not paid just lets the seat go; who is not in it, or in one that succeeded, cannot leave', async () => {
    const [host, a, stranger] = await three();
    const { groupId } = await openGroup(t, m, host);
    const seat = await sit(t, m, a, { groupId });
    expect(await t.ok('leaveGroup', { as: a, params: { groupId } })).toEqual({ refundId: null, amountFen: 0 });
    expect(await stateOf(t, 'guest_order', 'order_id', seat.orderId)).toEqual(['cancelled']);
    expect(await groupOf(t, groupId)).toMatchObject({ state: 'open', taken: 1 });
    expect((await t.refused('leaveGroup', { as: stranger, params: { groupId } })).code).toBe('GROUP_STATE');
    for (const guest of [a, stranger]) await join(t, m, guest, groupId);
    expect((await t.refused('leaveGroup', { as: a, params: { groupId } })).code).toBe('GROUP_STATE');
  });

  test('a host who never pays opened nothing: the group is cancelled, and nobody else ever saw it', async () => {
    const [host, a] = await two();
    const { groupId } = await sit(t, m, host, { open: true });
    expect((await t.refused('getGroup', { as: a, params: { groupId } })).code).toBe('NOT_FOUND');
    expect((await t.refused('quoteOrder', { as: a, body: { dealId: m.dealId, quantity: 1, group: { groupId } } })).code).toBe('NOT_FOUND');
    expect((await t.ok('getGroup', { as: host, params: { groupId } })).state).toBe('opening');
    expect(await t.refused('quoteOrder', { as: host, body: { dealId: m.dealId, quantity: 1, group: { open: true } } })).toMatchObject({ code: 'GROUP_EXISTS', details: { groupId } });
    await later(t, UNPAID_HOLD_MS);
    expect(await groupOf(t, groupId)).toMatchObject({ state: 'cancelled', taken: 0 });
  });
});

describe('ladder', () => {
  test('full: all pay the lowest tier in the end, the difference goes back, reward and commission are on what was really paid', async () => {
    const { dealId } = await m.addDeal({ group: ladder() });
    const guests = await people(t, 4);
    const sharer = await t.person('分享阶梯的人');
    const shareToken = await share(t, m, sharer, dealId);
    await t.ok('openShare', { as: guests[1]!, params: { token: shareToken }, body: { surface: 'weapp', visitorId: guests[1]!.deviceId } });
    const first = await openGroup(t, m, guests[0]!, { dealId });
    const seats = [first, await join(t, m, guests[1]!, first.groupId, { dealId, shareToken })];
    expect(seats.map((s) => s.payableFen)).toEqual([11_000, 10_000]);
    for (const guest of guests.slice(2)) seats.push(await join(t, m, guest, first.groupId, { dealId }));
    expect(await groupOf(t, first.groupId)).toMatchObject({ state: 'succeeded', confirmed: 4 });
    const paid = await t.db.query<{ fen: number }>('SELECT paid_fen AS fen FROM voucher WHERE order_id = ANY ($1) ORDER BY fen', [seats.map((s) => s.orderId)]);
    expect(paid.map((row) => row.fen)).toEqual([8_001, 9_001, 9_001, 9_001]);
    await checkGreen(t); // also before the refunds are there
    await later(t, MINUTE);
    const refunds = await t.db.query('SELECT kind, state, amount_fen FROM refund WHERE order_id = ANY ($1)', [seats.map((s) => s.orderId)]);
    expect(refunds).toEqual(Array.from({ length: 4 }, () => ({ kind: 'ladder', state: 'succeeded', amount_fen: 1_999 })));
    expect(await told(guests[0]!)).toContain('group.ladder');
    // The sharer was told 8 % of 100.00, and now why it is less.
    const [lowered] = (await t.ok('listNotices', { as: sharer })).items;
    expect(lowered).toMatchObject({ kind: 'reward.lowered', amountFen: 640, text: expect.stringContaining('拼的团人多价更低，少付了，这笔返利从 ¥8.00 变成 ¥6.40') });
    expect((await t.ok('getGroup', { as: guests[1]!, params: { groupId: first.groupId } })).mine!.paidFen).toBe(8_001);
    // Served: the sharer earns 8 % of 80.01, the platform's part is 5 % of it.
    const [voucherId] = await vouchersOf(t, seats[1]!.orderId);
    await redeem(t, m, voucherId!);
    await later(t, 6 * MINUTE);
    expect(await t.db.query('SELECT commission_fen, reward_fen FROM split WHERE order_id = $1', [seats[1]!.orderId])).toEqual([{ commission_fen: 400, reward_fen: 640 }]);
    // Refunded unused: what is left of it, so that all went back.
    const [unused] = await vouchersOf(t, first.orderId);
    expect((await t.ok('requestRefund', { as: guests[0]!, params: { orderId: first.orderId }, body: { voucherIds: [unused!], reason: '不去了' } })).amountFen).toBe(9_001);
    await later(t, MINUTE);
    expect(await stateOf(t, 'guest_order', 'order_id', first.orderId)).toEqual(['refunded']);
  });

  test('the sharer of who completes it is told one rebate, that of the last price; below the least amount none', async () => {
    const sharer = await t.person('分享阶梯的人');
    const completed = async (rebateBps: number) => {
      const { dealId } = await m.addDeal({ group: ladder({ size: 3, priceFen: 1_130, tiers: [{ size: 2, priceFen: 1_130 }, { size: 3, priceFen: 1_010 }] }), rebateBps, friendDiscountFen: 100 });
      const [host, second, last] = (await people(t, 3)) as [TestPerson, TestPerson, TestPerson];
      const shareToken = await share(t, m, sharer, dealId);
      await t.ok('openShare', { as: last, params: { token: shareToken }, body: { surface: 'weapp', visitorId: last.deviceId } });
      const { groupId } = await openGroup(t, m, host, { dealId });
      await join(t, m, second, groupId, { dealId });
      const before = (await told(sharer)).length;
      const { orderId } = await join(t, m, last, groupId, { dealId, shareToken });
      const notices = (await t.ok('listNotices', { as: sharer })).items;
      return { orderId, notices: notices.slice(0, notices.length - before).map(({ kind, amountFen }) => [kind, amountFen]) };
    };
    const { orderId, notices } = await completed(1_000);
    expect(notices).toEqual([['reward.expected', 91]]);
    expect(await t.db.query('SELECT amount_fen, paid_fen FROM reward WHERE order_id = $1', [orderId])).toEqual([{ amount_fen: 91, paid_fen: 910 }]);
    const none = await completed(100);
    expect(none.notices).toEqual([]);
    expect(await t.db.query('SELECT state, reason FROM reward WHERE order_id = $1', [none.orderId])).toEqual([{ state: 'cancelled', reason: 'limit' }]);
  });

  test('A-38 a rebate that the lower price leaves nothing worth paying of is none, and its sharer is told why', async () => {
    const { dealId } = await m.addDeal({ group: ladder({ size: 3, priceFen: 1_130, tiers: [{ size: 2, priceFen: 1_130 }, { size: 3, priceFen: 1_010 }] }), rebateBps: 100, friendDiscountFen: 100 });
    const [host, friend, third, sharer] = (await people(t, 4)) as [TestPerson, TestPerson, TestPerson, TestPerson];
    const shareToken = await share(t, m, sharer, dealId);
    await t.ok('openShare', { as: friend, params: { token: shareToken }, body: { surface: 'weapp', visitorId: friend.deviceId } });
    const { groupId } = await openGroup(t, m, host, { dealId });
    const seat = await join(t, m, friend, groupId, { dealId, shareToken });
    expect(await stateOf(t, 'reward', 'order_id', seat.orderId)).toEqual(['expected']);
    await join(t, m, third, groupId, { dealId });
    expect(await t.db.query('SELECT state, reason FROM reward WHERE order_id = $1', [seat.orderId])).toEqual([{ state: 'cancelled', reason: 'limit' }]);
    const [notice] = (await t.ok('listNotices', { as: sharer, language: 'en' })).items;
    expect(notice).toMatchObject({ kind: 'reward.cancelled', text: expect.stringContaining('paid a lower price in a group of more people and less than ¥0.10 of the rebate was left') });
  });

  test('who leaves a ladder that has enough leaves nobody short: neither the host nor a new one is told that "0 are missing"', async () => {
    const { dealId } = await m.addDeal({ group: ladder() });
    const guests = (await people(t, 4)) as [TestPerson, TestPerson, TestPerson, TestPerson];
    const { groupId } = await openGroup(t, m, guests[0], { dealId });
    for (const guest of guests.slice(1, 3)) await join(t, m, guest, groupId, { dealId });
    await t.ok('leaveGroup', { as: guests[2], params: { groupId } });
    await join(t, m, guests[3], groupId, { dealId });
    await t.ok('leaveGroup', { as: guests[0], params: { groupId } });
    const textOf = async (as: TestPerson, kind: string) => (await t.ok('listNotices', { as })).items.find((notice) => notice.kind === kind)!.text;
    expect(await textOf(guests[0], 'group.seat_free')).toContain('人数还够');
    expect(await textOf(guests[1], 'group.host')).toContain('人数还够');
    // One more leaves: now one is missing.
    await t.ok('leaveGroup', { as: guests[3], params: { groupId } });
    expect(await textOf(guests[1], 'group.seat_free')).toContain('还差 1 人');
  });

  test('at its deadline it takes the tier that was reached; below the lowest it failed', async () => {
    const { dealId } = await m.addDeal({ group: ladder() });
    const [host, a, b] = await three();
    const first = await openGroup(t, m, host, { dealId });
    for (const guest of [a, b]) await join(t, m, guest, first.groupId, { dealId });
    await later(t, DAY);
    expect(await groupOf(t, first.groupId)).toMatchObject({ state: 'succeeded', confirmed: 3 });
    expect(await t.db.query('SELECT DISTINCT kind, amount_fen FROM refund WHERE order_id IN (SELECT order_id FROM group_seat WHERE group_id = $1)', [first.groupId])).toEqual([{ kind: 'ladder', amount_fen: 1_000 }]);
    const alone = await openGroup(t, m, host, { dealId });
    await later(t, DAY);
    expect(await groupOf(t, alone.groupId)).toMatchObject({ state: 'failed', confirmed: 1 });
  });

  test('what it gives back must lie frozen when it is sent: an order that was served at once is split after that, however late it is (I-19, F-31)', async () => {
    const { dealId } = await m.addDeal({ group: ladder() });
    const guests = await people(t, 4);
    const { groupId, orderId } = await openGroup(t, m, guests[0]!, { dealId });
    for (const guest of guests.slice(1)) await join(t, m, guest, groupId, { dealId });
    await redeem(t, m, (await vouchersOf(t, orderId))[0]!);
    const { 'refund-ladder': _, ...others } = reactions;
    for (let look = 0; look < 3; look += 1) {
      await t.moveTime(5 * MINUTE);
      await drain(t.app, { only: others });
    }
    expect(await stateOf(t, 'split', 'order_id', orderId)).toEqual(['due']);
    for (let look = 0; look < 3; look += 1) await later(t, MINUTE);
    expect([await stateOf(t, 'refund', 'order_id', orderId), await stateOf(t, 'split', 'order_id', orderId)]).toEqual([['succeeded'], ['succeeded']]);
  });
});

describe('newcomers', () => {
  test('who paid at the shop before cannot join, but can open; two newcomer seats at once cannot be', async () => {
    const shop = await newMarket(t, { deal: { perPersonLimit: 50 } });
    const deals = [await shop.addDeal({ group: standard({ kind: 'newcomer' }) }), await shop.addDeal({ group: standard({ kind: 'newcomer' }) })];
    const [old, a, b] = await three();
    await buy(t, shop, old);
    const [one, two_] = [await openGroup(t, shop, old, { dealId: deals[0]!.dealId }), await openGroup(t, shop, old, { dealId: deals[1]!.dealId })];
    const other = await openGroup(t, shop, a, { dealId: deals[0]!.dealId }); // a new guest may open one as well
    expect((await t.refused('quoteOrder', { as: old, body: { dealId: deals[0]!.dealId, quantity: 1, group: { groupId: other.groupId } } })).code).toBe('GROUP_NOT_NEW');
    // A seat there that was given up before is not one's own.
    await t.ok('cancelOrder', { as: b, params: { orderId: (await sit(t, shop, b, { groupId: two_.groupId }, { dealId: deals[1]!.dealId })).orderId } });
    const seat = await sit(t, shop, b, { groupId: one.groupId }, { dealId: deals[0]!.dealId });
    const again = await t.handle('placeOrder', { as: b, body: { dealId: deals[1]!.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 9_900, surface: 'weapp', group: { groupId: two_.groupId } } });
    expect(again.body.code).toBe('GROUP_NOT_NEW');
    // The seat let go, the person is new again.
    await t.ok('cancelOrder', { as: b, params: { orderId: seat.orderId } });
    await join(t, shop, b, two_.groupId, { dealId: deals[1]!.dealId });
    await later(t, DAY);
    expect(await groupOf(t, two_.groupId)).toMatchObject({ state: 'failed' });
    // It failed and was given back: still a newcomer.
    const third = await openGroup(t, shop, old, { dealId: deals[1]!.dealId });
    await join(t, shop, b, third.groupId, { dealId: deals[1]!.dealId });
  });

  test('C3 whose newcomer seat went back unused after success is new again: the quote that says so is kept', async () => {
    const group = standard({ kind: 'newcomer', size: 2 });
    const shop = await newMarket(t, { deal: { group, perPersonLimit: 50 } });
    const [host, other, guest] = await three();
    const first = await openGroup(t, shop, host);
    const seat = await join(t, shop, guest, first.groupId);
    const next = await openGroup(t, shop, other);
    const refused = { as: guest, body: { dealId: shop.dealId, quantity: 1, group: { groupId: next.groupId } } };
    expect((await t.refused('quoteOrder', refused)).code).toBe('GROUP_NOT_NEW');
    await t.ok('requestRefund', { as: guest, params: { orderId: seat.orderId }, body: { voucherIds: await vouchersOf(t, seat.orderId), reason: '不去了' } });
    await later(t, MINUTE);
    await join(t, shop, guest, next.groupId);
    expect(await groupOf(t, next.groupId)).toMatchObject({ state: 'succeeded' });
  });
});

test('B1 a friend whose group did not fill did not take the money back: the sharer is told what happened', async () => {
  const [sharer, friend] = await two();
  const shareToken = await share(t, m, sharer);
  await t.ok('openShare', { as: friend, params: { token: shareToken }, body: { surface: 'weapp', visitorId: friend.deviceId } });
  const { orderId } = await openGroup(t, m, friend, { shareToken });
  await later(t, DAY);
  await later(t, MINUTE);
  expect(await stateOf(t, 'reward', 'order_id', orderId)).toEqual(['cancelled']);
  const [notice] = (await t.ok('listNotices', { as: sharer })).items;
  expect(notice).toMatchObject({ kind: 'reward.cancelled', text: expect.stringContaining('拼的团没凑齐') });
  expect((await t.ok('listRewards', { as: sharer })).items).toMatchObject([{ reason: 'group_failed' }]);
});

test('F-19 one member refunds after success: the group stays, only that order goes back, its reward is cancelled', async () => {
  const [host, a, b] = await three();
  const shareToken = await share(t, m, host);
  await t.ok('openShare', { as: a, params: { token: shareToken }, body: { surface: 'weapp', visitorId: a.deviceId } });
  const first = await openGroup(t, m, host);
  const second = await join(t, m, a, first.groupId, { shareToken });
  const third = await join(t, m, b, first.groupId);
  const [voucherId] = await vouchersOf(t, second.orderId);
  await t.ok('requestRefund', { as: a, params: { orderId: second.orderId }, body: { voucherIds: [voucherId!], reason: '不去了' } });
  await later(t, MINUTE);
  expect(await groupOf(t, first.groupId)).toMatchObject({ state: 'succeeded', confirmed: 3, taken: 3 });
  expect(await stateOf(t, 'guest_order', 'order_id', second.orderId)).toEqual(['refunded']);
  expect(await stateOf(t, 'reward', 'order_id', second.orderId)).toEqual(['cancelled']);
  for (const seat of [first, third]) expect(await stateOf(t, 'voucher', 'order_id', seat.orderId)).toEqual(['issued']);
});

describe('what is refused says what can be done', () => {
  test('full, over, one\'s own, of another deal, not offered', async () => {
    const shop = await newMarket(t, { deal: { group: standard({ size: 2 }), perPersonLimit: 50 } });
    const plain = await shop.addDeal({ group: undefined });
    const [host, a, b, c] = (await people(t, 4)) as [TestPerson, TestPerson, TestPerson, TestPerson];
    const first = await openGroup(t, shop, host);
    const ask = (who: TestPerson, groupId: string, dealId = shop.dealId) => t.refused('quoteOrder', { as: who, body: { dealId, quantity: 1, group: { groupId } } });
    expect(await ask(host, first.groupId)).toMatchObject({ code: 'GROUP_OWN', details: { groupId: first.groupId } });
    const seat = await sit(t, shop, a, { groupId: first.groupId });
    expect(await ask(b, first.groupId)).toMatchObject({ code: 'GROUP_FULL', details: { otherGroupId: null } });
    const other = await openGroup(t, shop, c);
    expect(await ask(b, first.groupId)).toMatchObject({ code: 'GROUP_FULL', details: { otherGroupId: other.groupId } });
    expect((await t.ok('getGroup', { as: b, params: { groupId: first.groupId } })).otherGroupId).toBe(other.groupId);
    await paySeat(t, a, seat);
    expect((await ask(b, first.groupId, plain.dealId)).code).toBe('NOT_FOUND');
    expect((await t.refused('quoteOrder', { as: b, body: { dealId: plain.dealId, quantity: 1, group: { open: true } } })).code).toBe('GROUP_NOT_OFFERED');
    expect((await t.refused('quoteOrder', { as: b, body: { dealId: shop.dealId, quantity: 2, group: { groupId: other.groupId } } })).code).toBe('LIMIT_PER_PERSON');
    // The last two minutes belong to those who are paying.
    await t.moveTime(DAY - 2 * MINUTE);
    expect(await ask(b, other.groupId)).toMatchObject({ code: 'GROUP_ENDED', details: { otherGroupId: null } });
    expect((await t.ok('listDealGroups', { params: { dealId: shop.dealId } })).items).toEqual([]);
    await later(t, 2 * MINUTE);
  });

  test('another group is offered only while somebody could pay for a seat in it: not of a deal that is sold out or off sale', async () => {
    const endsAt = (await t.app.clock.read()) + 2 * HOUR;
    const { dealId } = await m.addDeal({ group: standard({ size: 2, hostBenefitFen: 0 }), stock: 4, saleEndsAtMs: endsAt });
    const [host, a, other, b, c] = (await people(t, 5)) as [TestPerson, TestPerson, TestPerson, TestPerson, TestPerson];
    const { groupId } = await openGroup(t, m, host, { dealId });
    await join(t, m, a, groupId, { dealId });
    const second = await openGroup(t, m, other, { dealId });
    const offered = async () => (await t.ok('getGroup', { as: b, params: { groupId } })).otherGroupId;
    expect(await offered()).toBe(second.groupId);
    const last = await place(t, m, c, { dealId });
    expect(await offered()).toBeNull();
    await t.ok('cancelOrder', { as: c, params: { orderId: last.orderId } });
    expect(await offered()).toBe(second.groupId);
    await t.moveTime(2 * HOUR);
    expect(await offered()).toBeNull();
    await later(t, DAY);
  });

  test('the last seat is held five minutes, another one fifteen, and none beyond the deadline', async () => {
    const [host, a, b] = await three();
    const { groupId } = await openGroup(t, m, host);
    const hold = async (seat: { orderId: string }) => (await t.db.query<{ ms: number }>('SELECT round(extract(epoch FROM expires_at - placed_at) * 1000)::int AS ms FROM guest_order WHERE order_id = $1', [seat.orderId]))[0]!.ms;
    expect(await hold(await sit(t, m, a, { groupId }))).toBe(15 * MINUTE);
    expect((await t.ok('quoteOrder', { as: b, body: { dealId: m.dealId, quantity: 1, group: { groupId } } })).group).toMatchObject({ left: 1, isLastSeat: true });
    expect(await hold(await sit(t, m, b, { groupId }))).toBe(5 * MINUTE);
    await later(t, 15 * MINUTE);
    await t.moveTime(DAY - 15 * MINUTE - 4 * MINUTE);
    expect(await hold(await sit(t, m, a, { groupId }))).toBeLessThanOrEqual(4 * MINUTE);
    await later(t, 5 * MINUTE);
    expect(await seatsOf(t, groupId)).not.toContain('held');
  });
});

test('a share knows its group: link, code and short address lead into it, members see which chat group brought people', async () => {
  const [host, a, b] = await three();
  const { groupId } = await openGroup(t, m, host);
  const link = await t.ok('createShare', { as: host, params: { dealId: m.dealId }, body: { channel: 'chat', groupId } });
  expect(link.weappPath).toBe(`pages/group/index?id=${groupId}&s=${link.token}`);
  expect(link).toMatchObject({ priceFen: 9_900, friendPriceFen: 8_900 });
  expect((await t.ok('createShare', { as: host, params: { dealId: m.dealId }, body: { channel: 'chat', groupId } })).token).toBe(link.token);
  expect((await t.ok('createShare', { as: host, params: { dealId: m.dealId }, body: { channel: 'chat' } })).token).not.toBe(link.token);
  const short = async (path: string) => (await t.handler({ rawPath: path, requestContext: { http: { method: 'GET', path, sourceIp: '127.0.0.1' } }, headers: {} } as never)).headers!.location;
  expect(await short(`/s/${link.token}`)).toBe(`/pages/group/index?id=${groupId}&s=${link.token}`);
  // As a chat cuts links out of what people write.
  expect(await short(`/s/${link.token}${encodeURIComponent('，快来')}`)).toBe(`/pages/group/index?id=${groupId}&s=${link.token}`);
  for (const path of ['/s/', '/s/ab', `/s/${link.token.slice(0, -1)}`, '/s/%00']) expect([path, await short(path)]).toEqual([path, '/']);
  await t.ok('loginWechat', { body: { code: `sandbox:${a.name}`, deviceId: a.deviceId } });
  const chat = await t.sandbox!.control<{ encryptedData: string; iv: string }>('wx/group', { user: a.name, opengid: 'G_friends' });
  const opened = await t.ok('openShare', { as: a, params: { token: link.token }, body: { surface: 'weapp', visitorId: a.deviceId, group: { encryptedData: chat.encryptedData, iv: chat.iv } } });
  expect(opened.groupId).toBe(groupId);
  const shown = await t.ok('getGroup', { as: a, params: { groupId }, query: { share: link.token } });
  expect(shown).toMatchObject({ priceNowFen: 9_900, friendDiscountFen: 1_000, payFen: 8_900, inviter: { isMine: false, token: link.token }, left: 2, sources: [] });
  expect((await join(t, m, a, groupId, { shareToken: link.token })).payableFen).toBe(8_900);
  expect((await t.ok('getGroup', { as: host, params: { groupId } })).sources).toEqual([{ label: '群 1', opened: 1, joined: 1 }]);
  // A seat that is only being paid for makes nobody a member.
  const held = await sit(t, m, b, { groupId });
  expect((await t.ok('getGroup', { as: b, params: { groupId } })).sources).toEqual([]);
  await t.ok('cancelOrder', { as: b, params: { orderId: held.orderId } });
  // The share of a group that its own deal does not have, or that nobody may know of yet.
  expect((await t.refused('createShare', { as: b, params: { dealId: (await m.addDeal({})).dealId }, body: { channel: 'chat', groupId } })).code).toBe('NOT_FOUND');
});

test('a deal, or a group of it, leads into the mini-program also without a share', async () => {
  const [host] = await three();
  const { groupId } = await openGroup(t, m, host);
  const opens = async (query: { group?: string }) => (await fetch((await t.ok('getDealLink', { params: { dealId: m.dealId }, query })).urlLink)).text();
  expect(await opens({})).toMatch(new RegExp(`pages/deal/index[^]*id=${m.dealId}`));
  expect(await opens({ group: groupId })).toMatch(new RegExp(`pages/group/index[^]*id=${groupId}`));
  expect((await t.refused('getDealLink', { params: { dealId: (await m.addDeal({})).dealId }, query: { group: groupId } })).code).toBe('NOT_FOUND');
});

test('WeChat\'s card in the chat says how many are in; when WeChat gives none, nothing else fails', async () => {
  const [host, a, b] = await three();
  const { groupId } = await openGroup(t, m, host);
  const card = await t.ok('createGroupActivity', { as: host, params: { groupId } });
  expect(card).toMatchObject({ members: 1, size: 3 });
  const says = () => t.sandbox!.sandbox.sandbox.world.get('activity', card.activityId!);
  await join(t, m, a, groupId);
  await t.drain();
  expect(says()).toMatchObject({ state: 0, parameters: { member_count: '2', room_limit: '3' } });
  await t.sandbox!.control('faults', { endpoint: 'wxActivity', fault: 'http500', times: 9 });
  expect((await t.ok('createGroupActivity', { as: a, params: { groupId } })).activityId).toBeNull();
  await join(t, m, b, groupId);
  await t.drain();
  await t.sandbox!.control('faults', { reset: true });
  expect(await groupOf(t, groupId)).toMatchObject({ state: 'succeeded' });
});

test('WeChat\'s card of a group that is over leads to it: that state has parameters of its own', async () => {
  const [host, a, b] = await three();
  const { groupId } = await openGroup(t, m, host);
  const card = await t.ok('createGroupActivity', { as: host, params: { groupId } });
  await join(t, m, a, groupId);
  await join(t, m, b, groupId);
  await t.drain();
  expect(t.sandbox!.sandbox.sandbox.world.get('activity', card.activityId!)).toMatchObject({ state: 1, parameters: { path: `pages/group/index?id=${groupId}`, version_type: 'release' } });
});

test('A-29 a member says a few words to friends, looked at by WeChat first; the landing shows the inviter\'s, else the host\'s', async () => {
  const [host, a, b] = await three();
  const { groupId } = await openGroup(t, m, host);
  await join(t, m, a, groupId);
  const say = (as: TestPerson, words: string) => t.handle('setGroupWords', { as, params: { groupId }, body: { words } });
  expect((await say(b, '来')).body).toMatchObject({ code: 'NOT_FOUND' });
  expect((await say(host, '周五下班去？')).body).toEqual({ words: '周五下班去？' });
  expect((await say(a, '  毛肚真的脆  ')).body).toEqual({ words: '毛肚真的脆' });
  for (const words of ['这里有违规', '加微信 13912345678', '客服让你来领']) expect((await say(a, words)).body).toMatchObject({ code: 'CONTENT_REFUSED' });
  expect((await say(a, '字'.repeat(41))).status).toBe(400);
  const { token } = await t.ok('createShare', { as: a, params: { dealId: m.dealId }, body: { channel: 'chat', groupId } });
  await new Promise((done) => setTimeout(done, 2_100)); // the landing is read from a snapshot
  expect((await t.ok('getGroup', { params: { groupId } })).words).toBe('周五下班去？');
  expect(await t.ok('getGroup', { as: b, params: { groupId }, query: { share: token } })).toMatchObject({ words: '毛肚真的脆', mine: null });
  expect((await t.ok('getGroup', { as: a, params: { groupId } })).mine).toMatchObject({ words: '毛肚真的脆' });
  expect((await t.ok('exportMe', { as: a }) as unknown as { groups: { words: string }[] }).groups).toMatchObject([{ words: '毛肚真的脆' }]);
  // Taken back, and gone with the seat.
  expect((await say(host, '')).body).toEqual({ words: null });
  await t.ok('leaveGroup', { as: a, params: { groupId } });
  await new Promise((done) => setTimeout(done, 2_100));
  expect(await t.ok('getGroup', { params: { groupId }, query: { share: token } })).toMatchObject({ words: null, inviter: { token } });
});

test('orders whose group is still open are listed by themselves: not unpaid ones, not complete ones, not of who left', async () => {
  const [host, a, b] = await three();
  const { groupId, orderId } = await openGroup(t, m, host);
  const held = await sit(t, m, a, { groupId });
  const forming = async (as: TestPerson) => (await t.ok('listOrders', { as, query: { tab: 'forming' } })).items.map((row) => row.orderId);
  expect([await forming(host), await forming(a)]).toEqual([[orderId], []]);
  await paySeat(t, a, held);
  expect(await forming(a)).toEqual([held.orderId]);
  await t.ok('leaveGroup', { as: a, params: { groupId } });
  expect([await forming(host), await forming(a)]).toEqual([[orderId], []]);
  for (const guest of [a, b]) await join(t, m, guest, groupId);
  expect([await forming(host), await forming(b)]).toEqual([[], []]);
});

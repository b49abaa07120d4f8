/** The whole journey over the real routes, a real PostgreSQL and the stand-in for WeChat. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { account, buy, codeOf, DAY, later, MINUTE, redeem, share, stateOf } from '../../support/trade';

let t: TestApp;
let m: Market;
let sharer: TestPerson;
let friend: TestPerson;
beforeEach(async () => {
  t = await startTestApp({ sandbox: true, echo: true });
  m = await t.market();
  [sharer, friend] = [await t.person('林小满'), await t.person('周屿')];
});
afterEach(() => t.stop());

test('a shared deal is bought, served, split and rebated, and the rebate is withdrawn (I-16, I-18, I-19)', async () => {
  const token = await share(t, m, sharer);
  const opened = await t.ok('openShare', { as: friend, params: { token }, body: { surface: 'weapp', visitorId: friend.deviceId } });
  expect(opened.invite).toMatchObject({ friendDiscountFen: 1_000, rebateFen: 944, isMine: false });

  const order = await buy(t, m, friend, { shareToken: token });
  expect(order.payableFen).toBe(11_800);
  expect(order.voucherIds).toHaveLength(1);
  expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['expected']);

  const served = await redeem(t, m, order.voucherIds[0]!);
  // 118.00 − 9.44 rebate − 5.90 commission − 0.71 fee of WeChat
  expect(served).toMatchObject({ paidFen: 11_800, rebateFen: 944, commissionFen: 590, providerFeeFen: 71, merchantNetFen: 10_195, isNewGuest: true });
  expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['pending']);

  await later(t, 6 * MINUTE);
  expect(await stateOf(t, 'split', 'order_id', order.orderId)).toEqual(['succeeded']);
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['completed']);
  expect(await account(t, 'merchant-available', m.merchantId)).toBe(10_195);
  expect(await account(t, 'merchant-frozen', m.merchantId)).toBe(0);
  expect(await account(t, 'reward-pending', sharer.personId)).toBe(944);

  await later(t, 7 * DAY);
  expect(await account(t, 'reward-available', sharer.personId)).toBe(944);

  const { withdrawalId } = await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 900 } });
  const waiting = await t.ok('getWithdrawal', { as: sharer, params: { withdrawalId } });
  expect(waiting.state).toBe('awaiting_person');
  expect(waiting.confirm?.package).toBeTruthy();
  await t.sandbox!.control(`transfers/${withdrawalId.replace('_', '')}/confirm`);
  const done = await t.ok('getWithdrawal', { as: sharer, params: { withdrawalId } });
  expect(done.state).toBe('succeeded');
  expect(await account(t, 'reward-available', sharer.personId)).toBe(44);
  expect(await account(t, 'payout-transit', sharer.personId)).toBe(0);
});

test('a post in Moments carries the discount and no rebate, from the sheet to the served voucher', async () => {
  const made = await t.ok('createShare', { as: sharer, params: { dealId: m.dealId }, body: { channel: 'moments' } });
  expect(made).toMatchObject({ rebateFen: 0 });
  const opened = await t.ok('openShare', { as: friend, params: { token: made.token }, body: { surface: 'weapp', visitorId: friend.deviceId } });
  expect(opened.invite).toMatchObject({ friendDiscountFen: 1_000, rebateFen: 0 });
  const order = await buy(t, m, friend, { shareToken: made.token });
  expect(order.payableFen).toBe(11_800);
  expect((await t.ok('getOrder', { as: friend, params: { orderId: order.orderId } })).sharer).toMatchObject({ rebateFen: 0 });
  expect(await t.db.query('SELECT channel, reward_fen FROM attribution WHERE order_id = $1', [order.orderId])).toEqual([{ channel: 'moments', reward_fen: 0 }]);
  // 118.00 − 5.90 commission − 0.71 fee of WeChat
  expect(await redeem(t, m, order.voucherIds[0]!)).toMatchObject({ rebateFen: 0, merchantNetFen: 11_139 });
  await later(t, 8 * DAY);
  expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual([]);
  expect(await account(t, 'reward-available', sharer.personId)).toBe(0);
});

test('a second scan says when and where; an old picture is refused; undo within five minutes (I-14, A-09)', async () => {
  const { voucherIds: [voucher] } = await buy(t, m, friend, { shareToken: await share(t, m, sharer) });
  const stale = await t.refused('redeemVoucher', { as: m.clerk, params: { storeId: m.storeId }, body: { code: await codeOf(t, voucher!, 'qr', 10 * MINUTE) } });
  expect(stale.code).toBe('CODE_STALE');
  const first = await t.ok('redeemVoucher', { as: m.clerk, params: { storeId: m.storeId }, body: { code: await codeOf(t, voucher!, 'typed') } });
  const second = await t.refused('redeemVoucher', { as: m.clerk, params: { storeId: m.storeId }, body: { code: await codeOf(t, voucher!) } });
  expect(second).toMatchObject({ code: 'VOUCHER_ALREADY_REDEEMED', details: { store: '南京东路店' } });
  await t.ok('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId: first.redemptionId } });
  await t.drain();
  const again = await redeem(t, m, voucher!);
  await t.drain();
  // The sharer was told of a day; that it no longer holds is told too.
  const told = (await t.ok('listNotices', { as: sharer })).items.map(({ kind }) => kind);
  expect(told.reverse()).toEqual(['reward.expected', 'reward.pending', 'reward.undone', 'reward.pending']);
  await t.moveTime(5 * MINUTE);
  const late = await t.refused('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId: again.redemptionId } });
  expect(late.code).toBe('UNDO_TOO_LATE');
});

test('refund any time unused, and refund by itself when validity ends (I-07, I-15)', async () => {
  const token = await share(t, m, sharer);
  const order = await buy(t, m, friend, { quantity: 2, shareToken: token });
  const refund = await t.ok('requestRefund', { as: friend, params: { orderId: order.orderId }, body: { voucherIds: [order.voucherIds[0]!], reason: '不想去了' } });
  expect(refund.amountFen).toBe(12_300);
  await t.drain();
  expect(await stateOf(t, 'refund', 'order_id', order.orderId)).toEqual(['succeeded']);
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['paid']);
  await later(t, 32 * DAY);
  expect(await stateOf(t, 'refund', 'order_id', order.orderId)).toEqual(['succeeded', 'succeeded']);
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['refunded']);
  expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['cancelled']);
  for (const kind of ['merchant-frozen', 'provider-fee', 'refund-transit', 'provider']) expect([kind, await account(t, kind, m.merchantId)]).toEqual([kind, 0]);
});

test('an unpaid order expires, its stock comes back, and a payment that comes too late is refunded in full (F-03, F-05)', async () => {
  const order = await buy(t, m, friend, { pay: false });
  await t.ok('payOrder', { as: friend, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  await later(t, 16 * MINUTE);
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['expired']);
  const [stock] = await t.db.query('SELECT available, held, sold FROM deal_stock WHERE deal_id = $1', [m.dealId]);
  expect(stock).toEqual({ available: 100, held: 0, sold: 0 });
});

test('an after-sale after release takes the rebate back; what was spent becomes debt (A-06, F-35, I-19)', async () => {
  const token = await share(t, m, sharer);
  const order = await buy(t, m, friend, { shareToken: token });
  await redeem(t, m, order.voucherIds[0]!);
  await later(t, 6 * MINUTE);
  await later(t, 7 * DAY);
  const { withdrawalId } = await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 900 } });
  await t.sandbox!.control(`transfers/${withdrawalId.replace('_', '')}/confirm`);
  await later(t, MINUTE);
  const { refundId } = await t.ok('requestAfterSale', { as: friend, params: { voucherId: order.voucherIds[0]! }, body: { reason: '菜不新鲜' } });
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
  await later(t, 0);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['refunded']);
  expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['clawed_back']);
  expect(await account(t, 'reward-available', sharer.personId)).toBe(0);
  expect(await account(t, 'reward-debt', sharer.personId)).toBe(-900);
  const refused = await t.refused('requestWithdrawal', { as: sharer, body: { amountFen: 100 } });
  expect(refused.code).toBe('WITHDRAWAL_BLOCKED');
  for (const kind of ['merchant-available', 'merchant-frozen', 'provider-fee', 'refund-transit']) expect([kind, await account(t, kind, m.merchantId)]).toEqual([kind, 0]);
});

// What a checkout says before anything is placed, against what placing and paying then do.
import { startTestApp, type Market, type TestApp } from '../../support/app';
import { buy, later, redeem, share, DAY } from '../../support/trade';

let t: TestApp;
let m: Market;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market({ deal: { perPersonLimit: 3 } });
});
afterAll(() => t.stop());

const quoted = (as: Awaited<ReturnType<TestApp['person']>>, quantity: number, shareToken?: string, dealId = m.dealId) => ({ as, body: { dealId, quantity, shareToken } });

test('a checkout offers no more than placing takes: what was bought before counts in the quote already (A-15)', async () => {
  const guest = await t.person('买过两份的');
  expect(await t.ok('quoteOrder', quoted(guest, 1))).toMatchObject({ maxQuantity: 3 });
  const first = await buy(t, m, guest, { quantity: 2 });
  expect(await t.ok('quoteOrder', quoted(guest, 1))).toMatchObject({ maxQuantity: 1 });
  expect(await t.refused('quoteOrder', quoted(guest, 2))).toMatchObject({ code: 'LIMIT_PER_PERSON', details: { limit: 3 } });
  // An unpaid one is what placing tells of, with its way to the cashier.
  await buy(t, m, guest, { pay: false });
  expect(await t.ok('quoteOrder', quoted(guest, 1))).toMatchObject({ maxQuantity: 1 });
  expect(await t.refused('placeOrder', { as: guest, body: { dealId: m.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: m.deal.priceFen, surface: 'weapp' } })).toMatchObject({ code: 'UNPAID_ORDER_EXISTS' });
  // It ends unpaid, the two go back: three may be had again.
  await later(t, DAY);
  await t.ok('requestRefund', { as: guest, params: { orderId: first.orderId }, body: { voucherIds: first.voucherIds, reason: '不去了' } });
  expect(await t.ok('quoteOrder', quoted(guest, 3))).toMatchObject({ maxQuantity: 3 });
  await buy(t, m, guest, { quantity: 3 });
  expect(await t.refused('quoteOrder', quoted(guest, 1))).toMatchObject({ code: 'LIMIT_PER_PERSON', details: { limit: 3 } });
});

test('more than one payment holds is said as that: a second order takes the rest (A-15)', async () => {
  const { dealId } = await m.addDeal({ priceFen: 1_234_560, perPersonLimit: 9 });
  const guest = await t.person('办宴席的');
  expect(await t.ok('quoteOrder', quoted(guest, 4, undefined, dealId))).toMatchObject({ maxQuantity: 4 });
  expect(await t.refused('quoteOrder', quoted(guest, 5, undefined, dealId))).toMatchObject({ code: 'LIMIT_PER_ORDER', details: { limit: 4 } });
  expect(await t.refused('setCartItem', { as: guest, params: { dealId }, body: { quantity: 5 } })).toMatchObject({ code: 'LIMIT_PER_ORDER' });
  await buy(t, m, guest, { dealId, quantity: 4 });
  await buy(t, m, guest, { dealId, quantity: 4 });
});

test('the friend is told of a rebate only where the sharer earns one: not of a second within 30 days (B6, I-16)', async () => {
  const { dealId } = await m.addDeal({ perPersonLimit: 9 });
  const [sharer, friend] = [await t.person('常分享的'), await t.person('常来的')];
  const shareToken = await share(t, m, sharer, dealId);
  const told = async () => (await t.ok('quoteOrder', quoted(friend, 1, shareToken, dealId))).sharer?.rebateFen;
  const fen = await told();
  expect(fen).toBeGreaterThan(0);
  await buy(t, m, friend, { dealId, shareToken });
  expect(await told()).toBe(0);
  const earned = async () => (await t.db.query<{ state: string }>('SELECT state FROM reward WHERE sharer_id = $1 ORDER BY created_at', [sharer.personId])).map((row) => row.state);
  await buy(t, m, friend, { dealId, shareToken });
  expect(await earned()).toEqual(['expected', 'cancelled']);
});

test('what the counter says that the shop gets of each voucher of an order sums to what it gets of the order: cap, floors and fee are the order\'s (I-19)', async () => {
  const { dealId } = await m.addDeal({ priceFen: 9_985, friendDiscountFen: 0, rebateBps: 1_000, rebateCapFen: 1_500, commissionBps: 333, perPersonLimit: 9 });
  const [sharer, friend] = [await t.person('分享四份的'), await t.person('四个人来的')];
  const order = await buy(t, m, friend, { dealId, quantity: 4, shareToken: await share(t, m, sharer, dealId) });
  const said: { paidFen: number; rebateFen: number; commissionFen: number; providerFeeFen: number; merchantNetFen: number }[] = [];
  for (const voucherId of order.voucherIds) said.push(await redeem(t, m, voucherId));
  const sum = (key: keyof (typeof said)[number]) => said.reduce((fen, one) => fen + one[key], 0);
  expect(said.map((one) => one.rebateFen)).toEqual([998, 502, 0, 0]);
  await later(t, DAY);
  const [split] = await t.db.query<{ commission: number; reward: number; merchant: number }>('SELECT commission_fen AS commission, reward_fen AS reward, merchant_fen AS merchant FROM split WHERE order_id = $1', [order.orderId]);
  expect([sum('commissionFen'), sum('rebateFen'), sum('merchantNetFen')]).toEqual([split!.commission, split!.reward, split!.merchant]);
  expect(sum('paidFen') - sum('providerFeeFen')).toBe(split!.merchant + split!.commission + split!.reward);
});

/** What is refused at the counter, at the wallet and afterwards, in words that say what now; and nothing moves. */
import { AFTER_SALE_WINDOW_MS, WITHDRAWAL_MIN_FEN } from '../../../functions/contract/limits';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { buy, codeOf, DAY, later, MINUTE, place, redeem, share, stateOf } from '../../support/trade';

let t: TestApp;
let m: Market;
let friend: TestPerson;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, echo: true });
  m = await t.market({ deal: { perPersonLimit: 50 } });
});
beforeEach(async () => (friend = await t.person(`朋友${Math.random().toString(36).slice(2, 8)}`)));
afterAll(() => t.stop());

test('a voucher at another store of the same merchant: refused with the stores that take it, and still good', async () => {
  const { dealId } = await m.addDeal({ storeIds: [m.storeIds[0]] });
  const [voucherId] = (await buy(t, m, friend, { dealId })).voucherIds;
  const refused = await t.refused('redeemVoucher', { as: m.manager, params: { storeId: m.storeIds[1] }, body: { code: await codeOf(t, voucherId!) } });
  expect(refused).toMatchObject({ status: 409, code: 'WRONG_STORE', message: expect.stringContaining('南京东路店') });
  expect(refused.message).not.toContain('静安店');
  expect(await stateOf(t, 'voucher', 'voucher_id', voucherId!)).toEqual(['issued']);
  await redeem(t, m, voucherId!);
});

test('an after-sale until the thirtieth day has passed, not a moment longer', async () => {
  const order = await buy(t, m, friend, { quantity: 2 });
  for (const id of order.voucherIds) await redeem(t, m, id);
  const ask = (n: number) => t.handle('requestAfterSale', { as: friend, params: { voucherId: order.voucherIds[n]! }, body: { reason: '菜不新鲜' } });
  await t.moveTime(AFTER_SALE_WINDOW_MS - MINUTE);
  expect((await ask(0)).status).toBe(200);
  // Another voucher of the order waits for the shop: that is what is said, and not that something was dealt with.
  expect((await ask(1)).body).toMatchObject({ code: 'AFTER_SALE_OPEN', message: expect.stringContaining('在等门店回答'), retry: 'later' });
  const shown = async (n: number) => (await t.ok('getVoucher', { as: friend, params: { voucherId: order.voucherIds[n]! } })).afterSale;
  expect([await shown(0), await shown(1)]).toEqual(['no', 'wait']);
  await t.moveTime(MINUTE);
  expect((await ask(1)).body).toMatchObject({ code: 'AFTER_SALE_TOO_LATE' });
  expect(await shown(1)).toBe('no');
  expect(await stateOf(t, 'refund', 'order_id', order.orderId)).toEqual(['requested']);
});

test('who came by phone alone has no wallet at WeChat: neither its payment nor its payout, until WeChat is added', async () => {
  const alone = await t.person('只有手机', { openid: null });
  const order = await place(t, m, alone);
  const pay = (method: 'jsapi' | 'h5') => t.handle('payOrder', { as: alone, params: { orderId: order.orderId }, body: { method } });
  expect((await pay('jsapi')).body).toMatchObject({ code: 'PAYMENT_NEEDS_WECHAT' });
  expect(await stateOf(t, 'payment', 'order_id', order.orderId)).toEqual(['created']);
  expect((await pay('h5')).status).toBe(200);

  const sold = await buy(t, m, friend, { shareToken: await share(t, m, alone) });
  await redeem(t, m, sold.voucherIds[0]!);
  await later(t, 8 * DAY);
  const wallet = await t.ok('getWallet', { as: alone });
  expect(wallet.availableFen).toBeGreaterThan(WITHDRAWAL_MIN_FEN);
  const withdraw = (amountFen: number) => t.refused('requestWithdrawal', { as: alone, body: { amountFen } });
  expect(await withdraw(WITHDRAWAL_MIN_FEN - 1)).toMatchObject({ code: 'WITHDRAWAL_TOO_SMALL' });
  expect(await withdraw(WITHDRAWAL_MIN_FEN)).toMatchObject({ code: 'WITHDRAWAL_NEEDS_WECHAT' });
  expect((await t.ok('getWallet', { as: alone })).availableFen).toBe(wallet.availableFen);
});

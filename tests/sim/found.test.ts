/** What the simulator found, each as a short story of its own: seeds change their meaning when acts are added, these do not. */
import { serveOrder } from '../../functions/orders';
import { newKnife } from '../support/faults';
import { buy, place, redeem } from '../support/trade';
import { startTestApp, type TestApp } from '../support/app';

let t: TestApp;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
});
afterAll(() => t.stop());

test('I-22: a seat that was left unpaid answers no refund, and the audit does not miss one', async () => {
  const m = await t.market({ deal: { group: { kind: 'standard', size: 2, hours: 12, priceFen: 9_000, hostBenefitFen: 0, tiers: [] } } });
  const host = await t.person('团长');
  const quote = await t.ok('quoteOrder', { as: host, body: { dealId: m.dealId, quantity: 1, group: { open: true } } });
  const { orderId } = await t.ok('placeOrder', {
    as: host, body: { dealId: m.dealId, quantity: 1, group: { open: true }, termsVersion: quote.termsVersion, expectedPayableFen: quote.payableFen, surface: 'weapp', stack: quote.stack },
  });
  const { row } = await t.ok('getOrder', { as: host, params: { orderId } });
  expect(await t.ok('leaveGroup', { as: host, params: { groupId: row.group!.groupId } })).toEqual({ refundId: null, amountFen: 0 });
  expect((await t.ok('getOrder', { as: host, params: { orderId } })).row.state).toBe('cancelled');
  expect((await place(t, m, host)).orderId).not.toBe(orderId);
}); // stop() asks every invariant

test('F-10: two workers follow an order: who looked before the second use does not open it again', async () => {
  const m = await t.market({ operator: await t.person('运营二', { operator: true }), staff: ['店员二', '店长二'] });
  const guest = await t.person('常客');
  const { orderId, voucherIds: [voucherId] } = await buy(t, m, guest);
  const first = await redeem(t, m, voucherId!);
  await t.drain();
  await t.ok('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId: first.redemptionId } });
  const gate = knife.holdAt(/orders_serve/);
  const slow = serveOrder(t.app, orderId); // sees it open again …
  await gate.reached;
  await redeem(t, m, voucherId!);
  await serveOrder(t.app, orderId);
  gate.open(); // … and is late
  await slow;
  expect((await t.ok('getOrder', { as: guest, params: { orderId } })).row.state).toBe('completed');
});

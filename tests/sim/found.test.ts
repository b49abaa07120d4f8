/** What the simulator found, each as a short story of its own: seeds change their meaning when acts are added, these do not. */
import { place } from '../support/trade';
import { startTestApp, type TestApp } from '../support/app';

let t: TestApp;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
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

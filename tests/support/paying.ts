/**
 * A guest who pays at WeChat, whose notices lie in our hands: to be delivered late, twice, or never. For tests of payments and of
 * what WeChat tells of them.
 */
import { startTestApp, type Market, type TestApp, type TestPerson } from './app';
import { checkGreen, count, newMarket, people, type Knife } from './faults';
import { eventOf } from './http';
import { buy, payAtCashier, stateOf } from './trade';
import { startInbox, type RawNotice } from './wechat';

export interface Paying { t: TestApp; m: Market; buyer: TestPerson; inbox: Awaited<ReturnType<typeof startInbox>> }

/** One app for the file, a new guest and market for each test: `use` is told of them. The invariants are asked after each. */
export function preparePaying(knife: Knife, use: (world: Paying) => void) {
  const w = {} as Paying;
  beforeAll(async () => {
    w.t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions, config: { poolSize: 20 } });
    w.inbox = await startInbox();
  });
  beforeEach(async () => {
    [w.buyer] = (await people(w.t, 1)) as [TestPerson];
    w.m = await newMarket(w.t);
    await w.inbox.clear(w.t.sandbox!);
    await w.t.sandbox!.control('faults', { reset: true, notices: { sendTo: w.inbox.url } });
    use(w);
  });
  afterEach(async () => {
    knife.clear();
    await w.t.sandbox!.control('settings', { refundDelayMs: 0 });
    await w.t.sandbox!.control('faults', { reset: true });
    await checkGreen(w.t);
  });
  afterAll(async () => {
    await w.inbox.close();
    await w.t.stop();
  });

  return {
    /** The same bytes as WeChat sent them, to our route. */
    async deliver(notice: RawNotice, to: 'payments' | 'refunds' = 'payments'): Promise<number> {
      const result = await w.t.handler(eventOf({ method: 'POST', path: `/api/provider/wechat-pay/${to}`, rawBody: notice.body.toString(), headers: notice.headers }));
      return result.statusCode!;
    },
    /** Prepared at WeChat and paid there; its notice is in our hands. */
    async paidAtWechat(quantity = 1, buyer = w.buyer) {
      const order = await buy(w.t, w.m, buyer, { pay: false, quantity });
      await w.t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
      await payAtCashier(w.t, order.paymentId);
      const notice = (await w.inbox.waitFor(1))[0]!;
      return { ...order, notice };
    },
    orderState: async (orderId: string) => (await stateOf(w.t, 'guest_order', 'order_id', orderId))[0],
    /** One transition, one journal, its vouchers. */
    async expectPaidOnce(orderId: string, paymentId: string, quantity = 1) {
      expect(await w.t.db.query('SELECT from_state, to_state FROM state_change WHERE subject_id = $1', [orderId])).toEqual([{ from_state: 'unpaid', to_state: 'paid' }]);
      expect(await count(w.t, "journal WHERE kind = 'payment' AND subject = $1", [paymentId])).toBe(1);
      expect(await count(w.t, 'voucher WHERE order_id = $1', [orderId])).toBe(quantity);
      expect(await count(w.t, "fact WHERE subject = $1 AND kind = 'order.paid'", [orderId])).toBe(1);
    },
    refundsAtWechat: (paymentId: string) => [...w.t.sandbox!.sandbox.sandbox.world.tables.refund.values()].filter((r) => r.txKey.endsWith(`|${paymentId}`)),
  };
}

/** An order follows its vouchers: completed when nothing is left to use, paid again after an undo. Runs twice without harm. */
import { wechatApi } from '../identity';
import { decided, type App } from '../kernel';
import { findKeptPayment } from '../payments';
import { findSet } from '../vouchers';
import { findOrder } from './store';

export function serveOrder(app: App, orderId: string): Promise<null> {
  return decided(async () => {
    const set = await findSet(app.db, orderId);
    const to = !set ? null : set.live > 0 ? 'paid' : set.redeemed > 0 ? 'completed' : null;
    if (to) await app.db.call('orders_serve', { orderId, to, setVersion: set!.version });
    return null;
  });
}

/** WeChat's shipping duty: a voucher is reported as virtual goods when issued, a thing to be picked up as 用户自提, within 48 h. Only a WeChat payer can be told. */
export async function reportOrderShipping(app: App, orderId: string): Promise<null> {
  const order = await findOrder(app.db, orderId);
  if (order?.groupId && !(await findSet(app.db, orderId))) return null; // its group is not complete: nothing is issued yet
  const paid = await findKeptPayment(app.db, orderId);
  // Given back whole before it was reported: there is nothing to hand over any more, and WeChat would refuse (10060004).
  if (!order || order.refundedFen === order.payableFen || !paid?.transactionId || !paid.payerOpenid || paid.method !== 'jsapi') return null;
  await wechatApi(app.config.wechat).uploadShipping({ transactionId: paid.transactionId, type: order.fulfilment === 'pickup' ? 'pick_up' : 'virtual', description: order.title, openid: paid.payerOpenid });
  return null;
}

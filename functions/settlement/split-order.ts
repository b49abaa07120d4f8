/**
 * Five minutes after an order was served: what the platform pays of its discounts to the merchant, then commission and rebate
 * to the platform, the rest free for the merchant, less an older debt of the merchant. Guards I-18, I-19, F-27, F-31, F-35. The intent with its amounts is committed before the call; the number never changes; an answer that
 * never came is asked for.
 */
import { feeFen, partFen } from '../contract/money';
import { decided, newId, ProviderRefused, type App } from '../kernel';
import { balanceOf } from '../ledger';
import { findOrder } from '../orders';
import { findKeptPayment, wechatPay, type ProviderSplit } from '../payments';
import { findRewardOfOrder } from '../referrals';
import { findFundedAfterSales, hasUnsentRefund } from '../refunds';
import { findSet, listOrderRedemptions, listVouchers } from '../vouchers';
import { findSplit, type SplitRow } from './store';
import { settleSubsidy } from './subsidize';

const POLL_MS = 5_000;

/** Answers when to look again, in ms, or null when it is over (or the order was opened again by an undo). */
export async function splitOrder(app: App, orderId: string): Promise<number | null> {
  const split = (await findSplit(app.db, orderId)) ?? (await decided(() => openSplit(app, orderId)));
  if (split === null || typeof split === 'number') return split;
  if (split.state === 'succeeded') return null;
  const order = (await findOrder(app.db, orderId))!;
  const payment = (await findKeptPayment(app.db, orderId))!;
  // The split frees what is left of the payment, and a subsidy may be smaller than announced only after a refund.
  if (await hasUnsentRefund(app.db, order, payment.paymentId)) return POLL_MS;
  const waitMs = await settleSubsidy(app, orderId, payment);
  if (waitMs !== null) return waitMs;
  const pay = wechatPay(app.config.wechat);
  const ref = { splitId: split.splitId, transactionId: payment.transactionId!, subMchid: payment.subMchid, description: '订单完成分账' };
  const amountFen = split.commissionFen + split.rewardFen;
  try {
    const asked = split.state === 'due' ? null : await pay.findSplit(split.splitId, ref.transactionId, ref.subMchid);
    const told = asked ?? (amountFen > 0 ? await pay.split({ ...ref, amountFen, finish: true }) : await pay.unfreeze(ref));
    return settleSplit(app, split, told);
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error;
    await app.db.call('settlement_split_sent', { splitId: split.splitId, to: 'stuck', why: error.message });
    return 60 * POLL_MS;
  }
}

async function settleSplit(app: App, split: SplitRow, told: ProviderSplit): Promise<number | null> {
  if (told.state === 'FINISHED' && told.failReason === null) {
    return decided(async () => {
      // F-35: what an after-sale could not take from the merchant is made good first.
      const debtFen = await balanceOf(app.db, 'merchant-debt', split.merchantId);
      await app.db.call('settlement_split_done', { splitId: split.splitId, repayFen: Math.max(0, Math.min(split.merchantFen, -debtFen)) });
      return null;
    });
  }
  await app.db.call('settlement_split_sent', { splitId: split.splitId, to: told.failReason ? 'stuck' : 'sent', why: told.failReason });
  return told.failReason ? 60 * POLL_MS : POLL_MS;
}

/** Commits the amounts. A number: the undo window is still open for so long. Null: something of the order can be used again. */
async function openSplit(app: App, orderId: string): Promise<SplitRow | number | null> {
  const set = await findSet(app.db, orderId); // first: its version guards what is read after it
  const [order, redemptions, vouchers, reward, taken] = await Promise.all([
    findOrder(app.db, orderId), listOrderRedemptions(app.db, orderId), listVouchers(app.db, orderId), findRewardOfOrder(app.db, orderId), findFundedAfterSales(app.db, orderId),
  ]);
  if (!order || !set || set.live > 0) return null;
  // What an accepted after-sale takes back from now on is part of what was served: it returns from the split, in its own journal.
  const served = redemptions.filter((r) => r.undoneAtMs === null && !taken.voucherIds.includes(r.voucherId));
  if (served.length === 0) return null;
  const waitMs = Math.max(...served.map((r) => r.undoUntilMs)) - order.nowMs;
  if (waitMs > 0) return waitMs;
  const servedFen = served.reduce((sum, r) => sum + r.paidFen, 0);
  const commissionFen = partFen(servedFen, set.commissionBps);
  const rewardFen = reward && (reward.state === 'pending' || reward.state === 'available') ? reward.amountFen : 0;
  const subsidyFen = vouchers.filter((v) => served.some((r) => r.voucherId === v.voucherId)).reduce((sum, v) => sum + v.subsidyFen, 0);
  const merchantFen = servedFen + subsidyFen - feeFen(servedFen, app.config.providerFeeBps) - commissionFen - rewardFen;
  await app.db.call('settlement_open_split', {
    splitId: newId('spl'), orderId, merchantId: order.merchantId, setVersion: set.version, commissionFen, rewardFen, merchantFen,
    subsidy: order.subsidyFen > 0 ? { subsidyId: newId('sub'), amountFen: subsidyFen } : null,
  });
  return findSplit(app.db, orderId);
}

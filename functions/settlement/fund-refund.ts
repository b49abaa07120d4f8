/**
 * An accepted after-sale. While something of the order can still be used, its money lies frozen and goes back from there; after the
 * split its parts come back (split return), then the refund is sent. Guards I-19, F-27, F-35, A-06. One commit fixes all amounts, takes
 * the reward back (debt where it was spent) and writes the intent.
 */
import { balanceOf, type Posting } from '../ledger';
import { decided, newId, ProviderRefused, type App } from '../kernel';
import { findKeptPayment, wechatPay } from '../payments';
import { findRewardOfOrder } from '../referrals';
import { decideFeeBack, decideFunding, findFundedAfterSales, findRefund } from '../refunds';
import { decideRewardFen, findSet, listOrderRedemptions, listVouchers, standingFen } from '../vouchers';
import { findReturn, findSplit, findSubsidy } from './store';

const WAIT_MS = 10_000;
const AGAIN_MS = 5 * 60_000;
const AGAIN_AT_MOST_MS = 24 * 3_600_000;

/** Answers when to look again, in ms: once the order is closed the split must be finished first, so that there is something to return. */
export function fundRefund(app: App, refundId: string): Promise<number | null> {
  return decided(async () => {
    const refund = await findRefund(app.db, refundId);
    if (!refund || refund.funded || refund.state !== 'accepted') return null;
    const set = (await findSet(app.db, refund.orderId))!; // first: its version guards what is read after it
    const [split, redemptions, reward, { fen: earlierFen }, vouchers, subsidy] = await Promise.all([
      findSplit(app.db, refund.orderId), listOrderRedemptions(app.db, refund.orderId), findRewardOfOrder(app.db, refund.orderId), findFundedAfterSales(app.db, refund.orderId),
      listVouchers(app.db, refund.orderId), findSubsidy(app.db, refund.orderId),
    ]);
    const servedFen = redemptions.filter((r) => r.undoneAtMs === null).reduce((sum, r) => sum + r.paidFen, 0);
    if (set.live > 0) {
      // The reward is not pending and nothing was split: only WeChat's fee comes back with it.
      const keptFen = vouchers.filter((v) => v.state === 'issued').reduce((sum, v) => sum + v.paidFen, servedFen - earlierFen);
      const feeBackFen = decideFeeBack(keptFen, refund.amountFen, app.config.providerFeeBps);
      const leftFen = standingFen(vouchers);
      const { refundId, orderId, merchantId, amountFen } = refund;
      await app.db.call('settlement_fund_frozen', {
        refundId, orderId, merchantId, setVersion: set.version, earlierFen, feeBackFen, rewardPaidFen: leftFen, rewardFen: decideRewardFen(leftFen, reward), postings: [
          { a: 'merchant-frozen', o: merchantId, f: feeBackFen - amountFen }, { a: 'provider-fee', o: merchantId, f: -feeBackFen }, { a: 'refund-transit', o: merchantId, f: amountFen },
        ] satisfies Posting[],
      });
      return null;
    }
    if (split?.state !== 'succeeded') return WAIT_MS;
    // What the platform paid of these vouchers' discounts goes back to it.
    const subsidyFen = subsidy?.state === 'succeeded' ? vouchers.filter((v) => refund.voucherIds.includes(v.voucherId)).reduce((sum, v) => sum + v.subsidyFen, 0) : 0;
    const sharerId = reward?.sharerId ?? '';
    const [availableFen, merchantAvailableFen] = await Promise.all([balanceOf(app.db, 'reward-available', sharerId), balanceOf(app.db, 'merchant-available', refund.merchantId)]);
    const f = decideFunding({
      keptFen: servedFen - earlierFen, refundFen: refund.amountFen, commissionBps: set.commissionBps, feeBps: app.config.providerFeeBps, reward, availableFen, merchantAvailableFen, subsidyFen,
    });
    const m = refund.merchantId;
    await app.db.call('settlement_fund_refund', {
      refundId, orderId: refund.orderId, merchantId: m, splitId: split.splitId, earlierFen, returnId: newId('rtn'), returnFen: f.commissionFen + f.rewardFen, feeBackFen: f.feeBackFen,
      claw: f.rewardFen > 0 ? { state: reward!.state, clawedFen: reward!.clawedFen, fen: f.rewardFen } : null,
      // Debt only for what is really lacking: a release or a split at this moment is waited for.
      debtors: [
        ...(f.merchantDebtFen > 0 ? [{ a: 'merchant-available', o: m, fen: merchantAvailableFen }] : []),
        ...(f.toDebtFen > 0 ? [{ a: 'reward-available', o: sharerId, fen: availableFen }] : []),
      ],
      subsidy: subsidyFen > 0 ? { subsidyId: subsidy!.subsidyId, returnId: newId('sbr'), fen: subsidyFen } : null,
      postings: [
        { a: 'platform-fee', o: 'platform', f: -f.commissionFen },
        { a: 'reward-pending', o: sharerId, f: -(f.rewardFen - f.fromAvailableFen - f.toDebtFen) },
        { a: 'reward-available', o: sharerId, f: -f.fromAvailableFen },
        { a: 'reward-debt', o: sharerId, f: -f.toDebtFen },
        { a: 'provider-fee', o: m, f: -f.feeBackFen },
        { a: 'merchant-available', o: m, f: -f.fromMerchantFen },
        { a: 'merchant-debt', o: m, f: -f.merchantDebtFen },
        { a: 'refund-transit', o: m, f: refund.amountFen },
        { a: 'coupon-subsidy', o: 'platform', f: subsidyFen },
      ] satisfies Posting[],
    });
    return null;
  });
}

/**
 * Brings the split's money back at WeChat; then the refund may be sent. Answers when to look again, in ms. A return that ended FAILED (too
 * little money on the platform's account, an account that is closed, five days in processing) stays FAILED under its number, so the next
 * try has a new one; one split takes fifty in all, so tries become rare (pay.weixin.qq.com/doc/v3/partner, 请求分账回退).
 */
export async function returnSplit(app: App, returnId: string): Promise<number | null> {
  const back = await findReturn(app.db, returnId);
  if (!back || back.isDone) return null;
  const payment = (await findKeptPayment(app.db, back.orderId))!;
  const pay = wechatPay(app.config.wechat);
  const number = back.tries === 0 ? returnId : `${returnId}_${back.tries}`;
  try {
    const told = (await pay.findReturn(number, back.splitId, payment.subMchid))
      ?? (await pay.returnSplit({ returnId: number, splitId: back.splitId, subMchid: payment.subMchid, amountFen: back.amountFen, description: '售后退款' }));
    if (told.state === 'SUCCESS') {
      await app.db.call('settlement_return_done', { returnId });
      return null;
    }
    if (told.state !== 'FAILED') return WAIT_MS;
    await app.db.call('settlement_return_failed', { returnId, tries: back.tries, why: told.failReason });
    return Math.min(AGAIN_MS * 2 ** back.tries, AGAIN_AT_MOST_MS);
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error;
    await app.db.call('settlement_alarm', { kind: 'split.return_failed', subject: returnId, why: error.message });
    return AGAIN_MS;
  }
}

/**
 * The platform's part of an order's discounts reaches the merchant: asked for at WeChat before the split, for what was served; given
 * back after an after-sale, when its refund is on its way. Guards I-19, F-27. WeChat has no query for either: the same number and the
 * same content is one request however often it is sent (pay.weixin.qq.com/doc/v3/partner/4012477631 and 4012477636).
 */
import { ProviderRefused, type App } from '../kernel';
import { findKeptPayment, wechatPay } from '../payments';
import { findRefund } from '../refunds';
import { findSubsidy, findSubsidyReturn } from './store';

const RETRY_MS = 300_000;
const WAIT_MS = 10_000;

/** Null: nothing stands in the way of the split. A number: it waits for so long. */
export async function settleSubsidy(app: App, orderId: string, payment: { transactionId: string | null; subMchid: string }): Promise<number | null> {
  const subsidy = await findSubsidy(app.db, orderId);
  if (!subsidy || subsidy.state === 'succeeded' || subsidy.state === 'cancelled') return null;
  const pay = wechatPay(app.config.wechat);
  const ref = { transactionId: payment.transactionId!, subMchid: payment.subMchid };
  try {
    const told = subsidy.amountFen > 0
      ? await pay.subsidize({ ...ref, subsidyId: subsidy.subsidyId, amountFen: subsidy.amountFen, description: '平台优惠补差' })
      : await pay.cancelSubsidy({ ...ref, description: '没有要补的' });
    if (told.isDone) {
      await app.db.call('settlement_subsidy_done', { subsidyId: subsidy.subsidyId });
      return null;
    }
    await app.db.call('settlement_subsidy_stuck', { subsidyId: subsidy.subsidyId, why: told.result });
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error;
    await app.db.call('settlement_subsidy_stuck', { subsidyId: subsidy.subsidyId, why: error.message });
  }
  return RETRY_MS;
}

/** After an after-sale. Answers when to look again, in ms: WeChat wants to know the refund first. */
export async function returnSubsidy(app: App, returnId: string): Promise<number | null> {
  const back = await findSubsidyReturn(app.db, returnId);
  if (!back || back.isDone) return null;
  const refund = (await findRefund(app.db, back.refundId))!;
  if (!refund.providerId) return WAIT_MS;
  const payment = (await findKeptPayment(app.db, back.orderId))!;
  let why: string;
  try {
    const told = await wechatPay(app.config.wechat).returnSubsidy({
      returnId, transactionId: payment.transactionId!, subMchid: payment.subMchid, refundProviderId: refund.providerId, amountFen: back.amountFen, description: '售后退款，补差退回',
    });
    if (told.isDone) {
      await app.db.call('settlement_subsidy_returned', { returnId });
      return null;
    }
    why = told.result;
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error;
    why = error.message;
  }
  await app.db.call('settlement_alarm', { kind: 'subsidy.return_failed', subject: returnId, why });
  return RETRY_MS;
}

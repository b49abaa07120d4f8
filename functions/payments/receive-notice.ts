/**
 * Provider notices: raw body → signature → freshness → handle or store → answer within 5 s. Guards F-01, F-06, F-23, F-32,
 * A bad signature (WeChat sends probes) is answered 401 and leaves nothing but a counter.
 * A payment is handled at once, because a person waits for the voucher; the rest is stored with its fact.
 * What cannot be handled is not answered with success, so WeChat repeats it.
 */
import { Refused, Unavailable, type App, type RawRoute, type Result } from '../kernel';
import { NoticeRejected, wechatPay, type ProviderNotice } from './wechat-pay';

export const rejectedNotices = { count: 0 };
const said = (statusCode: number, code: string, message: string): Result => ({ statusCode, headers: { 'content-type': 'application/json' }, body: JSON.stringify({ code, message }) });

/** `payPayment` is orders' mark-paid: the module to the right, given by whoever mounts the route. */
export function noticeRoute(payPayment: (app: App, notice: ProviderNotice) => Promise<void>): RawRoute {
  return {
    method: 'POST', path: /^\/api\/provider\/wechat-pay\/(payments|refunds|transfers|splits)$/,
    async handle(app, event) {
      let notice: ProviderNotice;
      try {
        const raw = Buffer.from(event.body ?? '', event.isBase64Encoded ? 'base64' : 'utf8');
        notice = wechatPay(app.config.wechat).readNotice(event.headers, raw, app.clock.nowMs());
      } catch (error) {
        if (!(error instanceof NoticeRejected)) throw error;
        rejectedNotices.count += 1;
        app.log.warn({ reason: error.reason, count: rejectedNotices.count }, 'provider notice rejected');
        return said(401, 'FAIL', 'signature');
      }
      try {
        if (notice.kind === 'payment' || notice.kind === 'combined') await payPayment(app, notice);
        else await storeNotice(app, notice);
        return { statusCode: 204, body: '' };
      } catch (error) {
        if (error instanceof Unavailable || error instanceof Refused) return said(503, 'FAIL', 'later');
        throw error;
      }
    },
  };
}

/** Kept once, with the fact that works on it. */
async function storeNotice(app: App, notice: ProviderNotice): Promise<void> {
  const content = notice.content as { out_refund_no?: string; out_bill_no?: string; out_trade_no?: string; out_order_no?: string };
  await app.db.call('payments_store_notice', {
    noticeId: notice.noticeId, kind: notice.kind, subject: content.out_refund_no ?? content.out_bill_no ?? content.out_order_no ?? content.out_trade_no ?? '?', content,
  });
}

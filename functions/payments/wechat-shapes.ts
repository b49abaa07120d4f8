/**
 * What WeChat Pay tells us, read and shape-checked: answers to queries and decrypted notices alike. Guards A-26, F-33.
 * Amounts are integer fen as on the wire; times become epoch ms. Unknown fields are ignored: WeChat adds some freely.
 */
import * as z from 'zod';

export interface ProviderPayment {
  paymentId: string; transactionId: string;
  state: 'SUCCESS' | 'NOTPAY' | 'CLOSED' | 'REFUND' | 'PAYERROR' | 'USERPAYING' | 'REVOKED' | 'ACCEPT';
  amountFen: number; currency: string; spMchid: string; subMchid: string; appid: string; subAppid: string | null; payerOpenid: string | null; successAtMs: number | null;
}
/** One combined payment: all of its sub-orders are paid, or none is. */
export interface ProviderCombined { combineNo: string; payments: ProviderPayment[] }
export interface ProviderRefund {
  refundId: string; providerId: string; transactionId: string;
  state: 'SUCCESS' | 'PROCESSING' | 'CLOSED' | 'ABNORMAL';
  amountFen: number; totalFen: number; successAtMs: number | null;
}
export interface ProviderSplit { splitId: string; providerId: string; state: 'PROCESSING' | 'FINISHED'; failReason: string | null }
export interface ProviderReturn { returnId: string; state: 'PROCESSING' | 'SUCCESS' | 'FAILED'; failReason: string | null }
/** 补差: WeChat answers at once. */
export interface ProviderSubsidy { isDone: boolean; result: string }
export interface ProviderTransfer {
  withdrawalId: string; billNo: string;
  state: 'ACCEPTED' | 'PROCESSING' | 'WAIT_USER_CONFIRM' | 'TRANSFERING' | 'SUCCESS' | 'FAIL' | 'CANCELING' | 'CANCELLED';
  /** For wx.requestMerchantTransfer; told when the transfer is created, not by notices. */
  packageInfo: string | null;
  /** null where WeChat does not repeat the amount (the answer to creating one). */
  amountFen: number | null;
  failReason: string | null;
}

const fen = z.int().min(0);
const time = z.string().transform((text, context) => {
  const at = Date.parse(text);
  if (Number.isNaN(at)) context.addIssue({ code: 'custom', message: 'not a time' });
  return at;
});
const optionalText = z.string().nullish().transform((text) => text || null);

/** The query's answer and the notice's content are the same. An unpaid order has neither transaction nor payer. */
export const paymentShape = z.object({
  out_trade_no: z.string().min(1), transaction_id: z.string().nullish(),
  trade_state: z.enum(['SUCCESS', 'NOTPAY', 'CLOSED', 'REFUND', 'PAYERROR', 'USERPAYING', 'REVOKED', 'ACCEPT']),
  sp_mchid: z.string(), sub_mchid: z.string(), sp_appid: z.string().nullish(), sub_appid: z.string().nullish(),
  amount: z.object({ total: fen, currency: z.string().nullish() }).nullish(),
  payer: z.object({ sp_openid: z.string().nullish(), sub_openid: z.string().nullish() }).nullish(),
  success_time: time.nullish(),
}).superRefine((p, context) => {
  const paid = p.trade_state === 'SUCCESS' || p.trade_state === 'REFUND';
  if (paid && !(p.transaction_id && p.amount)) context.addIssue({ code: 'custom', message: 'a payment without transaction or amount' });
}).transform((p): ProviderPayment => ({
  paymentId: p.out_trade_no, transactionId: p.transaction_id ?? '', state: p.trade_state,
  amountFen: p.amount?.total ?? 0, currency: p.amount?.currency ?? 'CNY',
  spMchid: p.sp_mchid, subMchid: p.sub_mchid, appid: p.sp_appid ?? '', subAppid: p.sub_appid || null,
  payerOpenid: (p.sub_appid ? p.payer?.sub_openid : p.payer?.sp_openid) || null, successAtMs: p.success_time ?? null,
}));

/**
 * A combined order (合单): query and notice are the same. Each sub-order is read like a payment of its own; the platform's
 * number, the app and the payer are those of the whole.
 */
export const combinedShape = z.object({
  combine_out_trade_no: z.string().min(1), combine_appid: z.string(), combine_mchid: z.string(), combine_payer_info: z.object({ openid: z.string().nullish(), sub_openid: z.string().nullish() }).nullish(),
  sub_orders: z.array(z.object({
    mchid: z.string(), sub_mchid: z.string().nullish(), out_trade_no: z.string().min(1), transaction_id: z.string().nullish(), success_time: time.nullish(),
    trade_state: z.enum(['SUCCESS', 'NOTPAY', 'CLOSED', 'REFUND', 'PAYERROR', 'USERPAYING', 'REVOKED', 'ACCEPT']), amount: z.object({ total_amount: fen, currency: z.string().nullish() }),
  })).min(1),
}).superRefine((c, context) => {
  for (const p of c.sub_orders) if (['SUCCESS', 'REFUND'].includes(p.trade_state) && !p.transaction_id) context.addIssue({ code: 'custom', message: 'a payment without transaction' });
}).transform((c): ProviderCombined => ({
  combineNo: c.combine_out_trade_no,
  payments: c.sub_orders.map((p) => ({
    paymentId: p.out_trade_no, transactionId: p.transaction_id ?? '', state: p.trade_state, amountFen: p.amount.total_amount, currency: p.amount.currency ?? 'CNY',
    spMchid: c.combine_mchid, subMchid: p.sub_mchid ?? p.mchid, appid: c.combine_appid, subAppid: null, payerOpenid: c.combine_payer_info?.sub_openid || c.combine_payer_info?.openid || null, successAtMs: p.success_time ?? null,
  })),
}));

/** Answers say `status`, notices `refund_status`. */
export const refundShape = z.object({
  out_refund_no: z.string().min(1), refund_id: z.string().min(1), transaction_id: z.string(),
  status: z.enum(['SUCCESS', 'PROCESSING', 'CLOSED', 'ABNORMAL']).optional(),
  refund_status: z.enum(['SUCCESS', 'PROCESSING', 'CLOSED', 'ABNORMAL']).optional(),
  amount: z.object({ refund: fen, total: fen }), success_time: time.nullish(),
}).superRefine((r, context) => {
  if (!r.status && !r.refund_status) context.addIssue({ code: 'custom', message: 'a refund without state' });
}).transform((r): ProviderRefund => ({
  refundId: r.out_refund_no, providerId: r.refund_id, transactionId: r.transaction_id, state: (r.status ?? r.refund_status)!,
  amountFen: r.amount.refund, totalFen: r.amount.total, successAtMs: r.success_time ?? null,
}));

/**
 * FINISHED means only that WeChat is done; whether money moved is each receiver's result. failReason is set when the
 * receiver `account` (or, where it has no part, anyone) was closed; PENDING counts as not finished.
 */
export const splitShape = (account: string) => z.object({
  out_order_no: z.string().min(1), order_id: z.string(), state: z.enum(['PROCESSING', 'FINISHED']),
  receivers: z.array(z.object({ account: z.string().nullish(), result: z.enum(['PENDING', 'SUCCESS', 'CLOSED']).nullish(), fail_reason: optionalText })).nullish(),
}).transform((s): ProviderSplit => {
  const all = s.receivers ?? [];
  const ours = all.some((r) => r.account === account) ? all.filter((r) => r.account === account) : all;
  const closed = ours.find((r) => r.result === 'CLOSED');
  return {
    splitId: s.out_order_no, providerId: s.order_id,
    state: ours.some((r) => r.result === 'PENDING') ? 'PROCESSING' : s.state,
    failReason: closed ? closed.fail_reason ?? 'CLOSED' : null,
  };
});

export const returnShape = z.object({
  out_return_no: z.string().min(1), result: z.enum(['PROCESSING', 'SUCCESS', 'FAILED']), fail_reason: optionalText,
}).transform((r): ProviderReturn => ({
  returnId: r.out_return_no, state: r.result, failReason: r.result === 'FAILED' ? r.fail_reason ?? 'FAILED' : null,
}));

export const subsidyShape = z.object({ result: z.string() }).transform(({ result }): ProviderSubsidy => ({ isDone: result === 'SUCCESS', result }));

export const transferShape = z.object({
  out_bill_no: z.string().min(4), transfer_bill_no: z.string(),
  state: z.enum(['ACCEPTED', 'PROCESSING', 'WAIT_USER_CONFIRM', 'TRANSFERING', 'SUCCESS', 'FAIL', 'CANCELING', 'CANCELLED']),
  package_info: optionalText, fail_reason: optionalText, transfer_amount: fen.nullish(),
}).transform((t): ProviderTransfer => ({
  withdrawalId: fromBillNo(t.out_bill_no), billNo: t.transfer_bill_no, state: t.state,
  packageInfo: t.package_info, amountFen: t.transfer_amount ?? null, failReason: t.fail_reason,
}));

/** out_bill_no takes letters and digits only (pay.weixin.qq.com/doc/v3/merchant, 发起转账): our underscore is left out. */
export const toBillNo = (withdrawalId: string) => withdrawalId.replace('_', '');
const fromBillNo = (billNo: string) => `${billNo.slice(0, 3)}_${billNo.slice(3)}`;

/** Typed reading of a decrypted notice. Throws a ZodError when the content is not of that kind. */
export const providerPaymentOf = (content: unknown): ProviderPayment => paymentShape.parse(content);
export const providerCombinedOf = (content: unknown): ProviderCombined => combinedShape.parse(content);
export const providerRefundOf = (content: unknown): ProviderRefund => refundShape.parse(content);
export const providerTransferOf = (content: unknown): ProviderTransfer => transferShape.parse(content);

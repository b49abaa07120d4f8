/**
 * Refunds (退款): idempotent by out_refund_no, never more than paid, at most 50 per order, 365 days, asynchronous.
 * Money comes from the order's frozen part while it is unsplit, else from the payee's available balance, so a
 * split order needs 分账回退 first when the rest does not suffice. Far side of F-04, F-08, F-27, I-07.
 */
import { OUT_NO_64, checkFields, count, fen, list, must, object, text, type Fields } from '../check';
import { ok, type Answer, type Body, type Call, type Handler, type Route, type Sandbox } from '../context';
import { PayError, invalidRequest, paramError } from '../errors';
import type { Refund, RefundState, Tx } from '../records';
import { DAY_MS, rfc3339 } from '../time';
import { unfreezeIfDue } from './splits';
import { refundNoticeView, refundView } from './views';
import {
  balanceOf, checkNotifyUrl, digest, feeOf, moveBalance, newRefundId, notEnough, payeeOf, requireBoundAppid, requireQuery, resourceNotExists,
} from './shared';

const REFUND_DAYS = 365;
const MAX_PARTIAL = 50;

const GOODS = list(object({
  merchant_goods_id: must(32), wechatpay_goods_id: text(32), goods_name: text(256), unit_price: count(true), refund_amount: count(true), refund_quantity: count(true),
}), 1, 3000, false);

const FIELDS: Fields = {
  sub_mchid: text(32),
  transaction_id: text(32),
  out_trade_no: text(32),
  out_refund_no: OUT_NO_64,
  reason: text(80),
  notify_url: text(256),
  funds_account: text(32, { oneOf: ['AVAILABLE', 'UNSETTLED'] }),
  amount: object({
    refund: fen(), total: fen(), currency: must(16, { oneOf: ['CNY'] }),
    from: list(object({ account: must(32, { oneOf: ['AVAILABLE', 'UNAVAILABLE'] }), amount: fen() }), 1, 10, false),
  }, true),
  goods_detail: GOODS,
};

/** 电商收付通: sp_appid instead of funds_account, and its own answer shape. */
const ECOMMERCE_FIELDS: Fields = {
  sub_mchid: must(32), sp_appid: must(32), sub_appid: text(32), transaction_id: text(32), out_trade_no: text(32), out_refund_no: OUT_NO_64,
  reason: text(80), notify_url: text(256), refund_account: text(32), funds_account: text(32),
  amount: object({
    refund: fen(), total: fen(), currency: text(16, { oneOf: ['CNY'] }), refund_fee: count(),
    from: list(object({ account: must(32, { oneOf: ['AVAILABLE', 'UNAVAILABLE'] }), amount: fen() }), 1, 10, false),
  }, true),
};

const keyOf = (sandbox: Sandbox, outRefundNo: string): string => `${sandbox.keys.saved.spMchid}|${outRefundNo}`;

const findTx = (sandbox: Sandbox, body: Body): Tx => {
  if (!body.transaction_id && !body.out_trade_no) throw paramError('/body/transaction_id', 'transaction_id与out_trade_no二选一必填');
  const tx = body.transaction_id
    ? sandbox.world.txByTransactionId(body.transaction_id)
    : sandbox.world.get('tx', `${sandbox.keys.saved.spMchid}|${body.out_trade_no}`);
  if (!tx || !tx.paidAtMs) throw resourceNotExists('订单不存在');
  if (body.out_trade_no && tx.outTradeNo !== body.out_trade_no) throw invalidRequest('transaction_id和out_trade_no不一致');
  if (tx.subMchid !== body.sub_mchid) throw invalidRequest('子商户号和订单信息不匹配，请检查后再试');
  return unfreezeIfDue(sandbox, tx);
};

/** Fee given back: proportional, and the whole fee once everything is refunded. */
const feeBack = (tx: Tx, refundFen: number, feeBps: number): number =>
  tx.refundedFen + refundFen === tx.totalFen
    ? tx.feeFen - tx.feeReturnedFen
    : Math.min(tx.feeFen - tx.feeReturnedFen, feeOf(refundFen, feeBps));

const takeMoney = (sandbox: Sandbox, tx: Tx, netFen: number, outRefundNo: string, refundId: string): Pick<Refund, 'fromFrozenFen' | 'fromAvailableFen'> => {
  if (!tx.splitFinished) {
    if (netFen > tx.frozenFen) throw notEnough('基本账户余额不足，请充值后重新发起：待分账金额不足以退款，请先分账回退并解冻剩余资金');
    tx.frozenFen -= netFen;
    return { fromFrozenFen: netFen, fromAvailableFen: 0 };
  }
  if (balanceOf(sandbox, payeeOf(tx)).availableFen < netFen) throw notEnough('基本账户余额不足，请充值后重新发起');
  moveBalance(sandbox, { mchid: payeeOf(tx), amountFen: -netFen, kind: '退款', businessNo: refundId, voucherNo: outRefundNo });
  return { fromFrozenFen: 0, fromAvailableFen: netFen };
};

const create = (sandbox: Sandbox, body: Body, ecommerce: boolean): { refund: Refund; tx: Tx } => {
  checkNotifyUrl(body.notify_url);
  const key = keyOf(sandbox, body.out_refund_no);
  const bodyHash = digest(body, ['notify_url', 'reason', 'transaction_id', 'out_trade_no']);
  const before = sandbox.world.get('refund', key);
  if (before) {
    const tx = sandbox.world.get('tx', before.txKey)!;
    const sameOrder = body.transaction_id ? body.transaction_id === tx.transactionId : body.out_trade_no === tx.outTradeNo;
    if (!sameOrder || before.bodyHash !== bodyHash) throw invalidRequest('订单金额或退款金额与之前请求不一致，请核实后再试');
    return { refund: before, tx };
  }
  const tx = findTx(sandbox, body);
  const now = sandbox.now();
  if (body.amount.total !== tx.totalFen) throw invalidRequest('订单金额或退款金额与之前请求不一致，请核实后再试');
  if (now - tx.paidAtMs! > REFUND_DAYS * DAY_MS) throw invalidRequest('订单已超过可退款期限');
  if (tx.refundedFen === tx.totalFen) throw invalidRequest('订单已全额退款');
  if (tx.refundedFen + body.amount.refund > tx.totalFen) throw invalidRequest('退款金额大于订单金额，申请退款金额大于可退金额');
  if (tx.refundCount >= MAX_PARTIAL) throw invalidRequest('一笔支付单最多支持50次部分退款');

  const refundId = newRefundId(sandbox);
  const feeReturnedFen = feeBack(tx, body.amount.refund, sandbox.settings.feeBps);
  const taken = takeMoney(sandbox, tx, body.amount.refund - feeReturnedFen, body.out_refund_no, refundId);
  tx.refundedFen += body.amount.refund;
  tx.feeReturnedFen += feeReturnedFen;
  tx.refundCount += 1;
  tx.state = 'REFUND';
  sandbox.world.save('tx', tx);
  const refund: Refund = {
    key, refundId, outRefundNo: body.out_refund_no, txKey: tx.key, subMchid: tx.subMchid, totalFen: tx.totalFen,
    refundFen: body.amount.refund, feeReturnedFen, ...taken, reason: body.reason, notifyUrl: body.notify_url, bodyHash,
    state: 'PROCESSING', createdAtMs: now, ecommerce,
  };
  sandbox.world.save('refund', refund);
  scheduleRefund(sandbox, refund);
  return { refund, tx };
};

export const scheduleRefund = (sandbox: Sandbox, refund: Refund): void =>
  sandbox.later(sandbox.settings.refundDelayMs, () => finishRefund(sandbox, refund.key, 'SUCCESS'));

/**
 * Brings a refund to its end (or from ABNORMAL to SUCCESS) and notifies. CLOSED gives the money back to where it
 * was taken from; ABNORMAL keeps it, as the real one does until someone handles it. False if nothing changed.
 */
export const finishRefund = (sandbox: Sandbox, key: string, state: Exclude<RefundState, 'PROCESSING'>): boolean => {
  const refund = sandbox.world.get('refund', key);
  if (!refund || (refund.state !== 'PROCESSING' && !(refund.state === 'ABNORMAL' && state !== 'ABNORMAL'))) return false;
  const tx = sandbox.world.get('tx', refund.txKey)!;
  refund.state = state;
  if (state === 'SUCCESS') refund.successAtMs = sandbox.now();
  if (state === 'CLOSED') {
    tx.refundedFen -= refund.refundFen;
    tx.feeReturnedFen -= refund.feeReturnedFen;
    const stillFrozen = !tx.splitFinished;
    if (stillFrozen) tx.frozenFen += refund.fromFrozenFen;
    const back = refund.fromAvailableFen + (stillFrozen ? 0 : refund.fromFrozenFen);
    moveBalance(sandbox, { mchid: payeeOf(tx), amountFen: back, kind: '退款', businessNo: refund.refundId, voucherNo: refund.outRefundNo, note: '退款关闭' });
    if (tx.refundedFen === 0) tx.state = 'SUCCESS';
    sandbox.world.save('tx', tx);
  }
  sandbox.world.save('refund', refund);
  const summary = { SUCCESS: '退款成功', ABNORMAL: '退款异常', CLOSED: '退款关闭' }[state];
  sandbox.notices.send({
    url: refund.notifyUrl, eventType: `REFUND.${state}`, originalType: 'refund', summary, plaintext: refundNoticeView(refund, tx),
  });
  return true;
};

const apply: Handler = (sandbox, { body }) => {
  checkFields(FIELDS, body);
  const { refund, tx } = create(sandbox, body, false);
  return ok(refundView(refund, tx));
};

const lookup = (sandbox: Sandbox, call: Call, key: string): { refund: Refund; tx: Tx } => {
  const refund = sandbox.world.get('refund', key);
  if (!refund) throw resourceNotExists('退款单不存在');
  const subMchid = call.query.get('sub_mchid') ?? undefined;
  if (refund.subMchid !== subMchid) throw resourceNotExists('退款单不存在');
  return { refund, tx: sandbox.world.get('tx', refund.txKey)! };
};

const query: Handler = (sandbox, call) => {
  const { refund, tx } = lookup(sandbox, call, keyOf(sandbox, call.params.out_refund_no!));
  return ok(refundView(refund, tx));
};

const applyAbnormal: Handler = (sandbox, { body, params }) => {
  checkFields({
    sub_mchid: text(32), out_refund_no: OUT_NO_64, type: must(32, { oneOf: ['USER_BANK_CARD', 'MERCHANT_BANK_CARD'] }),
    bank_type: text(64), bank_account: text(1024), real_name: text(1024),
  }, body);
  const refund = sandbox.world.get('refund', keyOf(sandbox, body.out_refund_no));
  if (!refund || refund.refundId !== params.refund_id) throw resourceNotExists('退款单不存在');
  if (refund.state !== 'ABNORMAL') throw invalidRequest('退款单状态不是退款异常，不可发起异常退款');
  refund.state = 'PROCESSING';
  sandbox.world.save('refund', refund);
  scheduleRefund(sandbox, refund);
  return ok(refundView(refund, sandbox.world.get('tx', refund.txKey)!));
};

const ecommerceView = (refund: Refund, tx: Tx, query: boolean): Record<string, unknown> => ({
  refund_id: refund.refundId,
  out_refund_no: refund.outRefundNo,
  ...(query ? { transaction_id: tx.transactionId, out_trade_no: tx.outTradeNo, channel: 'ORIGINAL', user_received_account: '支付用户零钱', status: refund.state } : {}),
  ...(query && refund.successAtMs !== undefined ? { success_time: rfc3339(refund.successAtMs) } : {}),
  create_time: rfc3339(refund.createdAtMs),
  amount: { refund: refund.refundFen, payer_refund: refund.refundFen, discount_refund: 0, currency: 'CNY' },
  refund_account: 'REFUND_SOURCE_SUB_MERCHANT',
});

const ecommerceApply: Handler = (sandbox, { body }): Answer => {
  checkFields(ECOMMERCE_FIELDS, body);
  requireBoundAppid(sandbox, body.sp_appid);
  if (body.refund_account && body.refund_account !== 'REFUND_SOURCE_SUB_MERCHANT') {
    throw new PayError(403, 'NO_AUTH', '未开通平台垫付退款权限');
  }
  const { refund, tx } = create(sandbox, body, true);
  return ok(ecommerceView(refund, tx, false));
};

const ecommerceQuery = (by: 'id' | 'out_refund_no'): Handler => (sandbox, call) => {
  requireQuery(call, 'sub_mchid');
  const key = by === 'out_refund_no'
    ? keyOf(sandbox, call.params.out_refund_no!)
    : [...sandbox.world.tables.refund.values()].find((refund) => refund.refundId === call.params.refund_id)?.key ?? '';
  const { refund, tx } = lookup(sandbox, call, key);
  return ok(ecommerceView(refund, tx, true));
};

export const refundRoutes: Route[] = [
  { method: 'POST', path: '/v3/refund/domestic/refunds', name: 'refund', handle: apply },
  { method: 'GET', path: '/v3/refund/domestic/refunds/:out_refund_no', name: 'refundQuery', handle: query },
  { method: 'POST', path: '/v3/refund/domestic/refunds/:refund_id/apply-abnormal-refund', name: 'refund', handle: applyAbnormal },
  { method: 'POST', path: '/v3/ecommerce/refunds/apply', name: 'refund', handle: ecommerceApply },
  { method: 'GET', path: '/v3/ecommerce/refunds/id/:refund_id', name: 'refundQuery', handle: ecommerceQuery('id') },
  { method: 'GET', path: '/v3/ecommerce/refunds/out-refund-no/:out_refund_no', name: 'refundQuery', handle: ecommerceQuery('out_refund_no') },
];

/** Records in WeChat Pay's answer shapes; the same shapes travel in notices (docs: 查询订单, 支付成功回调通知). */
import type { Combine, Refund, Tx } from '../records';
import { rfc3339 } from '../time';

const STATE_WORDS: Record<Tx['state'], string> = { NOTPAY: '订单未支付', SUCCESS: '支付成功', CLOSED: '订单已关闭', REFUND: '订单发生过退款' };

const isPaid = (tx: Tx): boolean => tx.state === 'SUCCESS' || tx.state === 'REFUND';

/** An order as queried or notified; an unpaid one has no transaction_id, payer or success_time. */
export const transactionView = (tx: Tx): Record<string, unknown> => {
  const who = tx.mode === 'partner'
    ? { sp_appid: tx.appid, sp_mchid: tx.mchid, ...(tx.subAppid ? { sub_appid: tx.subAppid } : {}), sub_mchid: tx.subMchid }
    : { appid: tx.appid, mchid: tx.mchid };
  if (!isPaid(tx)) {
    return {
      ...who,
      out_trade_no: tx.outTradeNo,
      trade_state: tx.state,
      trade_state_desc: STATE_WORDS[tx.state],
      amount: { total: tx.totalFen, currency: 'CNY' },
    };
  }
  const payer = tx.mode === 'partner'
    ? { sp_openid: tx.payerOpenid, ...(tx.subOpenid ? { sub_openid: tx.subOpenid } : {}) }
    : { openid: tx.payerOpenid };
  return {
    ...who,
    out_trade_no: tx.outTradeNo,
    transaction_id: tx.transactionId,
    trade_type: tx.tradeType,
    trade_state: tx.state,
    trade_state_desc: STATE_WORDS[tx.state],
    bank_type: 'OTHERS',
    attach: tx.attach ?? '',
    success_time: rfc3339(tx.paidAtMs!),
    payer,
    amount: { total: tx.totalFen, payer_total: tx.totalFen, currency: 'CNY', payer_currency: 'CNY' },
  };
};

export const combineView = (combine: Combine, txs: Tx[]): Record<string, unknown> => {
  const payer = txs[0]?.payerOpenid ?? combine.openid;
  return {
    combine_appid: combine.appid,
    combine_mchid: combine.mchid,
    combine_out_trade_no: combine.outTradeNo,
    ...(payer ? { combine_payer_info: { openid: payer } } : {}),
    sub_orders: txs.map((tx) => ({
      mchid: tx.mchid,
      ...(tx.subMchid ? { sub_mchid: tx.subMchid } : {}),
      ...(tx.subAppid ? { sub_appid: tx.subAppid } : {}),
      out_trade_no: tx.outTradeNo,
      trade_type: tx.tradeType,
      trade_state: tx.state,
      attach: tx.attach ?? '',
      amount: {
        total_amount: tx.totalFen, currency: 'CNY',
        ...(isPaid(tx) ? { payer_amount: tx.totalFen, payer_currency: 'CNY' } : {}),
      },
      ...(isPaid(tx) ? { transaction_id: tx.transactionId, bank_type: 'OTHERS', success_time: rfc3339(tx.paidAtMs!) } : {}),
    })),
  };
};

/** A refund as answered and queried. */
export const refundView = (refund: Refund, tx: Tx): Record<string, unknown> => ({
  refund_id: refund.refundId,
  out_refund_no: refund.outRefundNo,
  transaction_id: tx.transactionId,
  out_trade_no: tx.outTradeNo,
  channel: 'ORIGINAL',
  user_received_account: '支付用户零钱',
  ...(refund.successAtMs === undefined ? {} : { success_time: rfc3339(refund.successAtMs) }),
  create_time: rfc3339(refund.createdAtMs),
  status: refund.state,
  funds_account: refund.fromFrozenFen > 0 ? 'UNAVAILABLE' : 'AVAILABLE',
  amount: {
    total: refund.totalFen,
    refund: refund.refundFen,
    payer_total: refund.totalFen,
    payer_refund: refund.refundFen,
    settlement_refund: refund.refundFen,
    settlement_total: refund.totalFen,
    discount_refund: 0,
    currency: 'CNY',
    refund_fee: refund.feeReturnedFen,
  },
  promotion_detail: [],
});

/** The plaintext of REFUND.SUCCESS / ABNORMAL / CLOSED. */
export const refundNoticeView = (refund: Refund, tx: Tx): Record<string, unknown> => ({
  ...(tx.subMchid ? { sp_mchid: tx.mchid, sub_mchid: tx.subMchid } : { mchid: tx.mchid }),
  out_trade_no: tx.outTradeNo,
  transaction_id: tx.transactionId,
  out_refund_no: refund.outRefundNo,
  refund_id: refund.refundId,
  refund_status: refund.state,
  ...(refund.successAtMs === undefined ? {} : { success_time: rfc3339(refund.successAtMs) }),
  user_received_account: '支付用户零钱',
  amount: { total: refund.totalFen, refund: refund.refundFen, payer_total: refund.totalFen, payer_refund: refund.refundFen },
});

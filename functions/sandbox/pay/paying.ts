/**
 * What the payer does in WeChat: pays, fails or cancels a prepared order. Paying happens here and only here, so
 * the rules of time (order expiry, prepay_id 2 h, H5 link 5 min) hold for the cashier page and for the JSON call.
 */
import type { Sandbox } from '../context';
import { PayError, invalidRequest, paramError } from '../errors';
import type { Combine, Tx } from '../records';
import { combineView, transactionView } from './views';
import { checkOpenid, feeOf, moveBalance, newTransactionId, orderNotExist, payeeOf } from './shared';
import { H5_LINK_VALID_MS, PREPAY_VALID_MS, expireIfDue } from './transactions';
import { openidOf } from '../wx/people';

export interface Prepared {
  prepayId: string;
  prepayAtMs: number;
  combine?: Combine;
  txs: Tx[];
}

/** What a prepay_id, or the merchant's own number, stands for. */
export const findPrepared = (sandbox: Sandbox, input: { prepayId?: string; outTradeNo?: string }): Prepared => {
  const { world, keys } = sandbox;
  const number = `${keys.saved.spMchid}|${input.outTradeNo}`;
  const named = input.prepayId ? world.prepay(input.prepayId) : { txKey: number, combineKey: number };
  const combine = named?.combineKey ? world.get('combine', named.combineKey) : undefined;
  if (combine) {
    return { prepayId: combine.prepayId, prepayAtMs: combine.prepayAtMs, combine, txs: combine.txKeys.map((key) => world.get('tx', key)!) };
  }
  const tx = named?.txKey ? world.get('tx', named.txKey) : undefined;
  if (!tx) throw orderNotExist();
  if (tx.combineKey) return findPrepared(sandbox, { outTradeNo: tx.combineKey.split('|')[1]! });
  return { prepayId: tx.prepayId, prepayAtMs: tx.prepayAtMs, txs: [tx] };
};

const requirePayable = (sandbox: Sandbox, prepared: Prepared, viaPrepayId: string | undefined): void => {
  const now = sandbox.now();
  for (const tx of prepared.txs) {
    expireIfDue(sandbox, tx);
    if (tx.state === 'SUCCESS' || tx.state === 'REFUND') throw new PayError(400, 'ORDER_PAID', '该订单已支付');
    if (tx.state === 'CLOSED') throw new PayError(400, 'ORDER_CLOSED', '订单已关闭，无法支付');
  }
  const h5 = prepared.txs[0]!.tradeType === 'MWEB';
  const stale = viaPrepayId && viaPrepayId !== prepared.prepayId;
  if (stale || now - prepared.prepayAtMs >= (h5 ? H5_LINK_VALID_MS : PREPAY_VALID_MS)) {
    throw invalidRequest('支付请求已失效，请重新发起支付');
  }
};

const markPaid = (sandbox: Sandbox, tx: Tx, openid: string): void => {
  tx.state = 'SUCCESS';
  tx.transactionId = newTransactionId(sandbox);
  tx.paidAtMs = sandbox.now();
  tx.payerOpenid = openid;
  tx.feeFen = feeOf(tx.totalFen, sandbox.settings.feeBps);
  delete tx.failReason;
  const netFen = tx.totalFen - tx.feeFen;
  if (tx.profitSharing) tx.frozenFen = netFen;
  else {
    tx.splitFinished = true;
    moveBalance(sandbox, { mchid: payeeOf(tx), amountFen: netFen, kind: '交易', businessNo: tx.transactionId, voucherNo: tx.outTradeNo });
  }
  sandbox.world.save('tx', tx);
};

/**
 * Pays. `openid` or `user` names the payer; for JSAPI it must be the one the order was made for. An H5 or Native
 * order has none, so a payer of its own is made up per order when nobody is named.
 */
export const pay = (sandbox: Sandbox, input: { prepayId?: string; outTradeNo?: string; openid?: string; user?: string }): Prepared => {
  const prepared = findPrepared(sandbox, input);
  requirePayable(sandbox, prepared, input.prepayId);
  checkOpenid(input.openid, '/body/openid');
  const expected = prepared.combine?.openid ?? prepared.txs[0]!.openid;
  const given = input.openid ?? (input.user ? openidOf(sandbox, input.user) : undefined);
  if (expected && given && expected !== given) throw paramError('/body/openid', '下单账号与支付账号不一致', given, '下单账号与支付账号不一致，请核实后再支付');
  const openid = expected ?? given ?? openidOf(sandbox, `payer-of-${prepared.combine?.outTradeNo ?? prepared.txs[0]!.outTradeNo}`);
  for (const tx of prepared.txs) markPaid(sandbox, tx, openid);
  sandbox.notices.send({
    url: prepared.combine?.notifyUrl ?? prepared.txs[0]!.notifyUrl,
    eventType: 'TRANSACTION.SUCCESS',
    originalType: 'transaction',
    summary: '支付成功',
    plaintext: prepared.combine ? combineView(prepared.combine, prepared.txs) : transactionView(prepared.txs[0]!),
  });
  return prepared;
};

/** A try that failed (balance, password, risk): the order stays NOTPAY and may be tried again. */
export const failPayment = (sandbox: Sandbox, input: { prepayId?: string; outTradeNo?: string; reason?: string }): Prepared => {
  const prepared = findPrepared(sandbox, input);
  requirePayable(sandbox, prepared, input.prepayId);
  for (const tx of prepared.txs) {
    tx.failReason = input.reason ?? '用户支付失败';
    sandbox.world.save('tx', tx);
  }
  return prepared;
};

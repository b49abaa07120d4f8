/**
 * Combined payment (合单支付): several sub-orders paid together or not at all, one notice, one query, one close.
 * Partner and 电商 sub-orders carry sub_mchid. Refund and split go by the sub-order's own numbers afterwards.
 */
import { OUT_TRADE_NO, checkFields, fen, flag, list, must, object, text, type Fields } from '../check';
import { noContent, ok, type Body, type Handler, type Route, type Sandbox } from '../context';
import { PayError, invalidRequest, paramError } from '../errors';
import type { Combine, TradeType, Tx } from '../records';
import { combineView } from './views';
import { checkNotifyUrl, checkOpenid, digest, newPrepayId, orderNotExist, readExpiry, repeatedDifferently, requireBoundAppid, requireOwnMchid, requireSubMchid } from './shared';
import { ORDER_VALID_MS, PREPAY_VALID_MS, closeTx, expireIfDue } from './transactions';

const SUB_ORDER = object({
  mchid: must(32),
  sub_mchid: text(32),
  sub_appid: text(32),
  attach: must(128),
  amount: object({ total_amount: fen(), currency: must(8, { oneOf: ['CNY'] }) }, true),
  out_trade_no: OUT_TRADE_NO,
  description: must(127),
  detail: text(6000),
  goods_tag: text(32),
  settle_info: object({ profit_sharing: flag, subsidy_amount: fen(false, 0) }),
}, true);

const fieldsFor = (type: TradeType): Fields => ({
  combine_appid: must(32),
  combine_mchid: must(32),
  combine_out_trade_no: must(32, { pattern: /^[0-9A-Za-z_\-|*@]+$/ }),
  sub_orders: list(SUB_ORDER, 1, 50),
  ...(type === 'JSAPI' ? { combine_payer_info: object({ openid: text(128), sub_openid: text(128) }, true) } : {}),
  // The published App sample names a payer, whom nobody needs there, and where the payment is made.
  ...(type === 'APP' ? { combine_payer_info: object({ openid: text(128) }), trade_scenario: text(32) } : {}),
  scene_info: object({
    device_id: text(32), payer_client_ip: must(45),
    ...(type === 'MWEB' ? { h5_info: object({ type: must(32), app_name: text(64), app_url: text(128), bundle_id: text(128), package_name: text(128) }, true) } : {}),
  }, type === 'MWEB'),
  time_start: text(64),
  time_expire: text(64),
  notify_url: must(255),
});

const txsOf = (sandbox: Sandbox, combine: Combine): Tx[] => combine.txKeys.map((key) => expireIfDue(sandbox, sandbox.world.get('tx', key)!));

const answer = (sandbox: Sandbox, combine: Combine) => {
  if (combine.tradeType === 'MWEB') return ok({ h5_url: `${sandbox.url}/sandbox/cashier?prepay_id=${combine.prepayId}&package=${parseInt(combine.prepayId.slice(-8), 16)}` });
  if (combine.tradeType === 'NATIVE') return ok({ code_url: `weixin://wxpay/bizpayurl?pr=${combine.prepayId}` });
  return ok({ prepay_id: combine.prepayId });
};

const repeat = (sandbox: Sandbox, combine: Combine, bodyHash: string, type: TradeType) => {
  if (combine.tradeType !== type) throw new PayError(403, 'OUT_TRADE_NO_USED', '商户订单号重复');
  const states = txsOf(sandbox, combine).map((tx) => tx.state);
  if (states.some((state) => state === 'SUCCESS' || state === 'REFUND')) throw new PayError(400, 'ORDER_PAID', '该订单已支付');
  if (states.includes('CLOSED')) throw new PayError(400, 'ORDER_CLOSED', '该订单已关闭，请重新下单');
  if (combine.bodyHash !== bodyHash) throw repeatedDifferently();
  if (sandbox.now() - combine.prepayAtMs >= PREPAY_VALID_MS) combine.prepayId = newPrepayId(sandbox);
  combine.prepayAtMs = sandbox.now();
  sandbox.world.save('combine', combine);
  return answer(sandbox, combine);
};

const checkSubOrders = (sandbox: Sandbox, body: Body): void => {
  const seen = new Set<string>();
  body.sub_orders.forEach((sub: Body, i: number) => {
    const at = `/body/sub_orders/${i}`;
    // A partner's sub-order is under its own number; other direct merchants may take part without sub_mchid.
    if (sub.sub_mchid) requireOwnMchid(sandbox, sub.mchid, `${at}/mchid`);
    else if (!/^\d{8,10}$/.test(sub.mchid)) throw paramError(`${at}/mchid`, '商户号应为8-10位数字', sub.mchid);
    requireSubMchid(sandbox, sub.sub_mchid);
    if (seen.has(sub.out_trade_no)) throw paramError(`${at}/out_trade_no`, '子单商户订单号重复', sub.out_trade_no);
    seen.add(sub.out_trade_no);
    if ((sub.settle_info?.subsidy_amount ?? 0) > 0 && !sub.settle_info.profit_sharing) throw paramError(`${at}/settle_info/subsidy_amount`, '补差订单须为分账订单');
    if (sandbox.world.get('tx', `${sub.mchid}|${sub.out_trade_no}`)) throw new PayError(403, 'OUT_TRADE_NO_USED', '商户订单号重复');
  });
  if (body.sub_orders.length < 2 && !body.sub_orders[0].sub_mchid) throw paramError('/body/sub_orders', '子单数量应为2-10', 1);
};

const prepay = (type: TradeType): Handler => {
  const fields = fieldsFor(type);
  return (sandbox, { body }) => {
    checkFields(fields, body);
    requireOwnMchid(sandbox, body.combine_mchid, '/body/combine_mchid');
    requireBoundAppid(sandbox, body.combine_appid);
    checkNotifyUrl(body.notify_url);
    if (type === 'JSAPI') {
      if (!body.combine_payer_info.openid) throw paramError('/body/combine_payer_info/openid', '此字段为必填项');
      checkOpenid(body.combine_payer_info.openid, '/body/combine_payer_info/openid');
    }
    const now = sandbox.now();
    const key = `${body.combine_mchid}|${body.combine_out_trade_no}`;
    const bodyHash = digest(body, ['scene_info']);
    const before = sandbox.world.get('combine', key);
    if (before) return repeat(sandbox, before, bodyHash, type);
    checkSubOrders(sandbox, body);
    const expiresAtMs = readExpiry(body.time_expire, now + ORDER_VALID_MS, now);
    const openid: string | undefined = body.combine_payer_info?.openid;
    const combine: Combine = {
      key, mchid: body.combine_mchid, appid: body.combine_appid, outTradeNo: body.combine_out_trade_no, tradeType: type, openid,
      notifyUrl: body.notify_url.trim(), bodyHash, prepayId: newPrepayId(sandbox), prepayAtMs: now, expiresAtMs, txKeys: [],
    };
    for (const sub of body.sub_orders) {
      const tx: Tx = {
        key: `${sub.mchid}|${sub.out_trade_no}`, mode: 'combine', combineKey: key, mchid: sub.mchid, appid: body.combine_appid,
        subMchid: sub.sub_mchid, subAppid: sub.sub_appid, outTradeNo: sub.out_trade_no, tradeType: type, description: sub.description,
        attach: sub.attach, notifyUrl: combine.notifyUrl, openid, totalFen: sub.amount.total_amount,
        profitSharing: sub.settle_info?.profit_sharing === true, subsidyFen: 0, subsidyMaxFen: sub.settle_info?.subsidy_amount ?? 0, subsidySettled: false, bodyHash, createdAtMs: now, expiresAtMs,
        prepayId: combine.prepayId, prepayAtMs: now, state: 'NOTPAY', feeFen: 0, refundedFen: 0, feeReturnedFen: 0, refundCount: 0,
        frozenFen: 0, splitFen: 0, splitCount: 0, splitFinished: false,
      };
      sandbox.world.save('tx', tx);
      combine.txKeys.push(tx.key);
    }
    sandbox.world.save('combine', combine);
    return answer(sandbox, combine);
  };
};

const find = (sandbox: Sandbox, combineOutTradeNo: string | undefined): Combine => {
  const combine = sandbox.world.get('combine', `${sandbox.keys.saved.spMchid}|${combineOutTradeNo}`);
  if (!combine) throw orderNotExist();
  return combine;
};

const query: Handler = (sandbox, { params }) => {
  const combine = find(sandbox, params.combine_out_trade_no);
  return ok(combineView(combine, txsOf(sandbox, combine)));
};

const close: Handler = (sandbox, { body, params }) => {
  checkFields({
    combine_appid: must(32),
    sub_orders: list(object({ mchid: must(32), out_trade_no: OUT_TRADE_NO, sub_mchid: text(32), sub_appid: text(32) }), 1, 50),
  }, body);
  const combine = find(sandbox, params.combine_out_trade_no);
  const txs = txsOf(sandbox, combine);
  const named = new Set(body.sub_orders.map((sub: Body) => `${sub.mchid}|${sub.out_trade_no}|${sub.sub_mchid ?? ''}`));
  const same = body.combine_appid === combine.appid && named.size === txs.length && txs.every((tx) => named.has(`${tx.key}|${tx.subMchid ?? ''}`));
  if (!same) throw invalidRequest('关单的子单信息与下单时不一致，请检查后再试');
  for (const tx of txs) closeTx(sandbox, tx);
  return noContent;
};

export const combineRoutes: Route[] = [
  ...([['jsapi', 'JSAPI'], ['h5', 'MWEB'], ['native', 'NATIVE'], ['app', 'APP']] as [string, TradeType][]).map(
    ([path, type]): Route => ({ method: 'POST', path: `/v3/combine-transactions/${path}`, name: 'prepay', handle: prepay(type) })),
  { method: 'GET', path: '/v3/combine-transactions/out-trade-no/:combine_out_trade_no', name: 'query', handle: query },
  { method: 'POST', path: '/v3/combine-transactions/out-trade-no/:combine_out_trade_no/close', name: 'close', handle: close },
];

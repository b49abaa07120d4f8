/**
 * Orders of WeChat Pay v3: prepay (partner and plain merchant; JSAPI, H5, Native, App), query, close.
 * Far side of F-02, F-27: the same out_trade_no with the same parameters answers again, with others is refused.
 */
import { OUT_TRADE_NO, checkFields, count, fen, flag, list, must, object, text, type Fields } from '../check';
import { noContent, ok, type Answer, type Body, type Call, type Handler, type Route, type Sandbox } from '../context';
import { PayError, invalidRequest, paramError } from '../errors';
import type { Tx, TradeType } from '../records';
import { DAY_MS } from '../time';
import { transactionView } from './views';
import {
  checkNotifyUrl, checkOpenid, digest, newPrepayId, orderNotExist, readExpiry, repeatedDifferently, requireBoundAppid,
  requireOwnMchid, requireQuery, requireSubMchid,
} from './shared';

export const PREPAY_VALID_MS = 2 * 3600_000;
export const H5_LINK_VALID_MS = 5 * 60_000;
export const ORDER_VALID_MS = 7 * DAY_MS;

const AMOUNT = object({ total: fen(), currency: text(16, { oneOf: ['CNY'] }) }, true);
const DETAIL = object({
  cost_price: count(),
  invoice_id: text(32),
  goods_detail: list(object({
    merchant_goods_id: must(32), wechatpay_goods_id: text(32), goods_name: text(256), quantity: count(true), unit_price: count(true),
  }), 1, 6000, false),
});
const STORE = object({ id: must(32), name: text(256), area_code: text(32), address: text(512) });
const SCENE: Fields = { payer_client_ip: must(45), device_id: text(32), store_info: STORE };
const H5_SCENE: Fields = {
  ...SCENE,
  h5_info: object({ type: must(32), app_name: text(64), app_url: text(128), bundle_id: text(128), package_name: text(128) }, true),
};
const COMMON: Fields = {
  description: must(127),
  out_trade_no: OUT_TRADE_NO,
  time_expire: text(64),
  attach: text(128),
  notify_url: must(255),
  goods_tag: text(32),
  settle_info: object({ profit_sharing: flag, subsidy_amount: fen(false, 0) }),
  support_fapiao: flag,
  amount: AMOUNT,
  detail: DETAIL,
};
const PARTNER: Fields = { sp_appid: must(32), sp_mchid: must(32), sub_appid: text(32), sub_mchid: must(32) };
const MERCHANT: Fields = { appid: must(32), mchid: must(32) };

const fieldsFor = (mode: 'partner' | 'merchant', type: TradeType): Fields => ({
  ...(mode === 'partner' ? PARTNER : MERCHANT),
  ...COMMON,
  ...(type === 'JSAPI'
    ? { payer: object(mode === 'partner' ? { sp_openid: text(128), sub_openid: text(128) } : { openid: must(128) }, true) }
    : {}),
  scene_info: type === 'MWEB' ? object(H5_SCENE, true) : object(SCENE),
});

const PATH_TYPES: [string, TradeType][] = [['jsapi', 'JSAPI'], ['h5', 'MWEB'], ['native', 'NATIVE'], ['app', 'APP']];

/** Closes an unpaid order whose time is over. */
export const expireIfDue = (sandbox: Sandbox, tx: Tx): Tx => {
  if (tx.state === 'NOTPAY' && sandbox.now() >= tx.expiresAtMs) {
    tx.state = 'CLOSED';
    tx.closedAtMs = tx.expiresAtMs;
    sandbox.world.save('tx', tx);
  }
  return tx;
};

const prepayAnswer = (sandbox: Sandbox, type: TradeType, prepayId: string): Answer => {
  if (type === 'MWEB') return ok({ h5_url: `${sandbox.url}/sandbox/cashier?prepay_id=${prepayId}&package=${parseInt(prepayId.slice(-8), 16)}` });
  if (type === 'NATIVE') return ok({ code_url: `weixin://wxpay/bizpayurl?pr=${prepayId}` });
  return ok({ prepay_id: prepayId });
};

/** A repeat with the same parameters: the same order; a fresh prepay_id once the old one is too old. */
const repeatPrepay = (sandbox: Sandbox, tx: Tx, bodyHash: string, type: TradeType): Answer => {
  if (tx.combineKey || tx.tradeType !== type) throw new PayError(403, 'OUT_TRADE_NO_USED', '商户订单号重复');
  expireIfDue(sandbox, tx);
  if (tx.state === 'SUCCESS' || tx.state === 'REFUND') throw new PayError(400, 'ORDER_PAID', '该订单已支付');
  if (tx.state === 'CLOSED') throw new PayError(400, 'ORDER_CLOSED', '该订单已关闭，请重新下单');
  if (tx.bodyHash !== bodyHash) throw repeatedDifferently();
  if (sandbox.now() - tx.prepayAtMs >= PREPAY_VALID_MS) tx.prepayId = newPrepayId(sandbox);
  tx.prepayAtMs = sandbox.now();
  sandbox.world.save('tx', tx);
  return prepayAnswer(sandbox, type, tx.prepayId);
};

const checkPayer = (body: Body, mode: 'partner' | 'merchant', type: TradeType): void => {
  if (type !== 'JSAPI') return;
  if (mode === 'merchant') return checkOpenid(body.payer.openid, '/body/payer/openid');
  if (!body.payer.sp_openid && !body.payer.sub_openid) throw paramError('/body/payer', 'JSAPI支付必须传openid', undefined, 'JSAPI支付必须传openid');
  if (body.payer.sub_openid && !body.sub_appid) throw paramError('/body/sub_appid', '传sub_openid时sub_appid必填');
  checkOpenid(body.payer.sp_openid, '/body/payer/sp_openid');
  checkOpenid(body.payer.sub_openid, '/body/payer/sub_openid');
};

const prepay = (mode: 'partner' | 'merchant', type: TradeType): Handler => {
  const fields = fieldsFor(mode, type);
  return (sandbox, { body }) => {
    checkFields(fields, body);
    const [mchid, appid]: [string, string] = mode === 'partner' ? [body.sp_mchid, body.sp_appid] : [body.mchid, body.appid];
    requireOwnMchid(sandbox, mchid, mode === 'partner' ? '/body/sp_mchid' : '/body/mchid');
    requireBoundAppid(sandbox, appid);
    requireSubMchid(sandbox, body.sub_mchid);
    checkPayer(body, mode, type);
    checkNotifyUrl(body.notify_url);

    const now = sandbox.now();
    const key = `${mchid}|${body.out_trade_no}`;
    const bodyHash = digest(body, ['scene_info']);
    const before = sandbox.world.get('tx', key);
    if (before) return repeatPrepay(sandbox, before, bodyHash, type);
    const tx: Tx = {
      key, mode, mchid, appid, subMchid: body.sub_mchid, subAppid: body.sub_appid, outTradeNo: body.out_trade_no,
      tradeType: type, description: body.description, attach: body.attach, notifyUrl: body.notify_url.trim(),
      openid: body.payer?.sp_openid ?? body.payer?.openid, subOpenid: body.payer?.sub_openid,
      totalFen: body.amount.total, profitSharing: body.settle_info?.profit_sharing === true, subsidyFen: 0, subsidyMaxFen: body.settle_info?.subsidy_amount ?? 0, subsidySettled: false, bodyHash,
      createdAtMs: now, expiresAtMs: readExpiry(body.time_expire, now + ORDER_VALID_MS, now),
      prepayId: newPrepayId(sandbox), prepayAtMs: now, state: 'NOTPAY',
      feeFen: 0, refundedFen: 0, feeReturnedFen: 0, refundCount: 0, frozenFen: 0, splitFen: 0, splitCount: 0, splitFinished: false,
    };
    sandbox.world.save('tx', tx);
    return prepayAnswer(sandbox, type, tx.prepayId);
  };
};

/** The order named by the path, checked against the merchant numbers in the query. */
const found = (sandbox: Sandbox, call: Call, mode: 'partner' | 'merchant', tx: Tx | undefined): Tx => {
  const mchid = requireQuery(call, mode === 'partner' ? 'sp_mchid' : 'mchid');
  requireOwnMchid(sandbox, mchid, mode === 'partner' ? '/query/sp_mchid' : '/query/mchid');
  const subMchid = mode === 'partner' ? requireQuery(call, 'sub_mchid') : undefined;
  // A combined payment's sub-order is invisible here: it is found by its combined number only.
  if (!tx || tx.mode === 'combine') throw orderNotExist();
  if (tx.mode !== mode) throw invalidRequest('商户号和订单信息不匹配，请检查后再试');
  if (tx.subMchid !== subMchid) throw invalidRequest('子商户号和订单信息不匹配，请检查后再试');
  return expireIfDue(sandbox, tx);
};

const queryByOutTradeNo = (mode: 'partner' | 'merchant'): Handler => (sandbox, call) =>
  ok(transactionView(found(sandbox, call, mode, sandbox.world.get('tx', `${sandbox.keys.saved.spMchid}|${call.params.out_trade_no}`))));

const queryById = (mode: 'partner' | 'merchant'): Handler => (sandbox, call) =>
  ok(transactionView(found(sandbox, call, mode, sandbox.world.txByTransactionId(call.params.transaction_id!))));

const close = (mode: 'partner' | 'merchant'): Handler => (sandbox, { body, params }) => {
  checkFields(mode === 'partner' ? { sp_mchid: must(32), sub_mchid: must(32) } : { mchid: must(32) }, body);
  requireOwnMchid(sandbox, body.sp_mchid ?? body.mchid, mode === 'partner' ? '/body/sp_mchid' : '/body/mchid');
  const tx = sandbox.world.get('tx', `${sandbox.keys.saved.spMchid}|${params.out_trade_no}`);
  if (!tx || tx.mode !== mode) throw orderNotExist();
  if (mode === 'partner' && tx.subMchid !== body.sub_mchid) throw invalidRequest('子商户号和订单信息不匹配，请检查后再试');
  closeTx(sandbox, tx);
  return noContent;
};

/** Closes an unpaid order; closing a closed one is no error, closing a paid one is. */
export const closeTx = (sandbox: Sandbox, tx: Tx): void => {
  expireIfDue(sandbox, tx);
  if (tx.state === 'SUCCESS' || tx.state === 'REFUND') throw new PayError(400, 'ORDER_PAID', '该订单已支付，不能关单');
  if (tx.state === 'CLOSED') return;
  tx.state = 'CLOSED';
  tx.closedAtMs = sandbox.now();
  sandbox.world.save('tx', tx);
};

const routesFor = (mode: 'partner' | 'merchant', base: string): Route[] => [
  ...PATH_TYPES.map(([path, type]): Route => ({ method: 'POST', path: `${base}/${path}`, name: 'prepay', handle: prepay(mode, type) })),
  { method: 'GET', path: `${base}/out-trade-no/:out_trade_no`, name: 'query', handle: queryByOutTradeNo(mode) },
  { method: 'GET', path: `${base}/id/:transaction_id`, name: 'query', handle: queryById(mode) },
  { method: 'POST', path: `${base}/out-trade-no/:out_trade_no/close`, name: 'close', handle: close(mode) },
];

export const transactionRoutes: Route[] = [
  ...routesFor('partner', '/v3/pay/partner/transactions'),
  ...routesFor('merchant', '/v3/pay/transactions'),
];

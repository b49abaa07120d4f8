/**
 * Shipping duty (订单发货管理): upload_shipping_info once, one correction, get_order with its state, and what the
 * person confirms. logistics_type 1 express, 2 same city, 3 virtual, 4 pick-up. Error codes 1006xxxx as documented.
 */
import { ok, type Body, type Handler, type Route, type Sandbox } from '../context';
import { PayError, WxError } from '../errors';
import type { Shipping, Tx } from '../records';
import { parseRfc3339 } from '../time';
import { withToken, wxOk } from './login';

const findTx = (sandbox: Sandbox, by: { transactionId?: unknown; outTradeNo?: unknown }): Tx => {
  const tx = typeof by.transactionId === 'string' && by.transactionId
    ? sandbox.world.txByTransactionId(by.transactionId)
    : sandbox.world.get('tx', `${sandbox.keys.saved.spMchid}|${String(by.outTradeNo)}`);
  if (!tx || tx.paidAtMs === undefined) throw new WxError(10060001, '支付单不存在');
  return tx;
};

const upload: Handler = (sandbox, { body }) => {
  const key: Body = body?.order_key ?? {};
  if (![1, 2].includes(key.order_number_type)) throw new WxError(40097, 'invalid args: order_key');
  if (![1, 2, 3, 4].includes(body.logistics_type) || ![1, 2].includes(body.delivery_mode)) throw new WxError(40097, 'invalid args: logistics_type or delivery_mode');
  if (typeof body.upload_time !== 'string' || parseRfc3339(body.upload_time) === undefined) throw new WxError(40097, 'invalid args: upload_time');
  const goods: Body[] = Array.isArray(body.shipping_list) ? body.shipping_list : [];
  if (!goods.length || goods.some((item) => typeof item?.item_desc !== 'string' || !item.item_desc || [...item.item_desc].length > 120)) throw new WxError(10060005, '商品描述为空或过长');
  if (body.logistics_type === 1 && goods.some((item) => !item.tracking_no || !item.express_company)) throw new WxError(10060006, '物流单号或物流公司为空');
  const tx = findTx(sandbox, { transactionId: key.order_number_type === 2 ? key.transaction_id : undefined, outTradeNo: key.out_trade_no });
  if (body.payer?.openid !== tx.payerOpenid) throw new WxError(10060014, '参数错误：payer.openid与支付单不一致');
  if (tx.refundedFen === tx.totalFen) throw new WxError(10060004, '支付单处于不可发货的状态');
  const before = sandbox.world.get('shipping', tx.transactionId!);
  if (before) {
    const { upload_time: _a, ...old } = before.body as Body;
    const { upload_time: _b, ...fresh } = body;
    if (JSON.stringify(old) === JSON.stringify(fresh)) throw new WxError(10060023, '发货信息未更新');
    if (before.state >= 3) throw new WxError(10060002, '支付单已完成发货，无法继续发货');
    if (before.corrections >= 1) throw new WxError(10060003, '支付单已使用重新发货机会');
  }
  const record: Shipping = { key: tx.transactionId!, transactionId: tx.transactionId!, body, corrections: before ? before.corrections + 1 : 0, state: 2, atMs: sandbox.now() };
  sandbox.world.save('shipping', record);
  return wxOk();
};

const getOrder: Handler = (sandbox, { body }) => {
  const tx = findTx(sandbox, { transactionId: body?.transaction_id, outTradeNo: body?.merchant_trade_no });
  const shipping = sandbox.world.get('shipping', tx.transactionId!);
  const sent: Body = shipping?.body;
  return wxOk({
    order: {
      transaction_id: tx.transactionId, merchant_trade_no: tx.outTradeNo, merchant_id: tx.mchid, ...(tx.subMchid ? { sub_merchant_id: tx.subMchid } : {}),
      description: tx.description, paid_amount: tx.totalFen, openid: tx.payerOpenid,
      trade_create_time: Math.floor(tx.createdAtMs / 1000), pay_time: Math.floor(tx.paidAtMs! / 1000),
      order_state: tx.refundedFen === tx.totalFen ? 5 : shipping?.state ?? 1, in_complaint: false,
      shipping: sent
        ? { delivery_mode: sent.delivery_mode, logistics_type: sent.logistics_type, finish_shipping: sent.delivery_mode === 1 || sent.is_all_delivered === true, finish_shipping_count: shipping!.corrections + 1, shipping_list: sent.shipping_list }
        : { finish_shipping: false, finish_shipping_count: 0 },
    },
  });
};

/** The person confirms receipt in WeChat (weappOrderConfirm, or the reminder). */
const confirm: Handler = (sandbox, { body }) => {
  const shipping = sandbox.world.get('shipping', String(body?.transaction_id));
  if (!shipping) throw new PayError(404, 'RESOURCE_NOT_EXISTS', '这笔订单还没有发货');
  shipping.state = 3;
  sandbox.world.save('shipping', shipping);
  return ok({ order_state: 3 });
};

export const shippingRoutes: Route[] = [
  { method: 'POST', path: '/wxa/sec/order/upload_shipping_info', name: 'wxShipping', handle: withToken(upload) },
  { method: 'POST', path: '/wxa/sec/order/get_order', name: 'wxShipping', handle: withToken(getOrder) },
  { method: 'POST', path: '/sandbox/wx/confirm-receipt', name: 'control', handle: confirm },
];

/**
 * WeChat Pay's combined payment (合单支付) in partner mode: sub-orders of several sub-merchants under our number, paid together
 * or not at all. Guards F-27, I-09. Refunds and splits go by each sub-order's own transaction afterwards.
 * Source: pay.weixin.qq.com/docs/partner/products/combine-payment (apilist-jsapi, query-order, close-order), read in 2026-11.
 */
import * as z from 'zod';
import { beijing, closing, cut, enc, type WechatClient } from './wechat-client';
import { combinedShape, type ProviderCombined } from './wechat-shapes';

/** `subsidyFen`: the most that the platform will pay of this order's discounts. */
export interface CombinedOrder { paymentId: string; subMchid: string; amountFen: number; subsidyFen: number; description: string; orderId: string }
/** The sub-orders in the same order each time: WeChat compares a repeat with the first. */
interface PrepareCombined { combineNo: string; orders: readonly CombinedOrder[]; expiresAtMs: number; notifyUrl: string }
export interface CombinedPay {
  prepareCombinedJsapi(p: PrepareCombined & { openid: string }): Promise<{ prepayId: string }>;
  prepareCombinedH5(p: PrepareCombined & { clientIp: string }): Promise<{ h5Url: string }>;
  /** null: WeChat does not know it. */
  findCombined(combineNo: string): Promise<ProviderCombined | null>;
  /** Closed already, or never arrived, is fine. Paid meanwhile: ProviderRefused('ORDER_PAID'). Every sub-order must be named. */
  closeCombined(combineNo: string, orders: readonly { paymentId: string; subMchid: string }[]): Promise<void>;
}

export function combined({ config, post, find, postForNothing }: WechatClient): CombinedPay {
  const root = '/v3/combine-transactions';
  const ownApp = config.appid === config.spAppid;
  const subApp = ownApp ? {} : { sub_appid: config.appid };
  const body = (p: PrepareCombined) => ({
    combine_appid: config.spAppid, combine_mchid: config.spMchid, combine_out_trade_no: p.combineNo, time_expire: beijing(p.expiresAtMs), notify_url: p.notifyUrl,
    sub_orders: p.orders.map((order) => ({
      mchid: config.spMchid, sub_mchid: order.subMchid, ...subApp, attach: order.orderId, out_trade_no: order.paymentId, description: cut(order.description, 127),
      amount: { total_amount: order.amountFen, currency: 'CNY' }, settle_info: { profit_sharing: true, ...(order.subsidyFen ? { subsidy_amount: order.subsidyFen } : {}) },
    })),
  });
  return {
    async prepareCombinedJsapi(p) {
      const payer = ownApp ? { openid: p.openid } : { sub_openid: p.openid };
      const { prepay_id: prepayId } = await post(`${root}/jsapi`, { ...body(p), combine_payer_info: payer }, z.object({ prepay_id: z.string().min(1) }));
      return { prepayId };
    },
    async prepareCombinedH5(p) {
      const scene = { payer_client_ip: p.clientIp, h5_info: { type: 'Wap' } };
      const { h5_url: h5Url } = await post(`${root}/h5`, { ...body(p), scene_info: scene }, z.object({ h5_url: z.string().min(1) }));
      return { h5Url };
    },
    findCombined: (combineNo) => find(`${root}/out-trade-no/${enc(combineNo)}`, combinedShape),
    closeCombined: (combineNo, orders) => closing(() => postForNothing(`${root}/out-trade-no/${enc(combineNo)}/close`, {
      combine_appid: config.spAppid, sub_orders: orders.map((order) => ({ mchid: config.spMchid, sub_mchid: order.subMchid, ...subApp, out_trade_no: order.paymentId })),
    })),
  };
}

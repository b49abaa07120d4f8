/**
 * WeChat Pay in partner mode (服务商): payments, refunds, splits, transfers, bills and notices. Guards F-27, F-32, A-26.
 * Every number we give is ours and stable, so each call may be repeated; nothing here invents a second one.
 * Failures: ProviderRefused is WeChat's definite no; Unavailable (PROVIDER_DOWN) means unknown, so query before deciding.
 * Source: pay.weixin.qq.com/doc/v3/partner.
 */
import { constants, publicEncrypt, randomBytes } from 'node:crypto';
import * as z from 'zod';
import type { WechatConfig } from '../kernel';
import { type BillLine, tradeBill } from './wechat-bill';
import { beijing, closing, cut, enc, type WechatClient, wechatClient } from './wechat-client';
import { combined, type CombinedPay } from './wechat-combine';
import { type Headers, type ProviderNotice, readNotice } from './wechat-notice';
import {
  paymentShape, type ProviderPayment, type ProviderRefund, type ProviderReturn, type ProviderSplit, type ProviderSubsidy, type ProviderTransfer,
  refundShape, returnShape, splitShape, subsidyShape, toBillNo, transferShape,
} from './wechat-shapes';

export { NoticeRejected, type ProviderNotice } from './wechat-notice';
export { type BillLine } from './wechat-bill';
export { type CombinedOrder } from './wechat-combine';
export {
  type ProviderCombined, providerCombinedOf, type ProviderPayment, providerPaymentOf, type ProviderRefund, providerRefundOf, type ProviderReturn, type ProviderSplit,
  type ProviderSubsidy, type ProviderTransfer, providerTransferOf,
} from './wechat-shapes';

/** `subsidyFen`: the most that the platform will pay of the order's discounts, told now (补差). */
interface Prepare { paymentId: string; subMchid: string; amountFen: number; subsidyFen?: number; description: string; expiresAtMs: number; notifyUrl: string }
interface JsapiParams { timeStamp: string; nonceStr: string; package: string; signType: 'RSA'; paySign: string }

interface WechatPay extends CombinedPay {
  prepareJsapi(p: Prepare & { openid: string }): Promise<{ prepayId: string }>;
  prepareH5(p: Prepare & { clientIp: string }): Promise<{ h5Url: string }>;
  /** Signed for wx.requestPayment. Local arithmetic, no call. */
  jsapiParams(prepayId: string): JsapiParams;
  /** null: WeChat does not know it. */
  findPayment(paymentId: string, subMchid: string): Promise<ProviderPayment | null>;
  /** Closed already, or never arrived, is fine. Paid meanwhile: ProviderRefused('ORDER_PAID'). */
  closePayment(paymentId: string, subMchid: string): Promise<void>;
  refund(p: { refundId: string; transactionId: string; subMchid: string; amountFen: number; totalFen: number; reason: string; notifyUrl: string }): Promise<ProviderRefund>;
  findRefund(refundId: string, subMchid: string): Promise<ProviderRefund | null>;
  /** Makes the platform a receiver of this merchant's splits. Once is enough, again is fine. */
  addReceiver(subMchid: string): Promise<void>;
  /** One part, to the platform. `finish` frees the rest for the merchant. */
  split(p: { splitId: string; transactionId: string; subMchid: string; amountFen: number; description: string; finish: boolean }): Promise<ProviderSplit>;
  unfreeze(p: { splitId: string; transactionId: string; subMchid: string; description: string }): Promise<ProviderSplit>;
  findSplit(splitId: string, transactionId: string, subMchid: string): Promise<ProviderSplit | null>;
  returnSplit(p: { returnId: string; splitId: string; subMchid: string; amountFen: number; description: string }): Promise<ProviderReturn>;
  findReturn(returnId: string, splitId: string, subMchid: string): Promise<ProviderReturn | null>;
  /** The platform's own money to the merchant, once for an order, before its split. There is no query: the same again is the same one. */
  subsidize(p: { subsidyId: string; transactionId: string; subMchid: string; amountFen: number; description: string }): Promise<ProviderSubsidy>;
  /** Nothing will be paid of an order that was announced with a subsidy: frees it for its split. */
  cancelSubsidy(p: { transactionId: string; subMchid: string; description: string }): Promise<ProviderSubsidy>;
  /** Part of a subsidy back to the platform, once for each refund at WeChat. */
  returnSubsidy(p: { returnId: string; transactionId: string; subMchid: string; refundProviderId: string; amountFen: number; description: string }): Promise<ProviderSubsidy>;
  transfer(p: { withdrawalId: string; openid: string; amountFen: number; remark: string; notifyUrl: string }): Promise<ProviderTransfer>;
  findTransfer(withdrawalId: string): Promise<ProviderTransfer | null>;
  tradeBill(date: string): Promise<BillLine[]>;
  /** Throws NoticeRejected. */
  readNotice(headers: Headers, rawBody: Buffer | string, nowMs: number): ProviderNotice;
}

const made = new WeakMap<WechatConfig, WechatPay>();

/** One client for a configuration: keys are parsed and connections kept once. */
export function wechatPay(config: WechatConfig): WechatPay {
  const known = made.get(config);
  if (known) return known;
  const client = wechatClient(config);
  const pay: WechatPay = {
    ...payments(client), ...combined(client), ...refunds(client), ...splits(client), ...subsidies(client), ...transfers(client),
    tradeBill: (date) => tradeBill(client, date),
    readNotice: (headers, rawBody, nowMs) => readNotice(client, headers, rawBody, nowMs),
  };
  made.set(config, pay);
  return pay;
}

function payments({ config, signText, post, find, postForNothing }: WechatClient) {
  const root = '/v3/pay/partner/transactions';
  const ownApp = config.appid === config.spAppid;
  const order = (p: Prepare) => ({
    sp_appid: config.spAppid, sp_mchid: config.spMchid, sub_mchid: p.subMchid, ...(ownApp ? {} : { sub_appid: config.appid }),
    description: cut(p.description, 127), out_trade_no: p.paymentId, time_expire: beijing(p.expiresAtMs), notify_url: p.notifyUrl,
    settle_info: { profit_sharing: true, ...(p.subsidyFen ? { subsidy_amount: p.subsidyFen } : {}) }, amount: { total: p.amountFen, currency: 'CNY' },
  });
  return {
    async prepareJsapi(p: Prepare & { openid: string }) {
      const payer = ownApp ? { sp_openid: p.openid } : { sub_openid: p.openid };
      const { prepay_id: prepayId } = await post(`${root}/jsapi`, { ...order(p), payer }, z.object({ prepay_id: z.string().min(1) }));
      return { prepayId };
    },
    async prepareH5(p: Prepare & { clientIp: string }) {
      const scene = { payer_client_ip: p.clientIp, h5_info: { type: 'Wap' } };
      const { h5_url: h5Url } = await post(`${root}/h5`, { ...order(p), scene_info: scene }, z.object({ h5_url: z.string().min(1) }));
      return { h5Url };
    },
    jsapiParams(prepayId: string): JsapiParams {
      const timeStamp = String(Math.floor(Date.now() / 1_000));
      const nonceStr = randomBytes(16).toString('hex');
      const text = `prepay_id=${prepayId}`;
      return { timeStamp, nonceStr, package: text, signType: 'RSA', paySign: signText(`${config.appid}\n${timeStamp}\n${nonceStr}\n${text}\n`) };
    },
    findPayment: (paymentId: string, subMchid: string) =>
      find(`${root}/out-trade-no/${enc(paymentId)}?sp_mchid=${enc(config.spMchid)}&sub_mchid=${enc(subMchid)}`, paymentShape),
    closePayment: (paymentId: string, subMchid: string) =>
      closing(() => postForNothing(`${root}/out-trade-no/${enc(paymentId)}/close`, { sp_mchid: config.spMchid, sub_mchid: subMchid })),
  };
}

function refunds({ post, find }: WechatClient) {
  const root = '/v3/refund/domestic/refunds';
  return {
    refund: (p: Parameters<WechatPay['refund']>[0]) => post(root, {
      sub_mchid: p.subMchid, transaction_id: p.transactionId, out_refund_no: p.refundId, reason: cut(p.reason, 80), notify_url: p.notifyUrl,
      amount: { refund: p.amountFen, total: p.totalFen, currency: 'CNY' },
    }, refundShape),
    findRefund: (refundId: string, subMchid: string) => find(`${root}/${enc(refundId)}?sub_mchid=${enc(subMchid)}`, refundShape),
  };
}

/** pay.weixin.qq.com/doc/v3/partner, 分账. The platform keeps its fee and passes rebates on; the merchant keeps the rest. */
function splits({ config, post, find, platformKey }: WechatClient) {
  const root = '/v3/profitsharing';
  const result = splitShape(config.spMchid);
  return {
    async addReceiver(subMchid: string) {
      const serial = Object.keys(config.platformKeys)[0]!;
      const hidden = (text: string) => publicEncrypt({ key: platformKey(serial)!, padding: constants.RSA_PKCS1_OAEP_PADDING }, Buffer.from(text)).toString('base64');
      const body = {
        sub_mchid: subMchid, appid: config.spAppid, type: 'MERCHANT_ID', account: config.spMchid, relation_type: 'SERVICE_PROVIDER',
        ...(config.spName ? { name: hidden(config.spName) } : {}),
      };
      await post(`${root}/receivers/add`, body, z.object({ account: z.string() }), { 'Wechatpay-Serial': serial });
    },
    split: (p: Parameters<WechatPay['split']>[0]) => post(`${root}/orders`, {
      sub_mchid: p.subMchid, appid: config.spAppid, transaction_id: p.transactionId, out_order_no: p.splitId,
      receivers: [{ type: 'MERCHANT_ID', account: config.spMchid, amount: p.amountFen, description: cut(p.description, 80) }],
      unfreeze_unsplit: p.finish,
    }, result),
    unfreeze: (p: Parameters<WechatPay['unfreeze']>[0]) => post(`${root}/orders/unfreeze`, {
      sub_mchid: p.subMchid, transaction_id: p.transactionId, out_order_no: p.splitId, description: cut(p.description, 80),
    }, result),
    findSplit: (splitId: string, transactionId: string, subMchid: string) =>
      find(`${root}/orders/${enc(splitId)}?sub_mchid=${enc(subMchid)}&transaction_id=${enc(transactionId)}`, result),
    returnSplit: (p: Parameters<WechatPay['returnSplit']>[0]) => post(`${root}/return-orders`, {
      sub_mchid: p.subMchid, out_order_no: p.splitId, out_return_no: p.returnId, return_mchid: config.spMchid, amount: p.amountFen,
      description: cut(p.description, 80),
    }, returnShape),
    findReturn: (returnId: string, splitId: string, subMchid: string) =>
      find(`${root}/return-orders/${enc(returnId)}?sub_mchid=${enc(subMchid)}&out_order_no=${enc(splitId)}`, returnShape),
  };
}

/** 电商收付通 补差 (pay.weixin.qq.com/doc/v3/partner/4012477631). */
function subsidies({ post }: WechatClient) {
  const root = '/v3/ecommerce/subsidies';
  const order = (p: { transactionId: string; subMchid: string; description: string }) => ({ sub_mchid: p.subMchid, transaction_id: p.transactionId, description: cut(p.description, 80) });
  return {
    subsidize: (p: Parameters<WechatPay['subsidize']>[0]) => post(`${root}/create`, { ...order(p), amount: p.amountFen, out_subsidy_no: p.subsidyId }, subsidyShape),
    cancelSubsidy: (p: Parameters<WechatPay['cancelSubsidy']>[0]) => post(`${root}/cancel`, order(p), subsidyShape),
    returnSubsidy: (p: Parameters<WechatPay['returnSubsidy']>[0]) => post(`${root}/return`, {
      ...order(p), amount: p.amountFen, out_order_no: p.returnId, refund_id: p.refundProviderId,
    }, subsidyShape),
  };
}

/** 商家转账, scene 1005 佣金报酬, which wants 岗位类型 and 报酬说明 (pay.weixin.qq.com/doc/v3/merchant, 商家转账). */
function transfers({ config, post, find }: WechatClient) {
  const root = '/v3/fund-app/mch-transfer/transfer-bills';
  return {
    transfer: (p: Parameters<WechatPay['transfer']>[0]) => post(root, {
      appid: config.appid, out_bill_no: toBillNo(p.withdrawalId), transfer_scene_id: '1005', openid: p.openid, transfer_amount: p.amountFen,
      transfer_remark: cut(p.remark, 32), notify_url: p.notifyUrl,
      transfer_scene_report_infos: [
        { info_type: '岗位类型', info_content: '推荐人' },
        { info_type: '报酬说明', info_content: '推荐到店消费的返利' },
      ],
    }, transferShape),
    findTransfer: (withdrawalId: string) => find(`${root}/out-bill-no/${enc(toBillNo(withdrawalId))}`, transferShape),
  };
}

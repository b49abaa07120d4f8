/** What every phone of one test shares: the server, WeChat's far side, and what the merchant's keys can prove. */
import { createPublicKey, createVerify } from 'node:crypto';
import type { TestApp } from '../../support/app';

/** The address that the build was made with; the phone reaches the test's server under it. */
export const BUILT_BASE = process.env.TARO_APP_API_BASE ?? 'http://127.0.0.1:8787';

export interface PaymentParams { timeStamp: string; nonceStr: string; package: string; signType: string; paySign: string }

/** WeChat's own check before it shows the cashier: what is wrong with the parameters, or null. Source: 小程序调起支付签名. */
export function paymentProblem(t: TestApp, params: PaymentParams): string | null {
  const { appid, merchantPrivateKeyPem } = t.app.config.wechat;
  if (params.signType !== 'RSA') return 'signType';
  if (!/^\d{10}$/.test(params.timeStamp) || !/^[0-9A-Za-z_-]{1,32}$/.test(params.nonceStr)) return 'timeStamp or nonceStr';
  if (!/^prepay_id=\S+$/.test(params.package)) return 'package';
  const signed = `${appid}\n${params.timeStamp}\n${params.nonceStr}\n${params.package}\n`;
  const isTheirs = createVerify('RSA-SHA256').update(signed).verify(createPublicKey(merchantPrivateKeyPem), params.paySign, 'base64');
  return isTheirs ? null : 'paySign';
}

/** The waiting transfer that a package stands for, as WeChat finds it. */
export async function transferOf(t: TestApp, packageInfo: string): Promise<{ outBillNo: string } | undefined> {
  const response = await fetch(`${t.sandbox!.url}/sandbox/state?table=transfer`);
  const { transfer } = (await response.json()) as { transfer: { outBillNo: string; packageInfo: string }[] };
  return transfer.find((one) => one.packageInfo === packageInfo);
}

/** Pieces every WeChat Pay handler needs: numbers, digests, trade lookups, balances and their flow lines. */
import { createHash, randomBytes } from 'node:crypto';
import type { Body, Call, Sandbox } from '../context';
import { PayError, invalidRequest, paramError } from '../errors';
import type { Tx } from '../records';
import { digitsOf, parseRfc3339 } from '../time';

export const orderNotExist = (): PayError => new PayError(404, 'ORDER_NOT_EXIST', '订单不存在');
export const resourceNotExists = (message: string): PayError => new PayError(404, 'RESOURCE_NOT_EXISTS', message);
export const notEnough = (message: string): PayError => new PayError(403, 'NOT_ENOUGH', message);
export const repeatedDifferently = (): PayError => invalidRequest('请求重入时，参数与首次请求时不一致，请检查后再试');

/** JSON with sorted keys, so that the order of fields does not make two equal requests differ. */
const canonical = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value && typeof value === 'object') {
    return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${canonical((value as Record<string, unknown>)[key])}`).join(',')}}`;
  }
  return JSON.stringify(value) ?? 'null';
};

/** Digest of the business content; `except` names top-level fields a repeat may change (client IP and the like). */
export const digest = (body: Body, except: readonly string[] = []): string => {
  const kept = Object.fromEntries(Object.entries(body as Record<string, unknown>).filter(([key]) => !except.includes(key)));
  return createHash('sha256').update(canonical(kept)).digest('base64');
};

const padded = (n: number, width: number): string => String(n).padStart(width, '0');

/** 28 digits like a real one: 42000000 + day + sequence. */
export const newTransactionId = (sandbox: Sandbox): string =>
  `42000000${digitsOf(sandbox.now()).slice(0, 8)}${padded(sandbox.world.next(), 12)}`;
export const newRefundId = (sandbox: Sandbox): string => `503000${digitsOf(sandbox.now())}${padded(sandbox.world.next(), 9)}`;
export const newSplitId = (sandbox: Sandbox): string => `30${digitsOf(sandbox.now()).slice(0, 8)}${padded(sandbox.world.next(), 18)}`;
export const newTransferNo = (sandbox: Sandbox): string => `1330${digitsOf(sandbox.now())}${padded(sandbox.world.next(), 20)}`;
export const newPrepayId = (sandbox: Sandbox): string => `wx${digitsOf(sandbox.now())}${randomBytes(10).toString('hex')}`;

/** The merchant number that owns the money of a payment. */
export const payeeOf = (tx: Tx): string => tx.subMchid ?? tx.mchid;

export const requireQuery = (call: Call, name: string): string => {
  const value = call.query.get(name);
  if (!value) throw paramError(`/query/${name}`, '此字段为必填项');
  return value;
};

/** The caller may only name itself as (service provider) merchant. */
export const requireOwnMchid = (sandbox: Sandbox, mchid: string, field: string): void => {
  if (mchid !== sandbox.keys.saved.spMchid) throw paramError(field, '商户号与签名的商户号不一致', mchid);
};

export const requireBoundAppid = (sandbox: Sandbox, appid: string): void => {
  if (appid !== sandbox.keys.saved.appid) throw new PayError(400, 'APPID_MCHID_NOT_MATCH', 'appid和mch_id不匹配，请检查后再试');
};

export const requireSubMchid = (sandbox: Sandbox, subMchid: string | undefined): void => {
  if (subMchid === undefined) return;
  if (subMchid === sandbox.keys.saved.spMchid) throw paramError('/body/sub_mchid', '子商户mchid不能与自身mchid相同', subMchid);
  if (!/^\d{8,10}$/.test(subMchid)) throw paramError('/body/sub_mchid', '商户号应为8-10位数字', subMchid);
  if (sandbox.settings.unboundSubMchids.includes(subMchid)) throw new PayError(403, 'NO_AUTH', '受理关系不存在');
};

export const readExpiry = (value: string | undefined, fallbackMs: number, nowMs: number): number => {
  if (value === undefined) return fallbackMs;
  const ms = parseRfc3339(value);
  if (ms === undefined) throw paramError('/body/time_expire', '应为rfc3339格式', value);
  if (ms <= nowMs) throw paramError('/body/time_expire', '交易结束时间应晚于当前时间', value, 'time_expire时间过短，刷卡至少1分钟，其他5分钟');
  return ms;
};

/** notify_url: http(s), a path, no query. Official samples carry a leading space, so it is trimmed. */
export const checkNotifyUrl = (value: string | undefined): void => {
  if (value === undefined) return;
  const url = value.trim();
  if (!/^https?:\/\//.test(url)) throw paramError('/body/notify_url', '回调地址必须以http://或https://开头', value);
  if (/[?#]/.test(url)) throw paramError('/body/notify_url', '回调地址不能携带参数', value);
};

export const checkOpenid = (openid: string | undefined, field: string): void => {
  if (openid !== undefined && !/^o[0-9A-Za-z_-]{27}$/.test(openid)) throw paramError(field, '无效的openid', openid, '无效的openid');
};

/** Moves available money of a merchant number and writes the flow line; the caller has checked that it suffices. */
export const moveBalance = (
  sandbox: Sandbox,
  input: { mchid: string; amountFen: number; kind: string; businessNo: string; voucherNo: string; note?: string },
): void => {
  if (input.amountFen === 0) return;
  const balance = balanceOf(sandbox, input.mchid);
  balance.availableFen += input.amountFen;
  sandbox.world.save('balance', balance);
  const key = `${input.mchid}|${sandbox.world.next()}`;
  sandbox.world.save('flow', {
    key, mchid: input.mchid, atMs: sandbox.now(), businessNo: input.businessNo, kind: input.kind,
    amountFen: input.amountFen, balanceFen: balance.availableFen, note: input.note ?? '', voucherNo: input.voucherNo,
  });
};

/** A service provider starts with ¥1,000,000 of its own, so that transfers and subsidies work out of the box. */
const OWN_MONEY_FEN = 100_000_000;

export const balanceOf = (sandbox: Sandbox, mchid: string): { key: string; availableFen: number } =>
  sandbox.world.get('balance', mchid) ?? { key: mchid, availableFen: mchid === sandbox.keys.saved.spMchid ? OWN_MONEY_FEN : 0 };

/** WeChat's fee in fen, rounded half up on integers. */
export const feeOf = (totalFen: number, feeBps: number): number => Math.floor((totalFen * feeBps + 5000) / 10_000);

/** What the stand-in remembers. Plain JSON records, amounts in fen, instants in epoch ms of the sandbox clock. */

export type TradeType = 'JSAPI' | 'NATIVE' | 'MWEB' | 'APP';
type TradeState = 'NOTPAY' | 'SUCCESS' | 'CLOSED' | 'REFUND';

/** One payment: a partner order, a plain merchant order, or one sub-order of a combined payment. */
export interface Tx {
  /** mchid|out_trade_no, mchid being the caller's (sp_mchid or mchid). */
  key: string;
  mode: 'partner' | 'merchant' | 'combine';
  combineKey?: string;
  mchid: string;
  appid: string;
  subMchid?: string;
  subAppid?: string;
  outTradeNo: string;
  tradeType: TradeType;
  description: string;
  attach?: string;
  notifyUrl: string;
  openid?: string;
  subOpenid?: string;
  totalFen: number;
  profitSharing: boolean;
  /** Paid to the payee so far; announced when it was ordered; asked for or taken off already (one for an order). */
  subsidyFen: number;
  subsidyMaxFen: number;
  subsidySettled: boolean;
  /** Digest of the request body, to tell a repeat from a changed repeat. */
  bodyHash: string;
  createdAtMs: number;
  expiresAtMs: number;
  prepayId: string;
  prepayAtMs: number;
  state: TradeState;
  transactionId?: string;
  paidAtMs?: number;
  payerOpenid?: string;
  closedAtMs?: number;
  failReason?: string;
  feeFen: number;
  /** Refunds accepted and not failed; ≤ totalFen. */
  refundedFen: number;
  /** Fee given back by those refunds. */
  feeReturnedFen: number;
  refundCount: number;
  /** Money still frozen for profit sharing. */
  frozenFen: number;
  splitFen: number;
  splitCount: number;
  /** No further split is possible: unfrozen by call, by unfreeze_unsplit, or by time. */
  splitFinished: boolean;
}

export interface Combine {
  key: string;
  mchid: string;
  appid: string;
  outTradeNo: string;
  tradeType: TradeType;
  openid?: string;
  notifyUrl: string;
  bodyHash: string;
  prepayId: string;
  prepayAtMs: number;
  expiresAtMs: number;
  txKeys: string[];
}

export type RefundState = 'PROCESSING' | 'SUCCESS' | 'CLOSED' | 'ABNORMAL';

export interface Refund {
  key: string;
  refundId: string;
  outRefundNo: string;
  txKey: string;
  subMchid?: string;
  totalFen: number;
  refundFen: number;
  feeReturnedFen: number;
  fromFrozenFen: number;
  fromAvailableFen: number;
  reason?: string;
  notifyUrl?: string;
  bodyHash: string;
  state: RefundState;
  createdAtMs: number;
  successAtMs?: number;
  ecommerce?: boolean;
}

export interface SplitPart {
  type: string;
  account: string;
  amountFen: number;
  description: string;
  result: 'PENDING' | 'SUCCESS' | 'CLOSED';
  failReason?: string;
  detailId: string;
  createdAtMs: number;
  finishedAtMs?: number;
}

export interface Split {
  key: string;
  kind: 'split' | 'unfreeze';
  ecommerce: boolean;
  orderId: string;
  outOrderNo: string;
  txKey: string;
  subMchid?: string;
  state: 'PROCESSING' | 'FINISHED';
  unfreezeRest: boolean;
  bodyHash: string;
  parts: SplitPart[];
  createdAtMs: number;
}

export interface SplitReturn {
  key: string;
  ecommerce: boolean;
  returnId: string;
  outReturnNo: string;
  splitKey: string;
  subMchid?: string;
  returnMchid: string;
  amountFen: number;
  description: string;
  bodyHash: string;
  result: 'PROCESSING' | 'SUCCESS' | 'FAILED';
  failReason?: string;
  createdAtMs: number;
  finishedAtMs: number;
}

interface Receiver { key: string; payee: string; type: string; account: string; name?: string; relationType: string; customRelation?: string }

type TransferState = 'ACCEPTED' | 'WAIT_USER_CONFIRM' | 'TRANSFERING' | 'SUCCESS' | 'FAIL' | 'CANCELING' | 'CANCELLED';

export interface Transfer {
  key: string;
  mchid: string;
  appid: string;
  outBillNo: string;
  transferBillNo: string;
  sceneId: string;
  openid: string;
  userName?: string;
  amountFen: number;
  remark: string;
  notifyUrl?: string;
  bodyHash: string;
  packageInfo: string;
  state: TransferState;
  failReason?: string;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface Subsidy {
  key: string;
  kind: 'create' | 'return' | 'cancel';
  subsidyId: string;
  txKey: string;
  outNo: string;
  /** WeChat's refund that a return belongs to. */
  refundId?: string;
  amountFen: number;
  description: string;
  bodyHash: string;
  createdAtMs: number;
}

/** Available balance of a merchant number (settled money it may refund or transfer from). */
interface Balance { key: string; availableFen: number }

/** One line of the fund-flow bill. */
interface Flow { key: string; mchid: string; atMs: number; businessNo: string; kind: string; amountFen: number; balanceFen: number; note: string; voucherNo: string }

export interface Notice {
  key: string;
  id: string;
  url: string;
  eventType: string;
  originalType: string;
  summary: string;
  plaintext: string;
  createdAtMs: number;
  attempts: number;
  done: boolean;
  lastStatus?: string;
}

export interface WxUser { key: string; user: string; openid: string; unionid: string; sessionKey: string; riskRank: number }
interface WxCode { key: string; kind: 'login' | 'phone'; value: string; issuedAtMs: number; used: boolean }
interface Consent { key: string; openid: string; templateId: string; left: number }
interface Message { key: string; openid: string; templateId: string; page?: string; data: unknown; atMs: number }
/** 动态消息 in a chat: what it says by now. */
interface Activity { key: string; expiresAtMs: number; state: 0 | 1 | null; parameters: Record<string, string> }
export interface Sms { key: string; phone: string; text: string; atMs: number }
export interface Shipping { key: string; transactionId: string; body: unknown; corrections: number; state: number; atMs: number }
interface Meta { key: string; value: number }

export interface Tables {
  tx: Tx;
  combine: Combine;
  refund: Refund;
  split: Split;
  splitReturn: SplitReturn;
  receiver: Receiver;
  transfer: Transfer;
  subsidy: Subsidy;
  balance: Balance;
  flow: Flow;
  notice: Notice;
  wxUser: WxUser;
  wxCode: WxCode;
  consent: Consent;
  message: Message;
  activity: Activity;
  sms: Sms;
  shipping: Shipping;
  meta: Meta;
}

export const TABLE_NAMES = [
  'tx', 'combine', 'refund', 'split', 'splitReturn', 'receiver', 'transfer', 'subsidy', 'balance', 'flow', 'notice',
  'wxUser', 'wxCode', 'consent', 'message', 'activity', 'sms', 'shipping', 'meta',
] as const satisfies readonly (keyof Tables)[];

/**
 * Switches of the stand-in: how it behaves when all is well (settings) and what it does wrong on purpose (faults).
 * Figures are the official ones unless a comment says otherwise; each can be changed through /sandbox/*.
 */

export interface Settings {
  /** Highest share of an order that may be split away, in 1/10000 (default cap 30 %). */
  maxSplitBps: number;
  /** 30 days; 180 on 电商收付通. Then the rest unfreezes by itself. */
  freezeDays: number;
  /** WeChat's own fee, 0.6 % by default, rounded half up per order. */
  feeBps: number;
  /** Real milliseconds until an accepted refund succeeds. */
  refundDelayMs: number;
  /** Real milliseconds until an accepted split is finished. */
  splitDelayMs: number;
  /** Share of real waiting in the notice schedule: 1 is official (15 s … 6 h), 0.01 makes 15 s into 150 ms. */
  retryScale: number;
  noticeTimeoutMs: number;
  /** Real milliseconds until a call that is never answered (a timeout fault) is hung up. */
  hangMs: number;
  /** Hour of day T+1 from which bills of day T exist. Officially 9; 0 keeps tests free of the wall clock. */
  billReadyHour: number;
  /** Where split receivers of type MERCHANT_ID (us) get 分账动账通知; empty: none is sent. */
  splitNotifyUrl: string;
  /** Loopback URL for mini-program server pushes (media check verdicts); empty: none. */
  messagePushUrl: string;
  /** Merchant numbers that are not this service provider's sub-merchants. */
  unboundSubMchids: string[];
  /** out_trade_no and out_refund_no whose lines the trade bill leaves out (F-38). */
  billLeavesOut: string[];
}

export const DEFAULT_SETTINGS: Settings = {
  maxSplitBps: 3000,
  freezeDays: 180,
  feeBps: 60,
  refundDelayMs: 1000,
  splitDelayMs: 300,
  retryScale: 1,
  noticeTimeoutMs: 5000,
  hangMs: 30_000,
  billReadyHour: 0,
  splitNotifyUrl: '',
  messagePushUrl: '',
  unboundSubMchids: [],
  billLeavesOut: [],
};

export type EndpointFaultKind = 'timeoutBefore' | 'timeoutAfterAccept' | 'http500' | 'http500AfterAccept' | 'http429' | 'latency';

export interface EndpointFault {
  /** Route name such as `refund`, or `*`. */
  endpoint: string;
  fault: EndpointFaultKind;
  /** How many more calls it hits. */
  times: number;
  latencyMs: number;
}

export interface NoticeFaults {
  /** Each notice is sent this many times at once (F-01). */
  copies: number;
  delayMs: number;
  /** How many coming notices are never sent (F-05); -1 loses all. */
  lose: number;
  /** Notices wait for each other a moment and leave in reverse order (F-04). */
  reorder: boolean;
  /** Each notice is preceded by one with a deliberately bad signature (F-32). */
  badSignatureProbe: boolean;
  /** Keeps everything until /sandbox/flush. */
  hold: boolean;
  /** Loopback URL that gets the notices instead of their own. */
  sendTo: string;
  /** Dotted path → value written into the plaintext of coming notices, genuinely signed (F-33, A-28). */
  override: Record<string, unknown>;
}

export const DEFAULT_NOTICE_FAULTS: NoticeFaults = {
  copies: 1, delayMs: 0, lose: 0, reorder: false, badSignatureProbe: false, hold: false, sendTo: '', override: {},
};

export interface Faults {
  notices: NoticeFaults;
  endpoints: EndpointFault[];
}

export const noFaults = (): Faults => ({ notices: { ...DEFAULT_NOTICE_FAULTS, override: {} }, endpoints: [] });

/** Takes one hit of the first fault that fits the route, if any. */
export const takeFault = (faults: Faults, endpoint: string): EndpointFault | undefined => {
  const at = faults.endpoints.findIndex((fault) => fault.endpoint === endpoint || fault.endpoint === '*');
  if (at < 0) return undefined;
  const fault = faults.endpoints[at]!;
  fault.times -= 1;
  if (fault.times <= 0) faults.endpoints.splice(at, 1);
  return fault;
};

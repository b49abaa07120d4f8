/** Whether what WeChat says belongs to what we asked for. Pure. Guards I-09, F-33, A-28. */
interface Intent { amountFen: number; currency: string; subMchid: string }
export interface Told { amountFen: number; currency: string; subMchid: string; spMchid: string; appid: string; subAppid: string | null; state: string; transactionId: string; successAtMs: number | null }

/** Null when everything fits; else what differs, for the quarantine. */
export function decideMismatch(intent: Intent, told: Told, own: { spMchid: string; spAppid: string; appid: string }): string | null {
  if (told.amountFen !== intent.amountFen) return `amount ${told.amountFen} instead of ${intent.amountFen}`;
  if (told.currency !== intent.currency) return `currency ${told.currency} instead of ${intent.currency}`;
  if (told.subMchid !== intent.subMchid) return 'another merchant';
  if (told.spMchid !== own.spMchid) return 'another platform';
  if (told.appid !== own.spAppid || (told.subAppid !== null && told.subAppid !== own.appid)) return 'another app';
  if (!told.transactionId || told.successAtMs === null) return 'no transaction';
  return null;
}

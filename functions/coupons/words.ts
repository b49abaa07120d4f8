/** How a coupon is said: its short name, where it can be used, who pays for it. Pure; amounts in whole fen. */
import type { CouponAudience, CouponKind } from '../contract/states';

type Language = 'zh' | 'en';
export interface FaceRow {
  title: string; kind: CouponKind; audience: CouponAudience; thresholdFen: number; amountFen: number; offBps: number; capFen: number; merchantId: string | null; merchantName: string | null; logoInk: string | null;
  dealId: string | null; dealIds: readonly string[]; storeIds: readonly string[]; platformBps: number; isTransferable: boolean;
  /** Of the exchanged deal, else of the first it is limited to. */
  dealTitle: string | null;
}

export const faceOf = (row: FaceRow, language: Language) => ({
  title: row.title, summary: summaryOf(row, language), kind: row.kind, audience: row.audience, thresholdFen: row.thresholdFen, amountFen: row.amountFen, offBps: row.offBps, capFen: row.capFen,
  merchantId: row.merchantId, merchantName: row.merchantName, logoInk: row.logoInk, dealId: row.dealId, dealTitle: row.dealTitle,
  scopeText: scopeOf(row, language), paidByText: paidByOf(row, language), isTransferable: row.isTransferable,
});

/** 满 100 减 15 · 满 100 打 8.5 折，最多减 20 · 1 分换酸梅汤 */
function summaryOf(row: FaceRow, language: Language): string {
  const over = row.thresholdFen > 0 ? short(row.thresholdFen) : null;
  if (language === 'zh') {
    if (row.kind === 'amount') return over ? `满 ${over} 减 ${short(row.amountFen)}` : `立减 ${short(row.amountFen)}`;
    if (row.kind === 'percent') return `${over ? `满 ${over} 打 ` : ''}${decimal(10_000 - row.offBps, 3)} 折，最多减 ${short(row.capFen)}`;
    return `${over ? `满 ${over}，` : ''}1 分换${row.dealTitle ?? ''}`;
  }
  if (row.kind === 'amount') return over ? `¥${short(row.amountFen)} off ¥${over}` : `¥${short(row.amountFen)} off`;
  if (row.kind === 'percent') return `${decimal(row.offBps, 2)}% off${over ? ` from ¥${over}` : ''}, up to ¥${short(row.capFen)}`;
  return `${row.dealTitle ?? ''} for ¥0.01${over ? ` from ¥${over}` : ''}`;
}

function scopeOf(row: FaceRow, language: Language): string {
  const zh = language === 'zh';
  const who = row.merchantName ?? (zh ? '全平台' : 'All shops');
  if (row.dealIds.length === 1) return zh ? `${who} · 限「${row.dealTitle ?? ''}」` : `${who} · “${row.dealTitle ?? ''}” only`;
  if (row.dealIds.length > 1) return zh ? `${who} · 限 ${row.dealIds.length} 个优惠` : `${who} · ${row.dealIds.length} deals only`;
  if (row.storeIds.length > 0) return zh ? `${who} · 限 ${row.storeIds.length} 家店` : `${who} · ${row.storeIds.length} ${row.storeIds.length === 1 ? 'store' : 'stores'} only`;
  return zh ? `${who}通用` : row.merchantName ? `Everything at ${who}` : who;
}

function paidByOf({ platformBps, merchantName }: FaceRow, language: Language): string {
  const who = merchantName ?? (language === 'zh' ? '商家' : 'the shop');
  const ours = language === 'zh' ? '聚客' : 'Juke';
  if (platformBps === 0) return language === 'zh' ? `优惠由${who}承担` : `Paid by ${who}`;
  if (platformBps === 10_000) return language === 'zh' ? `优惠由${ours}承担` : `Paid by ${ours}`;
  const [a, b] = [decimal(platformBps, 2), decimal(10_000 - platformBps, 2)];
  return language === 'zh' ? `优惠由${ours}承担 ${a}%，${who}承担 ${b}%` : `Paid ${a}% by ${ours}, ${b}% by ${who}`;
}

/** 10000 → 100, 1550 → 15.50: yuan, without .00. */
export function short(fen: number): string {
  const digits = String(fen).padStart(3, '0');
  return digits.slice(0, -2) + (digits.endsWith('00') ? '' : `.${digits.slice(-2)}`);
}
/** A whole number with its last `places` digits behind the point, without trailing zeros: 850, 2 → 8.5. */
function decimal(value: number, places: number): string {
  const digits = String(value).padStart(places + 1, '0');
  const rest = digits.slice(-places).replace(/0+$/, '');
  return digits.slice(0, -places) + (rest ? `.${rest}` : '');
}

/**
 * Pure helpers of the screens' answers: the rebate shown, opening hours, distance, money as text. Guards I-24, A-11,
 * A-38.
 */
import { rewardOfFen } from '../contract/money';

export type Language = 'zh' | 'en';
interface Terms {
  priceFen: number;
  friendDiscountFen: number;
  rebateBps: number;
  rebateCapFen: number;
}
export interface Hours {
  opensAtMinute: number;
  closesAtMinute: number;
}
export interface Position {
  lat: number;
  lng: number;
}

/**
 * What a sharer earns on one unit at the friend's price: floor to the fen, at most the caps, 0 below the least that is
 * paid.
 */
export function shownRebateFen(terms: Terms): number {
  return rewardOfFen(terms.priceFen - terms.friendDiscountFen, terms.rebateBps, terms.rebateCapFen);
}

const SHANGHAI_MS = 8 * 3_600_000;
/** Minute of the day in Asia/Shanghai (no summer time since 1991). */
export const minuteOfDay = (nowMs: number) => Math.floor((nowMs + SHANGHAI_MS) / 60_000) % 1_440;

const isAllDay = ({ opensAtMinute: from, closesAtMinute: to }: Hours) => from === to || (from === 0 && to === 1_440);

/** Half-open [opens, closes); closing before opening means after midnight; equal means round the clock. */
export function isOpenAt(hours: Hours, minute: number): boolean {
  const { opensAtMinute: from, closesAtMinute: to } = hours;
  if (isAllDay(hours)) return true;
  return from < to ? minute >= from && minute < to : minute >= from || minute < to;
}

const clock = (minute: number) =>
  `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

export function hoursText(hours: Hours, language: Language): string {
  const { opensAtMinute: from, closesAtMinute: to } = hours;
  if (isAllDay(hours)) return language === 'zh' ? '全天营业' : 'Open 24 hours';
  const isNextDay = to < from;
  if (language === 'zh') return `每天 ${clock(from)}–${isNextDay ? '次日 ' : ''}${clock(to)}`;
  return `Daily ${clock(from)}–${clock(to)}${isNextDay ? ' (next day)' : ''}`;
}

/** One sentence for a deal of several stores. */
export function dealHoursText(stores: readonly Hours[], language: Language): string {
  const texts = new Set(stores.map((s) => hoursText(s, language)));
  if (texts.size === 1) return [...texts][0]!;
  return language === 'zh' ? '各店不同，见门店' : 'Differs by shop';
}

const EARTH_M = 6_371_009;
const rad = (e6: number) => (e6 / 1e6) * (Math.PI / 180);
/** Great-circle distance of two positions in micro-degrees, in whole metres. */
export function distanceM(a: Position, b: Position): number {
  const h =
    Math.sin((rad(b.lat) - rad(a.lat)) / 2) ** 2 +
    Math.cos(rad(a.lat)) * Math.cos(rad(b.lat)) * Math.sin((rad(b.lng) - rad(a.lng)) / 2) ** 2;
  return Math.round(2 * EARTH_M * Math.asin(Math.min(1, Math.sqrt(h))));
}

/** ¥1,234.50, −¥3.00: always two decimals, whole numbers only. */
export function yuan(fen: number): string {
  const whole = Math.abs(fen);
  const cents = whole % 100;
  const head = String((whole - cents) / 100).replace(/\B(?=(\d{3})+$)/g, ',');
  return `${fen < 0 ? '−' : ''}¥${head}.${String(cents).padStart(2, '0')}`;
}

const two = (n: number) => String(n).padStart(2, '0');
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** 7 月 18 日 12:02 · 18 Jul 12:02, in Asia/Shanghai. */
export function timeText(atMs: number, language: Language): string {
  const at = new Date(atMs + SHANGHAI_MS);
  const time = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}`;
  return language === 'zh'
    ? `${at.getUTCMonth() + 1} 月 ${at.getUTCDate()} 日 ${time}`
    : `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]} ${time}`;
}
/** The last whole day before a half-open end at midnight: what "valid until" means to a person. */
export function dayText(atMs: number, language: Language): string {
  const at = new Date(atMs + SHANGHAI_MS);
  return language === 'zh'
    ? `${at.getUTCMonth() + 1} 月 ${at.getUTCDate()} 日`
    : `${at.getUTCDate()} ${MONTHS[at.getUTCMonth()]}`;
}

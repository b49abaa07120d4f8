// Money, numbers, dates and distances as the design writes them, without Intl (absent or partial in mini-programs).
// Amounts are integer fen, times are ms and shown in Asia/Shanghai (UTC+8, no summer time).
import type { Language } from '@/state/settings';

const SHANGHAI_MS = 8 * 3_600_000;
const DAY_MS = 86_400_000;
/** U+2212, the minus of money. */
const MINUS = '\u2212';
const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const WEEKDAYS = { zh: ['周日', '周一', '周二', '周三', '周四', '周五', '周六'], en: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] };

export function groupDigits(value: number): string {
  return String(Math.abs(Math.trunc(value))).replace(/\B(?=(\d{3})+$)/g, ',');
}

interface PriceParts {
  sign: '' | typeof MINUS;
  integer: string;
  /** '.90' or '' */
  decimals: string;
}

/** Parts of an amount: exact always has two decimals (orders, wallet), otherwise .00 goes (browsing). */
export function priceParts(amountFen: number, exact: boolean): PriceParts {
  const fen = Math.abs(amountFen);
  const two = `.${String(fen % 100).padStart(2, '0')}`;
  const decimals = exact || two !== '.00' ? two : '';
  return { sign: amountFen < 0 ? MINUS : '', integer: groupDigits(Math.floor(fen / 100)), decimals };
}

/** `¥128`, `¥39.90`: while browsing. */
export function price(amountFen: number): string {
  const { sign, integer, decimals } = priceParts(amountFen, false);
  return `${sign}¥${integer}${decimals}`;
}

/** `¥128.00`, `−¥10.00`: orders, wallet, statements. */
export function money(amountFen: number): string {
  const { sign, integer, decimals } = priceParts(amountFen, true);
  return `${sign}¥${integer}${decimals}`;
}

/** `+¥9.00`, `−¥9.00`: a line of a wallet. */
export function signedMoney(amountFen: number): string {
  return amountFen > 0 ? `+${money(amountFen)}` : money(amountFen);
}

/** `12,480`, and from ten thousand people on `2.3 万` (zh) or `23k` (en), rounded down. */
export function people(count: number, language: Language): string {
  if (count < 10_000) return groupDigits(count);
  if (language === 'en') return `${groupDigits(Math.floor(count / 1_000))}k`;
  const tenths = Math.floor(count / 1_000);
  return `${groupDigits(Math.floor(tenths / 10))}${tenths % 10 ? `.${tenths % 10}` : ''} 万`;
}

/** `380m`, `1.2km`, `12km`. */
export function distance(metres: number): string {
  if (metres < 1_000) return `${Math.max(10, Math.floor(metres / 10) * 10)}m`;
  return metres < 10_000 ? `${(Math.floor(metres / 100) / 10).toFixed(1)}km` : `${Math.floor(metres / 1_000)}km`;
}

interface Clock {
  year: number;
  month: number;
  day: number;
  weekday: number;
  hour: number;
  minute: number;
  second: number;
}

/** Calendar and clock in Shanghai. Month from 1. */
export function shanghai(atMs: number): Clock {
  const date = new Date(atMs + SHANGHAI_MS);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    weekday: date.getUTCDay(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

const two = (value: number) => String(value).padStart(2, '0');

/** `18:41` */
export function timeOfDay(atMs: number): string {
  const { hour, minute } = shanghai(atMs);
  return `${two(hour)}:${two(minute)}`;
}

/** `18:41:26` */
export function timeWithSeconds(atMs: number): string {
  return `${timeOfDay(atMs)}:${two(shanghai(atMs).second)}`;
}

/** `7 月 18 日`, `18 Jul`; with the year when it is not the year of `nowMs`. */
export function day(atMs: number, language: Language, nowMs = atMs): string {
  const at = shanghai(atMs);
  const otherYear = at.year !== shanghai(nowMs).year;
  if (language === 'en') return `${at.day} ${MONTHS[at.month - 1]}${otherYear ? ` ${at.year}` : ''}`;
  return `${otherYear ? `${at.year} 年 ` : ''}${at.month} 月 ${at.day} 日`;
}

/** `7 月 18 日 12:02`, `18 Jul 12:02` */
export function dayTime(atMs: number, language: Language, nowMs = atMs): string {
  return `${day(atMs, language, nowMs)} ${timeOfDay(atMs)}`;
}

/** `20:38` today, `7 月 18 日 20:38` on another day. */
export function soonTime(atMs: number, language: Language, nowMs: number): string {
  return daysBetween(nowMs, atMs) === 0 ? timeOfDay(atMs) : dayTime(atMs, language, nowMs);
}

export function weekday(atMs: number, language: Language): string {
  return WEEKDAYS[language][shanghai(atMs).weekday] ?? '';
}

/** Of a day of the week, 1 (Monday) … 7. */
export function weekdayName(day: number, language: Language): string {
  return WEEKDAYS[language][day % 7] ?? '';
}

/** Whole Shanghai days between two moments: 0 is the same day. */
export function daysBetween(fromMs: number, toMs: number): number {
  return Math.floor((toMs + SHANGHAI_MS) / DAY_MS) - Math.floor((fromMs + SHANGHAI_MS) / DAY_MS);
}

interface Left {
  hours: string;
  minutes: string;
  seconds: string;
}

/** What is left as two-digit parts (hours may be more), rounded up to the second; never negative. */
export function left(leftMs: number): Left {
  const total = Math.max(0, Math.ceil(leftMs / 1_000));
  return { hours: two(Math.floor(total / 3_600)), minutes: two(Math.floor(total / 60) % 60), seconds: two(total % 60) };
}

/** `17:42:09` */
export function clockLeft(leftMs: number): string {
  const { hours, minutes, seconds } = left(leftMs);
  return `${hours}:${minutes}:${seconds}`;
}

/** Within 24 hours `剩 17:42:09`, beyond `7 月 18 日 12:02 前`. Never counts below zero. */
export function deadline(atMs: number, nowMs: number, language: Language): string {
  if (atMs - nowMs > DAY_MS) {
    const when = dayTime(atMs, language, nowMs);
    return language === 'en' ? `before ${when}` : `${when} 前`;
  }
  const rest = clockLeft(atMs - nowMs);
  return language === 'en' ? `${rest} left` : `剩 ${rest}`;
}

/** `4 分 52 秒`, `4 min 52 s`; under a minute seconds only. */
export function minutesLeft(leftMs: number, language: Language): string {
  const total = Math.max(0, Math.ceil(leftMs / 1_000));
  const [minutes, seconds] = [Math.floor(total / 60), total % 60];
  if (language === 'en') return minutes ? `${minutes} min ${seconds} s` : `${seconds} s`;
  return minutes ? `${minutes} 分 ${seconds} 秒` : `${seconds} 秒`;
}

/** `482719063350` → `4827 1906 3350` */
export function groupCode(code: string): string {
  return code.replace(/\s/g, '').replace(/(.{4})(?=.)/g, '$1 ');
}

/** Sentences one after another: a space between English ones, none between Chinese ones. */
export function sentences(language: Language, ...texts: string[]): string {
  return texts.filter(Boolean).join(language === 'en' ? ' ' : '');
}

/** Basis points as a percentage: 300 → `3%`, 250 → `2.5%`. */
export function percent(bps: number): string {
  return `${String(bps / 100)}%`;
}

/** `渡口老灶（桥弄街店）`, `Old Stove (Bridge Lane)`; a shop that carries its merchant's name, or is it, stays as it is. */
export function shopName(merchantName: string, storeName: string, language: Language): string {
  if (!storeName || storeName.includes(merchantName)) return storeName || merchantName;
  return language === 'en' ? `${merchantName} (${storeName})` : `${merchantName}（${storeName}）`;
}

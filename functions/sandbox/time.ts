/**
 * Time as WeChat writes it: RFC 3339 in +08:00 and bill days in Asia/Shanghai (which has had no daylight
 * saving since 1991, so a fixed offset is exact for every date the stand-in can meet).
 */

const SHANGHAI_OFFSET_MS = 8 * 3600_000;

export const DAY_MS = 86_400_000;

/** `2018-06-08T10:34:56+08:00`; milliseconds are dropped, as WeChat Pay does. */
export const rfc3339 = (ms: number): string =>
  `${new Date(ms + SHANGHAI_OFFSET_MS).toISOString().slice(0, 19)}+08:00`;

/** `2018-06-08 10:34:56`, the form used inside bills. */
export const billTime = (ms: number): string =>
  new Date(ms + SHANGHAI_OFFSET_MS).toISOString().slice(0, 19).replace('T', ' ');

/** `2018-06-08`, the Shanghai day that holds the instant. */
export const shanghaiDay = (ms: number): string => new Date(ms + SHANGHAI_OFFSET_MS).toISOString().slice(0, 10);

/** Hour 0…23 of the Shanghai day. */
export const shanghaiHour = (ms: number): number => new Date(ms + SHANGHAI_OFFSET_MS).getUTCHours();

/** Digits of the Shanghai instant, `20180608103456`, used inside WeChat's numbers. */
export const digitsOf = (ms: number): string => billTime(ms).replace(/\D/g, '');

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;

/** Epoch milliseconds, or undefined when the text is not RFC 3339. */
export const parseRfc3339 = (text: string): number | undefined => {
  if (!RFC3339.test(text)) return undefined;
  const ms = Date.parse(text);
  return Number.isNaN(ms) ? undefined : ms;
};

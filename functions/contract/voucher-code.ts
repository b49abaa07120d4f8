/**
 * The rotating voucher code, derived alike on the phone (also without signal) and on the server. Guards A-08, A-09, A-10.
 * secret: 128 bits, hex. Window: floor(clock / 60 s). Mac: HMAC-SHA256(secret, "<locator>.<window>").
 * Typed code: 6 digits locator (unique among a merchant's live vouchers) + 6 digits of the mac.
 * QR text: "JK1.<voucherId>.<window base 36>.<20 hex digits of the mac>" (80 bits).
 */
import { VOUCHER_CODE_STEP_MS } from './limits';

/** HMAC-SHA256 over UTF-8 text with a hex key, as lower-case hex: node:crypto on the server, @noble/hashes on the phone. */
export type HmacHex = (keyHex: string, text: string) => string;

export function codeWindow(nowMs: number): number {
  return Math.floor(nowMs / VOUCHER_CODE_STEP_MS);
}

/** 12 digits to type: locator, then six of the mac's digits for this window. */
export function typedCode(hmac: HmacHex, secret: string, locator: string, window: number): string {
  const mac = hmac(secret, `${locator}.${window}`);
  return locator + String(parseInt(mac.slice(-12), 16) % 1_000_000).padStart(6, '0');
}

export function qrText(hmac: HmacHex, secret: string, locator: string, voucherId: string, window: number): string {
  return `JK1.${voucherId}.${window.toString(36)}.${hmac(secret, `${locator}.${window}`).slice(0, 20)}`;
}

export type ReadCode =
  | { kind: 'typed'; locator: string; digits: string }
  | { kind: 'qr'; voucherId: string; window: number; mac: string };

/** What was scanned or typed, or null when it is no voucher code of ours. Spaces in typed digits are ignored. */
export function readCode(text: string): ReadCode | null {
  const digits = text.replace(/[\s-]/g, '');
  if (/^\d{12}$/.test(digits)) return { kind: 'typed', locator: digits.slice(0, 6), digits };
  const qr = /^JK1\.(vch_[0-9a-z]{8,28})\.([0-9a-z]{1,8})\.([0-9a-f]{20})$/.exec(text.trim());
  return qr ? { kind: 'qr', voucherId: qr[1]!, window: parseInt(qr[2]!, 36), mac: qr[3]! } : null;
}

// The rotating code on the phone, with or without signal: the same derivation as the server's (contract/voucher-code).
// Guards.
import { hmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { codeWindow, qrText, typedCode } from '@contract/voucher-code';
import { VOUCHER_CODE_STEP_MS } from '@contract/limits';

function bytesOfHex(hex: string): Uint8Array {
  const bytes = new Uint8Array(hex.length / 2);
  for (let i = 0; i < bytes.length; i += 1) bytes[i] = parseInt(hex.slice(i * 2, i * 2 + 2), 16);
  return bytes;
}

function bytesOfAscii(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) bytes[i] = text.charCodeAt(i);
  return bytes;
}

/** HMAC-SHA256 with a hex key over ASCII text, as lower-case hex. */
export function hmacHex(keyHex: string, text: string): string {
  const mac = hmac(sha256, bytesOfHex(keyHex), bytesOfAscii(text));
  let hex = '';
  for (let i = 0; i < mac.length; i += 1) hex += (mac[i] as number).toString(16).padStart(2, '0');
  return hex;
}

export interface Codes {
  /** 12 digits to type */
  typed: string;
  qr: string;
  /** until both change */
  secondsLeft: number;
}

export function voucherCodes(voucher: { secret: string; locator: string; voucherId: string }, nowMs: number): Codes {
  const window = codeWindow(nowMs);
  return {
    typed: typedCode(hmacHex, voucher.secret, voucher.locator, window),
    qr: qrText(hmacHex, voucher.secret, voucher.locator, voucher.voucherId, window),
    secondsLeft: Math.max(1, Math.ceil(((window + 1) * VOUCHER_CODE_STEP_MS - nowMs) / 1_000)),
  };
}

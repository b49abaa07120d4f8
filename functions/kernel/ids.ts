/**
 * Ids: prefix + time-ordered random, ≤ 32 characters of [0-9a-z_]. Share tokens and secrets are pure randomness.
 */
import { createHash, randomBytes, randomFillSync, randomInt } from 'node:crypto';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

// Randomness is drawn a few thousand bytes at a time: one call for each id was the dearest line of placing an order.
const pool = Buffer.alloc(4_096);
let used = pool.length;

/** `length` characters of base 36, unbiased. */
export function randomText(length: number): string {
  let out = '';
  while (out.length < length) {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    const byte = pool[used]!;
    used += 1;
    if (byte < 252) out += ALPHABET[byte % 36];
  }
  return out;
}

let lastMs = 0;
/** Such as ord_0mabc12def…: 9 characters of time (never going back in one process), 15 random (77 bits). */
export function newId(prefix: string): string {
  lastMs = Math.max(lastMs, Date.now());
  return `${prefix}_${lastMs.toString(36).padStart(9, '0')}${randomText(15)}`;
}

export const newShareToken = () => randomText(16);
export const newSecret = () => randomBytes(16).toString('hex');
/** Random digits, as text. */
export const newDigits = (count: number) => Array.from({ length: count }, () => randomInt(10)).join('');
export const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

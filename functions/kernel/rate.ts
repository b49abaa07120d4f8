/**
 * Token buckets per key, in this process's memory: who runs several processes lets through so many times as much. So nothing is kept
 * safe by them: they keep one person or address from taking a server for themselves, and a flash sale's first seconds even.
 *
 * What guards money or a secret is counted in the database, exact among all processes: wrong voucher codes (code_miss), coupon codes
 * tried (coupon_code_try), tries of a sign-in code and codes sent, to a phone and to all (phone_code, phone_code_pace), withdrawals
 * of a day, rebates of a day, device and pair, unpaid orders and seats, pictures of a day, the pace of refunds (refund_pace).
 */
import { Refused } from './failure';

const MOST = 50_000;
const buckets = new Map<string, { tokens: number; at: number }>();

/** Takes one token or throws RATE_LIMITED with the wait. */
export function takeRate(key: string, perSecond: number, burst: number): void {
  const now = performance.now();
  let bucket = buckets.get(key);
  if (!bucket) {
    if (buckets.size >= MOST) buckets.clear();
    buckets.set(key, (bucket = { tokens: burst, at: now }));
  }
  bucket.tokens = Math.min(burst, bucket.tokens + ((now - bucket.at) / 1_000) * perSecond);
  bucket.at = now;
  if (bucket.tokens < 1) throw new Refused('RATE_LIMITED', {}, Math.ceil(((1 - bucket.tokens) / perSecond) * 1_000));
  bucket.tokens -= 1;
}

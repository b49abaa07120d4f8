/** Token buckets per key, in this process's memory. What guards money or codes is counted in the database instead. */
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

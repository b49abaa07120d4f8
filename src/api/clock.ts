// The server's clock as this device sees it: every answer carries x-juke-now, and countdowns use the difference.
// The last difference is kept, so that a voucher's code is right when the app starts without signal.
import { storage } from '@/platform';

const KEY = 'juke.clock';

let offsetMs = storage.get<number>(KEY) ?? 0;

/** ms since the epoch on the server's clock (the demo may have moved it). */
export function serverNow(): number {
  return Date.now() + offsetMs;
}

/** Learns the difference from an answer: the server's time when it answered, and how long the way took. */
export function learnClock(serverMs: number, roundTripMs: number): void {
  if (!Number.isFinite(serverMs) || serverMs <= 0) return;
  const next = serverMs + roundTripMs / 2 - Date.now();
  // A few ms of jitter must not make countdowns tremble.
  if (Math.abs(next - offsetMs) <= 250) return;
  offsetMs = next;
  storage.set(KEY, offsetMs);
}

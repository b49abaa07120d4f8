/**
 * The database clock, seen from this process. Guards I-25, F-25: deadlines are decided in SQL by juke_now(); this copy
 * (never older than REFRESH_MS) only shows times and checks session expiry, which has leeway.
 */
import type { Db } from './db';

const REFRESH_MS = 1_000;
export interface Clock {
  /** The database clock now, in ms, from the last reading. */
  nowMs(): number;
  /** Reads it from the database. */
  read(): Promise<number>;
  stop(): void;
}

/** Keeps reading until stop(). Machine time is used only to count from the last reading. */
export async function startClock(db: Db): Promise<Clock> {
  let baseMs = 0;
  let readAt = 0;
  const read = async () => {
    const [row] = await db.query<{ now: number }>('SELECT ms_of(juke_now()) AS now');
    baseMs = row!.now;
    readAt = performance.now();
    return baseMs;
  };
  await read();
  const timer = setInterval(() => void read().catch(() => undefined), REFRESH_MS);
  timer.unref();
  return { nowMs: () => Math.floor(baseMs + performance.now() - readAt), read, stop: () => clearInterval(timer) };
}

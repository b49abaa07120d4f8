/**
 * The database clock, seen from this process. Guards I-25, F-25: deadlines are decided in SQL by juke_now(); this copy
 * (never older than REFRESH_MS) only shows times and checks session expiry, which has leeway.
 */
import type { Db } from './db';

const REFRESH_MS = 1_000;
/** The machine's wall clock, of which nothing is believed but that it went on while this process was frozen or asleep. */
export const wallMs = (): number => Date.now();
export interface Clock {
  /** The database clock now, in ms, from the last reading. */
  nowMs(): number;
  /** Reads it from the database. */
  read(): Promise<number>;
  /** Reads it unless that was done within a second. */
  fresh(): Promise<void>;
  stop(): void;
}

/**
 * Keeps reading until stop(), or with `ticks: false` only when asked, because a frozen function has no timers. Machine time
 * is used only to count from the last reading.
 */
export async function startClock(db: Db, { ticks = true } = {}): Promise<Clock> {
  let baseMs = 0;
  let readAt = 0;
  let wallAt = 0;
  const read = async () => {
    const [row] = await db.query<{ now: number }>('SELECT ms_of(juke_now()) AS now');
    baseMs = row!.now;
    readAt = performance.now();
    wallAt = wallMs();
    return baseMs;
  };
  await read();
  const timer = ticks ? setInterval(() => void read().catch(() => undefined), REFRESH_MS).unref() : undefined;
  return {
    nowMs: () => Math.floor(baseMs + performance.now() - readAt), read,
    // In a freeze one of the machine's two clocks may have stood still.
    fresh: async () => void (Math.max(performance.now() - readAt, Math.abs(wallMs() - wallAt)) > REFRESH_MS && (await read())),
    stop: () => clearInterval(timer),
  };
}

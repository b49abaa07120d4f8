/**
 * What starts by the clock: once a day, after 10:00 in Shanghai, yesterday's bill at WeChat (published by 10:00); every minute, what is
 * long over is forgotten, a little at a time.
 */
import { BILL_DAYS, DAY_MS, FORGET_ROUNDS, FORGET_ROWS, HOUR_MS, TRACE_KEPT_MS, TRIES_KEPT_MS, VISITS_KEPT_MS } from '../contract/limits';
import type { App } from '../kernel';

/** Emits the day's facts once, whoever asks first; safe to call at any time. */
export async function runTimers(app: App): Promise<void> {
  await forget(app);
  const shanghai = app.clock.nowMs() + 8 * HOUR_MS;
  if (shanghai % DAY_MS < 10 * HOUR_MS) return;
  const yesterday = new Date(shanghai - DAY_MS).toISOString().slice(0, 10);
  await app.db.call('worker_bill_due', { date: yesterday, days: BILL_DAYS });
}

/** Small portions, each a save of its own: nobody waits for one, and a backlog is gone after some days. */
async function forget(app: App): Promise<void> {
  for (let round = 0; round < FORGET_ROUNDS; round += 1) {
    const { most } = await app.db.call<{ most: number }>('worker_forget', { keptMs: TRACE_KEPT_MS, triesMs: TRIES_KEPT_MS, visitsMs: VISITS_KEPT_MS, rows: FORGET_ROWS });
    if (most < FORGET_ROWS) return;
  }
}

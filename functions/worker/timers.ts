/** What starts by the calendar: once a day, after 10:00 in Shanghai, yesterday's bill at WeChat (published by 10:00). */
import { DAY_MS, HOUR_MS } from '../contract/limits';
import type { App } from '../kernel';

/** Emits the day's facts once, whoever asks first; safe to call at any time. */
export async function runTimers(app: App): Promise<void> {
  const shanghai = app.clock.nowMs() + 8 * HOUR_MS;
  if (shanghai % DAY_MS < 10 * HOUR_MS) return;
  const yesterday = new Date(shanghai - DAY_MS).toISOString().slice(0, 10);
  await app.db.call('worker_bill_due', { date: yesterday });
}

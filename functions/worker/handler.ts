/**
 * Lambda entry of the worker: every minute by schedule. It stays until the next one begins, because what falls due should not wait
 * for a minute; longer while there is work, beside the next. What is cut by the end of its time is taken up after its lease.
 */
import type { Context, ScheduledEvent } from 'aws-lambda';
import { lambdaApp } from '../kernel/lambda-app';
import { runOnce } from './runner';
import { runTimers } from './timers';

const STAYS_MS = 55_000;
const LOOKS_EVERY_MS = 1_000;
/** A batch takes at most so long: four rounds of calls to WeChat, each tried twice. */
const MARGIN_MS = 60_000;

export async function handler(_event: ScheduledEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<{ ran: number }> {
  const app = await lambdaApp();
  const began = performance.now();
  await runTimers(app).catch((error: Error) => app.log.warn({ reason: error.message }, 'timers failed'));
  let ran = 0;
  while (context.getRemainingTimeInMillis() > MARGIN_MS) {
    const now = await runOnce(app);
    ran += now;
    if (now > 0) continue;
    if (performance.now() - began > STAYS_MS) break;
    await new Promise((done) => setTimeout(done, LOOKS_EVERY_MS));
  }
  return { ran };
}

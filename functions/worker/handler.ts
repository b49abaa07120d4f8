/** Lambda entry of the worker: every minute by schedule, until the work or the time is over. */
import type { Context, ScheduledEvent } from 'aws-lambda';
import { lambdaApp } from '../kernel/lambda-app';
import { runOnce } from './runner';
import { runTimers } from './timers';

const MARGIN_MS = 20_000;

export async function handler(_event: ScheduledEvent, context: Pick<Context, 'getRemainingTimeInMillis'>): Promise<{ ran: number }> {
  const app = await lambdaApp();
  await runTimers(app);
  let ran = 0;
  while (context.getRemainingTimeInMillis() > MARGIN_MS) {
    const now = await runOnce(app);
    if (now === 0) break;
    ran += now;
  }
  return { ran };
}

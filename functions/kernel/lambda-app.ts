/**
 * The App of a cloud function: made on the first request, kept by a warm container. Pool of 1: one request at a time
 * runs in a container, so the number of connections is the number of containers. Between two requests it is frozen for
 * seconds or hours: nothing may rely on timers, the clock is read anew, and openDb trusts no connection that idled long.
 */
import { startClock } from './clock';
import { readConfig } from './config';
import type { App } from './context';
import { openDb } from './db';
import { newLog } from './log';

let made: Promise<App> | null = null;

/** A failed start is not kept: the next request tries again. */
export async function lambdaApp(): Promise<App> {
  made ??= makeApp().catch((error: unknown) => {
    made = null;
    throw error;
  });
  const app = await made;
  await app.clock.fresh();
  return app;
}

async function makeApp(): Promise<App> {
  const config = readConfig();
  const db = openDb(config.databaseUrl, { max: 1, named: config.namedStatements });
  try {
    return { config, db, clock: await startClock(db, { ticks: false }), log: newLog(config.logLevel) };
  } catch (error) {
    await db.end().catch(() => undefined);
    throw error;
  }
}

/**
 * The App of a cloud function: made on the first request, kept by a warm container. Pool of 1: one request at a time
 * runs in a container, so the number of connections is the number of containers.
 */
import { startClock } from './clock';
import { readConfig } from './config';
import type { App } from './context';
import { openDb } from './db';
import { newLog } from './log';

let made: Promise<App> | null = null;

/** A failed start is not kept: the next request tries again. */
export function lambdaApp(): Promise<App> {
  made ??= makeApp().catch((error: unknown) => {
    made = null;
    throw error;
  });
  return made;
}

async function makeApp(): Promise<App> {
  const config = readConfig();
  const db = openDb(config.databaseUrl, { max: 1, named: config.namedStatements });
  try {
    return { config, db, clock: await startClock(db), log: newLog(config.logLevel) };
  } catch (error) {
    await db.end().catch(() => undefined);
    throw error;
  }
}

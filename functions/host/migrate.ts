/** `node functions/host/run.mjs functions/host/migrate.ts`: brings the database of DATABASE_URL up to date and stops. */
import { prepareDatabase } from '../worker/prepare';
import { checkDatabase } from './start-checks.mjs';

const url = process.env.DATABASE_URL;
if (!url) {
  console.error('DATABASE_URL is not set: name the PostgreSQL database to bring up to date.');
  process.exitCode = 1;
} else {
  void migrateNow(url);
}

async function migrateNow(databaseUrl: string): Promise<void> {
  try {
    await checkDatabase(databaseUrl);
    await prepareDatabase(databaseUrl);
    console.log('The database is up to date.');
  } catch (error) {
    const { message } = error as Error;
    console.error(/^(The database|DATABASE_URL) /.test(message) ? message : `The database could not be brought up to date: ${message}`);
    process.exitCode = 1;
  }
}

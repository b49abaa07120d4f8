/** `node functions/host/run.mjs functions/host/migrate.ts`: brings the database of DATABASE_URL up to date and stops. */
import { prepareDatabase } from '../worker/prepare';

const url = process.env.DATABASE_URL;
if (!url) {
  console.error('DATABASE_URL is not set: name the PostgreSQL database to bring up to date.');
  process.exitCode = 1;
} else {
  prepareDatabase(url).then(() => console.log('The database is up to date.'), (error: Error) => {
    console.error(`The database could not be brought up to date: ${error.message}`);
    process.exitCode = 1;
  });
}

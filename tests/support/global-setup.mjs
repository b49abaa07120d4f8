// Before the first test file of a project that needs a database: the run's PostgreSQL.
import { startTestDatabase } from './database-server.mjs';

export default async function setup() {
  globalThis.jukeStopTestDatabase = await startTestDatabase();
}

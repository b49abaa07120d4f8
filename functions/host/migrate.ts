/** `node functions/host/run.mjs functions/host/migrate.ts`: brings the database of DATABASE_URL up to date and stops. */
import { prepareDatabase } from '../worker/prepare';
import { checkDatabase } from './start-checks.mjs';

const HELP = `node functions/host/run.mjs functions/host/migrate.ts

Brings the database of DATABASE_URL up to date and stops: for functions that are deployed without a host, which does the
same at each start. Safe to run again, and from several machines at once.

  --help   this text

Exit code 0 when the database is up to date, 1 when it could not be brought there: no
migration is half applied, and the next run goes on after the last whole one.`;

async function main(args: readonly string[]): Promise<string | null> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return null;
  }
  if (args.length > 0) return `There is no option ${args[0]}: --help tells what there is.`;
  const url = process.env.DATABASE_URL;
  if (!url) return 'DATABASE_URL is not set: name the PostgreSQL database to bring up to date.';
  try {
    await checkDatabase(url);
    await prepareDatabase(url);
    console.log('The database is up to date.');
    return null;
  } catch (error) {
    const { message } = error as Error;
    return /^(The database|DATABASE_URL) /.test(message) ? message : `The database could not be brought up to date: ${message}`;
  }
}

void main(process.argv.slice(2)).then((refusal) => {
  if (refusal) console.error(refusal);
  process.exitCode = refusal ? 1 : 0;
});

/**
 * `npm run demo:reset`: empties a database that the demo made, with the sandbox's memory and uploads beside it, and makes
 * the demo city anew. Touches nothing that bears no mark of the demo, and nothing that a running Juke works on.
 */
import { existsSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import type { ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { newLog, openDb, readConfig, startClock, type App, type Config } from '../kernel';
import { prepareDatabase } from '../worker/prepare';
import { answersHttp, startEntry, stopEntry, untilReady } from './children.mjs';
import { seedDemo } from './demo';
import { emptyDatabase, readMark } from './demo-store';
import { sandboxOf } from './demo-world';
import { dataFolder } from './env.mjs';
import { serve } from './http';
import { allRoutes } from './modules';
import { freePort } from './postgres.mjs';

const HELP = `npm run demo:reset

Takes away everything in the demo's database, sandbox and uploads, and makes the demo city anew: about a minute.
Stop Juke first (Ctrl-C where npm start runs). Works only on a database that the demo itself made.

  --help   this text

JUKE_DATA=FOLDER names other data than .juke/data; DATABASE_URL another database.`;

async function main(args: readonly string[]): Promise<string | null> {
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return null;
  }
  if (args.length > 0) return `There is no option ${args[0]}: npm run demo:reset -- --help tells what there is.`;
  const url = process.env.DATABASE_URL;
  if (!url) return 'DATABASE_URL is not set: run this as npm run demo:reset, which finds the local database.';
  if (process.env.WECHAT_PAY_BASE_URL)
    return 'WECHAT_PAY_BASE_URL is set, so money here is real: the demo city needs the sandbox. Unset it to use the local demo.';
  const why = await whyNot(url);
  if (why) return why;
  await prepareDatabase(url);
  await emptyDatabase(url);
  await rm(join(dataFolder(), 'media'), { recursive: true, force: true });
  await makeAnew(url);
  return null;
}

/** What stands against emptying this database, as a sentence; null when nothing does. */
async function whyNot(url: string): Promise<string | null> {
  const client = new pg.Client({
    connectionString: url,
    application_name: 'juke-demo',
    connectionTimeoutMillis: 5_000,
  });
  try {
    await client.connect();
  } catch (error) {
    return `The database does not answer (${(error as Error).message}): start it, or correct DATABASE_URL.`;
  }
  try {
    const query = async (sql: string) => (await client.query(sql)).rows;
    const isKnown = (await query(`SELECT to_regclass('demo_city') IS NOT NULL AS known`))[0]!.known;
    const mark = isKnown ? await readMark({ query: query as never }) : null;
    if (!mark)
      return 'This database was not made by the demo, so nothing was taken away. npm start makes the demo city in an empty database.';
    const others = (
      await query(
        `SELECT count(*)::int AS n FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'juke'`,
      )
    )[0]!.n;
    return others > 0
      ? 'Juke runs on this database, so nothing was taken away: stop it (Ctrl-C where npm start runs), then run npm run demo:reset again.'
      : null;
  } finally {
    await client.end();
  }
}

const SANDBOX_WITHIN_MS = 60_000;

/** The sandbox, a process of its own as always, for as long as the making takes. */
async function makeAnew(url: string): Promise<void> {
  const port = await freePort();
  const folder = join(dataFolder(), 'sandbox');
  const sandbox = startEntry({
    name: 'sandbox',
    entry: 'functions/sandbox/main.ts',
    args: ['--port', String(port), '--data', folder],
    logFile: join(dataFolder(), 'logs', 'sandbox.log'),
  });
  try {
    const sandboxUrl = `http://127.0.0.1:${port}`;
    const credentials = join(folder, 'credentials.json');
    await untilReady(sandbox, async () => existsSync(credentials) && answersHttp(sandboxUrl), SANDBOX_WITHIN_MS);
    const env = { DATABASE_URL: url, JUKE_DEMO: '1', SANDBOX_URL: sandboxUrl, SANDBOX_CREDENTIALS: credentials };
    await makeWith(readConfig({ ...process.env, ...env }));
  } finally {
    await stopEntry(sandbox);
  }
}

/** With a server that takes WeChat's notices meanwhile. */
async function makeWith(config: Config): Promise<void> {
  const home = config.publicUrl;
  const db = openDb(config.databaseUrl, { max: config.poolSize, named: config.namedStatements });
  const app: App = { db, clock: await startClock(db), config, log: newLog('warn') };
  const nothing = (_: unknown, response: ServerResponse) => void response.writeHead(404).end();
  const server = await serve(
    allRoutes(async () => app),
    nothing,
    0,
  );
  try {
    await sandboxOf(app)('reset');
    config.publicUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const signIns = await seedDemo(app, (words) => console.log(words));
    for (const one of signIns) console.log(`  ${Object.values(one).join('  ').replace(config.publicUrl, home)}`);
  } finally {
    server.close();
    server.closeAllConnections();
    app.clock.stop();
    await db.end();
  }
}

main(process.argv.slice(2)).then(
  (refusal) => {
    if (refusal) console.error(refusal);
    process.exitCode = refusal ? 1 : 0;
  },
  (error: Error) => {
    console.error(
      `The demo city was not made: ${error.message.replace(/\.$/, '')}. When that is put right, run npm run demo:reset again, or npm start, which then makes it.`,
    );
    process.exitCode = 1;
  },
);

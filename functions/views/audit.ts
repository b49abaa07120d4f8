/**
 * `npm run audit`: asks any database every invariant and prints what was looked at and what is broken. Exit 1 on any
 * violation, and when the database cannot be asked.
 */
import pg from 'pg';
import type { Row } from '../kernel';
import { checkInvariants, type Finding } from './invariants';

const HELP = `npm run audit [-- --json] [-- --help]

Asks the database every invariant: id, what it says, rows looked at, violations. DATABASE_URL names the database;
without one the local server of this checkout is asked.

  --json   one JSON object: {at, live, findings: [{id, says, rows, total, violations}]}
  --help   this text

Exit code 0 when everything holds, 1 when something is broken or the database cannot be reached.`;

async function main(args: readonly string[]): Promise<number> {
  const unknown = args.find((arg) => arg !== '--json' && arg !== '--help' && arg !== '-h');
  if (unknown !== undefined) return fail(`There is no option ${unknown}: npm run audit -- --help tells what there is.`);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(HELP);
    return 0;
  }
  const url = process.env.DATABASE_URL;
  if (!url)
    return fail(
      'DATABASE_URL is not set: the address of a PostgreSQL database, such as postgres://juke@127.0.0.1:5432/juke.',
    );
  return audit(url, args.includes('--json'));
}

async function audit(url: string, asJson: boolean): Promise<number> {
  let client: pg.Client;
  try {
    client = new pg.Client({
      connectionString: url,
      application_name: 'juke-audit',
      connectionTimeoutMillis: 5_000,
      options: '-c default_transaction_read_only=on',
    });
    await client.connect();
  } catch (error) {
    return fail(
      `The database at ${withoutPassword(url)} does not answer (${reasonOf(error)}). Start it, or correct DATABASE_URL.`,
    );
  }
  try {
    const ours = "SELECT to_regclass('schema_migration') IS NOT NULL AND to_regprocedure('juke_now()') IS NOT NULL AS found";
    if (!(await client.query(ours)).rows[0]?.found) {
      return fail(
        `The database at ${withoutPassword(url)} has no tables of ours yet. Start the system once, or correct DATABASE_URL.`,
      );
    }
    const live = await isLive(client);
    const at = (
      await client.query("SELECT to_char(juke_now() AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD HH24:MI:SS') AS at")
    ).rows[0]!.at as string;
    const findings = await checkInvariants(
      { query: async (sql, params = []) => (await client.query<any>(sql, params as unknown[])).rows as any },
      { live },
    );
    print(findings, { at, live, asJson });
    return findings.some((f) => f.total > 0) ? 1 : 0;
  } catch (error) {
    return fail(`The audit stopped: ${reasonOf(error)}.`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** Whether somebody of ours works on this database now: only then must due facts be on their way. */
async function isLive(client: pg.Client): Promise<boolean> {
  const { rows } = await client.query<Row>(
    "SELECT count(*)::int AS others FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'juke'",
  );
  return rows[0]!.others > 0;
}

function print(findings: Finding[], { at, live, asJson }: { at: string; live: boolean; asJson: boolean }): void {
  if (asJson) {
    console.log(JSON.stringify({ at, live, findings }));
    return;
  }
  const rowsWidth = Math.max(4, ...findings.map((f) => String(f.rows).length));
  console.log(`${'id'.padEnd(5)}  ${'rows'.padStart(rowsWidth)}  broken  what it says`);
  for (const { id, rows, total, says, violations } of findings) {
    console.log(
      `${id.padEnd(5)}  ${String(rows).padStart(rowsWidth)}  ${(total === 0 ? '–' : String(total)).padStart(6)}  ${says}`,
    );
    for (const violation of violations) console.log(`${' '.repeat(rowsWidth + 17)}${JSON.stringify(violation)}`);
    if (total > violations.length) console.log(`${' '.repeat(rowsWidth + 17)}… and ${total - violations.length} more`);
  }
  const broken = findings.filter((f) => f.total > 0).length;
  if (!live)
    console.log('Nothing of ours runs on this database now, so facts that fell due meanwhile were not asked about.');
  console.log(
    broken === 0
      ? `All ${findings.length} hold, at ${at} (Asia/Shanghai).`
      : `${broken} of ${findings.length} broken, at ${at} (Asia/Shanghai).`,
  );
}

function withoutPassword(text: string): string {
  try {
    const url = new URL(text);
    url.password = '';
    return url.href;
  } catch {
    return 'DATABASE_URL';
  }
}
function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return (message || code || 'no reason given').split('\n')[0]!;
}
function fail(sentence: string): number {
  console.error(sentence);
  return 1;
}

void main(process.argv.slice(2)).then((code) => {
  process.exitCode = code;
});

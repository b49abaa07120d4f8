/** `npm run bench`: ratios against a floor measured in the same run. It starts and stops everything it needs, on loopback. */
import { parseArgs } from 'node:util';
import { couponStampede } from './coupons';
import { lastSeat } from './groups';
import { flashExact, flashHot, flashRefused } from './flash';
import { history, notices, purchase, redeem } from './journey';
import { looking, type Result } from './measure';
import { BENCH_SQL, orders } from './orders';
import { dealPage, facts, ledger, LEDGER_SQL, nearby } from './reads';
import { startBench, type Bench } from './setup';
import { stacks } from './stacks';
import { watchCosts } from './where';

const CLIENTS = [1, 16, 64];
const cases: Record<string, (b: Bench, clients: number, ms: number) => Promise<Result>> = {
  'orders-1000-deals': (b, c, ms) => orders(b, false, c, ms),
  'orders-hot-deal': (b, c, ms) => orders(b, true, c, ms),
  'group-last-seat': lastSeat,
  'flash-exact': flashExact,
  'flash-hot': flashHot,
  'flash-refused': flashRefused,
  purchase,
  notices,
  redeem,
  'deal-page': dealPage,
  'nearby-100k': nearby,
  ledger,
  facts: (b, _, ms) => facts(b, Math.max(ms, 5_000)),
  'coupon-stampede': (b, c) => couponStampede(b, c),
  'best-combination': (_, __, ms) => stacks(ms),
};
/** These measure one thing at one number of clients, whatever was asked for the others. */
const OWN_CLIENTS: Record<string, number> = { 'flash-exact': 64, facts: 1, 'best-combination': 1 };
const HELP = `npm run bench [-- options]
  --only NAME     one of: ${Object.keys(cases).join(', ')}
  --clients N,N   default 1,16,64; ${Object.keys(OWN_CLIENTS).join(', ')} have their own
  --seconds N     for each measurement, default 4
  --json          one object a line
  --where         also: CPU of a step by process, and the dearest statements (Linux)`;

interface Asked { only?: string; clients: number[]; ms: number; json: boolean; where: boolean }
/** What was asked for, or the sentence that says what is wrong with it. */
function readArguments(args: string[]): Asked | string {
  const options = { only: { type: 'string' }, clients: { type: 'string' }, seconds: { type: 'string' }, json: { type: 'boolean' }, where: { type: 'boolean' }, help: { type: 'boolean' } } as const;
  let values: ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
  try {
    ({ values } = parseArgs({ args, options }));
  } catch (error) {
    return `${(error as Error).message.split('. ')[0]}.`;
  }
  const { only, json = false, where = false } = values;
  const clients = values.clients?.split(',').map(Number) ?? CLIENTS;
  const seconds = Number(values.seconds ?? 4);
  if (values.help) return '';
  if (only !== undefined && !Object.hasOwn(cases, only)) return `There is no bench named ${only}.`;
  if (clients.some((n) => !Number.isInteger(n) || n < 1 || n > 256)) return '--clients takes whole numbers from 1 to 256, such as 1,16,64.';
  if (!(seconds > 0)) return '--seconds takes a number above 0.';
  return { only, clients, ms: seconds * 1_000, json, where };
}

async function main(args: string[]): Promise<void> {
  const asked = readArguments(args);
  if (typeof asked === 'string') {
    if (asked === '') return console.log(HELP);
    console.error(`${asked} npm run bench -- --help tells what there is.`);
    process.exitCode = 1;
    return;
  }
  const { only, clients, ms } = asked;
  const say = (words: string) => process.stderr.write(`… ${words}\n`);
  const bench = await startBench(say, asked.where).catch((error: Error) => {
    if (error.constructor !== Error) throw error; // a mistake of ours tells its place
    console.error(`The bench did not start: ${error.message}`);
  });
  if (!bench) return void (process.exitCode = 1);
  if (asked.where) looking.start = () => watchCosts(bench.db, bench.pids);
  try {
    await bench.db.query(BENCH_SQL.split(';\n')[0]!);
    await bench.db.query(BENCH_SQL.slice(BENCH_SQL.indexOf('CREATE FUNCTION')));
    for (const sql of LEDGER_SQL.split(';\n')) await bench.db.query(sql);
    say('orders of the days before');
    await history(bench);
    if (!asked.json) console.log(row(['bench', 'clients', 'per s', 'p50 ms', 'p95 ms', 'p99 ms', 'floor', 'ratio', '']));
    for (const [name, run] of Object.entries(cases)) {
      if (only !== undefined && only !== name) continue;
      for (const count of OWN_CLIENTS[name] ? [OWN_CLIENTS[name]] : clients) {
        const r = await run(bench, count, ms);
        const { note, ...plain } = r;
        console.log(asked.json ? JSON.stringify(plain) : row([r.name, r.clients, r.perSecond, r.p50Ms, r.p95Ms, r.p99Ms, r.floorPerSecond ?? '', r.ratio ?? '', note ?? '']));
        if (looking.said) say(`${name}\n${looking.said}`);
        delete looking.said;
      }
    }
  } finally {
    await bench.stop();
  }
}
const row = (cells: (string | number | null)[]) => cells.map((cell, i) => (i === 0 ? String(cell).padEnd(19) : i === 8 ? ` ${cell}` : String(cell).padStart(8))).join(' ');
// A bench that counts (coupon-stampede) says by the exit code that its count was wrong.
main(process.argv.slice(2)).then(() => process.exit(), (error: Error) => {
  console.error(error.stack);
  process.exit(1);
});

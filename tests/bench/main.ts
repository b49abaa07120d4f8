/** `npm run bench`: ratios against a floor measured in the same run. It starts and stops everything it needs, on loopback. */
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
const cases: Record<string, (b: Bench, clients: number, ms: number) => Promise<Result | null>> = {
  'orders-1000-deals': (b, c, ms) => orders(b, false, c, ms),
  'orders-hot-deal': (b, c, ms) => orders(b, true, c, ms),
  'group-last-seat': lastSeat,
  'flash-exact': async (b, c) => (c === 64 ? flashExact(b, c) : null),
  'flash-hot': flashHot,
  'flash-refused': flashRefused,
  purchase,
  notices,
  redeem,
  'deal-page': dealPage,
  'nearby-100k': nearby,
  ledger,
  facts: async (b, c, ms) => (c === 1 ? facts(b, Math.max(ms, 5_000)) : null),
  'coupon-stampede': (b, c) => couponStampede(b, c),
  'best-combination': (_, c, ms) => stacks(c, ms),
};
const HELP = `npm run bench [-- options]
  --only NAME     one of: ${Object.keys(cases).join(', ')}
  --clients N,N   default 1,16,64
  --seconds N     for each measurement, default 4
  --json          one object a line
  --where         also: CPU of a step by process, and the dearest statements (Linux)`;

async function main(args: string[]): Promise<void> {
  const value = (name: string) => (args.includes(name) ? args[args.indexOf(name) + 1] : undefined);
  if (args.includes('--help')) return console.log(HELP);
  const only = value('--only');
  if (only !== undefined && !cases[only]) return fail(`There is no bench named ${only}. ${HELP}`);
  const asJson = args.includes('--json');
  const clients = value('--clients')?.split(',').map(Number) ?? CLIENTS;
  const ms = Number(value('--seconds') ?? 4) * 1_000;
  const say = (words: string) => process.stderr.write(`… ${words}\n`);
  const isLooking = args.includes('--where');
  const bench = await startBench(say, isLooking);
  if (isLooking) looking.start = () => watchCosts(bench.db, bench.pids);
  try {
    await bench.db.query(BENCH_SQL.split(';\n')[0]!);
    await bench.db.query(BENCH_SQL.slice(BENCH_SQL.indexOf('CREATE FUNCTION')));
    for (const sql of LEDGER_SQL.split(';\n')) await bench.db.query(sql);
    say('orders of the days before');
    await history(bench);
    if (!asJson) console.log(row(['bench', 'clients', 'per s', 'p50 ms', 'p95 ms', 'p99 ms', 'floor', 'ratio', '']));
    for (const [name, run] of Object.entries(cases)) {
      if (only !== undefined && only !== name) continue;
      for (const count of clients) {
        const r = await run(bench, count, ms);
        if (!r) continue;
        const { note, ...plain } = r;
        console.log(asJson ? JSON.stringify(plain) : row([r.name, r.clients, r.perSecond, r.p50Ms, r.p95Ms, r.p99Ms, r.floorPerSecond ?? '', r.ratio ?? '', note ?? '']));
        if (looking.said) say(`${name}\n${looking.said}`);
        delete looking.said;
      }
    }
  } finally {
    await bench.stop();
  }
}
const row = (cells: (string | number | null)[]) => cells.map((cell, i) => (i === 0 ? String(cell).padEnd(19) : i === 8 ? ` ${cell}` : String(cell).padStart(8))).join(' ');
function fail(sentence: string): void {
  console.error(sentence);
  process.exitCode = 1;
}
// A bench that counts (coupon-stampede) says by the exit code that its count was wrong.
main(process.argv.slice(2)).then(() => process.exit(), (error: Error) => {
  console.error(error.stack);
  process.exit(1);
});

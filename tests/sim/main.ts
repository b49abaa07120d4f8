/** `npm run sim`: one seed, or new ones until one fails. */
import { whenNpmEnds } from '../../functions/host/parent.mjs';
import { startTestDatabase } from '../support/database-server.mjs';
import { runSeed, type Ran } from './runner';

const STEPS = 600;
const HELP = `npm run sim -- [options]

Guests, sharers and shop staff play over the real functions, a real PostgreSQL and the stand-in for WeChat, with lost and
late notices, calls that WeChat accepts without an answer, jumping clocks, cut connections and a server that is killed.
An auditor keeps its own books of what each accepted answer promised and compares them with what the database, the
API and WeChat say; then all invariants are asked. The seed alone decides what is attempted; the replies may differ
from run to run by who was first.

  --seed N      this seed; left out, one of the clock's is taken and printed
  --steps M     how many steps, ${STEPS} unless given
  --minutes T   new seeds for so many minutes, until one fails
  --people P    how many guests, 40 unless given
  --verbose     each step as it begins, and how often each answer was seen
  --help        this text

Exit code 0 when all was kept, 1 with what differs.`;

interface Asked { seed: number; steps: number; minutes: number; people: number; verbose: boolean }
async function main(args: string[]): Promise<number> {
  const asked: Asked = { seed: Date.now() % 1_000_000_000, steps: STEPS, minutes: 0, people: 40, verbose: false };
  for (let i = 0; i < args.length; i += 1) {
    const name = args[i]!.replace(/^--/, '');
    if (name === 'help') {
      console.log(HELP);
      return 0;
    }
    if (name === 'verbose') asked.verbose = true;
    else if (['seed', 'steps', 'minutes', 'people'].includes(name) && /^\d+$/.test(args[i + 1] ?? '')) asked[name as 'seed'] = Number(args[(i += 1)]);
    else return fail(`${args[i]} is no option, or lacks its number: npm run sim -- --help tells what there is.`);
  }
  if (asked.steps < 1 || asked.people < 2) return fail('It takes a step and two people at least.');
  const stop = await startTestDatabase().catch((error: Error) => fail(`No database: ${error.message}`));
  if (typeof stop === 'number') return stop;
  // The database would go on by itself.
  const onSignal = () => void stop().finally(() => process.exit(130));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, onSignal);
  whenNpmEnds(onSignal);
  try {
    return await search(asked);
  } finally {
    await stop();
  }
}

async function search({ seed, steps, minutes, people, verbose }: Asked): Promise<number> {
  const until = performance.now() + minutes * 60_000;
  for (let n = 0; n === 0 || performance.now() < until; n += 1) {
    const now = seed + n;
    const startedAt = performance.now();
    console.log(`Seed ${now}, ${steps} steps …`);
    const ran = await runSeed({ seed: now, steps, size: { people }, ...(verbose ? { say: console.log } : {}) });
    if (verbose) console.log(table(ran));
    if (ran.wrong.length > 0) {
      for (const sentence of ran.wrong.slice(0, 30)) console.error(`  ${sentence}`);
      if (ran.wrong.length > 30) console.error(`  … and ${ran.wrong.length - 30} more`);
      return fail(`Seed ${now} failed. Again: npm run sim -- --seed ${now} --steps ${steps}${people === 40 ? '' : ` --people ${people}`}`);
    }
    console.log(`Seed ${now}: all was kept (${Math.round((performance.now() - startedAt) / 1_000)} s).`);
  }
  return 0;
}

const table = ({ seen }: Ran) => [...seen].sort(([a], [b]) => (a < b ? -1 : 1)).map(([what, times]) => `${String(times).padStart(6)}  ${what}`).join('\n');
function fail(sentence: string): number {
  console.error(sentence);
  return 1;
}
main(process.argv.slice(2)).then((code) => process.exit(code), (error: Error) => {
  console.error(error.stack);
  process.exit(1);
});

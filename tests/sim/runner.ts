/** Plays a seed: so many steps at once, quiet points in between, and half a year at the end in which everything must end. */
import { audit } from './audit';
import { acts, planRun, QUIET_EVERY, type Step } from './plan';
import { makeQuiet } from './quiet';
import { openWorld, type Size, type World } from './world';

interface RunOptions { seed: number; steps: number; size?: Partial<Size>; say?: (line: string) => void }
export interface Ran { wrong: string[]; seen: Map<string, number> }

const LANES = 8;
const DAY = 86_400_000;
const SIZE: Size = { people: 40, shops: 2, deals: 4 };

/** `wrong` is empty when all that was promised was kept. */
export async function runSeed({ seed, steps, size = {}, say = () => undefined }: RunOptions): Promise<Ran> {
  const world = await openWorld(seed, { ...SIZE, ...size });
  try {
    const plan = planRun(seed, steps, world.size);
    for (let from = 0; from < plan.length && world.wrong.length === 0; from += QUIET_EVERY) {
      const part = plan.slice(from, from + QUIET_EVERY);
      await playAll(world, part, say);
      await quietly(world, `after step ${part.at(-1)!.step}`);
    }
    await letItEnd(world);
  } catch (error) {
    world.wrong.push(`the run itself failed: ${(error as Error).stack}`);
  } finally {
    await world.close();
  }
  return { wrong: world.wrong, seen: world.seen };
}

/** Steps begin in their order, each as soon as one of the lanes is free. */
async function playAll(world: World, part: readonly Step[], say: (line: string) => void): Promise<void> {
  const left = [...part];
  const lane = async () => {
    for (let next = left.shift(); next; next = left.shift()) {
      say(`${next.step} ${next.name} ${JSON.stringify(next.params)}`);
      await acts[next.name]!.play(world, next.params, next.step).catch((error: Error) => world.wrong.push(`step ${next!.step} (${next!.name}) failed: ${error.stack}`));
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

async function quietly(world: World, at: string): Promise<void> {
  await makeQuiet(world);
  await audit(world, at);
}

/** Holds end, rewards are released, what was not used goes back: then nothing may be open any more. */
async function letItEnd(world: World): Promise<void> {
  for (const days of [1, 3, 8, 30, 30, 30, 30]) {
    if (world.wrong.length > 0) return;
    await world.jump(days * DAY);
    await makeQuiet(world, 2);
  }
  await makeQuiet(world);
  await audit(world, 'half a year later');
  const open = await world.db.query(`SELECT 'order' AS what, order_id AS id, state FROM guest_order WHERE state IN ('unpaid', 'paid')
    UNION ALL SELECT 'voucher', voucher_id, state FROM voucher WHERE state IN ('issued', 'refunding')
    UNION ALL SELECT 'refund', refund_id, state FROM refund WHERE state NOT IN ('succeeded', 'declined')
    UNION ALL SELECT 'split', split_id, state FROM split WHERE state <> 'succeeded'
    UNION ALL SELECT 'subsidy', subsidy_id, state FROM subsidy WHERE state NOT IN ('succeeded', 'cancelled')
    UNION ALL SELECT 'return of a split', return_id, 'not done' FROM split_return WHERE done_at IS NULL
    UNION ALL SELECT 'return of a subsidy', return_id, 'not done' FROM subsidy_return WHERE done_at IS NULL
    UNION ALL SELECT 'reward', reward_id, state FROM reward WHERE state IN ('expected', 'pending')
    UNION ALL SELECT 'withdrawal', withdrawal_id, state FROM withdrawal WHERE state NOT IN ('succeeded', 'failed')
    UNION ALL SELECT 'group', group_id, state FROM group_buy WHERE state IN ('opening', 'open', 'closing')
    UNION ALL SELECT 'coupon', coupon_id, state FROM coupon WHERE state IN ('held', 'passing')
    UNION ALL SELECT 'fact', kind || ' ' || subject || ' ' || reaction, state FROM fact WHERE state <> 'done' AND due_at < juke_now() - interval '1 hour'`);
  // What became of it all, for those who ask whether a seed went down every road.
  const ends = await world.db.query(`SELECT 'group ' || state AS what, count(*)::int AS n FROM group_buy GROUP BY 1 UNION ALL SELECT 'refund ' || kind, count(*)::int FROM refund GROUP BY 1
    UNION ALL SELECT 'reward ' || state, count(*)::int FROM reward GROUP BY 1 UNION ALL SELECT 'coupon ' || state, count(*)::int FROM coupon GROUP BY 1
    UNION ALL SELECT 'withdrawal ' || state, count(*)::int FROM withdrawal GROUP BY 1`);
  for (const { what, n } of ends) world.seen.set(`in the end: ${what}`, n);
  for (const one of open) world.wrong.push(`half a year later a ${one.what} is still open: ${one.id} is ${one.state}`);
}

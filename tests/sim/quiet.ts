/** A quiet point: everybody has their answer, all servers run, WeChat is well, and what is due has been done. */
import { drain } from '../../functions/worker/runner';
import { learnVouchers } from './acts-buy';
import type { World } from './world';

const SECOND = 1_000;
const pause = (ms: number) => new Promise((done) => setTimeout(done, ms));

export async function makeQuiet(world: World, looks = 4): Promise<void> {
  const { t } = world;
  await t.sandbox!.control('faults', { reset: true });
  await t.sandbox!.control('settings', { maxSplitBps: 3_000 });
  await t.sandbox!.control('balance', { mchid: t.sandbox!.sandbox.credentials.spMchid, availableFen: 100_000_000 });
  world.wire.up();
  if (world.isDown) throw new Error('a quiet point begins with the killed server back');
  await t.app.clock.read();
  // Who asked too often within a minute may ask again.
  if (world.unsettled.length > 0) await world.jump(61 * SECOND);
  for (const again of world.unsettled.splice(0)) await again();
  // Leases of the killed lapse, WeChat is asked again, what it accepted arrives.
  for (let look = 0; look < looks; look += 1) {
    await t.sandbox!.control('flush');
    await idle(world);
    await world.jump(31 * SECOND);
  }
  await t.sandbox!.control('flush');
  await idle(world);
  for (const order of world.model.opening) await learnVouchers(world, order, 1);
  for (const order of world.model.orders.values()) if (order.paid.size > 0 && order.vouchers.length === 0) await learnVouchers(world, order, 1);
}

/** Until no fact is due or running. */
async function idle(world: World): Promise<void> {
  const { t } = world;
  for (let tries = 0; tries < 400; tries += 1) {
    await drain(t.app);
    const [row] = await world.db.query<{ open: number }>(`SELECT count(*)::int AS open FROM fact WHERE state = 'due' AND due_at <= juke_now()
      OR state = 'running' AND lease_until > juke_now()`);
    if (row!.open === 0) return;
    await pause(15);
    // Who was killed holds a lease that nobody else waits for.
    if (tries % 60 === 59) await world.jump(31 * SECOND);
  }
  world.wrong.push('work does not come to an end');
}

/** Plays the demo city's history. */
import { DAY_MS, HOUR_MS } from '../contract/limits';
import type { DemoSize } from './demo';
import { makeMarket } from './demo-market';
import type { World } from './demo-world';

const SHANGHAI_MS = 8 * HOUR_MS;
/** Midnight in Shanghai before this moment. */
export const dayStart = (ms: number) => Math.floor((ms + SHANGHAI_MS) / DAY_MS) * DAY_MS - SHANGHAI_MS;

/** Answers the token of the invitation that waits for the demo's friend. Ends in the real time. */
export async function playHistory(world: World, size: DemoSize, say: (words: string) => void): Promise<string | null> {
  const nowMs = await world.app.clock.read();
  await world.move(dayStart(nowMs) - size.days * DAY_MS + 6 * HOUR_MS - nowMs);
  say('演示城市：商家、门店和优惠 …');
  await makeMarket(world, size.city, nowMs);
  await world.settle();
  await toRealTime(world);
  return null;
}

async function toRealTime(world: World): Promise<void> {
  const [row] = await world.app.db.query<{ clock: { offsetMs: number } }>('SELECT kernel_read_clock() AS clock');
  await world.move(-row!.clock.offsetMs);
  await world.settle();
}

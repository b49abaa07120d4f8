/**
 * Plays the demo city's history: the clock is set back two weeks, every step happens at its own time through the real
 * stories, and the clock ends at the real time (I-25). Nothing is written past the stories.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../contract/limits';
import { demoPeople } from '../identity';
import type { CityMerchant } from './demo-notation';
import { scriptCoupons } from './demo-coupons';
import { HOME, makeMarket, type MadeDeal, type MadeMerchant, type MadeStore } from './demo-market';
import { DAYS, dayStart, guests, planServedDay, planTrips, planVisits, type Trip } from './demo-plan';
import { scriptDemoPeople } from './demo-script';
import { buy, giveBack, glance, open, place, scanSign, share, use, type Purchase } from './demo-steps';
import { NotDone, type Actor, type World } from './demo-world';

export interface DemoSize {
  city: readonly CityMerchant[];
  /** Purchases on an ordinary day. */ perDay: number;
}
interface Step {
  atMs: number;
  act: () => Promise<unknown>;
}
export interface Stage {
  world: World;
  merchants: MadeMerchant[];
  nowMs: number;
  demo: { guest: Actor; friend: Actor; clerk: Actor; manager: Actor };
  /** Somebody of the city, signed in when first needed. */
  person(name: string, deviceId?: string): Promise<Actor>;
  at(atMs: number, act: Step['act']): void;
}

/** Answers the token of the invitation that waits for the demo's friend, or null. */
export async function playHistory(world: World, size: DemoSize, say: (words: string) => void): Promise<string | null> {
  const nowMs = await world.app.clock.read();
  const firstMs = dayStart(nowMs) - DAYS * DAY_MS;
  await world.move(firstMs + 6 * HOUR_MS - nowMs);
  say('Making the demo city: merchants, shops and deals …');
  const merchants = await makeMarket(world, size.city, nowMs);
  await world.settle();

  const steps: Step[] = [];
  const stage: Stage = {
    world,
    merchants,
    nowMs,
    demo: await signInDemo(world),
    person: newCrowd(world),
    at: (atMs, act) => void steps.push({ atMs, act }),
  };
  const invitation = scriptDemoPeople(stage);
  scriptCoupons(stage);
  for (const trip of [...planTrips({ merchants, perDay: size.perDay, nowMs }), ...homeDays(stage, size.perDay)])
    travel(stage, trip);

  steps.sort((a, b) => a.atMs - b.atMs);
  let told = -1;
  for (const step of steps) {
    const day = Math.floor((step.atMs - firstMs) / DAY_MS);
    if (day !== told) say(day < DAYS ? `Making the demo city: day ${day + 1} of ${DAYS} …` : 'Making the demo city: today …');
    told = day;
    await world.goTo(step.atMs);
    await step.act();
    // WeChat's notices are only believed while they are fresh: they arrive before time goes on.
    await world.sandbox('flush');
  }
  await world.goTo(nowMs);
  await toRealTime(world);
  return invitation();
}

async function signInDemo(world: World): Promise<Stage['demo']> {
  return {
    guest: await world.signInDemo('guest'),
    friend: await world.signInDemo('friend'),
    clerk: await world.signInDemo('clerk'),
    manager: await world.signInDemo('manager'),
  };
}

function newCrowd(world: World): Stage['person'] {
  const known = new Map<string, Promise<Actor>>();
  return (name, deviceId) => {
    const at = guests.indexOf(name);
    // Who is not of the crowd sits at a table with the people one signs in as: another face than theirs.
    const avatar = at < 0 ? demoPeople.length + (name.charCodeAt(name.length - 1) % (10 - demoPeople.length)) : at % 10;
    if (!known.has(name)) known.set(name, world.signIn(name, { avatar, ...(deviceId ? { deviceId } : {}) }));
    return known.get(name)!;
  };
}

/** Today so far at the clerk's store, and the same weekday a week ago, which the board compares with. */
function homeDays(stage: Stage, perDay: number): Trip[] {
  const home = stage.merchants.find((one) => one.data.name === HOME);
  if (!home) return [];
  const todayMs = dayStart(stage.nowMs);
  const untilMs = stage.nowMs - 2 * MINUTE_MS;
  const day = { merchant: home, store: home.stores[0]! };
  const trips = planServedDay({ ...day, fromMs: todayMs - 7 * DAY_MS, toMs: todayMs - 6 * DAY_MS, count: perDay + 3 });
  // Just after midnight the day is empty, and says so.
  if (untilMs < todayMs + 4 * MINUTE_MS) return trips;
  const count = 3 + Math.round((2 * perDay * (untilMs - todayMs)) / DAY_MS);
  for (const [n, atMs] of planVisits(todayMs, untilMs, 3 * count).entries())
    stage.at(atMs, () => visit(stage, day.store, home.deals[n % 4]!, n));
  return [...trips, ...planServedDay({ ...day, fromMs: todayMs, toMs: untilMs, count })];
}

/** Somebody looks and goes on: at the sign by the door, or at what a friend sent. */
async function visit(stage: Stage, store: MadeStore, deal: MadeDeal, n: number): Promise<void> {
  if (n % 3 === 0) return scanSign(stage.world, store.codes[n % 2]!, null);
  const sharer = n % 2 ? stage.demo.guest : await stage.person('阿橙');
  return glance(
    stage.world,
    await share(stage.world, deal, { sharer, channel: n % 4 ? 'group' : 'chat' }),
    n % 5 ? 'weapp' : 'h5',
  );
}

/** One guest's purchase, from how they came to how it ended. */
function travel(stage: Stage, trip: Trip): void {
  const { world, at } = stage;
  const { ended } = trip;
  let done: Purchase | null = null;
  let unpaidId = '';
  at(trip.atMs, async () => {
    const buyer = await stage.person(trip.buyer);
    const token = await arrive(stage, trip, buyer);
    const options = { quantity: trip.quantity, surface: trip.surface, ...(token ? { token } : {}) };
    try {
      if (ended.how === 'unpaid' || ended.how === 'cancelled') unpaidId = await place(world, buyer, trip.deal, options);
      else done = await buy(world, buyer, trip.deal, options);
    } catch (error) {
      // A guest who has enough of a deal already goes home without; anything else is a mistake of ours.
      if (!(error instanceof NotDone) || !['LIMIT_PER_PERSON', 'SOLD_OUT', 'UNPAID_ORDER_EXISTS'].includes(error.code))
        throw error;
    }
  });
  if (ended.how === 'cancelled')
    at(
      ended.atMs,
      async () =>
        unpaidId && world.call('cancelOrder', await stage.person(trip.buyer), { params: { orderId: unpaidId } }),
    );
  if (ended.how === 'used') {
    at(ended.atMs, async () => {
      if (done) await use(world, done, { store: ended.store, clerk: clerkOf(stage, trip) });
    });
  }
  if (ended.how === 'refunded') at(ended.atMs, async () => done && giveBack(world, done, ended.reason));
}

/** The clerk at their own store, elsewhere whoever runs the shop. */
function clerkOf({ demo }: Stage, { deal, ended }: Trip): Actor {
  const { keeper, stores, data } = deal.merchant;
  return data.name === HOME && ended.how === 'used' && ended.store === stores[0] ? demo.clerk : keeper;
}

async function arrive(stage: Stage, { came, deal }: Trip, buyer: Actor): Promise<string | null> {
  const { world, demo } = stage;
  if (came.by === 'sign') await scanSign(world, deal.stores[0]!.codes.at(-1)!, buyer);
  if (came.by !== 'share') return null;
  const sharer = came.sharer === '林小满' ? demo.guest : await stage.person(came.sharer);
  const token = await share(world, deal, { sharer, channel: came.channel });
  await Promise.all([
    open(world, token, buyer, came.group),
    ...Array.from({ length: came.glances }, (_, n) => glance(world, token, n % 2 ? 'h5' : 'weapp')),
  ]);
  return token;
}

async function toRealTime(world: World): Promise<void> {
  const [row] = await world.app.db.query<{ clock: { offsetMs: number } }>('SELECT kernel_read_clock() AS clock');
  await world.move(-row!.clock.offsetMs);
  await world.settle();
}

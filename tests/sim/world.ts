/** The city that a seed plays in: real database, stand-in for WeChat, two servers, shops and people. */
import { openWire, type Wire } from '../support/faults';
import { openDb, type Db } from '../../functions/kernel';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { startWorker, type Worker } from '../../functions/worker/runner';
import { makeOffers } from './offers';
import { newModel, type Deal, type GroupRule, type Model, type OffPeak } from './model';
import { drawFrom, type Draw } from './seeded';
import { openHouse, type House } from './servers';

export interface Size { people: number; shops: number; deals: number }
interface Shop extends Market { clerks: TestPerson[] }
export interface World {
  seed: number; size: Size; t: TestApp;
  /** The auditor's own way to the database: never cut. */
  db: Db;
  house: House; wire: Wire; model: Model; shops: Shop[]; people: TestPerson[];
  /** Calls without a final answer, asked again with the same key at the next quiet point. */
  unsettled: (() => Promise<void>)[];
  /** What went wrong: each a sentence. A run with one has failed. */
  wrong: string[];
  /** How often each answer was seen: `placeOrder ok`, `placeOrder SOLD_OUT`. */
  seen: Map<string, number>;
  /** The killed server is not back yet. */
  isDown: boolean;
  jumpedMs: number;
  /** Moves every clock. */
  jump(ms: number): Promise<void>;
  close(): Promise<void>;
}

const DAYS = [3, 14, 90];
export async function openWorld(seed: number, size: Size): Promise<World> {
  let wire: Wire | null = null;
  const t = await startTestApp({ sandbox: true, via: async (url) => (wire = await openWire(url)).url, config: { poolSize: 8 } });
  const db = openDb(t.url, { max: 3 });
  let worker: Worker | null = null;
  let house: House | null = null;
  const close = async () => {
    await house?.kill();
    wire!.up();
    await worker?.stop();
    await db.end();
    await t.stop({ invariants: false });
    await wire!.close();
  };
  try {
    await t.sandbox!.control('settings', { hangMs: 40, refundDelayMs: 30, splitDelayMs: 30 });
    house = await openHouse({ ...t.app.config, databaseUrl: wire!.url });
    const world: World = {
      seed, size, t, db, house, wire: wire!, model: newModel(), shops: [], people: [], unsettled: [], wrong: [], seen: new Map(), isDown: false, jumpedMs: 0, close,
      jump: async (ms) => {
        const { offsetMs } = await db.call<{ offsetMs: number }>('kernel_move_clock', { advanceMs: ms });
        world.jumpedMs += ms;
        // People renew their sessions in time.
        await db.query("UPDATE session_family SET expires_at = juke_now() + interval '30 days' WHERE revoked_at IS NULL");
        await t.sandbox!.control('clock', { offsetMs });
        await t.app.clock.read().catch(() => undefined);
        house!.tell();
      },
    };
    await settleIn(world);
    worker = startWorker(t.app);
    return world;
  } catch (error) {
    await close();
    throw error;
  }
}

async function settleIn(world: World): Promise<void> {
  const { t, seed, size } = world;
  for (let shop = 0; shop < size.shops; shop += 1) {
    const draw = drawFrom(seed, 'shop', shop);
    const operator = await t.person(`运营${shop}`, { operator: true });
    const deals = Array.from({ length: size.deals + 2 }, (_, n) => dealOf(drawFrom(seed, 'deal', shop, n), n, n >= size.deals));
    const market = await t.market({ operator, staff: [`店员${shop}`, `店长${shop}`], merchant: { name: `第${shop}家` }, deal: deals[0]! });
    // The second store has a clerk of its own.
    const second = await t.person(`二店员${shop}`);
    await t.ok('addStaff', { as: operator, params: { merchantId: market.merchantId }, body: { phone: second.phone!, storeId: market.storeIds[1], role: 'clerk' } });
    world.shops.push({ ...market, clerks: [market.clerk, second] });
    for (const [n, deal] of deals.entries()) {
      // Some are for the first store alone.
      const storeIds: string[] = n > 0 && draw.chance(0.3) ? [market.storeIds[0]] : market.storeIds;
      const made = n === 0 ? { dealId: market.dealId, termsVersion: market.termsVersion } : await market.addDeal({ ...deal, storeIds });
      const { priceFen, friendDiscountFen, rebateBps, rebateCapFen, commissionBps, stock, perPersonLimit } = deal;
      world.model.deals.push({ ...made, shop, priceFen, friendDiscountFen, rebateBps, rebateCapFen, commissionBps, stock, limit: perPersonLimit, storeIds, group: deal.group ?? null, offPeak: deal.offPeak ?? null, startsAtMs: null } satisfies Deal);
    }
  }
  await makeOffers(world);
  for (let n = 0; n < size.people; n += 1) world.people.push(await t.person(`客${n}`));
}

/** Every third is scarce; prices leave remainders; one is so cheap that its reward is none. */
function dealOf(draw: Draw, n: number, isGroup: boolean) {
  const priceFen = n % 4 === 3 ? 60 + draw.int(90) : 1_000 + draw.int(30_000);
  return {
    priceFen, friendDiscountFen: draw.int(Math.floor(priceFen / 5)), rebateBps: draw.int(2_200), rebateCapFen: draw.pick([0, 37, 2_000, 5_000]), commissionBps: draw.int(800),
    stock: n % 3 === 1 ? 3 + draw.int(10) : 400 + draw.int(400), perPersonLimit: 1 + draw.int(6), validDays: draw.pick(DAYS),
    ...(n === 2 ? { offPeak: { days: [1, 3, 4, 5, 7].slice(0, 1 + draw.int(5)), fromMinute: draw.int(700), toMinute: 701 + draw.int(739), priceFen: Math.floor(priceFen * 0.7) } satisfies OffPeak } : {}),
    ...(isGroup ? { group: groupOf(draw, priceFen) } : {}),
  };
}
function groupOf(draw: Draw, priceFen: number): GroupRule {
  const kind = draw.weighed<GroupRule['kind']>({ standard: 3, ladder: 3, newcomer: 1 });
  const tiers = kind === 'ladder' ? [{ size: 2, priceFen: priceFen - 10 }, { size: 3, priceFen: priceFen - 17 }, { size: 4, priceFen: Math.max(5, Math.floor(priceFen / 2)) }] : [];
  const first = tiers[0]?.priceFen ?? Math.floor(priceFen * 0.8);
  return { kind, size: tiers.at(-1)?.size ?? 2 + draw.int(2), hours: draw.pick([12, 24, 48] as const), priceFen: first, hostBenefitFen: draw.chance(0.5) ? draw.int(Math.min(first, tiers.at(-1)?.priceFen ?? first) - 1) : 0, tiers };
}

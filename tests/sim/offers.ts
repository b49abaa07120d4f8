/** The coupons that shops and the platform offer: plenty, few, by code only, to be passed on, partly paid by the platform. */
import type { RouteTypes } from '../../functions/contract/shapes';
import type { Face, Offer } from './model';
import { drawFrom, type Draw } from './seeded';
import type { World } from './world';

type Input = RouteTypes['createOffer']['body'];
const DAY = 86_400_000;

export async function makeOffers(world: World): Promise<void> {
  const nowMs = await world.t.app.clock.read();
  for (const [shop, market] of world.shops.entries()) {
    const deals = world.model.deals.filter((deal) => deal.shop === shop);
    for (let n = 0; n < 4; n += 1) {
      const draw = drawFrom(world.seed, 'offer', shop, n);
      const face = faceOf(draw, market.merchantId, n, deals.map(({ dealId }) => dealId));
      // One in four is shared: the platform pays a part of each discount.
      if (n === 3) await add(world, shop, face, draw, nowMs, 1 + draw.int(9_999));
      else await add(world, shop, face, draw, nowMs, null);
    }
  }
  for (let n = 0; n < 3; n += 1) {
    const draw = drawFrom(world.seed, 'offer', 'platform', n);
    await add(world, null, faceOf(draw, null, n === 2 ? 1 : n, []), draw, nowMs, 10_000);
  }
}

function faceOf(draw: Draw, merchantId: string | null, n: number, dealIds: string[]): Face {
  const kind = merchantId && n === 2 ? 'exchange' : n % 2 === 0 ? 'amount' : 'percent';
  const dealId = kind === 'exchange' ? draw.pick(dealIds) : null;
  return {
    title: `${merchantId ? '店' : '平台'}券${n}`, merchantId, kind, thresholdFen: kind === 'exchange' ? 0 : draw.pick([0, 1, 500, 3_000, 15_000]), amountFen: kind === 'amount' ? 1 + draw.int(4_000) : 0,
    offBps: kind === 'percent' ? 100 + draw.int(6_000) : 0, capFen: kind === 'percent' ? 1 + draw.int(5_000) : 0, dealId,
    dealIds: merchantId && kind !== 'exchange' && draw.chance(0.3) ? dealIds.slice(0, 2) : [], storeIds: [], platformBps: merchantId ? 0 : 10_000,
  };
}

async function add(world: World, shop: number | null, face: Face, draw: Draw, nowMs: number, platformBps: number | null): Promise<void> {
  const market = world.shops[shop ?? 0]!;
  const [total, perPerson, isFixed, withCode, isTransferable, isForNew] = [draw.chance(0.4) ? 3 + draw.int(8) : 1_000, 1 + draw.int(3), draw.chance(0.4), draw.chance(0.2), draw.chance(0.6), draw.chance(0.2)];
  const body: Input = {
    title: face.title, kind: face.kind, audience: isForNew ? 'new_guest' : 'everyone', winBackDays: null, thresholdFen: face.thresholdFen, amountFen: face.amountFen, offBps: face.offBps, capFen: face.capFen,
    dealId: face.dealId, dealIds: [...face.dealIds], storeIds: [], total, perPerson, claimFromMs: nowMs, claimUntilMs: nowMs + (isFixed ? 20 : 150) * DAY, withCode, isTransferable,
    ...(isFixed ? { validFromMs: nowMs, validUntilMs: nowMs + 20 * DAY, validDays: null } : { validFromMs: null, validUntilMs: null, validDays: draw.pick([2, 15, 60]) }),
  };
  const made = platformBps === null
    ? await world.t.ok('createOffer', { as: market.manager, params: { storeId: market.storeId }, body })
    : await world.t.ok('createPlatformOffer', { as: market.operator, body: { ...body, merchantId: face.merchantId, platformBps, reason: '一起出' } });
  const offer: Offer = { offerId: made.offerId, shop, face: { ...face, platformBps: platformBps ?? 0 }, total, perPerson, code: made.code, isTransferable, isForNew, isGone: false };
  world.model.offers.push(offer);
}

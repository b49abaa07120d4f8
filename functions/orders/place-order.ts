/**
 * Places an order: load (a snapshot of the deal; who brought the buyer) → decide the price → one guarded save.
 * Guards I-06, I-10, I-16, I-17, I-22, F-20, A-14 … A-16, A-34. The save guards the terms' version that was decided on.
 * After commit the prepay is asked for by payOrder; a crash here leaves an unpaid order that the watch ends.
 */
import { HOARDING_MAX_EXPIRED, HOARDING_WINDOW_MS, PAYMENT_QUERY_DELAYS_MS, REWARD_MIN_FEN, UNPAID_HOLD_MS } from '../contract/limits';
import { rewardOfFen } from '../contract/money';
import { getDealForOrder } from '../catalog';
import { findPeople } from '../identity';
import { Changed, decided, me, newId, newSnapshot, refuse, replayed, type Context, type Db, type Snapshot, type Story } from '../kernel';
import { findBringer, type Brought } from '../referrals';
import { decidePrice, maxQuantity, validUntil, yuan } from './rules';

type Deal = NonNullable<Awaited<ReturnType<typeof getDealForOrder>>>;
type Line = ReturnType<typeof decidePrice>;
const deals = new WeakMap<Db, Snapshot<Deal | null>>();

export const placeOrder: Story<'placeOrder'> = (ctx, { body }) =>
  replayed(ctx, () => decided(async () => {
    me(ctx);
    let deal = await loadDeal(ctx.db, body.dealId);
    if (deal.termsVersion < body.termsVersion) deal = await loadDeal(ctx.db, body.dealId, true);
    const brought = body.shareToken ? await findBringer(ctx, deal, body.shareToken) : null;
    const price = decidePrice(deal, body.quantity, brought !== null);
    if (body.quantity > maxQuantity(deal.priceFen, deal.perPersonLimit)) refuse('LIMIT_PER_PERSON', { limit: deal.perPersonLimit });
    if (price.payableFen !== body.expectedPayableFen) refuse('PRICE_CHANGED', { payable: yuan(price.payableFen), payableFen: price.payableFen });
    // The closed gate: what was sold out up to 2 s ago is refused without a write.
    if (deal.available < body.quantity) refuse('SOLD_OUT', { available: deal.available });
    return save(ctx, deal, body, price, brought);
  }));

async function save(ctx: Context, deal: Deal, body: { quantity: number; surface: string }, price: Line, brought: Brought | null) {
  const { personId: buyerId, deviceId } = me(ctx);
  const orderId = newId('ord');
  const { dealId, merchantId, subMchid, termsVersion, commissionBps, rebateBps, rebateCapFen, validDays } = deal;
  try {
    return await ctx.db.call('orders_place', {
      idem: ctx.idem, orderId, paymentId: newId('pay'), dealId, merchantId, subMchid, termsVersion, commissionBps, rebateBps, rebateCapFen, validDays, buyerId, deviceId,
      surface: body.surface, quantity: body.quantity, limit: deal.perPersonLimit, ...price, snapshot: { title: deal.title, pictureUrl: deal.pictureUrl, items: deal.items },
      holdMs: UNPAID_HOLD_MS, watchMs: PAYMENT_QUERY_DELAYS_MS[0], hoardMax: HOARDING_MAX_EXPIRED, hoardMs: HOARDING_WINDOW_MS,
      attribution: brought && {
        orderId, merchantId, dealId, buyerId, token: brought.token, sharerId: brought.sharerId, groupId: brought.groupId,
        discountFen: price.discountFen, rewardFen: brought.channel === 'moments' ? 0 : rewardOfFen(price.payableFen, rebateBps, rebateCapFen),
      },
    });
  } catch (error) {
    if (error instanceof Changed) await loadDeal(ctx.db, dealId, true);
    throw error;
  }
}

export const quoteOrder: Story<'quoteOrder'> = async (ctx, { body }) => {
  me(ctx);
  const deal = await loadDeal(ctx.db, body.dealId);
  const most = maxQuantity(deal.priceFen, deal.perPersonLimit);
  if (body.quantity > most) refuse('LIMIT_PER_PERSON', { limit: most });
  const brought = await findBringer(ctx, deal, body.shareToken ?? null);
  const price = decidePrice(deal, body.quantity, brought !== null);
  return {
    dealId: deal.dealId, termsVersion: deal.termsVersion, quantity: body.quantity, unitPriceFen: price.unitPriceFen, payableFen: price.payableFen, savedFen: price.discountFen,
    lines: price.lines, maxQuantity: most, validUntilMs: validUntil(ctx.clock.nowMs(), deal.validDays), sharer: brought && (await sharerOf(ctx, deal, brought, price.payableFen)),
  };
};

async function sharerOf(ctx: Context, deal: Deal, brought: Brought, payableFen: number) {
  const [person] = await findPeople(ctx.db, [brought.sharerId]);
  const rebateFen = brought.channel === 'moments' ? 0 : rewardOfFen(payableFen, deal.rebateBps, deal.rebateCapFen);
  return { person: { name: person!.name, avatarUrl: person!.avatarUrl }, rebateFen: rebateFen < REWARD_MIN_FEN ? 0 : rebateFen, token: brought.token };
}

async function loadDeal(db: Db, dealId: string, fresh = false): Promise<Deal> {
  let snapshot = deals.get(db);
  if (!snapshot) deals.set(db, (snapshot = newSnapshot()));
  if (fresh) snapshot.drop(dealId);
  return (await snapshot.get(dealId, () => getDealForOrder(db, dealId))) ?? refuse('NOT_FOUND');
}

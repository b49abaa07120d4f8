/**
 * Places an order: load (a snapshot of the deal; who brought the buyer; the seat; the coupons chosen) → decide the price →
 * one guarded save. Guards I-06, I-10, I-11, I-12, I-16, I-17, I-22, F-17, F-20, A-14 ….
 * After commit the prepay is asked for by payOrder; a crash here leaves an unpaid order that the watch ends.
 */
import {
  CLOCK_SLACK_MS, FLASH_LATER_FOR_RISK_MS, FLASH_TRIES_DEVICE, FLASH_TRIES_PERSON, HOARDING_MAX, HOARDING_WINDOW_MS, LAST_SEAT_HOLD_MS, PAYMENT_QUERY_DELAYS_MS, UNPAID_HOLD_MS,
} from '../contract/limits';
import type { Stack } from '../contract/best-combination';
import { countClaimable, findCoupons } from '../coupons';
import { offerSeat, type SeatOffer } from '../group-buys';
import { Changed, decided, me, newId, Refused, refuse, replayed, takeRate, type Context, type Story } from '../kernel';
import { checkQuantity, describeItem, inWords, loadDeal, loadItem, mostOf, priceBest, priceChoice, savedAttribution, savedPrice, type Item } from './price-lines';
import { placeInTurn, placeTogether, type Placed } from './place-together';
import { findBought } from './store';
import { yuan } from './rules';

export const placeOrder: Story<'placeOrder'> = (ctx, { body }) =>
  replayed(ctx, () => decided(async () => {
    const { personId } = me(ctx);
    let deal = await loadDeal(ctx.db, body.dealId);
    if (deal.termsVersion < body.termsVersion) deal = await loadDeal(ctx.db, body.dealId, true);
    checkGate(ctx, deal);
    const seat = body.group ? await offerSeat(ctx.db, deal, body.group, personId) : null;
    const item = await loadItem(ctx, deal, body, seat);
    const coupons = body.stack?.couponIds.length ? await findCoupons(ctx.db, personId, body.stack.couponIds) : [];
    const priced = priceChoice(ctx, [item], coupons, body.stack);
    checkQuantity(item);
    if (priced.payableFen !== body.expectedPayableFen) refuse('PRICE_CHANGED', { payable: yuan(priced.payableFen), payableFen: priced.payableFen });
    // The closed gate: what was sold out up to 2 s ago is refused without a write.
    if (deal.available < body.quantity) refuse('SOLD_OUT', { available: deal.available });
    return save(ctx, item, savedPrice(item, priced, coupons), body.surface);
  }));

async function save(ctx: Context, item: Item, price: ReturnType<typeof savedPrice>, surface: string) {
  const { personId: buyerId, deviceId } = me(ctx);
  const { deal, seat } = item;
  const orderId = newId('ord');
  try {
    const attempt = {
      idem: ctx.idem, ...newOrder(item, price, orderId, buyerId), deviceId, surface, holdMs: holdOf(ctx, seat),
      watchMs: PAYMENT_QUERY_DELAYS_MS[0], hoardMax: HOARDING_MAX, hoardMs: HOARDING_WINDOW_MS,
      uses: price.uses.map((use) => ({ ...use, orderId, leadOrderId: orderId })), seat: seat && { ...seat, groupId: seat.groupId ?? newId('grp'), orderId, personId: buyerId },
    };
    if (seat?.groupId) return await placeInTurn(ctx.db, seat.groupId, attempt);
    const isPlain = ctx.idem !== null && !seat && price.uses.length === 0;
    return await (isPlain ? placeTogether(ctx.db, attempt) : ctx.db.call<Placed>('orders_place', attempt));
  } catch (error) {
    // Decided again on what is now: the terms, and the moment (an off-peak hour may have begun or ended).
    if (error instanceof Changed) await Promise.all([loadDeal(ctx.db, deal.dealId, true), ctx.clock.read()]);
    // The gate closes at once, for everybody who was decided on the same snapshot.
    if (error instanceof Refused && error.code === 'SOLD_OUT') deal.available = Number(error.details.available);
    throw inWords(ctx, error);
  }
}

/** A-35, C4: who tries again and again at a flash sale waits; before its start and after its end nothing is written. The database decides the edge. */
export function checkGate(ctx: Context, deal: Item['deal']): void {
  const { personId, deviceId } = me(ctx);
  if (deal.isFlash) {
    takeRate(`${personId}:flash`, FLASH_TRIES_PERSON.perSecond, FLASH_TRIES_PERSON.burst);
    if (deviceId) takeRate(`${deviceId}:flash`, FLASH_TRIES_DEVICE.perSecond, FLASH_TRIES_DEVICE.burst);
  }
  const nowMs = ctx.clock.nowMs();
  // Whoever WeChat marks as risky is not locked out, but has no use of being the fastest.
  const laterMs = deal.isFlash && me(ctx).isRisky && deal.saleStartsAtMs !== null ? deal.saleStartsAtMs + FLASH_LATER_FOR_RISK_MS - nowMs : 0;
  if (laterMs > 0 && laterMs <= FLASH_LATER_FOR_RISK_MS) throw new Refused('RATE_LIMITED', {}, laterMs);
  const isEarly = deal.saleStartsAtMs !== null && nowMs < deal.saleStartsAtMs - CLOCK_SLACK_MS;
  const isLate = deal.saleEndsAtMs !== null && nowMs >= deal.saleEndsAtMs + CLOCK_SLACK_MS;
  if (isEarly) throw inWords(ctx, new Refused('SALE_NOT_STARTED', { startsAt: deal.saleStartsAtMs }));
  if (isLate) refuse('DEAL_NOT_ON_SALE');
}

/** The last seat is held shorter, and none beyond the group's deadline. */
const holdOf = (ctx: Context, seat: SeatOffer | null): number =>
  Math.min(seat?.isLast ? LAST_SEAT_HOLD_MS : UNPAID_HOLD_MS, seat?.deadlineMs ? seat.deadlineMs - ctx.clock.nowMs() : Infinity);

/** One order's row, lines, payment and attribution, as the save takes them. */
export function newOrder(item: Item, price: ReturnType<typeof savedPrice>, orderId: string, buyerId: string) {
  const { dealId, merchantId, subMchid, termsVersion, commissionBps, rebateBps, rebateCapFen, validDays, fulfilment } = item.deal;
  return {
    orderId, paymentId: newId('pay'), dealId, merchantId, subMchid, termsVersion, commissionBps, rebateBps, rebateCapFen, validDays, fulfilment, buyerId, limit: item.deal.perPersonLimit, ...price,
    snapshot: { title: item.deal.title, pictureUrl: item.deal.pictureUrl, items: item.deal.items }, attribution: savedAttribution(item, price, orderId, buyerId),
  };
}

export const quoteOrder: Story<'quoteOrder'> = async (ctx, { body }) => {
  const { personId } = me(ctx);
  const deal = await loadDeal(ctx.db, body.dealId);
  const seat = body.group ? await offerSeat(ctx.db, deal, body.group, personId) : null;
  const item = await loadItem(ctx, deal, body, seat);
  checkQuantity(item);
  // What was bought before counts here already: nobody fills in a checkout that cannot be placed. An order that still waits for its payment is placing's to tell of.
  const before = await findBought(ctx.db, deal.dealId, personId);
  const left = deal.perPersonLimit - before.bought;
  if (body.quantity > left && !before.isUnpaid) refuse('LIMIT_PER_PERSON', { limit: deal.perPersonLimit });
  const [{ coupons, priced }, moreCoupons] = await Promise.all([priceBest(ctx, [item], body.stack as Stack | undefined), countClaimable(ctx.db, personId, deal)]);
  return {
    ...(await describeItem(ctx, item, priced, coupons)), maxQuantity: Math.max(1, Math.min(mostOf(item), left)), savedFen: priced.savedFen, moreCoupons, coupons, stack: priced.stack,
    nowMs: ctx.clock.nowMs(), group: seat && { groupId: seat.groupId, size: seat.size, minSize: seat.minSize, left: seat.left, hours: seat.hours, deadlineMs: seat.deadlineMs, isLastSeat: seat.isLast },
  };
};

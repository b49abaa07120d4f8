/** Claims within their caps, each coupon where the promises put it, and what each order carries of it. */
import { orderEnds, voucherEnd, type Say } from './audit';
import { isFailed } from './audit-groups';
import type { Books } from './books';
import { isTakenBack, type Coupon, type Order } from './model';
import type { World } from './world';

const DAY = 86_400_000;
const sorted = (all: Iterable<string>) => [...all].sort();

/** held, used, or returned: what the order's fate makes of the coupon's part in it. */
function carrierState(world: World, books: Books, order: Order): 'held' | 'used' | 'returned' {
  const [end] = orderEnds(world, books, order);
  if (end === 'cancelled' || end === 'expired') return 'returned';
  if (end === 'unpaid') return 'held';
  if (order.left || isFailed(books, order)) return books.hasRefund(order.orderId) ? 'returned' : 'used';
  // Given back whole and never served: it comes back.
  const isUnserved = order.vouchers.length > 0 && order.vouchers.every((one) => voucherEnd(world, books, one) === 'back' && !isTakenBack(world.model, one.voucherId));
  return isUnserved ? 'returned' : 'used';
}

export function auditCoupons(world: World, books: Books, say: Say): void {
  const { model, people } = world;
  say('coupons', sorted(model.coupons.keys()), sorted(books.coupons.keys()));
  const carriers = new Map<string, Order[]>();
  for (const order of model.orders.values()) {
    for (const { couponId, discountFen, platformFen } of order.carries) {
      carriers.set(couponId, [...(carriers.get(couponId) ?? []), order]);
      const found = books.carried.get(`${couponId} ${order.orderId}`);
      say(`${couponId} on ${order.orderId}: discount, the platform's part, state`, [discountFen, platformFen, carrierState(world, books, order)], [found?.discountFen, found?.platformFen, found?.state]);
    }
  }
  say('parts of coupons that orders carry', [...model.orders.values()].reduce((sum, one) => sum + one.carries.length, 0), books.carried.size);
  for (const coupon of model.coupons.values()) auditOne(world, books, coupon, carriers.get(coupon.couponId) ?? [], say);
  for (const offer of model.offers) {
    const claims = [...model.coupons.values()].filter((one) => one.offer === offer);
    say(`claims of ${offer.offerId}`, claims.length, books.claimed.get(offer.offerId));
    if (claims.length > offer.total) say(`claims of ${offer.offerId}, of ${offer.total}`, 'no more', claims.length);
    if (offer.isGone && claims.length !== offer.total) say(`${offer.offerId} was said to be gone: claims`, offer.total, claims.length);
    for (const [n, person] of people.entries()) {
      const mine = claims.filter((one) => one.claimant === n).length;
      if (mine > offer.perPerson) say(`claims of ${offer.offerId} by ${person.name}, ${offer.perPerson} at most`, 'no more', mine);
    }
  }
}

function auditOne(world: World, books: Books, coupon: Coupon, carriers: readonly Order[], say: Say): void {
  const found = books.coupons.get(coupon.couponId);
  if (!found) return;
  const what = `coupon ${coupon.couponId} (${coupon.offer.face.title})`;
  const states = carriers.map((order) => carrierState(world, books, order));
  const live = states.filter((state) => state !== 'returned');
  if (new Set(carriers.filter((_, n) => states[n] !== 'returned').map((order) => order.purchase?.purchaseId ?? order.orderId)).size > 1) say(`${what}: checkouts that hold it`, 1, live.length);
  // Whoever gets it back after its end has seven days more.
  if (found.validUntilMs !== coupon.validUntilMs) {
    const isGrace = states.includes('returned') && found.validUntilMs > coupon.validUntilMs && found.validUntilMs <= books.nowMs + 7 * DAY;
    if (!isGrace) say(`${what}: its end`, coupon.validUntilMs, found.validUntilMs);
    coupon.validUntilMs = found.validUntilMs;
  }
  const gift = coupon.gifts.at(-1);
  const isPassing = gift?.state === 'open' && (books.nowMs < gift.expiresAtMs || (books.mayBeLate(gift.expiresAtMs, gift.token) && found.state === 'passing'));
  const isEnded = books.nowMs >= coupon.validUntilMs && !(books.mayBeLate(coupon.validUntilMs, coupon.couponId) && found.state !== 'expired');
  const state = live.includes('used') ? 'used' : live.includes('held') ? 'held' : isEnded ? 'expired' : isPassing ? 'passing' : 'available';
  say(`${what}: state, owner`, [state, world.people[coupon.owner]!.personId], [found.state, found.ownerId]);
}

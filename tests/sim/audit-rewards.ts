/** Who earns what: one reward an order, for who brought it, by rate and cap on what was kept; one for each pair and shop in 30 days. */
import type { Say } from './audit';
import { isWaiting } from './audit-groups';
import type { Books } from './books';
import { isTakenBack, rewardFen, standingUse, type Model, type Order } from './model';
import type { World } from './world';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

/** Fen of the order that stand as used. */
export const usedFen = (model: Model, order: Order): number =>
  order.vouchers.filter((one) => standingUse(one) && !isTakenBack(model, one.voucherId)).reduce((sum, one) => sum + one.paidFen, 0);

/** What is used, or can be. */
const keptFen = (model: Model, books: Books, order: Order): number =>
  order.vouchers.filter((one) => books.vouchers.get(one.voucherId)?.state === 'issued').reduce((sum, one) => sum + one.paidFen, usedFen(model, order));

export function auditRewards(world: World, books: Books, say: Say): void {
  const { model, people, shops } = world;
  for (const order of model.orders.values()) {
    const found = books.rewards.get(order.orderId);
    const isPaid = books.orders.get(order.orderId)?.paidAtMs != null;
    if (!order.isShareSure && isPaid && !found) order.share = null;
    const isEarning = isPaid && order.share !== null && order.share.channel !== 'moments';
    say(`order ${order.orderId} has a reward`, isEarning, found !== undefined);
    if (!isEarning || !found) continue;
    const what = `reward of ${order.orderId}`;
    say(`${what}: whose, from whom`, [people[order.share!.sharer]!.personId, people[order.buyer]!.personId, shops[order.deal.shop]!.merchantId], [found.sharerId, found.friendId, found.merchantId]);
    say(`${what} is held for`, [], found.held);
    if (rewardFen(order.payableFen, order.deal) === 0) {
      say(`${what}, too small`, ['cancelled', 'limit'], [found.state, found.reason]);
      continue;
    }
    if (found.reason === 'repeat') continue;
    if (found.reason === 'limit') {
      // What had become too small to be paid when the rest went back unused.
      if (rewardFen(keptFen(world.model, books, order), order.deal) > 0) say(`${what}, large enough`, 'not limited', found.reason);
      continue;
    }
    auditOne(world, books, order, found, say);
  }
  auditPairs(books, say);
}

function auditOne(world: World, books: Books, order: Order, found: NonNullable<ReturnType<Books['rewards']['get']>>, say: Say): void {
  const { model } = world;
  const what = `reward of ${order.orderId}`;
  const used = usedFen(model, order);
  const isLeft = isWaiting(books, order) || order.vouchers.some((one) => books.vouchers.get(one.voucherId)?.state === 'issued');
  const refunds = [...model.refunds.values()].filter((one) => one.order === order);
  const isOnItsWay = refunds.some((one) => one.kind === 'after_sale' && one.answer === 'accepted' && !books.refunds.get(one.refundId)?.funded);
  if (isLeft) return say(`${what}, not used up`, 'expected', found.state);
  if (isOnItsWay) return; // taken back in a moment; the money says how much
  if (used === 0) {
    if (!['cancelled', 'clawed_back'].includes(found.state)) say(`${what}, all given back`, 'cancelled or clawed_back', found.state);
    return;
  }
  say(`${what}: fen`, rewardFen(used, order.deal), ['pending', 'available'].includes(found.state) ? found.amountFen - found.clawedFen : 0);
  const asked = refunds.some((one) => one.kind === 'after_sale' && one.answer === null);
  if (found.state === 'pending' && !asked && books.nowMs > found.pendingAtMs! + 7 * DAY + HOUR) say(`${what} after seven days`, 'available', `${found.state}, ${found.disputes} disputes`);
  if (found.state === 'available' && books.nowMs < found.pendingAtMs! + 7 * DAY) say(`${what} before its seven days`, 'pending', found.state);
}

/** Two rewards of a pair at one shop lie 30 days apart, or the earlier was cancelled before; one that was refused for it has the other. */
function auditPairs(books: Books, say: Say): void {
  const pairs = new Map<string, { id: string; paidAtMs: number; isRepeat: boolean; isLimit: boolean; freeAtMs: number }[]>();
  for (const [orderId, found] of books.rewards) {
    const paidAtMs = books.orders.get(orderId)!.paidAtMs!;
    // Cancelled before it was pending, its place was free again from then on.
    const isFreed = found.state === 'cancelled' && found.pendingAtMs === null && found.reason !== 'repeat';
    const pair = `${found.sharerId} ${found.friendId} ${found.merchantId}`;
    pairs.set(pair, [...(pairs.get(pair) ?? []), { id: orderId, paidAtMs, isRepeat: found.reason === 'repeat', isLimit: found.reason === 'limit', freeAtMs: isFreed ? found.endedAtMs! : paidAtMs + 30 * DAY }]);
  }
  for (const all of pairs.values()) {
    for (const one of all) {
      const covers = all.filter((other) => other !== one && !other.isRepeat && other.paidAtMs <= one.paidAtMs + 60_000 && one.paidAtMs < other.freeAtMs + 60_000);
      const clear = covers.filter((other) => other.paidAtMs < one.paidAtMs && one.paidAtMs < other.freeAtMs - 60_000);
      if (one.isRepeat && covers.length === 0) say(`reward of ${one.id}: the earlier one that it repeats`, 'one', 'none');
      if (!one.isRepeat && !one.isLimit && clear.length > 0) say(`reward of ${one.id}, of a pair that has one already (${clear[0]!.id})`, 'repeat', 'earned');
    }
  }
}

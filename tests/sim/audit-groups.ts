/** Seats: a group succeeds exactly when enough paid in time by WeChat's word, and else everybody has all of it back. */
import type { Say } from './audit';
import type { Books } from './books';
import { leastOf, seatedOf, tierFen, type Group, type Order } from './model';
import type { World } from './world';

const HOUR = 3_600_000;
const stateOf = (books: Books, order: Order) => (order.group ? books.groups.get(order.group.groupId)?.state : undefined);
const isGroupOver = (state: string | undefined) => state === 'succeeded' || state === 'failed' || state === 'closing';
/** Paid for a seat, and its group is not decided yet. */
export const isWaiting = (books: Books, order: Order): boolean =>
  ['opening', 'open', 'closing'].includes(stateOf(books, order) ?? '') && order.paid.size > 0 && !order.cancelled && !order.left && !books.endedByGroup.has(order.orderId)
  && !books.expiredThoughPaid.has(order.orderId) && !books.unknownYet.has(order.orderId);
export const isFailed = (books: Books, order: Order): boolean => stateOf(books, order) === 'failed';

const seated = (books: Books, group: Group) =>
  seatedOf(group, ({ orderId }) => !books.endedByGroup.has(orderId) && !books.expiredThoughPaid.has(orderId) && !books.unknownYet.has(orderId));
/** What a ladder gives back to one who paid its first price; a fen stays paid. */
export function ladderFen(_: World, books: Books, order: Order): number {
  if (!order.group || stateOf(books, order) !== 'succeeded') return 0;
  const { rule } = order.group;
  return Math.max(0, Math.min(rule.priceFen - tierFen(rule, seated(books, order.group).length), order.payableFen - 1));
}

/** Who was still paying when the group was over has no order any more; what is paid for it all the same goes back. */
export function learnGroupEnds(world: World, books: Books): void {
  for (const order of world.model.orders.values())
    if (order.group && !order.cancelled && books.orders.get(order.orderId)?.state === 'cancelled' && isGroupOver(stateOf(books, order))) books.endedByGroup.add(order.orderId);
}

export function learnGroupRefund(world: World, books: Books, refundId: string, found: { orderId: string; kind: string; amountFen: number }, say: Say): void {
  const order = world.model.orders.get(found.orderId);
  if (!order) return;
  say(`refund ${refundId} of ${order.orderId}, ${found.kind}: its group`, found.kind === 'ladder' ? 'succeeded' : 'failed', stateOf(books, order));
  const amountFen = found.kind === 'ladder' ? ladderFen(world, books, order) : order.payableFen;
  world.model.refunds.set(refundId, {
    refundId, order, kind: found.kind === 'ladder' ? 'ladder' : 'whole', amountFen, voucherIds: [], shop: order.deal.shop, store: 0, answer: 'accepted', askedAtMs: 0,
  });
}

export function auditGroups(world: World, books: Books, say: Say): void {
  say('groups', [...world.model.groups.keys()].sort(), [...books.groups.keys()].sort());
  for (const group of world.model.groups.values()) {
    const found = books.groups.get(group.groupId);
    if (!found) continue;
    const what = `group ${group.groupId} of ${group.rule.size} (${group.rule.kind})`;
    const members = seated(books, group);
    const isTime = found.deadlineMs !== null && books.nowMs >= found.deadlineMs;
    if (members.length > group.rule.size) say(`${what}: members`, group.rule.size, members.length);
    if (new Set(members.map(({ buyer }) => buyer)).size < members.length) say(`${what}: members`, 'each once', members.map(({ buyer }) => buyer));
    if (found.deadlineMs !== null && Math.abs(found.deadlineMs - found.openedAtMs! - group.rule.hours * HOUR) > 1_000) say(`${what}: hours`, group.rule.hours, (found.deadlineMs - found.openedAtMs!) / HOUR);
    say(`${what}: state`, endsOf(books, group, members.length, isTime, found).join(' or '), found.state);
    auditSeats(books, group, members, found.deadlineMs, what, say);
  }
}

/** One name, or what is found where two are right. */
function endsOf(books: Books, group: Group, members: number, isTime: boolean, found: { state: string; deadlineMs: number | null }): string[] {
  const opener = group.orders[0]!;
  const either = (...states: string[]) => (states.includes(found.state) ? [found.state] : states);
  if (found.deadlineMs === null) {
    const isEnded = ['cancelled', 'expired'].includes(books.orders.get(opener.orderId)?.state ?? '');
    return [isEnded ? 'cancelled' : 'opening'];
  }
  const hasMembersGone = group.orders.some((one) => one.left) && members === 0;
  if (members === group.rule.size) return ['succeeded'];
  if (!isTime) return hasMembersGone ? ['failed'] : ['open'];
  if (hasMembersGone) return ['failed'];
  const end = members >= leastOf(group.rule) ? 'succeeded' : 'failed';
  // While WeChat does not answer, nobody is turned away who may have paid.
  return books.mayBeLate(found.deadlineMs, group.groupId) ? either(end, 'open', 'closing') : [end];
}

/** F-18: WeChat's success time decides. Who paid before the deadline has a seat; who paid after it has none. */
function auditSeats(books: Books, group: Group, members: readonly Order[], deadlineMs: number | null, what: string, say: Say): void {
  if (deadlineMs === null) return;
  for (const order of members) if (order.paidAtMs! >= deadlineMs) say(`${what}: ${order.orderId}, paid after the deadline`, 'no seat', 'a seat');
  for (const order of group.orders) {
    if (!books.endedByGroup.has(order.orderId) || order.paid.size === 0) continue;
    const isEmptied = books.groups.get(group.groupId)!.state === 'failed' && members.length === 0;
    if (order.paidAtMs! < deadlineMs && !isEmptied) say(`${what}: ${order.orderId}, paid ${deadlineMs - order.paidAtMs!} ms before the deadline`, 'a seat', 'none');
  }
}

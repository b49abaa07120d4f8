/**
 * A group's deadline. open → closing: nobody joins or leaves any more; every order that is still being paid is asked for at WeChat,
 * closed there and ended; then the group succeeded or failed, in one save. Guards I-12, F-18. While WeChat is away the group stays
 * `closing`: a payment that WeChat took before the deadline counts whenever we hear of it. A crash anywhere is finished by the next run.
 */
import { decideEnd, findGroup } from '../group-buys';
import { decided, type App } from '../kernel';
import { confirmedOrders, drawGroup } from './group-orders';
import { askAll, closePayments } from './pay-order';

/** Answers in how many ms to look again, or null when the group is over and nobody is paying for it. */
export async function closeGroup(app: App, groupId: string): Promise<number | null> {
  const group = await findGroup(app.db, groupId);
  if (!group || group.state === 'succeeded' || group.state === 'cancelled') return null;
  if (group.state === 'open') {
    if (group.nowMs < group.deadlineMs!) return group.deadlineMs! - group.nowMs;
    await app.db.call('group_buys_begin_closing', { groupId });
  }
  for (const { orderId } of group.seats.filter((seat) => seat.state === 'held')) {
    await askAll(app, orderId);
    await closePayments(app, orderId);
    await app.db.call('orders_end', { orderId, to: 'cancelled', isGroupOver: true });
  }
  return group.state === 'failed' ? null : decided(() => finish(app, groupId));
}

async function finish(app: App, groupId: string): Promise<number | null> {
  const group = (await findGroup(app.db, groupId))!;
  if (group.state !== 'closing') return null;
  if (group.seats.some((seat) => seat.state === 'held')) return 1; // one that was taken just before the deadline
  const to = decideEnd(group);
  const orderIds = confirmedOrders(group);
  await app.db.call('orders_finish_group', { groupId, to, orderIds, orders: to === 'succeeded' ? await drawGroup(app, group, orderIds) : [] });
  return null;
}

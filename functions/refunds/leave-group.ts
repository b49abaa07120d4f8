/**
 * The way back out of a group buy: a member leaves before success, a failed group's orders go back whole, a complete ladder's
 * difference goes back to who paid more. Guards I-07, I-12, F-36. Sending follows at WeChat's pace.
 */
import { findGroup } from '../group-buys';
import { decided, me, newId, refuse, replayed, type App, type Context, type Story } from '../kernel';
import { findOrder, listOrders, type OrderRow } from '../orders';
import { findKeptPayment } from '../payments';
import { decideFeeBack } from './rules';

export const leaveGroup: Story<'leaveGroup'> = (ctx, { params }) =>
  replayed(ctx, () => decided(async () => {
    const { personId } = me(ctx);
    const group = (await findGroup(ctx.db, params.groupId)) ?? refuse('NOT_FOUND');
    // By the order: of two accounts that became one in the same group, the second seat keeps its old name.
    const orders = (await listOrders(ctx.db, group.seats.map((s) => s.orderId))).filter((o) => o.buyerId === personId);
    const seat = group.seats.find((s) => s.personId === personId) ?? group.seats.find((s) => orders.some((o) => o.orderId === s.orderId));
    if (!seat) refuse(group.state === 'opening' ? 'NOT_FOUND' : 'GROUP_STATE');
    const order = orders.find((o) => o.orderId === seat.orderId) ?? refuse('NOT_FOUND');
    if (seat.state === 'held') return ctx.db.call<{ refundId: string | null; amountFen: number }>('refunds_leave_unpaid', { idem: ctx.idem, orderId: order.orderId });
    return giveBackWhole(ctx, order, { kind: 'group_left', idem: ctx.idem });
  }));

/** The group failed: all that was paid. Runs twice without harm: what is counted as going back is not opened again. */
export function refundGroupOrder(app: App, orderId: string): Promise<null> {
  return decided(async () => {
    const order = (await findOrder(app.db, orderId))!;
    if (order.state === 'paid' && order.refundedFen === 0) await giveBackWhole(app, order, { kind: 'group_failed', idem: null });
    return null;
  });
}

async function giveBackWhole(app: App | Context, order: OrderRow, { kind, idem }: { kind: 'group_left' | 'group_failed'; idem: Context['idem'] }) {
  const payment = (await findKeptPayment(app.db, order.orderId))!;
  return app.db.call<{ refundId: string; amountFen: number }>('refunds_open_group', {
    idem, refundId: newId('rfd'), orderId: order.orderId, groupId: order.groupId, paymentId: payment.paymentId, merchantId: order.merchantId, buyerId: order.buyerId, dealId: order.dealId, kind,
    amountFen: order.payableFen, feeBackFen: decideFeeBack(order.payableFen, order.payableFen, app.config.providerFeeBps), title: order.title,
  });
}

/** The number was drawn with the save that completed the group, so a second run opens no second refund. */
export async function refundLadder(app: App, orderId: string, refundId: string): Promise<null> {
  const [order, payment] = await Promise.all([findOrder(app.db, orderId), findKeptPayment(app.db, orderId)]);
  await app.db.call('refunds_open_ladder', {
    refundId, orderId, paymentId: payment!.paymentId, merchantId: order!.merchantId, buyerId: order!.buyerId, amountFen: order!.ladderFen, title: order!.title,
  });
  return null;
}

/**
 * What a paid seat does to its group, and what the save that completes a group issues for all its members. Guards I-12, I-13, F-18.
 * Decided on the confirmed orders as they are now; the save refuses anything else, and it is decided again.
 */
import { GROUP_JOIN_ENDS_MS } from '../contract/limits';
import { feeFen } from '../contract/money';
import { findGroup, ladderRefundFen, tierPriceOf, type GroupRow } from '../group-buys';
import { newId, type App } from '../kernel';
import { decideRewardFen } from '../vouchers';
import { listOrders, type OrderRow } from './store';
import { drawVouchers } from './vouchers';

/** `group` of orders_mark_paid. `orderIds` are the seats confirmed before this one. */
export async function decideSeatPayment(app: App, order: OrderRow, successAtMs: number) {
  const group = (await findGroup(app.db, order.groupId!))!;
  const orderIds = confirmedOrders(group);
  const completes = orderIds.length + 1 === group.size;
  const orders = completes ? await drawGroup(app, group, [...orderIds, order.orderId]) : [];
  return { groupId: group.groupId, orderId: order.orderId, successAtMs, joinEndsMs: GROUP_JOIN_ENDS_MS, completes, orderIds, orders };
}

/** `orders` of orders_finish_group: what each member gets when so many make the group. */
export async function drawGroup(app: App, group: GroupRow, orderIds: string[]) {
  const reachedFen = tierPriceOf(group, orderIds.length)!;
  return (await listOrders(app.db, orderIds)).map((order) => {
    const ladderFen = ladderRefundFen(order.payableFen, group.priceFen, reachedFen);
    const paidFen = order.payableFen - ladderFen;
    return {
      orderId: order.orderId, vouchers: drawVouchers(order, ladderFen), ladderFen, refundId: newId('rfd'), rewardFen: decideRewardFen(paidFen, { rateBps: order.rebateBps, capFen: order.rebateCapFen }),
      feeBackFen: feeFen(order.payableFen, app.config.providerFeeBps) - feeFen(paidFen, app.config.providerFeeBps),
    };
  });
}

export const confirmedOrders = (group: GroupRow): string[] => group.seats.filter((seat) => seat.state === 'confirmed').map((seat) => seat.orderId);

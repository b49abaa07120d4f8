/**
 * The auditor: compares its own books with what the database and the API say at a quiet point. Each difference is a
 * sentence: what the model expects, what was found.
 */
import { checkInvariants } from '../../functions/views/invariants';
import { auditGroups, isFailed, isWaiting, ladderFen } from './audit-groups';
import { learn, readBooks, type Books } from './books';
import { auditCoupons } from './audit-coupons';
import { auditMoney } from './audit-money';
import { auditRewards } from './audit-rewards';
import { isTakenBack, standingUse, unitAt, type Order, type Voucher } from './model';
import { drawFrom } from './seeded';
import type { World } from './world';

export type Say = (what: string, expected: unknown, found: unknown) => void;

/** `at` names the quiet point. Differences end up in world.wrong. */
export async function audit(world: World, at: string): Promise<void> {
  const say: Say = (what, expected, found) => {
    if (JSON.stringify(expected) !== JSON.stringify(found)) world.wrong.push(`${at}: ${what}: expected ${JSON.stringify(expected)}, found ${JSON.stringify(found)}`);
  };
  const books = await readBooks(world);
  learn(world, books, say);
  auditOrders(world, books, say);
  auditStock(world, books, say);
  auditWithdrawals(world, books, say);
  auditCoupons(world, books, say);
  auditGroups(world, books, say);
  auditRewards(world, books, say);
  auditMoney(world, books, say);
  await auditPages(world, books, at, say);
  for (const { id, says, violations, total } of await checkInvariants(world.db)) if (total > 0) world.wrong.push(`${at}: ${id} is broken (${says}): ${JSON.stringify(violations[0])}`);
  const alarms = await world.db.query<{ kind: string; subject: string; body: { why?: string } }>(`SELECT kind, subject, body FROM alarm WHERE closed_at IS NULL
    AND kind IN ('payment.quarantined', 'refund.stuck', 'split.stuck', 'split.return_failed', 'subsidy.stuck', 'subsidy.return_failed', 'fact.parked')`);
  const isRefusal = ({ body }: { body: { why?: string } }) => world.model.wasRefused && /^(RULE_LIMIT|NOT_ENOUGH|BALANCE_NOT_ENOUGH)/.test(body.why ?? '');
  for (const alarm of alarms) if (!isRefusal(alarm)) world.wrong.push(`${at}: an alarm that nothing in the schedule explains: ${JSON.stringify(alarm)}`);
  world.model.isWechatTroubled = false;
  world.model.isNoticeLost = books.unknownYet.size > 0;
}

const sorted = (all: Iterable<string>) => [...all].sort();

export function voucherEnd(world: World, books: Books, voucher: Voucher): 'issued' | 'redeemed' | 'back' {
  if (isTakenBack(world.model, voucher.voucherId)) return 'back';
  if ([...world.model.refunds.values()].some((one) => one.kind === 'unused' && one.voucherIds.includes(voucher.voucherId))) return 'back';
  if (standingUse(voucher)) return 'redeemed';
  const isLate = books.mayBeLate(voucher.validUntilMs, voucher.order.orderId) && books.vouchers.get(voucher.voucherId)?.state === 'issued';
  return books.nowMs >= voucher.validUntilMs && !isLate ? 'back' : 'issued';
}

/** What an order must be by now. Two states where a refund is still on its way. */
export function orderEnds(world: World, books: Books, order: Order): string[] {
  if (order.cancelled || books.endedByGroup.has(order.orderId)) return ['cancelled'];
  if (books.unknownYet.has(order.orderId)) return ['unpaid'];
  if (order.paid.size === 0 || books.expiredThoughPaid.has(order.orderId)) {
    const isLate = books.mayBeLate(order.expiresAtMs, order.orderId, order.purchase?.purchaseId ?? '') && books.orders.get(order.orderId)?.state === 'unpaid';
    return [books.nowMs >= order.expiresAtMs && !isLate ? 'expired' : 'unpaid'];
  }
  const isBack = order.left || isFailed(books, order);
  if (isBack) return books.isArriving(order.orderId) || !books.hasRefund(order.orderId) ? ['paid'] : ['refunded'];
  if (isWaiting(books, order)) return ['paid'];
  const ends = order.vouchers.map((voucher) => voucherEnd(world, books, voucher));
  if (ends.includes('issued')) return ['paid'];
  if (ends.includes('redeemed')) return ['completed'];
  return books.isArriving(order.orderId) ? ['paid', 'completed'] : ['refunded'];
}

function auditOrders(world: World, books: Books, say: Say): void {
  const { model } = world;
  say('orders', sorted(model.orders.keys()), sorted(books.orders.keys()));
  for (const order of model.orders.values()) {
    const found = books.orders.get(order.orderId);
    if (!found) continue;
    const ends = orderEnds(world, books, order);
    if (!ends.includes(found.state)) say(`order ${order.orderId} (${[...order.paid.values()].join(' + ') || 'nothing'} paid)`, ends.join(' or '), found.state);
    say(`order ${order.orderId} quantity, price, buyer`, [order.quantity, order.payableFen, world.people[order.buyer]!.personId], [found.quantity, found.payableFen, found.buyerId]);
    auditPrice(books, order, found.placedAtMs, say);
    const isServed = ['paid', 'completed', 'refunded'].includes(ends[0]!) && !isWaiting(books, order) && !order.left && !isFailed(books, order);
    say(`order ${order.orderId}: vouchers`, isServed ? [order.quantity, order.payableFen - ladderFen(world, books, order)] : [0, 0], [order.vouchers.length, order.vouchers.reduce((sum, one) => sum + one.paidFen, 0)]);
  }
  say('vouchers', sorted(model.vouchers.keys()), sorted(books.vouchers.keys()));
  for (const voucher of model.vouchers.values()) {
    const found = books.vouchers.get(voucher.voucherId);
    const end = voucherEnd(world, books, voucher);
    const state = found?.state === 'refunding' || found?.state === 'refunded' ? 'back' : found?.state;
    say(`voucher ${voucher.voucherId} of ${voucher.order.orderId}`, end, state);
    const standing = voucher.uses.filter((use) => !use.undone);
    if (standing.length > 1) say(`voucher ${voucher.voucherId}: standing uses`, 1, standing.map(({ redemptionId }) => redemptionId));
    if (end === 'redeemed') say(`voucher ${voucher.voucherId}: who used it`, standing[0]!.redemptionId, found?.redemptionId);
  }
  say('uses', sorted(model.uses.keys()), sorted(books.uses.keys()));
  for (const use of model.uses.values()) {
    const found = books.uses.get(use.redemptionId);
    say(`use ${use.redemptionId}: store and undone`, [world.shops[use.shop]!.storeIds[use.store], use.undone], [found?.storeId, found?.undone]);
  }
}

/** The price and the start of a sale are those of the moment that the database placed it; a purchase has one fate. */
function auditPrice(books: Books, order: Order, placedAtMs: number, say: Say): void {
  if (!order.group && order.deal.group === null) say(`order ${order.orderId}: unit price at ${new Date(placedAtMs).toISOString()}`, unitAt(order.deal, placedAtMs), order.unitPriceFen);
  if (order.deal.startsAtMs !== null && placedAtMs < order.deal.startsAtMs) say(`order ${order.orderId} of a sale that starts at ${order.deal.startsAtMs}`, 'not before', placedAtMs);
  const fates = new Set((order.purchase?.orders ?? []).map(({ orderId }) => books.orders.get(orderId)?.state).map((state) => (['unpaid', 'cancelled', 'expired'].includes(state ?? '') ? state : 'paid')));
  if (fates.size > 1) say(`purchase ${order.purchase!.purchaseId}`, 'one fate', [...fates]);
}

function auditStock(world: World, books: Books, say: Say): void {
  for (const deal of world.model.deals) {
    let [held, sold] = [0, 0];
    for (const order of world.model.orders.values()) {
      if (order.deal !== deal) continue;
      const [state] = orderEnds(world, books, order);
      if (state === 'unpaid' || isWaiting(books, order)) held += order.quantity;
      // Given back unused it can be sold again; taken back after use it cannot.
      else if (state !== 'cancelled' && state !== 'expired')
        sold += order.vouchers.filter((one) => voucherEnd(world, books, one) !== 'back' || isTakenBack(world.model, one.voucherId)).length;
    }
    const found = books.stock.get(deal.dealId);
    say(`stock of ${deal.dealId}: available, held, sold`, [deal.stock - held - sold, held, sold], [found?.available, found?.held, found?.sold]);
  }
}

const DAY = 86_400_000;
function auditWithdrawals(world: World, books: Books, say: Say): void {
  say('withdrawals', sorted(world.model.withdrawals.keys()), sorted(books.withdrawals.keys()));
  for (const one of world.model.withdrawals.values()) {
    const found = books.withdrawals.get(one.withdrawalId);
    if (!found) continue;
    const isLate = books.nowMs >= found.requestedAtMs + DAY + 60 * 60_000;
    const state = one.end === 'confirmed' ? 'succeeded' : one.end === 'failed' || isLate ? 'failed' : found.state;
    say(`withdrawal ${one.withdrawalId}: state, amount, person`, [state, one.amountFen, world.people[one.person]!.personId], [found.state, found.amountFen, found.personId]);
    // WeChat's own word: what was never confirmed never arrived.
    if (one.end === null && found.state === 'succeeded') say(`withdrawal ${one.withdrawalId}`, 'not arrived', found.state);
  }
}

/** A few guests look at their own pages: the API must say what the books say. */
async function auditPages(world: World, books: Books, at: string, say: Say): Promise<void> {
  const draw = drawFrom(world.seed, 'pages', at);
  const { t, model } = world;
  const orders = [...model.orders.values()];
  for (let n = 0; n < 6 && orders.length > 0; n += 1) {
    const order = draw.pick(orders);
    const page = await t.ok('getOrder', { as: world.people[order.buyer]!, params: { orderId: order.orderId } });
    if (!orderEnds(world, books, order).includes(page.row.state)) say(`page of order ${order.orderId}`, orderEnds(world, books, order).join(' or '), page.row.state);
    for (const shown of page.vouchers) {
      const end = voucherEnd(world, books, model.vouchers.get(shown.voucherId)!);
      say(`page of order ${order.orderId}, voucher ${shown.voucherId}`, end, ['refunding', 'refunded'].includes(shown.state) ? 'back' : shown.state);
    }
    const refundable = order.vouchers.filter((one) => voucherEnd(world, books, one) === 'issued').reduce((sum, one) => sum + one.paidFen, 0);
    say(`page of order ${order.orderId}: refundable`, refundable, page.refundableFen);
  }
  for (const deal of model.deals) {
    const page = await t.ok('getDeal', { params: { dealId: deal.dealId } });
    say(`page of ${deal.dealId}: price`, deal.priceFen, page.priceFen);
  }
}

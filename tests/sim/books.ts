/** What the database says, read once for a quiet point; and what the model may learn from it, each only where it is allowed. */
import type { Say } from './audit';
import { learnGroupEnds, learnGroupRefund } from './audit-groups';
import type { World } from './world';

/** Long enough for the first tries of a fact that failed (FACT_BACKOFF_MS); the last look of a run has no such excuse. */
const LATE_MS = 660_000;

export interface Books {
  nowMs: number;
  orders: Map<string, { state: string; quantity: number; payableFen: number; refundedFen: number; buyerId: string; placedAtMs: number; paidAtMs: number | null; splitState: string | null; subsidyState: string | null }>;
  vouchers: Map<string, { state: string; redemptionId: string | null }>;
  uses: Map<string, { storeId: string; undone: boolean; undoUntilMs: number }>;
  refunds: Map<string, { orderId: string; kind: string; state: string; amountFen: number; voucherIds: string[]; funded: boolean; answerByMs: number | null; paymentId: string; acceptedAtMs: number | null; answeredBy: string | null }>;
  rewards: Map<string, { rewardId: string; state: string; amountFen: number; clawedFen: number; sharerId: string; friendId: string; merchantId: string; reason: string | null; held: string[]; disputes: number; endedAtMs: number | null; pendingAtMs: number | null }>;
  withdrawals: Map<string, { state: string; amountFen: number; personId: string; requestedAtMs: number }>;
  stock: Map<string, { available: number; held: number; sold: number }>;
  groups: Map<string, { state: string; deadlineMs: number | null; openedAtMs: number | null; hours: number }>;
  /** Cancelled because their group was over: only when it was. */
  endedByGroup: Set<string>;
  coupons: Map<string, { state: string; ownerId: string; validUntilMs: number }>;
  /** `coupon order` → the part. */
  carried: Map<string, { discountFen: number; platformFen: number; state: string }>;
  claimed: Map<string, number>;
  /** `kind owner` → fen. */
  balances: Map<string, number>;
  /** Orders that ended although they were paid at WeChat: only while WeChat did not answer, or late. */
  expiredThoughPaid: Set<string>;
  /** Paid at WeChat, and not known yet. */
  unknownYet: Set<string>;
  /** What fell due then may still be on its way: for so long after, or while a fact of one of these subjects waits for its next try. */
  mayBeLate(dueAtMs: number, ...subjects: string[]): boolean;
  isArriving(orderId: string): boolean;
  hasRefund(orderId: string): boolean;
}

export async function readBooks(world: World): Promise<Books> {
  const { db } = world;
  const keyed = async <T>(sql: string) => new Map((await db.query(sql)).map((row) => [row.key as string, row as T]));
  // After a failure, or under way while the clock jumped: it reckoned its next look, ten minutes off at most, from the time before.
  const retried = new Set((await db.query("SELECT subject FROM fact WHERE state = 'due' AND due_at > juke_now() AND (attempts > 0 OR due_at < juke_now() + interval '10 minutes')")).map((row) => row.subject as string));
  const [now] = await db.query<{ now: number }>('SELECT ms_of(juke_now()) AS now');
  const books: Books = {
    nowMs: now!.now,
    orders: await keyed(`SELECT order_id AS key, o.state, quantity, payable_fen AS "payableFen", refunded_fen AS "refundedFen", buyer_id AS "buyerId", ms_of(placed_at) AS "placedAtMs", ms_of(paid_at) AS "paidAtMs",
      s.state AS "splitState", b.state AS "subsidyState" FROM guest_order o LEFT JOIN split s USING (order_id) LEFT JOIN subsidy b USING (order_id)`),
    vouchers: await keyed('SELECT voucher_id AS key, state, redemption_id AS "redemptionId" FROM voucher'),
    uses: await keyed('SELECT redemption_id AS key, store_id AS "storeId", undone_at IS NOT NULL AS undone, ms_of(undo_until) AS "undoUntilMs" FROM redemption'),
    refunds: await keyed(`SELECT refund_id AS key, order_id AS "orderId", kind, state, amount_fen AS "amountFen", voucher_ids AS "voucherIds", funded, ms_of(answer_by) AS "answerByMs",
      payment_id AS "paymentId", ms_of(accepted_at) AS "acceptedAtMs", answered_by AS "answeredBy" FROM refund`),
    rewards: await keyed(`SELECT order_id AS key, reward_id AS "rewardId", state, amount_fen AS "amountFen", clawed_fen AS "clawedFen", sharer_id AS "sharerId", friend_id AS "friendId",
      merchant_id AS "merchantId", reason, held_for AS held, disputes, ms_of(ended_at) AS "endedAtMs", ms_of(pending_at) AS "pendingAtMs" FROM reward`),
    withdrawals: await keyed('SELECT withdrawal_id AS key, state, amount_fen AS "amountFen", person_id AS "personId", ms_of(requested_at) AS "requestedAtMs" FROM withdrawal'),
    stock: await keyed('SELECT deal_id AS key, available, held, sold FROM deal_stock'),
    groups: await keyed('SELECT group_id AS key, state, ms_of(deadline) AS "deadlineMs", ms_of(opened_at) AS "openedAtMs", hours FROM group_buy'),
    coupons: await keyed('SELECT coupon_id AS key, state, owner_id AS "ownerId", ms_of(valid_until) AS "validUntilMs" FROM coupon'),
    carried: await keyed(`SELECT coupon_id || ' ' || order_id AS key, discount_fen AS "discountFen", platform_fen AS "platformFen", state FROM coupon_use`),
    claimed: new Map((await db.query('SELECT offer_id AS key, claimed FROM coupon_offer')).map((row) => [row.key, row.claimed])),
    balances: new Map((await db.query('SELECT account_kind || \' \' || owner_id AS key, sum(amount_fen)::bigint AS fen FROM posting GROUP BY 1')).map((row) => [row.key, row.fen])),
    expiredThoughPaid: new Set(), unknownYet: new Set(), endedByGroup: new Set(),
    mayBeLate: (dueAtMs, ...subjects) => books.nowMs < dueAtMs + LATE_MS || subjects.some((subject) => retried.has(subject)),
    hasRefund: (orderId) => [...books.refunds.values()].some((one) => one.orderId === orderId && one.kind !== 'late_payment' && one.kind !== 'double_payment'),
    isArriving: (orderId) => [...books.refunds.values()].some((one) => one.orderId === orderId && ['accepted', 'sent'].includes(one.state)),
  };
  return books;
}

/** What only time or WeChat decided. Each step the model takes over must be one that it allows. */
export function learn(world: World, books: Books, say: Say): void {
  const { model } = world;
  learnGroupEnds(world, books);
  for (const order of model.orders.values()) {
    const found = books.orders.get(order.orderId);
    if (model.isNoticeLost && order.paid.size > 0 && found?.state === 'unpaid' && books.nowMs < order.expiresAtMs) books.unknownYet.add(order.orderId);
    if (order.cancelled || order.paid.size === 0 || found?.state !== 'expired') continue;
    // Paid at WeChat and ended all the same: only when WeChat did not answer at the end. Its money must go back whole (audit-money).
    if (!model.isWechatTroubled && !model.endedThoughPaid.has(order.orderId)) say(`order ${order.orderId}, paid in time`, 'paid', 'expired');
    model.endedThoughPaid.add(order.orderId);
    books.expiredThoughPaid.add(order.orderId);
  }
  for (const [refundId, found] of books.refunds) {
    const known = model.refunds.get(refundId);
    if (known?.kind === 'after_sale' && known.answer === null && found.state !== 'requested') {
      const isUndone = model.vouchers.get(known.voucherIds[0]!)!.uses.some((use) => use.undone);
      if (found.state === 'declined') say(`after-sale ${refundId} that nobody answered, declined by ${found.answeredBy} although its use was never undone (order ${known.order.orderId}, voucher ${known.voucherIds[0]})`, true, isUndone);
      else say(`after-sale ${refundId} that nobody answered, accepted`, true, books.nowMs >= found.answerByMs!);
      known.answer = found.state === 'declined' ? 'declined' : 'accepted';
    }
    if (known?.kind === 'after_sale' && found.state === 'requested' && books.nowMs >= found.answerByMs! + 60_000) say(`after-sale ${refundId} after its 48 hours`, 'accepted', found.state);
    if (!known && (found.kind === 'group_failed' || found.kind === 'ladder')) learnGroupRefund(world, books, refundId, found, say);
    if (known || found.kind !== 'expired') continue;
    // 过期退: exactly what was left unused when its validity ended.
    const order = model.orders.get(found.orderId);
    for (const voucherId of found.voucherIds) {
      const voucher = model.vouchers.get(voucherId);
      say(`voucher ${voucherId}, given back as expired`, true, voucher !== undefined && books.nowMs >= voucher.validUntilMs && voucher.uses.every((use) => use.undone));
    }
    if (order) model.refunds.set(refundId, {
      refundId, order, kind: 'unused', amountFen: found.voucherIds.reduce((sum, id) => sum + (model.vouchers.get(id)?.paidFen ?? 0), 0), voucherIds: found.voucherIds, shop: order.deal.shop,
      store: 0, answer: 'accepted', askedAtMs: 0,
    });
  }
}

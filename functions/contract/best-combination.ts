/**
 * The best stack of discounts for a checkout, and why each other coupon lost (C2). Guards I-06. Pure: the app and the
 * server run this same code, so the price that a guest sees is the price that the server takes.
 *
 * In order: host benefit, then the friend discounts or one platform coupon, then one coupon per merchant. No line goes
 * below 1 fen per unit; what a discount would take below is cut, or taken from its other lines with room.
 *
 * Why the search is exact. An opening is what comes before the merchants' coupons: the friend discounts, one platform
 * coupon, or neither. A stack has exactly one, and it fixes the room left on every line. A merchant's coupon takes
 * min(its amount, the room left on its lines), however that is spread, and only from lines of its merchant; there is at
 * most one per merchant, so none takes room from another. What a stack takes off is therefore the opening's part plus a
 * sum over merchants of terms that do not depend on each other: per opening the best is the best of each merchant, and
 * the best of all openings is the best of all stacks. Ties: the number of coupons is such a sum too, and among stacks
 * of as many coupons one with an earlier coupon in any place comes first in the order by end and id, so it is again
 * enough to choose in each merchant by itself. (Merchants first would not do: their coupons would then decide how much
 * room the platform's one finds, and every combination of them would have to be tried.)
 */
import { assertFen, partFen, splitFen } from './money';
import type { CouponKind } from './states';

/** One line is one deal and one order. Amounts are for the whole line; a deal has one line. */
export interface StackLine {
  lineId: string; dealId: string; merchantId: string; storeIds: readonly string[];
  quantity: number; unitPriceFen: number; hostBenefitFen: number;
  /** 0: nobody brought it. */
  friendDiscountFen: number;
}
export interface StackCoupon {
  couponId: string; title: string;
  /** null: the platform's. */
  merchantId: string | null;
  kind: CouponKind;
  /** Compared with the prices of the covered lines before any discount. */
  thresholdFen: number;
  /** amount: so much off. percent: this part of the covered prices off, at most capFen. exchange: a unit of dealId, its only deal, for 1 fen. */
  amountFen: number; offBps: number; capFen: number; dealId: string | null;
  /** Empty: any. A deal is covered when all its stores are among storeIds. */
  dealIds: string[]; storeIds: string[];
  /** The part of the discount that the platform pays. */
  platformBps: number;
  /** [from, until) */
  validFromMs: number; validUntilMs: number;
  /** Decided by the server, which knows what the person bought before. */
  blocked: 'not_new' | 'not_lapsed' | null;
}
export type StackReason =
  | 'threshold' | 'not_covering' | 'not_started' | 'expired' | 'with_friend' | 'one_platform' | 'one_per_merchant' | 'no_room' | 'not_new' | 'not_lapsed';
/** A choice: the friend discounts, and the coupons by id (sorted). */
export interface Stack { usesFriend: boolean; couponIds: string[] }
export interface PricePart {
  kind: 'price' | 'host_benefit' | 'friend_discount' | 'platform_coupon' | 'merchant_coupon';
  couponId: string | null;
  /** Negative for discounts; discounts of nothing are left out. The parts of a line sum to its payableFen. */
  amountFen: number;
  /** What the platform pays of this discount, ≥ 0, rounded down: the broken fen stays with the merchant of the line. */
  platformFen: number;
}
interface PricedLine { lineId: string; priceFen: number; payableFen: number; platformFen: number; parts: PricePart[] }
/** savedFen is what the discounts take off the prices, host benefit included. */
export interface PricedStack { stack: Stack; lines: PricedLine[]; payableFen: number; savedFen: number }
interface StackProblem { couponId: string; reason: StackReason; missingFen: number }
/** The best allowed stack with something that the best stack leaves out, and what it costs more. */
interface OtherStack { stack: Stack; costMoreFen: number }
interface LostCoupon {
  couponId: string; reason: StackReason;
  /** For `threshold`, else 0. */
  missingFen: number;
  /** 0 when no allowed stack holds this coupon. */
  costMoreFen: number;
  /** null: it cannot be used at all. */
  stack: Stack | null;
}
export interface BestCombination {
  best: PricedStack;
  /** Every coupon that the best stack does not use, in the order given. */
  lost: LostCoupon[];
  /** The best stack with the friend discounts, when there are some and the best stack leaves them out for a platform coupon. */
  friend: OtherStack | null;
}

/**
 * What forbids a choice, or null. A coupon that would take nothing off is forbidden too (no_room): it would be used up
 * for nothing. Throws a TypeError for an unknown coupon.
 */
export function stackProblem(lines: readonly StackLine[], coupons: readonly StackCoupon[], stack: Stack, nowMs: number): StackProblem | null {
  const settled = settle(prepare(lines, coupons, nowMs), stack);
  return 'reason' in settled ? settled : null;
}

/** The price of a choice. Throws a TypeError for one that stackProblem forbids. */
export function priceStack(lines: readonly StackLine[], coupons: readonly StackCoupon[], stack: Stack, nowMs: number): PricedStack {
  const settled = settle(prepare(lines, coupons, nowMs), stack);
  if ('reason' in settled) throw new TypeError(`coupon ${settled.couponId} is not allowed here: ${settled.reason}`);
  return settled;
}

/** The stack with the lowest payable; ties: fewer coupons, then those that end first, then by id, then with the friend discounts. */
export function bestCombination(lines: readonly StackLine[], coupons: readonly StackCoupon[], nowMs: number): BestCombination {
  const checkout = prepare(lines, coupons, nowMs);
  const usable = checkout.tickets.filter((ticket) => !ticket.problem).sort((a, b) => a.rank - b.rank);
  const byMerchant = new Map<string, Ticket[]>();
  for (const ticket of usable) {
    const { merchantId } = ticket.coupon;
    if (merchantId !== null) byMerchant.set(merchantId, [...(byMerchant.get(merchantId) ?? []), ticket]);
  }
  const openings = openingsOf(checkout, usable).map((opening) => finish(opening, byMerchant));
  const best = openings.reduce(better);
  const used = new Set(best.picks);

  /** The best candidate with this coupon: its own opening, or each opening with its merchant's pick replaced by it. */
  const bestWith = (ticket: Ticket): Candidate => {
    const { merchantId } = ticket.coupon;
    if (merchantId === null) return openings.find(({ platform }) => platform === ticket)!;
    let found: Candidate | null = null;
    for (const opening of openings) {
      const offFen = offOf(ticket, opening.roomFen);
      if (offFen <= 0) continue;
      const pick = opening.picks.find(({ coupon }) => coupon.merchantId === merchantId);
      const payableFen = opening.payableFen + (pick ? offOf(pick, opening.roomFen) : 0) - offFen;
      if (found && payableFen > found.payableFen) continue;
      const picks = [...opening.picks.filter((other) => other !== pick), ticket].sort((a, b) => a.rank - b.rank);
      const candidate = { ...opening, payableFen, picks };
      found = found ? better(found, candidate) : candidate;
    }
    return found!;
  };
  const lost = checkout.tickets.filter((ticket) => !used.has(ticket)).map((ticket): LostCoupon => {
    if (ticket.problem) return { ...ticket.problem, costMoreFen: 0, stack: null };
    const candidate = bestWith(ticket);
    const { couponId, merchantId } = ticket.coupon;
    const rival = best.picks.some(({ coupon }) => coupon.merchantId === merchantId);
    const reason = merchantId === null && best.usesFriend ? 'with_friend' : !rival ? 'no_room' : merchantId === null ? 'one_platform' : 'one_per_merchant';
    return { couponId, reason, missingFen: 0, costMoreFen: candidate.payableFen - best.payableFen, stack: stackOf(candidate) };
  });
  const friend = openings.find(({ usesFriend }) => usesFriend);
  return {
    best: settle(checkout, stackOf(best)) as PricedStack,
    lost,
    friend: friend && !best.usesFriend ? { stack: stackOf(friend), costMoreFen: friend.payableFen - best.payableFen } : null,
  };
}

/** A line with what its host benefit and friend discount really take. */
interface Row { line: StackLine; priceFen: number; hostFen: number; friendFen: number }
/** A coupon at this checkout: the rows that it covers, and what it takes off them if they have the room. */
interface Ticket { coupon: StackCoupon; rows: number[]; prices: number[]; faceFen: number; rank: number; problem: StackProblem | null }
interface Checkout { lines: readonly StackLine[]; rows: Row[]; tickets: Ticket[]; hasFriend: boolean }
interface Opening { usesFriend: boolean; platform: Ticket | null; roomFen: number[]; payableFen: number }
/** An opening with its merchants' coupons; picks (the platform's among them) by rank. */
interface Candidate extends Opening { picks: Ticket[] }

const sum = (amounts: readonly number[]) => amounts.reduce((a, b) => a + b, 0);
const order = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

function prepare(lines: readonly StackLine[], coupons: readonly StackCoupon[], nowMs: number): Checkout {
  // By deal, so that the broken fen of a split falls on the same line wherever and in whatever order it is computed.
  const sorted = [...lines].sort((a, b) => order(a.dealId, b.dealId) || order(a.lineId, b.lineId));
  const rows = sorted.map((line): Row => {
    const { quantity, unitPriceFen, hostBenefitFen, friendDiscountFen } = line;
    const priceFen = assertFen(quantity * unitPriceFen);
    const isWhole = [quantity, unitPriceFen].every((n) => Number.isInteger(n) && n >= 1) && assertFen(hostBenefitFen) >= 0 && assertFen(friendDiscountFen) >= 0;
    if (!isWhole) throw new TypeError(`not a line that can be priced: ${line.lineId}`);
    const hostFen = Math.min(hostBenefitFen, priceFen - quantity);
    return { line, priceFen, hostFen, friendFen: Math.min(friendDiscountFen, priceFen - hostFen - quantity) };
  });
  const roomFen = roomOf(rows, false);
  const tickets = coupons.map((coupon) => ticketOf(coupon, rows, roomFen, nowMs));
  [...tickets].sort((a, b) => a.coupon.validUntilMs - b.coupon.validUntilMs || order(a.coupon.couponId, b.coupon.couponId))
    .forEach((ticket, rank) => (ticket.rank = rank));
  if (new Set(coupons.map(({ couponId }) => couponId)).size < coupons.length || new Set(lines.map(({ lineId }) => lineId)).size < lines.length) {
    throw new TypeError('a coupon or a line is there twice');
  }
  return { lines, rows, tickets, hasFriend: rows.some(({ friendFen }) => friendFen > 0) };
}

function ticketOf(coupon: StackCoupon, rows: readonly Row[], roomFen: readonly number[], nowMs: number): Ticket {
  const { couponId, kind, thresholdFen, blocked } = coupon;
  const covered = rows.flatMap(({ line }, i) => (covers(coupon, line) ? [i] : []));
  const prices = covered.map((i) => rows[i]!.priceFen);
  const baseFen = sum(prices);
  const fullFen = kind === 'amount' ? assertFen(coupon.amountFen)
    : kind === 'percent' ? Math.min(coupon.capFen, partFen(baseFen, coupon.offBps))
      : Math.max(0, ...covered.map((i) => rows[i]!.line.unitPriceFen - 1));
  // More than the base is the base: every line is cut to its room either way.
  const ticket: Ticket = { coupon, rows: covered, prices, faceFen: Math.min(fullFen, baseFen), rank: 0, problem: null };
  const reason = nowMs >= coupon.validUntilMs ? 'expired' : nowMs < coupon.validFromMs ? 'not_started' : blocked !== null ? blocked
    : covered.length === 0 ? 'not_covering' : baseFen < thresholdFen ? 'threshold' : offOf(ticket, roomFen) <= 0 ? 'no_room' : null;
  if (reason) ticket.problem = { couponId, reason, missingFen: reason === 'threshold' ? thresholdFen - baseFen : 0 };
  return ticket;
}

function covers({ merchantId, kind, dealId, dealIds, storeIds }: StackCoupon, line: StackLine): boolean {
  return (merchantId === null || merchantId === line.merchantId) && (kind !== 'exchange' || dealId === line.dealId)
    && (dealIds.length === 0 || dealIds.includes(line.dealId))
    && (storeIds.length === 0 || (line.storeIds.length > 0 && line.storeIds.every((id) => storeIds.includes(id))));
}

const roomOf = (rows: readonly Row[], usesFriend: boolean) =>
  rows.map(({ line, priceFen, hostFen, friendFen }) => priceFen - hostFen - (usesFriend ? friendFen : 0) - line.quantity);
/** What a coupon takes off at this much room: all of it, or all the room of its rows. */
function offOf({ faceFen, rows }: Ticket, roomFen: readonly number[]): number {
  let room = 0;
  for (let i = 0; i < rows.length && room < faceFen; i += 1) room += roomFen[rows[i]!]!;
  return Math.min(faceFen, room);
}

/** Takes the coupon's discount from the room and says how much from which row: by price, what finds no room from the next rows that have some. */
function take(ticket: Ticket, roomFen: number[]): number[] {
  const parts = splitFen(ticket.faceFen, ticket.prices).map((part, at) => Math.min(part, roomFen[ticket.rows[at]!]!));
  let leftFen = ticket.faceFen - sum(parts);
  return ticket.rows.map((row, at) => {
    const more = Math.min(leftFen, roomFen[row]! - parts[at]!);
    leftFen -= more;
    roomFen[row]! -= parts[at]! + more;
    return parts[at]! + more;
  });
}

/** The friend discounts first: where all is equal they stay. */
function openingsOf({ rows, hasFriend }: Checkout, usable: readonly Ticket[]): Opening[] {
  const units = sum(rows.map(({ line }) => line.quantity));
  const open = (usesFriend: boolean, platform: Ticket | null): Opening => {
    const roomFen = roomOf(rows, usesFriend);
    if (platform) take(platform, roomFen);
    return { usesFriend, platform, roomFen, payableFen: units + sum(roomFen) };
  };
  return [...(hasFriend ? [open(true, null)] : []), open(false, null), ...usable.filter(({ coupon }) => coupon.merchantId === null).map((ticket) => open(false, ticket))];
}

/** The opening with the best coupon of each merchant; they come by rank, so the first of equals stays. */
function finish(opening: Opening, byMerchant: ReadonlyMap<string, readonly Ticket[]>): Candidate {
  const picks = opening.platform ? [opening.platform] : [];
  let { payableFen } = opening;
  byMerchant.forEach((tickets) => {
    let [pick, mostFen]: [Ticket | null, number] = [null, 0];
    for (const ticket of tickets) {
      const offFen = offOf(ticket, opening.roomFen);
      if (offFen > mostFen) [pick, mostFen] = [ticket, offFen];
    }
    if (pick) picks.push(pick);
    payableFen -= mostFen;
  });
  return { ...opening, payableFen, picks: picks.sort((a, b) => a.rank - b.rank) };
}

function better(a: Candidate, b: Candidate): Candidate {
  let diff = a.payableFen - b.payableFen || a.picks.length - b.picks.length;
  for (let i = 0; !diff && i < a.picks.length; i += 1) diff = a.picks[i]!.coupon.validUntilMs - b.picks[i]!.coupon.validUntilMs;
  for (let i = 0; !diff && i < a.picks.length; i += 1) diff = a.picks[i]!.rank - b.picks[i]!.rank;
  return diff > 0 ? b : a;
}

const stackOf = ({ usesFriend, picks }: Candidate): Stack => ({ usesFriend, couponIds: picks.map(({ coupon }) => coupon.couponId).sort(order) });

function settle({ lines, rows, tickets, hasFriend }: Checkout, stack: Stack): PricedStack | StackProblem {
  const usesFriend = stack.usesFriend && hasFriend;
  const couponIds = [...stack.couponIds].sort(order);
  const roomFen = roomOf(rows, usesFriend);
  const priced = rows.map(({ line, priceFen, hostFen, friendFen }): PricedLine => {
    const parts: PricePart[] = [{ kind: 'price', couponId: null, amountFen: priceFen, platformFen: 0 }];
    if (hostFen > 0) parts.push({ kind: 'host_benefit', couponId: null, amountFen: -hostFen, platformFen: 0 });
    if (usesFriend && friendFen > 0) parts.push({ kind: 'friend_discount', couponId: null, amountFen: -friendFen, platformFen: 0 });
    return { lineId: line.lineId, priceFen, payableFen: 0, platformFen: 0, parts };
  });
  const chosen = couponIds.map((couponId) => {
    const ticket = tickets.find(({ coupon }) => coupon.couponId === couponId);
    if (!ticket) throw new TypeError(`no such coupon: ${couponId}`);
    return ticket;
  });
  const ofMerchant = new Set<string | null>();
  for (const ticket of [...chosen.filter((t) => t.coupon.merchantId === null), ...chosen.filter((t) => t.coupon.merchantId !== null)]) {
    const { couponId, merchantId, platformBps } = ticket.coupon;
    const isPlatform = merchantId === null;
    const refuse = (reason: StackReason): StackProblem => ({ couponId, reason, missingFen: 0 });
    if (ticket.problem) return ticket.problem;
    if (isPlatform && usesFriend) return refuse('with_friend');
    if (ofMerchant.has(merchantId)) return refuse(isPlatform ? 'one_platform' : 'one_per_merchant');
    ofMerchant.add(merchantId);
    if (offOf(ticket, roomFen) <= 0) return refuse('no_room');
    take(ticket, roomFen).forEach((offFen, at) => {
      const platformFen = partFen(offFen, platformBps);
      const line = priced[ticket.rows[at]!]!;
      line.platformFen += platformFen;
      if (offFen > 0) line.parts.push({ kind: isPlatform ? 'platform_coupon' : 'merchant_coupon', couponId, amountFen: -offFen, platformFen });
    });
  }
  for (const line of priced) line.payableFen = sum(line.parts.map(({ amountFen }) => amountFen));
  const byId = new Map(priced.map((line) => [line.lineId, line]));
  const payableFen = sum(priced.map((line) => line.payableFen));
  const savedFen = sum(priced.map((line) => line.priceFen)) - payableFen;
  return { stack: { usesFriend, couponIds }, lines: lines.map(({ lineId }) => byId.get(lineId)!), payableFen, savedFen };
}

/**
 * Who may sit down, which tier was reached, what is left to give back. Pure. Guards I-12, F-17, F-18, A-33. Amounts in fen.
 */
import type { ErrorCode } from '../contract/errors';
import type { GroupKind, GroupState } from '../contract/states';

export interface Tier { size: number; priceFen: number }
interface GroupNow { state: GroupState; kind: GroupKind; size: number; taken: number; joinUntilMs: number | null; nowMs: number; seats: readonly { personId: string }[] }

/** Why this person gets no seat in this group now, or null. NOT_FOUND: a group whose host has not paid is nobody's business. */
export function decideSeat(g: GroupNow, personId: string, isNewcomer: boolean): ErrorCode | null {
  if (g.seats.some((seat) => seat.personId === personId)) return 'GROUP_OWN';
  if (g.state === 'opening') return 'NOT_FOUND';
  if (g.taken >= g.size) return 'GROUP_FULL';
  if (g.state !== 'open' || g.nowMs >= g.joinUntilMs!) return 'GROUP_ENDED';
  return g.kind === 'newcomer' && !isNewcomer ? 'GROUP_NOT_NEW' : null;
}

/** What so many members pay each: the highest tier they reach; null below the lowest. Without tiers the group's price. */
export function tierPriceOf(g: { priceFen: number; tiers: readonly Tier[]; minSize: number }, members: number): number | null {
  if (members < g.minSize) return null;
  return g.tiers.reduce((price, tier) => (members >= tier.size ? tier.priceFen : price), g.priceFen);
}

/** What a complete ladder gives back to one who paid `payableFen` at the first tier's price; at least 1 fen stays paid. */
export function ladderRefundFen(payableFen: number, firstFen: number, reachedFen: number): number {
  return Math.max(0, Math.min(firstFen - reachedFen, payableFen - 1));
}

/** At the deadline, with nobody paying any more. I-12. */
export const decideEnd = (g: { confirmed: number; minSize: number }): 'succeeded' | 'failed' => (g.confirmed >= g.minSize ? 'succeeded' : 'failed');

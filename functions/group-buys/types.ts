/** Shapes of the group-buys module. */
import type { GroupKind, GroupState } from '../contract/states';
import type { Tier } from './rules';

/** The seat that an order asks for, as it was decided: the save guards all of it. `groupId` null: a new group. */
export interface SeatOffer {
  groupId: string | null; isOpening: boolean; merchantId: string; dealId: string; termsVersion: number; kind: GroupKind; size: number; minSize: number; left: number; hours: number;
  priceFen: number; hostBenefitFen: number; tiers: Tier[]; deadlineMs: number | null; isLast: boolean; flagsMax: number; flagsWindowMs: number; triesMax: number;
}
interface SeatRow { orderId: string; personId: string; state: 'held' | 'confirmed' | 'released' }
export interface GroupRow {
  groupId: string; merchantId: string; dealId: string; hostId: string; kind: GroupKind; state: GroupState; size: number; minSize: number; taken: number; confirmed: number; hours: number;
  priceFen: number; hostBenefitFen: number; tiers: Tier[]; joinUntilMs: number | null; deadlineMs: number | null; nowMs: number;
  /** Held and confirmed ones, by order id. */
  seats: SeatRow[];
}

/** Group buys: the public face. */
import type { DealForOrder } from '../catalog';
import { refuse, type Db } from '../kernel';

/** The seat that an order asks for, as it was decided: the save guards all of it. `groupId` null: a new group. */
export interface SeatOffer {
  groupId: string | null; isOpening: boolean; kind: 'standard' | 'ladder' | 'newcomer'; size: number; minSize: number; left: number; hours: number; priceFen: number; hostBenefitFen: number;
  tiers: { size: number; priceFen: number }[]; deadlineMs: number | null; isLast: boolean;
}

export async function offerSeat(_db: Db, _deal: DealForOrder, _choice: { open: true } | { groupId: string }, _personId: string): Promise<SeatOffer> {
  return refuse('GROUP_NOT_OFFERED');
}

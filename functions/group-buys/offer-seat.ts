/** The seat that an order would take, or why there is none and what can be done instead. The save guards it again (F-17, A-33). */
import { GROUP_FLAGS_MAX, GROUP_FLAGS_WINDOW_MS, GROUP_TRIES_MAX } from '../contract/limits';
import type { DealForOrder } from '../catalog';
import { refuse, type Db } from '../kernel';
import { decideSeat } from './rules';
import { findGroup, findOpener, findOtherGroup, isNewcomer } from './store';
import type { SeatOffer } from './types';

const flags = { flagsMax: GROUP_FLAGS_MAX, flagsWindowMs: GROUP_FLAGS_WINDOW_MS, triesMax: GROUP_TRIES_MAX };

export async function offerSeat(db: Db, deal: DealForOrder, choice: { open: true } | { groupId: string }, personId: string): Promise<SeatOffer> {
  return 'open' in choice ? offerGroup(db, deal, personId) : offerPlace(db, deal, choice.groupId, personId);
}

/** A newcomer group is opened by anybody; only those who join it must be new to the merchant. */
async function offerGroup(db: Db, deal: DealForOrder, personId: string): Promise<SeatOffer> {
  const rule = deal.group ?? refuse('GROUP_NOT_OFFERED');
  const opener = await findOpener(db, deal.dealId, personId);
  if (opener.groupId) refuse('GROUP_EXISTS', { groupId: opener.groupId });
  if (opener.flags >= GROUP_FLAGS_MAX) refuse('GROUP_HOST_BLOCKED');
  const { kind, size, hours, priceFen, hostBenefitFen, tiers } = rule;
  const { merchantId, dealId, termsVersion } = deal;
  return { groupId: null, isOpening: true, merchantId, dealId, termsVersion, kind, size, minSize: tiers[0]?.size ?? size, left: size - 1, hours, priceFen, hostBenefitFen, tiers, deadlineMs: null, isLast: false, ...flags };
}

async function offerPlace(db: Db, deal: DealForOrder, groupId: string, personId: string): Promise<SeatOffer> {
  const group = await findGroup(db, groupId);
  if (!group || group.dealId !== deal.dealId) refuse('NOT_FOUND');
  const why = decideSeat(group, personId, group.kind !== 'newcomer' || (await isNewcomer(db, personId, group.merchantId)));
  if (why === 'GROUP_OWN') refuse(why, { groupId });
  if (why === 'GROUP_FULL' || why === 'GROUP_ENDED') refuse(why, { otherGroupId: await findOtherGroup(db, deal.dealId, groupId, personId) });
  if (why) refuse(why);
  const { merchantId, dealId, kind, size, minSize, hours, priceFen, hostBenefitFen, tiers, deadlineMs, taken } = group;
  return { groupId, isOpening: false, merchantId, dealId, termsVersion: deal.termsVersion, kind, size, minSize, left: size - taken, hours, priceFen, hostBenefitFen, tiers, deadlineMs, isLast: taken + 1 === size, ...flags };
}

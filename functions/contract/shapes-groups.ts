/** Wire shapes of group buys. Members and progress are real; nothing here is ever made up. */
import * as z from 'zod';
import { GROUP_HOURS, GROUP_SIZE_MAX, GROUP_SIZE_MIN, GROUP_WORDS_MAX } from './limits';
import { fulfilments, groupKinds, transitions } from './states';
import { fen, id, keysOf, ms, nothing, page, pageOf, person, place, positiveFen, shareToken, url } from './shapes-common';

export const groupState = z.enum(keysOf(transitions.groupBuy));
/** The group part of a deal's terms. A ladder's tiers ascend in size and fall in price; its first tier is what makes it succeed. */
export const groupRule = z.strictObject({
  kind: z.enum(groupKinds), size: z.int().min(GROUP_SIZE_MIN).max(GROUP_SIZE_MAX), hours: z.literal(GROUP_HOURS), priceFen: positiveFen, hostBenefitFen: fen.min(0),
  tiers: z.array(z.strictObject({ size: z.int().min(GROUP_SIZE_MIN).max(GROUP_SIZE_MAX), priceFen: positiveFen })).max(GROUP_SIZE_MAX),
});
/** A seat as others see it: a paid member, or one that a person is paying for right now (no name, no picture). */
const seat = z.strictObject({ seatNo: z.int(), state: z.enum(['confirmed', 'held']), member: person.nullable(), isHost: z.boolean(), isMe: z.boolean() });
export const groupRow = z.strictObject({
  groupId: z.string(), dealId: z.string(), title: z.string(), pictureUrl: url, merchantName: z.string(), logoInk: z.string(), storeName: z.string(), distanceM: z.int().nullable(), kind: z.enum(groupKinds), state: groupState,
  size: z.int(), minSize: z.int(), confirmed: z.int(), left: z.int(), priceFen: fen, singlePriceFen: fen, deadlineMs: ms.nullable(), joinEndsMs: ms.nullable(), host: person, seats: z.array(seat), isMine: z.boolean(), isMember: z.boolean(),
});
/** The landing: round table, who invited, your price, what happens if it fails. */
const group = z.strictObject({
  ...groupRow.shape, merchantId: z.string(), storeId: z.string(), category: z.string(), fulfilment: z.enum(fulfilments), termsVersion: z.int(), tiers: z.array(z.strictObject({ size: z.int(), priceFen: fen })), tierPriceFen: fen.nullable(), hostBenefitFen: fen,
  priceNowFen: fen, friendDiscountFen: fen, payFen: fen, isOnSale: z.boolean(), available: z.int(), nowMs: ms, completedAtMs: ms.nullable(),
  inviter: z.strictObject({ person, rebateFen: fen, token: z.string(), isMine: z.boolean() }).nullable(),
  /** What the inviter (without one: the host) says to friends. */
  words: z.string().nullable(),
  /** The visitor's own order in this group. */
  mine: z.strictObject({ words: z.string().nullable(), orderId: z.string(), seat: z.enum(['held', 'confirmed', 'released']), voucherId: z.string().nullable(), canLeave: z.boolean(), paidFen: fen }).nullable(),
  /** Members and host see which chat groups brought people. */
  sources: z.array(z.strictObject({ label: z.string(), opened: z.int(), joined: z.int() })),
  /** Another open group of the same deal with a seat, offered when this one is full or over. */
  otherGroupId: z.string().nullable(),
});
const groupParams = z.strictObject({ groupId: id('grp') });

export const groupShapes = {
  listDealGroups: { params: z.strictObject({ dealId: id('deal') }), query: z.strictObject(page), body: nothing, answer: pageOf(groupRow) },
  listGroups: { params: nothing, query: z.strictObject({ ...place, ...page }), body: nothing, answer: pageOf(groupRow) },
  listMyGroups: { params: nothing, query: z.strictObject({ ...page, tab: z.enum(['open', 'ended']).optional() }), body: nothing, answer: pageOf(groupRow) },
  getGroup: { params: groupParams, query: z.strictObject({ ...place, share: shareToken.optional() }), body: nothing, answer: group },
  leaveGroup: { params: groupParams, query: nothing, body: nothing, answer: z.strictObject({ refundId: z.string().nullable(), amountFen: fen }) },
  /** Members only; empty takes them back. */
  setGroupWords: { params: groupParams, query: nothing, body: z.strictObject({ words: z.string().trim().max(GROUP_WORDS_MAX) }), answer: z.strictObject({ words: z.string().nullable() }) },
  /** WeChat's updatable share card (createActivityId): decoration that ends after 24 h; null where WeChat gives none. */
  createGroupActivity: {
    params: groupParams, query: nothing, body: nothing,
    answer: z.strictObject({ activityId: z.string().nullable(), expiresAtMs: ms.nullable(), members: z.int(), size: z.int() }),
  },
};

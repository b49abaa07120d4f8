/** Which touch counts for an order of this person, and what its friend discount and reward would be. Used to quote and to place. */
import { REWARD_REPEAT_MS, REWARDS_PER_DAY_MAX, REWARDS_PER_DEVICE_MAX, RING_MAX } from '../contract/limits';
import type { DealForOrder } from '../catalog';
import { findFingerprint } from '../identity';
import { newId, type Context, type Db } from '../kernel';
import { chooseTouch, decideReward } from './rules';
import { findTouches } from './store';

export interface Brought { token: string; sharerId: string; groupId: string | null; channel: string }

/** Null when nobody's share counts; an unknown, foreign, stale or own token counts for nobody. */
export async function findBringer(ctx: Context, deal: DealForOrder, shown: string): Promise<Brought | null> {
  const { personId, deviceId } = ctx.session!;
  const touches = await findTouches(ctx.db, { personId, deviceId, merchantId: deal.merchantId, shown, mode: deal.attribution });
  const nowMs = touches[0]?.nowMs ?? 0;
  return chooseTouch(touches.map((t) => ({ ...t, isShown: t.token === shown })), personId, deal.attribution, nowMs);
}

interface PaidOrder {
  orderId: string; merchantId: string; buyerId: string; payableFen: number; rebateBps: number; rebateCapFen: number; deviceId: string | null;
  /** Who brought it, as it was frozen when the order was placed; null: nobody. */
  token: string | null; sharerId: string | null; channel: string | null;
}
/** The reward's row as the save of a paid order takes it, or null for an order that nobody brought. A Moments post earns none. */
export async function decideOrderReward(db: Db, order: PaidOrder, payerOpenid: string | null) {
  if (!order.sharerId || order.channel === 'moments') return null;
  const brought = { sharerId: order.sharerId, token: order.token };
  const prints = await findFingerprint(db, [brought.sharerId, order.buyerId]);
  const sharer = prints.get(brought.sharerId);
  const buyer = prints.get(order.buyerId);
  const decision = decideReward({
    paidFen: order.payableFen, rebateBps: order.rebateBps, capFen: order.rebateCapFen, isSharerMinor: sharer?.isMinor ?? false, sharerDeleted: !sharer || sharer.isDeleted,
    sharer: sharer ?? { openids: [], phones: [], devices: [] }, buyer: buyer ?? { openids: [], phones: [], devices: [] }, payerOpenid, deviceId: order.deviceId,
  });
  return {
    rewardId: newId('rwd'), orderId: order.orderId, merchantId: order.merchantId, sharerId: brought.sharerId, friendId: order.buyerId, amountFen: decision.amountFen,
    paidFen: order.payableFen, rateBps: order.rebateBps, capFen: order.rebateCapFen, heldFor: decision.heldFor, reason: decision.reason, payerOpenid, deviceId: order.deviceId,
    repeatMs: REWARD_REPEAT_MS, perDay: REWARDS_PER_DAY_MAX, perDevice: REWARDS_PER_DEVICE_MAX, ringMax: RING_MAX, token: brought.token,
  };
}

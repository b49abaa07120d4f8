/** A person shares a deal: one link per person, deal, channel and month. Rewards nothing by itself (WeChat 运营规范 5.1). */
import { REWARD_HOLD_MS, SHARE_LIFE_MS, DAY_MS } from '../contract/limits';
import { rewardOfFen } from '../contract/money';
import { getDealForOrder } from '../catalog';
import { findGroup } from '../group-buys';
import { findPeople } from '../identity';
import { me, newShareToken, refuse, type Story } from '../kernel';
import { findTouches, pageOf } from './store';
import { chooseTouch } from './rules';

export const createShare: Story<'createShare'> = async (ctx, { params, body }) => {
  const { personId, deviceId } = me(ctx);
  const deal = (await getDealForOrder(ctx.db, params.dealId)) ?? refuse('NOT_FOUND');
  const group = body.groupId ? (await findGroup(ctx.db, body.groupId)) : null;
  // Of this deal, and one that others may know of.
  if (body.groupId && (group?.dealId !== deal.dealId || group.deadlineMs === null)) refuse('NOT_FOUND');
  const groupId = group?.groupId ?? null;
  // B2: whose share this person came through. Shown in the share graph, never paid.
  const touches = await findTouches(ctx.db, { personId, deviceId, merchantId: deal.merchantId, shown: null, mode: 'last' });
  const parent = chooseTouch(touches.map((t) => ({ ...t, isShown: false })), personId, 'last', ctx.clock.nowMs());
  const saved = await ctx.db.call<{ token: string; expiresAtMs: number }>('referrals_create_share', {
    token: newShareToken(), merchantId: deal.merchantId, dealId: deal.dealId, groupId, sharerId: personId, channel: body.channel, parentToken: parent?.token ?? null, lifeMs: SHARE_LIFE_MS,
  });
  const [sharer] = await findPeople(ctx.db, [personId]);
  const { page, id } = pageOf({ dealId: deal.dealId, groupId });
  const priceFen = group?.priceFen ?? deal.priceFen;
  const friendPriceFen = Math.max(1, priceFen - deal.friendDiscountFen);
  const rebateFen = body.channel === 'moments' || !sharer!.earns ? 0 : rewardOfFen(friendPriceFen, deal.rebateBps, deal.rebateCapFen);
  return {
    token: saved.token, expiresAtMs: saved.expiresAtMs, url: `${ctx.config.publicUrl}/s/${saved.token}`, weappPath: `${page}?id=${id}&s=${saved.token}`,
    qrUrl: `${ctx.config.publicUrl}/api/shares/${saved.token}/qr.png`, friendDiscountFen: deal.friendDiscountFen, friendPriceFen, priceFen,
    rebateFen, holdDays: REWARD_HOLD_MS / DAY_MS, title: deal.title, pictureUrl: deal.pictureUrl, storeName: deal.storeName, storeAddress: deal.storeAddress,
    sharer: { name: sharer!.name, avatarUrl: sharer!.avatarUrl },
  };
};

/**
 * WeChat's updatable share card of a group (动态消息): the card in the chat says how many are in. Decoration: it ends after a day, and
 * its failure never fails anything.
 */
import { findGroup, listCards } from '../group-buys';
import { findOpenid, wechatApi } from '../identity';
import { me, refuse, type App, type Story } from '../kernel';

export const createGroupActivity: Story<'createGroupActivity'> = async (ctx, { params }) => {
  const { personId } = me(ctx);
  const group = await findGroup(ctx.db, params.groupId);
  if (!group || (group.deadlineMs === null && group.hostId !== personId)) refuse('NOT_FOUND');
  const { confirmed: members, size, groupId, merchantId } = group;
  const openid = await findOpenid(ctx.db, personId);
  const made = await wechatApi(ctx.config.wechat).createActivity(openid).catch((error: Error) => void ctx.log.warn({ groupId, reason: error.message }, 'no share card'));
  if (!made) return { activityId: null, expiresAtMs: null, members, size };
  await ctx.db.call('group_buys_add_card', { activityId: made.activityId, groupId, merchantId, expiresAtMs: made.expiresAtMs });
  return { activityId: made.activityId, expiresAtMs: made.expiresAtMs, members, size };
};

/** After each payment and at the end: what the cards in the chats say. */
export async function updateGroupCard(app: App, groupId: string): Promise<null> {
  const [group, cards] = await Promise.all([findGroup(app.db, groupId), listCards(app.db, groupId)]);
  if (!group) return null;
  const says = group.state === 'open' || group.state === 'closing' ? { members: group.confirmed, size: group.size } : { path: `pages/group/index?id=${groupId}` };
  for (const activityId of cards) {
    await wechatApi(app.config.wechat).setUpdatableMessage({ activityId, ...says })
      .catch((error: Error) => app.log.warn({ groupId, reason: error.message }, 'share card not changed'));
  }
  return null;
}

/**
 * A friend opens a share: who invited, what it costs, that the sharer earns. The touch is written in batches and may be
 * lost: it never blocks a page or an order. A forged token is simply not found.
 */
import { rewardOfFen } from '../contract/money';
import { getDealForOrder } from '../catalog';
import { findGroup } from '../group-buys';
import { findPeople, openGroup } from '../identity';
import { newSnapshot, refuse, type Db, type Story } from '../kernel';
import { addTouches, findLink } from './store';

type Touch = Parameters<typeof addTouches>[1][number];
const BATCH_MS = 30;
const BATCH_MOST = 200;
const waiting = new WeakMap<Db, { touches: Touch[]; flushed: Promise<unknown> }>();

/** Resolves when the batch that took this touch is saved or lost. */
function recordTouch(db: Db, touch: Touch): Promise<unknown> {
  const open = waiting.get(db);
  if (open && open.touches.length < BATCH_MOST) {
    open.touches.push(touch);
    return open.flushed;
  }
  const touches = [touch];
  const flushed = new Promise((done) => setTimeout(done, BATCH_MS)).then(() => {
    if (waiting.get(db)?.touches === touches) waiting.delete(db);
    return addTouches(db, touches).catch(() => undefined);
  });
  waiting.set(db, { touches, flushed });
  return flushed;
}

const invites = newSnapshot<{ dealId: string; groupId: string | null; merchantId: string; sharerId: string; name: string; avatarUrl: string; friendDiscountFen: number; rebateFen: number; expiresAtMs: number } | null>();

export const openShare: Story<'openShare'> = async (ctx, { params, body }) => {
  const invite = (await invites.get(params.token, () => loadInvite(ctx.db, params.token))) ?? refuse('NOT_FOUND');
  const personId = ctx.session?.personId ?? null;
  const isMine = personId === invite.sharerId;
  if (!isMine) {
    const groupId = body.group && personId ? await openGroup(ctx, personId, body.group).catch(() => null) : null;
    await recordTouch(ctx.db, { token: params.token, merchantId: invite.merchantId, dealId: invite.dealId, visitorId: body.visitorId, personId, surface: body.surface, groupId });
  }
  const hidden = body.surface === 'h5_wechat' && !ctx.config.rebateInWechatH5;
  return {
    dealId: invite.dealId, groupId: invite.groupId,
    invite: {
      token: params.token, sharer: { name: invite.name, avatarUrl: invite.avatarUrl }, isMine, friendDiscountFen: invite.friendDiscountFen,
      rebateFen: hidden ? 0 : invite.rebateFen, expiresAtMs: invite.expiresAtMs, isLive: ctx.clock.nowMs() < invite.expiresAtMs,
    },
  };
};

async function loadInvite(db: Db, token: string) {
  const link = await findLink(db, token);
  if (!link) return null;
  const [deal, [sharer]] = await Promise.all([getDealForOrder(db, link.dealId), findPeople(db, [link.sharerId])]);
  if (!deal || !sharer) return null;
  // Of what a friend pays there: a group's price is its own, fixed when it was opened.
  const priceFen = (link.groupId && (await findGroup(db, link.groupId))?.priceFen) || deal.priceFen;
  const rebateFen = link.channel === 'moments' || !sharer.earns ? 0 : rewardOfFen(Math.max(1, priceFen - deal.friendDiscountFen), deal.rebateBps, deal.rebateCapFen);
  return {
    dealId: link.dealId, groupId: link.groupId, merchantId: link.merchantId, sharerId: link.sharerId, name: sharer.name, avatarUrl: sharer.avatarUrl,
    friendDiscountFen: deal.friendDiscountFen, rebateFen, expiresAtMs: link.expiresAtMs,
  };
}

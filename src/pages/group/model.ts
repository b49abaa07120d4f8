// One group as this person sees it: through a friend's share, as a member, or from a list. By the server's clock.
import { useEffect, useRef, useState } from 'react';
import { useDidHide, useDidShow } from '@tarojs/taro';
import { call, serverNow, useLoad, type Answer } from '@/api';
import { useSession } from '@/api/session';
import { inWechatBrowser } from '@/platform';
import { useEvery } from '@/state/fresh';
import { inviteToken, rememberInvite } from '@/state/invites';
import { atOf, useHere } from '@/state/place';
import { useLanguage } from '@/state/settings';
import { tokenIn, touch } from '../deal/touch';

export type Group = Answer<'getGroup'>;
type Params = Partial<Record<string, string>>;

/**
 * What the page says and offers:
 * join   a seat is free · in, held   a seat of mine, paid or not yet · full, late, off   nobody gets in any more (or just now)
 * closing   the last payments are checked · done, over   it ended without me · succeeded, failed   it ended with me
 */
export type Phase = 'join' | 'in' | 'held' | 'full' | 'late' | 'off' | 'opening' | 'closing' | 'done' | 'over' | 'succeeded' | 'failed';

export function phaseOf(group: Group, nowMs: number): Phase {
  const { state, mine } = group;
  const [isIn, isHeld] = [mine?.seat === 'confirmed', mine?.seat === 'held'];
  if (state === 'succeeded') return isIn ? 'succeeded' : 'done';
  if (state === 'failed' || state === 'cancelled') return mine && mine.paidFen > 0 ? 'failed' : 'over';
  if (state === 'closing' || (group.deadlineMs !== null && group.deadlineMs <= nowMs)) return 'closing';
  if (isHeld) return 'held';
  if (isIn) return 'in';
  if (state === 'opening') return 'opening';
  if (!group.isOnSale) return 'off';
  if (group.joinEndsMs !== null && group.joinEndsMs <= nowMs) return 'late';
  if (group.left <= 0 || group.available <= 0) return 'full';
  // Who left may come back while there is a seat.
  return 'join';
}

/** People that are still missing for it to succeed, never below zero. */
export const missingOf = (group: { minSize: number; confirmed: number }): number => Math.max(0, group.minSize - group.confirmed);

/** The tier reached, and the next one. The first tier is where a group succeeds. */
export function tierOf(group: Pick<Group, 'tiers' | 'confirmed'>): { now: number; next: number } {
  const reached = group.tiers.filter((tier) => tier.size <= group.confirmed).length - 1;
  return { now: reached, next: reached + 1 < group.tiers.length ? reached + 1 : -1 };
}

/** Names of who paid, the host first; three at most. */
export function namesOf(group: Group): string[] {
  const paid = group.seats.filter((seat) => seat.state === 'confirmed' && seat.member);
  return [...paid].sort((a, b) => Number(b.isHost) - Number(a.isHost) || a.seatNo - b.seatNo).map((seat) => seat.member!.name).slice(0, 3);
}

const EVERY_MS = 15_000;
const SOON_MS = 3_000;

export function useGroup(params: Params) {
  const came = tokenIn(params);
  const here = useHere();
  const language = useLanguage();
  const session = useSession();
  const [id, setId] = useState(params.id ?? '');
  const about = useRef<{ dealId?: string; merchantId?: string }>({});

  const load = useLoad(
    async () => {
      // A scanned code carries the token alone.
      const groupId = id || (came ? ((await touch(came)).groupId ?? '') : '');
      if (groupId !== id) setId(groupId);
      const ask = (share: string | undefined) => call('getGroup', { params: { groupId }, query: { ...atOf(here), share } });
      const group = await ask(came ?? inviteToken(about.current));
      if (came || about.current.dealId) return group;
      about.current = { dealId: group.dealId, merchantId: group.merchantId };
      const kept = inviteToken(about.current);
      return kept ? ask(kept) : group;
    },
    [params.id, came, here, language, session?.personId],
    { keep: true },
  );
  const { data: group, refresh } = load;

  useEffect(() => {
    if (came && params.id) touch(came).catch(() => undefined);
  }, [came, params.id]);
  useEffect(() => {
    if (!group?.inviter || group.inviter.isMine || !came) return;
    rememberInvite({ token: group.inviter.token, merchantId: group.merchantId, dealId: group.dealId });
  }, [group, came]);

  const phase = group ? phaseOf(group, serverNow()) : null;
  useLive(phase === null ? 0 : phase === 'closing' ? SOON_MS : group?.state === 'open' || group?.state === 'opening' ? EVERY_MS : 0, refresh);

  const inviter = group?.inviter && !group.inviter.isMine ? group.inviter : null;
  return {
    ...load, came, phase, inviter,
    /** what checkout sends along */
    token: inviter?.token,
    /** in WeChat's own browser joining belongs in the mini-program: nothing can be paid there */
    leadsToWeapp: inWechatBrowser(),
  };
}

/** Asks again while the page is in front: others take seats. 0: nothing more happens. */
function useLive(everyMs: number, refresh: () => Promise<void>): void {
  const front = useRef(true);
  useDidHide(() => {
    front.current = false;
  });
  useDidShow(() => {
    if (!front.current) void refresh();
    front.current = true;
  });
  useEvery(everyMs || null, async () => front.current && refresh());
}

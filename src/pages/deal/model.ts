// One deal as this person sees it: alone, or through a friend's share. A share comes as `s`, as the `scene` of a scanned
// code, or was kept from an earlier visit (7 days). Every opening of a link is told to the server, with the chat group.
import { useEffect, useState } from 'react';
import { call, useLoad, type Answer } from '@/api';
import { useSession } from '@/api/session';
import { inWechatBrowser } from '@/platform';
import { forgetInvite, inviteToken, rememberInvite } from '@/state/invites';
import { atOf, useHere } from '@/state/place';
import { replacePage } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { tokenIn, touch } from './touch';

export type Deal = Answer<'getDeal'>;
export type Invite = NonNullable<Deal['invite']>;
type Params = Partial<Record<string, string>>;

/**
 * landing: came through a live share of someone else · kept: that was earlier · own · expired · dead: a token that invites nobody here
 */
type InviteState = 'none' | 'landing' | 'kept' | 'own' | 'expired' | 'dead';

function inviteState(invite: Invite | null, came: string | undefined): InviteState {
  if (!invite) return came ? 'dead' : 'none';
  if (invite.isMine) return came ? 'own' : 'none';
  if (!invite.isLive) return came ? 'expired' : 'none';
  return came ? 'landing' : 'kept';
}

export function useDeal(params: Params) {
  const came = tokenIn(params);
  const here = useHere();
  const language = useLanguage();
  const session = useSession();
  const [id, setId] = useState(params.id ?? '');

  const loaded = useLoad(
    async () => {
      const opened = !id && came ? await touch(came) : null;
      // A code on a group's poster carries the token alone too: its page is the group's.
      if (opened?.groupId) replacePage('group', { id: opened.groupId, s: came });
      const dealId = id || (opened?.dealId ?? '');
      if (dealId !== id) setId(dealId);
      const share = came ?? inviteToken({ dealId });
      let deal = await call('getDeal', { params: { dealId }, query: { ...atOf(here), share } });
      const earlier = share ? undefined : inviteToken({ merchantId: deal.merchantId });
      if (earlier) deal = await call('getDeal', { params: { dealId }, query: { ...atOf(here), share: earlier } });
      return deal;
    },
    [params.id, came, here, language, session?.personId],
    { keep: true },
  );

  // A code without an id has told it already, while asking for the deal.
  useEffect(() => {
    if (came && params.id) touch(came).catch(() => undefined);
  }, [came, params.id]);

  const deal = loaded.data;
  const invite = deal?.invite ?? null;
  useEffect(() => {
    if (!deal || !invite) return;
    if (invite.isLive && !invite.isMine) {
      if (came) rememberInvite({ token: invite.token, merchantId: deal.merchantId, dealId: deal.dealId });
    } else {
      forgetInvite(invite.token);
    }
  }, [deal, invite, came]);

  const state = deal ? inviteState(invite, came) : 'none';
  const isFriend = state === 'landing' || state === 'kept';
  return {
    ...loaded,
    came,
    invite,
    state,
    isFriend,
    /** what checkout sends along */
    token: isFriend ? invite?.token : undefined,
    /** in WeChat's own browser buying and sharing belong in the mini-program: nothing can be paid there */
    leadsToWeapp: inWechatBrowser(),
  };
}

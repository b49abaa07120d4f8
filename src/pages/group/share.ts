// Passing a group on: the words of its chat card and its poster, and the card that WeChat keeps up to date.
import { useMemo } from 'react';
import { call } from '@/api';
import { placesOf } from '@/components/group-progress/logic';
import type { PosterSeats } from '@/components/poster';
import { textsIn, useT } from '@/i18n';
import { texts } from '@/i18n/groups';
import { price } from '@/i18n/format';
import { isWeapp, keepCardUpToDate } from '@/platform';
import { pages } from '@/state/pages';
import { getLanguage } from '@/state/settings';
import { linkCard, picture, type Card, type Share } from '../deal/share-model';
import { missingOf, type Group } from './model';

/** What a chat card says. Without a link yet: the group, and no rebate is promised. */
export function groupCard(share: Share | undefined, group: Group | null): Card {
  const t = textsIn(texts, getLanguage());
  if (!group) return { title: t.title, path: pages.groups };
  const [missing, amount] = [missingOf(group), price(share?.friendPriceFen ?? group.priceFen)];
  const title = missing > 0 ? t.cardMissing(missing, amount, group.title) : t.cardOpen(amount, group.title);
  return share ? linkCard(share, title) : { title, path: `${pages.group}?id=${group.groupId}`, ...picture(group.pictureUrl) };
}

export function usePosterSeats(group: Group | null): PosterSeats | undefined {
  const t = useT(texts);
  return useMemo(() => {
    if (!group) return undefined;
    const joined = placesOf(group.size, group.seats).filter((place) => place.state === 'joined');
    return { faces: joined.map((place) => place.avatarUrl), size: group.size, text: t.posterSeats(group.size, missingOf(group)), hint: t.posterHint };
    // the poster is drawn anew only when somebody came or went
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [group?.groupId, group?.confirmed, t]);
}

/** Asked inside the mini-program only; WeChat then shows in the chat how many are in. Its failure changes nothing. */
export async function askUpToDateCard(groupId: string): Promise<void> {
  if (!isWeapp) return;
  const activity = await call('createGroupActivity', { params: { groupId } }).catch(() => null);
  if (activity?.activityId) keepCardUpToDate(activity.activityId, activity.members, activity.size);
}

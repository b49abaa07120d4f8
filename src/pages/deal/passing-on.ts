// What the pages of a deal and of a group do alike: pass themselves on, and lead from WeChat's own browser into the mini-program.
import { useShareAppMessage, useShareTimeline } from '@tarojs/taro';
import { useEffect, useState } from 'react';
import { asFailure, getSession } from '@/api';
import { useT } from '@/i18n';
import { texts } from '@/i18n/deal';
import { enableGroupShare } from '@/platform';
import { toast } from '@/state/overlays';
import { momentsOf, type Card, type Share, type Shown, type useLinks } from './share-model';
import { openInWeapp, type InWeapp } from './touch';

/** A share from the sheet's buttons, from WeChat's own menu, and to Moments. `shown` is null while the page loads. */
export function usePageShare({ links, makeOne }: ReturnType<typeof useLinks>, shown: Shown | null, cardOf: (share: Share | undefined) => Card): void {
  useEffect(() => enableGroupShare(), []);
  useShareAppMessage(({ target }) => {
    const toGroup = (target as { dataset?: { channel?: string } } | undefined)?.dataset?.channel === 'group';
    const link = toGroup ? links.group : links.chat;
    const card = cardOf(link);
    if (link || !shown || !getSession()) return card;
    // From the menu there may be no link yet: WeChat waits 3 s for it, then sends the plain card.
    return { ...card, promise: makeOne('chat').then(cardOf, () => card) };
  });
  useShareTimeline(() => momentsOf(links.moments, cardOf(undefined)));
}

/** Someone who just paid comes here to pass it on: the sheet opens by itself, once. */
export function usePassOn(wanted: boolean, share: () => Promise<void>): void {
  useEffect(() => {
    if (wanted) void share();
    // eslint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted]);
}

/** Into the mini-program, at the same place with the same share. */
export function useWayToWeapp(to: InWeapp) {
  const t = useT(texts);
  const [leaving, setLeaving] = useState(false);
  const toWeapp = async () => {
    setLeaving(true);
    try {
      if (!(await openInWeapp(to))) toast(t.weappFailed, 'error');
    } catch (error) {
      toast(asFailure(error).message, 'error');
    }
    setLeaving(false);
  };
  return { leaving, toWeapp };
}

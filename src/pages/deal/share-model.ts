// The links of one share sheet: one per channel, made when the sheet opens, so that a tap can share, copy or save at once.
import { useState } from 'react';
import type { ShareChannel } from '@contract/states';
import { asFailure, call, mediaUrl, type Answer, type Failure } from '@/api';
import { textsIn } from '@/i18n';
import { texts } from '@/i18n/deal';
import { price } from '@/i18n/format';
import { isWeapp } from '@/platform';
import { pages } from '@/state/pages';
import { getLanguage } from '@/state/settings';

export type Share = Answer<'createShare'>;
type Links = Partial<Record<ShareChannel, Share>>;

const CHANNELS: ShareChannel[] = isWeapp ? ['poster', 'chat', 'group', 'link', 'moments'] : ['poster', 'link', 'chat'];

/** Links of a deal, or of a group of it. */
export function useLinks(dealId: string, groupId?: string) {
  const [links, setLinks] = useState<Links>({});
  const [error, setError] = useState<Failure | null>(null);
  const ask = (channel: ShareChannel) => call('createShare', { params: { dealId }, body: groupId ? { channel, groupId } : { channel } });
  /** Makes what is missing. The same day gives the same link again. */
  const make = async () => {
    setError(null);
    try {
      for (const channel of CHANNELS) {
        if (links[channel]) continue;
        const share = await ask(channel);
        setLinks((now) => ({ ...now, [channel]: share }));
      }
    } catch (failed) {
      setError(asFailure(failed));
    }
  };
  /** One link now, for a share from WeChat's own menu. */
  const makeOne = async (channel: ShareChannel): Promise<Share> => {
    const share = await ask(channel);
    setLinks((now) => ({ ...now, [channel]: share }));
    return share;
  };
  return { links, error, make, makeOne };
}

export interface Card {
  title: string;
  path: string;
  imageUrl?: string;
}

/** What a page shows, as far as a card needs it. */
export interface Shown {
  dealId: string;
  title: string;
  pictureUrl: string;
}

/** What a chat card carries. Without a link yet: the deal, and no rebate is promised. */
export function cardOf(share: Share | undefined, deal: Shown | null): Card {
  const t = textsIn(texts, getLanguage());
  if (share) return linkCard(share, share.friendDiscountFen > 0 ? t.cardTitle(share.title, price(share.friendPriceFen)) : share.title);
  return deal ? { title: deal.title, path: `${pages.deal}?id=${deal.dealId}`, ...picture(deal.pictureUrl) } : { title: t.title, path: pages.discover };
}

export const linkCard = (share: Share, title: string): Card => ({ title, path: `/${share.weappPath.replace(/^\//, '')}`, ...picture(share.pictureUrl) });

/** What a Moments post carries: the friend's discount only, never a rebate. */
export function momentsOf(share: Share | undefined, plain: Card): { title: string; query?: string; imageUrl?: string } {
  const t = textsIn(texts, getLanguage());
  if (share) {
    const title = share.friendDiscountFen > 0 ? t.momentsTitle(share.title, price(share.friendDiscountFen)) : share.title;
    return { title, query: share.weappPath.split('?')[1] ?? '', ...picture(share.pictureUrl) };
  }
  // Without a link yet: the page in front, by its plain card; while it loads, with the parameters that it was opened with.
  const { path, ...card } = plain;
  const query = path.split('?')[1];
  return query ? { ...card, query } : card;
}

// Cards take JPEG and PNG; for anything else WeChat shows the page itself.
export const picture = (url: string) => (/\.svg$/i.test(url) || !url ? {} : { imageUrl: mediaUrl(url) });

// Why nothing was ordered, and what can be done now. Pure: the page draws it and acts.
import { serverNow, type Failure } from '@/api';
import { texts } from '@/i18n/checkout';
import { money, soonTime } from '@/i18n/format';
import { textsIn } from '@/i18n';
import { getLanguage } from '@/state/settings';

export type Way =
  | { do: 'group'; groupId: string } | { do: 'open' } | { do: 'single' } | { do: 'seeGroup'; groupId: string } | { do: 'quantity'; count: number } | { do: 'orders' } | { do: 'shop' } | { do: 'again' };
export interface Refusal {
  title: string;
  text: string;
  ways: { text: string; way: Way }[];
}

const known = /^(COUPON_NOT_USABLE|GROUP_|PRICE_CHANGED|LIMIT_PER_PERSON|SOLD_OUT|SALE_NOT_STARTED|DEAL_NOT_ON_SALE)/;

/** Has a card of its own, also when already the quote is refused. */
export const isPlain = ({ code }: Pick<Failure, 'code'>): boolean => known.test(code);

export function refusalOf({ code, details, message }: Pick<Failure, 'code' | 'details' | 'message'>): Refusal {
  const language = getLanguage();
  const t = textsIn(texts, language);
  const { otherGroupId, groupId, payableFen, title, why, limit, available, startsAt } = details;
  const alone = { text: t.single, way: { do: 'single' } as Way };
  const own = { text: t.openOwn, way: { do: 'open' } as Way };
  switch (code) {
    case 'PRICE_CHANGED':
      return { title: t.priceTitle, text: typeof payableFen === 'number' ? t.priceChanged(money(payableFen)) : message, ways: [] };
    case 'COUPON_NOT_USABLE':
      return typeof title === 'string' && typeof why === 'string' ? { title: t.couponTitle(title), text: t.couponText(why), ways: [] } : { title: t.otherTitle, text: message, ways: [] };
    case 'GROUP_FULL':
    case 'GROUP_ENDED': {
      const other = typeof otherGroupId === 'string' ? [{ text: t.otherGroup, way: { do: 'group', groupId: otherGroupId } as Way }] : [];
      return { title: code === 'GROUP_FULL' ? t.fullTitle : t.overTitle, text: t.groupGone, ways: [...other, own, alone].slice(0, 2) };
    }
    case 'GROUP_OWN':
      return { title: t.ownTitle, text: t.ownText, ways: seeGroup(groupId, t.toOwn) };
    case 'GROUP_EXISTS':
      return { title: t.existsTitle, text: t.existsText, ways: [...seeGroup(groupId, t.toOwn), alone] };
    case 'GROUP_NOT_NEW':
      return { title: t.newTitle, text: t.newText, ways: [own, alone] };
    case 'GROUP_TRIES':
      return { title: t.triesTitle, text: t.triesText, ways: [own, alone] };
    case 'GROUP_HOST_BLOCKED':
      return { title: t.blockedTitle, text: t.blockedText, ways: [alone] };
    case 'GROUP_NOT_OFFERED':
      return { title: t.notOfferedTitle, text: t.notOfferedText, ways: [alone] };
    case 'LIMIT_PER_PERSON':
      return {
        title: typeof limit === 'number' ? t.limitTitle(limit) : t.otherTitle, text: typeof limit === 'number' ? t.limitText : message, ways: [{ text: t.toOrder, way: { do: 'orders' } }],
      };
    case 'SOLD_OUT':
      return typeof available === 'number' && available > 0
        ? { title: t.fewTitle(available), text: t.soldText, ways: [{ text: t.take(available), way: { do: 'quantity', count: available } }] }
        : { title: t.soldTitle, text: t.soldText, ways: [{ text: t.toShop, way: { do: 'shop' } }] };
    case 'SALE_NOT_STARTED':
      return { title: typeof startsAt === 'number' ? t.earlyTitle(soonTime(startsAt, language, serverNow())) : t.earlyTitlePlain, text: t.earlyText, ways: [{ text: t.askAgain, way: { do: 'again' } }] };
    case 'DEAL_NOT_ON_SALE':
      return { title: t.ended, text: message, ways: [{ text: t.toShop, way: { do: 'shop' } }] };
    default:
      return { title: t.otherTitle, text: message, ways: [] };
  }
}

const seeGroup = (groupId: unknown, text: string): Refusal['ways'] => (typeof groupId === 'string' ? [{ text, way: { do: 'seeGroup', groupId } }] : []);

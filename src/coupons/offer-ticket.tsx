// An offer as a ticket, with everything one wants to know before claiming: how many are left, for whom, where, who pays.
import { View } from '@tarojs/components';
import type { ReactNode } from 'react';
import { serverNow } from '@/api';
import { CouponTicket } from '@/components/coupon-ticket';
import { useT } from '@/i18n';
import { texts } from '@/i18n/coupons';
import { dayTime, groupDigits } from '@/i18n/format';
import { useLanguage } from '@/state/settings';
import { lastMoment } from '@/state/trade';
import { audienceWord, offerValidity, type Offer } from './words';

export function OfferTicket({ offer, action, off }: { offer: Offer; action?: ReactNode; off?: boolean }) {
  const t = useT(texts);
  const language = useLanguage();
  const nowMs = serverNow();
  const window = offer.claimFromMs > nowMs ? t.claimFrom(dayTime(offer.claimFromMs, language, nowMs)) : t.claimUntil(dayTime(lastMoment(offer.claimUntilMs), language, nowMs));
  const facts = [t.left(groupDigits(offer.left), groupDigits(offer.total)), t.perPerson(offer.perPerson, offer.mine), window];
  const more = [audienceWord(offer.audience, t), offer.paidByText, offer.isTransferable ? t.givable : ''].filter(Boolean);
  return (
    <CouponTicket face={offer} scope={offer.scopeText} note={offerValidity(offer, t, language)} off={off} action={action}>
      <View className="jk-caption jk-text-2 jk-num">{facts.join(' · ')}</View>
      <View className="jk-caption jk-text-3 coupons-gap">{more.join(' · ')}</View>
    </CouponTicket>
  );
}

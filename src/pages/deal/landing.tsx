// What a friend sees first: who invited, a seat kept, both prices, and that the sharer earns. Nothing is pressed on them.
import { View } from '@tarojs/components';
import { Avatar } from '@/components/avatar';
import { InviteHero } from '@/components/invite-hero';
import { Line } from '@/components/list';
import { OfferCard } from '@/components/offer-card';
import { Picture } from '@/components/picture';
import { useT } from '@/i18n';
import { texts } from '@/i18n/deal';
import { distance, money, shopName } from '@/i18n/format';
import { useLanguage } from '@/state/settings';
import { endWord } from '@/state/trade';
import type { Deal, Invite } from './model';
import { EarnsLine } from './earns-line';
import { offerOf } from './price';
import './landing.scss';

export function LandingHero({ deal, invite }: { deal: Deal; invite: Invite }) {
  const t = useT(texts);
  return (
    <InviteHero who={invite.sharer} title={t.invites(invite.sharer.name)} note={t.invitesNote(deal.merchantName)} className="landing">
      <View className="landing__table" aria-hidden="true">
        <View className="landing__plate">
          <Picture src={deal.pictureUrls[0] ?? ''} width={144} height={144} radius={72} lazy={false} />
        </View>
        <View className="landing__seat landing__seat--taken">
          <Avatar src={invite.sharer.avatarUrl} name={invite.sharer.name} size={56} />
        </View>
        <View className="landing__seat landing__seat--free">{t.yourSeat}</View>
      </View>
    </InviteHero>
  );
}

interface CardProps {
  deal: Deal;
  invite: Invite;
  showRebate: boolean;
}

export function LandingCard({ deal, invite, showRebate }: CardProps) {
  const t = useT(texts);
  const language = useLanguage();
  const [store] = deal.stores;
  const { aloneFen, groupFen, groupSize } = offerOf(deal, true);
  const where = [shopName(deal.merchantName, store?.name ?? '', language), store?.distanceM == null ? '' : distance(store.distanceM)].filter(Boolean).join(' · ');
  return (
    <>
      <OfferCard
        title={deal.title}
        pictureUrl={deal.pictureUrls[0] ?? ''}
        where={where}
        sum={{ label: t.landPay, fen: aloneFen, note: groupFen === null ? undefined : t.landGroup(groupSize, money(groupFen)) }}
        foot={invite.friendDiscountFen > 0 ? t.landUntil(endWord(invite.expiresAtMs, language)) : undefined}
      >
        <Line label={t.landSingle}>{money(aloneFen + invite.friendDiscountFen)}</Line>
        {invite.friendDiscountFen > 0 ? <Line label={t.landDiscount(invite.sharer.name)} tone="price">{money(-invite.friendDiscountFen)}</Line> : null}
      </OfferCard>
      {showRebate && invite.rebateFen > 0 ? <EarnsLine name={invite.sharer.name} rebateFen={invite.rebateFen} /> : null}
    </>
  );
}

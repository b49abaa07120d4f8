// What a friend sees first: who invited, a seat kept, both prices, and that the sharer earns. Nothing is pressed on them.
import { Text, View } from '@tarojs/components';
import { Avatar } from '@/components/avatar';
import { Icon } from '@/components/icon';
import { Line } from '@/components/list';
import { Picture } from '@/components/picture';
import { PriceTag } from '@/components/price-tag';
import { a11y } from '@/components/a11y';
import { useT } from '@/i18n';
import { texts } from '@/i18n/deal';
import { dayTime, distance, money, shopName } from '@/i18n/format';
import { useLanguage } from '@/state/settings';
import type { Deal, Invite } from './model';
import { offerOf } from './price';

export function LandingHero({ deal, invite }: { deal: Deal; invite: Invite }) {
  const t = useT(texts);
  return (
    <View className="landing">
      <View className="landing__moon" aria-hidden="true" />
      <View className="landing__who">
        <Avatar src={invite.sharer.avatarUrl} name={invite.sharer.name} size={44} />
        <View className="jk-grow landing__words">
          <View className="landing__name" {...a11y({ role: 'heading', level: 1 })}>{t.invites(invite.sharer.name)}</View>
          <View className="landing__shop">{t.invitesNote(deal.merchantName)}</View>
        </View>
      </View>
      <View className="landing__table" aria-hidden="true">
        <View className="landing__plate">
          <Picture src={deal.pictureUrls[0] ?? ''} width={144} height={144} radius={72} lazy={false} />
        </View>
        <View className="landing__seat landing__seat--taken">
          <Avatar src={invite.sharer.avatarUrl} name={invite.sharer.name} size={56} />
        </View>
        <View className="landing__seat landing__seat--free">{t.yourSeat}</View>
      </View>
    </View>
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
  const { aloneFen } = offerOf(deal, true);
  const where = [shopName(deal.merchantName, store?.name ?? '', language), store?.distanceM == null ? '' : distance(store.distanceM)].filter(Boolean).join(' · ');
  return (
    <>
      <View className="jk-card jk-block landing-card">
        <View className="jk-row">
          <Picture src={deal.pictureUrls[0] ?? ''} width={48} height={48} />
          <View className="jk-grow landing-card__names">
            <View className="landing-card__title" {...a11y({ role: 'heading', level: 2 })}>{deal.title}</View>
            <View className="landing-card__where">{where}</View>
          </View>
        </View>
        <View className="landing-card__line" />
        <Line label={t.landSingle}>{money(aloneFen + invite.friendDiscountFen)}</Line>
        {invite.friendDiscountFen > 0 ? <Line label={t.landDiscount(invite.sharer.name)} tone="price">{money(-invite.friendDiscountFen)}</Line> : null}
        <View className="landing-card__pay">
          <Text className="jk-strong">{t.landPay}</Text>
          <PriceTag fen={aloneFen} size="l" exact />
        </View>
        {invite.friendDiscountFen > 0 ? <View className="landing-card__until">{t.landUntil(dayTime(invite.expiresAtMs, language))}</View> : null}
      </View>
      {showRebate && invite.rebateFen > 0 ? <EarnsLine invite={invite} /> : null}
    </>
  );
}

/** The honest line: the one who shared earns, how much, when, and who pays it. */
export function EarnsLine({ invite }: { invite: Invite }) {
  const t = useT(texts);
  return (
    <View className="landing-earns">
      <Icon name="rebate" size={18} />
      <Text className="landing-earns__text">{t.landEarns(invite.sharer.name, money(invite.rebateFen))}</Text>
    </View>
  );
}

// One offer in a list: picture, name, shop and distance, promises, price, and what a sharer would earn.
import { Text, View } from '@tarojs/components';
import type { Answer } from '@contract/shapes';
import { serverNow } from '@/api/clock';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/components';
import { distance, people, shopName, soonTime } from '@/i18n/format';
import { useT } from '@/i18n';
import { useLanguage } from '@/state/settings';
import { Picture } from '../picture';
import { PriceTag } from '../price-tag';
import { RebateBadge } from '../rebate-badge';
import { Bone, Skeleton } from '../skeleton';
import { Tag } from '../tag';
import { Touchable } from '../touchable';
import './index.scss';

export type DealCardData = Answer<'listDeals'>['items'][number];

interface Props {
  deal: DealCardData;
  onClick: () => void;
  /** rebates are hidden where a platform forbids them */
  showRebate?: boolean;
}

/** Sold out: picture dimmed and said so; ended: said so. */
export function DealCard({ deal, onClick, showRebate = true }: Props) {
  const t = useT(texts);
  const c = useT(common);
  const language = useLanguage();
  const nowMs = serverNow();
  const soon = deal.flash !== null && deal.flash.startsAtMs > nowMs;
  const over = soon ? '' : !deal.isOnSale ? c.ended : deal.available <= 0 ? c.soldOut : '';
  const flash = !deal.flash || over ? '' : soon ? t.flashFrom(soonTime(deal.flash.startsAtMs, language, nowMs)) : t.flashUntil(soonTime(deal.flash.endsAtMs, language, nowMs));
  const kind = deal.group ? (deal.group.kind === 'ladder' ? t.groupFrom(deal.group.size) : t.groupOf(deal.group.size)) : '';
  return (
    <Touchable className="jk-deal-card" role="link" onClick={onClick}>
      <Picture src={deal.pictureUrl} width={112} height={124} dim={over !== ''}>
        {over ? <View className="jk-deal-card__over">{over}</View> : null}
      </Picture>
      <View className="jk-deal-card__body">
        <View className="jk-deal-card__title">{deal.title}</View>
        <View className="jk-deal-card__shop">
          <Text className="jk-ell">{shopName(deal.merchantName, deal.storeName, language)}</Text>
          {deal.distanceM === null ? null : (
            <>
              <Text className="jk-deal-card__dot">·</Text>
              <Text className="jk-deal-card__far">{distance(deal.distanceM)}</Text>
            </>
          )}
        </View>
        <View className="jk-deal-card__sold">{t.sold(people(deal.soldCount, language))}</View>
        <View className="jk-deal-card__tags">
          {deal.group ? <Tag tone="price" className="jk-deal-card__tag">{kind}</Tag> : null}
          {flash ? <Tag tone="price" icon="clock" className="jk-deal-card__tag">{flash}</Tag> : null}
          {deal.tags.slice(0, deal.group || flash ? 1 : 2).map((tag, i) => (
            <Tag key={tag} tone={i === 0 ? 'brand' : 'grey'} className="jk-deal-card__tag">{tag}</Tag>
          ))}
        </View>
        <View className="jk-deal-card__foot">
          <PriceTag fen={deal.group?.priceFen ?? deal.priceFen} size="m" tone={over ? 'muted' : 'price'} />
          {deal.group ? <View className="jk-deal-card__kind"><Text className="jk-deal-card__word">{kind}</Text></View> : null}
          {showRebate && deal.rebateFen > 0 && !over ? <RebateBadge fen={deal.rebateFen} className="jk-deal-card__back" /> : null}
        </View>
      </View>
    </Touchable>
  );
}

/** Cards in one white block, divided by hairlines. */
export function DealList({ deals, onOpen, showRebate }: { deals: DealCardData[]; onOpen: (deal: DealCardData) => void; showRebate?: boolean }) {
  return (
    <View className="jk-deal-list">
      {deals.map((deal, i) => (
        <View key={`${deal.dealId}.${deal.storeId}`}>
          {i > 0 ? <View className="jk-deal-list__line" /> : null}
          <DealCard deal={deal} onClick={() => onOpen(deal)} showRebate={showRebate} />
        </View>
      ))}
    </View>
  );
}

export function DealListSkeleton({ count = 3 }: { count?: number }) {
  return (
    <Skeleton>
      <View className="jk-deal-list">
        {Array.from({ length: count }, (_, i) => (
          <View key={i} className="jk-deal-card">
            <Bone width={112} height={124} radius={12} />
            <View className="jk-deal-card__body">
              <Bone width="78%" height={18} />
              <Bone width="52%" height={12} top={10} />
              <Bone width="34%" height={12} top={8} />
              <Bone width="30%" height={20} top={34} />
            </View>
          </View>
        ))}
      </View>
    </Skeleton>
  );
}

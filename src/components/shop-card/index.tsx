// A shop in a list: its mark, whether it is open, how far, and its best offer.
import { Text, View } from '@tarojs/components';
import type { Answer } from '@contract/shapes';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/components';
import { distance, price, shopName } from '@/i18n/format';
import { useT } from '@/i18n';
import { useLanguage } from '@/state/settings';
import { ShopLogo } from '../shop-logo';
import { Bone, Skeleton } from '../skeleton';
import { Tag } from '../tag';
import { Touchable } from '../touchable';
import './index.scss';

type ShopCardData = Answer<'listStores'>['items'][number];

export function ShopCard({ store, onClick }: { store: ShopCardData; onClick: () => void }) {
  const t = useT(texts);
  const c = useT(common);
  const language = useLanguage();
  const where = [store.hoursText, store.distanceM === null ? '' : distance(store.distanceM)].filter(Boolean).join(' · ');
  return (
    <Touchable className="jk-shop-card" role="link" onClick={onClick}>
      <ShopLogo name={store.merchantName} ink={store.logoInk} size="l" />
      <View className="jk-shop-card__body">
        <View className="jk-row">
          <Text className="jk-shop-card__name">{shopName(store.merchantName, store.name, language)}</Text>
          <Tag tone={store.isOpen ? 'ok' : 'grey'} className="jk-shop-card__open">{store.isOpen ? c.open : c.closed}</Tag>
        </View>
        <View className="jk-shop-card__where">{where}</View>
        <View className="jk-shop-card__best">
          {store.bestDeal ? t.bestDeal(store.bestDeal.title, price(store.bestDeal.priceFen)) : store.address}
        </View>
      </View>
    </Touchable>
  );
}

export function ShopListSkeleton({ count = 3 }: { count?: number }) {
  return (
    <Skeleton>
      {Array.from({ length: count }, (_, i) => (
        <View key={i} className="jk-shop-card">
          <Bone width={64} height={64} radius={20} />
          <View className="jk-shop-card__body">
            <Bone width="60%" height={16} />
            <Bone width="44%" height={12} top={9} />
            <Bone width="52%" height={12} top={8} />
          </View>
        </View>
      ))}
    </Skeleton>
  );
}

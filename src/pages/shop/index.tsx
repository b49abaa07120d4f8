// A shop: open or not, where, how to get there and call, what it sells, and its merchant's other shops.
import { Text, View } from '@tarojs/components';
import Taro, { usePullDownRefresh, useRouter } from '@tarojs/taro';
import type { ReactNode } from 'react';
import type { Answer } from '@/api';
import { DealList, DealListSkeleton } from '@/components/deal-card';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Icon, type IconName } from '@/components/icon';
import { Page } from '@/components/page';
import { ShopCard } from '@/components/shop-card';
import { ShopLogo } from '@/components/shop-logo';
import { CardSkeleton } from '@/components/skeleton';
import { Tag } from '@/components/tag';
import { Touchable } from '@/components/touchable';
import { a11y } from '@/components/a11y';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { distance, shopName } from '@/i18n/format';
import { texts } from '@/i18n/shop';
import { callPhone, openMap } from '@/platform';
import { useRebateShown } from '@/state/config';
import { openPage } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { useShop, useShopCoupons } from './model';
import './index.scss';

type Shop = Answer<'getStore'>;

export default function ShopPage() {
  const t = useT(texts);
  const { id = '' } = useRouter().params;
  const shop = useShop(id);
  const showRebate = useRebateShown();
  usePullDownRefresh(() => void shop.refresh().finally(() => Taro.stopPullDownRefresh()));
  const { data } = shop;
  const hasCoupons = useShopCoupons(data?.store.merchantId);

  return (
    <Page title={data?.store.merchantName ?? t.title} loads={[shop]}>
      {shop.loading ? (
        <>
          <CardSkeleton lines={3} />
          <DealListSkeleton count={2} />
        </>
      ) : null}
      {shop.error && !data ? <ErrorState place="page" error={shop.error} onRetry={shop.refresh} /> : null}
      {data ? (
        <>
          <Head store={data.store} hasCoupons={hasCoupons} />
          <View className="shop-title">{t.deals}</View>
          {data.deals.length === 0 ? <EmptyState title={t.noDeals} text={data.otherStores.length > 0 ? t.noDealsText : undefined} /> : (
            <>
              {showRebate && data.deals.some((deal) => deal.rebateFen > 0) ? <View className="shop-note">{t.rebateMeaning}</View> : null}
              <DealList deals={data.deals} showRebate={showRebate} onOpen={(deal) => openPage('deal', { id: deal.dealId })} />
            </>
          )}
          {data.otherStores.length > 0 ? (
            <>
              <View className="shop-title">{t.others}</View>
              {data.otherStores.map((store) => <ShopCard key={store.storeId} store={store} onClick={() => openPage('shop', { id: store.storeId })} />)}
            </>
          ) : null}
        </>
      ) : null}
    </Page>
  );
}

function Head({ store, hasCoupons }: { store: Shop['store']; hasCoupons: boolean }) {
  const t = useT(texts);
  const c = useT(common);
  const language = useLanguage();
  return (
    <View className="jk-card jk-block shop-head">
      <View className="jk-row">
        <ShopLogo name={store.merchantName} ink={store.logoInk} size="l" />
        <View className="jk-grow shop-head__names">
          <View className="shop-head__name" {...a11y({ role: 'heading', level: 2 })}>{shopName(store.merchantName, store.name, language)}</View>
          <View className="jk-row shop-head__open">
            <Tag tone={store.isOpen ? 'ok' : 'grey'}>{store.isOpen ? c.open : c.closed}</Tag>
            <Text className="shop-head__hours">{store.hoursText}</Text>
          </View>
        </View>
      </View>
      <View className="shop-head__line" />
      <Fact icon="pin" action={t.map} onClick={() => openMap(store)}>
        {store.address}
        {store.distanceM === null ? null : <Text className="shop-fact__far"> · {distance(store.distanceM)}</Text>}
      </Fact>
      <Fact icon="phone" action={t.call} onClick={() => callPhone(store.phone)}>{store.phone}</Fact>
      {hasCoupons ? <Fact icon="ticket" action={t.toClaim} onClick={() => openPage('couponCentre', { merchant: store.merchantId })}>{t.coupons}</Fact> : null}
    </View>
  );
}

function Fact(props: { icon: IconName; action: string; children: ReactNode; onClick: () => void }) {
  return (
    <Touchable className="shop-fact" onClick={props.onClick}>
      <Icon name={props.icon} size={20} color="var(--text-3)" />
      <View className="shop-fact__text">{props.children}</View>
      <View className="shop-fact__action">{props.action}</View>
    </Touchable>
  );
}

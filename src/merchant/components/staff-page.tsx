// The frame of the shop's pages: a phone with three ways at the bottom, or a desktop with a sidebar. One markup for both.
import { Text, View } from '@tarojs/components';
import { useDidHide, useDidShow } from '@tarojs/taro';
import { useEffect, useState, type ReactNode } from 'react';
import { a11y } from '@/components/a11y';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { Radio } from '@/components/field';
import { Icon, type IconName } from '@/components/icon';
import { NeedLogin } from '@/components/need-login';
import type { Stale } from '@/components/notice';
import { Page } from '@/components/page';
import { Picture } from '@/components/picture';
import { Sheet } from '@/components/sheet';
import { ShopLogo } from '@/components/shop-logo';
import { CardSkeleton } from '@/components/skeleton';
import { Touchable } from '@/components/touchable';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/staff';
import { useT } from '@/i18n';
import { setWide } from '@/platform';
import { openTab, replacePage } from '@/state/pages';
import { StaffError } from './staff-error';
import type { StaffStore, StaffStoreModel } from './stores';
import './staff-page.scss';

type Place = 'today' | 'redeem' | 'afterSales' | 'offers';

interface Props {
  place: Place;
  title: string;
  staff: StaffStoreModel;
  nav?: 'ground' | 'pine-6';
  /** buttons at the bottom instead of the ways; null: neither */
  bottom?: ReactNode;
  /** what one does here: at the bottom of a phone, at the top of a desktop */
  action?: { text: string; icon: IconName; onClick: () => void };
  /** a page on top of one of the ways: on a phone it leads back */
  back?: boolean;
  overlays?: ReactNode;
  loads?: readonly Stale[];
  className?: string;
  children: (store: StaffStore) => ReactNode;
}

export function StaffPage({ place, title, staff, nav = 'ground', bottom, action, back, overlays, loads, className = '', children }: Props) {
  const [switching, setSwitching] = useState(false);
  const { store } = staff;
  const many = staff.items.length > 1;
  useDidShow(() => setWide(true));
  useDidHide(() => setWide(false));
  useEffect(() => {
    setWide(true);
    return () => setWide(false);
  }, []);

  const open = many ? () => setSwitching(true) : undefined;
  return (
    <Page
      title={title}
      nav={nav}
      loads={loads}
      className={`staff ${action ? 'staff--act' : ''} ${className}`}
      navLeft={store && nav === 'ground' && !back ? <Where store={store} title={title} onSwitch={open} /> : undefined}
      navRight={action ? <Button size="s" icon={action.icon} className="staff__act" onClick={action.onClick}>{action.text}</Button> : undefined}
      bottom={action ? <Button grow icon={action.icon} onClick={action.onClick}>{action.text}</Button> : bottom}
      overlays={
        <>
          <Side place={place} store={store} onSwitch={open} isManager={staff.isManager} back={back} />
          {bottom !== undefined || action ? null : <Ways place={place} isManager={staff.isManager} />}
          <StoreSheet staff={staff} open={switching} onClose={() => setSwitching(false)} />
          {overlays}
        </>
      }
    >
      <Content staff={staff}>{children}</Content>
    </Page>
  );
}

function Content({ staff, children }: { staff: StaffStoreModel; children: (store: StaffStore) => ReactNode }) {
  const t = useT(texts);
  const { stores, store, ready } = staff;
  if (!ready) return <NeedLogin why={t.needLogin} />;
  if (stores.error && !stores.data) return <StaffError place="page" error={stores.error} onRetry={stores.refresh} />;
  if (!stores.data) return <><CardSkeleton lines={3} /><CardSkeleton lines={2} /></>;
  if (!store) return <EmptyState place="page" title={t.noStores} text={t.noStoresText} action={t.home} onAction={() => openTab('mine')} />;
  return <View className="staff__content">{children(store)}</View>;
}

/** Phone: the store, which can be changed. Desktop: the page's name, since the store stands in the sidebar. */
function Where({ store, title, onSwitch }: { store: StaffStore; title: string; onSwitch?: () => void }) {
  return (
    <>
      <Touchable className="staff__store" onClick={onSwitch}>
        <ShopLogo name={store.merchantName} ink={store.logoInk} size="s" />
        <Text className="jk-title-3 jk-ell staff__name">{`${store.merchantName} ${store.storeName}`}</Text>
        {onSwitch ? <Icon name="chevron-down" size={16} className="staff__down" /> : null}
      </Touchable>
      <Text className="jk-title-3 staff__page">{title}</Text>
    </>
  );
}

const placesOf = (isManager: boolean): Place[] => (isManager ? ['today', 'redeem', 'afterSales', 'offers'] : ['today', 'redeem']);
/** A phone has room for three with scanning in the middle; coupons are reached from today. */
const onPhone = (way: Place) => way !== 'offers';
const icons: Record<Place, IconName> = { today: 'chart', redeem: 'scan', afterSales: 'refund', offers: 'ticket' };

/** Phone: the three ways, scanning in the middle. */
function Ways({ place, isManager }: { place: Place; isManager: boolean }) {
  const t = useT(texts);
  const c = useT(common);
  const words: Record<Place, string> = { today: t.today, redeem: t.scanShort, afterSales: t.afterSales, offers: t.offers };
  return (
    <View className="staff__ways" {...a11y({ role: 'navigation', label: c.tabs })}>
      {placesOf(isManager).filter(onPhone).map((way) => (
        <Touchable
          key={way}
          role="link"
          className={`staff__way ${way === place ? 'staff__way--on' : ''} ${way === 'redeem' ? 'staff__way--scan' : ''}`}
          label={way === place ? `${words[way]}, ${c.selected}` : words[way]}
          onClick={() => way !== place && replacePage(way)}
        >
          <View className="staff__way-icon"><Icon name={icons[way]} size={24} /></View>
          <View>{words[way]}</View>
        </Touchable>
      ))}
    </View>
  );
}

/** Desktop: the same ways at the left. Hidden below 768. */
function Side({ place, store, isManager, back, onSwitch }: { place: Place; store: StaffStore | null; isManager: boolean; back?: boolean; onSwitch?: () => void }) {
  const t = useT(texts);
  const c = useT(common);
  const words: Record<Place, string> = { today: t.today, redeem: t.redeem, afterSales: t.afterSales, offers: t.offers };
  return (
    <View className="staff__side" {...a11y({ role: 'complementary', label: t.backOffice })}>
      <View className="staff__brand">
        <Picture className="staff__mark" src="/art/logo-mark.svg" width={30} height={30} radius={15} lazy={false} />
        <View>
          <View className="staff__app">{c.appName}</View>
          <View className="staff__muted">{t.backOffice}</View>
        </View>
      </View>
      {store ? (
        <Touchable className="staff__box" onClick={onSwitch}>
          <ShopLogo name={store.merchantName} ink={store.logoInk} size="s" />
          <View className="jk-grow staff__box-name">
            <View className="jk-ell">{store.merchantName}</View>
            <View className="staff__muted jk-ell">{store.storeName}</View>
          </View>
          {onSwitch ? <Icon name="chevron-down" size={16} /> : null}
        </Touchable>
      ) : null}
      {placesOf(isManager).map((way) => (
        <Touchable key={way} role="link" className={`staff__link ${way === place ? 'staff__link--on' : ''}`} onClick={() => (way !== place || back) && replacePage(way)}>
          <Icon name={icons[way]} size={18} />
          <Text className="staff__link-text">{words[way]}</Text>
        </Touchable>
      ))}
      <Touchable role="link" className="staff__link staff__leave" onClick={() => openTab('mine')}>
        <Icon name="home" size={18} />
        <Text className="staff__link-text">{t.home}</Text>
      </Touchable>
    </View>
  );
}

function StoreSheet({ staff, open, onClose }: { staff: StaffStoreModel; open: boolean; onClose: () => void }) {
  const t = useT(texts);
  return (
    <Sheet open={open} title={t.chooseStore} onClose={onClose}>
      {staff.items.map((item) => (
        <Touchable
          key={item.storeId}
          role="radio"
          checked={item.storeId === staff.store?.storeId}
          className="staff__pick"
          onClick={() => {
            staff.choose(item.storeId);
            onClose();
          }}
        >
          <ShopLogo name={item.merchantName} ink={item.logoInk} />
          <View className="jk-grow staff__box-name">
            <View className="jk-strong jk-ell">{item.storeName}</View>
            <View className="jk-caption jk-text-3">{item.role === 'manager' ? t.manager : t.clerk}</View>
          </View>
          <Radio on={item.storeId === staff.store?.storeId} />
        </Touchable>
      ))}
    </Sheet>
  );
}

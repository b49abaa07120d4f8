// Blocks of a deal's page: promises with the rules behind them, what is in it, where it is valid.
import { Text, View } from '@tarojs/components';
import { useState } from 'react';
import { Button } from '@/components/button';
import { Icon } from '@/components/icon';
import { Line } from '@/components/list';
import { ShopLogo } from '@/components/shop-logo';
import { Sheet } from '@/components/sheet';
import { Touchable } from '@/components/touchable';
import { a11y } from '@/components/a11y';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/deal';
import { dayTime, distance, shopName } from '@/i18n/format';
import { callPhone, openMap } from '@/platform';
import { openPage } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import type { Deal } from './model';
import './parts.scss';

const STORES_SHOWN = 2;

export function Promises({ deal, onRules }: { deal: Deal; onRules: () => void }) {
  const t = useT(texts);
  return (
    <Touchable className="deal-promises" onClick={onRules}>
      <View className="deal-promises__list">
        {[...(deal.fulfilment === 'pickup' ? [t.pickup] : []), t.refundAnytime, t.refundExpired, t.validDays(deal.validDays)].map((promise) => (
          <View key={promise} className="deal-promises__one">
            <Icon name="check" size={14} />
            <Text className="deal-promises__text">{promise}</Text>
          </View>
        ))}
      </View>
      <Text className="deal-promises__rules">{t.rules}</Text>
      <Icon name="chevron-right" size={14} color="var(--text-3)" />
    </Touchable>
  );
}

/** Coupons for this deal that can be claimed before buying. */
export function CouponRow({ deal }: { deal: Deal }) {
  const t = useT(texts);
  if (deal.couponCount === 0 || !deal.isOnSale) return null;
  return (
    <Touchable className="deal-block deal-block--row deal-coupons" role="link" onClick={() => openPage('couponCentre', { deal: deal.dealId })}>
      <Icon name="ticket" size={20} color="var(--price)" />
      <View className="jk-grow deal-coupons__body">
        <View className="jk-strong">{t.coupons(deal.couponCount)}</View>
        <View className="deal-coupons__note">{t.couponsNote}</View>
      </View>
      <Text className="deal-coupons__claim">{t.toClaim}</Text>
      <Icon name="chevron-right" size={14} color="var(--text-3)" />
    </Touchable>
  );
}

export function RulesSheet({ deal, open, onClose }: { deal: Deal; open: boolean; onClose: () => void }) {
  const t = useT(texts);
  const language = useLanguage();
  const rules: [string, string][] = [
    ...(deal.fulfilment === 'pickup' ? [[t.ruleHow, t.rulePickup] as [string, string]] : []),
    [t.ruleValid, deal.fulfilment === 'pickup' ? t.ruleValidPickup(deal.validDays) : t.ruleValidText(deal.validDays)],
    [t.ruleHours, deal.hoursText],
    [t.ruleLimit, t.ruleLimitText(deal.perPersonLimit)],
    [t.ruleRefund, t.ruleRefundText],
    [t.ruleAfterSale, t.ruleAfterSaleText],
  ];
  if (deal.saleEndsAtMs !== null) rules.push([t.ruleEnds, t.ruleEndsText(dayTime(deal.saleEndsAtMs, language))]);
  return (
    <Sheet open={open} title={t.rulesTitle} onClose={onClose}>
      <View className="deal-rules">
        {rules.map(([label, text]) => (
          <View key={label} className="deal-rules__row">
            <View className="deal-rules__label">{label}</View>
            <View className="deal-rules__text">{text}</View>
          </View>
        ))}
        {deal.notes.length > 0 ? (
          <View className="deal-rules__row">
            <View className="deal-rules__label">{t.ruleNotes}</View>
            <View className="deal-rules__text">
              {deal.notes.map((note, i) => <View key={i} className="deal-rules__note">{note}</View>)}
            </View>
          </View>
        ) : null}
      </View>
    </Sheet>
  );
}

export function Items({ deal }: { deal: Deal }) {
  const t = useT(texts);
  return (
    <View className="deal-block">
      <View className="jk-title-3" {...a11y({ role: 'heading', level: 2 })}>{t.items}</View>
      {deal.items.map((item, i) => <Line key={i} label={item.name}>{t.quantity(item.quantity)}</Line>)}
      {deal.notes.length > 0 ? (
        <View className="deal-notes">
          {deal.notes.map((note, i) => <View key={i} className="deal-notes__one">{note}</View>)}
        </View>
      ) : null}
    </View>
  );
}

export function Stores({ deal }: { deal: Deal }) {
  const t = useT(texts);
  const [all, setAll] = useState(false);
  const shown = all ? deal.stores : deal.stores.slice(0, STORES_SHOWN);
  const more = deal.stores.length > STORES_SHOWN;
  return (
    <View className="deal-block" id="deal-stores">
      <View className="jk-between">
        <View className="jk-title-3" {...a11y({ role: 'heading', level: 2 })}>{deal.fulfilment === 'pickup' ? t.pickupStores : t.stores}</View>
        <Text className="deal-aside">{deal.stores.length > 1 ? (deal.fulfilment === 'pickup' ? t.pickupCount : t.storesCount)(deal.stores.length) : deal.hoursText}</Text>
      </View>
      {shown.map((store) => <StoreRow key={store.storeId} store={store} />)}
      {more ? <Button kind="text" size="s" onClick={() => setAll(!all)}>{all ? t.fewerStores : t.allStores(deal.stores.length)}</Button> : null}
    </View>
  );
}

function StoreRow({ store }: { store: Deal['stores'][number] }) {
  const t = useT(texts);
  const c = useT(common);
  const language = useLanguage();
  const where = [store.distanceM === null ? '' : distance(store.distanceM), store.address].filter(Boolean).join(' · ');
  return (
    <View className="deal-store">
      <Touchable className="deal-store__main" role="link" onClick={() => openPage('shop', { id: store.storeId })}>
        <ShopLogo name={store.merchantName} ink={store.logoInk} />
        <View className="jk-grow deal-store__body">
          <View className="deal-store__name">{shopName(store.merchantName, store.name, language)}</View>
          <View className="deal-store__where">
            <Text className={store.isOpen ? 'jk-text-ok' : ''}>{store.isOpen ? c.open : c.closed}</Text>
            {` · ${where}`}
          </View>
        </View>
      </Touchable>
      <Touchable className="deal-store__tool" label={t.mapOf(store.name)} onClick={() => openMap(store)}>
        <Icon name="nav" size={20} />
      </Touchable>
      <Touchable className="deal-store__tool" label={t.callTo(store.name)} onClick={() => callPhone(store.phone)}>
        <Icon name="phone" size={20} />
      </Touchable>
    </View>
  );
}

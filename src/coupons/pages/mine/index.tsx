// My coupons: usable, used, ended; each says where and until when. One can be given to a friend, once, and taken back until then.
import { View } from '@tarojs/components';
import { useShareAppMessage } from '@tarojs/taro';
import { useRef, useState } from 'react';
import { call, usePages } from '@/api';
import { Button } from '@/components/button';
import { CouponTicket } from '@/components/coupon-ticket';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { NeedLogin } from '@/components/need-login';
import { Page } from '@/components/page';
import { CardSkeleton } from '@/components/skeleton';
import { Tabs } from '@/components/tabs';
import { Tag } from '@/components/tag';
import { textsIn, useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/coupons';
import { dayTime } from '@/i18n/format';
import { useFresh } from '@/state/fresh';
import { openPage, openTab, pageUrl } from '@/state/pages';
import { usePerson } from '@/state/person';
import { getLanguage, useLanguage } from '@/state/settings';
import { GiveSheet } from './give';
import { useTakeBack } from '../../take-back';
import { validityOf, type Coupon } from '../../words';
import '../../coupons.scss';

type Tab = 'usable' | 'used' | 'ended';

export default function MyCoupons() {
  const t = useT(texts);
  const c = useT(common);
  const { ready, who } = usePerson();
  const language = useLanguage();
  const [tab, setTab] = useState<Tab>('usable');
  const [giving, setGiving] = useState<Coupon | null>(null);
  /** of the coupon in the sheet, for WeChat's own share */
  const link = useRef<{ title: string; token: string } | null>(null);
  const coupons = usePages((cursor) => call('listMyCoupons', { query: { tab, cursor } }), [tab, who, language], { ready });
  useFresh(coupons, { ready });
  const back = useTakeBack(() => void coupons.refresh());
  useShareAppMessage(() => {
    const words = textsIn(texts, getLanguage());
    return link.current ? { title: words.cardTitle(link.current.title), path: pageUrl('couponGift', { t: link.current.token }) } : { title: words.centre, path: pageUrl('couponCentre') };
  });

  const tabs: { key: Tab; text: string }[] = [{ key: 'usable', text: t.tabUsable }, { key: 'used', text: t.tabUsed }, { key: 'ended', text: t.tabEnded }];
  const empty = { usable: [t.emptyUsable, t.emptyUsableText], used: [t.emptyUsed, t.emptyUsedText], ended: [t.emptyEnded, t.emptyEndedText] }[tab] as [string, string];
  const sheet = giving ? (
    <GiveSheet
      coupon={giving}
      onLink={(token) => (link.current = token ? { title: giving.title, token } : null)}
      onChanged={() => void coupons.refresh()}
      onClose={() => setGiving(null)}
    />
  ) : null;
  return (
    <Page title={t.mine} className="coupons" overlays={sheet} loads={[coupons]}>
      {ready ? <Tabs items={tabs} current={tab} onChange={setTab} label={t.mine} /> : <NeedLogin why={t.needLoginMine} />}
      {ready && coupons.error && !coupons.data ? <ErrorState place="page" error={coupons.error} onRetry={coupons.refresh} /> : null}
      {ready && coupons.loading ? [0, 1, 2].map((i) => <CardSkeleton key={i} lines={2} />) : null}
      {coupons.data?.length === 0 ? (
        <EmptyState place="page" title={empty[0]} text={empty[1]} action={tab === 'usable' ? t.toCentre : undefined} onAction={() => openPage('couponCentre')} />
      ) : null}
      {coupons.data?.map((coupon) => <Ticket key={coupon.couponId} coupon={coupon} onGive={() => setGiving(coupon)} onBack={() => void back.run(coupon.couponId)} />)}
      {tab === 'usable' && coupons.data && coupons.data.length > 0 ? <Button kind="text" size="m" onClick={() => openPage('couponCentre')}>{t.toCentre}</Button> : null}
      {coupons.hasMore ? <Button kind="text" size="m" loading={coupons.loadingMore} onClick={coupons.more}>{c.loadMore}</Button> : null}
    </Page>
  );
}

function Ticket({ coupon, onGive, onBack }: { coupon: Coupon; onGive: () => void; onBack: () => void }) {
  const t = useT(texts);
  const language = useLanguage();
  const { state, gift, orderId, useDealId, useStoreId } = coupon;
  const isUsable = state === 'available' || state === 'held' || state === 'passing';
  const word = { used: t.usedOn, expired: t.expired, void: t.void, available: '', held: '', passing: '' }[state];
  const use = () => (useDealId ? openPage('deal', { id: useDealId }) : useStoreId ? openPage('shop', { id: useStoreId }) : openTab('discover'));
  const action = state === 'available' ? <Button kind="tint" size="s" label={`${t.use} ${coupon.title}`} onClick={use}>{t.use}</Button> : word ? <View className="jk-label jk-text-3">{word}</View> : undefined;
  const note = isUsable ? validityOf(coupon, t, language) : '';
  return (
    <CouponTicket face={coupon} scope={coupon.scopeText} note={note} off={!isUsable} action={action}>
      <View className="coupons__foot">
        <View className="jk-caption jk-text-3 coupons__remark">
          {state === 'held' ? t.held : gift ? (gift.expiresAtMs < coupon.validUntilMs ? t.giving : t.givingLast)(dayTime(gift.expiresAtMs, language)) : coupon.paidByText}
        </View>
        <View className="coupons__ways">
          {coupon.isNew ? <Tag tone="ok">{t.fresh}</Tag> : null}
          {state === 'available' && coupon.isTransferable ? <Button kind="outline" size="xs" className="coupons__way" onClick={onGive}>{t.give}</Button> : null}
          {gift ? <Button kind="outline" size="xs" className="coupons__way" label={`${t.takeBack} ${coupon.title}`} onClick={onBack}>{t.takeBack}</Button> : null}
          {gift ? <Button kind="outline" size="xs" className="coupons__way" label={`${t.giveAgain} ${coupon.title}`} onClick={onGive}>{t.giveAgain}</Button> : null}
          {orderId && (state === 'held' || state === 'used') ? <Button kind="outline" size="xs" className="coupons__way" onClick={() => openPage('order', { id: orderId })}>{t.seeOrder}</Button> : null}
        </View>
      </View>
    </CouponTicket>
  );
}

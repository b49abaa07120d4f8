// The merchant's coupons: how many were claimed and used, what was given away and what it brought; pausing; the code of a channel.
import { View } from '@tarojs/components';
import { call, serverNow, useAction, usePages, type Answer } from '@/api';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { StaleStrip } from '@/components/notice';
import { CardSkeleton } from '@/components/skeleton';
import { Tag, type TagTone } from '@/components/tag';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { day, groupDigits, money } from '@/i18n/format';
import { texts } from '@/i18n/offers';
import { useFresh } from '@/state/fresh';
import { confirmDialog, toast } from '@/state/overlays';
import { openPage } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { lastMoment } from '@/state/trade';
import { StaffError } from '../../components/staff-error';
import { StaffPage } from '../../components/staff-page';
import { useStaffStore, type StaffStore } from '../../components/stores';
import { Code } from './code';
import './index.scss';

type Offer = Answer<'listStoreOffers'>['items'][number];

export default function Offers() {
  const t = useT(texts);
  const staff = useStaffStore();
  const create = staff.isManager ? { text: t.create, icon: 'plus' as const, onClick: () => openPage('newOffer') } : undefined;
  return (
    <StaffPage place="offers" title={t.title} staff={staff} action={create}>
      {(store) => (store.role === 'manager' ? <List key={store.storeId} store={store} /> : <EmptyState place="page" title={t.managerOnly} text={t.managerOnlyText} />)}
    </StaffPage>
  );
}

function List({ store }: { store: StaffStore }) {
  const t = useT(texts);
  const c = useT(common);
  const language = useLanguage();
  const offers = usePages((cursor) => call('listStoreOffers', { params: { storeId: store.storeId }, query: { cursor } }), [store.storeId, language]);
  useFresh(offers);
  const turn = useAction<{ offerId: string; state: Offer['state'] }, { ok: true }>('offer.state', ({ offerId, state }, idempotencyKey) =>
    call('setOfferState', { params: { storeId: store.storeId, offerId }, body: { state }, idempotencyKey }), (failure) => toast(failure.message, 'error'));

  const flip = async (offer: Offer) => {
    const state = offer.state === 'active' ? 'paused' : 'active';
    if (state === 'paused' && !(await confirmDialog({ title: t.pauseTitle, body: t.pauseBody, ok: t.pause, cancel: t.keep }))) return;
    if (await turn.run({ offerId: offer.offerId, state })) toast(state === 'paused' ? t.nowPaused : t.nowActive, 'ok');
    await offers.refresh();
  };
  if (offers.error && !offers.data) return <StaffError place="page" error={offers.error} onRetry={offers.refresh} />;
  if (!offers.data) return <>{[0, 1, 2].map((i) => <CardSkeleton key={i} lines={3} />)}</>;
  if (offers.data.length === 0) return <EmptyState place="page" title={t.emptyTitle} text={t.emptyText} action={t.create} onAction={() => openPage('newOffer')} />;
  return (
    <>
      <StaleStrip loads={[offers]} />
      <View className="offers__grid">
        {offers.data.map((offer) => <View key={offer.offerId} className="offers__cell"><Card offer={offer} busy={turn.busy} onFlip={() => void flip(offer)} /></View>)}
      </View>
      <View className="jk-caption jk-text-3 offers__note">{t.broughtNote}</View>
      {offers.hasMore ? <Button kind="text" size="m" loading={offers.loadingMore} onClick={offers.more}>{c.loadMore}</Button> : null}
    </>
  );
}

function Card({ offer, busy, onFlip }: { offer: Offer; busy: boolean; onFlip: () => void }) {
  const t = useT(texts);
  const language = useLanguage();
  const nowMs = serverNow();
  const over = nowMs >= offer.claimUntilMs;
  const [word, tone]: [string, TagTone] = over ? [t.over, 'grey'] : offer.state === 'paused' ? [t.paused, 'warn'] : nowMs < offer.claimFromMs ? [t.soon, 'info'] : [t.active, 'ok'];
  return (
    <View className="jk-card offers__card">
      <View className="jk-between">
        <View className="jk-strong jk-semibold jk-grow jk-ell">{offer.title}</View>
        <Tag tone={tone}>{word}</Tag>
      </View>
      <View className="jk-label jk-text-2 jk-num offers__gap">{offer.summary === offer.title ? offer.scopeText : `${offer.summary} · ${offer.scopeText}`}</View>
      <View className="jk-caption jk-text-3 jk-num offers__gap">{t.window(day(offer.claimFromMs, language, nowMs), day(lastMoment(offer.claimUntilMs), language, nowMs))}</View>
      <View className="offers__numbers">
        <Figure label={t.claimed} value={t.ofTotal(groupDigits(offer.claimed), groupDigits(offer.total))} />
        <Figure label={t.used} value={t.unit(groupDigits(offer.used))} />
        <Figure label={t.spent} value={money(offer.spentFen)} />
        <Figure label={t.brought} value={money(offer.broughtFen)} />
      </View>
      {offer.code ? <Code code={offer.code} url={offer.codeUrl} /> : null}
      <View className="jk-between offers__foot">
        <View className="jk-caption jk-text-3">{t.held(groupDigits(offer.held))}</View>
        {over ? null : <Button kind="outline" size="s" disabled={busy} label={`${offer.state === 'active' ? t.pause : t.resume} ${offer.title}`} onClick={onFlip}>{offer.state === 'active' ? t.pause : t.resume}</Button>}
      </View>
    </View>
  );
}

function Figure({ label, value }: { label: string; value: string }) {
  return (
    <View className="offers__figure">
      <View className="jk-caption jk-text-2">{label}</View>
      <View className="offers__value">{value}</View>
    </View>
  );
}

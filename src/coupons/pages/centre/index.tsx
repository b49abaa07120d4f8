// 领券中心: what can be claimed now, everywhere or for one deal or merchant. Counts are real; nothing is claimed by itself.
import { View } from '@tarojs/components';
import { useRouter } from '@tarojs/taro';
import { call, useAction, usePages, useSession } from '@/api';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { List, ListRow } from '@/components/list';
import { Page } from '@/components/page';
import { CardSkeleton } from '@/components/skeleton';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { texts } from '@/i18n/coupons';
import { useFresh } from '@/state/fresh';
import { toast } from '@/state/overlays';
import { openPage, openTab } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { mayCall } from '@/state/sign-in';
import { OfferTicket } from '../../offer-ticket';
import { whyNot, type Offer } from '../../words';
import '../../coupons.scss';

export default function CouponCentre() {
  const t = useT(texts);
  const c = useT(common);
  const { deal, merchant } = useRouter().params;
  const session = useSession();
  const language = useLanguage();
  const filter = { ...(deal ? { dealId: deal } : {}), ...(merchant ? { merchantId: merchant } : {}) };
  const offers = usePages((cursor) => call('listCouponOffers', { query: { ...filter, cursor } }), [deal, merchant, session?.personId, language]);
  useFresh(offers);

  const claim = useAction<string, { couponId: string }>('coupon.claim', (offerId, idempotencyKey) => call('claimCoupon', { params: { offerId }, idempotencyKey }), (failure) => {
    toast(failure.message, 'error');
    void offers.refresh();
  });
  const take = async (offer: Offer) => {
    if (!(await mayCall())) return;
    if (await claim.run(offer.offerId)) {
      toast(t.claimed, 'ok');
      await offers.refresh();
    }
  };
  const title = deal ? t.centreDeal : merchant ? t.centreShop : t.centre;
  return (
    <Page title={title} className="coupons" loads={[offers]}>
      <List inset={68}>
        <ListRow icon="ticket" tone="brand" title={t.toMine} onClick={() => openPage('myCoupons')} />
        <ListRow icon="grid" tone="brand" title={t.typed} onClick={() => openPage('claimCoupon')} />
      </List>
      {offers.error && !offers.data ? <ErrorState error={offers.error} onRetry={offers.refresh} exit={{ text: c.home, onClick: () => openTab('discover') }} /> : null}
      {offers.loading ? [0, 1, 2].map((i) => <CardSkeleton key={i} lines={2} />) : null}
      {offers.data?.length === 0 ? <EmptyState title={t.emptyTitle} text={t.emptyText} action={t.toMine} onAction={() => openPage('myCoupons')} /> : null}
      {offers.data && offers.data.length > 0 ? <View className="coupons__lead">{t.centreNote}</View> : null}
      {offers.data?.map((offer) => (
        <OfferTicket key={offer.offerId} offer={offer} off={!['ok', 'sign_in', 'limit'].includes(offer.claim)} action={<Take offer={offer} busy={claim.busy} onTake={() => void take(offer)} />} />
      ))}
      {offers.hasMore ? <Button kind="text" size="m" loading={offers.loadingMore} onClick={offers.more}>{c.loadMore}</Button> : null}
    </Page>
  );
}

function Take({ offer, busy, onTake }: { offer: Offer; busy: boolean; onTake: () => void }) {
  const t = useT(texts);
  const why = whyNot(offer.claim, offer.mine, t);
  if (why) return <View className="jk-label jk-text-3 coupons__why">{why}</View>;
  return <Button kind="tint" size="s" disabled={busy} label={`${t.claim} ${offer.title}`} onClick={onTake}>{t.claim}</Button>;
}

// A deal, or a friend's landing on it. One primary button: buy (in WeChat's own browser: go to the mini-program).
import { Text, View } from '@tarojs/components';
import { useRouter } from '@tarojs/taro';
import { useState } from 'react';
import { ErrorState } from '@/components/error-state';
import { Icon } from '@/components/icon';
import { NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { PriceTag } from '@/components/price-tag';
import { Bone, Skeleton } from '@/components/skeleton';
import { Tag } from '@/components/tag';
import { Touchable } from '@/components/touchable';
import { a11y } from '@/components/a11y';
import { useT } from '@/i18n';
import { texts } from '@/i18n/deal';
import { day, money, people, price } from '@/i18n/format';
import { useRebateShown } from '@/state/config';
import { openPage } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { signIn } from '@/state/sign-in';
import { lastMoment } from '@/state/trade';
import { Bar } from './bar';
import { EarnsLine } from './earns-line';
import { LandingCard, LandingHero } from './landing';
import { useDeal, type Deal } from './model';
import { FlashStrip, GroupTerms, OffPeakStrip, OpenGroups } from './offers';
import { CouponRow, Items, Promises, RulesSheet, Stores } from './parts';
import { usePageShare, usePassOn, useWayToWeapp } from './passing-on';
import { Pictures } from './pictures';
import { offerOf } from './price';
import { ShareOffer } from './share';
import { cardOf, useLinks } from './share-model';
import './index.scss';

const FEW = 20;
const PROMISED = ['随时退', '过期退', '过期自动退'];

export default function DealPage() {
  const t = useT(texts);
  const { params } = useRouter();
  const view = useDeal(params as Record<string, string>);
  const { data: deal, invite, state, isFriend } = view;
  const links = useLinks(deal?.dealId ?? '');
  const [sheet, setSheet] = useState<'rules' | 'share' | null>(null);
  const showRebate = useRebateShown();

  const shown = deal ? { dealId: deal.dealId, title: deal.title, pictureUrl: deal.pictureUrls[0] ?? '' } : null;
  usePageShare(links, shown, (link) => cardOf(link, shown));
  const { leaving, toWeapp } = useWayToWeapp({ token: state === 'dead' ? undefined : (invite?.token ?? view.came), dealId: deal?.dealId });

  const share = async () => {
    if (await signIn()) setSheet('share');
  };
  usePassOn(params.share === '1' && deal !== null, share);
  const buy = async (how: { open?: 1 } = {}) => {
    if (deal && (await signIn())) openPage('checkout', { id: deal.dealId, s: view.token, ...how });
  };

  const landing = state === 'landing';
  // What every deal promises stands below with a tick.
  const tags = (deal?.tags ?? []).filter((tag) => !PROMISED.includes(tag));
  const overlays = deal ? (
    <>
      <RulesSheet deal={deal} open={sheet === 'rules'} onClose={() => setSheet(null)} />
      <ShareOffer open={sheet === 'share'} offer={deal} title={t.shareTitle} textOf={(fen) => t.shareText(deal.title, price(fen))} links={links} showRebate={showRebate} onClose={() => setSheet(null)} />
    </>
  ) : null;

  return (
    <Page
      nav={landing || (view.loading && view.came) ? 'pine' : deal || view.loading ? 'art' : 'ground'}
      title={landing ? '' : (deal?.title ?? t.title)}
      overlays={overlays}
      loads={[view]}
      bottom={deal ? <Bar deal={deal} friend={isFriend} token={view.token} landing={landing} weapp={view.leadsToWeapp} busy={leaving} onShare={share} onBuy={buy} onWeapp={toWeapp} /> : null}
    >
      {view.loading ? <DealSkeleton landing={view.came !== undefined} /> : null}
      {view.error && !deal ? <ErrorState place="page" error={view.error} onRetry={view.refresh} /> : null}
      {deal && landing && invite ? <LandingHero deal={deal} invite={invite} /> : null}
      {deal && !landing ? <Pictures deal={deal} /> : null}
      {deal ? (
        <View className={`deal-panel ${landing ? 'deal-panel--ground' : ''}`}>
          <Strips view={view} deal={deal} onWeapp={toWeapp} />
          <FlashStrip deal={deal} onTurn={() => void view.refresh()} />
          {landing && invite ? <LandingCard deal={deal} invite={invite} showRebate={showRebate} /> : null}
          <View className={landing ? 'deal-block' : 'deal-head'}>
            {landing ? null : <Price deal={deal} friend={isFriend} />}
            {landing ? null : <View className="deal-title" {...a11y({ role: 'heading', level: 1 })}>{deal.title}</View>}
            {deal.subtitle ? <View className="deal-subtitle">{deal.subtitle}</View> : null}
            {tags.length > 0 ? <View className="deal-tags">{tags.map((tag) => <Tag key={tag} tone="grey" className="deal-tags__one">{tag}</Tag>)}</View> : null}
            <Promises deal={deal} onRules={() => setSheet('rules')} />
          </View>
          <CouponRow deal={deal} />
          <OffPeakStrip deal={deal} />
          <OpenGroups deal={deal} />
          {state === 'kept' && invite && showRebate && invite.rebateFen > 0 ? <EarnsLine name={invite.sharer.name} rebateFen={invite.rebateFen} /> : null}
          <ShareStrip deal={deal} showRebate={showRebate} onClick={share} />
          <GroupTerms deal={deal} />
          <Items deal={deal} />
          <Stores deal={deal} />
        </View>
      ) : null}
    </Page>
  );
}

/** What must be known about the way that led here. */
function Strips({ view, deal, onWeapp }: { view: ReturnType<typeof useDeal>; deal: Deal; onWeapp: () => void }) {
  const t = useT(texts);
  const language = useLanguage();
  const { state, invite, leadsToWeapp } = view;
  const plain = state === 'landing' || state === 'kept' || state === 'none';
  if (plain && !leadsToWeapp) return null;
  return (
    <View className={state === 'landing' ? '' : 'deal-strips'}>
      {leadsToWeapp ? <NoticeStrip tone="ok" icon="link" action={t.openWeappAction} onClick={onWeapp}>{invite ? t.openWeapp : t.openWeappPlain}</NoticeStrip> : null}
      {state === 'own' ? <NoticeStrip tone="info" icon="info">{t.ownLink(price(deal.friendPriceFen))}</NoticeStrip> : null}
      {state === 'expired' && invite ? <NoticeStrip tone="warn" icon="clock">{t.expiredLink(invite.sharer.name, day(lastMoment(invite.expiresAtMs), language))}</NoticeStrip> : null}
      {state === 'dead' ? <NoticeStrip tone="warn">{t.deadLink}</NoticeStrip> : null}
    </View>
  );
}

/** The price that the primary button asks, what kind it is, and what one pays otherwise. */
function Price({ deal, friend }: { deal: Deal; friend: boolean }) {
  const t = useT(texts);
  const language = useLanguage();
  const { aloneFen, aloneKind, groupFen, groupSize } = offerOf(deal, friend);
  const few = deal.isOnSale && deal.available > 0 && deal.available <= FEW;
  const kinds = { single: '', flash: t.flashTag, off_peak: t.offPeakTag };
  const kind = groupFen === null ? kinds[aloneKind] : deal.group?.kind === 'ladder' ? t.groupFrom(groupSize) : t.groupSize(groupSize);
  const other = groupFen !== null ? t.singlePrice(price(aloneFen)) : aloneKind === 'off_peak' ? t.otherTimes(price(deal.priceFen)) : friend && aloneKind === 'single' ? t.singlePrice(price(deal.priceFen)) : '';
  return (
    <>
      <View className="deal-offer">
        <PriceTag fen={groupFen ?? aloneFen} size="l" className="deal-offer__price" />
        {kind ? <Tag tone="price" className="deal-offer__kind">{kind}</Tag> : null}
        {friend ? <Tag tone="price" className="deal-offer__kind">{t.friendPrice}</Tag> : null}
        {other ? <Text className="deal-offer__single">{other}</Text> : null}
        {deal.flash?.regularPriceFen ? (
          <View className="deal-offer__single">
            {t.regular}
            <Text className="deal-offer__struck">{price(deal.flash.regularPriceFen)}</Text>
          </View>
        ) : null}
        <Text className="deal-offer__sold">{few ? t.only(deal.available) : t.sold(people(deal.soldCount, language))}</Text>
      </View>
      {friend && deal.invite ? <View className="deal-offer__why">{t.keptInvite(deal.invite.sharer.name)}</View> : null}
    </>
  );
}

function ShareStrip({ deal, showRebate, onClick }: { deal: Deal; showRebate: boolean; onClick: () => void }) {
  const t = useT(texts);
  const [saves, earns] = [deal.friendDiscountFen, showRebate ? deal.rebateFen : 0];
  if (!deal.isOnSale || deal.available <= 0 || (saves === 0 && earns === 0)) return null;
  const title = saves > 0 && earns > 0 ? t.shareStrip(price(saves), money(earns)) : earns > 0 ? t.shareStripEarns(money(earns)) : t.shareStripSaves(price(saves));
  return (
    <Touchable className="deal-block deal-block--row deal-strip" onClick={onClick}>
      <View className={`deal-strip__disc ${earns > 0 ? '' : 'deal-strip__disc--price'}`}>
        <Icon name={earns > 0 ? 'rebate' : 'share'} size={24} />
      </View>
      <View className="jk-grow deal-strip__body">
        <View className="jk-strong">{title}</View>
        <View className="deal-strip__note">{earns > 0 ? t.shareStripNote(deal.rebateHoldDays) : t.shareStripSavesNote}</View>
      </View>
      <Icon name="chevron-right" size={16} color="var(--text-3)" />
    </Touchable>
  );
}

/** In the place of the page to come: the picture or the hero to the edges, the panel over its end. */
function DealSkeleton({ landing }: { landing: boolean }) {
  return (
    <>
      {landing ? <View className="jk-hero landing" aria-hidden="true" /> : null}
      <Skeleton>
        {landing ? null : <Bone height={292} radius={0} />}
        <View className="deal-panel">
          <View className="deal-head deal-head--loading">
            <Bone width="40%" height={36} />
            <Bone width="72%" height={20} top={16} />
            <Bone width="86%" height={14} top={12} />
          </View>
          <View className="deal-block">
            <Bone width="48%" height={20} />
            <Bone width="86%" height={14} top={12} />
            <Bone width="72%" height={14} top={12} />
          </View>
        </View>
      </Skeleton>
    </>
  );
}

// A group's landing: the round table, who invited, what it costs, and one way on for each way it can stand.
import { View } from '@tarojs/components';
import { useRouter } from '@tarojs/taro';
import { useState } from 'react';
import { call, useLoad, useSession } from '@/api';
import { ErrorState } from '@/components/error-state';
import { NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { Bone, CardSkeleton, Skeleton } from '@/components/skeleton';
import { useT } from '@/i18n';
import { texts } from '@/i18n/groups';
import { price } from '@/i18n/format';
import { useRebateShown } from '@/state/config';
import { openPage, openTab } from '@/state/pages';
import { signIn } from '@/state/sign-in';
import { EarnsLine } from '../deal/earns-line';
import { usePageShare, usePassOn, useWayToWeapp } from '../deal/passing-on';
import { ShareOffer } from '../deal/share';
import { useLinks } from '../deal/share-model';
import { GroupBar } from './bar';
import { Hero, Standing } from './hero';
import { useLeave } from './leave';
import { useGroup, type Group } from './model';
import { PriceCard, Promises, RefundLine, Rules, Say, Sources, Tiers } from './parts';
import { askUpToDateCard, groupCard, usePosterSeats } from './share';
import './index.scss';

export default function GroupPage() {
  const t = useT(texts);
  const { params } = useRouter();
  const view = useGroup(params as Record<string, string>);
  const { data: group, phase, refresh, inviter } = view;
  const links = useLinks(group?.dealId ?? '', group?.groupId);
  const [sheet, setSheet] = useState(false);
  const showRebate = useRebateShown();
  const seats = usePosterSeats(group);
  const leave = useLeave(refresh);
  const refund = useRefundOf(group, phase === 'failed');

  usePageShare(links, group, (card) => groupCard(card, group));
  const { leaving, toWeapp } = useWayToWeapp({ token: inviter?.token ?? view.came, dealId: group?.dealId, groupId: group?.groupId });

  const share = async () => {
    if (!group || !(await signIn())) return;
    setSheet(true);
    void askUpToDateCard(group.groupId);
  };
  usePassOn(params.share === '1' && phase === 'in', share);
  const checkout = async (how: { group: string } | { open: 1 }) => {
    if (group && (await signIn())) openPage('checkout', { id: group.dealId, s: view.token, ...how });
  };

  const link = links.links.poster ?? links.links.link;
  const offer = link && group ? { title: group.title, merchantName: group.merchantName, friendDiscountFen: link.friendDiscountFen, rebateFen: link.rebateFen, rebateHoldDays: link.holdDays, aloneFen: group.singlePriceFen } : null;
  return (
    <Page
      nav={group || view.loading ? 'pine' : 'ground'}
      title={group || view.loading ? '' : t.title}
      loads={[view]}
      overlays={<ShareOffer open={sheet} offer={offer} title={t.shareTitle} textOf={(fen) => t.shareText(group?.title ?? '', price(fen))} seats={seats} links={links} showRebate={showRebate} onClose={() => setSheet(false)} />}
      bottom={group && phase ? (
        <GroupBar group={group} phase={phase} weapp={view.leadsToWeapp} busy={leaving} refundId={refund.data?.refunds[0]?.refundId ?? null} onShare={share} onCheckout={checkout} onWeapp={toWeapp} onLeave={() => void leave({ groupId: group.groupId, isHost: group.isMine, paidFen: group.mine?.paidFen ?? 0 })} />
      ) : null}
    >
      {view.loading ? <GroupSkeleton /> : null}
      {view.error && !group ? <ErrorState place="page" error={view.error} onRetry={view.refresh} exit={{ text: t.goDiscover, onClick: () => openTab('discover') }} /> : null}
      {group && phase ? (
        <>
          <Hero group={group} phase={phase} inviter={inviter} />
          <View className="group-panel">
            <Standing group={group} phase={phase} onEnd={() => void refresh()} />
            {view.leadsToWeapp ? <NoticeStrip tone="ok" icon="link" action={t.openWeappAction} onClick={toWeapp}>{inviter ? t.openWeapp : t.openWeappPlain}</NoticeStrip> : null}
            {phase === 'failed' ? <RefundLine group={group} order={refund.data} /> : null}
            <PriceCard group={group} phase={phase} inviter={inviter} />
            {inviter && showRebate && inviter.rebateFen > 0 ? <EarnsLine name={inviter.person.name} rebateFen={inviter.rebateFen} /> : null}
            {group.kind === 'newcomer' && (phase === 'join' || phase === 'in') ? <NoticeStrip tone="info" icon="info">{t.newcomerNote}</NoticeStrip> : null}
            {phase === 'in' ? <Say group={group} /> : null}
            <Promises group={group} />
            {group.tiers.length > 0 ? <Tiers group={group} phase={phase} /> : null}
            <Sources group={group} />
            <Rules group={group} />
          </View>
        </>
      ) : null}
    </Page>
  );
}

/** Where the money of a failed group stands. */
function useRefundOf(group: Group | null, failed: boolean) {
  const orderId = group?.mine?.orderId ?? '';
  const session = useSession();
  return useLoad(() => call('getOrder', { params: { orderId } }), [orderId, failed, session?.personId], { ready: failed && orderId !== '', keep: true });
}

/** In the place of the page to come: the hero to the edges, then how it stands and what it costs. */
function GroupSkeleton() {
  return (
    <>
      <View className="jk-hero group-hero" aria-hidden="true" />
      <View className="group-panel">
        <Skeleton>
          <View className="group-standing">
            <Bone width="60%" height={24} />
            <Bone width="44%" height={14} top={10} />
          </View>
        </Skeleton>
        <CardSkeleton lines={3} />
      </View>
    </>
  );
}

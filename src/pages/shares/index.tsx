// My shares: per deal how many opened it, ordered, were served, and what arrived; down to the chat group.
import { Text, View } from '@tarojs/components';
import Taro, { usePullDownRefresh, useReachBottom } from '@tarojs/taro';
import { serverNow } from '@/api';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Line } from '@/components/list';
import { NeedLogin } from '@/components/need-login';
import { Note } from '@/components/notice';
import { Page } from '@/components/page';
import { Picture } from '@/components/picture';
import { RowsSkeleton } from '@/components/skeleton';
import { Touchable } from '@/components/touchable';
import { useT } from '@/i18n';
import { texts as common } from '@/i18n/common';
import { day, money } from '@/i18n/format';
import { texts } from '@/i18n/shares';
import { openPage, openTab } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { lastMoment } from '@/state/trade';
import { useShares, type SharedDeal } from './model';
import './index.scss';

export default function Shares() {
  const t = useT(texts);
  const c = useT(common);
  const shares = useShares();
  const { deals } = shares;
  usePullDownRefresh(() => void shares.refresh().finally(() => Taro.stopPullDownRefresh()));
  useReachBottom(() => void shares.more());

  if (!shares.signedIn) return <Page title={t.title}><NeedLogin why={t.needLogin} /></Page>;
  return (
    <Page title={t.title} loads={[shares]}>
      {shares.loading ? <RowsSkeleton rows={4} /> : null}
      {shares.error && !deals ? <ErrorState place="page" error={shares.error} onRetry={shares.refresh} /> : null}
      {deals?.length === 0 ? <EmptyState place="page" title={t.emptyTitle} text={t.emptyText} action={t.emptyAction} onAction={() => openTab('discover')} /> : null}
      {deals && deals.length > 0 ? <Note>{t.meaning}</Note> : null}
      {deals?.map((deal) => <DealShares key={deal.dealId} deal={deal} />)}
      {deals && shares.hasMore ? <View className="shares-more"><Button kind="text" size="s" loading={shares.loadingMore} onClick={shares.more}>{c.loadMore}</Button></View> : null}
    </Page>
  );
}

function DealShares({ deal }: { deal: SharedDeal }) {
  const t = useT(texts);
  const language = useLanguage();
  const live = deal.expiresAtMs > serverNow();
  const when = day(lastMoment(deal.expiresAtMs), language, serverNow());
  const ways = { chat: t.chat, group: t.group, poster: t.poster, link: t.link, moments: t.moments };
  const facts = [[t.opened, String(deal.opened)], [t.ordered, String(deal.ordered)], [t.redeemed, String(deal.redeemed)], [t.earned, money(deal.earnedFen)]] as const;
  return (
    <View className="jk-card jk-block">
      <Touchable className="shares-head" role="link" onClick={() => openPage('deal', { id: deal.dealId })}>
        <Picture src={deal.pictureUrl} width={48} height={48} />
        <View className="jk-grow shares-head__body">
          <View className="shares-head__title">{deal.title}</View>
          <View className="shares-head__when">{live ? t.until(when) : t.over(when)}</View>
        </View>
      </Touchable>
      <View className="shares-facts">
        {facts.map(([label, value], i) => (
          <View key={label} className="shares-facts__one">
            <View className={`shares-facts__value ${i === 3 && deal.earnedFen > 0 ? 'jk-text-rebate' : ''}`}>{value}</View>
            <View className="shares-facts__label">{label}</View>
          </View>
        ))}
      </View>
      {deal.pendingFen > 0 ? <Line label={t.pending}><Text className="jk-text-rebate">{money(deal.pendingFen)}</Text></Line> : null}
      {deal.ways.length > 0 ? <View className="shares-part">{t.byWay}</View> : null}
      {deal.ways.map((way) => <Line key={way.channel} label={ways[way.channel]}>{t.wayLine(way.opened, way.ordered)}</Line>)}
      {deal.groups.length > 0 ? <View className="shares-part">{t.byGroup}</View> : null}
      {deal.groups.map((group) => <Line key={group.label} label={group.label}>{t.wayLine(group.opened, group.ordered)}</Line>)}
    </View>
  );
}

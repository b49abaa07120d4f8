// Every step told: what happened, about which money, where to look.
import { Text, View } from '@tarojs/components';
import { serverNow } from '@/api';
import { Button } from '@/components/button';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { Icon, type IconName } from '@/components/icon';
import { NeedLogin } from '@/components/need-login';
import { Page } from '@/components/page';
import { RowsSkeleton } from '@/components/skeleton';
import { Touchable } from '@/components/touchable';
import { texts as common } from '@/i18n/common';
import { day, timeOfDay, weekday } from '@/i18n/format';
import { texts } from '@/i18n/notices';
import { useT } from '@/i18n';
import { openLink } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { byDay, useNotices, type DayGroup, type Notice } from './model';
import './index.scss';

export default function Notices() {
  const t = useT(texts);
  const c = useT(common);
  const model = useNotices();
  const { list, ready } = model;
  return (
    <Page title={t.title} className="notices" loads={[list]}>
      {!ready ? <NeedLogin why={t.needLogin} /> : null}
      {ready && list.error && !list.data ? <ErrorState error={list.error} place="page" onRetry={list.refresh} /> : null}
      {list.loading ? <RowsSkeleton rows={6} /> : null}
      {list.data && model.canRemind ? (
        <View className="jk-card notices__remind">
          <View className="jk-grow">
            <View className="jk-strong">{t.remindTitle}</View>
            <View className="jk-caption jk-text-3">{t.remindText}</View>
          </View>
          <Button kind="tint" size="s" onClick={() => void model.remind()}>{t.remind}</Button>
        </View>
      ) : null}
      {list.data?.length === 0 ? <EmptyState place="page" title={t.emptyTitle} text={t.emptyText} /> : null}
      {byDay(list.data ?? [], serverNow()).map((group) => <Day key={group.atMs} group={group} />)}
      {list.hasMore ? <Button kind="text" size="m" className="notices__more" loading={list.loadingMore} onClick={list.more}>{c.loadMore}</Button> : null}
    </Page>
  );
}

function Day({ group }: { group: DayGroup }) {
  const t = useT(texts);
  const language = useLanguage();
  const date = `${day(group.atMs, language, serverNow())} ${weekday(group.atMs, language)}`;
  const name = group.daysAgo <= 0 ? t.today : group.daysAgo === 1 ? t.yesterday : date;
  return (
    <>
      <View className="jk-label jk-text-2 notices__day">{name}</View>
      <View className="jk-card jk-card--flush notices__group">
        {group.items.map((item, i) => (
          <View key={item.noticeId}>
            {i > 0 ? <View className="jk-hr notices__hr" /> : null}
            <Row notice={item} />
          </View>
        ))}
      </View>
    </>
  );
}

type Look = [icon: IconName, tone: 'brand' | 'rebate' | 'danger' | 'warn' | 'grey'];
const looks: [prefix: string, look: Look][] = [
  ['reward.cancelled', ['rebate', 'grey']], ['reward.clawed_back', ['rebate', 'grey']], ['reward.', ['rebate', 'rebate']],
  ['withdrawal.failed', ['wallet', 'warn']], ['withdrawal.', ['wallet', 'rebate']], ['after_sale.', ['refund', 'warn']], ['refund.', ['refund', 'brand']],
  ['group.', ['table', 'brand']], ['order.expired', ['clock', 'grey']], ['purchase.expired', ['clock', 'grey']], ['order.', ['ticket', 'brand']], ['voucher.undone', ['ticket', 'warn']], ['voucher.', ['store-in', 'brand']], ['payout.', ['shield', 'warn']], ['coupon.ending', ['clock', 'warn']], ['coupon.', ['gift', 'brand']],
];
const lookOf = (kind: string): Look => looks.find(([prefix]) => kind.startsWith(prefix))?.[1] ?? ['bell', 'grey'];

// A line may end with the dot, never begin with it.
const JOINED = '\u00a0· ';

function Row({ notice }: { notice: Notice }) {
  const t = useT(texts);
  const [icon, tone] = lookOf(notice.kind);
  const { link } = notice;
  return (
    <Touchable className="notices__row" role="link" onClick={link ? () => openLink(link) : undefined}>
      <View className={`notices__disc notices__disc--${tone}`}><Icon name={icon} size={20} /></View>
      <View className="notices__body">
        <View className="notices__head">
          <View className="jk-strong jk-grow">{notice.title}</View>
          <Text className="jk-caption jk-text-3 jk-num notices__time">{timeOfDay(notice.atMs)}</Text>
          {notice.isRead ? null : <View className="notices__dot"><Text className="notices__sr">{t.unread}</Text></View>}
        </View>
        <View className="jk-label jk-text-2 notices__text">{notice.text.replace(/ · /g, JOINED)}</View>
      </View>
    </Touchable>
  );
}

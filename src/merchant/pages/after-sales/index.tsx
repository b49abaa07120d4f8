// Guests who ask for money back after the visit: what they say, how long is left, and two answers of equal weight.
import { Text, View } from '@tarojs/components';
import { serverNow } from '@/api';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { Countdown } from '@/components/countdown';
import { EmptyState } from '@/components/empty-state';
import { Field } from '@/components/field';
import { NoticeStrip } from '@/components/notice';
import { RowsSkeleton } from '@/components/skeleton';
import { Sheet } from '@/components/sheet';
import { Tag, type TagTone } from '@/components/tag';
import { texts as common } from '@/i18n/common';
import { dayTime, money } from '@/i18n/format';
import { texts } from '@/i18n/staff';
import { useT } from '@/i18n';
import { useLanguage } from '@/state/settings';
import { StaffError } from '../../components/staff-error';
import { StaffPage } from '../../components/staff-page';
import { useStaffStore } from '../../components/stores';
import { useAfterSales, type Sale } from './model';
import './index.scss';

type Model = ReturnType<typeof useAfterSales>;

export default function AfterSales() {
  const t = useT(texts);
  const staff = useStaffStore();
  const model = useAfterSales(staff.store?.storeId ?? '', staff.isManager);
  return (
    <StaffPage place="afterSales" title={t.afterSales} staff={staff} className="sales" loads={[model.list]} overlays={<DeclineSheet model={model} />}>
      {() => (staff.isManager ? <Rows model={model} /> : <EmptyState place="page" title={t.salesManager} text={t.salesManagerText} />)}
    </StaffPage>
  );
}

function Rows({ model }: { model: Model }) {
  const t = useT(texts);
  const c = useT(common);
  const { list } = model;
  if (list.error && !list.data) return <StaffError error={list.error} place="page" onRetry={list.refresh} />;
  if (!list.data) return <RowsSkeleton />;
  const refused = model.failure && !model.declining ? <NoticeStrip tone="danger">{model.failure.message}</NoticeStrip> : null;
  if (list.data.length === 0) return <>{refused}<EmptyState place="page" title={t.salesEmpty} text={t.salesEmptyText} /></>;
  return (
    <>
      {refused}
      <View className="sales__grid">{list.data.map((sale) => <View key={sale.refundId} className="sales__cell"><SaleCard sale={sale} model={model} /></View>)}</View>
      {list.hasMore ? <Button kind="text" size="m" loading={list.loadingMore} onClick={list.more}>{c.loadMore}</Button> : null}
    </>
  );
}

function SaleCard({ sale, model }: { sale: Sale; model: Model }) {
  const t = useT(texts);
  const language = useLanguage();
  const now = serverNow();
  const waiting = sale.state === 'requested';
  const [word, tone]: [string, TagTone] = waiting ? [t.saleWaiting, 'warn'] : sale.state === 'declined' ? [t.saleDeclined, 'grey'] : sale.state === 'succeeded' ? [t.saleDone, 'ok'] : [t.saleAccepted, 'info'];
  const facts = [sale.redeemedAtMs === null ? '' : t.saleUsed(dayTime(sale.redeemedAtMs, language, now)), t.saleAsked(dayTime(sale.requestedAtMs, language, now))].filter(Boolean);
  return (
    <View className="jk-card sales__card">
      <View className="jk-row">
        <Avatar src={sale.guest.avatarUrl} name={sale.guest.name} size={40} />
        <View className="jk-grow sales__who">
          <View className="jk-row"><Text className="jk-strong jk-semibold jk-ell">{sale.guest.name}</Text><Tag tone={tone} className="sales__tag">{word}</Tag></View>
          <View className="jk-caption jk-text-2 jk-2lines">{sale.title}</View>
        </View>
        <Text className="jk-title-3 jk-num sales__amount">{money(sale.amountFen)}</Text>
      </View>
      <View className="sales__reason">
        <View className="jk-caption jk-text-3">{t.saleReason}</View>
        <View className="jk-body">{sale.reason}</View>
      </View>
      <View className="jk-caption jk-text-3 jk-num sales__facts">{facts.join(' · ')}</View>
      {waiting ? (
        <>
          <View className="jk-caption jk-text-2 sales__facts"><Countdown untilMs={sale.answerByMs} ended={t.saleAccepted} onEnd={() => void model.list.refresh()} /><Text>{` · ${t.saleLeft}`}</Text></View>
          <View className="sales__buttons">
            <Button kind="outline" size="m" grow disabled={model.busy} onClick={() => model.ask(sale)}>{t.decline}</Button>
            <Button kind="outline" size="m" grow className="sales__second" disabled={model.busy} onClick={() => void model.accept(sale)}>{t.accept}</Button>
          </View>
        </>
      ) : null}
    </View>
  );
}

function DeclineSheet({ model }: { model: Model }) {
  const t = useT(texts);
  return (
    <Sheet
      open={model.declining !== null}
      title={t.declineTitle}
      onClose={() => model.ask(null)}
      footer={
        <>
          <Button kind="outline" grow disabled={model.busy} onClick={() => model.ask(null)}>{t.acceptKeep}</Button>
          <Button kind="outline" grow className="sales__second" loading={model.busy} disabled={model.reason.trim() === ''} onClick={() => void model.decline()}>{t.declineSend}</Button>
        </>
      }
    >
      <View className="sales__sheet">
        <Field label={t.declineLabel} value={model.reason} onInput={model.setReason} lines={4} inSheet maxlength={500} placeholder={t.declinePlaceholder} error={model.failure?.message} />
      </View>
    </Sheet>
  );
}

// The shop's day in counted numbers: income, the hours, where guests came from, and what waits for an answer.
import { Text, View } from '@tarojs/components';
import { BarChart } from '@/components/bar-chart';
import { Icon } from '@/components/icon';
import { ListRow } from '@/components/list';
import { PriceTag } from '@/components/price-tag';
import { CardSkeleton } from '@/components/skeleton';
import { day, money, people, sentences, shanghai, timeOfDay, weekday } from '@/i18n/format';
import { texts } from '@/i18n/staff';
import { useT } from '@/i18n';
import { openPage } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { StaffError } from '../../components/staff-error';
import { StaffPage } from '../../components/staff-page';
import { useStaffStore } from '../../components/stores';
import { channelWord } from '../../components/words';
import { hoursShown, lastWeekMs, rate, TOO_FEW, useToday, type Today } from './model';
import './index.scss';

export default function TodayPage() {
  const t = useT(texts);
  const staff = useStaffStore();
  const today = useToday(staff.store?.storeId ?? '');
  return (
    <StaffPage place="today" title={t.today} staff={staff} className="today" loads={[today]}>
      {() => (
        <>
          {today.error && !today.data ? <StaffError error={today.error} onRetry={today.refresh} /> : null}
          {today.loading ? <><CardSkeleton lines={4} /><CardSkeleton lines={2} /></> : null}
          {today.data ? (
            <View className="today__columns">
              <View className="today__column">
                <Income today={today.data} />
                <Funnel today={today.data} />
              </View>
              <View className="today__column">
                <Todo today={today.data} isManager={staff.isManager} />
                {staff.isManager ? <View className="jk-block today__list"><ListRow icon="ticket" tone="brand" title={t.offers} note={t.offersNote} onClick={() => openPage('offers')} /></View> : null}
                <Channels today={today.data} />
              </View>
            </View>
          ) : null}
        </>
      )}
    </StaffPage>
  );
}

function Income({ today }: { today: Today }) {
  const t = useT(texts);
  const language = useLanguage();
  const { nowMs } = today;
  const hourNow = shanghai(nowMs).hour;
  const bars = hoursShown(today.hours, hourNow).map(({ hour, count }) => ({ name: String(hour), value: count, now: hour === hourNow }));
  const more = today.redeemedCount - today.lastWeekCount;
  const week = weekday(lastWeekMs(today), language);
  const compared = more > 0 ? t.moreThanLast(week, more) : more < 0 ? t.lessThanLast(week, -more) : t.sameAsLast(week);
  return (
    <View className="jk-card today__card">
      <View className="jk-between">
        <Text className="jk-label jk-text-2 jk-num">{t.updated(day(nowMs, language), weekday(nowMs, language), timeOfDay(nowMs))}</Text>
        <View className={`today__open ${today.isOpen ? '' : 'today__open--off'}`}>
          <View className="today__dot" />
          <Text className="jk-label">{today.isOpen ? t.open : t.closed}</Text>
        </View>
      </View>
      <View className="today__numbers">
        <View className="today__income">
          <View className="jk-caption jk-text-2">{t.income}</View>
          <PriceTag fen={today.redeemedFen} size="xl" tone="ink" exact className="today__big" />
        </View>
        <Figure label={t.count} value={people(today.redeemedCount, language)} unit={t.unitCount} />
        <Figure label={t.newGuests} value={people(today.newGuests, language)} unit={t.unitPeople} />
      </View>
      <View className={`jk-caption ${more > 0 ? 'jk-text-ok' : 'jk-text-2'}`}>{compared}</View>
      {today.redeemedCount > 0 ? <BarChart bars={bars} /> : <View className="jk-caption jk-text-3 today__none">{t.hoursEmpty}</View>}
    </View>
  );
}

function Figure({ label, value, unit }: { label: string; value: string; unit: string }) {
  return (
    <View className="today__figure">
      <View className="jk-caption jk-text-2">{label}</View>
      <View className="today__figure-value">
        <Text className="today__figure-number">{value}</Text>
        {unit ? <Text className="jk-caption jk-text-3">{` ${unit}`}</Text> : null}
      </View>
    </View>
  );
}

function Funnel({ today }: { today: Today }) {
  const t = useT(texts);
  const language = useLanguage();
  const { reach, convert, consume, retain } = today.funnel;
  const stages = [
    { name: t.reach, value: reach, note: t.reachNote },
    { name: t.convert, value: convert, note: rate(convert, reach) ?? t.convertNote },
    { name: t.consume, value: consume, note: t.consumeNote },
    { name: t.retain, value: retain, note: rate(retain, consume) ?? t.retainNote },
  ];
  return (
    <View className="jk-card jk-block">
      <View className="jk-title-3">{t.funnelTitle}</View>
      <View className="today__funnel">
        {stages.map((stage, i) => (
          <View key={stage.name} className="today__stage">
            {i > 0 ? <Icon name="chevron-right" size={12} className="today__arrow" /> : null}
            <View className="jk-caption jk-text-2">{stage.name}</View>
            <View className="today__stage-value jk-num">{people(stage.value, language)}</View>
            <View className="today__stage-note jk-num">{stage.note}</View>
          </View>
        ))}
      </View>
      <View className="jk-caption jk-text-3 today__note">{reach < TOO_FEW ? sentences(language, t.funnelNote, t.tooFew) : t.funnelNote}</View>
    </View>
  );
}

function Todo({ today, isManager }: { today: Today; isManager: boolean }) {
  const t = useT(texts);
  const waits = today.afterSalesWaiting > 0;
  return (
    <View className="jk-block today__list">
      <View className="jk-title-3 today__title">{t.todo}</View>
      {waits ? (
        <ListRow
          icon="refund"
          tone="danger"
          title={t.todoAfterSales(today.afterSalesWaiting)}
          note={t.todoAfterSalesNote(money(today.afterSalesWaitingFen))}
          action={isManager ? t.toDo : undefined}
          value={isManager ? undefined : t.managerOnly}
          onClick={isManager ? () => openPage('afterSales') : undefined}
        />
      ) : <View className="jk-label jk-text-3 today__empty">{t.todoNone}</View>}
    </View>
  );
}

function Channels({ today }: { today: Today }) {
  const t = useT(texts);
  const most = Math.max(1, ...today.channels.map((channel) => channel.count));
  return (
    <View className="jk-card jk-block">
      <View className="jk-title-3">{t.channelsTitle}</View>
      {today.channels.length === 0 ? <View className="jk-label jk-text-3 today__note">{t.channelsEmpty}</View> : null}
      {today.channels.map((channel) => (
        <View key={channel.channel} className="today__channel">
          <View className="jk-between jk-label">
            <Text>{channelWord(channel.channel, t)}</Text>
            <Text className="jk-num jk-text-2">{t.channelLine(channel.count, money(channel.amountFen))}</Text>
          </View>
          <View className="today__track" aria-hidden="true"><View className="today__fill" style={{ width: `${Math.round((channel.count / most) * 100)}%` }} /></View>
        </View>
      ))}
    </View>
  );
}

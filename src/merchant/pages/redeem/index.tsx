// Redeeming: scan or type, then one clear answer over the whole screen.
import { Text, View } from '@tarojs/components';
import Taro from '@tarojs/taro';
import { serverNow } from '@/api';
import { Avatar } from '@/components/avatar';
import { Button } from '@/components/button';
import { useLeft } from '@/components/countdown';
import { EmptyState } from '@/components/empty-state';
import { Field } from '@/components/field';
import { NoticeStrip } from '@/components/notice';
import { RowsSkeleton } from '@/components/skeleton';
import { useDismiss } from '@/components/sheet';
import { Tag } from '@/components/tag';
import { texts as common } from '@/i18n/common';
import { dayTime, minutesLeft, money, timeOfDay } from '@/i18n/format';
import { texts } from '@/i18n/staff';
import { useT } from '@/i18n';
import { isWeapp } from '@/platform';
import { useLanguage } from '@/state/settings';
import { StaffError } from '../../components/staff-error';
import { StaffPage } from '../../components/staff-page';
import { useStaffStore, type StaffStore } from '../../components/stores';
import { AnswerBar, AnswerView } from './answer';
import { CAMERA_ID, useRedeem, type Redeemed } from './model';
import './index.scss';

/** At a desk the field takes the focus, for a scanner that types; on a phone a keyboard would jump up. */
const wide = () => !isWeapp && Taro.getSystemInfoSync().windowWidth >= 768;

export type Model = ReturnType<typeof useRedeem>;

export default function Redeem() {
  const t = useT(texts);
  const staff = useStaffStore();
  const model = useRedeem(staff.store?.storeId ?? '');
  const { reply } = model;
  // Back from an answer is back to the counter, not out of it.
  useDismiss(reply !== null, model.close);
  return (
    <StaffPage
      place="redeem"
      title={t.redeem}
      staff={staff}
      loads={[model.list]}
      nav={reply?.kind === 'yes' ? 'pine-6' : 'ground'}
      className="redeem"
      bottom={reply ? <AnswerBar model={model} reply={reply} /> : undefined}
    >
      {(store) => (reply ? <AnswerView reply={reply} model={model} /> : <Counter model={model} store={store} />)}
    </StaffPage>
  );
}

function Counter({ model, store }: { model: Model; store: StaffStore }) {
  return (
    <View className="redeem__columns">
      <View className="redeem__column"><Scanner model={model} /></View>
      <View className="redeem__column"><Recent model={model} store={store} /></View>
    </View>
  );
}

function Scanner({ model }: { model: Model }) {
  const t = useT(texts);
  const { camera } = model;
  const odd = model.text !== '' && !/^[\d\s]*$/.test(model.text) && model.text.length < 6;
  return (
    <View className="jk-card redeem__scan">
      {camera.state === 'on' ? (
        <>
          <View id={CAMERA_ID} className="redeem__camera" />
          <View className="jk-caption jk-text-2 redeem__hint">{t.cameraHint}</View>
          <Button kind="outline" size="m" onClick={camera.stop}>{t.cameraOff}</Button>
        </>
      ) : model.canScan ? (
        <Button icon="scan" loading={model.busy} onClick={() => void model.scan()}>{isWeapp ? t.scan : t.camera}</Button>
      ) : null}
      {camera.state === 'failed' ? <NoticeStrip tone="warn" className="redeem__strip">{t.cameraFailed}</NoticeStrip> : null}
      <View className="redeem__field">
        <Field
          label={t.typed}
          type="number"
          autoComplete="off"
          value={model.text}
          maxlength={isWeapp ? 12 : 120}
          placeholder="0000 0000 0000"
          hint={model.busy ? t.checking : t.typedHint}
          error={odd ? t.typedBad : undefined}
          disabled={model.busy}
          focus={wide()}
          onInput={model.type}
          onSubmit={model.enter}
        />
      </View>
    </View>
  );
}

function Recent({ model }: { model: Model; store: StaffStore }) {
  const t = useT(texts);
  const c = useT(common);
  const { list } = model;
  if (list.error && !list.data) return <StaffError error={list.error} onRetry={list.refresh} />;
  if (!list.data) return <RowsSkeleton rows={4} />;
  if (list.data.length === 0) return <EmptyState title={t.recentEmpty} text={t.recentEmptyText} />;
  return (
    <View className="jk-block redeem__list">
      <View className="jk-title-3 redeem__list-title">{t.recent}</View>
      {list.data.map((item, i) => (
        <View key={item.redemptionId}>
          {i > 0 ? <View className="jk-hr redeem__hr" /> : null}
          <RecentRow item={item} model={model} />
        </View>
      ))}
      {list.hasMore ? <Button kind="text" size="m" loading={list.loadingMore} onClick={list.more}>{c.loadMore}</Button> : null}
    </View>
  );
}

function RecentRow({ item, model }: { item: Redeemed; model: Model }) {
  const t = useT(texts);
  const language = useLanguage();
  const rest = useLeft(item.undoUntilMs);
  const now = serverNow();
  const isToday = dayTime(item.redeemedAtMs, language).slice(0, -5) === dayTime(now, language).slice(0, -5);
  const when = isToday ? timeOfDay(item.redeemedAtMs) : dayTime(item.redeemedAtMs, language, now);
  return (
    <View className="redeem__row">
      <Avatar src={item.guest.avatarUrl} name={item.guest.name} size={40} />
      <View className="redeem__row-body">
        <View className="jk-strong jk-2lines">{item.title}</View>
        <View className="jk-caption jk-text-3 jk-num">{[when, item.guest.name, t.byStaff(item.staffName)].join(' · ')}</View>
      </View>
      <View className="redeem__row-end">
        <Text className="jk-strong jk-num jk-semibold">{money(item.paidFen)}</Text>
        {item.isUndone ? <Tag tone="grey">{t.undone}</Tag> : null}
        {!item.isUndone && rest > 0 ? (
          <Button kind="outline" size="xs" label={`${t.undo} ${item.title}, ${t.undoIn(minutesLeft(rest, language))}`} onClick={() => void model.undo(item.redemptionId)}>{t.undo}</Button>
        ) : null}
      </View>
    </View>
  );
}

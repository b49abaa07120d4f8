// How the payment went: paid, not known yet, or closed; and what that means for the money.
import { Text, View } from '@tarojs/components';
import { Button } from '@/components/button';
import { ErrorState } from '@/components/error-state';
import { Icon, type IconName } from '@/components/icon';
import { Line } from '@/components/list';
import { NeedLogin } from '@/components/need-login';
import { NoticeStrip } from '@/components/notice';
import { Page } from '@/components/page';
import { Picture } from '@/components/picture';
import { PriceTag } from '@/components/price-tag';
import { day, sentences, timeOfDay } from '@/i18n/format';
import { texts } from '@/i18n/pay-return';
import { useT } from '@/i18n';
import { a11y } from '@/components/a11y';
import { openPage, replacePage } from '@/state/pages';
import { askReminders, useReminderTemplates } from '@/state/reminders';
import { useLanguage } from '@/state/settings';
import { lastMoment, type Order } from '@/state/trade';
import { usePayReturn } from './model';
import './index.scss';

export default function PayReturn() {
  const t = useT(texts);
  const model = usePayReturn();
  const { phase, order, failure, ready } = model;
  if (!ready) return <Page title={t.title}><NeedLogin /></Page>;
  if (phase === 'failed' && failure) return <Page title={t.title}><ErrorState place="page" error={failure} onRetry={model.again} /></Page>;
  return (
    <Page title={t.title} className="pay-return">
      <Head phase={phase} order={order} />
      {failure?.unknown ? <NoticeStrip tone="warn" icon="wifi-off">{t.offline}</NoticeStrip> : null}
      {order ? <Bought order={order} paid={phase === 'paid'} /> : null}
      <Ways model={model} />
    </Page>
  );
}

type Model = ReturnType<typeof usePayReturn>;
const faces: Record<Exclude<Model['phase'], 'failed' | 'checking'>, IconName> = { paid: 'check', waiting: 'clock', closed: 'close', refunded: 'refund' };

function Head({ phase, order }: { phase: Model['phase']; order: Order | null }) {
  const t = useT(texts);
  const language = useLanguage();
  const shown = phase === 'failed' ? 'waiting' : phase;
  const group = forming(phase, order);
  const title = group ? t.seated(group.minSize - group.confirmed) : { checking: t.checking, waiting: t.waiting, paid: t.paid, closed: t.closed, refunded: t.refunded }[shown];
  const body = group ? t.seatedBody : { checking: t.checkingBody, waiting: t.waitingBody, paid: order?.row.fulfilment === 'pickup' ? t.paidPickup : t.paidBody, closed: t.closedBody, refunded: t.refundedBody }[shown];
  return (
    <View className="pay-return__head" {...a11y({ role: 'status', live: 'polite' })}>
      <View className={`pay-return__disc pay-return__disc--${shown}`}>
        {shown === 'checking' ? <View className="pay-return__spin" /> : <Icon name={faces[shown]} size={36} />}
      </View>
      <View className="jk-title-1 pay-return__title">{title}</View>
      <View className="jk-body jk-text-2 pay-return__body">{body}</View>
      {shown === 'waiting' && order && order.row.state === 'unpaid' ? (
        <View className="jk-label jk-text-3 pay-return__body">{sentences(language, t.waitingUnpaid, t.until(timeOfDay(order.row.expiresAtMs)))}</View>
      ) : null}
    </View>
  );
}

/** Paid, and the group is not complete yet: the way on is to call friends. */
function forming(phase: Model['phase'], order: Order | null) {
  const group = phase === 'paid' ? order?.row.group : null;
  return group && (group.state === 'open' || group.state === 'closing') ? group : null;
}

function Bought({ order, paid }: { order: Order; paid: boolean }) {
  const t = useT(texts);
  const language = useLanguage();
  const { row } = order;
  return (
    <View className="jk-card jk-block">
      <View className="jk-row">
        <Picture src={row.pictureUrl} width={60} height={60} radius={10} />
        <View className="jk-grow pay-return__what">
          <View className="jk-row"><View className="jk-strong jk-ell">{row.title}</View><Text className="jk-strong pay-return__many">{`× ${row.quantity}`}</Text></View>
          <View className="jk-caption jk-text-2 jk-ell">{`${row.merchantName} · ${row.storeName}`}</View>
        </View>
        <PriceTag fen={row.payableFen} size="s" tone="ink" exact />
      </View>
      {paid && row.validUntilMs !== null ? <Line label={t.useBefore}>{t.before(day(lastMoment(row.validUntilMs), language))}</Line> : null}
    </View>
  );
}

function Ways({ model }: { model: Model }) {
  const t = useT(texts);
  const { phase, order, orderId } = model;
  const templates = useReminderTemplates();
  const voucherId = model.voucherId ?? order?.row.firstVoucherId ?? null;
  const toOrder = () => replacePage('order', { id: orderId });
  const group = forming(phase, order);
  if (group) {
    return (
      <View className="pay-return__ways">
        <Button icon="share" onClick={() => void askReminders(templates).then(() => replacePage('group', { id: group.groupId, share: 1 }))}>{t.callFriends}</Button>
        <Button kind="outline" className="pay-return__second" onClick={() => replacePage('group', { id: group.groupId })}>{t.seeGroup}</Button>
      </View>
    );
  }
  if (phase === 'paid') {
    return (
      <View className="pay-return__ways">
        {voucherId
          ? <Button onClick={() => void askReminders(templates).then(() => replacePage('voucher', { id: voucherId }))}>{order?.row.fulfilment === 'pickup' ? t.seePickup : t.seeVoucher}</Button>
          : <Button onClick={toOrder}>{t.seeOrder}</Button>}
        {order ? <Button kind="tint" icon="share" className="pay-return__second" onClick={() => openPage('deal', { id: order.row.dealId, share: 1 })}>{t.share}</Button> : null}
      </View>
    );
  }
  if (phase === 'waiting') {
    return (
      <View className="pay-return__ways">
        <Button onClick={model.again}>{t.again}</Button>
        <Button kind="outline" className="pay-return__second" onClick={toOrder}>{t.toOrder}</Button>
      </View>
    );
  }
  if (phase === 'checking') return <View className="pay-return__ways"><Button kind="outline" onClick={toOrder}>{t.seeOrder}</Button></View>;
  return (
    <View className="pay-return__ways">
      <Button onClick={toOrder}>{t.seeOrder}</Button>
      {order ? <Button kind="outline" className="pay-return__second" onClick={() => replacePage('deal', { id: order.row.dealId })}>{t.buyAgain}</Button> : null}
    </View>
  );
}

// A purchase: how it stands in a sentence about the money, its orders one by one, what was paid, and the ways on for all of them.
import { Text, View } from '@tarojs/components';
import { serverNow } from '@/api';
import { a11y } from '@/components/a11y';
import { Button } from '@/components/button';
import { Countdown } from '@/components/countdown';
import { ErrorState } from '@/components/error-state';
import { Icon } from '@/components/icon';
import { Line } from '@/components/list';
import { NeedLogin } from '@/components/need-login';
import { NoticeStrip } from '@/components/notice';
import { OrderCard, OrderFoot } from '@/components/order-card';
import { Page } from '@/components/page';
import { PriceTag } from '@/components/price-tag';
import { CardSkeleton } from '@/components/skeleton';
import { texts } from '@/i18n/cart';
import { day, money } from '@/i18n/format';
import { texts as orders } from '@/i18n/orders';
import { texts as trade } from '@/i18n/trade';
import { useT } from '@/i18n';
import { openPage, openTab } from '@/state/pages';
import { askReminders, useReminderTemplates } from '@/state/reminders';
import { useLanguage } from '@/state/settings';
import { lastMoment, orderStatus, type OrderRow } from '@/state/trade';
import { usePurchase, type Purchase, type Standing } from './model';
import './index.scss';

type Model = ReturnType<typeof usePurchase>;

export default function PurchasePage() {
  const t = useT(texts);
  const o = useT(orders);
  const model = usePurchase();
  const { ready, purchase, standing } = model;
  const { data } = purchase;
  return (
    <Page title={t.purchaseTitle} className="purchase" bottom={data && standing ? <Bar model={model} purchase={data} standing={standing} /> : undefined}>
      {!ready ? <NeedLogin why={t.purchaseNeedLogin} /> : null}
      {ready && purchase.error && !data ? <ErrorState place="page" error={purchase.error} onRetry={purchase.refresh} exit={{ text: o.listTitle, onClick: () => openTab('orders') }} /> : null}
      {purchase.loading ? <><CardSkeleton lines={2} /><CardSkeleton lines={3} /></> : null}
      {data && standing ? (
        <>
          <Head purchase={data} standing={standing} onEnd={purchase.refresh} />
          {model.failure?.unknown ? <NoticeStrip tone="warn" icon="wifi-off">{t.offline}</NoticeStrip> : null}
          {model.payCancelled && standing === 'unpaid' ? <NoticeStrip tone="warn">{t.payCancelled}</NoticeStrip> : null}
          {purchase.error ? <ErrorState error={purchase.error} onRetry={purchase.refresh} /> : null}
          {data.orders.map((row) => <PurchaseOrder key={row.orderId} row={row} />)}
          <Sum purchase={data} standing={standing} />
        </>
      ) : null}
    </Page>
  );
}

function Head({ purchase, standing, onEnd }: { purchase: Purchase; standing: Standing; onEnd: () => Promise<void> }) {
  const t = useT(texts);
  const s = useT(trade);
  const words: Record<Standing, [string, string]> = {
    unpaid: [t.headUnpaid(purchase.orders.length), ''],
    checking: [t.headChecking, t.headCheckingBody],
    waiting: [t.headWaiting, t.headWaitingBody],
    paid: [t.headPaid, t.headPaidBody],
    completed: [t.headCompleted, ''],
    cancelled: [t.headCancelled, t.headCancelledBody],
    expired: [t.headExpired, t.headExpiredBody],
    refunded: [t.headRefunded, t.headRefundedBody],
  };
  const [title, body] = words[standing];
  return (
    <View className="purchase__head" {...a11y({ role: 'status', live: 'polite' })}>
      <View className="jk-row">
        {standing === 'paid' ? <View className="purchase__done"><Icon name="check" size={18} /></View> : null}
        {standing === 'checking' ? <View className="purchase__spin" /> : null}
        <View className="jk-title-2">{title}</View>
      </View>
      {standing === 'unpaid' ? (
        <View className="jk-label jk-text-2 purchase__gap">
          <Countdown untilMs={purchase.expiresAtMs} ended={s.expiredUnpaid} onEnd={() => void onEnd()} />
          <Text>{` ${t.untilPay}`}</Text>
        </View>
      ) : null}
      {body ? <View className="jk-label jk-text-2 purchase__gap">{body}</View> : null}
    </View>
  );
}

function PurchaseOrder({ row }: { row: OrderRow }) {
  const t = useT(texts);
  const o = useT(orders);
  const s = useT(trade);
  const language = useLanguage();
  const note = row.vouchersLeft > 0 && row.validUntilMs !== null ? o.before(day(lastMoment(row.validUntilMs), language, serverNow())) : row.storeName;
  const { firstVoucherId } = row;
  const show = row.fulfilment === 'pickup' ? s.showPickup : s.showCode;
  return (
    <OrderCard row={row} note={[o.quantity(row.quantity), ...(row.fulfilment === 'pickup' ? [t.pickup] : []), note].join(' · ')}>
      {orderStatus(row, serverNow()).key === 'usable' && firstVoucherId ? (
        <OrderFoot>
          <Button kind="tint" size="s" icon="qr" label={`${show} ${row.title}`} onClick={() => openPage('voucher', { id: firstVoucherId })}>{show}</Button>
        </OrderFoot>
      ) : null}
    </OrderCard>
  );
}

function Sum({ purchase, standing }: { purchase: Purchase; standing: Standing }) {
  const t = useT(texts);
  const refundedFen = purchase.orders.reduce((sum, row) => sum + row.refundedFen, 0);
  const wasPaid = standing === 'paid' || standing === 'completed' || standing === 'refunded';
  return (
    <View className="jk-card jk-block purchase__sum">
      <View className="jk-between">
        <Text className="jk-strong">{wasPaid ? t.paid : t.total}</Text>
        <PriceTag fen={purchase.payableFen} size="m" tone={wasPaid ? 'ink' : 'price'} exact />
      </View>
      {refundedFen > 0 ? <Line label={t.refundedSum}>{money(-refundedFen)}</Line> : null}
    </View>
  );
}

function Bar({ model, purchase, standing }: { model: Model; purchase: Purchase; standing: Standing }) {
  const t = useT(texts);
  const templates = useReminderTemplates();
  if (standing === 'checking' || standing === 'waiting') {
    return (
      <>
        <Button kind="outline" grow onClick={model.goOn}>{t.notPaid}</Button>
        <Button grow className="purchase__second" loading={standing === 'checking'} onClick={model.again}>{t.checkAgain}</Button>
      </>
    );
  }
  if (standing === 'unpaid' && purchase.canPay) {
    return (
      <>
        <Button kind="outline" grow disabled={model.paying || model.isEnding} onClick={() => void model.cancel()}>{t.cancelAll}</Button>
        <Button grow className="purchase__second" loading={model.paying} disabled={model.isEnding} onClick={() => void model.pay()}>{t.payAll}</Button>
      </>
    );
  }
  if (standing === 'paid') return <Button grow onClick={() => void askReminders(templates).then(() => openTab('orders'))}>{t.seeOrders}</Button>;
  return <Button kind="tint" grow onClick={() => openTab('discover')}>{t.buyAgain}</Button>;
}

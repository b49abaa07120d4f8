// My orders: what needs paying, what can be used, what was used, what is coming back.
import { Text, View } from '@tarojs/components';
import { serverNow } from '@/api';
import { Button } from '@/components/button';
import { Countdown } from '@/components/countdown';
import { FormingStrip } from '@/components/forming-strip';
import { EmptyState } from '@/components/empty-state';
import { ErrorState } from '@/components/error-state';
import { NeedLogin } from '@/components/need-login';
import { OrderCard, OrderFoot } from '@/components/order-card';
import { Page } from '@/components/page';
import { CardSkeleton } from '@/components/skeleton';
import { Tabs } from '@/components/tabs';
import { texts as common } from '@/i18n/common';
import { day, money } from '@/i18n/format';
import { texts } from '@/i18n/orders';
import { texts as trade } from '@/i18n/trade';
import { useT } from '@/i18n';
import type { OrdersTab as Tab } from '@/state/orders-tab';
import { openPage, openTab } from '@/state/pages';
import { useLanguage } from '@/state/settings';
import { lastMoment, orderStatus, type OrderRow } from '@/state/trade';
import { useOrders } from './model';
import './index.scss';

type Model = ReturnType<typeof useOrders>;

export default function Orders() {
  const t = useT(texts);
  const model = useOrders();
  const tabs: { key: Tab; text: string }[] = [
    { key: 'all', text: t.tabAll }, { key: 'unpaid', text: t.tabUnpaid }, { key: 'forming', text: t.tabForming }, { key: 'usable', text: t.tabUsable }, { key: 'used', text: t.tabUsed }, { key: 'refund', text: t.tabRefund },
  ];
  return (
    <Page title={t.listTitle} tab="orders" className="orders">
      {model.ready ? <Tabs items={tabs} current={model.tab} onChange={model.setTab} label={t.listTitle} /> : null}
      {model.ready ? <Rows model={model} /> : <NeedLogin why={t.needLogin} />}
    </Page>
  );
}

function Rows({ model }: { model: Model }) {
  const c = useT(common);
  const { list } = model;
  if (list.error && !list.data) return <ErrorState error={list.error} onRetry={list.refresh} place="page" exit={{ text: c.home, onClick: () => openTab('discover') }} />;
  if (!list.data) return <>{[0, 1, 2].map((i) => <CardSkeleton key={i} lines={3} />)}</>;
  if (list.data.length === 0) return <Empty tab={model.tab} />;
  return (
    <>
      {list.error ? <ErrorState error={list.error} onRetry={list.refresh} exit={{ text: c.home, onClick: () => openTab('discover') }} /> : null}
      {list.data.map((row) => <Row key={row.orderId} row={row} model={model} />)}
      {list.hasMore ? <Button kind="text" size="m" className="orders__more" loading={list.loadingMore} onClick={list.more}>{c.loadMore}</Button> : null}
    </>
  );
}

function Empty({ tab }: { tab: Tab }) {
  const t = useT(texts);
  const words: Record<Tab, [string, string]> = {
    all: [t.emptyAll, t.emptyAllText], unpaid: [t.emptyUnpaid, t.emptyUnpaidText], forming: [t.emptyForming, t.emptyFormingText], usable: [t.emptyUsable, t.emptyUsableText],
    used: [t.emptyUsed, t.emptyUsedText], refund: [t.emptyRefund, t.emptyRefundText],
  };
  const [title, text] = words[tab];
  const action = tab === 'all' || tab === 'usable' ? t.goDiscover : undefined;
  return <EmptyState place="page" title={title} text={text} action={action} onAction={() => openTab('discover')} />;
}

function Row({ row, model }: { row: OrderRow; model: Model }) {
  return (
    <OrderCard row={row} note={useNote(row)} className="orders__card">
      <Foot row={row} status={orderStatus(row, serverNow()).key} model={model} />
    </OrderCard>
  );
}

function useNote(row: OrderRow): string {
  const t = useT(texts);
  const language = useLanguage();
  const parts: string[] = [];
  if (row.refundedFen > 0) parts.push(t.refundedSoFar(money(row.refundedFen)));
  else if (row.vouchersLeft > 0 && row.validUntilMs !== null) parts.push(t.before(day(lastMoment(row.validUntilMs), language, serverNow())));
  else parts.push(row.storeName);
  if (row.group && row.priceKind === 'group') return [t.groupOf(Math.max(row.group.minSize, row.group.confirmed), row.quantity), ...parts].join(' · ');
  if (row.vouchersLeft > 0 && row.quantity > 1) parts.push(t.leftCount(row.vouchersLeft, row.quantity));
  else if (row.quantity > 1) parts.push(t.quantity(row.quantity));
  return parts.join(' · ');
}

function Foot({ row, status, model }: { row: OrderRow; status: ReturnType<typeof orderStatus>['key']; model: Model }) {
  const t = useT(texts);
  const s = useT(trade);
  const { purchaseId } = row;
  const open = (more: Record<string, string | number> = {}) => openPage('order', { id: row.orderId, ...more });
  if (status === 'unpaid') {
    return (
      <>
        <View className="orders__due">
          <Countdown untilMs={row.expiresAtMs} ended={s.expiredUnpaid} onEnd={() => void model.list.refresh()} />
          <Text className="orders__due-note">{t.untilPay}</Text>
        </View>
        <OrderFoot>
          {purchaseId ? <Button size="s" onClick={() => openPage('purchase', { id: purchaseId })}>{s.toTogether}</Button> : <Ways row={row} model={model} />}
        </OrderFoot>
      </>
    );
  }
  if (status === 'forming' && row.group) return <FormingStrip group={row.group} onEnd={() => void model.list.refresh()} />;
  if (status === 'usable') {
    return (
      <OrderFoot>
        <Button kind="outline" size="s" onClick={() => open({ refund: 1 })}>{t.refund}</Button>
        <Button size="s" icon="qr" className="orders__second" onClick={() => openPage('voucher', { id: row.firstVoucherId ?? '' })}>{row.fulfilment === 'pickup' ? s.showPickup : s.showCode}</Button>
      </OrderFoot>
    );
  }
  if (row.refundState !== null) {
    return <OrderFoot><Button kind="outline" size="s" onClick={() => open()}>{t.progress}</Button></OrderFoot>;
  }
  if (status === 'completed') {
    return <OrderFoot><Button kind="outline" size="s" onClick={() => openPage('deal', { id: row.dealId })}>{t.again}</Button></OrderFoot>;
  }
  return null;
}

function Ways({ row, model }: { row: OrderRow; model: Model }) {
  const s = useT(trade);
  return (
    <>
      <Button kind="outline" size="s" disabled={model.busyId !== ''} onClick={() => void model.cancel(row)}>{s.cancelOrder}</Button>
      <Button size="s" className="orders__second" loading={model.busyId === row.orderId} disabled={model.busyId !== '' && model.busyId !== row.orderId} onClick={() => void model.pay(row)}>{s.pay}</Button>
    </>
  );
}

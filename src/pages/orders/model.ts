// The list of orders: one tab at a time, page by page, asked again whenever the page is shown.
import { useState } from 'react';
import { useDidShow } from '@tarojs/taro';
import { call, useAction, usePages, type Failure } from '@/api';
import { texts } from '@/i18n/trade';
import { textsIn } from '@/i18n';
import { useFresh } from '@/state/fresh';
import { confirmDialog, toast } from '@/state/overlays';
import { takeOrdersTab, type OrdersTab } from '@/state/orders-tab';
import { openPage } from '@/state/pages';
import { usePay } from '@/state/pay';
import { askLogin, usePerson } from '@/state/person';
import { getLanguage } from '@/state/settings';
import type { OrderRow } from '@/state/trade';

export function useOrders() {
  const { ready, who } = usePerson();
  const [tab, setTab] = useState<OrdersTab>(() => takeOrdersTab() ?? 'all');
  const list = usePages((cursor) => call('listOrders', { query: { tab, cursor } }), [tab, who], { ready });
  const [busyId, setBusyId] = useState('');
  const actions = useOrderActions(list.refresh, (orderId) => openPage('order', { id: orderId, cancelled: 1 }));

  useDidShow(() => {
    const wanted = takeOrdersTab();
    if (wanted) setTab(wanted);
  });
  useFresh(list, { ready });

  const one = async (row: OrderRow, act: (orderId: string) => Promise<void>) => {
    setBusyId(row.orderId);
    await act(row.orderId).finally(() => setBusyId(''));
  };
  return { ready, tab, setTab, list, busyId, pay: (row: OrderRow) => one(row, actions.pay), cancel: (row: OrderRow) => one(row, actions.cancel) };
}

/** Pay and cancel, alike in the list and on the order's own page. `after` runs when the order may have changed. */
export function useOrderActions(after: () => Promise<void>, onPayCancelled: (orderId: string) => void) {
  const failed = (failure: Failure) => tell(failure);
  const { pay: payNow } = usePay(failed);
  const ending = useAction<{ orderId: string }, { ok: true }>('cancel', ({ orderId }, idempotencyKey) => call('cancelOrder', { params: { orderId }, idempotencyKey }), failed);

  const pay = async (orderId: string) => {
    const outcome = await payNow(orderId);
    if (outcome === 'done' || outcome === 'unknown') return openPage('payReturn', { id: orderId });
    if (outcome === 'cancelled') onPayCancelled(orderId);
    if (outcome !== 'left') await after();
  };

  const cancel = async (orderId: string) => {
    const t = textsIn(texts, getLanguage());
    const sure = await confirmDialog({
      title: t.cancelTitle, body: t.cancelBody, ok: t.cancelOrder, cancel: t.keepOrder, danger: true,
      run: async () => {
        const done = await ending.run({ orderId });
        if (done) toast(t.orderCancelled, 'ok');
      },
    });
    if (sure) await after();
  };
  return { pay, cancel };
}

function tell(failure: Failure): void {
  if (failure.code === 'NO_SESSION' || failure.code === 'SESSION_EXPIRED') return askLogin();
  const { purchaseId } = failure.details;
  if (failure.code === 'PURCHASE_TOGETHER' && typeof purchaseId === 'string') return openPage('purchase', { id: purchaseId });
  toast(failure.message, 'error');
}

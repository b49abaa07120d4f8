// What was paid together, or is to be: after the cashier it asks until the server knows; then each order goes its own way. Guards F-05.
import { useRef, useState } from 'react';
import { useDidShow, useRouter } from '@tarojs/taro';
import { call, serverNow, useAction, useLoad, type Answer, type Failure } from '@/api';
import { texts } from '@/i18n/cart';
import { textsIn } from '@/i18n';
import { confirmDialog, toast } from '@/state/overlays';
import { usePay } from '@/state/pay';
import { usePaymentCheck, type Phase } from '@/state/payment-check';
import { askLogin, usePerson } from '@/state/person';
import { getLanguage } from '@/state/settings';

export type Purchase = Answer<'getPurchase'>;
/** checking, waiting: the cashier was left, and the server does not know yet */
export type Standing = 'unpaid' | 'checking' | 'waiting' | 'paid' | 'completed' | 'cancelled' | 'expired' | 'refunded';

export function standingOf(purchase: Pick<Purchase, 'state' | 'expiresAtMs'>, asked: Phase | null, nowMs: number): Standing {
  if (purchase.state !== 'unpaid') return purchase.state;
  if (asked === 'checking' || asked === 'waiting') return asked;
  return purchase.expiresAtMs > nowMs ? 'unpaid' : 'expired';
}

export function usePurchase() {
  const { params } = useRouter();
  const purchaseId = params.id ?? '';
  const person = usePerson();
  const { ready, who } = person;
  const [fromCashier, setFromCashier] = useState(params.paid === '1');
  const [payCancelled, setPayCancelled] = useState(params.cancelled === '1');
  const check = usePaymentCheck(purchaseId, { ready: ready && fromCashier, who }, () => call('checkPurchase', { params: { purchaseId } }));
  const isKnown = check.phase !== 'checking' && check.phase !== 'waiting';
  const purchase = useLoad(() => call('getPurchase', { params: { purchaseId } }), [purchaseId, who, isKnown], { ready, keep: true });

  const shown = useRef(false);
  useDidShow(() => {
    if (shown.current && ready) void purchase.refresh();
    shown.current = true;
  });

  const failed = (failure: Failure) => tell(failure);
  const { busy: paying, pay: payNow } = usePay(failed);
  const ending = useAction<null, { ok: true }>('purchase.cancel', (_, idempotencyKey) => call('cancelPurchase', { params: { purchaseId }, idempotencyKey }), failed);
  const pay = async () => {
    setPayCancelled(false);
    const outcome = await payNow(purchaseId);
    if (outcome === 'done' || outcome === 'unknown') {
      setFromCashier(true);
      check.again();
    }
    if (outcome === 'cancelled') setPayCancelled(true);
    if (outcome !== 'left') await purchase.refresh();
  };
  const cancel = async () => {
    const t = textsIn(texts, getLanguage());
    const sure = await confirmDialog({
      title: t.cancelTitle, body: t.cancelBody, ok: t.cancelAll, cancel: t.keepAll, danger: true,
      run: async () => {
        if (await ending.run(null)) toast(t.cancelled, 'ok');
      },
    });
    if (sure) await purchase.refresh();
  };

  const asked = fromCashier ? check.phase : null;
  return {
    ready, purchase, payCancelled, pay, cancel, paying, isEnding: ending.busy,
    standing: purchase.data ? standingOf(purchase.data, asked, serverNow()) : null,
    /** the check could not be made */
    failure: fromCashier ? check.failure : null,
    again: check.again,
    /** not paid after all: back to paying */
    goOn: () => setFromCashier(false),
  };
}

function tell(failure: Failure): void {
  if (failure.code === 'NO_SESSION' || failure.code === 'SESSION_EXPIRED') return askLogin();
  toast(failure.message, 'error');
}

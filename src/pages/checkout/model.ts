// Checkout: a quote for each quantity, one order placed once, then the payment. The person sees the price before it is sent,
// and the server refuses another one. Guards F-09.
import { useEffect, useRef, useState } from 'react';
import { useRouter } from '@tarojs/taro';
import { call, Failure, useAction, useLoad } from '@/api';
import type { RouteTypes } from '@contract/shapes';
import { texts } from '@/i18n/checkout';
import { money } from '@/i18n/format';
import { textsIn } from '@/i18n';
import { surface } from '@/platform';
import { setInCart } from '@/state/cart';
import { confirmDialog } from '@/state/overlays';
import { replacePage } from '@/state/pages';
import { usePay } from '@/state/pay';
import { askLogin, usePerson } from '@/state/person';
import { getLanguage } from '@/state/settings';
import { seatExit, seatIn } from './seat';

type Placing = RouteTypes['placeOrder']['body'];

export function useCheckout() {
  const { params } = useRouter();
  const dealId = params.id ?? '';
  const shareToken = /^[0-9a-z]{12,28}$/.test(params.s ?? '') ? params.s : undefined;
  const seat = seatIn(params);
  const seatKey = JSON.stringify(seat);
  const { ready, who } = usePerson();
  const [quantity, setQuantity] = useState(() => Math.max(1, Math.trunc(Number(params.n)) || 1));
  const [notice, setNotice] = useState<string | null>(null);

  const deal = useLoad(() => call('getDeal', { params: { dealId }, query: { share: shareToken } }), [dealId, shareToken, who], { ready: dealId !== '' });
  const quote = useLoad(() => call('quoteOrder', { body: withToken({ dealId, quantity, group: seat }, shareToken) }), [dealId, quantity, seatKey, shareToken, who], {
    ready: ready && dealId !== '', keep: true,
  });
  useLoginOnce(ready);

  const refused = (failure: Failure) => void onRefused(failure, dealId, setNotice, () => void quote.refresh());
  const place = useAction<Placing, { orderId: string }>(`order.${dealId}`, (body, idempotencyKey) => call('placeOrder', { body, idempotencyKey }), refused);
  const placed = useRef('');
  const { busy: paying, pay } = usePay((failure) => void onPayRefused(failure, placed.current));

  const fits = quote.data !== null && quote.data.quantity === quantity && quote.error === null;
  const submit = async () => {
    const now = quote.data;
    if (!now || !fits) return;
    setNotice(null);
    const body = withToken({ dealId, quantity, group: seat, stack: now.stack, termsVersion: now.termsVersion, expectedPayableFen: now.payableFen, surface: surface() }, shareToken);
    const order = await place.run(body);
    if (!order) return;
    placed.current = order.orderId;
    // Ordered alone out of the cart: it is not in it any more.
    if (params.cart === '1') void setInCart(dealId, 0).catch(() => undefined);
    const outcome = await pay(order.orderId);
    if (outcome === 'done' || outcome === 'unknown') replacePage('payReturn', { id: order.orderId });
    if (outcome === 'cancelled') replacePage('order', { id: order.orderId, cancelled: 1 });
  };

  return { dealId, ready, deal, quote, quantity, setQuantity, notice, fits, submit, busy: place.busy || paying };
}

function withToken<T extends object>(body: T, shareToken: string | undefined): T & { shareToken?: string } {
  return shareToken ? { ...body, shareToken } : body;
}

/** A browser's guest is asked to log in when the page opens, once; coming back without it leaves the page to say why. */
function useLoginOnce(ready: boolean): void {
  const asked = useRef(false);
  useEffect(() => {
    if (ready || asked.current) return;
    asked.current = true;
    askLogin();
  }, [ready]);
}

async function onRefused(failure: Failure, dealId: string, tell: (text: string) => void, requote: () => void): Promise<void> {
  const t = textsIn(texts, getLanguage());
  const { orderId, purchaseId, payableFen } = failure.details;
  if (failure.code === 'NO_SESSION' || failure.code === 'SESSION_EXPIRED') return askLogin();
  if (failure.code === 'UNPAID_ORDER_EXISTS' && typeof orderId === 'string') {
    const open = await confirmDialog({ title: t.unpaidTitle, body: t.unpaidBody, ok: t.openUnpaid, cancel: t.later });
    if (open && typeof purchaseId === 'string') replacePage('purchase', { id: purchaseId });
    else if (open) replacePage('order', { id: orderId });
    return;
  }
  const exit = seatExit(failure, dealId, t);
  if (exit) {
    if (await confirmDialog({ title: t.seatRefused, body: failure.message, ok: exit.text, cancel: t.later })) exit.onClick();
    return;
  }
  tell(failure.code === 'PRICE_CHANGED' && typeof payableFen === 'number' ? t.priceChanged(money(payableFen)) : failure.message);
  if (failure.retry !== 'later' || failure.code === 'SOLD_OUT') requote();
}

/** The order stands, only the payment did not start: the order page goes on from here. */
async function onPayRefused(failure: Failure, orderId: string): Promise<void> {
  const t = textsIn(texts, getLanguage());
  const needsLogin = failure.code === 'PAYMENT_NEEDS_WECHAT';
  const body = needsLogin ? t.needWechatBody : failure.message;
  const login = await confirmDialog({ title: needsLogin ? t.needWechatTitle : t.toOrder, body, ok: needsLogin ? t.toLogin : t.toOrder, cancel: t.later });
  replacePage('order', { id: orderId });
  if (login && needsLogin) askLogin();
}

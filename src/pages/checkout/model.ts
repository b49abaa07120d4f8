// Checkout: a quote for each quantity, the price of the chosen discounts by the server's own function, one order placed once, then
// the payment. The person sees the price before it is sent, and the server refuses another one. Guards F-09.
import { useDidShow, useRouter } from '@tarojs/taro';
import { useEffect, useMemo, useRef, useState } from 'react';
import { priceStack, type Stack } from '@contract/best-combination';
import { call, type Failure, useAction, useLoad } from '@/api';
import type { RouteTypes } from '@contract/shapes';
import { isAllowed, sameStack, toStackLine } from '@/components/stack-card/logic';
import { texts } from '@/i18n/checkout';
import { textsIn } from '@/i18n';
import { surface } from '@/platform';
import { setInCart } from '@/state/cart';
import { confirmDialog } from '@/state/overlays';
import { replacePage } from '@/state/pages';
import { canPayHere, usePay } from '@/state/pay';
import { askLogin, usePerson } from '@/state/person';
import { getLanguage } from '@/state/settings';
import { isPlain, refusalOf, type Refusal } from './refusal';

type Placing = RouteTypes['placeOrder']['body'];
type Group = Placing['group'];

export function useCheckout() {
  const { params } = useRouter();
  const dealId = params.id ?? '';
  const shareToken = /^[0-9a-z]{12,28}$/.test(params.s ?? '') ? params.s : undefined;
  const { ready, who } = usePerson();
  const [group, setGroup] = useState<Group>(() => groupIn(params));
  const [count, setCount] = useState(() => Math.max(1, Math.trunc(Number(params.n)) || 1));
  const quantity = group ? 1 : count;
  const [choice, setChoice] = useState<Stack | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const deal = useLoad(() => call('getDeal', { params: { dealId }, query: { share: shareToken } }), [dealId, shareToken, who], { ready: dealId !== '' });
  const wish = { dealId, quantity, ...(shareToken ? { shareToken } : {}), ...(group ? { group } : {}) };
  const quote = useLoad(() => call('quoteOrder', { body: wish }), [JSON.stringify(wish), who], { ready: ready && dealId !== '', keep: true });
  useLoginOnce(ready);

  const now = quote.data;
  const lines = useMemo(() => (now ? [toStackLine(now)] : []), [now]);
  // A choice stays through a new price as long as it is allowed; another quantity starts with the best.
  const stack = now && (choice && isAllowed(lines, now.coupons, choice, now.nowMs) ? choice : now.stack);
  const priced = now && stack ? priceStack(lines, now.coupons, stack, now.nowMs) : null;

  // What the sharer earns is on what is paid: asked again for another choice.
  const isOther = stack !== null && now?.sharer != null && !sameStack(stack, now.stack);
  const chosen = useLoad(() => call('quoteOrder', { body: { ...wish, stack: stack as Stack } }), [JSON.stringify(stack), now], { ready: isOther, keep: true });
  const sharer = (isOther ? chosen.data?.sharer : null) ?? now?.sharer ?? null;

  // Coupons claimed on another page count here at once.
  const shown = useRef(false);
  useDidShow(() => {
    if (shown.current && ready && quote.data) void quote.refresh();
    shown.current = true;
  });

  const buy = {
    setQuantity: (next: number) => {
      setChoice(null);
      setRefusal(null);
      setCount(next);
    },
    /** another group, one's own, or none */
    goTo: (next: Group) => {
      setChoice(null);
      setRefusal(null);
      setGroup(next);
    },
    again: () => {
      setRefusal(null);
      void deal.refresh();
      void quote.refresh();
    },
  };

  const refused = async (failure: Failure) => {
    if (failure.code === 'NO_SESSION' || failure.code === 'SESSION_EXPIRED') return askLogin();
    if (failure.code === 'UNPAID_ORDER_EXISTS' && (await askOpenUnpaid(failure))) return;
    if (failure.code === 'COUPON_NOT_USABLE') setChoice(null);
    // The server does not name a coupon that is held no more; here it was just chosen by its name.
    const coupon = now?.coupons.find(({ couponId }) => couponId === failure.details.couponId);
    setRefusal(refusalOf(coupon ? { ...failure, message: failure.message, details: { ...failure.details, title: coupon.title } } : failure));
    // Without an answer it may have been placed: the same request is sent again, not another one.
    if (!failure.unknown && (failure.retry !== 'later' || failure.code === 'SOLD_OUT' || failure.code === 'SALE_NOT_STARTED')) await Promise.all([deal.refresh(), quote.refresh()]);
  };
  const place = useAction<Placing, { orderId: string }>(`order.${dealId}`, (body, idempotencyKey) => call('placeOrder', { body, idempotencyKey }), (failure) => void refused(failure));
  const placed = useRef('');
  const { busy: paying, pay } = usePay((failure) => void onPayRefused(failure, placed.current));

  const fits = now !== null && now.quantity === quantity && (now.group !== null) === (group !== undefined) && quote.error === null;
  const submit = async () => {
    if (!now || !priced || !fits || !(await canPayHere())) return;
    setRefusal(null);
    const order = await place.run({ ...wish, termsVersion: now.termsVersion, stack: priced.stack, expectedPayableFen: priced.payableFen, surface: surface() });
    if (!order) return;
    placed.current = order.orderId;
    // Ordered alone out of the cart: it is not in it any more.
    if (params.cart === '1') void setInCart(dealId, 0).catch(() => undefined);
    const outcome = await pay(order.orderId);
    if (outcome === 'done' || outcome === 'unknown') replacePage('payReturn', { id: order.orderId });
    if (outcome === 'cancelled') replacePage('order', { id: order.orderId, cancelled: 1 });
  };

  // A quote is refused for the same reasons as an order.
  const shownRefusal = refusal ?? (quote.error && isPlain(quote.error) ? refusalOf(quote.error) : null);
  return { dealId, shareToken, ready, deal, quote, quantity, group, lines, stack, priced, sharer, choose: setChoice, refusal: shownRefusal, fits, submit, busy: place.busy || paying, ...buy };
}

function groupIn(params: Partial<Record<string, string>>): Group {
  if (params.open === '1') return { open: true };
  return /^grp_[0-9a-z]{8,28}$/.test(params.group ?? '') ? { groupId: params.group as string } : undefined;
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

/** true: the person goes to see the unpaid one. */
async function askOpenUnpaid({ details }: Failure): Promise<boolean> {
  const t = textsIn(texts, getLanguage());
  const { orderId, purchaseId } = details;
  if (typeof orderId !== 'string') return false;
  const open = await confirmDialog({ title: t.unpaidTitle, body: t.unpaidBody, ok: t.openUnpaid, cancel: t.later });
  if (open && typeof purchaseId === 'string') replacePage('purchase', { id: purchaseId });
  else if (open) replacePage('order', { id: orderId });
  return true;
}

/** The order stands, only the payment did not start: the order page goes on from here. */
async function onPayRefused(failure: Failure, orderId: string): Promise<void> {
  const t = textsIn(texts, getLanguage());
  // Asked already, with what it needs.
  if (failure.code !== 'PAYMENT_NEEDS_WECHAT') await confirmDialog({ title: t.toOrder, body: failure.message, ok: t.toOrder, cancel: t.later });
  replacePage('order', { id: orderId });
}

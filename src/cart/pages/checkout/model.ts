// Checkout of several things: what of the cart is paid, the price of the chosen discounts (the same function as the server's),
// one purchase placed once, then one payment. A refusal says what happened and what can be done; the cart stays. Guards F-09, A-16.
import { useMemo, useRef, useState } from 'react';
import { useRouter } from '@tarojs/taro';
import { call, useAction, useLoad, type Answer, type Failure, type RouteTypes } from '@/api';
import { priceStack, type Stack } from '@contract/best-combination';
import { toStackLine } from '@/components/stack-card/logic';
import { texts } from '@/i18n/cart';
import { money } from '@/i18n/format';
import { textsIn } from '@/i18n';
import { surface } from '@/platform';
import { loadCart, type CartLine } from '@/state/cart';
import { confirmDialog } from '@/state/overlays';
import { replacePage } from '@/state/pages';
import { canPayHere, paidPage, usePay } from '@/state/pay';
import { askLogin, usePerson } from '@/state/person';
import { getLanguage } from '@/state/settings';
import { idsIn, isBuyable } from '../../logic';

type Placing = RouteTypes['placePurchase']['body'];
export type Quote = Answer<'quotePurchase'>;

/** Why nothing was placed; `dealId` is what it can be placed without. */
interface Refusal {
  text: string;
  dealId: string | null;
}

export function usePurchaseCheckout() {
  const { params } = useRouter();
  const { ready, who } = usePerson();
  const [ids, setIds] = useState<readonly string[]>(() => idsIn(params.ids));
  const [choice, setChoice] = useState<{ of: Quote; stack: Stack } | null>(null);
  const [refusal, setRefusal] = useState<Refusal | null>(null);

  const cart = useLoad(loadCart, [who], { ready, keep: true });
  const wanted = (cart.data?.items ?? []).filter((line) => ids.includes(line.dealId));
  const lines = wanted.filter(isBuyable);
  const items = lines.map(toItem);
  const quote = useLoad(() => call('quotePurchase', { body: { items } }), [JSON.stringify(items)], { ready: items.length > 1, keep: true });
  // A choice is one among the coupons of its quote; the next quote starts with the best.
  const stack = choice && choice.of === quote.data ? choice.stack : (quote.data?.stack ?? null);
  const stackLines = useMemo(() => quote.data?.items.map(toStackLine) ?? [], [quote.data]);
  const priced = quote.data && stack ? priceStack(stackLines, quote.data.coupons, stack, quote.data.nowMs) : null;

  // What changed may be a price, the stock or a coupon: all of it is asked again.
  const anew = async () => {
    await cart.refresh();
    await quote.refresh();
  };
  const place = useAction<Placing, Answer<'placePurchase'>>('purchase', (body, idempotencyKey) => call('placePurchase', { body, idempotencyKey }), (failure) => void refused(failure));
  const refused = async (failure: Failure) => {
    if (failure.code === 'NO_SESSION' || failure.code === 'SESSION_EXPIRED') return askLogin();
    if (failure.code === 'UNPAID_ORDER_EXISTS' && (await askOpenUnpaid(failure))) return;
    setRefusal(refusalOf(failure));
    // Without an answer it may have been placed: the same request is sent again, not another one.
    if (!failure.unknown) await anew();
  };
  const placed = useRef('');
  const { busy: paying, pay } = usePay((failure) => void onPayRefused(failure, placed.current));

  const fits = quote.data !== null && quote.error === null && !quote.refreshing && quote.data.items.length === items.length;
  const submit = async () => {
    if (!quote.data || !priced || !fits || !(await canPayHere())) return;
    setRefusal(null);
    const body: Placing = {
      items: quote.data.items.map((item) => ({
        ...toItem({ ...item, shareToken: lines.find((line) => line.dealId === item.dealId)?.shareToken ?? null }),
        termsVersion: item.termsVersion, expectedUnitPriceFen: item.unitPriceFen,
      })),
      stack: priced.stack, expectedPayableFen: priced.payableFen, surface: surface(),
    };
    const purchase = await place.run(body);
    if (!purchase) return;
    placed.current = purchase.purchaseId;
    void loadCart().catch(() => undefined);
    const outcome = await pay(purchase.purchaseId);
    if (outcome === 'done' || outcome === 'unknown') replacePage(...paidPage(purchase.purchaseId));
    if (outcome === 'cancelled') replacePage('purchase', { id: purchase.purchaseId, cancelled: 1 });
  };

  return {
    ready, cart, quote, priced, refusal, fits, submit,
    /** chosen, and not to be paid now */
    staying: wanted.filter((line) => !isBuyable(line)),
    lines,
    stackLines,
    stack,
    choose: (next: Stack) => quote.data && setChoice({ of: quote.data, stack: next }),
    busy: place.busy || paying,
    without: (dealId: string) => {
      setRefusal(null);
      setIds((now) => now.filter((id) => id !== dealId));
    },
  };
}

const toItem = ({ dealId, quantity, shareToken }: Pick<CartLine, 'dealId' | 'quantity' | 'shareToken'>) => ({ dealId, quantity, ...(shareToken ? { shareToken } : {}) });

export function refusalOf({ code, details, message }: Failure): Refusal {
  const t = textsIn(texts, getLanguage());
  const { dealId, title, was, now, available, limit, payableFen, why } = details;
  const what = typeof title === 'string' ? title : null;
  const without = typeof dealId === 'string' ? dealId : null;
  if (code === 'CART_CHANGED' && what && typeof was === 'string' && typeof now === 'string') return { text: t.changed(what, was, now), dealId: without };
  if (code === 'PRICE_CHANGED' && typeof payableFen === 'number') return { text: t.priceChanged(money(payableFen)), dealId: null };
  if (code === 'SOLD_OUT' && what) return { text: typeof available === 'number' && available > 0 ? t.soldFew(what, available) : t.sold(what), dealId: without };
  if (code === 'LIMIT_PER_PERSON' && what && typeof limit === 'number') return { text: t.overLimit(what, limit), dealId: without };
  if (code === 'COUPON_NOT_USABLE') return { text: what && typeof why === 'string' ? t.coupon(what, why) : t.couponPlain, dealId: null };
  return { text: message, dealId: without };
}

/** true: the person goes to see the unpaid one. */
async function askOpenUnpaid({ details }: Failure): Promise<boolean> {
  const t = textsIn(texts, getLanguage());
  const { orderId, purchaseId } = details;
  if (typeof orderId !== 'string' && typeof purchaseId !== 'string') return false;
  const open = await confirmDialog({ title: t.unpaidTitle, body: t.unpaidBody, ok: t.openUnpaid, cancel: t.later });
  if (open && typeof purchaseId === 'string') replacePage('purchase', { id: purchaseId });
  else if (open && typeof orderId === 'string') replacePage('order', { id: orderId });
  return open;
}

/** The orders stand, only the payment did not start: the purchase's page goes on from here. */
async function onPayRefused(failure: Failure, id: string): Promise<void> {
  const t = textsIn(texts, getLanguage());
  // Asked already, with what it needs.
  if (failure.code !== 'PAYMENT_NEEDS_WECHAT') await confirmDialog({ title: t.seePurchase, body: failure.message, ok: t.seePurchase, cancel: t.later });
  replacePage('purchase', { id });
}

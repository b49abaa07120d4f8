// Paying an order, or a purchase of several: the ticket from the server, WeChat's cashier, and where to go afterwards. Every
// page that pays does it here. Only the server says whether it was paid (pay-return asks). Guards F-09 on the phone.
import { useRef } from 'react';
import { call } from '@/api/client';
import { useAction } from '@/api/hooks';
import type { Failure } from '@/api/errors';
import { textsIn } from '@/i18n';
import { texts } from '@/i18n/pay';
import { copyText, inWechatBrowser, paymentMethod, payReturnUrl, requestPayment, webAddress } from '@/platform';
import { linkToPay } from './link-wechat';
import { confirmDialog, toast } from './overlays';
import { pageUrl, type PageName } from './pages';
import { getLanguage } from './settings';
import { whereWeAre } from './sign-in';

const TIMEOUT_MS = 20_000;

/** failed: told to onFail, also where WeChat was not linked · left: the browser went to the cashier · unknown: WeChat did not say */
export type PayOutcome = 'done' | 'cancelled' | 'left' | 'unknown' | 'failed';

interface Wish {
  /** an order's or a purchase's */
  id: string;
  method: 'jsapi' | 'h5';
}

export function usePay(onFail: (failure: Failure) => void): { busy: boolean; pay: (id: string) => Promise<PayOutcome> } {
  const refused = useRef<Failure | null>(null);
  const ticket = useAction<Wish, Awaited<ReturnType<typeof askTicket>>>('pay', askTicket, (failure) => {
    refused.current = failure;
  });
  const pay = async (id: string): Promise<PayOutcome> => {
    if (!(await canPayHere())) return 'failed';
    refused.current = null;
    const got = await ticket.run({ id, method: paymentMethod });
    if (!got) {
      const failure = refused.current as Failure | null;
      if (failure?.code === 'ORDER_PAID') return 'done';
      if (failure?.code === 'PAYMENT_NEEDS_WECHAT' && (await linkToPay())) return pay(id);
      if (failure) onFail(failure);
      return 'failed';
    }
    try {
      return await requestPayment(got);
    } catch {
      return 'unknown';
    }
  };
  return { busy: ticket.busy, pay };
}

/**
 * WeChat's cashier for pages (H5 支付) does not open inside WeChat's own browser: said before anything is ordered, with the ways on.
 * true everywhere else.
 */
export async function canPayHere(): Promise<boolean> {
  if (!inWechatBrowser()) return true;
  const t = textsIn(texts, getLanguage());
  const copies = await confirmDialog({ title: t.elsewhereTitle, body: t.elsewhereBody, ok: t.copy, cancel: t.known });
  if (copies && (await copyText(webAddress(whereWeAre() ?? '/')))) toast(t.copied, 'ok');
  return false;
}

const isPurchase = (id: string): boolean => id.startsWith('pur_');

/** The page that says how the payment went. */
export function paidPage(id: string): [PageName, { id: string; paid?: 1 }] {
  return isPurchase(id) ? ['purchase', { id, paid: 1 }] : ['payReturn', { id }];
}

function askTicket({ id, method }: Wish, idempotencyKey: string) {
  const returnUrl = payReturnUrl(pageUrl(...paidPage(id)));
  const asked = { body: returnUrl ? { method, returnUrl } : { method }, idempotencyKey, timeoutMs: TIMEOUT_MS };
  return isPurchase(id) ? call('payPurchase', { params: { purchaseId: id }, ...asked }) : call('payOrder', { params: { orderId: id }, ...asked });
}

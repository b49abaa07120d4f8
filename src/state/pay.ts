// Paying an order, or a purchase of several: the ticket from the server, WeChat's cashier, and where to go afterwards. Every
// page that pays does it here. Only the server says whether it was paid (pay-return asks). Guards F-09 on the phone.
import { call } from '@/api/client';
import { useAction } from '@/api/hooks';
import type { Failure } from '@/api/errors';
import { paymentMethod, payReturnUrl, requestPayment } from '@/platform';
import { pageUrl, type PageName } from './pages';

const TIMEOUT_MS = 20_000;

/** failed: told to onFail · left: the browser went to the cashier · unknown: WeChat did not say */
export type PayOutcome = 'done' | 'cancelled' | 'left' | 'unknown' | 'failed';

interface Wish {
  /** an order's or a purchase's */
  id: string;
  method: 'jsapi' | 'h5';
}

export function usePay(onFail: (failure: Failure) => void): { busy: boolean; pay: (id: string) => Promise<PayOutcome> } {
  const ticket = useAction<Wish, Awaited<ReturnType<typeof askTicket>>>('pay', askTicket, onFail);
  const pay = async (id: string): Promise<PayOutcome> => {
    const got = await ticket.run({ id, method: paymentMethod });
    if (!got) return 'failed';
    try {
      return await requestPayment(got);
    } catch {
      return 'unknown';
    }
  };
  return { busy: ticket.busy, pay };
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

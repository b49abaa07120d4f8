// Paying an order: the ticket from the server, WeChat's cashier, and where to go afterwards. Checkout, orders and the order
// page pay alike. Only the server says whether it was paid (pay-return asks). Guards F-09 on the phone.
import { call } from '@/api/client';
import { useAction } from '@/api/hooks';
import type { Failure } from '@/api/errors';
import { paymentMethod, payReturnUrl, requestPayment } from '@/platform';

const TIMEOUT_MS = 20_000;

/** failed: told to onFail · left: the browser went to the cashier · unknown: WeChat did not say */
export type PayOutcome = 'done' | 'cancelled' | 'left' | 'unknown' | 'failed';

interface Wish {
  orderId: string;
  method: 'jsapi' | 'h5';
}

export function usePay(onFail: (failure: Failure) => void): { busy: boolean; pay: (orderId: string) => Promise<PayOutcome> } {
  const ticket = useAction<Wish, Awaited<ReturnType<typeof askTicket>>>('pay', askTicket, onFail);
  const pay = async (orderId: string): Promise<PayOutcome> => {
    const got = await ticket.run({ orderId, method: paymentMethod });
    if (!got) return 'failed';
    try {
      return await requestPayment(got);
    } catch {
      return 'unknown';
    }
  };
  return { busy: ticket.busy, pay };
}

function askTicket({ orderId, method }: Wish, idempotencyKey: string) {
  const returnUrl = payReturnUrl(orderId);
  return call('payOrder', { params: { orderId }, body: returnUrl ? { method, returnUrl } : { method }, idempotencyKey, timeoutMs: TIMEOUT_MS });
}

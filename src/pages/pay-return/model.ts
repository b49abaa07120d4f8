// After the cashier: how the payment of one order went, and that order.
import { useRouter } from '@tarojs/taro';
import { call, useLoad } from '@/api';
import { usePaymentCheck } from '@/state/payment-check';
import { usePerson } from '@/state/person';

export function usePayReturn() {
  const { params } = useRouter();
  const orderId = params.id ?? params.orderId ?? '';
  const { ready, who } = usePerson();
  const check = usePaymentCheck(orderId, { ready, who }, () => call('checkPayment', { params: { orderId } }));
  const order = useLoad(() => call('getOrder', { params: { orderId } }), [orderId, who, check.phase === 'paid'], { ready: ready && orderId !== '', keep: true });
  return { orderId, ready, order: order.data, ...check };
}

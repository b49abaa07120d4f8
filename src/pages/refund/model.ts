// One refund, looked at again while it is under way.
import { useRouter } from '@tarojs/taro';
import { call, useLoad, type Answer } from '@/api';
import { useEvery, useFresh } from '@/state/fresh';
import { usePerson } from '@/state/person';

export type Refund = Answer<'getRefund'>;

const EVERY_MS = 8_000;

export function useRefund() {
  const { params } = useRouter();
  const refundId = params.id ?? '';
  const { ready, who } = usePerson();
  const refund = useLoad(() => call('getRefund', { params: { refundId } }), [refundId, who], { ready, keep: true });

  const state = refund.data?.state;
  const going = state === 'accepted' || state === 'sent';
  useEvery(going ? EVERY_MS : null, refund.refresh);
  useFresh(refund, { ready });
  return { ready, refund };
}

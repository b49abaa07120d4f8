// One refund, looked at again while it is under way.
import { useEffect } from 'react';
import { useRouter } from '@tarojs/taro';
import { call, useLoad, type Answer } from '@/api';
import { useFresh } from '@/state/fresh';
import { usePerson } from '@/state/person';

export type Refund = Answer<'getRefund'>;

const EVERY_MS = 8_000;

export function useRefund() {
  const { params } = useRouter();
  const refundId = params.id ?? '';
  const { ready, who } = usePerson();
  const refund = useLoad(() => call('getRefund', { params: { refundId } }), [refundId, who], { ready, keep: true });
  const { refresh } = refund;

  const state = refund.data?.state;
  const going = state === 'accepted' || state === 'sent';
  useEffect(() => {
    if (!going) return undefined;
    const timer = setInterval(() => void refresh(), EVERY_MS);
    return () => clearInterval(timer);
  }, [going, refresh]);

  useFresh(refund, { ready });
  return { ready, refund };
}

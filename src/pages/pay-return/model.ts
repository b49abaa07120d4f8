// After the cashier: asks the server, which asks WeChat, with growing pauses. The page believes nothing else. Guards F-05.
import { useEffect, useRef, useState } from 'react';
import { useRouter } from '@tarojs/taro';
import { asFailure, call, useLoad, type Answer, type Failure } from '@/api';
import { usePerson } from '@/state/person';

/** Pauses between questions; then the person asks by hand. Together about a minute. */
const PAUSES_MS = [800, 1_200, 2_000, 3_000, 5_000, 8_000, 12_000, 15_000, 15_000];

type Check = Answer<'checkPayment'>;
export type Phase = 'checking' | 'waiting' | 'paid' | 'closed' | 'refunded' | 'failed';

export function phaseOf(state: Check['state']): Exclude<Phase, 'checking' | 'failed'> {
  if (state === 'paid' || state === 'completed') return 'paid';
  if (state === 'refunded') return 'refunded';
  return state === 'unpaid' ? 'waiting' : 'closed';
}

export function usePayReturn() {
  const { params } = useRouter();
  const orderId = params.id ?? params.orderId ?? '';
  const { ready, who } = usePerson();
  const [check, setCheck] = useState<{ phase: Phase; voucherId: string | null; failure: Failure | null }>({ phase: 'checking', voucherId: null, failure: null });
  const [round, setRound] = useState(0);
  const order = useLoad(() => call('getOrder', { params: { orderId } }), [orderId, who, check.phase === 'paid'], { ready: ready && orderId !== '', keep: true });

  const alive = useRef(true);
  useEffect(() => () => void (alive.current = false), []);

  useEffect(() => {
    if (!ready || orderId === '') return undefined;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const ask = async (tried: number) => {
      const answer = await call('checkPayment', { params: { orderId } }).catch(asFailure);
      if (stopped || !alive.current) return;
      const pause = PAUSES_MS[tried];
      if ('code' in answer && !answer.unknown && answer.retry === 'never') return setCheck({ phase: 'failed', voucherId: null, failure: answer });
      if ('state' in answer) {
        const phase = phaseOf(answer.state);
        if (phase !== 'waiting') return setCheck({ phase, voucherId: answer.voucherId, failure: null });
      }
      setCheck({ phase: pause === undefined ? 'waiting' : 'checking', voucherId: null, failure: 'code' in answer ? answer : null });
      if (pause !== undefined) timer = setTimeout(() => void ask(tried + 1), pause);
    };
    setCheck({ phase: 'checking', voucherId: null, failure: null });
    void ask(0);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [orderId, ready, who, round]);

  return { orderId, ready, order: order.data, ...check, again: () => setRound((now) => now + 1) };
}

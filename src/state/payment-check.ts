// After the cashier: asks the server, which asks WeChat, with growing pauses. The page believes nothing else. Guards F-05.
import { useEffect, useRef, useState } from 'react';
import type { Answer } from '@contract/shapes';
import { asFailure, type Failure } from '@/api/errors';

/** Pauses between questions; then the person asks by hand. Together about a minute. */
const PAUSES_MS = [800, 1_200, 2_000, 3_000, 5_000, 8_000, 12_000, 15_000, 15_000];

type Check = Answer<'checkPayment'>;
export type Phase = 'checking' | 'waiting' | 'paid' | 'closed' | 'refunded' | 'failed';

function phaseOf(state: Check['state']): Exclude<Phase, 'checking' | 'failed'> {
  if (state === 'paid' || state === 'completed') return 'paid';
  if (state === 'refunded') return 'refunded';
  return state === 'unpaid' ? 'waiting' : 'closed';
}

/** `ask` asks about `id`, an order's or a purchase's; not `ready`: not asked. */
export function usePaymentCheck(id: string, { ready, who }: { ready: boolean; who: string }, ask: () => Promise<Check>) {
  const [check, setCheck] = useState<{ phase: Phase; voucherId: string | null; failure: Failure | null }>({ phase: 'checking', voucherId: null, failure: null });
  const [round, setRound] = useState(0);
  const asks = useRef(ask);
  asks.current = ask;

  useEffect(() => {
    if (!ready) return undefined;
    let stopped = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = async (tried: number) => {
      const answer = await asks.current().catch(asFailure);
      if (stopped) return;
      const pause = PAUSES_MS[tried];
      if ('code' in answer && !answer.unknown && answer.retry === 'never') return setCheck({ phase: 'failed', voucherId: null, failure: answer });
      if ('state' in answer) {
        const phase = phaseOf(answer.state);
        if (phase !== 'waiting') return setCheck({ phase, voucherId: answer.voucherId, failure: null });
      }
      setCheck({ phase: pause === undefined ? 'waiting' : 'checking', voucherId: null, failure: 'code' in answer ? answer : null });
      if (pause !== undefined) timer = setTimeout(() => void next(tried + 1), pause);
    };
    setCheck({ phase: 'checking', voucherId: null, failure: null });
    void next(0);
    return () => {
      stopped = true;
      clearTimeout(timer);
    };
  }, [id, ready, who, round]);

  return { ...check, again: () => setRound((now) => now + 1) };
}

// The page about me: the person and the wallet, asked again whenever the page comes to the front; the demo's clock.
import { useDidShow } from '@tarojs/taro';
import { useRef, useState } from 'react';
import { call, serverNow, useAction, useLoad, useSession } from '@/api';
import { loadMe, useMe } from '@/state/me';

export function useMine() {
  const session = useSession();
  const me = useMe();
  const load = useLoad(async () => {
    const [, wallet] = await Promise.all([loadMe(), call('getWallet')]);
    return wallet;
  }, [session?.personId], { ready: session !== null });
  const first = useRef(true);
  useDidShow(() => {
    if (!first.current && session) void load.refresh();
    first.current = false;
  });
  return { session, me, wallet: load.data, error: load.error, loading: load.loading, refresh: load.refresh };
}

const HOUR_MS = 3_600_000;
export const steps = { hour: HOUR_MS, day: 24 * HOUR_MS, days: 8 * 24 * HOUR_MS } as const;

/** Demo only: everyone's clock moves on, and what was due happens. */
export function useDemoClock(after: () => void) {
  const [nowMs, setNowMs] = useState(serverNow);
  useDidShow(() => setNowMs(serverNow()));
  const move = useAction('demo.clock', async (advanceMs: number) => {
    const moved = await call('moveDemoClock', { body: { advanceMs } });
    setNowMs(moved.nowMs);
    after();
    return moved;
  });
  return { nowMs, move };
}

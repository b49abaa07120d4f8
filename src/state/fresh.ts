// Keeps a page fresh: asks again when it comes back to the front or is pulled down, every so often, and grows where it ends.
import Taro, { useDidShow, usePullDownRefresh, useReachBottom } from '@tarojs/taro';
import { useEffect, useRef } from 'react';

interface Loads {
  refresh: () => Promise<unknown>;
  more?: () => Promise<void>;
}

/** `ready: false`: there is nobody yet to ask for. */
export function useFresh({ refresh, more }: Loads, { ready = true }: { ready?: boolean } = {}): void {
  // The first time it is shown it loads by itself.
  const shown = useRef(false);
  useDidShow(() => {
    if (shown.current && ready) void refresh();
    shown.current = true;
  });
  usePullDownRefresh(() => void refresh().finally(() => Taro.stopPullDownRefresh()));
  useReachBottom(() => void more?.());
}

/** Asks again so long after each answer; null: not now. A slow answer is waited for: the next question would make it an old one. */
export function useEvery(everyMs: number | null, ask: () => Promise<unknown>): void {
  const asks = useRef(ask);
  asks.current = ask;
  useEffect(() => {
    if (everyMs === null) return undefined;
    let over = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const next = () => {
      if (!over) timer = setTimeout(() => void asks.current().finally(next), everyMs);
    };
    next();
    return () => {
      over = true;
      clearTimeout(timer);
    };
  }, [everyMs]);
}

// Keeps a page fresh: asks again when it comes back to the front or is pulled down, and grows where it ends.
import Taro, { useDidShow, usePullDownRefresh, useReachBottom } from '@tarojs/taro';
import { useRef } from 'react';

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

// A stand-in for @tarojs/taro: routing that is written down, and page hooks that tests may fire.
import { useEffect } from 'react';

export interface Move {
  by: 'navigateTo' | 'redirectTo' | 'switchTab' | 'navigateBack' | 'reLaunch';
  url?: string;
}

export const moves: Move[] = [];
export const router: { params: Record<string, string>; path: string; stack: number } = { params: {}, path: '/pages/index/index', stack: 1 };

const go = (by: Move['by']) => async (options: { url?: string } = {}) => {
  moves.push(options.url === undefined ? { by } : { by, url: options.url });
};

export const navigateTo = go('navigateTo');
export const redirectTo = go('redirectTo');
export const switchTab = go('switchTab');
export const navigateBack = go('navigateBack');
export const reLaunch = go('reLaunch');
export const getCurrentPages = () => Array.from({ length: router.stack }, () => ({}));

type Listener = (argument?: unknown) => void;
const listeners: Record<string, Set<Listener>> = {};

/** Fires a page hook: 'didShow', 'didHide', 'pageScroll' … */
export function fire(hook: string, argument?: unknown): void {
  listeners[hook]?.forEach((listener) => listener(argument));
}

const hook = (name: string) => (listener: Listener) => {
  useEffect(() => {
    const set = (listeners[name] ??= new Set());
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  });
};

export const useDidShow = hook('didShow');
export const useDidHide = hook('didHide');
export const usePageScroll = hook('pageScroll');
export const useReachBottom = hook('reachBottom');
export const usePullDownRefresh = hook('pullDownRefresh');
export const useShareAppMessage = hook('shareAppMessage');
export const useLoad = hook('load');
export const useUnload = hook('unload');
export const useRouter = () => router;
export const stopPullDownRefresh = () => undefined;
/** The page that Taro says is in front. */
export const inFront: { page: unknown } = { page: null };
export const getCurrentInstance = () => ({ router, page: inFront.page });

export const getSystemInfoSync = () => ({ windowWidth: 390 });

const Taro = { getSystemInfoSync, navigateTo, redirectTo, switchTab, navigateBack, reLaunch, getCurrentPages, stopPullDownRefresh, useRouter, getCurrentInstance };
export default Taro;

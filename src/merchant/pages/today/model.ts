// The shop's day, asked again every minute while it is looked at.
import { useEffect } from 'react';
import Taro, { useDidShow, usePullDownRefresh } from '@tarojs/taro';
import { call, useLoad, type Answer } from '@/api';

export type Today = Answer<'getToday'>;

const EVERY_MS = 60_000;
/** Below this many people a rate says nothing (design: Funnel). */
export const TOO_FEW = 30;
const WEEK_MS = 7 * 86_400_000;

export function useToday(storeId: string) {
  const today = useLoad(() => call('getToday', { params: { storeId } }), [storeId], { ready: storeId !== '' });
  const { refresh } = today;
  useEffect(() => {
    if (storeId === '') return undefined;
    const timer = setInterval(() => void refresh(), EVERY_MS);
    return () => clearInterval(timer);
  }, [storeId, refresh]);
  useDidShow(() => {
    if (today.data) void refresh();
  });
  usePullDownRefresh(() => void refresh().then(() => Taro.stopPullDownRefresh()));
  return today;
}

export const lastWeekMs = (today: Today): number => today.nowMs - WEEK_MS;

/** `14.8%` of the stage before, or nothing to say. */
export function rate(part: number, of: number): string | null {
  if (of < TOO_FEW) return null;
  const tenths = Math.round((part * 1_000) / of);
  return `${Math.floor(tenths / 10)}.${tenths % 10}%`;
}

/** The hours so far; at most twelve bars fit a phone, and then the latest. */
export function hoursShown(hours: Today['hours'], hourNow: number): Today['hours'] {
  return hours.filter((item) => item.hour <= hourNow || item.count > 0).slice(-12);
}

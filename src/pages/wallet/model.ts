// The wallet: what can be withdrawn, what is pending and why, each rebate with its reason and date. Guards A-18.
import { useState } from 'react';
import { call, useLoad, usePages, type Answer } from '@/api';
import { day, shanghai } from '@/i18n/format';
import type { texts } from '@/i18n/wallet';
import type { useT } from '@/i18n';
import { useFresh } from '@/state/fresh';
import { usePerson } from '@/state/person';
import type { Language } from '@/state/settings';

export type Wallet = Answer<'getWallet'>;
export type Reward = Answer<'listRewards'>['items'][number];
export type Tab = 'all' | 'waiting' | 'arrived' | 'unpaid';
type Words = ReturnType<typeof useT<typeof texts.zh>>;

export function useWallet() {
  const { ready, who } = usePerson();
  const [tab, setTab] = useState<Tab>('all');
  const wallet = useLoad(() => call('getWallet'), [who], { ready });
  const rewards = usePages((cursor) => call('listRewards', { query: { tab, cursor } }), [tab, who], { ready });
  const both = async () => {
    await Promise.all([wallet.refresh(), rewards.refresh()]);
  };
  useFresh({ refresh: both, more: rewards.more }, { ready });
  return { ready, wallet, rewards, tab, setTab };
}

/** Pending in all: never added to what can be withdrawn. */
export const pendingFen = (wallet: Wallet): number => wallet.waitingFen + wallet.inHoldFen + wallet.underReviewFen;

type RewardState = 'pending' | 'arrived' | 'unpaid';
export function stateOf(reward: Reward): RewardState {
  if (reward.state === 'available') return 'arrived';
  return reward.state === 'cancelled' || reward.state === 'clawed_back' ? 'unpaid' : 'pending';
}

/** The day, or only its number when the month was just named: “7 月 14 日到店，21 日到账”. */
function dayAfter(fromMs: number, atMs: number, t: Words, language: Language, nowMs: number): string {
  const [from, at] = [shanghai(fromMs), shanghai(atMs)];
  return language === 'zh' && from.year === at.year && from.month === at.month ? t.dayOnly(at.day) : day(atMs, language, nowMs);
}

/** Why this amount is where it is, with its date. */
export function reasonOf(reward: Reward, t: Words, language: Language, nowMs: number): string {
  const date = (ms: number | null) => (ms === null ? '' : day(ms, language, nowMs));
  const { redeemedAtMs: visitMs, releaseAtMs: releaseMs, endedAtMs: endMs } = reward;
  switch (reward.reason) {
    case 'waiting_visit': return visitMs === null ? t.waitingVisit : t.waitingRest;
    case 'in_hold':
      if (visitMs === null || releaseMs === null) return t.inHoldNoVisit(date(releaseMs));
      return t.inHold(date(visitMs), dayAfter(visitMs, releaseMs, t, language, nowMs));
    case 'under_review': return t.underReview;
    case 'arrived':
      if (visitMs === null || endMs === null) return t.arrivedPlain(date(endMs ?? releaseMs));
      return t.arrived(date(visitMs), dayAfter(visitMs, endMs, t, language, nowMs));
    case 'refunded': return t.refunded(reward.friend.name, date(endMs));
    case 'group_failed': return t.groupFailed(reward.friend.name, date(endMs));
    case 'expired': return t.expired(reward.friend.name, date(endMs));
    case 'clawed_back': return t.clawedBack(reward.friend.name, date(endMs));
    case 'repeat': return t.repeat;
    case 'self': return t.self;
    case 'limit': return t.limit;
    case 'minor': return t.minor;
  }
}

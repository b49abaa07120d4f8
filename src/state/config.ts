// What the server says before anyone signs in: demo or not, and which plays are off on this surface. Asked once.
import { useEffect } from 'react';
import type { Answer } from '@contract/shapes';
import { call } from '@/api/client';
import { surface } from '@/platform';
import { getLanguage } from './settings';
import { createStore, useStore } from './store';

type Config = Answer<'getConfig'>;

const config = createStore<Config | null>(null);
let asked: { language: string; answer: Promise<Config> } | null = null;

function loadConfig(): Promise<Config> {
  const language = getLanguage();
  if (asked?.language !== language) {
    const answer = call('getConfig').then((found) => {
      config.set(found);
      return found;
    });
    asked = { language, answer };
    answer.catch(() => {
      asked = null;
    });
  }
  return (asked as { answer: Promise<Config> }).answer;
}

export function useConfig(): Config | null {
  const known = useStore(config);
  const language = getLanguage();
  useEffect(() => {
    loadConfig().catch(() => undefined);
  }, [language]);
  return known;
}

/** WeChat forbids rebate plays on pages inside its own browser: hidden there until the server allows them. */
export function useRebateShown(): boolean {
  const known = useConfig();
  return surface() !== 'h5_wechat' || known?.features.rebateInWechatH5 === true;
}

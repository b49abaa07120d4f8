// The ways in: WeChat, phone and code, and demo people. Afterwards: consent kept, the person loaded, back to where they came from.
import Taro from '@tarojs/taro';
import { useEffect, useState } from 'react';
import type { RouteTypes } from '@/api';
import { call, keepSession, useAction, type Session } from '@/api';
import { deviceId, wechatLoginCode } from '@/platform';
import { setConsent } from '@/state/consents';
import { loadMe } from '@/state/me';
import { canGoBack, openTab, pages, tabPages, type PageName } from '@/state/pages';
import { personIs } from '@/state/personal';
import { signInEnded } from '@/state/sign-in';

const RESEND_MS = 60_000;
const PHONE = /^1[3-9]\d{9}$/;

/** Of what was typed, pasted or filled in (`+86 138 1234 5678`): the number that is meant. */
export const phoneOf = (text: string) => text.replace(/\D/g, '').replace(/^(00)?86(?=1)/, '').slice(0, 11);
export const isPhone = (text: string) => PHONE.test(text);
export const isCode = (text: string) => /^\d{6}$/.test(text);

async function enter(session: Session): Promise<void> {
  personIs(session.personId);
  keepSession(session);
  await setConsent('privacy', true).catch(() => undefined);
  await loadMe().catch(() => undefined);
}

type DemoWho = RouteTypes['loginDemo']['body']['who'];

export function useLogin() {
  const wechat = useAction('login.wechat', async (_: null) => {
    const code = await wechatLoginCode();
    if (code) await enter(await call('loginWechat', { body: { code, deviceId: deviceId() } }));
    return code !== null;
  });
  const phone = useAction('login.phone', async (body: { phone: string; code: string }) => {
    await enter(await call('loginPhone', { body: { ...body, deviceId: deviceId() } }));
    return true;
  });
  const demo = useAction('login.demo', async (who: string) => {
    await enter(await call('loginDemo', { body: { who: who as DemoWho, deviceId: deviceId() } }));
    return true;
  });
  const bind = useAction('login.bind', async (wechatCode: string) => {
    keepSession(await call('verifyPhone', { body: { wechatCode } }));
    await loadMe().catch(() => undefined);
    return true;
  });
  return { wechat, phone, demo, bind };
}

/** Sends a code, and says how many seconds until it may be sent again. */
export function usePhoneCode() {
  const [readyAt, setReadyAt] = useState(0);
  const [left, setLeft] = useState(0);
  const send = useAction('login.code', async (phone: string) => {
    await call('sendPhoneCode', { body: { phone } });
    setReadyAt(Date.now() + RESEND_MS);
    return true;
  });
  useEffect(() => {
    const tick = () => setLeft(Math.max(0, Math.ceil((readyAt - Date.now()) / 1_000)));
    tick();
    if (readyAt <= Date.now()) return;
    const timer = setInterval(tick, 500);
    return () => clearInterval(timer);
  }, [readyAt]);
  return { send, left, sent: readyAt > 0 };
}

/** Back to the page that asked; a reloaded login page goes to the page named in its address (ours only). */
export async function leave(back: string | undefined, signedIn: boolean): Promise<void> {
  try {
    if (canGoBack()) await Taro.navigateBack();
    else await go(back);
  } catch {
    openTab('discover');
  }
  // The page below comes to the front first: what it opens next goes on top of it.
  setTimeout(() => signInEnded(signedIn), 350);
}

async function go(back: string | undefined): Promise<void> {
  const path = (back ?? '').split('?')[0];
  const name = (Object.keys(pages) as PageName[]).find((key) => pages[key] === path);
  if (!name) return openTab('discover');
  if ((tabPages as readonly string[]).includes(name)) return openTab(name as (typeof tabPages)[number]);
  await Taro.redirectTo({ url: back as string });
}

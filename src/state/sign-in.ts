// "Log in first, then go on": opens the login page on top and tells the asking page how it ended.
import Taro from '@tarojs/taro';
import { getSession, isSignedOut } from '@/api/session';
import { isWeapp } from '@/platform';
import { openPage, pageUrl, pages, type PageName } from './pages';

let waiting: ((signedIn: boolean) => void) | null = null;

/** true at once when someone is signed in; else after the login page. false: left without logging in. */
export function signIn(): Promise<boolean> {
  if (getSession()) return Promise.resolve(true);
  waiting?.(false);
  const ended = new Promise<boolean>((resolve) => {
    waiting = resolve;
  });
  openPage('login', { back: whereWeAre() });
  return ended;
}

/** The same where WeChat signs in by itself with the first call. */
export const mayCall = (): Promise<boolean> => (isWeapp && !isSignedOut() ? Promise.resolve(true) : signIn());

/** Called by the login page when it closes. */
export function signInEnded(signedIn: boolean): void {
  waiting?.(signedIn);
  waiting = null;
}

/** The page in front with its own parameters: for a login page that was reloaded and has nothing to go back to, and for a copied link. */
export function whereWeAre(): string | undefined {
  const router = Taro.getCurrentInstance().router;
  const path = `/${(router?.path ?? '').split('?')[0]}`.replace('//', '/');
  const name = (Object.keys(pages) as PageName[]).find((key) => pages[key] === path);
  if (!name || name === 'login') return undefined;
  const params: Record<string, string> = {};
  for (const [key, value] of Object.entries(router?.params ?? {})) if (/^[a-z]\w*$/i.test(key) && key !== 'stamp' && value) params[key] = value;
  return pageUrl(name, params);
}

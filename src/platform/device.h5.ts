// The browser's side, in WeChat's browser or any other. No mini-program call happens here.
import type {
  GroupInfo, LocationAnswer, MapTarget, NavMetrics, PaymentOutcome, PaymentTicket, PrivateMessage, TransferTicket,
} from './types';
import { toGcj02 } from './coordinates';

export const isWeapp = false;

export function inWechatBrowser(): boolean {
  return /MicroMessenger/i.test(navigator.userAgent);
}

const memory: Record<string, string> = {};

// Private windows refuse localStorage: then the tab remembers.
export const storage = {
  get<T>(key: string): T | null {
    let raw: string | null | undefined;
    try {
      raw = localStorage.getItem(key);
    } catch {
      raw = memory[key];
    }
    try {
      return raw ? (JSON.parse(raw) as T) : null;
    } catch {
      return null;
    }
  },
  set(key: string, value: unknown): void {
    const raw = JSON.stringify(value);
    try {
      localStorage.setItem(key, raw);
    } catch {
      memory[key] = raw;
    }
  },
  remove(key: string): void {
    delete memory[key];
    try {
      localStorage.removeItem(key);
    } catch {
      // nothing kept, nothing to remove
    }
  },
};

/** Told when another tab wrote or removed it. */
export function onStored(key: string, listener: () => void): void {
  window.addEventListener('storage', (event) => event.key === key && listener());
}

export function systemLanguage(): string {
  return navigator.language ?? '';
}

const darkQuery = () => (typeof matchMedia === 'function' ? matchMedia('(prefers-color-scheme: dark)') : null);

export function systemTheme(): 'light' | 'dark' {
  return darkQuery()?.matches ? 'dark' : 'light';
}

export function onSystemThemeChange(listener: (theme: 'light' | 'dark') => void): void {
  const query = darkQuery();
  const tell = (event: { matches: boolean }) => listener(event.matches ? 'dark' : 'light');
  if (query?.addEventListener) query.addEventListener('change', tell);
  else query?.addListener?.(tell);
}

export function paintGround(theme: 'light' | 'dark'): void {
  document.body.classList.toggle('jk-dark', theme === 'dark');
}

export function setStatusBar(_light: boolean): void {
  // the browser draws its own
}

/** The shop's pages use the whole window where it is wide; guests' pages stay a phone's column. */
export function setWide(on: boolean): void {
  document.body.classList.toggle('jk-wide', on);
}

export function setDocumentTitle(title: string, language: string): void {
  document.title = title;
  document.documentElement.lang = language === 'en' ? 'en' : 'zh-CN';
}

export function navMetrics(): NavMetrics {
  return { statusBarPx: 0, barPx: 44, capsulePx: 0 };
}

export async function isOnline(): Promise<boolean> {
  return navigator.onLine !== false;
}

export function onNetworkChange(listener: (online: boolean) => void): void {
  window.addEventListener('online', () => listener(true));
  window.addEventListener('offline', () => listener(false));
}

export async function wechatLoginCode(): Promise<string | null> {
  return null;
}

export async function isWechatKeyLive(): Promise<boolean> {
  return true;
}

export const paymentMethod = 'h5' as 'h5' | 'jsapi';

/** Goes to WeChat's cashier; it comes back to the page named by payReturnUrl. */
export async function requestPayment(ticket: PaymentTicket): Promise<PaymentOutcome> {
  if (!ticket.h5Url) throw new Error('no payment address');
  location.assign(ticket.h5Url);
  return 'left';
}

export function payReturnUrl(page: string): string | undefined {
  return location.origin + page;
}

/** This page's address on the web, for a link that is passed on. */
export function webAddress(page: string): string {
  return location.origin + page;
}

export async function requestTransfer(ticket: TransferTicket): Promise<PaymentOutcome> {
  if (!ticket.url) throw new Error('no confirmation address');
  location.assign(ticket.url);
  return 'left';
}

export async function requestSubscribe(_templates: string[]): Promise<string[]> {
  return [];
}

export const hasSystemScanner = false as boolean;

export async function scanWithSystem(): Promise<string | null> {
  return null;
}

/** Asks the browser; it answers in WGS-84, the app works in GCJ-02. */
export function locate(): Promise<LocationAnswer> {
  return new Promise((resolve) => {
    if (!navigator.geolocation) return resolve({ ok: false, why: 'unavailable' });
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const [lat, lng] = toGcj02(coords.latitude, coords.longitude);
        resolve({ ok: true, place: { latE6: Math.round(lat * 1e6), lngE6: Math.round(lng * 1e6) } });
      },
      (error) => resolve({ ok: false, why: error.code === error.PERMISSION_DENIED ? 'denied' : 'unavailable' }),
      { enableHighAccuracy: false, timeout: 10_000, maximumAge: 60_000 },
    );
  });
}

/** Hands over to the map app (AMap's documented link; GCJ-02, longitude first). */
export function openMap(target: MapTarget): void {
  const name = encodeURIComponent(target.name);
  const position = `${target.lngE6 / 1e6},${target.latE6 / 1e6}`;
  window.open(`https://uri.amap.com/marker?position=${position}&name=${name}&coordinate=gaode&callnative=1`, '_blank', 'noopener');
}

export function callPhone(phone: string): void {
  location.href = `tel:${phone}`;
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

// Pages without https, and older WebViews, have no clipboard.
function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.style.position = 'fixed';
  field.style.left = '-9999px';
  document.body.appendChild(field);
  field.select();
  field.setSelectionRange(0, text.length);
  let copied = false;
  try {
    copied = document.execCommand('copy');
  } catch {
    copied = false;
  }
  field.remove();
  return copied;
}

export function canShareBySystem(): boolean {
  return typeof navigator.share === 'function';
}

/** The system's share sheet where there is one. */
export async function shareBySystem(share: { title: string; text: string; url: string }): Promise<'shared' | 'cancelled' | 'unsupported'> {
  if (!navigator.share) return 'unsupported';
  try {
    await navigator.share(share);
    return 'shared';
  } catch (error) {
    return (error as Error).name === 'AbortError' ? 'cancelled' : 'unsupported';
  }
}

/** Downloads the picture. Inside WeChat's browser a download does nothing: the page shows it to be pressed and held. */
export async function savePicture(picture: string): Promise<'saved' | 'denied' | 'cancelled'> {
  if (inWechatBrowser()) return 'denied';
  download(picture, 'juke.png');
  return 'saved';
}

function download(href: string, name: string): void {
  const link = document.createElement('a');
  link.href = href;
  link.download = name;
  document.body.appendChild(link);
  link.click();
  link.remove();
}

/** A canvas as a data-URI. */
export async function exportCanvas(canvas: unknown, _width: number, _height: number): Promise<string> {
  return (canvas as HTMLCanvasElement).toDataURL('image/png');
}

/** A page cannot change brightness; it can ask for no sleep. */
export function brightScreen(on: boolean): void {
  if (!on) {
    void wakeLock?.release();
    wakeLock = null;
    return;
  }
  const nav = navigator as Navigator & { wakeLock?: { request: (type: 'screen') => Promise<{ release: () => Promise<void> }> } };
  nav.wakeLock?.request('screen').then((lock) => (wakeLock = lock), () => undefined);
}

let wakeLock: { release: () => Promise<void> } | null = null;

export function vibrate(): void {
  navigator.vibrate?.(15);
}

export async function groupInfo(): Promise<GroupInfo | null> {
  return null;
}

export function enableGroupShare(): void {
  // a browser has no group to tell
}

export function keepCardUpToDate(_activityId: string, _members: number, _size: number): void {
  // a browser sends links, not cards
}

export function keepCardPrivate(_activityId: string | null): void {
  // a link can be passed on; the first who claims has it
}

export async function privateMessage(): Promise<PrivateMessage | null> {
  return null;
}

/** false: the app shows its own text. */
export function openPrivacyContract(): boolean {
  return false;
}

export function openSystemSettings(): void {
  // the browser's own settings cannot be opened from a page
}

/** Goes to another address of the web, for example the link that opens the mini-program. */
export function leaveTo(url: string): boolean {
  location.assign(url);
  return true;
}

/** Another address beside this page, so that what was typed here stays. */
export function openBeside(url: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.target = '_blank';
  link.rel = 'noopener';
  link.click();
}

/** Hands a text file to the person. */
export async function saveTextFile(name: string, text: string): Promise<'saved' | 'copied' | 'failed'> {
  const href = URL.createObjectURL(new Blob([text], { type: 'application/json' }));
  download(href, name);
  setTimeout(() => URL.revokeObjectURL(href), 10_000);
  return 'saved';
}

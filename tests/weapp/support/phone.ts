/**
 * One person's phone with the compiled mini-program on it. Opening it is a cold start in a new realm; what it stored stays.
 * Tests read the rendered text and tap rendered nodes; nothing reaches into the app.
 */
import type { TestApp } from '../../support/app';
import { pagePaths } from './build';
import { findByName, findInput, squashed } from './find';
import { readQr } from './qr';
import type { Realm } from './realm';
import { run, type Running } from './run';
import { parseUrl } from './stack';
import { attribute, elements, fire, parentOf, tagOf, textOf, type Rendered } from './view';
import type { EnterOptions, Habits } from './wx';

export interface PhoneOptions { language?: 'zh' | 'en' }
interface OpenOptions { scene?: number; groupId?: string; shareTicket?: string; privateMessage?: { activityId: string; valid: boolean } }
interface ShareCard { title: string; path: string; imageUrl?: string }

export interface Phone {
  habits: Habits;
  /** What was asked of WeChat, by ability. */
  calls: Record<string, Record<string, unknown>[]>;
  /** console.error and errors that nobody caught: must stay empty. */
  problems: string[];
  /** What the app keeps on this phone, as JSON by key. */
  storage: ReadonlyMap<string, string>;
  realm(): Realm;
  /** Cold start at an address as it is in a card or a code. */
  open(url?: string, options?: OpenOptions): void;
  close(): void;
  path(): string;
  query(): Record<string, string>;
  depth(): number;
  /** Everything a person reads on the page in front, without blanks. */
  text(): string;
  /** Waits until the text is on the page in front. */
  sees(text: string): Promise<void>;
  until<T>(what: string, look: () => T | null | undefined | false): Promise<T>;
  /** Waits for, then taps what is called so (its name for screen readers, or its text). */
  tap(name: string): Promise<void>;
  /** Types into the field with this label or placeholder. */
  type(field: string, value: string): Promise<void>;
  find(name: string): Rendered | null;
  /** Whether a tap on it would do something now. */
  isReady(name: string): boolean;
  /** The text of each QR code on the page in front. */
  qrCodes(): string[];
  /** The card that WeChat would send from the menu, or from the share button tapped last. */
  shareCard(): Promise<ShareCard>;
  sharedMoments(): { title: string; query: string; imageUrl?: string };
  back(): Promise<void>;
}

const WAIT_MS = 60_000;

export function createPhone(t: TestApp, user: string, options: PhoneOptions = {}): Phone {
  const language = options.language === 'en' ? 'en' : 'zh_CN';
  const storage = new Map<string, string>();
  const habits: Habits = { pays: 'pay', takesMoney: 'confirm', scans: null, location: { latitude: 31.2345, longitude: 121.4801 }, phone: null, online: true, album: 'allow', clipboard: 'allow', system: 'ios', wechatKey: 'live', newVersion: null, taps: false };
  const calls: Phone['calls'] = {};
  const problems: string[] = [];
  let running: Running | null = null;
  const now = () => {
    if (!running) throw new Error(`${user} has not opened the app`);
    return running;
  };
  const roots = () => elements(now().stack.front().root);
  const find = (name: string) => findByName(roots(), squashed(name));

  const phone: Phone = {
    habits, calls, problems, storage,
    realm: () => now().realm,
    open: (url = 'pages/index/index', { scene = 1001, groupId, shareTicket, privateMessage } = {}) => {
      phone.close();
      const { path, query } = parseUrl(url);
      if (!pagePaths.includes(path)) throw new Error(`the app has no page ${path}`);
      const enter: EnterOptions = { path, query, scene, ...(shareTicket ? { shareTicket } : {}) };
      const note = (name: string, given: unknown) => void (calls[name] ??= []).push(given as Record<string, unknown>);
      running = run({ t, user, language, habits, storage, enter, groupId: groupId ?? null, privateMessage: privateMessage ?? null, note }, problems);
    },
    close: () => {
      running?.stop();
      running = null;
    },
    path: () => now().stack.front().path,
    query: () => now().stack.front().query,
    depth: () => now().stack.pages().length,
    text: () => squashed(textOf(now().stack.front().root)),
    sees: async (text) => {
      await phone.until(`“${text}”`, () => phone.text().includes(squashed(text)));
    },
    until: async (what, look) => {
      const started = Date.now();
      for (;;) {
        if (problems.length > 0) throw new Error(`${user}'s phone: ${problems.join('\n')}`);
        const found = look();
        if (found) return found as never;
        if (Date.now() - started > WAIT_MS) throw new Error(`${user} waited for ${what}. On ${phone.path()}: ${phone.text()}`);
        await pause();
      }
    },
    find,
    isReady: (name) => {
      const element = find(name);
      const button = element && buttonOf(element);
      return element !== null && (!button || abilityOf(button) !== '');
    },
    tap: async (name) => {
      const element = await phone.until(`something called “${name}”`, () => find(name));
      await press(now(), element, name, habits, t);
    },
    type: async (field, value) => {
      const input = await phone.until(`a field called “${field}”`, () => findInput(roots(), squashed(field)));
      fire(input, 'input', { value, cursor: value.length, keyCode: 0 });
      await pause();
    },
    qrCodes: () => roots().map((element) => readQr(element)).filter((text) => text !== ''),
    shareCard: async () => {
      const { stack, realm, button } = now();
      const page = stack.front();
      const target = button ? { target: { id: button.id, dataset: { ...button.dataset } } } : {};
      const answer = page.instance.onShareAppMessage;
      if (typeof answer !== 'function') throw new Error(`${page.path} cannot be shared`);
      now().button = null;
      return (await answer.call(page.instance, realm.own({ from: button ? 'button' : 'menu', ...target }))) as ShareCard;
    },
    sharedMoments: () => {
      const { instance, path } = now().stack.front();
      if (typeof instance.onShareTimeline !== 'function') throw new Error(`${path} cannot be posted to Moments`);
      return instance.onShareTimeline({}) as { title: string; query: string };
    },
    back: async () => {
      now().stack.abilities.navigateBack!({});
      await pause();
    },
  };
  return phone;
}

const pause = () => new Promise((resolve) => setTimeout(resolve, 15));

function buttonOf(element: Rendered): Rendered | null {
  let up: Rendered | null = element;
  while (up && tagOf(up) !== 'button') up = parentOf(up);
  return up;
}

/** Every button of WeChat's here carries an ability of WeChat's; one that waits carries none. */
const abilityOf = (button: Rendered): string => String(attribute(button, 'open-type') ?? '');

async function press(now: Running, element: Rendered, name: string, habits: Habits, t: TestApp): Promise<void> {
  const before = now.view.handled();
  const button = buttonOf(element);
  const ability = button ? abilityOf(button) : '';
  if (button && ability === '') throw new Error(`“${name}” is disabled`);
  habits.taps = true;
  fire(element, 'tap', { x: 1, y: 1 });
  // What the tap started and did not wait for anything outside is still of the tap.
  setImmediate(() => (habits.taps = false));
  if (button && ability === 'share') now.button = button;
  if (button && ability === 'getPhoneNumber') {
    const code = habits.phone ? (await t.sandbox!.control<{ code: string }>('wx/phone', { phone: habits.phone })).code : undefined;
    fire(button, 'getphonenumber', code ? { code, errMsg: 'getPhoneNumber:ok' } : { errMsg: 'getPhoneNumber:fail user deny' }, false);
  }
  if (now.view.handled() === before && ability === '') throw new Error(`nothing answers a tap on “${name}”`);
  await pause();
}

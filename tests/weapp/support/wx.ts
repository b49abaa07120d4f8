/** A stand-in for `wx`: WeChat's own abilities on one phone. Callbacks come later, as on a device; every call is noted. */
import type { TestApp } from '../../support/app';
import { BUILT_BASE, paymentProblem, transferOf, type PaymentParams } from './world';

/** How a mini-program was entered. Scene numbers: 1001 list, 1007 chat card, 1044 card with share ticket, 1047 code, 1038 from another, 1154 Moments. */
export interface EnterOptions { path: string; query: Record<string, string>; scene: number; shareTicket?: string }

/** What the person does when WeChat asks them, and where they are. Tests change it before they tap. */
export interface Habits {
  pays: 'pay' | 'cancel';
  /** old: this WeChat cannot */
  takesMoney: 'confirm' | 'cancel' | 'old';
  /** the next code in front of the camera; null: the scanner is closed */
  scans: string | null;
  location: { latitude: number; longitude: number } | 'deny';
  phone: string | null;
  online: boolean;
  album: 'allow' | 'deny';
  clipboard: 'allow' | 'deny';
  system: 'ios' | 'android';
  /** whether WeChat still encrypts with the key of the last sign-in */
  wechatKey: 'live' | 'ended';
  /** what the person says to a new version that WeChat loaded; null: there is none */
  newVersion: 'restart' | 'later' | null;
  /** a tap is being answered: some abilities open only then */
  taps: boolean;
}
interface Device {
  t: TestApp;
  /** the person's WeChat, by name */
  user: string;
  language: 'zh_CN' | 'en';
  habits: Habits;
  storage: Map<string, string>;
  enter: EnterOptions;
  /** the chat group the app was entered from */
  groupId: string | null;
  /** the private message it was entered by; `valid: false`: WeChat sent it to somebody else */
  privateMessage: { activityId: string; valid: boolean } | null;
  later(act: () => void): void;
  own<T>(value: T): T;
  note(name: string, given: unknown): void;
}

interface Callbacks { success?: (answer: unknown) => void; fail?: (error: unknown) => void; complete?: (answer: unknown) => void }
type Given = Callbacks & Record<string, unknown>;
type Ability = (given?: Given) => unknown;
class Refused extends Error {}

const GEOMETRY = { windowWidth: 390, windowHeight: 844, screenWidth: 390, screenHeight: 844, statusBarHeight: 47, pixelRatio: 3, safeArea: { left: 0, right: 390, top: 47, bottom: 810, width: 390, height: 763 } };
const CAPSULE = { left: 296, right: 383, top: 51, bottom: 83, width: 87, height: 32 };

/** `moves` are those between pages. Out of Moments a page stands alone: see 单页模式下的限制 in WeChat's 分享到朋友圈. */
export function createWx(device: Device, moves: Record<string, unknown>): Record<string, unknown> {
  const all = { ...askedAbilities(device), ...plainAbilities(device), ...moves };
  if (device.enter.scene !== FROM_MOMENTS) return all;
  const refuse = () => {
    throw new Refused('can not be called in single page mode');
  };
  const refused = [...Object.keys(moves), ...NOT_FROM_MOMENTS].map((name) => [name, asks(device, name, refuse)]);
  return { ...all, ...Object.fromEntries(refused), getMenuButtonBoundingClientRect: () => device.own({ left: 0, right: 0, top: 0, bottom: 0, width: 0, height: 0 }) };
}

const FROM_MOMENTS = 1154;
const NOT_FROM_MOMENTS = [
  'login', 'checkSession', 'requestPayment', 'requestMerchantTransfer', 'requestSubscribeMessage', 'openSetting', 'authorize', 'saveImageToPhotosAlbum', 'scanCode',
  'showShareMenu', 'updateShareMenu', 'hideShareMenu', 'getShareInfo', 'getGroupEnterInfo', 'authPrivateMessage',
];

const ONLY_IN_A_TAP = new Set(['openSetting', 'requestSubscribeMessage']);

/** `act` answers or throws Refused with WeChat's reason; the callbacks come after this call returned. */
function asks(device: Device, name: string, act: (given: Given) => unknown): Ability {
  return (given = {}) => {
    const { success, fail, complete, ...rest } = given;
    device.note(name, rest);
    const tooLate = ONLY_IN_A_TAP.has(name) && !device.habits.taps;
    void Promise.resolve()
      .then(() => {
        if (tooLate) throw new Refused('can only be invoked by user TAP gesture.');
        return act(given);
      })
      .then(
        (answer) => ({ answer: { ...(answer as object), errMsg: `${name}:ok` }, tell: success }),
        (error: Error) => {
          if (!(error instanceof Refused)) throw error;
          return { answer: { errMsg: `${name}:fail ${error.message}` }, tell: fail };
        },
      )
      .then(({ answer, tell }) => device.later(() => {
        const mine = device.own(answer);
        tell?.(mine);
        complete?.(mine);
      }));
  };
}

function askedAbilities(device: Device): Record<string, Ability> {
  const { t, habits, user } = device;
  const control = <T>(path: string, body: unknown) => t.sandbox!.control<T>(path, body);
  const groupInfo = async (by: string) => {
    if (!device.groupId) throw new Refused('group info not available');
    return control<{ encryptedData: string; iv: string }>('wx/group', { user, opengid: device.groupId, by });
  };
  const acts: Record<string, (given: Given) => unknown> = {
    login: async () => {
      habits.wechatKey = 'live';
      return { code: (await control<{ code: string }>('wx/login', { user })).code };
    },
    checkSession: () => {
      if (habits.wechatKey === 'ended') throw new Refused('session time out, need relogin');
      return {};
    },
    getNetworkType: () => ({ networkType: habits.online ? 'wifi' : 'none' }),
    requestPayment: async (given) => {
      const problem = paymentProblem(t, given as unknown as PaymentParams);
      if (problem) throw new Refused(`parameter error: ${problem}`);
      if (habits.pays === 'cancel') throw new Refused('cancel');
      await control('pay', { prepay_id: String(given.package).replace('prepay_id=', ''), user });
    },
    requestMerchantTransfer: async (given) => {
      const transfer = await transferOf(t, String(given.package));
      const { spMchid, appid } = t.app.config.wechat;
      if (!transfer || given.mchId !== spMchid || given.appId !== appid) throw new Refused('invalid package');
      if (habits.takesMoney === 'cancel') throw new Refused('cancel');
      await control(`transfers/${transfer.outBillNo}/confirm`, {});
    },
    requestSubscribeMessage: async (given) => {
      const templates = given.tmplIds as string[];
      return control('wx/subscribe', { user, template_ids: templates });
    },
    scanCode: () => {
      if (habits.scans === null) throw new Refused('cancel');
      return { result: habits.scans, scanType: 'QR_CODE', charSet: 'utf-8', path: '' };
    },
    getLocation: (given) => {
      if (given.type !== 'gcj02') throw new Refused('stores are in gcj02');
      if (habits.location === 'deny') throw new Refused('auth deny');
      return { ...habits.location, accuracy: 30 };
    },
    getGroupEnterInfo: () => groupInfo('getGroupEnterInfo'),
    getShareInfo: (given) => {
      if (!given.shareTicket || given.shareTicket !== device.enter.shareTicket) throw new Refused('invalid shareTicket');
      return groupInfo('getShareInfo');
    },
    authPrivateMessage: async (given) => {
      const { privateMessage: message, enter } = device;
      if (!given.shareTicket || given.shareTicket !== enter.shareTicket) throw new Refused('invalid shareTicket');
      if (!message) throw new Refused('not private message');
      return { valid: message.valid, ...(await control<object>('wx/private', { user, activity_id: message.activityId })) };
    },
    canvasToTempFilePath: () => ({ tempFilePath: 'wxfile://tmp_poster.png' }),
    saveImageToPhotosAlbum: () => {
      if (habits.album === 'deny') throw new Refused('auth deny');
      return {};
    },
    getScreenBrightness: () => ({ value: 0.4 }),
    setClipboardData: () => {
      if (habits.clipboard === 'deny') throw new Refused('privacy permission is not authorized');
      return {};
    },
    getSetting: () => ({ authSetting: {} }),
    showModal: (given) => {
      if (`${given.confirmText}`.length > 4 || `${given.cancelText}`.length > 4) throw new Refused('a button takes four characters');
      return { confirm: habits.newVersion === 'restart', cancel: habits.newVersion !== 'restart' };
    },
  };
  // Abilities that always work and answer nothing: noted, so that tests can see what was asked.
  const simple = [
    'requirePrivacyAuthorize', 'hideToast', 'showToast', 'setScreenBrightness', 'setKeepScreenOn', 'openLocation', 'makePhoneCall',
    'vibrateShort', 'showShareMenu', 'updateShareMenu', 'hideShareMenu', 'openSetting', 'openPrivacyContract', 'setNavigationBarColor', 'setNavigationBarTitle', 'setBackgroundColor',
    'setBackgroundTextStyle', 'stopPullDownRefresh', 'pageScrollTo', 'previewImage', 'authorize', 'hideHomeButton',
  ];
  for (const name of simple) acts[name] = () => ({});
  return Object.fromEntries(Object.entries(acts).map(([name, act]) => [name, asks(device, name, act)]));
}

function plainAbilities(device: Device): Record<string, unknown> {
  const { storage, own } = device;
  return {
    request: (given: Given) => send(device, given),
    getStorageSync: (key: string) => (storage.has(key) ? own(JSON.parse(storage.get(key)!)) : ''),
    setStorageSync: (key: string, value: unknown) => void storage.set(key, JSON.stringify(value)),
    removeStorageSync: (key: string) => void storage.delete(key),
    getAppBaseInfo: () => own({ language: device.language, theme: 'light', SDKVersion: '3.8.0', version: '8.0.50', host: { env: 'WeChat' } }),
    getWindowInfo: () => own(GEOMETRY),
    getDeviceInfo: () => own({ platform: device.habits.system, brand: 'stand-in', model: 'stand-in', system: '' }),
    getSystemInfoSync: () => own({ ...GEOMETRY, language: device.language, platform: 'ios', SDKVersion: '3.8.0' }),
    getMenuButtonBoundingClientRect: () => own(CAPSULE),
    getEnterOptionsSync: () => own(device.enter),
    getLaunchOptionsSync: () => own(device.enter),
    getAccountInfoSync: () => own({ miniProgram: { appId: device.t.app.config.wechat.appid, envVersion: 'release', version: '0.1.0' } }),
    canIUse: (ability: string) => ability !== 'requestMerchantTransfer' || device.habits.takesMoney !== 'old',
    onNetworkStatusChange: () => undefined,
    offNetworkStatusChange: () => undefined,
    onThemeChange: () => undefined,
    nextTick: (act: () => void) => device.later(act),
    getUpdateManager: () => ({
      onUpdateReady: (tell: () => void) => void (device.habits.newVersion && device.later(tell)),
      applyUpdate: () => device.note('applyUpdate', {}),
    }),
  };
}

const METHODS = ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'HEAD', 'TRACE', 'CONNECT'];

/** wx.request over real HTTP: only the built address is an allowed domain, and there is no PATCH. */
function send(device: Device, given: Given): { abort(): void } {
  const { url, method = 'GET', header = {}, data, timeout = 60_000, success, fail, complete } = given as unknown as Callbacks & {
    url: string; method?: string; header?: Record<string, string>; data?: string; timeout?: number;
  };
  device.note('request', { method, url });
  const stop = new AbortController();
  const answer = async () => {
    if (!METHODS.includes(method)) throw new Error('invalid method');
    if (!url.startsWith(`${BUILT_BASE}/`)) throw new Error('url not in domain list');
    if (!device.habits.online) throw new Error('internet disconnected');
    const response = await fetch(device.t.app.config.publicUrl + url.slice(BUILT_BASE.length), {
      method, headers: header, signal: AbortSignal.any([stop.signal, AbortSignal.timeout(timeout)]), ...(data === undefined ? {} : { body: data }),
    });
    // Names in the server's own case on a device: readers must not count on lower case.
    const names = [...response.headers].map(([name, value]) => [name.replace(/(^|-)\w/g, (letter) => letter.toUpperCase()), value]);
    return { statusCode: response.status, header: Object.fromEntries(names), cookies: [], data: await response.text(), errMsg: 'request:ok' };
  };
  const tell = (how: ((answer: unknown) => void) | undefined, what: unknown) => device.later(() => {
    const mine = device.own(what);
    how?.(mine);
    complete?.(mine);
  });
  void answer().then((got) => tell(success, got), (error: Error) => tell(fail, { errMsg: `request:fail ${error.name === 'TimeoutError' ? 'timeout' : error.message}`, errno: 600_001 }));
  return { abort: () => stop.abort() };
}

// The mini-program's side: everything that touches `wx`. Callback calls are wrapped, since not every one takes promises.
import type {
  GroupInfo, LocationAnswer, MapTarget, NavMetrics, PaymentOutcome, PaymentTicket, PrivateMessage, TransferTicket,
} from './types';

type Callbacks<T> = { success: (result: T) => void; fail: (error: { errMsg: string }) => void };

function ask<T>(run: (callbacks: Callbacks<T>) => unknown): Promise<T> {
  return new Promise((resolve, reject) => {
    run({ success: resolve, fail: (error) => reject(new Error(error?.errMsg ?? 'fail')) });
  });
}

const isCancel = (error: unknown) => /cancel/i.test(String((error as Error)?.message ?? ''));
const isDenied = (error: unknown) => /auth|deny|denied|permission|privacy/i.test(String((error as Error)?.message ?? ''));

export const isWeapp = true;

export function inWechatBrowser(): boolean {
  return false;
}

export const storage = {
  get<T>(key: string): T | null {
    try {
      const value: unknown = wx.getStorageSync(key);
      return value === '' || value === undefined ? null : (value as T);
    } catch {
      return null;
    }
  },
  set(key: string, value: unknown): void {
    try {
      wx.setStorageSync(key, value);
    } catch {
      // full or refused: the app works on without what it wanted to keep
    }
  },
  remove(key: string): void {
    try {
      wx.removeStorageSync(key);
    } catch {
      // nothing kept, nothing to remove
    }
  },
};

export function onStored(_key: string, _listener: () => void): void {
  // a mini-program has no second tab
}

export function systemLanguage(): string {
  return wx.getAppBaseInfo?.().language ?? '';
}

export function systemTheme(): 'light' | 'dark' {
  return wx.getAppBaseInfo?.().theme === 'dark' ? 'dark' : 'light';
}

export function onSystemThemeChange(listener: (theme: 'light' | 'dark') => void): void {
  wx.onThemeChange?.(({ theme }) => listener(theme === 'dark' ? 'dark' : 'light'));
}

/** Colours the window behind the page in front, seen when it is pulled past its ends. */
export function paintGround(theme: 'light' | 'dark'): void {
  const color = theme === 'dark' ? '#111613' : '#F5F5F2';
  wx.setBackgroundColor?.({ backgroundColor: color, backgroundColorTop: color, backgroundColorBottom: color, fail: () => undefined });
  wx.setBackgroundTextStyle?.({ textStyle: theme === 'dark' ? 'light' : 'dark', fail: () => undefined });
}

/** Status bar text: white on dark art. */
export function setStatusBar(light: boolean): void {
  // The bar itself is ours; its colour shows only where WeChat draws one over it, as on a page opened from Moments. Six digits: WeChat takes no others.
  wx.setNavigationBarColor?.({ frontColor: light ? '#ffffff' : '#000000', backgroundColor: light ? '#111613' : '#F5F5F2', fail: () => undefined });
}

export function setWide(_on: boolean): void {
  // a phone has one width
}

export function setDocumentTitle(_title: string, _language: string): void {
  // the title is drawn by NavBar
}

export function navMetrics(): NavMetrics {
  const { windowWidth, statusBarHeight } = wx.getWindowInfo();
  const capsule = wx.getMenuButtonBoundingClientRect();
  // Some clients answer zeros at first, or have no capsule (a page opened from Moments).
  if (!capsule?.width) return { statusBarPx: statusBarHeight, barPx: 44, capsulePx: 104 };
  const gap = Math.max(0, capsule.top - statusBarHeight);
  return { statusBarPx: statusBarHeight, barPx: Math.max(44, capsule.height + gap * 2), capsulePx: windowWidth - capsule.left + 8 };
}

export async function isOnline(): Promise<boolean> {
  const { networkType } = await ask<{ networkType: string }>((cb) => wx.getNetworkType(cb as never));
  return networkType !== 'none';
}

export function onNetworkChange(listener: (online: boolean) => void): void {
  wx.onNetworkStatusChange(({ isConnected }) => listener(isConnected));
}

/** A code for the server's code2Session; null where there is no WeChat login. */
export async function wechatLoginCode(): Promise<string | null> {
  const { code } = await ask<{ code: string }>((cb) => wx.login(cb));
  return code || null;
}

/** Whether the key of the last sign-in, which WeChat encrypts with, is still good. */
export function isWechatKeyLive(): Promise<boolean> {
  return ask((cb) => wx.checkSession(cb)).then(() => true, () => false);
}

export const paymentMethod = 'jsapi' as const;

export async function requestPayment(ticket: PaymentTicket): Promise<PaymentOutcome> {
  if (!ticket.jsapi) throw new Error('no payment parameters');
  const params = ticket.jsapi;
  try {
    await ask((cb) => wx.requestPayment({ ...params, ...cb }));
    return 'done';
  } catch (error) {
    if (isCancel(error)) return 'cancelled';
    throw error;
  }
}

export function payReturnUrl(_page: string): string | undefined {
  return undefined;
}

/** A mini-program passes on cards, not addresses. */
export function webAddress(_page: string): string {
  return '';
}

/** Asks the person to take the money into WeChat's balance. */
export async function requestTransfer(ticket: TransferTicket): Promise<PaymentOutcome> {
  if (!wx.canIUse('requestMerchantTransfer')) throw new Error('requestMerchantTransfer is not supported');
  try {
    await ask((cb) => wx.requestMerchantTransfer({ mchId: ticket.mchId, appId: ticket.appId, package: ticket.package, ...cb } as never));
    return 'done';
  } catch (error) {
    if (isCancel(error)) return 'cancelled';
    throw error;
  }
}

/** Asks once for subscribe messages; returns the templates accepted. Call it inside a tap. */
export async function requestSubscribe(templates: string[]): Promise<string[]> {
  if (templates.length === 0) return [];
  try {
    const answer = await ask<Record<string, string>>((cb) => wx.requestSubscribeMessage({ tmplIds: templates.slice(0, 3), ...cb } as never));
    return templates.filter((template) => answer[template] === 'accept');
  } catch {
    return [];
  }
}

/** WeChat's own scanner. null: the person closed it. */
export async function scanWithSystem(): Promise<string | null> {
  try {
    const { result } = await ask<{ result: string }>((cb) => wx.scanCode({ onlyFromCamera: false, scanType: ['qrCode'], ...cb }));
    return result;
  } catch (error) {
    if (isCancel(error)) return null;
    throw error;
  }
}

export const hasSystemScanner = true;

/** Position after the person's consent; WeChat answers in GCJ-02. */
export async function locate(): Promise<LocationAnswer> {
  try {
    await requirePrivacy();
    const { latitude, longitude } = await ask<{ latitude: number; longitude: number }>((cb) => wx.getLocation({ type: 'gcj02', ...cb } as never));
    return { ok: true, place: { latE6: Math.round(latitude * 1e6), lngE6: Math.round(longitude * 1e6) } };
  } catch (error) {
    return { ok: false, why: isDenied(error) ? 'denied' : 'unavailable' };
  }
}

export function openMap(target: MapTarget): void {
  wx.openLocation({ latitude: target.latE6 / 1e6, longitude: target.lngE6 / 1e6, name: target.name, address: target.address, scale: 17 });
}

export function callPhone(phone: string): void {
  wx.makePhoneCall({ phoneNumber: phone, fail: () => undefined });
}

export async function copyText(text: string): Promise<boolean> {
  try {
    await ask((cb) => wx.setClipboardData({ data: text, ...cb }));
    wx.hideToast({ fail: () => undefined });
    return true;
  } catch {
    return false;
  }
}

export function canShareBySystem(): boolean {
  return false;
}

/** Not there: sharing goes through the button with open-type="share". */
export async function shareBySystem(): Promise<'shared' | 'cancelled' | 'unsupported'> {
  return 'unsupported';
}

/** Saves a picture to the album. `picture` is a file path made by exportCanvas. */
export async function savePicture(picture: string): Promise<'saved' | 'denied' | 'cancelled'> {
  try {
    await ask((cb) => wx.saveImageToPhotosAlbum({ filePath: picture, ...cb }));
    return 'saved';
  } catch (error) {
    if (isCancel(error)) return 'cancelled';
    if (isDenied(error)) return 'denied';
    throw error;
  }
}

/** A canvas as a file path. */
export async function exportCanvas(canvas: unknown, width: number, height: number): Promise<string> {
  const { tempFilePath } = await ask<{ tempFilePath: string }>((cb) =>
    // Without destWidth WeChat multiplies by the density of the screen: nine times the picture on a phone of three.
    wx.canvasToTempFilePath({ canvas, x: 0, y: 0, width, height, destWidth: width, destHeight: height, fileType: 'png', ...cb } as never));
  return tempFilePath;
}

// On Android: follow the system. What can be read there is not what the eye sees while brightness is automatic.
const AS_SYSTEM = -1;
let wantsBright = false;
let brightnessBefore: number | null = null;

/** Full brightness while a code is shown, and no sleep; off gives back what was. */
export function brightScreen(on: boolean): void {
  wantsBright = on;
  wx.setKeepScreenOn?.({ keepScreenOn: on, fail: () => undefined });
  if (on && brightnessBefore === null) {
    const brighten = (before: number) => {
      // The code may be gone by now, and the phone would stay bright.
      if (!wantsBright || brightnessBefore !== null) return;
      brightnessBefore = before;
      wx.setScreenBrightness({ value: 1, fail: () => undefined });
    };
    if (wx.getDeviceInfo?.().platform === 'android') brighten(AS_SYSTEM);
    else wx.getScreenBrightness?.({ success: ({ value }) => brighten(value), fail: () => undefined });
  } else if (!on && brightnessBefore !== null) {
    wx.setScreenBrightness({ value: brightnessBefore, fail: () => undefined });
    brightnessBefore = null;
  }
}

export function vibrate(): void {
  wx.vibrateShort?.({ type: 'light', fail: () => undefined });
}

/** Of the card that the app was opened by; '' without one. */
const shareTicketNow = (): string => String(wx.getEnterOptionsSync().shareTicket ?? '');

/** The chat group the person came from, still encrypted: only the server can read it. null outside a group. */
export async function groupInfo(): Promise<GroupInfo | null> {
  const read = (answer: { encryptedData?: string; iv?: string }) =>
    answer.encryptedData && answer.iv ? { encryptedData: answer.encryptedData, iv: answer.iv } : null;
  try {
    return read(await ask((cb) => wx.getGroupEnterInfo(cb as never)));
  } catch {
    const shareTicket = shareTicketNow();
    if (!shareTicket) return null;
    try {
      return read(await ask((cb) => wx.getShareInfo({ shareTicket, ...cb } as never)));
    } catch {
      return null;
    }
  }
}

/** Lets the share menu tell groups apart, and offer Moments. */
export function enableGroupShare(): void {
  wx.showShareMenu?.({ withShareTicket: true, menus: ['shareAppMessage', 'shareTimeline'], fail: () => undefined } as never);
}

/** A chat card that WeChat keeps up to date: how many are in. Decoration: whatever goes wrong changes nothing. */
export function keepCardUpToDate(activityId: string, members: number, size: number): void {
  const parameterList = [{ name: 'member_count', value: String(members) }, { name: 'room_limit', value: String(size) }];
  wx.updateShareMenu?.({ withShareTicket: true, isUpdatableMessage: true, activityId, templateInfo: { parameterList }, fail: () => undefined } as never);
}

/** The next card is a private message (私密消息): who gets it cannot forward it. It holds for every page until `null` takes it back. Old clients send a plain card. */
export function keepCardPrivate(activityId: string | null): void {
  // Never withShareTicket beside isUpdatableMessage: false: on iOS the ticket is then lost, and the friend cannot prove the card (said in WeChat's page of updateShareMenu).
  const what = activityId ? { withShareTicket: true, isPrivateMessage: true, activityId } : { isPrivateMessage: false };
  wx.updateShareMenu?.({ ...what, fail: () => undefined } as never);
}

/** null: this client or this card has nothing to say. WeChat must have signed the person in before. */
export async function privateMessage(): Promise<PrivateMessage | null> {
  const shareTicket = shareTicketNow();
  if (!shareTicket || !wx.authPrivateMessage) return null;
  try {
    const { valid, encryptedData, iv } = await ask<{ valid: boolean; encryptedData: string; iv: string }>((cb) => wx.authPrivateMessage({ shareTicket, ...cb } as never));
    return { valid, proof: { encryptedData, iv } };
  } catch {
    return null;
  }
}

/** WeChat's privacy agreement; rejects when refused. */
async function requirePrivacy(): Promise<void> {
  if (!wx.requirePrivacyAuthorize) return;
  await ask((cb) => wx.requirePrivacyAuthorize(cb));
}

export function openPrivacyContract(): boolean {
  wx.openPrivacyContract?.({ fail: () => undefined });
  return true;
}

export function openSystemSettings(): void {
  wx.openSetting({ fail: () => undefined });
}

/** Leaves the app for another page of the web: not possible here. */
export function leaveTo(): boolean {
  return false;
}

export function openBeside(_url: string): void {
  // a mini-program has no address beside it
}

/** Hands a text file to the person; here it is copied to the clipboard, where they let us. */
export async function saveTextFile(_name: string, text: string): Promise<'saved' | 'copied' | 'failed'> {
  return (await copyText(text)) ? 'copied' : 'failed';
}

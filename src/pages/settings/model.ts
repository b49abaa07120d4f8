// What a person can change about themselves: profile, picture, phone, WeChat, consents, data, and leaving for good.
import { call, keepSession, mediaUrl, signOut, useAction, type Failure } from '@/api';
import { textsIn } from '@/i18n';
import { texts } from '@/i18n/settings';
import { saveTextFile } from '@/platform';
import { loadPicture, putPicture } from '@/platform/picture';
import { setConsent } from '@/state/consents';
import { linkWechat } from '@/state/link-wechat';
import { locateHere } from '@/state/locate';
import { keepMe, loadMe } from '@/state/me';
import { toast } from '@/state/overlays';
import { getHere, setHere } from '@/state/place';
import { getLanguage, setLanguage, type Language } from '@/state/settings';

const say = () => textsIn(texts, getLanguage());
const tell = (failure: Failure) => toast(failure.message, 'error');

export function useProfile() {
  const rename = useAction('me.name', async (name: string) => {
    keepMe(await call('updateMe', { body: { name } }));
    toast(say().saved, 'ok');
    return true;
  });
  /** `path` is the file WeChat's avatar button chose; null opens the browser's chooser. */
  const changeAvatar = useAction('me.avatar', async (path: string | null) => {
    const file = await loadPicture(path);
    if (!file) return void (path && toast(say().avatarBad, 'error'));
    const { uploadUrl, mediaUrl: address } = await call('createUpload', { body: { contentType: file.contentType, bytes: file.bytes.byteLength } });
    if (!(await putPicture(mediaUrl(uploadUrl), file))) return toast(say().avatarFailed, 'error');
    keepMe(await call('updateMe', { body: { avatarUrl: address } }));
    toast(say().avatarDone, 'ok');
  }, tell);
  return { rename, changeAvatar };
}

/** On the device at once; the server is told so that notices come in this language. */
export function changeLanguage(next: Language, signedIn: boolean): void {
  setLanguage(next);
  if (signedIn) void call('updateMe', { body: { language: next } }).then(keepMe, () => undefined);
}

export async function changeLocation(granted: boolean): Promise<void> {
  if (granted) {
    const answer = await locateHere();
    if (answer !== 'located') toast(say().notLocated, 'error');
    return;
  }
  // Taken back: the position we had is forgotten.
  if (getHere()?.kind === 'located') setHere(null);
  try {
    await setConsent('location', false);
  } catch {
    toast(say().consentNotTold, 'error');
  }
}

export function useAccount() {
  const bindPhone = useAction('me.phone', async (proof: { wechatCode: string } | { phone: string; code: string }) => {
    keepSession(await call('verifyPhone', { body: proof }));
    await loadMe();
    toast(say().phoneDone, 'ok');
    return true;
  });
  const link = useAction('me.wechat', async (_: null) => {
    if (await linkWechat()) toast(say().wechatDone, 'ok');
  }, tell);
  return { bindPhone, linkWechat: link };
}

export function useMyData() {
  const save = useAction('me.export', async (_: null) => {
    const data = await call('exportMe', { timeoutMs: 30_000 });
    const kept = await saveTextFile(say().fileName, JSON.stringify(data, null, 2));
    toast({ saved: say().exportDone, copied: say().exportCopied, failed: say().exportFailed }[kept], kept === 'failed' ? 'error' : 'ok');
  }, tell);
  return { save };
}

/** Rejects with PERSON_BUSY while something is open. */
export async function deleteAccount(): Promise<void> {
  await call('deleteMe', { body: { confirm: true } });
  forget();
}

/** Without signal the device forgets all the same; the session then ends by itself. */
export async function logOut(): Promise<void> {
  await call('logout').catch(() => undefined);
  forget();
}

function forget(): void {
  keepMe(null);
  signOut();
}

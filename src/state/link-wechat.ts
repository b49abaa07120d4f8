// Linking this phone's WeChat to the account, from the settings or in the middle of paying: what was ordered stays where it is.
import { call } from '@/api/client';
import { asFailure } from '@/api/errors';
import { keepSession } from '@/api/session';
import { textsIn } from '@/i18n';
import { texts } from '@/i18n/pay';
import { isWeapp, wechatLoginCode } from '@/platform';
import { loadMe } from './me';
import { confirmDialog, toast } from './overlays';
import { getLanguage } from './settings';

/** false: WeChat gave no code. */
export async function linkWechat(): Promise<boolean> {
  const code = await wechatLoginCode();
  if (!code) return false;
  keepSession(await call('linkWechat', { body: { code } }));
  await loadMe().catch(() => undefined);
  return true;
}

/** Asked where WeChat would not take the payment of an account it does not know. true: linked, and it can be paid now. */
export async function linkToPay(): Promise<boolean> {
  if (!isWeapp) return false;
  const t = textsIn(texts, getLanguage());
  let isLinked = false;
  const run = async () => {
    isLinked = await linkWechat();
  };
  await confirmDialog({ title: t.linkTitle, body: t.linkBody, ok: t.link, cancel: t.notNow, run }).catch((error) => toast(asFailure(error).message, 'error'));
  return isLinked;
}

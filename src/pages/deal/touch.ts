// The share that a page was opened through: its token in the address, and telling the server that it was opened.
import { call, renewWechatKey, type Answer } from '@/api';
import { deviceId, groupInfo, leaveTo, surface } from '@/platform';

const TOKEN = /^[0-9a-z]{12,28}$/;

/** The token in the address: `s`, or `scene` of a mini-program code (the token itself; WeChat hands it on encoded, and it has nothing to encode). */
export function tokenIn(params: Partial<Record<string, string>>): string | undefined {
  return [params.s, params.scene].find((text) => text && TOKEN.test(text));
}

/** Tells the server that the link was opened. It reads the chat group with the key of a sign-in, so WeChat signs in where there is none. */
export async function touch(token: string): Promise<Answer<'openShare'>> {
  let group = await groupInfo();
  if (group && (await renewWechatKey())) group = await groupInfo();
  return call('openShare', { params: { token }, body: { surface: surface(), visitorId: deviceId(), ...(group ? { group } : {}) } });
}

/** Where the mini-program opens: with the share that led here, or at the deal or a group of it. */
export interface InWeapp {
  token?: string;
  dealId?: string;
  groupId?: string;
}

/** Opens the mini-program at the same place. false: there is no way there. */
export async function openInWeapp({ token, dealId = '', groupId }: InWeapp): Promise<boolean> {
  const { urlLink } = token ? await call('getShareLink', { params: { token } }) : await call('getDealLink', { params: { dealId }, query: { group: groupId } });
  return leaveTo(urlLink);
}

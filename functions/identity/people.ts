/** What other modules ask about people beyond reading rows. */
import type { App, Db } from '../kernel';
import { freshPerson } from './sessions';
import { findSessionKey } from './store';
import { wechatApi } from './wechat-api';

/** The person with this phone, made when there is none. The phone is an operator's word: it signs nobody in. */
export async function findOrAddByPhone(db: Db, phone: string): Promise<string> {
  return (await db.call<{ personId: string }>('identity_add_person', { ids: [{ kind: 'phone', value: phone }], fresh: freshPerson() })).personId;
}

/** The activity of the private message that this person came through; null when there is no key to read it with. */
export async function openPrivateMessage(app: App, personId: string, message: { encryptedData: string; iv: string }): Promise<string | null> {
  const sessionKey = await findSessionKey(app.db, personId);
  return sessionKey ? wechatApi(app.config.wechat).openPrivateMessage(sessionKey, message.encryptedData, message.iv) : null;
}

/** Which chat group a share was opened from; null when it cannot be read. The session key stays here. */
export async function openGroup(app: App, personId: string, group: { encryptedData: string; iv: string }): Promise<string | null> {
  const sessionKey = await findSessionKey(app.db, personId);
  return sessionKey ? wechatApi(app.config.wechat).openGroup(sessionKey, group.encryptedData, group.iv) : null;
}

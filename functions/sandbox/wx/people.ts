/**
 * WeChat users of the stand-in: a name gives the same openid and unionid every time, also in a fresh sandbox with
 * the same keys. The session_key is made at the first login and stays with the stand-in and the merchant's server.
 */
import { createHmac, randomBytes } from 'node:crypto';
import type { Sandbox } from '../context';
import type { WxUser } from '../records';

const derived = (sandbox: Sandbox, purpose: string, user: string, length: number): string =>
  createHmac('sha256', sandbox.keys.saved.appSecret).update(`${purpose}|${user}`).digest('base64url').slice(0, length);

/** 28 characters, `o` first, as real ones are. */
export const openidOf = (sandbox: Sandbox, user: string): string => `o${derived(sandbox, 'openid', user, 27)}`;

export const personOf = (sandbox: Sandbox, user: string): WxUser => {
  const openid = openidOf(sandbox, user);
  const known = sandbox.world.get('wxUser', openid);
  if (known) return known;
  const person: WxUser = {
    key: openid, user, openid, unionid: `o6_${derived(sandbox, 'unionid', user, 25)}`,
    sessionKey: randomBytes(16).toString('base64'), riskRank: 0,
  };
  sandbox.world.save('wxUser', person);
  return person;
};

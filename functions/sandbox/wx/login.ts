/**
 * Mini-program server API: access tokens, login codes, phone codes. Codes are single use and live 5 minutes;
 * `sandbox:<user>` and `phone:<number>` are standing codes for demos, which no real WeChat would accept. A-21.
 */
import { createCipheriv, randomBytes } from 'node:crypto';
import { ok, type Call, type Handler, type Route, type Sandbox } from '../context';
import { PayError, WxError } from '../errors';
import type { WxUser } from '../records';
import { personOf } from './people';

const TOKEN_SECONDS = 7200;
const CODE_VALID_MS = 5 * 60_000;

/** Tokens live in memory: after a restart the merchant must fetch a new one, as after a real invalidation. */
interface Token { value: string; expiresAtMs: number }
const tokens = new WeakMap<Sandbox, Token[]>();
const tokensOf = (sandbox: Sandbox): Token[] => {
  if (!tokens.has(sandbox)) tokens.set(sandbox, []);
  return tokens.get(sandbox)!;
};

const issue = (sandbox: Sandbox, force: boolean): { access_token: string; expires_in: number } => {
  const list = tokensOf(sandbox);
  const now = Date.now();
  const last = list[list.length - 1];
  if (!force && last && last.expiresAtMs - now > 5 * 60_000) {
    return { access_token: last.value, expires_in: Math.floor((last.expiresAtMs - now) / 1000) };
  }
  const token = { value: `SBX_${randomBytes(60).toString('base64url')}`, expiresAtMs: now + TOKEN_SECONDS * 1000 };
  list.push(token);
  // Like the real one, the token before the newest stays good for a moment.
  if (list.length > 2) list.splice(0, list.length - 2);
  return { access_token: token.value, expires_in: TOKEN_SECONDS };
};

const checkApp = (sandbox: Sandbox, appid: unknown, secret: unknown): void => {
  if (!appid) throw new WxError(41002, 'appid missing');
  if (!secret) throw new WxError(41004, 'appsecret missing');
  if (appid !== sandbox.keys.saved.appid) throw new WxError(40013, 'invalid appid');
  if (secret !== sandbox.keys.saved.appSecret) throw new WxError(40125, 'invalid appsecret');
};

/** Wraps a handler that needs ?access_token=. */
export const withToken = (handle: Handler): Handler => (sandbox, call) => {
  const given = call.query.get('access_token');
  if (!given) throw new WxError(41001, 'access_token missing');
  const token = tokensOf(sandbox).find(({ value }) => value === given);
  if (!token) throw new WxError(40001, 'invalid credential, access_token is invalid or not latest');
  if (token.expiresAtMs <= Date.now()) throw new WxError(42001, 'access_token expired');
  return handle(sandbox, call);
};

export const wxOk = (more: Record<string, unknown> = {}) => ok({ errcode: 0, errmsg: 'ok', ...more });

const stableToken: Handler = (sandbox, { body }) => {
  if (body?.grant_type !== 'client_credential') throw new WxError(40002, 'invalid grant_type');
  checkApp(sandbox, body.appid, body.secret);
  return ok(issue(sandbox, body.force_refresh === true));
};

const token: Handler = (sandbox, { query }) => {
  if (query.get('grant_type') !== 'client_credential') throw new WxError(40002, 'invalid grant_type');
  checkApp(sandbox, query.get('appid'), query.get('secret'));
  return ok(issue(sandbox, true));
};

/** A single-use code for `value`, as wx.login or the phone button would hand out. */
export const issueCode = (sandbox: Sandbox, kind: 'login' | 'phone', value: string): string => {
  const code = `0${randomBytes(15).toString('hex')}`;
  sandbox.world.save('wxCode', { key: code, kind, value, issuedAtMs: sandbox.now(), used: false });
  return code;
};

const redeemCode = (sandbox: Sandbox, kind: 'login' | 'phone', code: string): string => {
  const standing = kind === 'login' ? 'sandbox:' : 'phone:';
  if (code.startsWith(standing) && code.length > standing.length) return code.slice(standing.length);
  const issued = sandbox.world.get('wxCode', code);
  if (!issued || issued.kind !== kind || sandbox.now() - issued.issuedAtMs >= CODE_VALID_MS) throw new WxError(40029, 'invalid code');
  if (issued.used) throw new WxError(40163, 'code been used');
  issued.used = true;
  sandbox.world.save('wxCode', issued);
  return issued.value;
};

const code2Session: Handler = (sandbox, { query }) => {
  checkApp(sandbox, query.get('appid'), query.get('secret'));
  if (query.get('grant_type') !== 'authorization_code') throw new WxError(40002, 'invalid grant_type');
  const code = query.get('js_code');
  if (!code) throw new WxError(41008, 'missing code');
  const person = personOf(sandbox, redeemCode(sandbox, 'login', code));
  if (person.riskRank >= 4) throw new WxError(40226, 'code blocked');
  return ok({ openid: person.openid, session_key: person.sessionKey, unionid: person.unionid });
};

const phoneNumber: Handler = (sandbox, { body }) => {
  if (typeof body?.code !== 'string' || !body.code) throw new WxError(47001, 'data format error');
  const phone = redeemCode(sandbox, 'phone', body.code);
  if (!/^1\d{10}$/.test(phone)) throw new WxError(40029, 'invalid code');
  return wxOk({
    phone_info: {
      phoneNumber: phone, purePhoneNumber: phone, countryCode: '86',
      watermark: { timestamp: Math.floor(sandbox.now() / 1000), appid: sandbox.keys.saved.appid },
    },
  });
};

/** What wx.getGroupEnterInfo / getShareInfo hand the page: AES-128-CBC under the user's session_key, PKCS#7. */
export const encryptForUser = (sandbox: Sandbox, person: WxUser, clear: Record<string, unknown>): { encryptedData: string; iv: string } => {
  const iv = randomBytes(16);
  const cipher = createCipheriv('aes-128-cbc', Buffer.from(person.sessionKey, 'base64'), iv);
  const plaintext = JSON.stringify({ ...clear, watermark: { timestamp: Math.floor(sandbox.now() / 1000), appid: sandbox.keys.saved.appid } });
  return { encryptedData: Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final()]).toString('base64'), iv: iv.toString('base64') };
};

/** The user of a JSON control call: by name, or by an openid that has logged in. */
export const personFromControl = (sandbox: Sandbox, body: Call['body']): WxUser | undefined => {
  if (typeof body?.user === 'string' && body.user) return personOf(sandbox, body.user);
  return typeof body?.openid === 'string' ? sandbox.world.get('wxUser', body.openid) : undefined;
};

/** A session_key ends by itself, sooner for who seldom comes: what WeChat encrypts from then on wants a new sign-in. */
const endKey: Handler = (sandbox, { body }) => {
  const person = personFromControl(sandbox, body);
  if (!person) throw new PayError(400, 'BAD_SWITCH', '需要 user 或 openid');
  sandbox.world.save('wxUser', { ...person, sessionKey: randomBytes(16).toString('base64') });
  return ok({});
};

export const loginRoutes: Route[] = [
  { method: 'POST', path: '/sandbox/wx/key-ends', name: 'control', handle: endKey },
  { method: 'POST', path: '/cgi-bin/stable_token', name: 'wxToken', handle: stableToken },
  { method: 'GET', path: '/cgi-bin/token', name: 'wxToken', handle: token },
  { method: 'GET', path: '/sns/jscode2session', name: 'wxLogin', handle: code2Session },
  { method: 'POST', path: '/wxa/business/getuserphonenumber', name: 'wxPhone', handle: withToken(phoneNumber) },
];

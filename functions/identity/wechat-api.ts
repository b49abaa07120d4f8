/**
 * Calls to the mini-program server API (api.weixin.qq.com). Guards A-21: session keys, secrets and tokens stay here and
 * reach no message. Failures: ProviderRefused carries WeChat's errcode; Unavailable (PROVIDER_DOWN) may be tried again.
 * Source: developers.weixin.qq.com/miniprogram/dev/OpenApiDoc, read 2026-11.
 */
import { createDecipheriv } from 'node:crypto';
import { ProviderRefused, type WechatConfig } from '../kernel';
import { ask, type Json, tokenSource, withToken } from './wechat-token';

interface WechatApi {
  /** A login code, once and within 5 min. ProviderRefused 40029/40163: the code is wrong, old or used; 40226: a risky user. */
  session(code: string): Promise<{ openid: string; unionid: string | null; sessionKey: string }>;
  /** A phone code (not the login code), once and within 5 min. Mainland number without +86. */
  phoneNumber(code: string): Promise<string>;
  /** Which group chat a share was opened from. ProviderRefused when the data is not for us or the key is not its key. */
  openGroup(sessionKey: string, encryptedData: string, iv: string): string;
  openPrivateMessage(sessionKey: string, encryptedData: string, iv: string): string;
  /** A mini-program code as PNG. Throws a TypeError for a scene that WeChat would refuse. */
  miniCode(p: { scene: string; page: string }): Promise<Buffer>;
  urlLink(p: { path: string; query: string; expiresInDays: number }): Promise<string>;
  /** 'no_consent': the person has not allowed (or used up) this message. Throws ProviderRefused 47003 for data that is not the template's. */
  sendSubscribe(p: { openid: string; templateId: string; page: string; data: Record<string, string> }): Promise<'sent' | 'no_consent'>;
  /** A share card that can be changed for a day (动态消息); its texts are WeChat's own. */
  createActivity(openid: string | null): Promise<{ activityId: string; expiresAtMs: number }>;
  /** Members are joining, so many of so many; or it is over, and the card leads to a page. */
  setUpdatableMessage(p: { activityId: string } & ({ members: number; size: number } | { path: string })): Promise<void>;
  /** scene 1 profile, 2 comment, 3 forum, 4 social log. What WeChat would have a person look at counts as risky. */
  checkText(p: { openid: string; scene: 1 | 2 | 3 | 4; text: string }): Promise<'pass' | 'risky'>;
  /** Asks WeChat to look at a picture; it tells its verdict later, in a message with this trace id. */
  checkMedia(p: { openid: string; scene: 1 | 2 | 3 | 4; mediaUrl: string }): Promise<{ traceId: string }>;
  /** 0 (none) … 4 (high). scene 0 registration, 1 marketing fraud, 2 other. */
  riskRank(p: { openid: string; scene: 0 | 1 | 2; clientIp: string }): Promise<number>;
  /** Tells WeChat that the order was handed over, so that it frees the money. Told before is fine. */
  uploadShipping(p: { transactionId: string; type: 'virtual' | 'pick_up'; description: string; openid: string }): Promise<void>;
}

/** 支付单已完成发货, 已使用重新发货机会, 发货信息未更新: what we want to say has been said. */
const SHIPPED_BEFORE = ['10060002', '10060003', '10060023'];
const SCENE = /^[0-9A-Za-z!#$&'()*+,/:;=?@\-._~]{1,32}$/;
const made = new WeakMap<WechatConfig, WechatApi>();

/** One client for a configuration, so that the access token is shared. */
export function wechatApi(config: WechatConfig): WechatApi {
  const known = made.get(config);
  if (known) return known;
  const tokens = tokenSource(config);
  const call = (path: string, body?: object) => withToken(config, tokens, path, body);
  const api: WechatApi = { ...signingIn(config, call), ...reaching(config, call), ...checking(config, call) };
  made.set(config, api);
  return api;
}

type Call = (path: string, body?: object) => Promise<Json>;
const missing = (what: string) => new ProviderRefused('SHAPE', `an answer without ${what}`, 200);
const text = (json: Json, name: string): string => {
  const value = json[name];
  if (typeof value !== 'string' || !value) throw missing(name);
  return value;
};

function signingIn(config: WechatConfig, call: Call) {
  return {
    async session(code: string) {
      const query = new URLSearchParams({ appid: config.appid, secret: config.appSecret, js_code: code, grant_type: 'authorization_code' });
      const json = await ask(config, `/sns/jscode2session?${query}`);
      return { openid: text(json, 'openid'), unionid: typeof json.unionid === 'string' && json.unionid ? json.unionid : null, sessionKey: text(json, 'session_key') };
    },
    async phoneNumber(code: string) {
      const { phone_info: info } = await call('/wxa/business/getuserphonenumber', { code });
      return text((info ?? {}) as Json, 'purePhoneNumber');
    },
    openGroup(sessionKey: string, encryptedData: string, iv: string) {
      const data = decryptOpenData(config.appid, sessionKey, encryptedData, iv);
      // getGroupEnterInfo says opengid, its elder getShareInfo openGId.
      return text(data, data.opengid ? 'opengid' : 'openGId');
    },
    openPrivateMessage: (sessionKey: string, encryptedData: string, iv: string) => text(decryptOpenData(config.appid, sessionKey, encryptedData, iv), 'activityId'),
  };
}

/** AES-128-CBC, PKCS#7, key and iv in base64; the watermark says which app the data is for. */
function decryptOpenData(appid: string, sessionKey: string, encryptedData: string, iv: string): Json {
  let json: Json;
  try {
    const decipher = createDecipheriv('aes-128-cbc', Buffer.from(sessionKey, 'base64'), Buffer.from(iv, 'base64'));
    const plain = Buffer.concat([decipher.update(Buffer.from(encryptedData, 'base64')), decipher.final()]);
    json = JSON.parse(plain.toString('utf8')) as Json;
  } catch {
    throw new ProviderRefused('OPEN_DATA', 'the data cannot be read with this session key', 200);
  }
  if ((json.watermark as Json | undefined)?.appid !== appid) throw new ProviderRefused('OPEN_DATA', 'the data is for another app', 200);
  return json;
}

/** A code, a link and a message lead to the released mini-program, or before its release to the trial version. */
function reaching(config: WechatConfig, call: Call) {
  const version = config.envVersion ?? 'release';
  return {
    async miniCode(p: { scene: string; page: string }) {
      if (!SCENE.test(p.scene)) throw new TypeError(`not a scene of at most 32 allowed characters: ${p.scene}`);
      // check_path off: a code may be printed before the page is in the released version.
      const body = { scene: p.scene, page: p.page, check_path: false, env_version: version, width: 430 };
      const { png } = await call('/wxa/getwxacodeunlimit', body);
      if (!Buffer.isBuffer(png)) throw missing('a picture');
      return png;
    },
    async urlLink(p: { path: string; query: string; expiresInDays: number }) {
      if (!Number.isInteger(p.expiresInDays) || p.expiresInDays < 1 || p.expiresInDays > 30) throw new TypeError('a URL Link lives 1 to 30 days');
      const body = { path: p.path, query: p.query, expire_type: 1, expire_interval: p.expiresInDays, env_version: version };
      return text(await call('/wxa/generate_urllink', body), 'url_link');
    },
    async createActivity(openid: string | null) {
      const json = await call(`/cgi-bin/message/wxopen/activityid/create${openid ? `?openid=${encodeURIComponent(openid)}` : ''}`);
      if (typeof json.expiration_time !== 'number') throw missing('expiration_time');
      return { activityId: text(json, 'activity_id'), expiresAtMs: json.expiration_time * 1_000 };
    },
    async setUpdatableMessage(p: { activityId: string } & ({ members: number; size: number } | { path: string })) {
      // Each state has its own parameters, all of them required.
      const values = 'path' in p ? { path: p.path, version_type: version } : { member_count: String(p.members), room_limit: String(p.size) };
      const list = Object.entries(values).map(([name, value]) => ({ name, value }));
      await call('/cgi-bin/message/wxopen/updatablemsg/send', { activity_id: p.activityId, target_state: 'path' in p ? 1 : 0, template_info: { parameter_list: list } });
    },
    async sendSubscribe(p: { openid: string; templateId: string; page: string; data: Record<string, string> }) {
      const data = Object.fromEntries(Object.entries(p.data).map(([name, value]) => [name, { value }]));
      return refusedAs(['43101'], 'no_consent' as const, async () => {
        await call('/cgi-bin/message/subscribe/send', {
          touser: p.openid, template_id: p.templateId, page: p.page.replace(/^\//, ''), data, lang: 'zh_CN', miniprogram_state: { release: 'formal', trial: 'trial', develop: 'developer' }[version],
        });
        return 'sent' as const;
      });
    },
  };
}

function checking(config: WechatConfig, call: Call) {
  return {
    async checkText(p: { openid: string; scene: 1 | 2 | 3 | 4; text: string }) {
      const { result } = await call('/wxa/msg_sec_check', { version: 2, openid: p.openid, scene: p.scene, content: p.text });
      const suggest = text((result ?? {}) as Json, 'suggest');
      return suggest === 'pass' ? 'pass' as const : 'risky' as const;
    },
    async checkMedia(p: { openid: string; scene: 1 | 2 | 3 | 4; mediaUrl: string }) {
      const json = await call('/wxa/media_check_async', { version: 2, openid: p.openid, scene: p.scene, media_type: 2, media_url: p.mediaUrl });
      return { traceId: text(json, 'trace_id') };
    },
    async riskRank(p: { openid: string; scene: 0 | 1 | 2; clientIp: string }) {
      const { risk_rank: rank } = await call('/wxa/getuserriskrank', { appid: config.appid, openid: p.openid, scene: p.scene, client_ip: p.clientIp });
      if (typeof rank !== 'number' || !Number.isInteger(rank) || rank < 0 || rank > 4) throw missing('risk_rank');
      return rank;
    },
    async uploadShipping(p: { transactionId: string; type: 'virtual' | 'pick_up'; description: string; openid: string }) {
      const body = {
        order_key: { order_number_type: 2, transaction_id: p.transactionId }, logistics_type: p.type === 'virtual' ? 3 : 4, delivery_mode: 1,
        shipping_list: [{ item_desc: [...p.description].slice(0, 120).join('') }], payer: { openid: p.openid },
        upload_time: `${new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, -1)}+08:00`,
      };
      await refusedAs(SHIPPED_BEFORE, undefined, async () => void (await call('/wxa/sec/order/upload_shipping_info', body)));
    },
  };
}

async function refusedAs<T, U>(codes: string[], instead: U, work: () => Promise<T>): Promise<T | U> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof ProviderRefused && codes.includes(error.code)) return instead;
    throw error;
  }
}

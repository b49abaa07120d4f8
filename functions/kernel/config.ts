/**
 * Configuration from the environment, read once at the edge. A wrong value is one sentence and exit 1 (ConfigError),
 * never a stack trace. Every variable is explained in .env.example.
 */
import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import type { Bucket } from './media-store';

export class ConfigError extends Error {}

export interface WechatConfig {
  payBaseUrl: string; apiBaseUrl: string; spMchid: string; spAppid: string; appid: string; appSecret: string;
  merchantSerial: string; merchantPrivateKeyPem: string; apiV3Key: string;
  /** Serial → public key PEM: several during a rotation (F-32). */
  platformKeys: Record<string, string>;
  smsUrl: string; smsToken: string;
  /** Token of the mini-program's message push: what WeChat pushes is signed with it. */
  messageToken: string;
  /** Which version of the mini-program codes, links and messages lead to; the released one when not set. */
  envVersion?: 'release' | 'trial' | 'develop';
  /** The platform's full name as registered; WeChat asks for it where the platform becomes a receiver of splits. */
  spName?: string;
}
export interface Config {
  databaseUrl: string; port: number; demo: boolean; trustProxy: number; publicUrl: string; sessionKey: string; h5Dir: string; mediaDir: string; mediaBucket: Bucket | null; artDir: string;
  poolSize: number; namedStatements: boolean; logLevel: string; providerFeeBps: number; freezeDays: number; sandboxUrl: string | null;
  wechat: WechatConfig; subscribeTemplates: string[]; rebateInWechatH5: boolean;
  /** What goes into each field of a template; of one that is not here, the title into thing1. */
  subscribeFields: Record<string, Record<string, SubscribeWord>>;
}

/** The words of a notice that a field of a template can take. */
const SUBSCRIBE_WORDS = ['title', 'text', 'time'] as const;
type SubscribeWord = (typeof SUBSCRIBE_WORDS)[number];

type Env = Record<string, string | undefined>;
const LOG_LEVELS = ['info', 'silent', 'fatal', 'error', 'warn', 'debug', 'trace'] as const;

/** Throws ConfigError with a sentence that says what to set. A variable that is set to nothing counts as not set. */
export function readConfig(given: Env = process.env): Config {
  const env: Env = Object.fromEntries(Object.entries(given).filter(([, value]) => value?.trim()));
  const demo = flag(env, 'JUKE_DEMO', false);
  const port = whole(env, 'PORT', 8787, 1, 65_535);
  const sandboxUrl = env.SANDBOX_URL ? address(env, 'SANDBOX_URL', '') : null;
  if (!/^\d?$/.test(env.TRUST_PROXY ?? '')) throw new ConfigError(`TRUST_PROXY must be how many proxies stand in front, 0 to 9, not ${env.TRUST_PROXY}.`);
  return {
    databaseUrl: need(env, 'DATABASE_URL', 'the address of a PostgreSQL database, such as postgres://juke@127.0.0.1:5432/juke'),
    port, demo, trustProxy: Number(env.TRUST_PROXY ?? 0), publicUrl: address(env, 'PUBLIC_URL', `http://127.0.0.1:${port}`),
    sessionKey: demo ? env.SESSION_KEY ?? 'demo-only-session-key-of-32-bytes!' : secret(env, 'SESSION_KEY'),
    h5Dir: env.H5_DIR ?? 'dist/h5', mediaDir: env.MEDIA_DIR ?? '.juke/media', mediaBucket: bucketOf(env), artDir: env.ART_DIR ?? 'functions/host/art',
    poolSize: whole(env, 'POOL_SIZE', 20, 1, 1_000), namedStatements: flag(env, 'NAMED_STATEMENTS', true), logLevel: oneOf(env, 'LOG_LEVEL', LOG_LEVELS),
    providerFeeBps: whole(env, 'WECHAT_PAY_FEE_BPS', 60, 0, 10_000), freezeDays: whole(env, 'WECHAT_PAY_FREEZE_DAYS', 180, 4, 365), sandboxUrl,
    wechat: sandboxUrl && env.SANDBOX_CREDENTIALS ? sandboxWechat(sandboxUrl, env.SANDBOX_CREDENTIALS) : realWechat(env, demo),
    ...subscribeOf(env), rebateInWechatH5: flag(env, 'REBATE_IN_WECHAT_H5', false),
  };
}

function sandboxWechat(url: string, file: string): WechatConfig {
  if (!existsSync(file)) throw new ConfigError(`SANDBOX_CREDENTIALS names ${file}, which is not there. Start the sandbox first.`);
  try {
    const found = wechatFromCredentials(url, JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>);
    if (createPrivateKey(found.merchantPrivateKeyPem) && Object.keys(found.platformKeys).length > 0) return found;
  } catch {
    // said below
  }
  throw new ConfigError(`SANDBOX_CREDENTIALS names ${file}, which is not the credentials.json of a sandbox: name the file that the sandbox wrote into its data folder.`);
}

/** Where a browser confirms a transfer, and is led back from: only the stand-in has a page for it. */
export const transferPage = ({ sandboxUrl, publicUrl }: Config, packageInfo: string): string | null =>
  sandboxUrl && `${sandboxUrl}/sandbox/transfer?package_info=${encodeURIComponent(packageInfo)}&redirect_url=${encodeURIComponent(`${publicUrl}/pages/withdraw/index`)}`;

/** The sandbox's credentials as our configuration; also used by tests. */
export function wechatFromCredentials(url: string, c: Record<string, unknown>): WechatConfig {
  const s = (key: string) => String(c[key] ?? '');
  return {
    payBaseUrl: url, apiBaseUrl: url, spMchid: s('spMchid'), spAppid: s('spAppid'), appid: s('appid'), appSecret: s('appSecret'),
    merchantSerial: s('merchantSerial'), merchantPrivateKeyPem: s('merchantPrivateKeyPem'), apiV3Key: s('apiV3Key'),
    platformKeys: c.platformKeys as Record<string, string>, smsUrl: `${url}/sms/send`, smsToken: s('smsToken'), messageToken: s('messageToken'), spName: s('spName') || undefined,
  };
}

/** `id?thing1=title&time2=time,id…`: WeChat refuses a message whose fields are not the template's, so each template names its own. */
function subscribeOf(env: Env): Pick<Config, 'subscribeTemplates' | 'subscribeFields'> {
  const all = list(env.WECHAT_SUBSCRIBE_TEMPLATES).map((entry) => {
    const [id = '', query = ''] = entry.split('?');
    const fields = Object.fromEntries(new URLSearchParams(query)) as Record<string, SubscribeWord>;
    const isGood = id && query && Object.entries(fields).every(([name, word]) => (word === 'time' ? /^(time|date)\d+$/ : /^thing\d+$/).test(name) && SUBSCRIBE_WORDS.includes(word));
    if (!isGood) throw new ConfigError(`WECHAT_SUBSCRIBE_TEMPLATES has ${entry}, which is no template id with its fields, such as ID?thing1=title&thing2=text&time3=time.`);
    return [id, fields] as const;
  });
  return { subscribeTemplates: all.map(([id]) => id), subscribeFields: Object.fromEntries(all) };
}

/** Demo sign-ins make anybody an operator and the demo's session key is in this repository: never where money is real. */
function realWechat(env: Env, demo: boolean): WechatConfig {
  if (demo) throw new ConfigError('JUKE_DEMO is 1 and there is no sandbox, so money here is real: set JUKE_DEMO=0, or unset WECHAT_PAY_BASE_URL to use the sandbox.');
  const apiV3Key = need(env, 'WECHAT_PAY_API_V3_KEY', 'the 32-character APIv3 key from the merchant platform');
  if (Buffer.byteLength(apiV3Key) !== 32) throw new ConfigError('WECHAT_PAY_API_V3_KEY must be exactly 32 characters: copy it from the merchant platform, or set a new one there.');
  const keyFile = need(env, 'WECHAT_PAY_KEY_FILE', 'the path of a PEM file');
  return {
    payBaseUrl: address(env, 'WECHAT_PAY_BASE_URL', 'https://api.mch.weixin.qq.com'), apiBaseUrl: address(env, 'WECHAT_API_BASE_URL', 'https://api.weixin.qq.com'),
    spMchid: need(env, 'WECHAT_PAY_SP_MCHID', "the platform's merchant id"), spAppid: env.WECHAT_PAY_SP_APPID ?? need(env, 'WECHAT_APPID', "the mini-program's app id"),
    appid: need(env, 'WECHAT_APPID', "the mini-program's app id"), appSecret: need(env, 'WECHAT_SECRET', "the mini-program's secret"),
    merchantSerial: need(env, 'WECHAT_PAY_SERIAL', 'the serial of the merchant certificate'), apiV3Key,
    merchantPrivateKeyPem: pem('WECHAT_PAY_KEY_FILE', keyFile, createPrivateKey, 'private key'),
    platformKeys: Object.fromEntries(list(need(env, 'WECHAT_PAY_PLATFORM_KEYS', 'serial=file pairs, comma-separated')).map((pair) => {
      const [serial, ...file] = pair.split('=');
      if (!serial || !file.length) throw new ConfigError(`WECHAT_PAY_PLATFORM_KEYS has ${pair}, which is no serial=file: write it like PUB_KEY_ID_0000000000=keys/wechatpay_pub.pem.`);
      return [serial, pem('WECHAT_PAY_PLATFORM_KEYS', file.join('='), createPublicKey, 'public key or certificate')];
    })),
    smsUrl: address(env, 'SMS_URL', '') || need(env, 'SMS_URL', 'where verification codes are sent: it gets {phone, text}'), smsToken: env.SMS_TOKEN ?? '',
    messageToken: env.WECHAT_MESSAGE_TOKEN ?? '', envVersion: oneOf(env, 'WECHAT_ENV_VERSION', ['release', 'trial', 'develop'] as const), spName: env.WECHAT_PAY_SP_NAME,
  };
}

/** A key that cannot be read would else be found by the first person who pays. */
function pem(name: string, file: string, read: (text: string) => KeyObject, what: string): string {
  if (!existsSync(file)) throw new ConfigError(`${name} names ${file}, which is not there: put the key there, or correct ${name}.`);
  try {
    const text = readFileSync(file, 'utf8');
    if (read(text).asymmetricKeyType === 'rsa') return text;
  } catch {
    // said below
  }
  throw new ConfigError(`${name} names ${file}, which is not a PEM file with an RSA ${what}: download it anew from the merchant platform, or correct ${name}.`);
}

function bucketOf(env: Env): Bucket | null {
  if (!env.MEDIA_BUCKET_URL) return null;
  if (!/^https?:\/\/[^/]+\/./.test(env.MEDIA_BUCKET_URL)) throw new ConfigError('MEDIA_BUCKET_URL must be an address with the bucket in its path, such as https://s3.eu-central-1.amazonaws.com/juke-media.');
  return {
    url: address(env, 'MEDIA_BUCKET_URL', ''), region: env.MEDIA_BUCKET_REGION, keyId: need(env, 'MEDIA_BUCKET_KEY_ID', 'the access key of MEDIA_BUCKET_URL'),
    secret: need(env, 'MEDIA_BUCKET_SECRET', 'the secret of MEDIA_BUCKET_KEY_ID'),
  };
}
function need(env: Env, name: string, what: string): string {
  const value = env[name];
  if (!value) throw new ConfigError(`${name} is not set: set it to ${what}.`);
  return value;
}
function secret(env: Env, name: string): string {
  const value = need(env, name, 'a random secret of 32 characters or more that signs sessions');
  if (value.length < 32) throw new ConfigError(`${name} is too short: use 32 random characters or more.`);
  return value;
}
function whole(env: Env, name: string, fallback: number, min: number, max: number): number {
  const value = Number(env[name] ?? fallback);
  if (!Number.isInteger(value) || value < min || value > max) throw new ConfigError(`${name} must be a whole number from ${min} to ${max}, not ${env[name]}.`);
  return value;
}
/** Without the slash at its end; the fallback as it is. */
function address(env: Env, name: string, fallback: string): string {
  const value = env[name] ?? fallback;
  if (value && !(/^https?:\/\/[^\s/]/.test(value) && URL.canParse(value))) throw new ConfigError(`${name} must be an address that begins with http:// or https://, not ${value}.`);
  return value.replace(/\/+$/, '');
}
function oneOf<T extends string>(env: Env, name: string, values: readonly [T, ...T[]]): T {
  const value = (env[name] ?? values[0]) as T;
  if (!values.includes(value)) throw new ConfigError(`${name} must be one of ${values.join(', ')}, not ${value}.`);
  return value;
}
function flag(env: Env, name: string, fallback: boolean): boolean {
  const value = env[name];
  if (value === undefined) return fallback;
  if (!/^(0|1|true|false)$/.test(value)) throw new ConfigError(`${name} must be 0 or 1, not ${value}.`);
  return value === '1' || value === 'true';
}
const list = (value: string | undefined) => (value ?? '').split(',').map((s) => s.trim()).filter(Boolean);

/**
 * All keys of the stand-in: the merchant's pair (ours), WeChat Pay's own public-key mode pair and platform
 * certificates, the APIv3 key and the app secret. Made once, kept in `<dataDir>/keys.json`; what the merchant's
 * side may know is written to `<dataDir>/credentials.json`. Rotation keeps old and new valid (F-32).
 */
import { createPrivateKey, createPublicKey, generateKeyPair, randomBytes, randomInt, type KeyObject } from 'node:crypto';
import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { selfSignedCertificate } from './der';

/** What the merchant's own system is given; the shape of credentials.json. */
export interface Credentials {
  spMchid: string;
  /** The mini-program is bound to the service provider, so this is the same app as `appid`. */
  spAppid: string;
  appid: string;
  appSecret: string;
  merchantSerial: string;
  merchantPrivateKeyPem: string;
  apiV3Key: string;
  /** 微信支付公钥 (PUB_KEY_ID_…) and platform certificates' public keys, by serial. */
  platformKeys: Record<string, string>;
  /** Bearer token of the SMS gateway stand-in. */
  smsToken: string;
  /** Token of the mini-program's server push (消息推送). */
  messageToken: string;
  /** Where the stand-in listens; stands for api.mch.weixin.qq.com, api.weixin.qq.com and the SMS gateway. */
  url: string;
}

interface PlatformKey {
  serial: string;
  privateKeyPem: string;
  /** Only for platform certificates; public-key mode has none. */
  certificatePem?: string;
  fromMs: number;
  toMs: number;
}

export interface SavedKeys {
  spMchid: string;
  appid: string;
  appSecret: string;
  merchantSerial: string;
  merchantPrivateKeyPem: string;
  apiV3Key: string;
  smsToken: string;
  messageToken: string;
  platform: PlatformKey[];
  activeSerial: string;
}

export interface Keys {
  readonly saved: SavedKeys;
  readonly merchantPublicKey: KeyObject;
  readonly apiV3Key: Buffer;
  /** The platform key of that serial, or undefined. */
  platform(serial: string): { serial: string; privateKey: KeyObject; publicKey: KeyObject } | undefined;
  active(): string;
  certificates(): PlatformKey[];
  credentials(url: string): Credentials;
  /** Adds a platform certificate and, unless told otherwise, signs with it from now on. Returns its serial. */
  rotate(nowMs: number, activate?: boolean): Promise<string>;
  activate(serial: string): boolean;
  save(url: string): Promise<void>;
}

const pair = promisify(generateKeyPair);

const newPrivateKeyPem = async (): Promise<string> => {
  const { privateKey } = await pair('rsa', { modulusLength: 2048 });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
};

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const letters = (length: number): string => Array.from({ length }, () => ALPHABET[randomInt(ALPHABET.length)]).join('');
const digits = (length: number): string => Array.from({ length }, () => randomInt(10)).join('');
// The first hex digit stays below 8 so that the DER integer and the printed serial read the same.
const certificateSerial = (): string => `5${randomBytes(20).toString('hex').toUpperCase().slice(1)}`;

const FIVE_YEARS_MS = 5 * 365 * 86_400_000;

const newCertificate = async (nowMs: number): Promise<PlatformKey> => {
  const [serial, privateKeyPem] = [certificateSerial(), await newPrivateKeyPem()];
  const [fromMs, toMs] = [nowMs - 86_400_000, nowMs + FIVE_YEARS_MS];
  const certificatePem = selfSignedCertificate({
    privateKey: createPrivateKey(privateKeyPem), serial, commonName: 'Tenpay.com sign (sandbox)', fromMs, toMs,
  });
  return { serial, privateKeyPem, certificatePem, fromMs, toMs };
};

/** Three key pairs: half a second of one core. */
export const makeKeys = async (): Promise<SavedKeys> => {
  const now = Date.now();
  const [merchantPrivateKeyPem, publicKeyModePem, certificate] = await Promise.all([newPrivateKeyPem(), newPrivateKeyPem(), newCertificate(now)]);
  const spMchid = `19${digits(8)}`;
  const publicKeyId = `PUB_KEY_ID_01${spMchid}${digits(22)}`;
  return {
    spMchid,
    appid: `wx${randomBytes(8).toString('hex')}`,
    appSecret: randomBytes(16).toString('hex'),
    merchantSerial: certificateSerial(),
    merchantPrivateKeyPem,
    apiV3Key: letters(32),
    smsToken: letters(40),
    messageToken: letters(32),
    platform: [{ serial: publicKeyId, privateKeyPem: publicKeyModePem, fromMs: now, toMs: now + FIVE_YEARS_MS }, certificate],
    activeSerial: publicKeyId,
  };
};

const writeWhole = async (path: string, value: unknown): Promise<void> => {
  await writeFile(`${path}.tmp`, JSON.stringify(value, null, 2), { mode: 0o600 });
  await rename(`${path}.tmp`, path);
};

const pemOf = (key: KeyObject): string => key.export({ type: 'spki', format: 'pem' }).toString();

/** Reads the keys of `dataDir`; else takes the given ones, or makes some (and keeps them there when a folder is given). */
export const openKeys = async (dataDir: string | undefined, given?: SavedKeys): Promise<Keys> => {
  let saved: SavedKeys | undefined;
  if (dataDir) {
    saved = await readFile(join(dataDir, 'keys.json'), 'utf8').then((body) => JSON.parse(body) as SavedKeys, (error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
      return undefined;
    });
  }
  const state = saved ?? given ?? (await makeKeys());
  const loaded = new Map<string, { serial: string; privateKey: KeyObject; publicKey: KeyObject }>();
  const load = (key: PlatformKey): void => {
    const privateKey = createPrivateKey(key.privateKeyPem);
    loaded.set(key.serial, { serial: key.serial, privateKey, publicKey: createPublicKey(privateKey) });
  };
  state.platform.forEach(load);

  const credentials = (url: string): Credentials => ({
    spMchid: state.spMchid,
    spAppid: state.appid,
    appid: state.appid,
    appSecret: state.appSecret,
    merchantSerial: state.merchantSerial,
    merchantPrivateKeyPem: state.merchantPrivateKeyPem,
    apiV3Key: state.apiV3Key,
    platformKeys: Object.fromEntries([...loaded].map(([serial, key]) => [serial, pemOf(key.publicKey)])),
    smsToken: state.smsToken,
    messageToken: state.messageToken,
    url,
  });

  const save = async (url: string): Promise<void> => {
    if (!dataDir) return;
    await writeWhole(join(dataDir, 'keys.json'), state);
    await writeWhole(join(dataDir, 'credentials.json'), credentials(url));
  };

  return {
    saved: state,
    merchantPublicKey: createPublicKey(createPrivateKey(state.merchantPrivateKeyPem)),
    apiV3Key: Buffer.from(state.apiV3Key),
    platform: (serial) => loaded.get(serial),
    active: () => state.activeSerial,
    certificates: () => state.platform.filter((key) => key.certificatePem),
    credentials,
    rotate: async (nowMs, activate = true) => {
      const key = await newCertificate(nowMs);
      state.platform.push(key);
      load(key);
      if (activate) state.activeSerial = key.serial;
      return key.serial;
    },
    activate: (serial) => {
      if (!loaded.has(serial)) return false;
      state.activeSerial = serial;
      return true;
    },
    save,
  };
};

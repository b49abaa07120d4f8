/**
 * WeChat Pay v3 on the wire, WeChat's side: checks the merchant's Authorization (WECHATPAY2-SHA256-RSA2048 over
 * method, URL, timestamp, nonce, body), signs answers and notices, seals resources with AEAD_AES_256_GCM.
 * Rules: pay.weixin.qq.com/doc/v3 "签名认证", "如何解密回调报文和平台证书". Guards F-32 and A-26 from the far side.
 */
import { constants, createCipheriv, privateDecrypt, publicEncrypt, randomBytes, sign, verify, type KeyObject } from 'node:crypto';
import { PayError, paramError } from './errors';
import type { Keys } from './keys';

const SCHEMA = 'WECHATPAY2-SHA256-RSA2048';
const WINDOW_SECONDS = 300;

const signError = (message: string, detail?: Record<string, unknown>): PayError => new PayError(401, 'SIGN_ERROR', message, detail);

const parseAuthorization = (header: string | undefined): Record<string, string> => {
  if (!header?.startsWith(`${SCHEMA} `)) throw signError('Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》');
  const parts: Record<string, string> = {};
  for (const match of header.slice(SCHEMA.length + 1).matchAll(/([a-z_]+)="([^"]*)"/g)) parts[match[1]!] = match[2]!;
  for (const name of ['mchid', 'nonce_str', 'timestamp', 'serial_no', 'signature']) {
    if (!parts[name]) throw signError('Http头Authorization值格式错误，请参考《微信支付商户REST API签名规则》');
  }
  return parts;
};

/**
 * Verifies one request and returns the calling mchid. `url` is path and query exactly as sent.
 * The window is checked against the real clock, because client libraries stamp with theirs.
 */
export const verifyRequest = (
  keys: Keys,
  request: { method: string; url: string; authorization: string | undefined; body: string },
): string => {
  const auth = parseAuthorization(request.authorization);
  const { timestamp = '', nonce_str: nonce = '', signature = '' } = auth;
  if (auth.mchid !== keys.saved.spMchid) throw signError('商户号不存在，请检查Authorization中的mchid');
  if (auth.serial_no !== keys.saved.merchantSerial) throw signError('商户证书序列号有误。请使用签名私钥匹配的证书序列号');
  if (!/^\d{1,12}$/.test(timestamp) || Math.abs(Date.now() / 1000 - Number(timestamp)) > WINDOW_SECONDS) {
    throw signError('Http头Authorization中的timestamp与发起请求的时间不得超过5分钟');
  }
  const message = `${request.method}\n${request.url}\n${timestamp}\n${nonce}\n${request.body}\n`;
  if (!verify('sha256', Buffer.from(message), keys.merchantPublicKey, Buffer.from(signature, 'base64'))) {
    throw signError('错误的签名，验签失败', {
      detail: { issue: 'sign not match' },
      field: 'signature',
      location: 'authorization',
      sign_information: {
        method: request.method,
        sign_message_length: Buffer.byteLength(message),
        truncated_sign_message: message.slice(0, 100),
        url: request.url,
      },
    });
  }
  return auth.mchid;
};

/** The platform key named by the request's Wechatpay-Serial, or the active one when it names none. */
export const keyForAnswer = (keys: Keys, serialHeader: string | undefined): { serial: string; privateKey: KeyObject } => {
  const wanted = serialHeader ? keys.platform(serialHeader) : keys.platform(keys.active());
  if (!wanted) throw paramError('/header/Wechatpay-Serial', '平台证书序列号或微信支付公钥ID不存在', serialHeader);
  return wanted;
};

export const newNonce = (): string => randomBytes(16).toString('hex');

/** The four Wechatpay-* headers over `timestamp\nnonce\nbody\n`. */
export const signedHeaders = (
  key: { serial: string; privateKey: KeyObject },
  body: string | Buffer,
  nowMs: number,
): Record<string, string> => {
  const timestamp = String(Math.floor(nowMs / 1000));
  const nonce = newNonce();
  const message = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), Buffer.from(body), Buffer.from('\n')]);
  return {
    'Wechatpay-Timestamp': timestamp,
    'Wechatpay-Nonce': nonce,
    'Wechatpay-Serial': key.serial,
    'Wechatpay-Signature': sign('sha256', message, key.privateKey).toString('base64'),
    'Wechatpay-Signature-Type': SCHEMA,
  };
};

interface Sealed {
  algorithm: 'AEAD_AES_256_GCM';
  ciphertext: string;
  associated_data: string;
  nonce: string;
}

/** Seals with the APIv3 key; nonce is 12 printable characters, the tag follows the ciphertext. */
export const seal = (apiV3Key: Buffer, plaintext: string, associatedData: string): Sealed => {
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', apiV3Key, Buffer.from(nonce));
  cipher.setAAD(Buffer.from(associatedData));
  const ciphertext = Buffer.concat([cipher.update(plaintext, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
  return { algorithm: 'AEAD_AES_256_GCM', ciphertext, associated_data: associatedData, nonce };
};

const OAEP = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };

/** Seals a field for the merchant, who opens it with the key of its API certificate. */
export const sealSensitive = (keys: Keys, value: string): string =>
  publicEncrypt({ key: keys.merchantPublicKey, ...OAEP }, Buffer.from(value)).toString('base64');

/** Opens a field the merchant encrypted with the platform's public key (RSA-OAEP, SHA-1). */
export const openSensitive = (keys: Keys, serialHeader: string | undefined, field: string, value: string): string => {
  const key = keyForAnswer(keys, serialHeader);
  try {
    return privateDecrypt({ key: key.privateKey, ...OAEP }, Buffer.from(value, 'base64')).toString('utf8');
  } catch {
    throw paramError(field, '敏感字段解密失败，请使用Wechatpay-Serial对应的公钥加密');
  }
};

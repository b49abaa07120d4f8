/**
 * The merchant's side as WeChat Pay's published sample clients do it (method, URL, timestamp, nonce and body
 * joined by newlines; RSA-SHA256; the answer checked over timestamp, nonce, body against a known key ID), in our
 * own words. Shares nothing with functions/: it is the independent witness that the stand-in speaks the format.
 */
import { createDecipheriv, createHash, createPrivateKey, createPublicKey, createSign, createVerify, randomBytes } from 'node:crypto';
import http from 'node:http';
import type { AddressInfo } from 'node:net';

interface Known {
  spMchid: string; spAppid: string; merchantSerial: string; merchantPrivateKeyPem: string; apiV3Key: string; platformKeys: Record<string, string>;
}

interface Reply { status: number; headers: Headers; text: string; json: any; verified: boolean }

const nonce = (): string => randomBytes(16).toString('hex').slice(0, 32);

export const authorization = (known: Known, method: string, uri: string, body: string, at = Math.floor(Date.now() / 1000)): string => {
  const random = nonce();
  const signer = createSign('RSA-SHA256');
  signer.update([method, uri, String(at), random, body, ''].join('\n'));
  const signature = signer.sign(createPrivateKey(known.merchantPrivateKeyPem), 'base64');
  return `WECHATPAY2-SHA256-RSA2048 mchid="${known.spMchid}",nonce_str="${random}",timestamp="${at}",serial_no="${known.merchantSerial}",signature="${signature}"`;
};

/** True when the three headers sign this body with the key they name, not older than 5 minutes of `nowMs`. */
export const signatureHolds = (known: Known, header: (name: string) => string | null | undefined, body: string, nowMs = Date.now()): boolean => {
  const [at, random, serial, signature] = ['timestamp', 'nonce', 'serial', 'signature'].map((name) => header(`wechatpay-${name}`) ?? '');
  const pem = known.platformKeys[serial!];
  if (!pem || Math.abs(nowMs / 1000 - Number(at)) > 300) return false;
  const verifier = createVerify('RSA-SHA256');
  verifier.update(`${at}\n${random}\n${body}\n`);
  return verifier.verify(createPublicKey(pem), signature!, 'base64');
};

export const publicKeyId = (known: Known): string => Object.keys(known.platformKeys).find((serial) => serial.startsWith('PUB_KEY_ID_'))!;

export const client = (base: string, known: Known) => {
  const send = async (method: string, uri: string, body?: unknown, more: Record<string, string> = {}): Promise<Reply> => {
    const text = body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body);
    const response = await fetch(base + uri, {
      method,
      headers: {
        Accept: 'application/json',
        'Wechatpay-Serial': publicKeyId(known),
        Authorization: authorization(known, method, uri, text),
        ...(body === undefined ? {} : { 'Content-Type': 'application/json; charset=utf-8' }),
        ...more,
      },
      ...(body === undefined ? {} : { body: text }),
    });
    const answer = await response.text();
    let json: any;
    try { json = JSON.parse(answer); } catch { json = undefined; }
    return { status: response.status, headers: response.headers, text: answer, json, verified: signatureHolds(known, (name) => response.headers.get(name), answer) };
  };
  return { get: (uri: string, more?: Record<string, string>) => send('GET', uri, undefined, more), post: (uri: string, body: unknown, more?: Record<string, string>) => send('POST', uri, body, more) };
};

export const openResource = (apiV3Key: string, resource: { ciphertext: string; nonce: string; associated_data: string }): any => {
  const raw = Buffer.from(resource.ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', apiV3Key, resource.nonce);
  decipher.setAuthTag(raw.subarray(raw.length - 16));
  decipher.setAAD(Buffer.from(resource.associated_data));
  return Buffer.concat([decipher.update(raw.subarray(0, raw.length - 16)), decipher.final()]).toString('utf8');
};

export const sha1 = (data: Buffer): string => createHash('sha1').update(data).digest('hex');

interface Heard { ok: boolean; headers: http.IncomingHttpHeaders; event: any; clear: any; raw: string }

/** A merchant's notify_url: verifies, opens, remembers, and answers what `answer` says (204 by default; 401 to bad signatures). */
export const listen = async (known: () => Known, now: () => number = Date.now) => {
  const heard: Heard[] = [];
  const control = { answer: (_heard: Heard): number => 204, delayMs: 0 };
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const raw = Buffer.concat(chunks).toString('utf8');
      const event = JSON.parse(raw);
      const ok = signatureHolds(known(), (name) => request.headers[name] as string, raw, now());
      const item = { ok, headers: request.headers, event, raw, clear: ok ? JSON.parse(openResource(known().apiV3Key, event.resource)) : undefined };
      heard.push(item);
      setTimeout(() => response.writeHead(ok ? control.answer(item) : 401).end(), control.delayMs);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/notify`, heard, control,
    close: () => { server.closeAllConnections(); return new Promise<void>((resolve) => server.close(() => resolve())); },
  };
};

/** Plain JSON call to /sandbox/* or the server API. */
export const call = async (base: string, path: string, body?: unknown, headers: Record<string, string> = {}): Promise<{ status: number; json: any }> => {
  const response = await fetch(base + path, body === undefined ? { headers } : {
    method: 'POST', headers: { 'Content-Type': 'application/json', ...headers }, body: JSON.stringify(body),
  });
  const text = await response.text();
  let json: any;
  try { json = JSON.parse(text); } catch { json = { text }; }
  return { status: response.status, json };
};

let counter = 0;
export const number = (prefix = 'ord'): string => `${prefix}_${Date.now().toString(36)}${(counter += 1).toString(36)}`;

export const OPENID = 'oUpF8uMuAJO_M2pxb1Q9zNjWeS6o';
export const SUB_MCHID = '1900000109';

/** A partner JSAPI order as our documents describe it. */
export const order = (known: Known, notifyUrl: string, more: Record<string, unknown> = {}) => ({
  sp_appid: known.spAppid, sp_mchid: known.spMchid, sub_mchid: SUB_MCHID, description: '双人套餐', out_trade_no: number(),
  notify_url: notifyUrl, amount: { total: 10000, currency: 'CNY' }, payer: { sp_openid: OPENID }, settle_info: { profit_sharing: true }, ...more,
});

/**
 * One signed call to WeChat Pay API v3, and what its failures mean. Guards F-27, F-32, A-26.
 * Nothing of a call (key, body, openid) ever reaches an error's message or cause: axios errors carry all of it.
 * Signing and checking: pay.weixin.qq.com/doc/v3/partner, 签名与验签规则.
 */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { Wechatpay } from 'wechatpay-axios-plugin';
import type * as z from 'zod';
import { ProviderRefused, Unavailable, wallMs, type WechatConfig } from '../kernel';

const TIMEOUT_MS = 5_000;
/** No call takes so long, so none is under way then. */
const IDLE_MS = 30_000;
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;
const UNKNOWN = new Set(['ORDER_NOT_EXIST', 'ORDERNOTEXIST', 'RESOURCE_NOT_EXISTS', 'NOT_FOUND']);
/** Codes that say nothing about the request itself: the same call may succeed later. */
const PASSING = new Set([
  'SYSTEM_ERROR', 'SYSTEMERROR', 'BANK_ERROR', 'BANKERROR', 'FREQUENCY_LIMIT', 'FREQUENCY_LIMITED', 'FREQUENCY_LIMIT_EXCEED',
  'RATELIMIT_EXCEEDED', 'RATELIMIT_EXCEED', 'SIGN_ERROR', 'USERPAYING',
]);

/** WeChat's string(n) counts characters; a half emoji would be refused. */
export const cut = (text: string, max: number) => [...text].slice(0, max).join('');
export const beijing = (atMs: number) => `${new Date(atMs + 8 * 3_600_000).toISOString().slice(0, 19)}+08:00`;
export const enc = encodeURIComponent;
/** Runs a close; an order that is closed already, or that never arrived at WeChat, counts as closed. */
export async function closing(close: () => Promise<void>): Promise<void> {
  try {
    await close();
  } catch (error) {
    if (!(error instanceof ProviderRefused && ['ORDER_CLOSED', 'ORDERCLOSED', 'ORDER_NOT_EXIST', 'ORDERNOTEXIST'].includes(error.code))) throw error;
  }
}

class BadSignature extends Error {}
/** What the library sends with, and what it throws. */
type Http = InstanceType<typeof Wechatpay>['client']['v3'];
interface HttpError { code?: string; request?: { reusedSocket?: boolean }; response?: { status: number; data?: unknown } }

export interface WechatClient {
  config: WechatConfig;
  /** RSA-SHA256 with the merchant's key, base64. */
  signText(text: string): string;
  /** The answer after its signature was checked and its shape read. */
  get<S extends z.ZodType>(path: string, shape: S): Promise<z.output<S>>;
  /** The same, or null when WeChat knows no such thing. */
  find<S extends z.ZodType>(path: string, shape: S): Promise<z.output<S> | null>;
  post<S extends z.ZodType>(path: string, body: object, shape: S, headers?: Record<string, string>): Promise<z.output<S>>;
  /** A call whose success is 204. Anything else that is not a failure (202 USERPAYING) counts as not done yet. */
  postForNothing(path: string, body: object): Promise<void>;
  /** A file's bytes. WeChat does not sign these: the caller checks the hash from the signed answer. */
  download(path: string, params: Record<string, string>): Promise<Buffer>;
  platformKey(serial: string): KeyObject | undefined;
}

/** Throws a TypeError when a key of the configuration is not a key. */
export function wechatClient(config: WechatConfig): WechatClient {
  const privateKey = createPrivateKey(config.merchantPrivateKeyPem);
  const keys = new Map(Object.entries(config.platformKeys).map(([serial, pem]) => [serial, createPublicKey(pem)]));
  const http = axiosFor(config, keys);
  const call = (method: 'GET' | 'POST', path: string, data?: object, more: object = {}) => answered(http, path, { method, url: path, data, ...more });
  return {
    config,
    signText: (text) => sign('sha256', Buffer.from(text), privateKey).toString('base64'),
    get: async (path, shape) => read(shape, (await call('GET', path)).data, path),
    find: async (path, shape) => {
      try {
        return read(shape, (await call('GET', path)).data, path);
      } catch (error) {
        if (error instanceof ProviderRefused && UNKNOWN.has(error.code)) return null;
        throw error;
      }
    },
    post: async (path, body, shape, headers) => read(shape, (await call('POST', path, body, headers && { headers })).data, path),
    postForNothing: async (path, body) => {
      const { status } = await call('POST', path, body);
      if (status !== 204 && status !== 200) throw down(path, `HTTP ${status}`);
    },
    download: async (path, params) => Buffer.from((await call('GET', path, undefined, { params, responseType: 'arraybuffer' })).data as ArrayBuffer),
    platformKey: (serial) => keys.get(serial),
  };
}

function axiosFor(config: WechatConfig, keys: Map<string, KeyObject>): Http {
  const agentOptions = { keepAlive: true, maxSockets: 128, keepAliveMsecs: 10_000 };
  const agents = { httpAgent: new HttpAgent(agentOptions), httpsAgent: new HttpsAgent(agentOptions) };
  const http = new Wechatpay({
    mchid: config.spMchid, serial: config.merchantSerial, privateKey: config.merchantPrivateKeyPem, certs: Object.fromEntries(keys),
    baseURL: `${config.payBaseUrl}/`, timeout: TIMEOUT_MS, maxRedirects: 0, proxy: false, maxContentLength: MAX_ANSWER_BYTES,
    ...agents,
  }).client.v3;
  let calledAt = wallMs();
  http.interceptors.request.use((request) => {
    // A function that was frozen meanwhile, or a laptop that slept: WeChat may have forgotten the connection without a word reaching us.
    if (Math.abs(wallMs() - calledAt) > IDLE_MS) for (const agent of Object.values(agents)) agent.destroy();
    calledAt = wallMs();
    return request;
  });
  // The library checks 2xx answers only. A signed failure is checked here as well: "no such order" decides about money.
  const transforms = http.defaults.transformResponse as unknown[];
  transforms.unshift((data: unknown, headers: { get(name: string): unknown }, status: number) => {
    if (status < 200 || status > 299) checkFailure(String(data ?? ''), (name) => headers.get(name), keys);
    return data;
  });
  return http;
}

function checkFailure(body: string, header: (name: string) => unknown, keys: Map<string, KeyObject>): void {
  const signature = header('wechatpay-signature');
  if (!signature) return;
  const key = keys.get(String(header('wechatpay-serial')));
  const text = `${header('wechatpay-timestamp')}\n${header('wechatpay-nonce')}\n${body}\n`;
  if (!key || !verifyText(text, String(signature), key)) throw new BadSignature();
}

/** True when WeChat's signature over the text holds. Never throws, whatever the signature is. */
export function verifyText(text: string | Buffer, signature: string, key: KeyObject): boolean {
  return verify('sha256', typeof text === 'string' ? Buffer.from(text) : text, key, Buffer.from(signature, 'base64'));
}

async function answered(http: Http, path: string, request: object): Promise<{ status: number; data: unknown }> {
  const once = () => http.request({ ...request, signal: AbortSignal.timeout(TIMEOUT_MS) });
  try {
    return await once();
  } catch (error) {
    if (!closedWhileIdle(error)) throw failureOf(error, path);
  }
  // The kept-alive connection was closed under us. The number in the body makes a second sending harmless.
  try {
    return await once();
  } catch (error) {
    throw failureOf(error, path);
  }
}

function closedWhileIdle(error: unknown): boolean {
  const { code, request, response } = error as HttpError;
  return !response && (code === 'ECONNRESET' || code === 'EPIPE') && request?.reusedSocket === true;
}

function failureOf(error: unknown, path: string): Error {
  if (error instanceof BadSignature) return down(path, 'answer with a wrong signature');
  const { response, code } = error as HttpError;
  if (!response) return down(path, code ?? 'no answer');
  const { status } = response;
  if (status >= 200 && status < 300) return down(path, `answer not trusted (${code ?? 'signature'})`);
  const body = bodyOf(response.data);
  const said = typeof body?.code === 'string' ? body.code : null;
  if (!said || status >= 500 || status === 429 || status === 401 || status < 400 || PASSING.has(said)) return down(path, `HTTP ${status} ${said ?? ''}`.trim());
  // WeChat's pages spell it both ways.
  return new ProviderRefused(said === 'ORDERPAID' ? 'ORDER_PAID' : said, String(body?.message ?? '').slice(0, 200), status);
}

/** Failures of a download arrive as bytes. */
function bodyOf(data: unknown): { code?: unknown; message?: unknown } | undefined {
  if (!Buffer.isBuffer(data)) return data as { code?: unknown } | undefined;
  try {
    return JSON.parse(data.toString('utf8')) as { code?: unknown };
  } catch {
    return undefined;
  }
}

/** Numbers and ids are cut from the path, so that logs group and name nobody. */
export function down(path: string, why: string): Unavailable {
  return new Unavailable(`WeChat Pay ${path.split('?')[0]!.replace(/[0-9A-Za-z]+_[0-9a-z]{8,}|\d{6,}/g, '…')}: ${why}`, 'PROVIDER_DOWN');
}

function read<S extends z.ZodType>(shape: S, data: unknown, path: string): z.output<S> {
  const result = shape.safeParse(data);
  if (!result.success) throw down(path, `answer of an unexpected shape (${result.error.issues.map((i) => i.path.join('.')).join(', ')})`);
  return result.data;
}

/**
 * One call to api.weixin.qq.com and the access token it needs. Guards A-21: neither token nor secret reaches a message.
 * stable_token keeps the old token valid while a new one is handed out, so instances need no shared store.
 * Source: developers.weixin.qq.com/miniprogram/dev/OpenApiDoc/mp-access-token/getStableAccessToken.
 */
import { ProviderRefused, Unavailable, type WechatConfig } from '../kernel';

export type Json = Record<string, unknown>;
interface TokenSource { get(): Promise<string>; renewed(refused: string): Promise<string> }

const TIMEOUT_MS = 5_000;
const EARLY_MS = 5 * 60_000;
/** System busy, called too often, daily quota used up, and a payment that the shipping service has not heard of yet. */
const PASSING = new Set([-1, 45009, 45011, 10060001]);
const TOKEN_REFUSED = new Set(['40001', '40014', '42001']);

/** POST when there is a body, else GET. A picture arrives as `{ png }`. Throws ProviderRefused or Unavailable. */
export async function ask(config: WechatConfig, pathAndQuery: string, body?: object): Promise<Json> {
  const path = pathAndQuery.split('?')[0]!;
  let status: number;
  let type: string;
  let bytes: Buffer;
  try {
    const response = await fetch(config.apiBaseUrl + pathAndQuery, {
      method: body ? 'POST' : 'GET', redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
    });
    status = response.status;
    type = response.headers.get('content-type') ?? '';
    bytes = Buffer.from(await response.arrayBuffer());
  } catch (error) {
    throw down(path, error instanceof Error && error.name === 'TimeoutError' ? 'timeout' : 'no connection');
  }
  if (status !== 200) throw down(path, `HTTP ${status}`);
  if (type.startsWith('image/')) return { png: bytes };
  return checked(path, bytes.toString('utf8'));
}

function checked(path: string, body: string): Json {
  let json: Json;
  try {
    json = JSON.parse(body) as Json;
  } catch {
    throw down(path, 'an answer that is not JSON');
  }
  if (typeof json !== 'object' || json === null) throw down(path, 'an answer of an unexpected shape');
  const code = Number(json.errcode ?? 0);
  if (code === 0) return json;
  if (PASSING.has(code)) throw down(path, `errcode ${code}`);
  throw new ProviderRefused(String(code), String(json.errmsg ?? '').slice(0, 200), 200);
}

const down = (path: string, why: string) => new Unavailable(`WeChat ${path}: ${why}`, 'PROVIDER_DOWN');

/** The token is fetched once for all who wait, and renewed early. Expiry is counted on the monotonic clock (F-25). */
export function tokenSource(config: WechatConfig): TokenSource {
  let token = '';
  let freshUntil = 0;
  let pending: Promise<string> | null = null;
  const fetchToken = async (force: boolean) => {
    const body = { grant_type: 'client_credential', appid: config.appid, secret: config.appSecret, force_refresh: force };
    const json = await ask(config, '/cgi-bin/stable_token', body);
    if (typeof json.access_token !== 'string' || typeof json.expires_in !== 'number') throw down('/cgi-bin/stable_token', 'no token');
    token = json.access_token;
    freshUntil = performance.now() + Math.max(json.expires_in * 1_000 - EARLY_MS, 0);
    return token;
  };
  const once = (work: () => Promise<string>) => (pending ??= work().finally(() => { pending = null; }));
  return {
    get: async () => (performance.now() < freshUntil ? token : once(() => fetchToken(false))),
    // A forced refresh is allowed 20 times a day: only when WeChat hands out the very token that it refused.
    renewed: async (refused) => {
      if (token !== refused && performance.now() < freshUntil) return token;
      freshUntil = 0;
      return once(async () => ((await fetchToken(false)) === refused ? fetchToken(true) : token));
    },
  };
}

/** A call with the token; when WeChat no longer takes the token, once more with a new one. */
export async function withToken(config: WechatConfig, tokens: TokenSource, path: string, body?: object): Promise<Json> {
  const token = await tokens.get();
  const call = (with_: string) => ask(config, `${path}${path.includes('?') ? '&' : '?'}access_token=${encodeURIComponent(with_)}`, body);
  try {
    return await call(token);
  } catch (error) {
    if (!(error instanceof ProviderRefused && TOKEN_REFUSED.has(error.code))) throw error;
    return call(await tokens.renewed(token));
  }
}

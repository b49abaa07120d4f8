// The one client. Typed by the contract; adds the session, the idempotency key, retries with full jitter where a repeat is
// safe (GET, with a key, a renewal), learns the server's clock, and turns every failure into a Failure. Guards F-09, F-24 on the phone.
import { routes, pathOf, type Route, type RouteName } from '@contract/routes';
import type { RouteTypes } from '@contract/shapes';
import { deviceId, isWeapp, isWechatKeyLive, wechatLoginCode } from '@/platform';
import { request } from '@/platform/http';
import { NoAnswer, type HttpAnswer, type HttpRequest } from '@/platform/http-types';
import { getLanguage } from '@/state/settings';
import { API_BASE } from './address';
import { learnClock, serverNow } from './clock';
import { failureOf, noAnswer, type Failure } from './errors';
import { dropSession, getSession, isSignedOut, keepSession, takeNewerSession } from './session';

const TRIES = 3;
const BACKOFF_MS = 400;
const BACKOFF_MAX_MS = 4_000;
const TIMEOUT_MS = 12_000;
const RENEW_EARLY_MS = 60_000;

type Empty<T> = Record<string, never> extends T ? true : false;
type Part<K extends string, T> = Empty<T> extends true ? { [P in K]?: T } : { [P in K]: T };
type CallInput<N extends RouteName> = Part<'params', RouteTypes[N]['params']> &
  Part<'query', RouteTypes[N]['query']> &
  Part<'body', RouteTypes[N]['body']> & { idempotencyKey?: string; timeoutMs?: number };
type Args<N extends RouteName> = Record<string, never> extends CallInput<N> ? [input?: CallInput<N>] : [input: CallInput<N>];

interface AnyInput {
  params?: Record<string, string>;
  query?: Record<string, unknown>;
  body?: unknown;
  idempotencyKey?: string;
  timeoutMs?: number;
}

/** Calls a route of the contract. Rejects with a Failure, never with anything else. */
export async function call<N extends RouteName>(name: N, ...[input]: Args<N>): Promise<RouteTypes[N]['answer']> {
  const given = (input ?? {}) as AnyInput;
  await signInFor(routes[name]);
  try {
    return (await tries(name, given)) as RouteTypes[N]['answer'];
  } catch (error) {
    const failure = error as Failure;
    if (failure.code !== 'SESSION_EXPIRED' && failure.code !== 'NO_SESSION') throw error;
    if (!(await renew())) {
      // A page anyone may see goes on without the person.
      if (routes[name].auth !== 'optional' && !(await signInSilently(routes[name]))) throw error;
    }
    return (await tries(name, given)) as RouteTypes[N]['answer'];
  }
}

async function tries(name: RouteName, input: AnyInput): Promise<unknown> {
  const route: Route = routes[name];
  const repeatable = route.method === 'GET' || name === 'refreshSession' || input.idempotencyKey !== undefined;
  for (let tried = 1; ; tried += 1) {
    try {
      return await once(name, route, input);
    } catch (error) {
      const failure = error as Failure;
      const worth = failure.code === 'OFFLINE' || failure.code === 'TIMEOUT' || failure.code === 'BUSY' || failure.code === 'PROVIDER_DOWN';
      if (!repeatable || !worth || tried >= TRIES) throw failure;
      await pause(tried, failure.retryAfterMs);
    }
  }
}

/** Full jitter, and never sooner than the server asked for. */
function pause(tried: number, retryAfterMs = 0): Promise<void> {
  const most = Math.min(BACKOFF_MAX_MS, BACKOFF_MS * 2 ** tried);
  const wait = Math.min(BACKOFF_MAX_MS, retryAfterMs) + Math.random() * most;
  return new Promise((resolve) => {
    setTimeout(resolve, wait);
  });
}

async function once(name: RouteName, route: Route, input: AnyInput): Promise<unknown> {
  const answer = await send(toRequest(name, route, input));
  if (answer.status >= 200 && answer.status < 300) {
    try {
      return JSON.parse(answer.text) as unknown;
    } catch {
      throw failureOf(500, '');
    }
  }
  throw failureOf(answer.status, answer.text);
}

function toRequest(name: RouteName, route: Route, input: AnyInput): HttpRequest {
  const token = getSession()?.token;
  const headers: Record<string, string> = { accept: 'application/json', 'accept-language': getLanguage() === 'en' ? 'en' : 'zh-CN' };
  if (token && route.auth !== 'public') headers.authorization = `Bearer ${token}`;
  if (input.idempotencyKey) headers['idempotency-key'] = input.idempotencyKey;
  const carries = route.method !== 'GET' && route.method !== 'DELETE';
  if (carries) headers['content-type'] = 'application/json';
  return {
    method: route.method,
    url: API_BASE + pathOf(name, input.params) + queryText(input.query),
    headers,
    body: carries ? JSON.stringify(input.body ?? {}) : undefined,
    timeoutMs: input.timeoutMs ?? TIMEOUT_MS,
  };
}

/** `?a=1&b=…`; undefined and null are left out. */
export function queryText(query: Record<string, unknown> = {}): string {
  const parts = Object.keys(query)
    .filter((key) => query[key] !== undefined && query[key] !== null)
    .map((key) => `${encodeURIComponent(key)}=${encodeURIComponent(String(query[key]))}`);
  return parts.length ? `?${parts.join('&')}` : '';
}

async function send(what: HttpRequest): Promise<HttpAnswer> {
  const sentMs = Date.now();
  try {
    const answer = await request(what);
    learnClock(Number(answer.header('x-juke-now')), Date.now() - sentMs);
    return answer;
  } catch (error) {
    throw noAnswer(error instanceof NoAnswer ? error.why : 'offline');
  }
}

let renewing: Promise<boolean> | null = null;

/** Renews the session once for everyone waiting. false: it is over, and forgotten. */
function renew(): Promise<boolean> {
  const refreshToken = getSession()?.refreshToken;
  if (!refreshToken) return Promise.resolve(false);
  if (!renewing && takeNewerSession()) return Promise.resolve(true);
  renewing ??= tries('refreshSession', { body: { refreshToken, deviceId: deviceId() } })
    .then((next) => {
      keepSession(next as RouteTypes['refreshSession']['answer']);
      return true;
    })
    .catch((failure: Failure) => {
      // Without an answer nobody knows: keep it for later.
      if (failure.unknown) throw failure;
      dropSession();
      return false;
    })
    .finally(() => {
      renewing = null;
    });
  return renewing;
}

let signingIn: Promise<boolean> | null = null;

/** In a mini-program WeChat knows the person: signed in without a tap. Elsewhere the login page does it. */
function signInSilently(route: Route): Promise<boolean> {
  if (!isWeapp || isSignedOut() || route.auth === 'public' || route.auth === 'optional') return Promise.resolve(false);
  signingIn ??= wechatLoginCode()
    .then(async (code) => {
      if (!code) return false;
      const next = (await tries('loginWechat', { body: { code, deviceId: deviceId() } })) as RouteTypes['loginWechat']['answer'];
      const before = getSession();
      // Nobody becomes somebody else without a tap (a person of the demo).
      if (!before || before.personId === next.personId) keepSession(next);
      return true;
    })
    .catch(() => false)
    .finally(() => {
      signingIn = null;
    });
  return signingIn;
}

/**
 * What WeChat encrypts (the chat group, a private card) is read with the key of the last sign-in. Keys end by themselves: then
 * WeChat signs in again. true: there is a new key, so what was encrypted before is unreadable.
 */
export async function renewWechatKey(): Promise<boolean> {
  if (getSession() && (await isWechatKeyLive())) return false;
  return signInSilently(routes.getMe);
}

async function signInFor(route: Route): Promise<void> {
  if (route.auth === 'public') return;
  const session = getSession();
  if (!session) {
    await signInSilently(route);
    return;
  }
  if (session.expiresAtMs - serverNow() > RENEW_EARLY_MS) return;
  await renew().catch(() => false);
}

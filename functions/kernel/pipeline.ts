/**
 * One function, one order, every route: size → strict shape → session → role and tenant → rate → key → story → answer's
 * shape → failure mapping. Guards A-15 …, I-22. Default deny: what routes.ts does not name does not exist.
 */
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { randomUUID } from 'node:crypto';
import * as z from 'zod';
import { errors, messageOf, type ErrorBody, type ErrorCode } from '../contract/errors';
import { BODY_MAX_BYTES, BODY_MAX_DEPTH, RATE_ADDRESS_BURST, RATE_ADDRESS_PER_SECOND, RATE_BURST, RATE_PER_SECOND } from '../contract/limits';
import { routes, type Auth, type Route, type RouteName } from '../contract/routes';
import { shapes } from '../contract/shapes';
import { GONE_NAME } from '../contract/states';
import type { App, Context, Ready, Staff, Stories } from './context';
import type { Db } from './db';
import { ProviderRefused, Refused, Unavailable, refuse } from './failure';
import { sha256 } from './ids';
import { takeRate } from './rate';
import { readToken, type Session } from './session';

export type Event = APIGatewayProxyEventV2;
export type Result = APIGatewayProxyStructuredResultV2;
export type Handler = (event: Event) => Promise<Result>;
/** Routes outside the contract (pictures, provider notices, documents): they do their own checks. */
export interface RawRoute { method: string; path: RegExp; handle: (app: App, event: Event, match: RegExpExecArray) => Promise<Result> }
type FindStaff = (db: Db, personId: string, storeId: string) => Promise<Staff | null>;
interface HandlerOptions { findStaff?: FindStaff; raw?: RawRoute[]; afterMoney?: () => void }

interface Entry { name: RouteName; route: Route; pattern: RegExp; keys: string[]; fixed: number }

/** A handler for some routes. `app` is asked for once a route is found: what is nobody's costs no database. */
export function createHandler(getApp: () => Promise<App>, stories: Stories, options: HandlerOptions = {}): Handler {
  const entries = (Object.keys(stories) as RouteName[]).map(toEntry).sort((a, b) => b.fixed - a.fixed);
  return async (event) => {
    // HEAD (uptime checks, link previews) is answered like GET; whoever sends the answer on leaves the body out.
    const method = event.requestContext.http.method === 'HEAD' ? 'GET' : event.requestContext.http.method;
    const path = event.rawPath;
    const language = languageOf(event);
    let app: App | null = null;
    try {
      const raw = rawOf(options.raw ?? [], method, path);
      const found = raw ?? find(entries, method, path) ?? refuse('NOT_FOUND');
      app = await getApp();
      if ('raw' in found) {
        // WeChat's notices come from few addresses and are never held up; the others look into the database for anybody who asks.
        if (!path.startsWith('/api/provider/')) takeRate(`${ipOf(app, event)}:raw`, RATE_ADDRESS_PER_SECOND, RATE_ADDRESS_BURST);
        return withHeaders(app, await found.raw.handle(app, event, found.match));
      }
      const result = withHeaders(app, await answer(app, stories, options, event, found.entry, found.params, language));
      if (found.entry.route.money) options.afterMoney?.();
      return result;
    } catch (error) {
      return withHeaders(app, failed(error, language, app, `${method} ${path}`));
    }
  };
}

async function answer(app: App, stories: Stories, options: HandlerOptions, event: Event, entry: Entry, rawParams: Record<string, string>, language: 'zh' | 'en'): Promise<Result> {
  const { name, route } = entry;
  if (route.demo && !app.config.demo) refuse('NOT_FOUND');
  const shape = shapes[name];
  const rawBody = bodyOf(event);
  const session = sessionOf(app, event, route.auth);
  // Nobody known: many people share a carrier's address, so it gets more than one person would.
  if (route.rate) takeRate(`${ipOf(app, event)}:${name}`, route.rate / 60, route.rate);
  else if (session) takeRate(session.personId, RATE_PER_SECOND, RATE_BURST);
  else takeRate(ipOf(app, event), RATE_ADDRESS_PER_SECOND, RATE_ADDRESS_BURST);
  const params = shaped(shape.params, rawParams, 'params');
  checkInside(event.queryStringParameters, 1, 'query');
  const query = shaped(shape.query, event.queryStringParameters ?? {}, 'query');
  const body = shaped(shape.body, rawBody, 'body');
  const staff = await staffOf(app, options, route.auth, session, rawParams.storeId);
  if (route.auth === 'operator' && !session?.isOperator) refuse('NOT_ALLOWED');
  const ctx: Context = {
    ...app, session, staff, language, ip: ipOf(app, event),
    idem: keyOf(event, name, route, session, { params, body }),
  };
  const story = stories[name] as (ctx: Context, input: unknown) => Promise<unknown>;
  const value = await story(ctx, { params, query, body });
  if (value && typeof value === 'object' && 'readyJson' in value) return json(200, spoken((value as Ready).readyJson, language));
  const parsed = shape.answer.safeParse(value);
  if (!parsed.success) throw new Error(`the answer of ${name} has the wrong shape: ${z.prettifyError(parsed.error)}`);
  return json(200, spoken(JSON.stringify(parsed.data), language));
}

/** A deleted person's name stands in any answer that names people, also in those that are kept for readers of both languages. Only a whole text is one. */
const GONE = JSON.stringify(GONE_NAME.zh);
const spoken = (text: string, language: 'zh' | 'en'): string =>
  language === 'en' && text.includes(GONE) ? text.replaceAll(GONE, JSON.stringify(GONE_NAME.en)) : text;

/** 64 KB, JSON object only, at most 8 deep, no prototype keys, text that can be stored. */
function bodyOf(event: Event): unknown {
  if (!event.body) return {};
  if (event.body.length > BODY_MAX_BYTES * (event.isBase64Encoded ? 1.4 : 1)) refuse('TOO_LARGE');
  const text = event.isBase64Encoded ? Buffer.from(event.body, 'base64').toString() : event.body;
  if (Buffer.byteLength(text) > BODY_MAX_BYTES) refuse('TOO_LARGE');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse('BAD_INPUT', { where: 'body', problem: 'not JSON' });
  }
  if (!value || typeof value !== 'object' || Array.isArray(value)) refuse('BAD_INPUT', { where: 'body', problem: 'not an object' });
  checkInside(value, 1, 'body');
  return value;
}

function checkInside(value: unknown, depth: number, where: string): void {
  if (typeof value === 'string') return checkText(value, where);
  if (!value || typeof value !== 'object') return;
  if (depth > BODY_MAX_DEPTH) refuse('BAD_INPUT', { where, problem: 'too deep' });
  for (const [key, inner] of Object.entries(value)) {
    if (key === '__proto__' || key === 'constructor' || key === 'prototype') refuse('BAD_INPUT', { where, problem: 'refused key' });
    checkInside(inner, depth + 1, where);
  }
}

/** PostgreSQL stores neither U+0000 nor half a surrogate pair: no person types them. */
function checkText(text: string, where: string): void {
  if (text.includes('\0') || /\p{Surrogate}/u.test(text)) refuse('BAD_INPUT', { where, problem: 'refused character' });
}

function shaped(shape: z.ZodType, value: unknown, where: string): unknown {
  const parsed = shape.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0]!;
  refuse(where === 'params' ? 'NOT_FOUND' : 'BAD_INPUT', { where: [where, ...issue.path].join('.'), problem: issue.code });
}

function sessionOf(app: App, event: Event, auth: Auth): Session | null {
  const header = event.headers.authorization;
  if (!header?.startsWith('Bearer ')) return auth === 'public' || auth === 'optional' ? null : refuse('NO_SESSION');
  const read = readToken(app.config.sessionKey, header.slice(7), app.clock.nowMs());
  if (read && read !== 'expired') return read;
  if (auth === 'public') return null;
  // Also on an optional route: the app refreshes and asks again, instead of a page that forgot who is there.
  refuse(read === 'expired' ? 'SESSION_EXPIRED' : 'NO_SESSION');
}

/** staff of exactly this store, read at each call; a foreign store does not exist for them. */
async function staffOf(app: App, options: HandlerOptions, auth: Auth, session: Session | null, storeId: string | undefined): Promise<Staff | null> {
  if (auth !== 'staff' && auth !== 'manager') return null;
  if (!session || !storeId || !options.findStaff) refuse('NOT_ALLOWED');
  const staff = await options.findStaff(app.db, session.personId, storeId);
  if (!staff || (auth === 'manager' && staff.role !== 'manager')) refuse('NOT_ALLOWED');
  return staff;
}

function keyOf(event: Event, name: RouteName, route: Route, session: Session | null, body: unknown): Context['idem'] {
  const key = event.headers['idempotency-key'];
  if (!key) return route.money ? refuse('KEY_REQUIRED') : null;
  if (!/^[0-9A-Za-z_-]{8,64}$/.test(key)) refuse('BAD_INPUT', { where: 'idempotency-key', problem: 'format' });
  if (!session) return null;
  return { actor: session.personId, key, hash: sha256(`${name} ${JSON.stringify(body)}`), family: session.familyId };
}

/** Any failure as an answer. Only a bug is logged loudly, with an id that the person can tell us. */
export function failed(error: unknown, language: 'zh' | 'en', app: App | null, where: string): Result {
  if (error instanceof Refused) return refusal(error.code, language, error.details, error.retryAfterMs);
  if (error instanceof Unavailable) {
    app?.log.warn({ where, reason: error.message }, 'unavailable');
    return refusal(error.kind, language, {}, error.retryAfterMs);
  }
  if (error instanceof ProviderRefused) {
    app?.log.error({ where, reason: error.message }, 'provider refused');
    return refusal('PROVIDER_DOWN', language, {}, 5_000);
  }
  const id = `bug_${randomUUID().slice(0, 8)}`;
  const report = { where, id, stack: (error as Error)?.stack ?? String(error) };
  if (app) app.log.error(report, 'bug');
  else console.error(report);
  return refusal('INTERNAL', language, {}, undefined, id);
}

function refusal(code: ErrorCode, language: 'zh' | 'en', details: ErrorBody['details'], retryAfterMs?: number, id?: string): Result {
  const { status, retry } = errors[code];
  const body: ErrorBody = { code, message: messageOf(code, language, details), retry };
  if (details && Object.keys(details).length > 0) body.details = details;
  if (retryAfterMs !== undefined) body.retryAfterMs = retryAfterMs;
  if (id) body.id = id;
  return json(status, JSON.stringify(body));
}

const json = (statusCode: number, body: string): Result => ({ statusCode, headers: { 'content-type': 'application/json; charset=utf-8', 'cache-control': 'no-store' }, body });

function withHeaders(app: App | null, result: Result): Result {
  const headers: NonNullable<Result['headers']> = { 'x-content-type-options': 'nosniff', ...result.headers };
  if (app) headers['x-juke-now'] = String(app.clock.nowMs());
  return { ...result, headers };
}

function toEntry(name: RouteName): Entry {
  const route: Route = routes[name];
  const keys = [...route.path.matchAll(/:(\w+)/g)].map((m) => m[1]!);
  return { name, route, keys, fixed: route.path.split('/').filter((part) => !part.startsWith(':')).length, pattern: new RegExp(`^${route.path.replace(/:\w+/g, '([^/]+)')}$`) };
}

function rawOf(all: RawRoute[], method: string, path: string): { raw: RawRoute; match: RegExpExecArray } | null {
  for (const raw of all) {
    const match = raw.method === method ? raw.path.exec(path) : null;
    if (match) return { raw, match };
  }
  return null;
}

function find(entries: Entry[], method: string, path: string): { entry: Entry; params: Record<string, string> } | null {
  for (const entry of entries) {
    if (entry.route.method !== method) continue;
    const match = entry.pattern.exec(path);
    if (!match) continue;
    return { entry, params: Object.fromEntries(entry.keys.map((key, i) => [key, safeDecode(match[i + 1]!)])) };
  }
  return null;
}
function safeDecode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
const languageOf = (event: Event): 'zh' | 'en' => (/^en\b/i.test(event.headers['accept-language'] ?? '') ? 'en' : 'zh');

/**
 * Behind proxies of ours (TRUST_PROXY: how many) it is the address that the first of them saw. Each adds the one that it saw at the end
 * of the header, and so does the gateway of a function with its own; what stands before those the person may have sent, so as to be
 * somebody else for every limit by address.
 */
function ipOf({ config: { trustProxy } }: App, event: Event): string {
  const { sourceIp } = event.requestContext.http;
  const seen = (event.headers['x-forwarded-for'] ?? '').split(',').map((one) => one.trim()).filter(Boolean);
  if (seen.at(-1) !== sourceIp) seen.push(sourceIp);
  return seen.at(-1 - trustProxy) || seen[0] || '0.0.0.0';
}

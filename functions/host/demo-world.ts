/**
 * How the demo's people act: through the real handler with sessions of their own, at the sandbox's cashier, in a time that
 * the demo moves. Used by the making of the demo city only.
 */
import type { ErrorBody, ErrorCode } from '../contract/errors';
import { pathOf, routes, type Route, type RouteName } from '../contract/routes';
import type { Answer, RouteTypes } from '../contract/shapes';
import { newId, type App, type Event, type Handler } from '../kernel';
import { drain } from '../worker/runner';
import { runTimers } from '../worker/timers';
import { allRoutes } from './modules';

export interface Actor {
  name: string;
  deviceId: string;
  ip: string;
  token: string;
  refreshToken: string;
  expiresAtMs: number;
  renewing: Promise<void> | null;
}
interface Call<N extends RouteName> {
  params?: RouteTypes[N]['params'];
  query?: RouteTypes[N]['query'];
  body?: RouteTypes[N]['body'];
}

/** The people's view of a refusal, so that a plan may go on without this purchase. */
export class NotDone extends Error {
  constructor(
    readonly code: ErrorCode,
    message: string,
  ) {
    super(message);
  }
}

export interface World {
  app: App;
  /** Answers a call that succeeds; throws NotDone with the refusal. `as` null: nobody signed in. */
  call<N extends RouteName>(name: N, as: Actor | null, call?: Call<N>): Promise<Answer<N>>;
  /** A control of the sandbox: what a person does in WeChat. */
  sandbox<T = Record<string, unknown>>(path: string, body?: unknown): Promise<T>;
  /** Somebody with a WeChat of that name, signed in. */
  signIn(name: string, look: { avatar: number; deviceId?: string; phone?: string }): Promise<Actor>;
  signInDemo(who: RouteTypes['loginDemo']['body']['who']): Promise<Actor>;
  /** Waits for notices and does what is due now. */
  settle(): Promise<void>;
  /** Moves time forward to atMs (never back); on the way what falls due is done, at most TICK_MS late. */
  goTo(atMs: number): Promise<void>;
  /** Moves the clock by this much, the sandbox's with it. */
  move(byMs: number): Promise<void>;
}

/** How long a fact may wait for the demo's worker in the played time. */
const TICK_MS = 30 * 60_000;
const TRIES = 20;

export function openWorld(app: App): World {
  const handler = allRoutes(async () => app);
  let addresses = 0;
  const address = () => `10.9.${(addresses += 1) >> 8}.${addresses & 255}`;
  const sandbox = sandboxOf(app);

  const world: World = {
    app,
    sandbox,
    async call(name, as, call = {}) {
      if (as) await renew(world, as);
      return send(handler, name, { token: as?.token, ip: as?.ip ?? address(), call });
    },
    async signIn(name, look) {
      const { code } = await sandbox<{ code: string }>('wx/login', { user: name });
      const actor = actorOf(name, look.deviceId ?? `phone-${newId('vis').slice(4, 16)}`, address());
      Object.assign(actor, await world.call('loginWechat', null, { body: { code, deviceId: actor.deviceId } }));
      await world.call('updateMe', actor, { body: { name, avatarUrl: `/art/avatar-${look.avatar}.svg` } });
      if (look.phone) {
        const given = await sandbox<{ code: string }>('wx/phone', { phone: look.phone });
        Object.assign(actor, await world.call('verifyPhone', actor, { body: { wechatCode: given.code } }));
      }
      return actor;
    },
    async signInDemo(who) {
      const actor = actorOf(who, `phone-demo-${who}`, address());
      // The story itself gives each of them a phone of their own.
      Object.assign(actor, await world.call('loginDemo', null, { body: { who, deviceId: 'phone-demo' } }));
      return actor;
    },
    async settle() {
      await sandbox('flush');
      await drain(app);
    },
    async goTo(atMs) {
      for (let now = app.clock.nowMs(); now < atMs; now = app.clock.nowMs()) {
        await world.move(Math.min(atMs, Math.max(now + TICK_MS, await nextDueMs(app))) - now);
        await runTimers(app);
        await world.settle();
      }
    },
    async move(byMs) {
      const { offsetMs } = await app.db.call<{ offsetMs: number }>('kernel_move_clock', { advanceMs: byMs });
      await sandbox('clock', { offsetMs });
      await app.clock.read();
    },
  };
  return world;
}

/** When the next fact wants to run; far away when none does. */
async function nextDueMs(app: App): Promise<number> {
  const [row] = await app.db.query<{ due: number | null }>(
    "SELECT ms_of(min(due_at)) AS due FROM fact WHERE state = 'due'",
  );
  return row!.due ?? Number.MAX_SAFE_INTEGER;
}

const actorOf = (name: string, deviceId: string, ip: string): Actor => ({
  name,
  deviceId,
  ip,
  token: '',
  refreshToken: '',
  expiresAtMs: 0,
  renewing: null,
});

/** A session ends after half an hour: renewed with its refresh token as the app does, once for all who wait. */
async function renew(world: World, as: Actor): Promise<void> {
  if (as.expiresAtMs > world.app.clock.nowMs() + 1_000) return;
  as.renewing ??= world
    .call('refreshSession', null, { body: { refreshToken: as.refreshToken, deviceId: as.deviceId } })
    .then((fresh) => void Object.assign(as, fresh))
    .finally(() => (as.renewing = null));
  await as.renewing;
}

interface Sent<N extends RouteName> {
  token: string | undefined;
  ip: string;
  call: Call<N>;
}
async function send<N extends RouteName>(handler: Handler, name: N, { token, ip, call }: Sent<N>): Promise<Answer<N>> {
  const key = newId('key');
  for (let attempt = 1; ; attempt += 1) {
    const result = await handler(eventOf(name, call, { token, ip, key }));
    const body = JSON.parse(result.body || 'null');
    if ((result.statusCode ?? 200) < 300) return body as Answer<N>;
    const refusal = body as ErrorBody;
    // Many of the demo's people act within one real second: what only asks to wait is asked again, with the same key.
    if (refusal.retryAfterMs === undefined || attempt >= TRIES)
      throw new NotDone(refusal.code, `${name}: ${refusal.code} ${refusal.message}`);
    await new Promise((done) => setTimeout(done, refusal.retryAfterMs));
  }
}

function eventOf<N extends RouteName>(
  name: N,
  call: Call<N>,
  who: { token: string | undefined; ip: string; key: string },
): Event {
  const route: Route = routes[name];
  const path = pathOf(name, (call.params ?? {}) as Record<string, string>);
  return {
    version: '2.0',
    routeKey: '$default',
    rawPath: path,
    rawQueryString: '',
    isBase64Encoded: false,
    headers: {
      ...(who.token ? { authorization: `Bearer ${who.token}` } : {}),
      ...(route.money ? { 'idempotency-key': who.key } : {}),
      'accept-language': 'zh-CN',
    },
    queryStringParameters: Object.fromEntries(Object.entries(call.query ?? {}).map(([k, v]) => [k, String(v)])),
    ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    requestContext: {
      http: { method: route.method, path, protocol: 'HTTP/1.1', sourceIp: who.ip, userAgent: 'juke-demo' },
    },
  } as unknown as Event;
}

export function sandboxOf(app: App): World['sandbox'] {
  return async (path, body = {}) => {
    const response = await fetch(`${app.config.sandboxUrl}/sandbox/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(30_000),
    });
    const answer = await response.json();
    if (!response.ok) throw new Error(`the sandbox refused ${path}: ${JSON.stringify(answer)}`);
    return answer;
  };
}

/**
 * The whole system for one test: its own database, the real handlers of every module behind one pipeline, and, when
 * asked for, the stand-in for WeChat with a server of ours that takes its notices. stop() also checks the invariants.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ErrorBody } from '../../functions/contract/errors';
import { pathOf, routes, type Route, type RouteName } from '../../functions/contract/routes';
import type { Answer, RouteTypes } from '../../functions/contract/shapes';
import {
  newLog, openDb, quietLog, startClock, wechatFromCredentials, type App, type Config, type Db, type DbOptions, type Handler,
} from '../../functions/kernel';
import { allRoutes } from '../../functions/host/modules';
import { checkInvariants } from '../../functions/views/invariants';
import { drain } from '../../functions/worker/runner';
import { createTestDatabase } from './postgres';
import { eventOf, listen, nextIp } from './http';
import { makeMarket, type Market, type MarketOptions } from './market';
import { makePerson, type PersonOptions, type TestPerson } from './person';
import { startFarSide, type FarSide } from './wechat';

export type { TestPerson } from './person';
export type { Market } from './market';

interface CallOptions<N extends RouteName = RouteName> {
  params?: RouteTypes[N]['params']; query?: RouteTypes[N]['query']; body?: RouteTypes[N]['body'];
  /** Who asks: a person, or a bearer token as it is. */
  as?: TestPerson | string | null;
  /** Idempotency key. Left out: a new one for routes that need one; null: none. */
  key?: string | null;
  ip?: string; language?: 'zh' | 'en'; headers?: Record<string, string>;
}
/** Any input at all, also one that the shapes refuse. */
export interface LooseCall { params?: Record<string, unknown>; query?: Record<string, unknown>; body?: unknown; as?: TestPerson | string | null; key?: string | null; ip?: string; language?: 'zh' | 'en'; headers?: Record<string, string> }
export interface Reply { status: number; body: any; headers: Record<string, unknown> }

export interface TestApp {
  app: App;
  db: Db;
  /** Address of the database. */
  url: string;
  sandbox: FarSide | null;
  handler: Handler;
  /** What the route answers, whatever it is. */
  handle(name: RouteName, call?: LooseCall): Promise<Reply>;
  /** The answer of a call that must succeed, also after a wait for its rate: throws with the refusal otherwise. */
  ok<N extends RouteName>(name: N, call?: CallOptions<N>): Promise<Answer<N>>;
  /** The refusal of a call that must be refused. */
  refused(name: RouteName, call?: LooseCall): Promise<ErrorBody & { status: number }>;
  /** A signed-in person, made without a screen. With the stand-in running the openid is one that it knows. */
  person(name: string, options?: PersonOptions): Promise<TestPerson>;
  /** A merchant with two stores, a clerk (store 0), a manager (all stores) and one deal, made through the operator's routes. */
  market(options?: MarketOptions): Promise<Market>;
  /** Moves the database clock, and the stand-in's. */
  moveTime(ms: number): Promise<void>;
  /** Runs facts until none is due and nothing is on its way from the stand-in any more. */
  drain(): Promise<void>;
  /** Checks the invariants (unless told that the test broke them on purpose), then stops everything and drops the database. */
  stop(options?: { invariants?: boolean }): Promise<void>;
}
interface TestAppOptions {
  sandbox?: boolean; dbOptions?: DbOptions; config?: Partial<Config>;
  /** I-22: each accepted call with a key is sent once more, and must be answered the same. */
  echo?: boolean;
  /** Another way to the same database, such as through a wire that the test can cut. */
  via?: (databaseUrl: string) => Promise<string>;
}

export function testConfig(databaseUrl: string, sandbox: FarSide | null, more: Partial<Config> = {}): Config {
  const wechat = sandbox?.config ?? wechatFromCredentials('http://127.0.0.1:9', {
    spMchid: '1900000001', spAppid: 'wx0000000000000001', appid: 'wx0000000000000001', appSecret: 'secret', merchantSerial: 'S',
    merchantPrivateKeyPem: '', apiV3Key: '0'.repeat(32), platformKeys: {}, smsToken: 'token',
  });
  return {
    databaseUrl, port: 0, demo: true, trustProxy: 0, publicUrl: 'http://127.0.0.1:1', sessionKey: 'test-session-key-of-32-characters', h5Dir: 'dist/h5', mediaDir: '', mediaBucket: null, artDir: '',
    poolSize: 10, namedStatements: true, logLevel: 'silent', providerFeeBps: 60, freezeDays: 180, sandboxUrl: sandbox?.url ?? null, wechat,
    subscribeTemplates: [], subscribeFields: {}, rebateInWechatH5: false, ...more,
  };
}

export const newKey = (): string => `key-${Math.random().toString(36).slice(2).padEnd(12, '0')}`;

export async function startTestApp(options: TestAppOptions = {}): Promise<TestApp> {
  const database = await createTestDatabase();
  const sandbox = options.sandbox ? await startFarSide({ settings: { refundDelayMs: 0, splitDelayMs: 0, retryScale: 0.01 } }) : null;
  const config = testConfig(database.url, sandbox, options.config);
  config.mediaDir ||= await mkdtemp(join(tmpdir(), 'juke-media-'));
  const db = openDb(options.via ? await options.via(database.url) : database.url, { max: config.poolSize, named: config.namedStatements, ...options.dbOptions });
  const app: App = { db, clock: await startClock(db), config, log: process.env.TEST_LOG ? newLog('warn') : quietLog };
  const handler = allRoutes(async () => app);
  const server = sandbox ? await listen(handler) : null;
  if (server) config.publicUrl = server.url;

  const handle = async (name: RouteName, call: LooseCall = {}): Promise<Reply> => {
    const route: Route = routes[name];
    const key = call.key === undefined && route.money ? newKey() : call.key;
    const result = await handler(eventOf({
      method: route.method, path: pathOf(name, (call.params ?? {}) as Record<string, string>), query: call.query, body: call.body, ip: call.ip ?? nextIp(),
      headers: {
        ...(call.as ? { authorization: `Bearer ${typeof call.as === 'string' ? call.as : call.as.token}` } : {}),
        ...(key ? { 'idempotency-key': key } : {}), ...(call.language ? { 'accept-language': call.language } : {}), ...call.headers,
      },
    }));
    return { status: result.statusCode ?? 200, body: result.body ? JSON.parse(result.body) : undefined, headers: result.headers ?? {} };
  };
  const test: TestApp = {
    app, db, url: database.url, sandbox, handler, handle,
    async ok(name, given) {
      const call: LooseCall = options.echo && (routes[name] as Route).money ? { key: newKey(), ...(given as LooseCall) } : (given as LooseCall);
      let reply = await handle(name, call);
      // Too fast for one person: a client waits as long as it is told. Limits themselves are asked for with handle() and refused().
      while (reply.body?.code === 'RATE_LIMITED' && reply.body.retryAfterMs <= 1_000) {
        await new Promise((done) => setTimeout(done, reply.body.retryAfterMs));
        reply = await handle(name, call);
      }
      if (reply.status !== 200) throw new Error(`${name} answered ${reply.status}: ${JSON.stringify(reply.body)}`);
      if (options.echo && call?.key) {
        const again = await handle(name, call);
        if (again.body?.code !== 'RATE_LIMITED') expect([name, again.body]).toEqual([name, reply.body]);
      }
      return reply.body;
    },
    async refused(name, call) {
      const reply = await handle(name, call);
      if (reply.status === 200) throw new Error(`${name} was not refused: ${JSON.stringify(reply.body)}`);
      return { ...(reply.body as ErrorBody), status: reply.status };
    },
    person: (name, personOptions) => makePerson(test, name, personOptions),
    market: (marketOptions) => makeMarket(test, marketOptions),
    async moveTime(ms) {
      const { offsetMs } = await db.call<{ offsetMs: number }>('kernel_move_clock', { advanceMs: ms });
      if (sandbox) await sandbox.control('clock', { offsetMs });
      await app.clock.read();
    },
    async drain() {
      for (;;) {
        await sandbox?.idle();
        if ((await drain(app)) === 0 || !sandbox) return;
      }
    },
    async stop({ invariants = true } = {}) {
      try {
        if (invariants) await assertInvariants(db);
      } finally {
        app.clock.stop();
        await server?.close();
        await sandbox?.close();
        await db.end();
        await database.drop();
        if (!options.config?.mediaDir) await rm(config.mediaDir, { recursive: true, force: true });
      }
    },
  };
  return test;
}

async function assertInvariants(db: Db): Promise<void> {
  const broken = (await checkInvariants(db)).filter(({ total }) => total > 0);
  if (broken.length > 0) throw new Error(`broken invariants: ${JSON.stringify(broken, null, 1)}`);
}

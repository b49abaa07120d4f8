/** The packaged functions on events as AWS makes them, with a pooler in transaction mode in front of a real database. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyStructuredResultV2 } from 'aws-lambda';
import { BODY_MAX_BYTES } from '../../../functions/contract/limits';
import { routes } from '../../../functions/contract/routes';
import { identityRoutes } from '../../../functions/identity/handler';
import { createHandler, type RawRoute } from '../../../functions/kernel';
import { orderRoutes } from '../../../functions/orders/handler';
import { shareRoutes } from '../../../functions/referrals';
import { rawRoutes } from '../../../functions/views';
import { startTestApp, type Market, type TestApp } from '../../support/app';
import { gatewayEvent, openPooler, scheduled, startFunction, type LambdaFunction, type Pooler } from '../../support/lambda';
import { buy, MINUTE, payAtCashier, share, stateOf, vouchersOf } from '../../support/trade';
import { startInbox, type RawNotice } from '../../support/wechat';
import { root } from './script';

let t: TestApp;
let m: Market;
let pooler: Pooler;
let dir: string;
let inbox: Awaited<ReturnType<typeof startInbox>>;
const running: LambdaFunction[] = [];
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market();
  await t.drain();
  [pooler, inbox, dir] = await Promise.all([openPooler(t.url), startInbox(), mkdtemp(join(tmpdir(), 'juke-functions-'))]);
  await t.sandbox!.control('faults', { notices: { sendTo: inbox.url } });
  await writeFile(join(dir, 'credentials.json'), JSON.stringify(t.sandbox!.sandbox.credentials));
});
afterAll(async () => {
  running.forEach((one) => one.stop());
  await t.stop();
  await Promise.all([pooler.close(), inbox.close(), rm(dir, { recursive: true })]);
});

async function deployed(name: string): Promise<LambdaFunction> {
  const env = { DATABASE_URL: pooler.url, NAMED_STATEMENTS: '0', JUKE_DEMO: '1', SESSION_KEY: t.app.config.sessionKey, SANDBOX_URL: t.sandbox!.url, SANDBOX_CREDENTIALS: join(dir, 'credentials.json'), PUBLIC_URL: 'https://juke.example.cn' };
  const one = await startFunction(name, env);
  running.push(one);
  return one;
}
const said = ({ statusCode, body }: APIGatewayProxyStructuredResultV2) => ({ statusCode, code: body ? JSON.parse(body).code : undefined });

async function paid(): Promise<{ orderId: string; notice: RawNotice }> {
  const buyer = await t.person('周屿');
  const order = await buy(t, m, buyer, { pay: false });
  await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  const before = inbox.seen.length;
  await payAtCashier(t, order.paymentId);
  return { orderId: order.orderId, notice: (await inbox.waitFor(before + 1)).at(-1)! };
}

test('A-26 a notice is read as the bytes that WeChat signed, whichever way the gateway hands them over', async () => {
  const notices = await deployed('orders');
  const deliver = ({ headers, body }: RawNotice, isBase64Encoded: boolean) =>
    notices.invoke(gatewayEvent({ method: 'POST', path: '/api/provider/wechat-pay/payments', headers, isBase64Encoded, body: body.toString(isBase64Encoded ? 'base64' : 'utf8') }));
  for (const isBase64Encoded of [false, true]) {
    const { orderId, notice } = await paid();
    expect(await deliver({ ...notice, body: Buffer.concat([notice.body, Buffer.from(' ')]) }, isBase64Encoded)).toMatchObject({ statusCode: 401 });
    expect(await stateOf(t, 'guest_order', 'order_id', orderId)).toEqual(['unpaid']);
    expect(await deliver(notice, isBase64Encoded)).toMatchObject({ statusCode: 204 });
    expect(await stateOf(t, 'guest_order', 'order_id', orderId)).toEqual(['paid']);
    expect(await vouchersOf(t, orderId)).toHaveLength(1);
  }
});

test('A-40 what is too much, what nobody knows and what only asks for headers', async () => {
  const identity = await deployed('identity');
  const at = (method: string, path: string, more = {}) => identity.invoke(gatewayEvent({ method, path, ...more }));
  const opened = pooler.opened();
  expect(said(await at('GET', '/api/nothing'))).toEqual({ statusCode: 404, code: 'NOT_FOUND' });
  expect(said(await at('OPTIONS', '/api/login/phone'))).toEqual({ statusCode: 404, code: 'NOT_FOUND' });
  expect(pooler.opened()).toBe(opened); // strangers cost no connection
  for (const [isBase64Encoded, encoding] of [[false, 'utf8'], [true, 'base64']] as const) {
    const body = Buffer.from(JSON.stringify({ code: 'x'.repeat(BODY_MAX_BYTES) })).toString(encoding);
    expect(said(await at(routes.loginWechat.method, routes.loginWechat.path, { body, isBase64Encoded }))).toEqual({ statusCode: 413, code: 'TOO_LARGE' });
  }
  const [views, referrals] = await Promise.all([deployed('views'), deployed('referrals')]);
  expect(await views.invoke(gatewayEvent({ method: 'HEAD', path: '/api/health' }))).toMatchObject({ statusCode: 200 });
  const token = await share(t, m, await t.person('林小满'));
  for (const [path, location] of [[`/s/${token}`, `/pages/deal/index?id=${m.dealId}&s=${token}`], [`/s/${token}/好吃`, `/pages/deal/index?id=${m.dealId}&s=${token}`], ['/s/', '/'], ['/s', '/']] as const) {
    expect(await referrals.invoke(gatewayEvent({ method: 'GET', path }))).toMatchObject({ statusCode: 302, headers: { location } });
  }
});

test('I-21 the worker stays for what falls due while it runs, and leaves before its time is over', async () => {
  const worker = await deployed('worker');
  const order = await buy(t, m, await t.person('陈默'), { pay: false });
  await t.drain();
  const sessions = async (and = '') => (await t.db.query<{ pid: number }>(`SELECT pid FROM pg_stat_activity WHERE datname = current_database() ${and}`)).map(({ pid }) => pid);
  const before = await sessions();
  const until = async (there: () => Promise<boolean>) => { while (!(await there())) await new Promise((done) => setTimeout(done, 50)); };
  const run = worker.invoke<{ ran: number }>(scheduled);
  // It has looked, found nothing and waits: only now the unpaid order's time ends.
  await until(async () => (await sessions("AND query LIKE '%kernel_claim_facts%' AND state = 'idle'")).some((pid) => !before.includes(pid)));
  await t.moveTime(16 * MINUTE);
  await until(async () => (await stateOf(t, 'guest_order', 'order_id', order.orderId))[0] === 'expired');
  worker.remains(59_000);
  expect((await run).ran).toBeGreaterThan(0);
  expect(worker.said()).not.toMatch(/timers failed/);
});

test('F-22 a function that was frozen answers at once on a connection that nobody remembers, and by the right clock', async () => {
  const views = await deployed('views');
  const look = (sleptMs?: number) => views.invoke(gatewayEvent({ method: 'GET', path: '/api/health' }), { sleptMs });
  const nowOf = (answer: APIGatewayProxyStructuredResultV2) => Number(answer.headers!['x-juke-now']);
  const before = nowOf(await look());
  pooler.forget();
  await t.moveTime(60 * MINUTE);
  const opened = pooler.opened();
  const startedAt = performance.now();
  const answer = await look(45_000);
  expect(answer.statusCode).toBe(200);
  expect(pooler.opened()).toBe(opened + 1);
  expect(nowOf(answer) - before).toBeGreaterThanOrEqual(60 * MINUTE);
  expect(performance.now() - startedAt).toBeLessThan(15_000); // else it was the statement that gave up
  expect(views.said()).toBe('');
});

test('F-23 a pooler that has no connection to give is busy, not broken', async () => {
  const { openDb, Unavailable } = await import('../../../functions/kernel');
  const named = openDb(pooler.url, { max: 1 });
  await expect(named.query('SELECT 1')).rejects.toBeInstanceOf(Unavailable);
  await named.end();
});

test('A-10 behind a CDN a person is who the CDN saw, not the CDN and not what the person wrote', async () => {
  let ip = '';
  const at = async (trustProxy: number, forwarded: string) => {
    const app = { ...t.app, config: { ...t.app.config, trustProxy } };
    const handler = createHandler(async () => app, { getConfig: async (ctx) => { ip = ctx.ip; throw new Error('seen'); } });
    await handler(gatewayEvent({ method: 'GET', path: '/api/config', headers: { 'x-forwarded-for': forwarded }, ip: '64.252.1.1' }));
    return ip;
  };
  expect(await at(0, '9.9.9.9, 64.252.1.1')).toBe('64.252.1.1');
  expect(await at(1, '1.2.3.4, 64.252.1.1')).toBe('1.2.3.4');
  expect(await at(1, '9.9.9.9, 1.2.3.4, 64.252.1.1')).toBe('1.2.3.4');
});

describe('what is deployed', () => {
  interface Deployed { handler: string; timeout: number; reservedConcurrency?: number; vpc?: object; events: { httpApi?: '*' | { method: string; path: string }; schedule?: object }[] }
  const read = (): Promise<Record<string, Deployed>> => (require(join(root, 'config/serverless-functions.cjs')) as () => Promise<Record<string, Deployed>>)();

  test('each way in leads to the function that knows it; only uploads, which need a native library, are left to the host', async () => {
    const functions = await read();
    const ways = Object.entries(functions).flatMap(([name, { handler, events }]) => events.flatMap(({ httpApi }) => (typeof httpApi === 'object' ? [{ name, folder: handler.split('/')[1]!, ...httpApi }] : [])));
    const samples: Record<string, string> = { kind: 'payments', token: '0'.repeat(12), mediaId: 'med_00000000' };
    const wayOf = (folder: string, raw: RawRoute) => ways.filter((way) => way.folder === folder && way.method === raw.method && raw.path.test(way.path.replace(/\{(\w+)\}/g, (_, name) => samples[name] ?? 'x'))).map(({ name }) => name);
    const all = Object.entries({ orders: orderRoutes, referrals: shareRoutes, identity: identityRoutes, views: rawRoutes }).flatMap(([folder, list]) => list.map((raw) => [`${raw.method} ${raw.path.source}`, wayOf(folder, raw)] as const));
    expect(all.filter(([, names]) => names.length !== 1).map(([name]) => name)).toEqual([expect.stringMatching(/^PUT .*media/)]);
    expect(ways.filter(({ path }) => path.includes('wechat-pay')).map(({ name }) => name)).toEqual(['notices']);
    for (const route of Object.values(routes)) expect(ways).toContainEqual({ name: route.module, folder: route.module, method: route.method, path: route.path.replace(/:(\w+)/g, '{$1}') });
    expect(ways.length).toBeLessThan(300); // routes of an HTTP API, AWS's quota
  });

  test('the spike has forty connections, and nobody waits longer than the gateway does', async () => {
    const functions = await read();
    expect(Object.fromEntries(Object.entries(functions).flatMap(([name, { reservedConcurrency: n }]) => (n ? [[name, n]] : [])))).toEqual({ orders: 24, notices: 8, worker: 8 });
    for (const [name, { timeout, events }] of Object.entries(functions)) expect([name, timeout < 30]).toEqual([name, !events.some(({ schedule }) => schedule)]);
  });

  test('a network of its own', async () => {
    const given = { VPC_SUBNET_IDS: 'subnet-1, subnet-2', VPC_SECURITY_GROUP_IDS: 'sg-1' };
    Object.assign(process.env, given);
    try {
      for (const { vpc } of Object.values(await read())) expect(vpc).toEqual({ subnetIds: ['subnet-1', 'subnet-2'], securityGroupIds: ['sg-1'] });
    } finally {
      for (const name of Object.keys(given)) delete process.env[name];
    }
    for (const { vpc } of Object.values(await read())) expect(vpc).toBeUndefined();
  });
});

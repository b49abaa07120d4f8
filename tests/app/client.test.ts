// The client: session renewal, retries, keys, the server's clock, and every failure in one form. Guards F-09 on the phone.
import { call, dropSession, keepSession, getSession, serverNow, type Session } from '@/api';
import { queryText } from '@/api/client';
import type { Failure } from '@/api/errors';
import { dropKey, keyFor } from '@/api/keys';
import { sent, serve, type Reply } from './support/server';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));

const session = (token: string, expiresInMs = 3_600_000): Session => ({
  token, expiresAtMs: serverNow() + expiresInMs, refreshToken: `refresh-${token}-000000000000`, personId: 'per_1',
});
const expired: Reply = { status: 401, body: { code: 'SESSION_EXPIRED', message: '登录过期了，重新登录就能继续。', retry: 'after-change' } };
const busy: Reply = { status: 503, body: { code: 'BUSY', message: '忙', retry: 'later', retryAfterMs: 1 } };
const failureOf = async (promise: Promise<unknown>): Promise<Failure> => promise.then(() => { throw new Error('it answered'); }, (error) => error);

beforeEach(() => {
  dropSession();
  localStorage.clear();
  jest.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => jest.restoreAllMocks());

test('path, query and headers come from the contract', async () => {
  keepSession(session('abc'));
  serve(() => ({ body: { dealId: 'deal_1' } }));
  await call('getDeal', { params: { dealId: 'deal_12345678' }, query: { lat: '30274100', lng: undefined } });
  expect(sent[0]).toMatchObject({ method: 'GET', url: '/api/deals/deal_12345678?lat=30274100' });
  expect(sent[0]!.headers).toMatchObject({ authorization: 'Bearer abc', 'accept-language': 'zh-CN' });
  expect(sent[0]!.body).toBeUndefined();
  expect(queryText({ q: '火锅 & 茶' })).toBe(`?q=${encodeURIComponent('火锅 & 茶')}`);
});

test('a public route never carries the token', async () => {
  keepSession(session('abc'));
  serve(() => ({ body: { expiresAtMs: 1 } }));
  await call('sendPhoneCode', { body: { phone: '13800000000' } });
  expect(sent[0]!.headers.authorization).toBeUndefined();
});

describe('session', () => {
  test('ten calls meeting an expired token renew it once and repeat', async () => {
    keepSession(session('old'));
    serve(async ({ url, headers }) => {
      if (url.endsWith('/refresh')) {
        await new Promise((resolve) => setTimeout(resolve, 5));
        return { body: session('new') };
      }
      return headers.authorization === 'Bearer new' ? { body: { items: [], nextCursor: null } } : expired;
    });
    await Promise.all(Array.from({ length: 10 }, () => call('listNotices')));
    expect(sent.filter(({ url }) => url.endsWith('/refresh'))).toHaveLength(1);
    expect(getSession()?.token).toBe('new');
  });

  test('a token about to end is renewed before the call', async () => {
    keepSession(session('ending', 10_000));
    serve(({ url }) => ({ body: url.endsWith('/refresh') ? session('fresh') : { items: [] } }));
    await call('listMyStores');
    expect(sent.map(({ url }) => url)).toEqual(['/api/sessions/refresh', '/api/staff/stores']);
  });

  test('a refused renewal forgets the session; a person route fails, an optional one goes on', async () => {
    keepSession(session('old'));
    serve(({ headers }) => (headers.authorization ? expired : { status: 401, body: { code: 'SESSION_EXPIRED', message: 'x', retry: 'after-change' } }));
    expect((await failureOf(call('getMe'))).code).toBe('SESSION_EXPIRED');
    expect(getSession()).toBeNull();

    keepSession(session('old'));
    serve(({ url, headers }) => (url.endsWith('/refresh') || headers.authorization ? expired : { body: { items: [], nextCursor: null } }));
    await expect(call('listDeals')).resolves.toEqual({ items: [], nextCursor: null });
  });

  test('A-22 a renewal whose answer was lost is sent again, from the same device', async () => {
    keepSession(session('old'));
    let lost = 0;
    serve(({ url, headers }) => {
      if (url.endsWith('/refresh')) return (lost += 1) === 1 ? { fail: 'offline' } : { body: session('new') };
      return headers.authorization === 'Bearer new' ? { body: { items: [], nextCursor: null } } : expired;
    });
    await call('listNotices');
    const renewals = sent.filter(({ url }) => url.endsWith('/refresh')).map(({ body }) => body);
    expect(renewals).toHaveLength(2);
    expect(renewals[1]).toEqual(renewals[0]);
    expect(JSON.parse(renewals[0] as string)).toEqual({ refreshToken: expect.any(String), deviceId: expect.stringMatching(/^[0-9A-Za-z_-]{8,64}$/) });
  });

  test('a renewal without an answer keeps the session', async () => {
    keepSession(session('old'));
    serve(({ url }) => (url.endsWith('/refresh') ? { fail: 'offline' } : expired));
    expect((await failureOf(call('getMe'))).code).toBe('OFFLINE');
    expect(getSession()?.token).toBe('old');
  });
});

describe('retries', () => {
  test('a GET is tried three times, then told', async () => {
    serve(() => ({ fail: 'timeout' }));
    const failure = await failureOf(call('listPlaces'));
    expect(failure).toMatchObject({ code: 'TIMEOUT', unknown: true });
    expect(sent).toHaveLength(3);
  });

  test('a POST without a key is never repeated', async () => {
    serve(() => busy);
    expect((await failureOf(call('sendPhoneCode', { body: { phone: '13800000000' } }))).code).toBe('BUSY');
    expect(sent).toHaveLength(1);
  });

  test('a POST with a key is repeated with the same key and body', async () => {
    keepSession(session('abc'));
    serve((_, nth) => (nth < 3 ? busy : { body: { withdrawalId: 'wdr_1' } }));
    await call('requestWithdrawal', { body: { amountFen: 100 }, idempotencyKey: 'k_12345678' });
    expect(sent).toHaveLength(3);
    expect(new Set(sent.map(({ headers, body }) => `${headers['idempotency-key']} ${body}`)).size).toBe(1);
  });

  test('a refusal is not repeated', async () => {
    serve(() => ({ status: 404, body: { code: 'NOT_FOUND', message: '没有找到。', retry: 'never' } }));
    const failure = await failureOf(call('getDeal', { params: { dealId: 'deal_12345678' }, query: {} }));
    expect(failure).toMatchObject({ code: 'NOT_FOUND', message: '没有找到。', retry: 'never', unknown: false });
    expect(sent).toHaveLength(1);
  });
});

test("a proxy's error page becomes a failure a person can read", async () => {
  serve(() => ({ status: 502, body: '<html>Bad gateway</html>' }));
  const failure = await failureOf(call('sendPhoneCode', { body: { phone: '13800000000' } }));
  expect(failure).toMatchObject({ code: 'INTERNAL', unknown: true });
  expect(failure.message).not.toMatch(/html|502/);
});

test("the server's clock is learned from an answer", async () => {
  const ahead = Date.now() + 7 * 86_400_000;
  serve(() => ({ body: {}, header: { 'x-juke-now': String(ahead) } }));
  await call('listPlaces');
  expect(Math.abs(serverNow() - ahead)).toBeLessThan(1_000);
});

describe('F-09 idempotency keys', () => {
  beforeEach(() => jest.restoreAllMocks());

  test('the same act keeps its key until answered; another input or a new act gets another', () => {
    const first = keyFor('order', { dealId: 'a', quantity: 1 });
    expect(first).toMatch(/^[0-9A-Za-z_-]{8,64}$/);
    expect(keyFor('order', { dealId: 'a', quantity: 1 })).toBe(first);
    const other = keyFor('order', { dealId: 'a', quantity: 2 });
    expect(other).not.toBe(first);
    dropKey('order');
    expect(keyFor('order', { dealId: 'a', quantity: 2 })).not.toBe(other);
  });

  test('it is on the device before anything is sent, and lives a day', () => {
    const key = keyFor('refund', 1);
    expect(localStorage.getItem('juke.keys')).toContain(key);
    jest.spyOn(Date, 'now').mockReturnValue(Date.now() + 25 * 3_600_000);
    expect(keyFor('refund', 1)).not.toBe(key);
  });
});

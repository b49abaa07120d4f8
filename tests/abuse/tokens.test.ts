/** Session tokens that are not ours, keys of others, hoarding, and text that is more than text.. */
import http from 'node:http';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as fc from 'fast-check';
import { HOARDING_MAX, HOARDING_WINDOW_MS } from '../../functions/contract/limits';
import { serveFiles } from '../../functions/host/files';
import { makeToken, readToken } from '../../functions/kernel';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { eventOf } from '../support/http';
import { buy, later, MINUTE, place, redeem, share } from '../support/trade';

let t: TestApp;
let m: Market;
let person: TestPerson;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market({ deal: { perPersonLimit: 99 } });
  person = await t.person('周屿');
});
afterAll(() => t.stop());

describe('A-23 a token', () => {
  const KEY = 'test-session-key-of-32-characters';
  const NOW = 1_800_000_000_000;
  const session = { personId: 'per_0', familyId: 'fam_0', deviceId: 'dev-00000001', isOperator: false, isRisky: false };
  const { token } = makeToken(KEY, session, NOW);
  const b64 = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  test('cut, changed, extended or made of garbage is nobody, and never throws', () => {
    expect(readToken(KEY, token, NOW)).toMatchObject(session);
    fc.assert(fc.property(fc.nat(token.length - 1), fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }), (at, char) => {
      fc.pre(token[at] !== char);
      const changed = `${token.slice(0, at)}${char}${token.slice(at + 1)}`;
      expect(readToken(KEY, changed, NOW)).toBeNull();
    }), { numRuns: 3_000 });
    fc.assert(fc.property(fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.base64String(), fc.array(fc.base64String(), { maxLength: 5 }).map((parts) => ['j1', ...parts].join('.'))), (any) => { expect(readToken(KEY, any, NOW)).toBeNull(); }), { numRuns: 3_000 });
    for (let length = 0; length < token.length; length += 1) expect(readToken(KEY, token.slice(0, length), NOW)).toBeNull();
  });
  test.each([
    ['algorithm none', `${b64({ alg: 'none', typ: 'JWT' })}.${b64({ p: 'per_0', o: 1, e: 9e15 })}.`],
    ['a JWT of HS256', `${b64({ alg: 'HS256' })}.${b64({ sub: 'per_0', aud: 'juke' })}.${token.split('.')[2]}`],
    ['no version', token.slice(3)], ['another version', token.replace('j1', 'j0')], ['an empty mac', `${token.split('.').slice(0, 2).join('.')}.`], ['a fourth part', `${token}.`],
  ])('with %s is NO_SESSION at the route', async (_, forged) => {
    expect(readToken(KEY, forged, NOW)).toBeNull();
    expect(await t.refused('getMe', { as: forged })).toMatchObject({ status: 401, code: 'NO_SESSION' });
  });
  test('any header at all is answered, never a bug', async () => {
    await fc.assert(fc.asyncProperty(fc.string({ unit: 'binary' }), fc.constantFrom('Bearer ', 'bearer ', 'Basic ', ''), async (text, kind) => {
      const result = await t.handler(eventOf({ method: 'GET', path: '/api/me', headers: { authorization: `${kind}${text}` } }));
      expect(result.statusCode).toBe(401);
    }), { numRuns: 200 });
  });
});

describe('A-24 A-25 I-22 idempotency keys', () => {
  const body = () => ({ dealId: m.dealId, quantity: 1, termsVersion: m.termsVersion, expectedPayableFen: 12_800, surface: 'weapp' as const });
  test('the same key of two people is two orders, and neither sees the other\'s', async () => {
    const [a, b] = [await t.person('甲'), await t.person('乙')];
    const [first, second] = [await t.ok('placeOrder', { as: a, key: 'one-key-for-both', body: body() }), await t.ok('placeOrder', { as: b, key: 'one-key-for-both', body: body() })];
    expect(second.orderId).not.toBe(first.orderId);
    expect(await t.refused('getOrder', { as: b, params: { orderId: first.orderId } })).toMatchObject({ code: 'NOT_FOUND' });
  });
  test('the same key and body is the same answer, also many at once; another body or route is KEY_REUSED', async () => {
    const a = await t.person('丙');
    const replies = await Promise.all(Array.from({ length: 8 }, () => t.handle('placeOrder', { as: a, key: 'pressed-eight-times', body: body() })));
    expect(new Set(replies.map((reply) => JSON.stringify(reply.body))).size).toBe(1);
    const [{ orderId }] = replies.map((reply) => reply.body) as [{ orderId: string }];
    expect((await t.db.query('SELECT FROM guest_order WHERE buyer_id = $1', [a.personId])).length).toBe(1);
    for (const more of [{ quantity: 2, expectedPayableFen: 25_600 }, { surface: 'h5' as const }]) {
      expect(await t.refused('placeOrder', { as: a, key: 'pressed-eight-times', body: { ...body(), ...more } })).toMatchObject({ status: 422, code: 'KEY_REUSED' });
    }
    expect(await t.refused('cancelOrder', { as: a, key: 'pressed-eight-times', params: { orderId } })).toMatchObject({ status: 422, code: 'KEY_REUSED' });
    expect((await t.ok('getOrder', { as: a, params: { orderId } })).row.state).toBe('unpaid');
  });
  test('a refusal may be decided again under the same key', async () => {
    const a = await t.person('丁');
    expect(await t.refused('placeOrder', { as: a, key: 'refused-at-first', body: { ...body(), expectedPayableFen: 1 } })).toMatchObject({ code: 'PRICE_CHANGED' });
    await t.ok('placeOrder', { as: a, key: 'refused-at-first', body: body() });
  });
});

test('A-34 one unpaid order a deal; who lets three expire waits an hour, and the stock is free again', async () => {
  const hoarder = await t.person('囤货的');
  for (let i = 0; i < HOARDING_MAX; i += 1) {
    await place(t, m, hoarder);
    expect(await t.refused('placeOrder', { as: hoarder, body: { dealId: m.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 12_800, surface: 'h5' } })).toMatchObject({ code: 'UNPAID_ORDER_EXISTS' });
    await later(t, 16 * MINUTE);
  }
  await expect(place(t, m, hoarder)).rejects.toThrow(/HOARDING/);
  const [stock] = await t.db.query<{ held: number }>('SELECT held FROM deal_stock WHERE deal_id = $1', [m.dealId]);
  expect(stock!.held).toBe(0);
  await t.moveTime(HOARDING_WINDOW_MS);
  await place(t, m, hoarder);
});

test('A-34 cancelling late is hoarding as well: stock is not kept by cancelling and ordering anew; who cancels soon does as they like', async () => {
  const cancel = async (who: TestPerson, afterMs: number) => {
    const { orderId } = await place(t, m, who);
    await t.moveTime(afterMs);
    await t.ok('cancelOrder', { as: who, params: { orderId } });
  };
  const [undecided, hoarder] = [await t.person('拿不定主意的'), await t.person('占着不买的')];
  for (let i = 0; i < HOARDING_MAX + 1; i += 1) await cancel(undecided, 4 * MINUTE);
  for (let i = 0; i < HOARDING_MAX; i += 1) await cancel(hoarder, 14 * MINUTE);
  await expect(place(t, m, hoarder)).rejects.toThrow(/HOARDING/);
  await t.moveTime(HOARDING_WINDOW_MS);
  await cancel(hoarder, 0);
});

test('A-34 who pays is no hoarder, however many orders were served within the hour', async () => {
  const regular = await t.person('常客');
  for (let i = 0; i < HOARDING_MAX + 1; i += 1) {
    const order = await buy(t, m, regular);
    await t.moveTime(6 * MINUTE);
    await redeem(t, m, order.voucherIds[0]!);
    await t.drain();
  }
  expect(await t.db.query("SELECT state, hoarded_at FROM guest_order WHERE buyer_id = $1 AND (state <> 'completed' OR hoarded_at IS NOT NULL)", [regular.personId])).toEqual([]);
  await place(t, m, regular);
});

describe('A-29 text of people', () => {
  const TAGS = ['<script>alert(1)</script>', '<img src=x onerror=alert(1)>', '"><svg onload=alert(1)>', '名字<b>粗</b>'];
  test.each(TAGS)('a name like %s is refused', async (name) => {
    expect(await t.refused('updateMe', { as: person, body: { name } })).toMatchObject({ code: expect.stringMatching(/CONTENT_REFUSED|BAD_INPUT/) });
    expect((await t.ok('getMe', { as: person })).name).toBe('周屿');
  });
  test('what WeChat\'s check calls 违规 is refused before anybody sees it', async () => {
    expect(await t.refused('updateMe', { as: person, body: { name: '违规昵称' } })).toMatchObject({ status: 409, code: 'CONTENT_REFUSED' });
    expect((await t.ok('getMe', { as: person })).name).toBe('周屿');
  });
  test('tags that are there already are told as the text they are, as JSON that no browser runs', async () => {
    const odd = await t.person('标签');
    await t.db.query('UPDATE person SET name = $2 WHERE person_id = $1', [odd.personId, TAGS[0]]);
    const token = await share(t, m, odd);
    const reply = await t.handle('openShare', { params: { token }, body: { surface: 'h5', visitorId: 'dev-any-00001' } });
    expect(reply.body.invite.sharer.name).toBe(TAGS[0]);
    expect(reply.headers).toMatchObject({ 'content-type': 'application/json; charset=utf-8', 'x-content-type-options': 'nosniff' });
  });
  test('the page allows scripts of its own and of WeChat only, no frame, no form elsewhere', async () => {
    const dir = mkdtempSync(join(tmpdir(), 'juke-h5-'));
    writeFileSync(join(dir, 'index.html'), '<!doctype html><title>聚客</title>');
    writeFileSync(join(dir, 'secret.txt'), 'x');
    const server = http.createServer(serveFiles(dir, dir)).listen(0, '127.0.0.1');
    try {
      await new Promise((done) => server.once('listening', done));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      for (const path of ['/', '/pages/deal/index?id=<script>', '/anything']) {
        const response = await fetch(url + path);
        const policy = response.headers.get('content-security-policy')!;
        const rules = Object.fromEntries(policy.split(';').map((rule) => [rule.trim().split(' ')[0], rule.trim().split(' ').slice(1)]));
        expect(rules).toMatchObject({ 'default-src': ["'self'"], 'script-src': ["'self'", 'https://res.wx.qq.com'], 'frame-ancestors': ["'none'"], 'base-uri': ["'self'"], 'form-action': ["'self'"] });
        expect(policy).not.toMatch(/script-src[^;]*(unsafe|\*|http:|data:)/);
        expect(response.headers.get('x-content-type-options')).toBe('nosniff');
        expect(await response.text()).not.toContain('<script>');
      }
      for (const path of ['/../package.json', '/%2e%2e/%2e%2e/etc/passwd', '/..%2f..%2fetc%2fpasswd', '/art/../../package.json', '/%00', '/%E0%A4%A']) {
        const text = await (await fetch(url + path)).text();
        expect([path, /root:|"name": "juke"/.test(text)]).toEqual([path, false]);
      }
    } finally {
      server.close();
      rmSync(dir, { recursive: true });
    }
  });
});

/**
 * Generated from the contract: what each route does with input that nobody should send. A clear refusal with its code, never
 * a 500, nothing changed., I-22. A new route is in here by itself.
 */
import * as z from 'zod';
import { errors } from '../../functions/contract/errors';
import { BODY_MAX_BYTES, BODY_MAX_DEPTH } from '../../functions/contract/limits';
import { pathOf, routes, type Route, type RouteName } from '../../functions/contract/routes';
import { shapes } from '../../functions/contract/shapes';
import { startTestApp, type Reply, type TestApp } from '../support/app';
import { eventOf } from '../support/http';
import { cases, changedTables, fingerprint, makeWorld, type Case, type World } from '../support/every-route';

jest.mock('../../functions/kernel/rate', () => ({ takeRate: () => undefined }));

let t: TestApp;
let w: World;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  w = await makeWorld(t);
  // Nothing may arrive by itself while it is looked at what changed.
  await t.sandbox!.control('faults', { notices: { hold: true } });
});
afterAll(() => t.stop());

const names = Object.keys(routes) as RouteName[];
const hasBody = (name: RouteName) => (routes[name] as Route).method !== 'GET';
const key = () => `key-${Math.random().toString(36).slice(2).padEnd(12, '0')}`;

/** Sends a body as it is, with the session that the route wants. */
async function send(name: RouteName, { by, params }: Case, rawBody: string | undefined, more: { key?: string | null; query?: Record<string, string> } = {}): Promise<Reply> {
  const idempotency = more.key === undefined && (routes[name] as Route).money ? key() : more.key;
  const headers = { ...(by ? { authorization: `Bearer ${by.token}` } : {}), ...(idempotency ? { 'idempotency-key': idempotency } : {}) };
  const result = await t.handler(eventOf({ method: routes[name].method, path: pathOf(name, params as Record<string, string>), headers, rawBody, query: more.query }));
  return { status: result.statusCode!, body: result.body ? JSON.parse(result.body) : undefined, headers: result.headers! };
}

/** All of these are refused with this code and leave everything as it was. */
async function areRefused(name: RouteName, code: string, tries: [string, () => Promise<Reply>][]): Promise<void> {
  const before = await fingerprint(t);
  const wrong: unknown[] = [];
  for (const [what, attempt] of tries) {
    const reply = await attempt();
    if (reply.body?.code !== code || reply.status !== errors[code as 'BAD_INPUT'].status || typeof reply.body.message !== 'string') wrong.push([what, reply.status, reply.body?.code, reply.body?.details]);
  }
  expect({ name, wrong, changed: changedTables(before, await fingerprint(t)) }).toEqual({ name, wrong: [], changed: [] });
}

describe('A-40 a body that is none', () => {
  const deep = (levels: number) => `${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`;
  test.each(names)('%s', async (name) => {
    const a = await cases[name](w);
    const valid = JSON.stringify(a.body ?? {});
    const inside = (more: string) => (valid === '{}' ? `{${more}}` : `${valid.slice(0, -1)},${more}}`);
    await areRefused(name, 'BAD_INPUT', [
      ...['[]', '[{}]', '"text"', '1', 'true', 'null', 'NaN', '{', '{"a":}', '<a/>', '\u0000', `${valid}}`, 'a=1&b=2'].map((raw): [string, () => Promise<Reply>] => [raw, () => send(name, a, raw)]),
      ['deep', () => send(name, a, inside(`"deep":${deep(BODY_MAX_DEPTH + 1)}`))],
      ['very deep', () => send(name, a, deep(10_000))],
      ['deep arrays', () => send(name, a, inside(`"deep":${'['.repeat(20_000)}${']'.repeat(20_000)}`))],
      ...['__proto__', 'constructor', 'prototype'].map((name_): [string, () => Promise<Reply>] => [name_, () => send(name, a, inside(`"${name_}":{"isOperator":true}`))]),
      ['nested __proto__', () => send(name, a, inside('"a":{"__proto__":{"isOperator":true}}'))],
    ]);
    await areRefused(name, 'TOO_LARGE', [
      ['64 KB and one byte', () => send(name, a, `{"a":"${'x'.repeat(BODY_MAX_BYTES - 7)}"}`)],
      ['more than 64 KB in bytes, fewer in characters', () => send(name, a, `{"a":"${'好'.repeat(BODY_MAX_BYTES / 3)}"}`)],
      ['a megabyte', () => send(name, a, `{"a":"${'x'.repeat(1_000_000)}"}`)],
    ]);
    expect(({} as { isOperator?: boolean }).isOperator).toBeUndefined();
  });
});

describe('A-16 A-17 a field that nobody asked for', () => {
  const EXTRA = ['price', 'priceFen', 'payableFen', 'discountFen', 'feeFen', 'status', 'state', 'role', 'isOperator', 'merchantId', 'personId', 'openid', 'phoneNumber', 'balance', 'buyerId', 'orderId', 'paidFen', 'x'];
  test.each(names)('%s', async (name) => {
    const a = await cases[name](w);
    const extra = EXTRA.filter((field) => !(field in ((a.body as object | undefined) ?? {})) && !knownKeys(name).includes(field));
    await areRefused(name, 'BAD_INPUT', [
      ...extra.map((field): [string, () => Promise<Reply>] => [field, () => send(name, a, JSON.stringify({ ...(a.body as object), [field]: 1 }))]),
      ...['x', 'sort', 'where', 'isOperator', '__proto__', 'constructor', 'toString'].filter((field) => !queryKeys(name).includes(field))
        .map((field): [string, () => Promise<Reply>] => [`?${field}`, () => send(name, a, a.body === undefined ? undefined : JSON.stringify(a.body), { query: { [field]: '1; DROP TABLE person' } })]),
    ]);
  });
});
const keysOf = (shape: z.ZodType): string[] => (shape instanceof z.ZodObject ? Object.keys(shape.shape) : shape instanceof z.ZodUnion ? shape.options.flatMap((option) => keysOf(option as z.ZodType)) : []);
const knownKeys = (name: RouteName) => keysOf(shapes[name].body);
const queryKeys = (name: RouteName) => keysOf(shapes[name].query);

/** Raw JSON of values that are wrong nearly everywhere. */
const HOSTILE = [
  'null', 'true', '[]', '{}', '[1]', '{"a":1}', '""', '" "', '"1"', '"-1"', '-1', '0', '0.5', '1.5', '-0', '100', '1e21', '1e400', '-1e400', '9007199254740993', '2147483648', '9007199254740991', '-9007199254740991',
  '"NaN"', '"Infinity"', '"\\u0000"', '"a\\u0000b"', '"\\ud800"', '"a\\udc00b"', '"\\u202e倒"', '"1 OR 1=1"', '"\'; DROP TABLE person; --"', '"$1"', '"%"', '"<script>alert(1)</script>"', '"../../etc/passwd"',
  '"ord_000000000000000000000000"', '"deal_00000000000000000000"', `"${'x'.repeat(5_000)}"`, `"${'好'.repeat(600)}"`, `[${'"x",'.repeat(2_000)}"x"]`,
];
describe('A-15 a field with a value that is none', () => {
  test.each(names.filter((name) => hasBody(name) && knownKeys(name).length > 0))('%s', async (name) => {
    const a = await cases[name](w);
    const base = a.body as Record<string, unknown>;
    const refused: [string, () => Promise<Reply>][] = [];
    const odd: typeof refused = [];
    for (const field of knownKeys(name)) {
      for (const raw of HOSTILE) {
        const rest = JSON.stringify({ ...base, [field]: undefined });
        const text = `${rest === '{}' ? '{' : `${rest.slice(0, -1)},`}"${field}":${raw}}`;
        const attempt = () => send(name, a, text);
        if (!shapes[name].body.safeParse(JSON.parse(text)).success || /\\u0000|\\ud800|\\udc00/.test(raw)) refused.push([`${field}: ${raw.slice(0, 40)}`, attempt]);
        else odd.push([`${field}: ${raw.slice(0, 40)}`, attempt]);
      }
      const without = JSON.stringify({ ...base, [field]: undefined });
      if (!shapes[name].body.safeParse(JSON.parse(without)).success) refused.push([`no ${field}`, () => send(name, a, without)]);
    }
    await areRefused(name, 'BAD_INPUT', refused);
    for (const [what, attempt] of odd) await isNoBug(name, what, attempt);
    expect(refused.length).toBeGreaterThan(10);
  });
});
/** Odd, but of the right shape: a business answer or refusal, whatever it is. */
async function isNoBug(name: RouteName, what: string, attempt: () => Promise<Reply>): Promise<void> {
  const reply = await attempt();
  const isKnown = reply.status === 200 || (reply.body?.code in errors && reply.body.code !== 'INTERNAL' && reply.status === errors[reply.body.code as 'BUSY'].status);
  expect([name, what, isKnown ? 'known' : [reply.status, reply.body]]).toEqual([name, what, 'known']);
}

test('A-15 quantities are whole, positive and at most 99', async () => {
  const body = { dealId: w.mine.dealId, termsVersion: 1, expectedPayableFen: 12_800, surface: 'h5' };
  const raw = ['-1', '0', '0.5', '1.0000001', '100', '1e9', '1e400', '"1"', 'null', '[1]', '{"$gt":0}', 'true'];
  for (const name of ['placeOrder', 'quoteOrder'] as const) {
    const rest = JSON.stringify(name === 'placeOrder' ? body : { dealId: body.dealId }).slice(0, -1);
    await areRefused(name, 'BAD_INPUT', raw.map((quantity) => [quantity, () => send(name, { by: w.guest }, `${rest},"quantity":${quantity}}`)]));
  }
});

describe('A-32 A-39 a query, a cursor or a path that is none', () => {
  const TEXTS = ["1' OR '1'='1", '1; DROP TABLE person; --', 'price; SELECT pg_sleep(5)', 'near DESC', '%', '_', '\\', '\u0000', 'a\u0000b', '\ud800', '$1', '', ' ', '-1', '0', '1.5', '1e3', '99999999999999999999', 'NaN', 'null', '[]', '{}', 'x'.repeat(3_000), '火锅'.repeat(30), '<b>', "o'k"];
  test.each(names.filter((name) => queryKeys(name).length > 0))('%s: query', async (name) => {
    const a = await cases[name](w);
    const refused: [string, () => Promise<Reply>][] = [];
    for (const field of queryKeys(name)) {
      for (const text of TEXTS) {
        const query = { [field]: text };
        const attempt = () => send(name, a, undefined, { query });
        // eslint-disable-next-line no-control-regex
        if (!shapes[name].query.safeParse(query).success || /[\u0000\ud800]/.test(text)) refused.push([`${field}=${text.slice(0, 30)}`, attempt]);
        else await isNoBug(name, `${field}=${text.slice(0, 30)}`, attempt);
      }
    }
    await areRefused(name, 'BAD_INPUT', refused);
    expect(refused.length).toBeGreaterThan(8);
  });
  test.each(names.filter((name) => queryKeys(name).includes('cursor')))('%s: only its own cursors', async (name) => {
    const a = await cases[name](w);
    await areRefused(name, 'BAD_INPUT', ['x', 'o', 'o-1', 'o99999', '1', '.', '1.', '.x', '-1.x', '1.X', '1:2', '9999999999999999999.x'].map((cursor) => [cursor, () => send(name, a, undefined, { query: { cursor } })]));
    for (const cursor of ['999999999999999999.zz', '0.0', 'o9999']) await isNoBug(name, cursor, () => send(name, a, undefined, { query: { cursor } }));
    await areRefused(name, 'BAD_INPUT', ['0', '51', '-1', '1e1', '999999999999'].map((limit) => [limit, () => send(name, a, undefined, { query: { limit } })]));
  });
  test.each(names.filter((name) => routes[name].path.includes(':')))('%s: path', async (name) => {
    const a = await cases[name](w);
    const own = a.params as Record<string, string>;
    for (const field of Object.keys(own)) {
      // A store decides about the role before anything is looked for; both say nothing about what exists.
      const code = 'NOT_FOUND';
      const texts = ["' OR 1=1 --", '..', '%00', '\u0000', 'x'.repeat(2_000), '*', 'null', `${own[field]}'`, own[field]!.toUpperCase(), ` ${own[field]}`, `${own[field]}/x`.replace('/', '%2F')];
      await areRefused(name, code, texts.map((text) => [`${field}=${text.slice(0, 30)}`, () => send(name, { ...a, params: { ...own, [field]: text } }, a.body === undefined ? undefined : JSON.stringify(a.body))]));
    }
  });
});

describe('I-22 idempotency keys', () => {
  test.each(names.filter((name) => (routes[name] as Route).money))('%s: KEY_REQUIRED without one, BAD_INPUT with a strange one', async (name) => {
    const a = await cases[name](w);
    const raw = a.body === undefined ? undefined : JSON.stringify(a.body);
    await areRefused(name, 'KEY_REQUIRED', [['none', () => send(name, a, raw, { key: null })], ['empty', () => send(name, a, raw, { key: '' })]]);
    await areRefused(name, 'BAD_INPUT', ['short', 'x'.repeat(65), 'with space', "key-'; DROP TABLE", 'key-中文中文中文'].map((strange) => [strange, () => send(name, a, raw, { key: strange })]));
  });
});

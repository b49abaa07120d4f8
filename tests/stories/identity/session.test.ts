/** Signing in, renewing, ending. A-10, A-17, A-21, A-22, A-23, A-39, F-25. */
import { createHmac } from 'node:crypto';
import { PHONE_CODE_MS, PHONE_CODES_ALL_PER_HOUR, REFRESH_AGAIN_MS, REFRESH_MS, RISK_RANK_HIGH, SESSION_LEEWAY_MS, SESSION_MS } from '../../../functions/contract/limits';
import { makeToken, type Session } from '../../../functions/kernel';
import { readToken } from '../../../functions/kernel/session';
import { startTestApp, type TestApp } from '../../support/app';
import { newPhone } from '../../support/person';

let t: TestApp;
beforeAll(async () => { t = await startTestApp({ sandbox: true }); });
afterAll(() => t.stop());

const deviceId = 'dev-test-0001';
const codeFor = async (phone: string): Promise<string> => {
  const inbox = (await (await fetch(`${t.sandbox!.url}/sandbox/sms.json?phone=${phone}`)).json()) as { messages: { text: string }[] };
  return /\d{6}/.exec(inbox.messages[0]!.text)![0];
};
const wechatCode = async (user: string) => (await t.sandbox!.control<{ code: string; openid: string }>('wx/login', { user })).code;
const loginWechat = async (user: string) => t.ok('loginWechat', { body: { code: await wechatCode(user), deviceId } });
async function loginPhone(phone: string) {
  await t.ok('sendPhoneCode', { body: { phone } });
  return t.ok('loginPhone', { body: { phone, code: await codeFor(phone), deviceId } });
}

describe('WeChat', () => {
  test('the code is exchanged on the server; the same WeChat is the same person', async () => {
    const first = await loginWechat('甲');
    const again = await loginWechat('甲');
    expect(again.personId).toBe(first.personId);
    expect(await t.ok('getMe', { as: first.token })).toMatchObject({ hasWechat: true, phoneMasked: null, name: expect.stringMatching(/^食客 \d{4}$/), isOperator: false });
  });

  test('A-21 a code works once, a made-up one never, and openid is no input', async () => {
    const code = await wechatCode('乙');
    await t.ok('loginWechat', { body: { code, deviceId } });
    expect(await t.refused('loginWechat', { body: { code, deviceId } })).toMatchObject({ status: 409, code: 'WECHAT_CODE_INVALID' });
    expect(await t.refused('loginWechat', { body: { code: 'nonsense', deviceId } })).toMatchObject({ code: 'WECHAT_CODE_INVALID' });
    expect(await t.refused('loginWechat', { body: { code: await wechatCode('乙'), deviceId, openid: 'oOther' } })).toMatchObject({ status: 400, code: 'BAD_INPUT' });
  });

  test('A-21 the session key stays here: no answer carries it', async () => {
    const session = await loginWechat('丙');
    const [row] = await t.db.query<{ key: string }>('SELECT session_key AS key FROM wechat_session ORDER BY updated_at DESC LIMIT 1');
    expect(JSON.stringify([session, await t.ok('getMe', { as: session.token }), await t.ok('exportMe', { as: session.token })])).not.toContain(row!.key);
  });

  test('ten first sign-ins at once make one person', async () => {
    const codes = await Promise.all(Array.from({ length: 10 }, () => wechatCode('同时')));
    const sessions = await Promise.all(codes.map((code) => t.ok('loginWechat', { body: { code, deviceId } })));
    expect(new Set(sessions.map((session) => session.personId)).size).toBe(1);
  });
});

describe('A-35 how risky WeChat thinks a person is', () => {
  const isRisky = (token: string) => (readToken(t.app.config.sessionKey, token, t.app.clock.nowMs()) as Session).isRisky;
  const rank = async (user: string, riskRank: number) => void (await t.sandbox!.control('wx/risk', { user, riskRank }));
  afterEach(() => t.sandbox!.control('faults', { reset: true }));

  test('is asked at each sign-in, goes with the session and its renewals, and is forgiven when WeChat forgives', async () => {
    await loginWechat('丁');
    await rank('丁', RISK_RANK_HIGH);
    const session = await loginWechat('丁');
    expect(isRisky(session.token)).toBe(true);
    expect((await t.ok('exportMe', { as: session.token })).wechat).toEqual([expect.objectContaining({ risk_rank: RISK_RANK_HIGH })]);
    expect(isRisky((await t.ok('refreshSession', { body: { refreshToken: session.refreshToken, deviceId } })).token)).toBe(true);
    await rank('丁', RISK_RANK_HIGH - 1);
    expect(isRisky((await loginWechat('丁')).token)).toBe(false);
  });

  test('goes with the account: a phone that is added, or signed in with, does not wash it off', async () => {
    await loginWechat('戊');
    await rank('戊', RISK_RANK_HIGH);
    const session = await loginWechat('戊');
    const phone = newPhone();
    await t.ok('sendPhoneCode', { body: { phone } });
    expect(isRisky((await t.ok('verifyPhone', { as: session.token, body: { phone, code: await codeFor(phone) } })).token)).toBe(true);
    await t.moveTime(PHONE_CODE_MS);
    expect(isRisky((await loginPhone(phone)).token)).toBe(true);
  });

  test.each(['http500', 'latency'])('no answer (%s) holds nobody up, and what was known stays', async (fault) => {
    await t.sandbox!.control('faults', { endpoint: 'wxRisk', fault, times: 9, latencyMs: 3_000 });
    expect(isRisky((await loginWechat(`己${fault}`)).token)).toBe(false);
    await t.sandbox!.control('faults', { reset: true });
    await rank(`己${fault}`, RISK_RANK_HIGH);
    expect(isRisky((await loginWechat(`己${fault}`)).token)).toBe(true);
    await t.sandbox!.control('faults', { endpoint: 'wxRisk', fault, times: 9, latencyMs: 3_000 });
    expect(isRisky((await loginWechat(`己${fault}`)).token)).toBe(true);
  });
});

describe('phone', () => {
  test('code by SMS, once', async () => {
    const phone = newPhone();
    const session = await loginPhone(phone);
    expect(await t.ok('getMe', { as: session.token })).toMatchObject({ phoneMasked: `${phone.slice(0, 3)}****${phone.slice(-4)}`, hasWechat: false });
    expect(await t.refused('loginPhone', { body: { phone, code: await codeFor(phone), deviceId } })).toMatchObject({ status: 409, code: 'PHONE_CODE_WRONG' });
    expect((await loginPhone(phone)).personId).toBe(session.personId);
  });

  test('A-10 five tries, also at once, then the right code is wrong too', async () => {
    const phone = newPhone();
    await t.ok('sendPhoneCode', { body: { phone } });
    const right = await codeFor(phone);
    const wrong = right === '000000' ? '000001' : '000000';
    const tries = await Promise.all(Array.from({ length: 5 }, () => t.refused('loginPhone', { body: { phone, code: wrong, deviceId } })));
    expect(tries.map((refusal) => refusal.code)).toEqual(Array(5).fill('PHONE_CODE_WRONG'));
    expect(await t.refused('loginPhone', { body: { phone, code: right, deviceId } })).toMatchObject({ code: 'PHONE_CODE_WRONG' });
  });

  test('F-25 a code ends by the database clock', async () => {
    const phone = newPhone();
    await t.ok('sendPhoneCode', { body: { phone } });
    await t.moveTime(PHONE_CODE_MS);
    expect(await t.refused('loginPhone', { body: { phone, code: await codeFor(phone), deviceId } })).toMatchObject({ code: 'PHONE_CODE_WRONG' });
  });

  test('five codes an hour for a phone, exact under a burst; an hour later again', async () => {
    const phone = newPhone();
    const replies = await Promise.all(Array.from({ length: 12 }, () => t.handle('sendPhoneCode', { body: { phone } })));
    expect(replies.filter((reply) => reply.status === 200)).toHaveLength(5);
    expect(replies.filter((reply) => reply.body.code === 'PHONE_CODE_TOO_MANY')).toHaveLength(7);
    await t.moveTime(3_600_000);
    await t.ok('sendPhoneCode', { body: { phone } });
  });

  test('A-35 all phones together: the last codes of the hour go out once each, then none, in words and with an alarm; within the hour again', async () => {
    const sent = (n: number) => t.db.query('INSERT INTO phone_code_pace (window_at, sent) VALUES (juke_now(), $1) ON CONFLICT (one) DO UPDATE SET window_at = excluded.window_at, sent = excluded.sent', [n]);
    const alarms = async () => (await t.db.query<{ kind: string }>("SELECT kind FROM alarm WHERE kind LIKE 'phone_code.%' ORDER BY kind")).map((row) => row.kind);
    await sent(PHONE_CODES_ALL_PER_HOUR / 2 - 1);
    await t.ok('sendPhoneCode', { body: { phone: newPhone() } });
    expect(await alarms()).toEqual(['phone_code.many']);
    await sent(PHONE_CODES_ALL_PER_HOUR - 3);
    const phones = Array.from({ length: 12 }, newPhone);
    const replies = await Promise.all(phones.map((phone) => t.handle('sendPhoneCode', { body: { phone } })));
    expect(replies.map((reply) => reply.body.code ?? 'ok').sort()).toEqual([...Array(9).fill('PHONE_CODES_STOPPED'), ...Array(3).fill('ok')]);
    expect(await alarms()).toEqual(['phone_code.many', 'phone_code.stopped']);
    // A refusal is none of the phone's own five.
    const waiting = phones[replies.findIndex((reply) => reply.status !== 200)]!;
    expect(await t.db.query('SELECT sent FROM phone_code WHERE phone = $1', [waiting])).toEqual([]);
    await t.moveTime(3_600_000);
    await t.ok('sendPhoneCode', { body: { phone: waiting } });
  });

  test('A-39 a known and an unknown number are answered alike', async () => {
    const known = newPhone();
    await loginPhone(known);
    const [a, b] = [await t.handle('sendPhoneCode', { body: { phone: known } }), await t.handle('sendPhoneCode', { body: { phone: newPhone() } })];
    expect([a!.status, Object.keys(a!.body)]).toEqual([b!.status, Object.keys(b!.body)]);
  });

  test('the code is not in the database as itself', async () => {
    const phone = newPhone();
    await t.ok('sendPhoneCode', { body: { phone } });
    const code = await codeFor(phone);
    const [row] = await t.db.query('SELECT * FROM phone_code WHERE phone = $1', [phone]);
    expect(JSON.stringify(row)).not.toContain(code);
  });

  test('the gateway is down: said so, and nobody is charged for it', async () => {
    const broken = await startTestApp();
    try {
      expect(await broken.refused('sendPhoneCode', { body: { phone: newPhone() } })).toMatchObject({ status: 503, code: 'BUSY' });
    } finally {
      await broken.stop();
    }
  });
});

describe('sessions', () => {
  const renew = (refreshToken: string, device = deviceId) => t.handle('refreshSession', { body: { refreshToken, deviceId: device } });
  const alarms = async (token: string) => (await t.db.query('SELECT FROM alarm WHERE kind = $1 AND subject = $2', ['session.reused', token.split('.')[0]])).length;

  test('A-22 a refresh token is spent once; one that comes back later ends the whole sign-in', async () => {
    const first = await loginWechat('换');
    const second = await t.ok('refreshSession', { body: { refreshToken: first.refreshToken, deviceId } });
    expect(second.personId).toBe(first.personId);
    expect(second.refreshToken).not.toBe(first.refreshToken);
    await t.moveTime(REFRESH_AGAIN_MS);
    expect(await renew(first.refreshToken)).toMatchObject({ status: 401, body: { code: 'SESSION_EXPIRED' } });
    expect(await renew(second.refreshToken)).toMatchObject({ body: { code: 'SESSION_EXPIRED' } });
    expect(await alarms(first.refreshToken)).toBe(1);
    // Another sign-in of the same person goes on.
    const other = await loginWechat('换');
    expect((await renew(other.refreshToken)).status).toBe(200);
  });

  test('A-22 F-22 an answer that was lost is given again: the same device, within half a minute, the same token', async () => {
    const { refreshToken } = await loginWechat('断');
    const replies = await Promise.all([1, 2, 3].map(() => renew(refreshToken)));
    expect(replies.map((reply) => reply.status)).toEqual([200, 200, 200]);
    const [next] = replies.map((reply) => reply.body.refreshToken);
    await t.moveTime(REFRESH_AGAIN_MS - 2_000);
    expect((await renew(refreshToken)).body.refreshToken).toBe(next);
    expect(new Set(replies.map((reply) => reply.body.refreshToken))).toEqual(new Set([next]));
    await t.ok('getMe', { as: (await renew(next)).body.token });
    // Only the last one: what was spent before it was not lost.
    expect((await renew(refreshToken)).status).toBe(401);
    expect(await alarms(refreshToken)).toBe(1);
  });

  test('A-22 on another device it is a theft at once; a thief who was as quick is noticed when the next one comes twice', async () => {
    const stolen = await loginWechat('偷');
    expect((await renew(stolen.refreshToken)).status).toBe(200);
    expect((await renew(stolen.refreshToken, 'dev-thief-001')).status).toBe(401);
    expect(await alarms(stolen.refreshToken)).toBe(1);

    const copied = await loginWechat('抄');
    const [mine, theirs] = await Promise.all([renew(copied.refreshToken), renew(copied.refreshToken)]);
    expect((await renew(mine!.body.refreshToken)).status).toBe(200);
    await t.moveTime(SESSION_MS);
    expect((await renew(theirs!.body.refreshToken)).status).toBe(401);
    expect(await alarms(copied.refreshToken)).toBe(1);
  });

  test('A-22 a made-up token with the name of somebody\'s sign-in is just wrong: it ends nothing', async () => {
    const { refreshToken } = await loginWechat('猜');
    const [family] = refreshToken.split('.');
    expect((await renew(`${family}.${'0'.repeat(32)}`)).status).toBe(401);
    expect(await alarms(refreshToken)).toBe(0);
    expect((await renew(refreshToken)).status).toBe(200);
  });

  test('A-22 I-25 a sign-in that nobody renewed is over, half-open by the database clock', async () => {
    const [soon, late] = [await loginWechat('早'), await loginWechat('晚')];
    await t.moveTime(REFRESH_MS - 60_000);
    const again = await renew(soon.refreshToken);
    expect(again.status).toBe(200);
    await t.moveTime(60_000);
    expect((await renew(late.refreshToken)).status).toBe(401);
    expect((await renew(again.body.refreshToken)).status).toBe(200); // renewed, it has its time anew
  });

  test('A-22 an answer is given again only as it was: by a server with another key it would be a token that opens nothing', async () => {
    const { refreshToken } = await loginWechat('换钥');
    const next = await renew(refreshToken);
    const key = t.app.config.sessionKey;
    t.app.config.sessionKey = `${key.slice(0, -1)}!`;
    const other = await renew(refreshToken).finally(() => { t.app.config.sessionKey = key; });
    expect([next.status, other.status]).toEqual([200, 401]);
  });

  test('A-22 after logout neither refresh nor a route that moves money works, nor the copy of all data', async () => {
    const session = await loginWechat('走');
    await t.ok('logout', { as: session.token });
    expect(await t.refused('refreshSession', { body: { refreshToken: session.refreshToken, deviceId } })).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(await t.refused('exportMe', { as: session.token })).toMatchObject({ code: 'SESSION_EXPIRED' });
    const operator = await t.person('退出的运营', { operator: true });
    await t.ok('logout', { as: operator });
    expect(await t.refused('createMerchant', { as: operator, body: { name: '店', subMchid: '1234567890', category: 'food', logoInk: '#000000' } })).toMatchObject({ code: 'SESSION_EXPIRED' });
  });

  test('A-22, F-25 a token is short-lived by the database clock, with a minute of leeway', async () => {
    const { token } = await loginWechat('短');
    await t.moveTime(SESSION_MS + SESSION_LEEWAY_MS - 2_000);
    await t.ok('getMe', { as: token });
    await t.moveTime(2_000);
    expect(await t.refused('getMe', { as: token })).toMatchObject({ status: 401, code: 'SESSION_EXPIRED' });
  });

  test('A-23 no other algorithm, audience, key or version', async () => {
    const person = await t.person('令牌');
    const [, payload, mac] = person.token.split('.');
    const sign = (key: string, text: string) => createHmac('sha256', key).update(text).digest('base64url');
    const more = Buffer.from(JSON.stringify({ p: person.personId, f: person.familyId, d: 'd', o: 1, e: 9e15 })).toString('base64url');
    const forged = [
      `none.${payload}.`, `j1.${payload}.`, `j1.${payload}`, `j2.${payload}.${mac}`, `j1.${more}.${mac}`, `j1.${payload}.${mac}.x`,
      `j1.${payload}.${sign(t.app.config.sessionKey, payload!)}`, `j1.${payload}.${sign(t.app.config.sessionKey, `juke-other:${payload}`)}`,
      makeToken('another-session-key-of-32-charact', { ...person, isOperator: true }, t.app.clock.nowMs()).token,
      `${Buffer.from('{"alg":"none"}').toString('base64url')}.${payload}.`,
    ];
    for (const token of forged) expect(await t.refused('getMe', { as: token })).toMatchObject({ status: 401 });
  });

  test('A-17 nobody becomes an operator or staff by asking', async () => {
    const person = await t.person('想当运营');
    for (const extra of [{ isOperator: true }, { role: 'manager' }, { merchantId: 'mch_000000000' }, { personId: 'per_000000000' }, { balance: 1 }]) {
      expect(await t.refused('updateMe', { as: person, body: { name: '新名', ...extra } })).toMatchObject({ status: 400, code: 'BAD_INPUT' });
    }
    expect(await t.ok('getMe', { as: person })).toMatchObject({ isOperator: false, isStaff: false, name: '想当运营' });
    expect(await t.refused('createMerchant', { as: person, body: { name: '店', subMchid: '1234567890', category: 'food', logoInk: '#000000' } })).toMatchObject({ status: 403, code: 'NOT_ALLOWED' });
  });
});

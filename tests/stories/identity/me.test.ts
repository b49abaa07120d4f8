/** One's own account: name, picture, consents, notices, deletion; the demo's controls., I-25, I-28. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findFingerprint, findPeople, findSubscriber } from '../../../functions/identity';
import { startTestApp, type TestApp } from '../../support/app';
import { eventOf } from '../../support/http';
import { account, buy, DAY, later, redeem, share } from '../../support/trade';

const TEMPLATE = 'tmpl-order-paid';
let t: TestApp;
beforeEach(async () => { t = await startTestApp({ sandbox: true, config: { subscribeTemplates: [TEMPLATE] } }); });
afterEach(() => t.stop());

const consentOf = (openid: string) => t.sandbox!.control('wx/subscribe', { openid, template_ids: [TEMPLATE] });

/** A small real JPEG: one grey pixel. */
const JPEG = Buffer.from('/9j/4AAQSkZJRgABAQEAYABgAAD/2wBDAAgGBgcGBQgHBwcJCQgKDBQNDAsLDBkSEw8UHRofHh0aHBwgJC4nICIsIxwcKDcpLDAxNDQ0Hyc5PTgyPC4zNDL/wAALCAABAAEBAREA/8QAHwAAAQUBAQEBAQEAAAAAAAAAAAECAwQFBgcICQoL/8QAtRAAAgEDAwIEAwUFBAQAAAF9AQIDAAQRBRIhMUEGE1FhByJxFDKBkaEII0KxwRVS0fAkM2JyggkKFhcYGRolJicoKSo0NTY3ODk6Q0RFRkdISUpTVFVWV1hZWmNkZWZnaGlqc3R1dnd4eXqDhIWGh4iJipKTlJWWl5iZmqKjpKWmp6ipqrKztLW2t7i5usLDxMXGx8jJytLT1NXW19jZ2uHi4+Tl5ufo6erx8vP09fb3+Pn6/9oACAEBAAA/AP/Z', 'base64');

describe('name and picture', () => {
  test('A-29 a name is checked before others see it', async () => {
    const person = await t.person('旧名');
    expect(await t.ok('updateMe', { as: person, body: { name: '  林小满 ', language: 'en' } })).toMatchObject({ name: '林小满', language: 'en' });
    for (const name of ['<img src=x>', '聚客客服', '加微 jk888', '藏\u200b字']) expect(await t.refused('updateMe', { as: person, body: { name } })).toMatchObject({ status: 409, code: 'CONTENT_REFUSED' });
    expect(await t.refused('updateMe', { as: person, body: { name: '' } })).toMatchObject({ status: 400 });
    expect(await t.refused('updateMe', { as: person, body: { name: '长'.repeat(25) } })).toMatchObject({ status: 400 });
    expect(await findPeople(t.db, [person.personId])).toEqual([{ personId: person.personId, name: '林小满', avatarUrl: '/art/avatar-0.svg', earns: true }]);
  });

  test('A-29 what WeChat finds risky is refused; WeChat away is no pass', async () => {
    const person = await t.person('旧名');
    expect(await t.refused('updateMe', { as: person, body: { name: '违规名字' } })).toMatchObject({ code: 'CONTENT_REFUSED' });
    await t.sandbox!.control('faults', { endpoints: [{ endpoint: 'wxCheck', fault: 'http500', times: 5 }] });
    expect(await t.refused('updateMe', { as: person, body: { name: '好名字' } })).toMatchObject({ status: 503 });
    expect((await findPeople(t.db, [person.personId]))[0]!.name).toBe('旧名');
  });

  test('A-29 only our own or one\'s own picture', async () => {
    const person = await t.person('甲');
    const other = await t.person('乙');
    const place = await t.ok('createUpload', { as: other, body: { contentType: 'image/jpeg', bytes: JPEG.length } });
    for (const avatarUrl of ['https://evil.example/x.png', '/art/../x', 'javascript:alert(1)', place.mediaUrl]) {
      expect(await t.refused('updateMe', { as: person, body: { avatarUrl } })).toMatchObject({ status: 400, code: 'BAD_INPUT' });
    }
    expect(await t.ok('updateMe', { as: other, body: { avatarUrl: place.mediaUrl } })).toMatchObject({ avatarUrl: place.mediaUrl });
    // One's own that WeChat found risky is none.
    await t.db.query("UPDATE media SET state = 'refused' WHERE owner_id = $1", [other.personId]);
    expect(await t.refused('updateMe', { as: other, body: { avatarUrl: place.mediaUrl } })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await t.ok('updateMe', { as: person, body: { avatarUrl: '/art/avatar-7.svg' } })).toMatchObject({ avatarUrl: '/art/avatar-7.svg' });
  });
});

describe('consents, notices, messages', () => {
  test('a consent is given and taken back', async () => {
    const person = await t.person('甲');
    expect((await t.ok('getMe', { as: person })).consents).toEqual({});
    await t.ok('setConsent', { as: person, params: { kind: 'location' }, body: { granted: true } });
    await t.ok('setConsent', { as: person, params: { kind: 'location' }, body: { granted: false } });
    expect((await t.ok('getMe', { as: person })).consents).toEqual({ location: false });
    expect((await t.handle('setConsent', { as: person, params: { kind: 'everything' }, body: { granted: true } })).status).toBe(404);
  });

  test('reading notices, never into the future', async () => {
    const m = await t.market();
    const person = await t.person('甲');
    await buy(t, m, person);
    expect((await t.ok('getMe', { as: person })).unreadNotices).toBe(1);
    await t.ok('readNotices', { as: person, body: { upToMs: 9_000_000_000_000 } });
    expect((await t.ok('getMe', { as: person })).unreadNotices).toBe(0);
    await buy(t, m, person);
    expect((await t.ok('getMe', { as: person })).unreadNotices).toBe(1);
    const [last] = (await t.ok('listNotices', { as: person })).items;
    await t.ok('readNotices', { as: person, body: { upToMs: last!.atMs } });
    expect((await t.ok('getMe', { as: person })).unreadNotices).toBe(0);
  });

  test('one consent is one message, and there is a limit', async () => {
    const person = await t.person('甲');
    expect(await t.refused('addSubscriptions', { as: person, body: { templates: ['unknown'] } })).toMatchObject({ code: 'BAD_INPUT' });
    await t.ok('addSubscriptions', { as: person, body: { templates: [TEMPLATE, TEMPLATE] } });
    await t.db.query(`SELECT identity_notify($1, 'order.paid', '{}', '/pages/orders/index')`, [person.personId]);
    const [notice] = await t.db.query<{ id: string }>('SELECT notice_id AS id FROM notice WHERE person_id = $1', [person.personId]);
    expect(await findSubscriber(t.db, notice!.id, [TEMPLATE])).toEqual({ personId: person.personId, openid: person.openid, templateId: TEMPLATE, kind: 'order.paid', link: '/pages/orders/index' });
    await t.db.call('identity_used_subscription', { personId: person.personId, templateId: TEMPLATE, outcome: 'sent' });
    expect(await findSubscriber(t.db, notice!.id, [TEMPLATE])).toBeNull();
    for (let i = 0; i < 25; i += 1) await t.ok('addSubscriptions', { as: person, body: { templates: [TEMPLATE] } });
    expect((await t.db.query('SELECT quota FROM subscription WHERE person_id = $1', [person.personId]))[0]!.quota).toBe(20);
  });

  test('a consent counts for its template: another one stays, one that we use no more sends nothing, and with none left there is nothing to do', async () => {
    t.app.config.subscribeTemplates = [TEMPLATE, 'tmpl-other'];
    const person = await t.person('甲');
    await t.ok('addSubscriptions', { as: person, body: { templates: [TEMPLATE, 'tmpl-other'] } });
    const notify = () => t.db.query(`SELECT identity_notify($1, 'order.paid', '{}', '/pages/orders/index')`, [person.personId]);
    const asked = async () => (await t.db.query("SELECT FROM fact WHERE kind = 'notice.added'")).length;
    await notify();
    const before = await asked();
    expect(before).toBeGreaterThan(0);
    const [notice] = await t.db.query<{ id: string }>('SELECT notice_id AS id FROM notice WHERE person_id = $1', [person.personId]);
    await t.db.call('identity_used_subscription', { personId: person.personId, templateId: TEMPLATE, outcome: 'no_consent' });
    expect(await findSubscriber(t.db, notice!.id, [TEMPLATE])).toBeNull();
    expect(await findSubscriber(t.db, notice!.id, ['tmpl-other'])).toMatchObject({ templateId: 'tmpl-other' });
    await t.db.call('identity_used_subscription', { personId: person.personId, templateId: 'tmpl-other', outcome: 'sent' });
    await notify();
    expect(await asked()).toBe(before);
  });

  test('the message says what the notice list says, in fields that WeChat takes; a template set wrongly stops nothing', async () => {
    const person = await t.person('甲');
    t.app.config.subscribeFields = { [TEMPLATE]: { thing1: 'title', thing4: 'text', time3: 'time' } };
    const m = await t.market();
    await consentOf(person.openid!);
    await t.ok('addSubscriptions', { as: person, body: { templates: [TEMPLATE] } });
    await buy(t, m, person);
    await t.drain();
    const sent = () => [...t.sandbox!.sandbox.sandbox.world.tables.message.values()];
    expect(sent()).toEqual([expect.objectContaining({
      openid: person.openid, templateId: TEMPLATE, page: expect.stringMatching(/^pages\/[a-z-]+\/index(\?.*)?$/),
      data: { thing1: { value: '付好了，券在你手机里' }, thing4: { value: expect.stringMatching(/^.{19}…$/u) }, time3: { value: expect.stringMatching(/^\d{4}年\d{1,2}月\d{1,2}日 \d{2}:\d{2}$/) } },
    })]);
    // WeChat refuses the text of a `thing` in a time: nothing is parked, and the consent is not used up.
    t.app.config.subscribeFields = { [TEMPLATE]: { time3: 'title' } };
    await consentOf(person.openid!);
    await t.ok('addSubscriptions', { as: person, body: { templates: [TEMPLATE] } });
    await buy(t, m, person);
    await t.drain();
    expect(sent()).toHaveLength(1);
    expect((await t.db.query('SELECT quota FROM subscription WHERE person_id = $1', [person.personId]))[0]!.quota).toBe(1);
    expect(await t.db.query(`SELECT 1 FROM fact WHERE reaction = 'send-subscribe-message' AND attempts > 1`)).toEqual([]);
  });

  test('A-02 a fingerprint has openid, phone and devices with when they were last seen', async () => {
    const person = await t.person('甲', { deviceId: 'dev-aaaaaaaa' });
    await t.person('甲', { phone: person.phone, deviceId: 'dev-bbbbbbbb' });
    const print = (await findFingerprint(t.db, [person.personId, 'per_nobody000'])).get(person.personId)!;
    expect(print).toMatchObject({ openids: [person.openid], phones: [person.phone], devices: ['dev-bbbbbbbb', 'dev-aaaaaaaa'], isMinor: false, isDeleted: false });
    expect(print.seen['dev-bbbbbbbb']).toBeGreaterThanOrEqual(print.seen['dev-aaaaaaaa']!);
  });
});

describe('deletion (PIPL §47)', () => {
  test('refused while a voucher, an unpaid order, a refund or a rebate is open; then everything about who it was goes', async () => {
    const m = await t.market();
    const person = await t.person('要走的人');
    const friend = await t.person('朋友');
    const gone = async (code: string | null) => {
      const reply = await t.handle('deleteMe', { as: person, body: { confirm: true } });
      expect(reply.body.code ?? null).toBe(code);
    };
    const unpaid = await buy(t, m, person, { pay: false });
    await gone('PERSON_BUSY');
    await t.ok('cancelOrder', { as: person, params: { orderId: unpaid.orderId } });
    const bought = await buy(t, m, person);
    await gone('PERSON_BUSY');
    await t.ok('requestRefund', { as: person, params: { orderId: bought.orderId }, body: { voucherIds: bought.voucherIds, reason: '不去了' } });
    await gone('PERSON_BUSY');
    await later(t, 60_000);
    await later(t, 10 * 60_000);
    const brought = await buy(t, m, friend, { shareToken: await share(t, m, person) });
    await redeem(t, m, brought.voucherIds[0]!);
    await gone('PERSON_BUSY');
    await later(t, 10 * 60_000);
    await later(t, 8 * DAY);
    await gone('PERSON_BUSY');
    const { withdrawalId } = await t.ok('requestWithdrawal', { as: person, body: { amountFen: 944 } });
    await gone('PERSON_BUSY');
    await t.sandbox!.control(`transfers/${withdrawalId.replace('_', '')}/confirm`);
    await t.ok('getWithdrawal', { as: person, params: { withdrawalId } });
    await gone(null);

    expect(await t.refused('getMe', { as: person })).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(await findPeople(t.db, [person.personId])).toEqual([{ personId: person.personId, name: '已注销', avatarUrl: '/art/avatar-0.svg', earns: false }]);
    const owned = ['person_identity', 'person_device', 'consent', 'subscription', 'notice'];
    for (const table of owned) expect((await t.db.query(`SELECT FROM ${table} WHERE person_id = $1`, [person.personId])).length).toBe(0);
    expect((await t.db.query('SELECT FROM wechat_session WHERE openid = $1', [person.openid])).length).toBe(0);
    expect((await findFingerprint(t.db, [person.personId])).get(person.personId)).toMatchObject({ openids: [], phones: [], devices: [], isDeleted: true });
    // The same phone is a new person.
    expect((await t.person('新的', { phone: person.phone })).personId).not.toBe(person.personId);
  });

  test('less than can be withdrawn keeps nobody from leaving: from one yuan on it is in the way', async () => {
    const m = await t.market();
    const [person, friend] = [await t.person('要走的人'), await t.person('朋友')];
    const earn = async (priceFen: number) => {
      const { dealId } = await m.addDeal({ priceFen, friendDiscountFen: 0, rebateBps: 1_000 });
      const brought = await buy(t, m, friend, { dealId, shareToken: await share(t, m, person, dealId) });
      await redeem(t, m, brought.voucherIds[0]!);
    };
    await earn(990);
    await later(t, 10 * 60_000);
    expect(await t.refused('deleteMe', { as: person, body: { confirm: true } })).toMatchObject({ code: 'PERSON_BUSY' });
    await later(t, 8 * DAY);
    expect(await t.ok('getWallet', { as: await t.person('要走的人') })).toMatchObject({ availableFen: 99, why: 'too_small' });
    const [rich, other] = [await t.person('有一块的'), await t.person('朋友的朋友')];
    const { dealId } = await m.addDeal({ priceFen: 1_000, friendDiscountFen: 0, rebateBps: 1_000 });
    const brought = await buy(t, m, other, { dealId, shareToken: await share(t, m, rich, dealId) });
    await redeem(t, m, brought.voucherIds[0]!, await t.person('店员小陈'));
    await later(t, 10 * 60_000);
    await later(t, 8 * DAY);
    expect(await t.refused('deleteMe', { as: await t.person('有一块的'), body: { confirm: true } })).toMatchObject({ code: 'PERSON_BUSY' });
    await t.ok('deleteMe', { as: await t.person('要走的人'), body: { confirm: true } });
  });

  test('a rebate that was only expected goes with the account: the merchant keeps it, nobody\'s wallet gets it (I-16, I-19)', async () => {
    const m = await t.market();
    const [person, friend] = [await t.person('要走的人'), await t.person('朋友')];
    const brought = await buy(t, m, friend, { quantity: 2, shareToken: await share(t, m, person) });
    await t.ok('deleteMe', { as: person, body: { confirm: true } });
    for (const voucherId of brought.voucherIds) await redeem(t, m, voucherId);
    await later(t, 10 * 60_000);
    await later(t, 8 * DAY);
    expect(await t.db.query('SELECT state, reason FROM reward')).toEqual([{ state: 'cancelled', reason: 'limit' }]);
    for (const kind of ['reward-pending', 'reward-available']) expect(await account(t, kind, person.personId)).toBe(0);
    expect(await account(t, 'merchant-available', m.merchantId)).toBe(24_600 - 1_230 - 148);
    expect(await t.db.query('SELECT kind FROM notice WHERE person_id = $1', [person.personId])).toEqual([]);
  });

  test('pictures go with their person, rows and files', async () => {
    const person = await t.person('有图的人');
    const { uploadUrl, mediaUrl } = await t.ok('createUpload', { as: person, body: { contentType: 'image/jpeg', bytes: JPEG.length } });
    const put = await t.handler(eventOf({ method: 'PUT', path: uploadUrl, rawBody: JPEG.toString('latin1') }));
    expect(put.statusCode).toBe(204);
    const file = join(t.app.config.mediaDir, mediaUrl.split('/').pop()!);
    expect(existsSync(file)).toBe(true);
    expect((await t.handler(eventOf({ method: 'GET', path: mediaUrl }))).statusCode).toBe(404);
    await t.ok('deleteMe', { as: person, body: { confirm: true } });
    expect(existsSync(file)).toBe(false);
    expect((await t.db.query('SELECT FROM media')).length).toBe(0);
  });

  test('whoever deletes the account works nowhere any more; a store without a manager is an alarm, one that has another is none (H6, I-23)', async () => {
    const m = await t.market();
    const operator = await t.person('运营', { operator: true });
    const second = await t.person('二店长', { phone: '13900001234' });
    await t.ok('addStaff', { as: operator, params: { merchantId: m.merchantId }, body: { phone: '13900001234', storeId: m.storeIds[1]!, role: 'manager' } });
    const works = async () => (await t.db.query<{ id: string }>('SELECT person_id AS id FROM staff WHERE merchant_id = $1 AND removed_at IS NULL', [m.merchantId])).map((row) => row.id);
    const alarms = async () => (await t.db.query<{ subject: string }>("SELECT subject FROM alarm WHERE kind = 'store.unmanaged' ORDER BY subject")).map((row) => row.subject.split(':')[0]);
    await t.ok('deleteMe', { as: m.manager, body: { confirm: true } });
    await t.drain();
    expect(await works()).toEqual(expect.arrayContaining([m.clerk.personId, second.personId]));
    expect(await works()).not.toContain(m.manager.personId);
    expect(await alarms()).toEqual([m.storeIds[0]]);
    await t.ok('deleteMe', { as: second, body: { confirm: true } });
    await t.ok('deleteMe', { as: m.clerk, body: { confirm: true } });
    await t.drain();
    expect(await works()).toEqual([]);
    expect(await alarms()).toEqual([...m.storeIds].sort());
  });

  test.each(['is deleted', 'was joined into another'])('A-22 the token of an account that %s says nothing about anybody any more', async (how) => {
    const person = await t.person('老账号', { phone: null });
    const other = await t.person('新账号', { openid: null });
    if (how === 'is deleted') await t.ok('deleteMe', { as: person, body: { confirm: true } });
    else await t.ok('verifyPhone', { as: person, body: { wechatCode: (await t.sandbox!.control<{ code: string }>('wx/phone', { phone: other.phone })).code } });
    const row = () => t.db.query('SELECT name, avatar_url, language FROM person WHERE person_id = $1', [person.personId]);
    const before = await row();
    expect(await t.refused('setConsent', { as: person, params: { kind: 'location' }, body: { granted: true } })).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(await t.refused('updateMe', { as: person, body: { language: 'en' } })).toMatchObject({ code: 'SESSION_EXPIRED' });
    // Also when it was there a moment ago, as WeChat looked at the new name.
    await expect(t.db.call('identity_update_me', { personId: person.personId, name: '又来了' })).rejects.toMatchObject({ code: 'SESSION_EXPIRED' });
    await t.ok('addSubscriptions', { as: person, body: { templates: [TEMPLATE] } });
    expect(await t.db.query('SELECT FROM subscription WHERE person_id = $1 UNION ALL SELECT FROM consent WHERE person_id = $1', [person.personId])).toEqual([]);
    expect(await row()).toEqual(before);
  });

  test('asking without confirming does nothing', async () => {
    const person = await t.person('手滑');
    expect(await t.refused('deleteMe', { as: person, body: { confirm: false } })).toMatchObject({ status: 400 });
    await t.ok('getMe', { as: person });
  });
});

describe('demo', () => {
  test('prepared people sign in; the operator is one, the others are not', async () => {
    const guest = await t.ok('loginDemo', { body: { who: 'guest', deviceId: 'dev-demo-01' } });
    expect(await t.ok('getMe', { as: guest.token })).toMatchObject({ name: '林小满', hasWechat: true, phoneMasked: '138****0001', isOperator: false });
    const operator = await t.ok('loginDemo', { body: { who: 'operator', deviceId: 'dev-demo-02' } });
    expect(await t.ok('getMe', { as: operator.token })).toMatchObject({ isOperator: true });
    expect((await t.ok('loginDemo', { body: { who: 'guest', deviceId: 'dev-demo-03' } })).personId).toBe(guest.personId);
    expect((await t.ok('getConfig')).demoPeople.map((person) => person.who)).toEqual(['guest', 'friend', 'clerk', 'manager', 'operator']);
  });

  test('I-25 time moves for everybody: database, sessions, stand-in', async () => {
    const before = await t.ok('getDemoClock');
    const moved = await t.ok('moveDemoClock', { body: { advanceMs: 3 * DAY } });
    expect(moved.offsetMs - before.offsetMs).toBe(3 * DAY);
    expect(t.app.clock.nowMs() - before.nowMs).toBeGreaterThanOrEqual(3 * DAY);
    expect(t.sandbox!.sandbox.sandbox.offsetMs).toBe(moved.offsetMs);
    expect(await t.refused('moveDemoClock', { body: { advanceMs: -1 } })).toMatchObject({ status: 400 });
  });

  test('A-39 outside the demo none of it exists', async () => {
    const real = await startTestApp({ config: { demo: false } });
    try {
      for (const [name, body] of [['loginDemo', { who: 'operator', deviceId: 'dev-demo-01' }], ['moveDemoClock', { advanceMs: 1 }], ['getDemoClock', undefined]] as const) {
        expect(await real.refused(name, { body })).toMatchObject({ status: 404, code: 'NOT_FOUND' });
      }
    } finally {
      await real.stop();
    }
  });
});

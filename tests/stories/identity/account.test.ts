/** Linking a phone or a WeChat; two accounts of one person become one with all they have., I-05, I-16. */
import { HOUR_MS, PAYOUT_CHANGE_FREEZE_MS, SESSION_MS } from '../../../functions/contract/limits';
import { joinPerson } from '../../../functions/worker/join-person';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { newKnife } from '../../support/faults';
import { newPhone } from '../../support/person';
import { account, buy, DAY, later, redeem, share, stateOf } from '../../support/trade';

const knife = newKnife();
let t: TestApp;
beforeEach(async () => { t = await startTestApp({ sandbox: true, echo: true, dbOptions: knife.dbOptions }); });
afterEach(() => t.stop());

const wechatOf = (user: string) => t.sandbox!.control<{ code: string; openid: string }>('wx/login', { user });
const phoneCode = async (phone: string) => (await t.sandbox!.control<{ code: string }>('wx/phone', { phone })).code;
const smsTo = async (phone: string): Promise<string[]> =>
  ((await (await fetch(`${t.sandbox!.url}/sandbox/sms.json?phone=${phone}`)).json()) as { messages: { text: string }[] }).messages.map((message) => message.text);
const verifyPhone = async (as: TestPerson, phone: string) => t.ok('verifyPhone', { as, body: { wechatCode: await phoneCode(phone) } });
const linkWechat = async (as: TestPerson, user: string) => t.ok('linkWechat', { as, body: { code: (await wechatOf(user)).code } });
const noticesOf = async (personId: string) => (await t.db.query<{ kind: string }>('SELECT kind FROM notice WHERE person_id = $1', [personId])).map((row) => row.kind);
const payoutChanged = async (personId: string) => (await t.db.query<{ at: Date | null }>('SELECT payout_changed_at AS at FROM person WHERE person_id = $1', [personId]))[0]!.at !== null;

describe('one account', () => {
  test('a first phone is added by the button of WeChat; no freeze', async () => {
    const person = await t.person('甲', { phone: null });
    const phone = newPhone();
    const session = await verifyPhone(person, phone);
    expect(session.personId).toBe(person.personId);
    expect(await t.ok('getMe', { as: session.token })).toMatchObject({ hasWechat: true, phoneMasked: `${phone.slice(0, 3)}****${phone.slice(-4)}` });
    expect(await payoutChanged(person.personId)).toBe(false);
  });

  test('a first phone by SMS: a wrong code changes nothing, the right one counts once', async () => {
    const person = await t.person('乙', { phone: null });
    const phone = newPhone();
    await t.ok('sendPhoneCode', { body: { phone } });
    const code = /\d{6}/.exec((await smsTo(phone))[0]!)![0];
    expect(await t.refused('verifyPhone', { as: person, body: { phone, code: code === '111111' ? '222222' : '111111' } })).toMatchObject({ code: 'PHONE_CODE_WRONG' });
    await t.ok('verifyPhone', { as: person, body: { phone, code } });
    expect(await t.refused('verifyPhone', { as: await t.person('丙', { phone: null }), body: { phone, code } })).toMatchObject({ code: 'PHONE_CODE_WRONG' });
  });

  test('A-21 a phone or openid as such is no input', async () => {
    const person = await t.person('丁', { phone: null });
    for (const body of [{ phone: newPhone() }, { phone: newPhone(), code: '123456', openid: 'oX' }, { openid: 'oX' }, {}]) {
      expect(await t.refused('verifyPhone', { as: person, body })).toMatchObject({ status: 400, code: 'BAD_INPUT' });
    }
    expect(await t.refused('linkWechat', { as: person, body: { openid: 'oX' } })).toMatchObject({ code: 'BAD_INPUT' });
    expect(await t.refused('verifyPhone', { as: person, body: { wechatCode: 'made-up' } })).toMatchObject({ code: 'WECHAT_CODE_INVALID' });
  });

  test('A-36 another phone: payouts wait 24 hours, the person is told, and so is the old number', async () => {
    const person = await t.person('换号');
    await verifyPhone(person, newPhone());
    expect(await payoutChanged(person.personId)).toBe(true);
    expect(await noticesOf(person.personId)).toContain('payout.changed');
    expect((await smsTo(person.phone!)).join()).toContain('换了微信或手机号');
  });

  test('A-36 another WeChat: a withdrawal is refused for 24 hours, then works', async () => {
    const { m, sharer } = await earned();
    const session = await linkWechat(sharer, '新的微信');
    const as = await t.person('再来', { phone: sharer.phone, openid: null });
    expect(as.personId).toBe(session.personId);
    expect(await t.refused('requestWithdrawal', { as, body: { amountFen: 100 } })).toMatchObject({ status: 409, code: 'WITHDRAWAL_FROZEN' });
    expect((await smsTo(sharer.phone!)).join()).toContain('24 小时内不能提现');
    await t.moveTime(PAYOUT_CHANGE_FREEZE_MS - HOUR_MS);
    expect(await t.refused('requestWithdrawal', { as, body: { amountFen: 100 } })).toMatchObject({ code: 'WITHDRAWAL_FROZEN' });
    await t.moveTime(HOUR_MS);
    const { withdrawalId } = await t.ok('requestWithdrawal', { as, body: { amountFen: 100 } });
    expect((await t.db.query('SELECT openid FROM withdrawal WHERE withdrawal_id = $1', [withdrawalId]))[0]).toEqual({ openid: (await wechatOf('新的微信')).openid });
    expect(m.dealId).toBeTruthy();
  });

  test('A-36 an old account that gets its first WeChat waits as well: that is where the money would go', async () => {
    const person = await t.person('只有手机', { openid: null });
    await t.moveTime(2 * DAY);
    await linkWechat(person, '第一次');
    expect(await payoutChanged(person.personId)).toBe(true);
    const fresh = await t.person('新来的', { openid: null });
    await linkWechat(fresh, '也第一次');
    expect(await payoutChanged(fresh.personId)).toBe(false);
  });

  test('A-36 an old account that shows its own phone again waits for nothing: no way for money has changed', async () => {
    const person = await t.person('只有手机', { openid: null });
    await t.moveTime(2 * DAY);
    await verifyPhone(person, person.phone!);
    expect(await payoutChanged(person.personId)).toBe(false);
  });

  test.each<[string, (browser: TestPerson) => Promise<unknown>]>([
    ['is deleted', (browser) => t.ok('deleteMe', { as: browser, body: { confirm: true } })], ['has another phone by then', (browser) => verifyPhone(browser, newPhone())],
  ])('A-22 the other account %s while the two become one: they do not, and its phone, which is nobody\'s, is added', async (_, change) => {
    const browser = await t.person('浏览器', { openid: null });
    const weapp = await t.person('小程序', { phone: null });
    const gate = knife.holdAt(/identity_link\(/);
    const linking = verifyPhone(weapp, browser.phone!);
    await gate.reached;
    await change(browser);
    gate.open();
    const session = await linking;
    knife.clear();
    expect(session.personId).toBe(weapp.personId);
    expect(await t.ok('getMe', { as: session.token })).toMatchObject({ hasWechat: true, phoneMasked: expect.stringContaining(browser.phone!.slice(-4)) });
    expect((await t.db.query('SELECT FROM person WHERE joined_into IS NOT NULL')).length).toBe(0);
  });

  test('A-22 a sign-in that is over changes nobody, however long its token would live', async () => {
    const person = await t.person('过期', { phone: null });
    await t.db.query('UPDATE session_family SET expires_at = juke_now() WHERE family_id = $1', [person.familyId]);
    expect(await t.refused('verifyPhone', { as: person, body: { wechatCode: await phoneCode(newPhone()) } })).toMatchObject({ code: 'SESSION_EXPIRED' });
  });

  test('A-22 a session that was logged out changes nobody', async () => {
    const person = await t.person('走了', { phone: null });
    await t.ok('logout', { as: person });
    expect(await t.refused('verifyPhone', { as: person, body: { wechatCode: await phoneCode(newPhone()) } })).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(await t.refused('deleteMe', { as: person, body: { confirm: true } })).toMatchObject({ code: 'SESSION_EXPIRED' });
  });
});

describe('two accounts', () => {
  test('two different WeChats never become one by a phone', async () => {
    const owner = await t.person('号主');
    const other = await t.person('别人', { phone: null });
    expect(await t.refused('verifyPhone', { as: other, body: { wechatCode: await phoneCode(owner.phone!) } })).toMatchObject({ status: 409, code: 'PHONE_TAKEN' });
    expect((await t.db.query('SELECT FROM person WHERE joined_into IS NOT NULL')).length).toBe(0);
  });

  test('the account with the phone lives on, the other one ends; both ways of joining', async () => {
    const browser = await t.person('浏览器', { openid: null });
    const weapp = await t.person('小程序', { phone: null });
    const old = weapp.token;
    const session = await verifyPhone(weapp, browser.phone!);
    expect(session.personId).toBe(browser.personId);
    expect(await t.ok('getMe', { as: session.token })).toMatchObject({ hasWechat: true, name: '浏览器' });
    expect(await t.refused('getMe', { as: old })).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect(await noticesOf(browser.personId)).toContain('person.joined');
    // From now on the WeChat signs in to the surviving account.
    const again = await t.ok('loginWechat', { body: { code: (await wechatOf('小程序')).code, deviceId: 'dev-again-01' } });
    expect(again.personId).toBe(browser.personId);
    const other = await t.person('浏览器二', { openid: null });
    const weapp2 = await t.person('小程序二', { phone: null });
    expect((await linkWechat(other, '小程序二')).personId).toBe(other.personId);
    expect(await t.refused('getMe', { as: weapp2.token })).toMatchObject({ code: 'SESSION_EXPIRED' });
    expect((await t.db.query('SELECT joined_into AS into FROM person WHERE person_id = $1', [weapp2.personId]))[0]!.into).toBe(other.personId);
  });

  test('ten tries at once, however far apart their statements, join once; nobody is told that it is somebody else\'s phone', async () => {
    const browser = await t.person('浏览器', { openid: null });
    const weapp = await t.person('小程序', { phone: null });
    const codes = await Promise.all(Array.from({ length: 10 }, () => phoneCode(browser.phone!)));
    knife.use({ before: () => new Promise((done) => setTimeout(done, Math.random() * 150)) });
    const replies = await Promise.all(codes.map((wechatCode) => t.handle('verifyPhone', { as: weapp, body: { wechatCode } }))).finally(knife.clear);
    expect(replies.map((reply) => reply.body.code ?? 'joined').sort()).toEqual([...Array(9).fill('SESSION_EXPIRED'), 'joined']);
    expect((await t.db.query(`SELECT FROM fact WHERE kind = 'person.joined' AND state <> 'parked'`)).length).toBe(2);
  });

  test('a refusal of consent on either side stands', async () => {
    const browser = await t.person('浏览器', { openid: null });
    const weapp = await t.person('小程序', { phone: null });
    await t.ok('setConsent', { as: browser, params: { kind: 'location' }, body: { granted: true } });
    await t.ok('setConsent', { as: weapp, params: { kind: 'location' }, body: { granted: false } });
    await t.ok('setConsent', { as: weapp, params: { kind: 'profiling' }, body: { granted: true } });
    const { token } = await verifyPhone(weapp, browser.phone!);
    expect((await t.ok('getMe', { as: token })).consents).toEqual({ location: false, profiling: true });
  });

  test('orders, vouchers, places and the wallet follow, to the fen; the rebate is withdrawn from the surviving account', async () => {
    const { m, sharer, friend } = await earned({ sharerPhone: null });
    const browser = await t.person('同一个人', { openid: null });
    await buy(t, m, browser, { method: 'h5' });
    const own = await buy(t, m, sharer, { quantity: 2 });
    await t.ok('addStaff', { as: m.operator, params: { merchantId: m.merchantId }, body: { phone: friend.phone!, storeId: m.storeIds[1], role: 'clerk' } });
    const before = await t.ok('getWallet', { as: sharer });
    expect(before.availableFen).toBe(944);

    const { token, personId } = await verifyPhone(sharer, browser.phone!);
    await t.drain();
    expect(personId).toBe(browser.personId);
    expect((await t.ok('getWallet', { as: token })).availableFen).toBe(944);
    expect(await account(t, 'reward-available', sharer.personId)).toBe(0);
    // F-09: a second try of any step finds nothing left to move.
    expect(await joinPerson(t.app, { from: sharer.personId, to: personId })).toBeNull();
    expect(await account(t, 'reward-available', personId)).toBe(944);
    expect((await t.ok('listOrders', { as: token })).items).toHaveLength(2);
    expect(await t.ok('getVoucher', { as: token, params: { voucherId: own.voucherIds[0]! } })).toMatchObject({ state: 'issued', secret: expect.stringMatching(/^[0-9a-f]{32}$/) });
    expect((await t.ok('listRewards', { as: token })).items).toHaveLength(1);
    // The limit per person counts for the person.
    expect((await t.db.query('SELECT quantity FROM deal_buyer WHERE deal_id = $1 AND person_id = $2', [m.dealId, personId]))[0]!.quantity).toBe(3);
    // The old account was days old and gets another WeChat: wait, then withdraw.
    await t.moveTime(PAYOUT_CHANGE_FREEZE_MS);
    const as = await t.person('本人', { phone: browser.phone, openid: null });
    await t.ok('requestWithdrawal', { as, body: { amountFen: 900 } });
    expect(await account(t, 'payout-transit', personId)).toBe(900);
  });

  test.each([['confirm', 'succeeded', 44], ['fail', 'failed', 944]] as const)('I-05 a withdrawal that is open follows as well, and ends there (%s)', async (how, state, leftFen) => {
    const { sharer } = await earned({ sharerPhone: null });
    const browser = await t.person('同一个人', { openid: null });
    const { withdrawalId } = await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 900 } });
    await t.drain();
    const { token, personId } = await verifyPhone(sharer, browser.phone!);
    await t.drain();
    expect([await account(t, 'payout-transit', sharer.personId), await account(t, 'payout-transit', personId)]).toEqual([0, 900]);
    expect(await t.ok('getWithdrawal', { as: token, params: { withdrawalId } })).toMatchObject({ state: 'awaiting_person', confirm: { package: expect.any(String) } });
    await t.sandbox!.control(`transfers/${withdrawalId.replace('_', '')}/${how}`);
    await t.drain();
    expect((await t.ok('getWithdrawal', { as: token, params: { withdrawalId } })).state).toBe(state);
    expect([(await t.ok('getWallet', { as: token })).availableFen, await account(t, 'payout-transit', personId)]).toEqual([leftFen, 0]);
  });

  test('what was pending follows and is released to the surviving account; an undo finds it there', async () => {
    const m = await t.market();
    const weapp = await t.person('小程序', { phone: null });
    const browser = await t.person('浏览器', { openid: null });
    const friend = await t.person('周屿');
    const token = await share(t, m, weapp);
    const bought = await buy(t, m, friend, { shareToken: token });
    const redemption = await redeem(t, m, bought.voucherIds[0]!);
    await verifyPhone(weapp, browser.phone!);
    await t.drain();
    expect(await account(t, 'reward-pending', browser.personId)).toBe(944);
    await t.ok('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId: redemption.redemptionId } });
    expect(await account(t, 'reward-pending', browser.personId)).toBe(0);
    await redeem(t, m, bought.voucherIds[0]!);
    await later(t, 8 * DAY);
    expect(await account(t, 'reward-available', browser.personId)).toBe(944);
  });

  test('A-02 a reward that one account earned through the other: cancelled before it is pending', async () => {
    const { m, weapp, browser } = await selfBought();
    await verifyPhone(weapp, browser.phone!);
    await t.drain();
    expect((await t.db.query('SELECT state, reason FROM reward'))[0]).toEqual({ state: 'cancelled', reason: 'self' });
    expect(m.dealId).toBeTruthy();
  });

  test.each(['sharer is joined away', 'buyer is joined away'])('A-02 … and held for the operator once pending (%s)', async (which) => {
    const { m, weapp, browser, bought } = await selfBought(which === 'buyer is joined away');
    await redeem(t, m, bought.voucherIds[0]!);
    await verifyPhone(weapp, browser.phone!);
    await t.drain();
    await later(t, 8 * DAY);
    expect((await t.db.query('SELECT state, held_for FROM reward'))[0]).toEqual({ state: 'pending', held_for: ['same_person'] });
    expect(await account(t, 'reward-available', browser.personId)).toBe(0);
    expect(await account(t, 'reward-pending', browser.personId)).toBe(944);
  });

  test('an unpaid order of the same deal on both sides waits until it has ended', async () => {
    const m = await t.market();
    const weapp = await t.person('小程序', { phone: null });
    const browser = await t.person('浏览器', { openid: null });
    const left = await buy(t, m, weapp, { pay: false });
    await buy(t, m, browser, { pay: false });
    await verifyPhone(weapp, browser.phone!);
    await t.drain();
    expect((await t.db.query('SELECT buyer_id AS buyer FROM guest_order WHERE order_id = $1', [left.orderId]))[0]!.buyer).toBe(weapp.personId);
    await later(t, 20 * 60_000);
    await later(t, 11 * 60_000);
    expect(await stateOf(t, 'guest_order', 'buyer_id', browser.personId)).toEqual(['expired', 'expired']);
  });

  test('what the old session wrote after the join follows with the second look', async () => {
    const m = await t.market();
    const weapp = await t.person('小程序', { phone: null });
    const browser = await t.person('浏览器', { openid: null });
    const old = weapp.token;
    await verifyPhone(weapp, browser.phone!);
    await t.drain();
    // Sharing moves no money, so the old token still works until it runs out.
    await t.ok('createShare', { as: old, params: { dealId: m.dealId }, body: { channel: 'chat' } });
    await later(t, SESSION_MS + 10 * 60_000);
    expect((await t.db.query('SELECT sharer_id AS sharer FROM share_link'))).toEqual([{ sharer: browser.personId }]);
  });

  test('A-01 links that both had made of one deal go on, for the one account: no rebate to nobody, and none to oneself', async () => {
    const m = await t.market();
    const weapp = await t.person('小程序', { phone: null });
    const browser = await t.person('浏览器', { openid: null });
    const friend = await t.person('周屿');
    const [old, own] = [await share(t, m, weapp), await share(t, m, browser)];
    await verifyPhone(weapp, browser.phone!);
    await t.drain();
    const me = await t.person('本人', { phone: browser.phone, openid: null });
    expect(await share(t, m, me)).toBe(own);
    await later(t, SESSION_MS + 10 * 60_000);
    expect(await t.ok('openShare', { as: me, params: { token: old }, body: { surface: 'weapp', visitorId: me.deviceId } })).toMatchObject({ invite: { isMine: true } });
    expect(await buy(t, m, me, { shareToken: old })).toMatchObject({ payableFen: m.deal.priceFen });
    const bought = await buy(t, m, friend, { shareToken: old });
    await redeem(t, m, bought.voucherIds[0]!);
    await later(t, 8 * DAY);
    expect(await t.db.query('SELECT sharer_id AS sharer, friend_id AS friend, state FROM reward')).toEqual([{ sharer: browser.personId, friend: friend.personId, state: 'available' }]);
    expect(await account(t, 'reward-available', browser.personId)).toBe(944);
  });

  test('nobody deletes the account while something of the joined one has not followed yet', async () => {
    const m = await t.market();
    const weapp = await t.person('小程序', { phone: null });
    const browser = await t.person('浏览器', { openid: null });
    await buy(t, m, weapp);
    const { token } = await verifyPhone(weapp, browser.phone!);
    expect(await t.refused('deleteMe', { as: token, body: { confirm: true } })).toMatchObject({ code: 'PERSON_BUSY' });
  });

  test('A-22 the old session moves no money after the join', async () => {
    const m = await t.market();
    const weapp = await t.person('小程序', { phone: null });
    const browser = await t.person('浏览器', { openid: null });
    await verifyPhone(weapp, browser.phone!);
    await expect(buy(t, m, weapp)).rejects.toThrow('SESSION_EXPIRED');
  });
});

/** A sharer whose friend was served long ago: 9.44 in the wallet. */
async function earned({ sharerPhone }: { sharerPhone?: null } = {}): Promise<{ m: Market; sharer: TestPerson; friend: TestPerson }> {
  const m = await t.market();
  const sharer = await t.person('林小满', sharerPhone === null ? { phone: null } : {});
  const friend = await t.person('周屿');
  const bought = await buy(t, m, friend, { shareToken: await share(t, m, sharer) });
  await redeem(t, m, bought.voucherIds[0]!);
  await later(t, 10 * 60_000);
  await later(t, 8 * DAY);
  expect(await account(t, 'reward-available', sharer.personId)).toBe(944);
  return { m, sharer, friend };
}

/** One of a person's two accounts buys through the share of the other. */
async function selfBought(weappBuys = false) {
  const m = await t.market();
  const weapp = await t.person('小程序', { phone: null });
  const browser = await t.person('浏览器', { openid: null });
  const [sharer, buyer] = weappBuys ? [browser, weapp] : [weapp, browser];
  const bought = await buy(t, m, buyer, { shareToken: await share(t, m, sharer), method: weappBuys ? 'jsapi' : 'h5' });
  return { m, weapp, browser, bought };
}

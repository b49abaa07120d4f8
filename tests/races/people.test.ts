/**
 * Accounts that become one, or are deleted, in the very moment in which something is saved for them: what is decided on whose
 * it is holds, or is decided again. I-05, I-10, I-18, A-22, A-29.
 */
import sharp from 'sharp';
import { mediaStore } from '../../functions/kernel/media-store';
import { reactions } from '../../functions/worker/reactions';
import { drain } from '../../functions/worker/runner';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { claim, couponState, makeOffer } from '../support/coupons';
import { checkGreen, count, keepGreen, newKnife, newMarket, people, settle, underWay, waiting } from '../support/faults';
import { join, openGroup, standard } from '../support/groups';
import { account, buy, DAY, HOUR, later, MINUTE, place, redeem, share, stateOf, vouchersOf } from '../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions, config: { poolSize: 20 } });
  m = await newMarket(t, { deal: { group: standard(), perPersonLimit: 99, validDays: 1, stock: 1_000 } });
});
keepGreen(() => t, knife);

let number = 0;
/** Two accounts of somebody: one of the mini-program, one of the browser. */
const twoOf = async () => [await t.person(`同一人${(number += 1)}`, { phone: null }), await t.person(`同一人网页${number}`, { openid: null })] as [TestPerson, TestPerson];
/** The mini-program's account verifies the browser's phone, whose account lives on. */
async function becomeOne(weapp: TestPerson, browser: TestPerson): Promise<void> {
  const { code } = await t.sandbox!.control<{ code: string }>('wx/phone', { phone: browser.phone });
  expect((await t.ok('verifyPhone', { as: weapp, body: { wechatCode: code } })).personId).toBe(browser.personId);
}
const boughtBy = async (...who: TestPerson[]) => Promise.all(who.map(async ({ personId }) =>
  (await t.db.query<{ n: number }>('SELECT coalesce(sum(quantity), 0)::int AS n FROM deal_buyer WHERE person_id = $1', [personId]))[0]!.n));

describe('I-23 whoever deleted the account works nowhere', () => {
  const worksAt = (...who: TestPerson[]) => count(t, 'staff WHERE person_id = ANY ($1) AND removed_at IS NULL', [who.map(({ personId }) => personId)]);

  test('deleted while they are being made staff: that phone is somebody new', async () => {
    const [clerk] = (await people(t, 1)) as [TestPerson];
    const gate = knife.holdAt(/merchants_add_staff/);
    const adding = t.ok('addStaff', { as: m.operator, params: { merchantId: m.merchantId }, body: { phone: clerk.phone!, storeId: m.storeId, role: 'clerk' } });
    await gate.reached;
    await t.ok('deleteMe', { as: clerk, body: { confirm: true } });
    await t.drain();
    gate.open();
    const { staffId } = await adding;
    expect(await worksAt(clerk)).toBe(0);
    expect(await count(t, 'staff WHERE staff_id = $1 AND removed_at IS NULL', [staffId])).toBe(1);
  });

  test('made staff by two operators at once: one place, and both hear of that one', async () => {
    const [clerk] = (await people(t, 1)) as [TestPerson];
    const place = { staffId: `stf_first${clerk.personId.slice(4, 12)}`, merchantId: m.merchantId, storeId: m.storeId, personId: clerk.personId, role: 'clerk' };
    const first = await underWay(t, 'SELECT merchants_add_staff($1)', [place]);
    const second = t.ok('addStaff', { as: m.operator, params: { merchantId: m.merchantId }, body: { phone: clerk.phone!, storeId: m.storeId, role: 'manager' } });
    await waiting(t);
    await first.end('COMMIT');
    expect(await second).toEqual({ staffId: place.staffId });
    expect(await t.db.query('SELECT staff_id AS id, role FROM staff WHERE person_id = $1', [clerk.personId])).toEqual([{ id: place.staffId, role: 'manager' }]);
  });

  test('the places of an account that was joined into theirs are given up, also when they would follow only now', async () => {
    const [weapp, browser] = await twoOf();
    await t.db.call('merchants_add_staff', { staffId: `stf_joined${number}`, merchantId: m.merchantId, storeId: m.storeId, personId: weapp.personId, role: 'clerk' });
    await becomeOne(weapp, browser);
    await t.ok('deleteMe', { as: browser, body: { confirm: true } });
    await drain(t.app, { only: { 'leave-jobs': reactions['leave-jobs'] } });
    expect(await worksAt(weapp, browser)).toBe(0);
    // One that was given meanwhile follows like the others, and is given up as well.
    await t.db.query('UPDATE staff SET removed_at = NULL WHERE staff_id = $1', [`stf_joined${number}`]);
    await t.drain();
    expect(await worksAt(weapp, browser)).toBe(0);
  });
});

describe('two accounts become one', () => {
  test.each([['its validity ended', /refunds_open\(/], ['its group failed', /refunds_open_group/]])('I-10 while what they bought goes back because %s: counted where the order is now', async (why, save) => {
    const [weapp, browser] = await twoOf();
    const { orderId } = why.startsWith('its group') ? await openGroup(t, m, weapp) : await buy(t, m, weapp);
    await t.drain();
    const gate = knife.holdAt(save);
    await t.moveTime(3 * DAY);
    const drained = t.drain();
    await gate.reached;
    await becomeOne(weapp, browser);
    await t.drain();
    expect(await boughtBy(weapp, browser)).toEqual([0, 1]);
    gate.open();
    await drained;
    expect(await t.db.query('SELECT buyer_id FROM refund WHERE order_id = $1', [orderId])).toEqual([{ buyer_id: browser.personId }]);
    expect(await boughtBy(weapp, browser)).toEqual([0, 0]);
    knife.clear();
    await settle(t);
    expect(await stateOf(t, 'guest_order', 'order_id', orderId)).toEqual(['refunded']);
  });

  test('I-10 while one of them is placing an order: units and order stay together, and it can end', async () => {
    const [weapp, browser] = await twoOf();
    await buy(t, m, weapp);
    const counter = await underWay(t, 'SELECT FROM deal_stock WHERE deal_id = $1 FOR UPDATE', [m.dealId]);
    const placing = place(t, m, weapp);
    await waiting(t);
    await becomeOne(weapp, browser);
    const moving = t.drain();
    await waiting(t, 2);
    await counter.end('ROLLBACK');
    const { orderId } = await placing;
    await moving;
    await checkGreen(t);
    await later(t, 11 * MINUTE);
    await checkGreen(t);
    await later(t, HOUR);
    expect(await t.db.query('SELECT buyer_id, state FROM guest_order WHERE order_id = $1', [orderId])).toEqual([{ buyer_id: browser.personId, state: 'expired' }]);
    expect(await boughtBy(weapp, browser)).toEqual([0, 1]);
  });

  test('A-22 while one of them signs in: nobody is signed in to an account that is gone', async () => {
    const [weapp, browser] = await twoOf();
    const row = await underWay(t, 'SELECT FROM person_identity WHERE person_id = $1 FOR UPDATE', [weapp.personId]);
    const joining = becomeOne(weapp, browser);
    await waiting(t);
    const signingIn = t.ok('loginWechat', { body: { code: `sandbox:${weapp.name}`, deviceId: 'dev-elsewhere-1' } });
    await waiting(t, 2);
    await row.end('ROLLBACK');
    await joining;
    expect((await signingIn).personId).toBe(browser.personId);
    expect(await count(t, 'session_family WHERE person_id = $1 AND revoked_at IS NULL', [weapp.personId])).toBe(0);
  });
});

describe('an account is deleted', () => {
  const deleting = (who: TestPerson) => underWay(t, 'SELECT identity_delete($1)', [{ personId: who.personId, familyId: who.familyId, name: '已注销', avatarUrl: '/art/avatar-0.svg' }]);

  test('I-18 I-05 while a friend\'s voucher is being used: nothing goes to a wallet that nobody can open', async () => {
    const [sharer, friend] = (await people(t, 2)) as [TestPerson, TestPerson];
    const order = await buy(t, m, friend, { shareToken: await share(t, m, sharer) });
    const gone = await deleting(sharer);
    const used = redeem(t, m, order.voucherIds[0]!);
    await waiting(t);
    await gone.end('COMMIT');
    await used;
    expect(await stateOf(t, 'reward', 'order_id', order.orderId)).toEqual(['cancelled']);
    expect(await account(t, 'reward-pending', sharer.personId)).toBe(0);
  });

  test('A-22 while its person signs in elsewhere: that makes a new account, the old one has no session', async () => {
    const [guest] = (await people(t, 1)) as [TestPerson];
    const gone = await deleting(guest);
    const signingIn = t.ok('loginWechat', { body: { code: `sandbox:${guest.name}`, deviceId: 'dev-elsewhere-2' } });
    await waiting(t);
    await gone.end('COMMIT');
    expect((await signingIn).personId).not.toBe(guest.personId);
    expect(await count(t, 'session_family WHERE person_id = $1 AND revoked_at IS NULL', [guest.personId])).toBe(0);
    expect(await count(t, 'person_device WHERE person_id = $1', [guest.personId])).toBe(0);
  });

  test('A-29 while WeChat looks at what its person says to a group: nothing is left of it', async () => {
    const [host, one, two] = (await people(t, 3)) as [TestPerson, TestPerson, TestPerson];
    const { groupId, orderId } = await openGroup(t, m, host);
    for (const guest of [one, two]) await join(t, m, guest, groupId);
    await redeem(t, m, (await vouchersOf(t, orderId))[0]!);
    await t.drain();
    await t.ok('setGroupWords', { as: host, params: { groupId }, body: { words: '周五下班去' } }); // and what was said before
    const gate = knife.holdAt(/group_buys_set_words/);
    const saying = t.handle('setGroupWords', { as: host, params: { groupId }, body: { words: '一起来吃' } });
    await gate.reached;
    await t.ok('deleteMe', { as: host, body: { confirm: true } });
    await t.drain();
    gate.open();
    expect((await saying).body.code).toBe('NOT_FOUND');
    expect(await count(t, 'group_seat WHERE words IS NOT NULL')).toBe(0);
  });

  test('I-11 while its person gives a coupon away: the coupon is void and the gift over', async () => {
    const [giver, friend] = (await people(t, 2)) as [TestPerson, TestPerson];
    const { couponId } = await claim(t, giver, (await makeOffer(t, m, { isTransferable: true })).offerId);
    const token = `gift${couponId.slice(4, 16)}`;
    const giving = await underWay(t, 'SELECT coupons_give($1)', [{ couponId, personId: giver.personId, token, giftMs: DAY, url: '', weappPath: '' }]);
    await t.ok('deleteMe', { as: giver, body: { confirm: true } });
    const drained = t.drain();
    await waiting(t);
    await giving.end('COMMIT');
    await drained;
    expect([await couponState(t, couponId), (await t.ok('getCouponGift', { as: friend, params: { token } })).state]).toEqual(['void', 'ended']);
    expect((await t.refused('claimCouponGift', { as: friend, params: { token } })).code).toBe('COUPON_CLOSED');
  });

  test('a picture that is being uploaded: its file goes as well', async () => {
    const [guest] = (await people(t, 1)) as [TestPerson];
    const bytes = await sharp({ create: { width: 20, height: 20, channels: 3, background: '#12604C' } }).png().toBuffer();
    const { uploadUrl, mediaUrl } = await t.ok('createUpload', { as: guest, body: { contentType: 'image/png', bytes: bytes.length } });
    const files = mediaStore(t.app.config);
    const id = mediaUrl.split('/').pop()!;
    const gate = knife.holdAt(/SELECT content_type, state FROM media/, 'after');
    const uploading = fetch(t.app.config.publicUrl + uploadUrl, { method: 'PUT', body: bytes });
    await gate.reached;
    await t.ok('deleteMe', { as: guest, body: { confirm: true } });
    gate.open();
    await uploading;
    expect(await files.get(id)).toBeNull();
  });
});

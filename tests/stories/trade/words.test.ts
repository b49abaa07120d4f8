/** What people are told is what happens, and the right ones are told: edges of time, undone uses, shares of who is gone. I-16, I-17, A-19, H6. */
import { TITLE_MAX } from '../../../functions/contract/limits';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { join, openGroup, sit, standard } from '../../support/groups';
import { newPhone } from '../../support/person';
import { buy, codeOf, DAY, later, MINUTE, redeem, share } from '../../support/trade';

let t: TestApp;
let m: Market;
let sharer: TestPerson;
let friend: TestPerson;
beforeEach(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market({ deal: { group: standard({ size: 2, hostBenefitFen: 0 }) } });
  [sharer, friend] = [await t.person('林小满'), await t.person('周屿')];
});
afterEach(() => t.stop());

const open = (as: TestPerson, token: string) => t.ok('openShare', { as, params: { token }, body: { surface: 'weapp', visitorId: as.deviceId } });
const noticesOf = async (as: TestPerson, language: 'zh' | 'en' = 'zh') => (await t.ok('listNotices', { as, language })).items;
const askAfterSale = (voucherId: string) => t.ok('requestAfterSale', { as: friend, params: { voucherId }, body: { reason: '菜不新鲜' } });
const undo = (redemptionId: string) => t.ok('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId } });

test('I-17 where the first touch counts, a link opened once more later is still the first', async () => {
  await t.db.query("UPDATE merchant SET attribution = 'first' WHERE merchant_id = $1", [m.merchantId]);
  const second = await t.person('后来的');
  const [first, other] = [await share(t, m, sharer), await share(t, m, second)];
  for (const token of [first, other, first]) {
    await open(friend, token);
    await t.moveTime(MINUTE);
  }
  const quote = () => t.ok('quoteOrder', { as: friend, body: { dealId: m.dealId, quantity: 1, shareToken: other } });
  expect((await quote()).sharer).toMatchObject({ token: first });
  // Many more openings later do not hide it either; eight days on it counts no more.
  for (let i = 0; i < 22; i += 1) await open(friend, other);
  expect((await quote()).sharer).toMatchObject({ token: first });
  await t.moveTime(6 * DAY);
  await open(friend, first);
  await t.moveTime(2 * DAY);
  expect((await quote()).sharer).toMatchObject({ token: first });
});

test('after a shop\'s no it is asked once more and no third time: the rebate is not held for as long as there are days', async () => {
  const token = await share(t, m, sharer);
  await open(friend, token);
  const order = await buy(t, m, friend, { shareToken: token });
  const voucherId = order.voucherIds[0]!;
  await redeem(t, m, voucherId);
  const canAsk = async () => (await t.ok('getVoucher', { as: friend, params: { voucherId } })).afterSale === 'ask';
  const declined = async () => {
    const { refundId } = await askAfterSale(voucherId);
    expect(await canAsk()).toBe(false);
    await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: false, reason: '当场吃完了' } });
  };
  await declined();
  expect(await canAsk()).toBe(true);
  await declined();
  expect(await canAsk()).toBe(false);
  expect(await t.refused('requestAfterSale', { as: friend, params: { voucherId }, body: { reason: '再问一次' } }))
    .toMatchObject({ code: 'AFTER_SALE_TRIES', message: expect.stringContaining('你的钱没有变化') });
  await later(t, 8 * DAY);
  expect((await t.ok('getWallet', { as: sharer })).availableFen).toBeGreaterThan(0);
});

test('H6 the copy of one\'s data holds what one did at work, without the guests', async () => {
  const order = await buy(t, m, friend, { quantity: 2 });
  const { redemptionId } = await redeem(t, m, order.voucherIds[0]!);
  const undone = await redeem(t, m, order.voucherIds[1]!);
  await undo(undone.redemptionId);
  const { refundId } = await askAfterSale(order.voucherIds[0]!);
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: false, reason: '当场吃完了' } });
  const [clerk, manager] = [await t.ok('exportMe', { as: m.clerk }), await t.ok('exportMe', { as: m.manager })];
  expect(clerk).toMatchObject({ answeredAtWork: [], redeemedAtWork: [{ redemption_id: redemptionId, undone_at: null }, { redemption_id: undone.redemptionId, undone_at: expect.any(String) }] });
  expect(manager).toMatchObject({ redeemedAtWork: [], answeredAtWork: [{ refund_id: refundId, is_accepted: false, answer: '当场吃完了' }] });
  expect(JSON.stringify([clerk, manager])).not.toContain(friend.personId);
  expect(await t.ok('exportMe', { as: friend })).toMatchObject({ redeemedAtWork: [], answeredAtWork: [] });
});

test('an undo ends an after-sale in the voucher\'s words, not in the shop\'s; after the next use it can be asked for again', async () => {
  const order = await buy(t, m, friend);
  const voucherId = order.voucherIds[0]!;
  const { redemptionId } = await redeem(t, m, voucherId);
  const { refundId } = await askAfterSale(voucherId);
  await undo(redemptionId);
  await t.drain();
  expect(await t.ok('getRefund', { as: friend, params: { refundId }, language: 'en' })).toMatchObject({ state: 'declined', answer: null, answeredBy: 'undo' });
  const kinds = (await noticesOf(friend)).map((notice) => notice.kind);
  expect(kinds).toEqual(expect.arrayContaining(['after_sale.undone', 'voucher.undone']));
  expect(kinds).not.toContain('after_sale.declined');
  for (const { title, text } of (await noticesOf(friend, 'en')).filter((notice) => notice.kind === 'after_sale.undone')) expect(title + text).not.toMatch(/[一-鿿]/);
  await redeem(t, m, voucherId);
  expect((await t.ok('getVoucher', { as: friend, params: { voucherId } })).afterSale).toBe('ask');
  const again = await askAfterSale(voucherId);
  expect((await t.ok('getVoucher', { as: friend, params: { voucherId } })).afterSale).toBe('no');
  await later(t, 2 * DAY + MINUTE);
  expect((await t.ok('getRefund', { as: friend, params: { refundId: again.refundId } })).answeredBy).toBe('time');
  expect((await noticesOf(friend)).find((notice) => notice.kind === 'after_sale.accepted')!.text).toContain('没有答复，自动同意');
});

test('an undo that comes second is told that it is done already, not that five minutes are over', async () => {
  const order = await buy(t, m, friend);
  const first = await redeem(t, m, order.voucherIds[0]!);
  await undo(first.redemptionId);
  const again = (redemptionId: string) => t.refused('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId } });
  expect(await again(first.redemptionId)).toMatchObject({ code: 'ORDER_STATE' });
  const { redemptionId } = await redeem(t, m, order.voucherIds[0]!);
  const { refundId } = await askAfterSale(order.voucherIds[0]!);
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
  expect(await again(redemptionId)).toMatchObject({ code: 'VOUCHER_REFUNDED' });
});

test('a use undone after the voucher\'s end is told as what it is: the money goes back, it cannot be used again', async () => {
  const order = await buy(t, m, friend);
  const voucherId = order.voucherIds[0]!;
  const { validUntilMs } = await t.ok('getVoucher', { as: friend, params: { voucherId } });
  await t.moveTime(validUntilMs - (await t.app.clock.read()) - MINUTE);
  const fresh = await t.person('店员小陈');
  const { redemptionId } = await t.ok('redeemVoucher', { as: fresh, params: { storeId: m.storeId }, body: { code: await codeOf(t, voucherId) } });
  await t.moveTime(3 * MINUTE);
  await t.ok('undoRedemption', { as: fresh, params: { storeId: m.storeId, redemptionId } });
  const guest = await t.person('周屿');
  const said = async (language: 'zh' | 'en') => (await noticesOf(guest, language)).find((notice) => notice.kind === 'voucher.undone')!.text;
  expect([await said('zh'), await said('en')]).toEqual([expect.stringContaining('有效期已经过了'), expect.stringContaining('refunded automatically')]);
  await later(t, MINUTE);
  expect((await t.ok('getVoucher', { as: guest, params: { voucherId } })).state).toMatch(/^refund/);
});

test('an order of a group\'s last seat says how long it was held: five minutes', async () => {
  const seat = await openGroup(t, m, sharer);
  await sit(t, m, friend, { groupId: seat.groupId });
  await later(t, 5 * MINUTE + 1_000);
  const said = (await noticesOf(friend)).find((notice) => notice.kind === 'order.expired')!;
  expect(said.text).toContain(' 5 分钟没付');
});

test('what a share still brings is what the wallet says, also after a part was taken back while it waited', async () => {
  const order = await buy(t, m, friend, { quantity: 2, shareToken: await share(t, m, sharer) });
  for (const id of order.voucherIds) await redeem(t, m, id);
  await later(t, 6 * MINUTE);
  const { refundId } = await askAfterSale(order.voucherIds[0]!);
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
  for (let i = 0; i < 3; i += 1) await later(t, MINUTE);
  const [wallet, shares] = [await t.ok('getWallet', { as: sharer }), await t.ok('listShares', { as: sharer })];
  expect(wallet.inHoldFen).toBeGreaterThan(0);
  expect(shares.items[0]!.pendingFen).toBe(wallet.inHoldFen);
  // The friend is told the same.
  expect((await t.ok('getOrder', { as: friend, params: { orderId: order.orderId } })).sharer!.rebateFen).toBe(wallet.inHoldFen);
  expect((await t.ok('getVoucher', { as: friend, params: { voucherId: order.voucherIds[1]! } })).sharer!.rebateFen).toBe(wallet.inHoldFen);
});

test('H6 who deleted the account is called so in the reader\'s language: in lists, in snapshots, in notices', async () => {
  const order = await buy(t, m, friend, { shareToken: await share(t, m, sharer) });
  await redeem(t, m, order.voucherIds[0]!);
  await later(t, 6 * MINUTE);
  const left = await share(t, m, friend);
  await t.ok('deleteMe', { as: friend, body: { confirm: true } });
  const shown = async (language: 'zh' | 'en') => [
    (await t.ok('listRewards', { as: sharer, language })).items[0]!.friend.name,
    (await t.ok('getDeal', { as: sharer, params: { dealId: m.dealId }, query: { share: left }, language })).invite!.sharer.name,
    (await t.ok('listRedemptions', { as: m.clerk, params: { storeId: m.storeId }, language })).items[0]!.guest.name,
    (await noticesOf(sharer, language))[0]!.text.split(' used').shift()!.split(' 用掉').shift()!,
  ];
  expect(await shown('zh')).toEqual(Array(4).fill('已注销'));
  expect(await shown('en')).toEqual(Array(4).fill('Deleted account'));
  expect(await t.refused('updateMe', { as: sharer, body: { name: '已注销' } })).toMatchObject({ code: 'CONTENT_REFUSED' });
});

test('I-16 what an invitation says the sharer earns: of the group\'s price in a group, nothing where the account is gone', async () => {
  const seat = await openGroup(t, m, sharer);
  const { token } = await t.ok('createShare', { as: sharer, params: { dealId: m.dealId }, body: { channel: 'chat', groupId: seat.groupId } });
  const page = await t.ok('getGroup', { as: friend, params: { groupId: seat.groupId }, query: { share: token } });
  expect((await open(friend, token)).invite.rebateFen).toBe(page.inviter!.rebateFen);
  expect(page.inviter!.rebateFen).toBe(Math.floor((9_900 - 1_000) * 0.08));
  const gone = await t.person('要走的');
  const left = await share(t, m, gone);
  await t.ok('deleteMe', { as: gone, body: { confirm: true } });
  expect((await open(friend, left)).invite).toMatchObject({ rebateFen: 0, friendDiscountFen: 1_000 });
  expect((await t.ok('getDeal', { as: friend, params: { dealId: m.dealId }, query: { share: left } })).invite).toMatchObject({ rebateFen: 0 });
  expect((await t.ok('quoteOrder', { as: friend, body: { dealId: m.dealId, quantity: 1, shareToken: left } })).sharer).toMatchObject({ rebateFen: 0 });
  await join(t, m, friend, seat.groupId);
});

test('A-19 an after-sale is told to who can answer it: managers of the store where it was served', async () => {
  const elsewhere = await t.person('静安店长');
  await t.ok('addStaff', { as: m.operator, params: { merchantId: m.merchantId }, body: { phone: elsewhere.phone!, storeId: m.storeIds[1], role: 'manager' } });
  const order = await buy(t, m, friend);
  await redeem(t, m, order.voucherIds[0]!);
  await askAfterSale(order.voucherIds[0]!);
  const told = await t.db.query("SELECT person_id FROM notice WHERE kind = 'after_sale.requested'");
  expect(told).toEqual([{ person_id: m.manager.personId }]);
});

test('H6 a copy of one\'s data holds what a joined account did; a replaced WeChat leaves no session key', async () => {
  const browser = await t.person('浏览器', { openid: null });
  const weapp = await t.person('小程序', { phone: null });
  await buy(t, m, weapp);
  const { code } = await t.sandbox!.control<{ code: string }>('wx/phone', { phone: browser.phone! });
  const session = await t.ok('verifyPhone', { as: weapp, body: { wechatCode: code } });
  await t.drain();
  const copy = (await t.ok('exportMe', { as: session.token })) as unknown as { events: { what: string }[]; sessions: object[]; profile: { joined_accounts: string[] } };
  expect(copy.events.map((event) => event.what)).toEqual(expect.arrayContaining(['order.placed', 'order.paid']));
  expect(copy.profile.joined_accounts).toEqual([weapp.personId]);
  const keys = async () => (await t.db.query<{ openid: string }>('SELECT openid FROM wechat_session')).map((row) => row.openid);
  const login = await t.sandbox!.control<{ code: string; openid: string }>('wx/login', { user: '换的第一个' });
  const first = await t.ok('loginWechat', { body: { code: login.code, deviceId: 'dev-wx-0001' } });
  expect(await keys()).toContain(login.openid);
  const phone = await t.sandbox!.control<{ code: string }>('wx/phone', { phone: newPhone() });
  const kept = await t.ok('verifyPhone', { as: first.token, body: { wechatCode: phone.code } });
  const next = await t.sandbox!.control<{ code: string; openid: string }>('wx/login', { user: '换的第二个' });
  await t.ok('linkWechat', { as: kept.token, body: { code: next.code } });
  expect(await keys()).toContain(next.openid);
  expect(await keys()).not.toContain(login.openid);
});

test('a title as long as real ones are stands whole on WeChat’s bill, in its list of orders and in the notice', async () => {
  const title = '【工作日】招牌烤鱼3-4人套餐含锅底+6选4配菜+饮料畅饮，每桌再送一份时令水果';
  expect([[...title].length, Buffer.byteLength(title.replace(/[ -~]/g, '鱼')) <= 127]).toEqual([TITLE_MAX, true]);
  const { dealId } = await m.addDeal({ title });
  const { tables } = t.sandbox!.sandbox.sandbox.world;
  await buy(t, m, friend, { dealId });
  await later(t, MINUTE);
  expect([...tables.tx.values()].map((tx) => tx.description)).toEqual([title]);
  expect([...tables.shipping.values()].map((row) => (row.body as { shipping_list: unknown }).shipping_list)).toEqual([[{ item_desc: title }]]);
  expect((await noticesOf(friend)).find(({ kind }) => kind === 'order.paid')!.text).toContain(title);
});

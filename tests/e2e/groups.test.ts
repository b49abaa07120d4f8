/** Group buys on H5 in Chromium: three people fill a table from a share, another table stays empty and is refunded, a full one offers the next. */
import type { Market } from '../support/app';
import { join, openGroup, sit, standard } from '../support/groups';
import { buy, codeOf, DAY } from '../support/trade';
import { IN_WECHAT, startSite, type Site, type Visitor } from './support/browser';
import { LOOKS, arrives, axe, dialogOf, fitsWidths, login, sees, tap, until } from './support/steps';

let s: Site;
let m: Market;
beforeAll(async () => {
  s = await startSite();
  m = await s.t.market({ deal: { group: standard({ size: 3, priceFen: 9_900, hostBenefitFen: 500 }) } });
});
afterAll(() => s.stop());

/** From the button of a deal or a group through login, checkout and WeChat's cashier. */
async function pays(v: Visitor, button: RegExp, amount: string, phone?: string): Promise<void> {
  await tap(v, button);
  if (phone) await login(s, v, phone);
  await arrives(v, /没凑齐 3 人，钱会自动原路退回；成团前随时能退出/);
  await tap(v, '提交并支付');
  await tap(v, `付款 ${amount}`);
}

const WORDS = '周五下班去？毛肚真的脆，鸭血也嫩，位子我都订好了，就差你了，来了我请喝酸梅汤';
let host: Visitor;
let link: string;

test('three people complete a group from a share, each in a browser of their own (I-12, I-13, A-11)', async () => {
  host = await s.visit();
  const [first, second] = [await s.visit(), await s.visit()];
  await host.context.grantPermissions(['clipboard-read', 'clipboard-write'], { origin: s.url });

  await host.page.goto(`${s.url}/pages/deal/index?id=${m.dealId}`);
  await arrives(host, '发起 3 人团');
  await sees(host, '单独买 ¥128');
  await pays(host, /发起 3 人团/, '¥94.00', '13922220001');
  await arrives(host, '你入座了，还差 2 人');
  await tap(host, '喊朋友来');
  await arrives(host, '喊上想一起去的人');
  await sees(host, /朋友退款则不发/);
  await tap(host, '复制链接');
  await sees(host, /复制/);
  link = await host.page.evaluate(() => navigator.clipboard.readText());

  // A few words beside the name; what WeChat does not pass is refused.
  await tap(host, '关闭');
  await host.page.getByText('给朋友捎句话').locator('visible=true').click();
  await arrives(host, '还能写 40 个字');
  const field = host.page.getByRole('textbox', { name: '想对朋友说什么' }).locator('visible=true');
  await field.fill('加微信 13912345678');
  await tap(host, '就这么说');
  await arrives(host, /没有通过审核/);
  await field.fill(WORDS);
  await tap(host, '就这么说');
  await host.page.waitForURL(/pages\/group\/index/);
  await arrives(host, `“${WORDS}”`);

  await first.page.goto(link);
  await first.page.waitForURL(/pages\/group\/index/);
  await arrives(first, '还差 2 人，就能成团');
  await sees(first, `“${WORDS}”`);
  await sees(first, /邀请你一起吃/);
  await sees(first, /返利，由商家出/);
  await sees(first, '后结束，没凑齐全额退');
  await pays(first, /参团 · 付 ¥89\.00/, '¥89.00', '13922220002');
  await arrives(first, '你入座了，还差 1 人');
  await tap(first, '看这个团');
  await arrives(first, '退出拼团');
  await first.page.goto(`${s.url}/pages/orders/index`);
  await first.page.getByRole('tab', { name: '待成团' }).locator('visible=true').click();
  await arrives(first, '差 1 人');

  await second.page.goto(link);
  await sees(second, '还差 1 人，就能成团');
  await pays(second, /参团 · 付 ¥89\.00/, '¥89.00', '13922220003');
  await arrives(second, '付好了');
  await tap(second, '去看券码');
  await arrives(second, '给店员扫一扫就行');

  await first.page.goto(link);
  await arrives(first, '成团了');
  await tap(first, '去看券码');
  await sees(first, '给店员扫一扫就行');
  const rows = await s.t.db.query<{ state: string; confirmed: number }>('SELECT state, confirmed FROM group_buy');
  expect(rows).toEqual([{ state: 'succeeded', confirmed: 3 }]);

  const late = await s.visit();
  await late.page.goto(link);
  await arrives(late, '这个团成了');
  await tap(late, '自己开 3 人团');
});

test('a group that is not full at its deadline fails, and its people see their money come back (I-13, F-17)', async () => {
  await host.page.goto(`${s.url}/pages/deal/index?id=${m.dealId}`);
  await pays(host, /发起 3 人团/, '¥94.00');
  await sees(host, '你入座了，还差 2 人');
  await tap(host, '看这个团');
  await arrives(host, '你入座了，还差 2 人');
  await s.t.moveTime(DAY + 60_000);
  await until(s, 'the refund', async () => (await s.t.db.query("SELECT 1 FROM refund WHERE kind = 'group_failed' AND state = 'succeeded'")).length === 1);
  const address = host.page.url();
  await host.page.goto(address);
  await arrives(host, '没凑齐，没成团');
  await sees(host, '¥94.00 已原路退回');
  await tap(host, '看退款进度');
  await arrives(host, '没成团，全额退');
  await host.page.goto(`${s.url}/groups/pages/mine/index`);
  await arrives(host, '还没有人入座');
  await host.page.getByRole('tab', { name: '结束的' }).click();
  await arrives(host, '没成团，全额退');
});

test('a full group offers another one with a seat, and who leaves gets everything back', async () => {
  const [a, b, c, d] = await Promise.all(['许知夏', '陈默', '阿舟', '吴桐'].map((name) => s.t.person(name)));
  const { dealId } = await m.addDeal({ title: '另一桌烤鱼' });
  const full = await openGroup(s.t, m, a!, { dealId });
  await join(s.t, m, b!, full.groupId, { dealId });
  await sit(s.t, m, c!, { groupId: full.groupId }, { dealId });
  const open = await openGroup(s.t, m, d!, { dealId });

  const guest = await s.visit();
  await guest.page.goto(`${s.url}/pages/group/index?id=${full.groupId}`);
  await arrives(guest, '座位都有人了');
  await sees(guest, /没付成，座位会空出来/);
  await tap(guest, '参加另一个团');
  await guest.page.waitForURL((url) => url.search.includes(open.groupId));
  await sees(guest, '还差 2 人，就能成团');
  await pays(guest, /参团 · 付 ¥99\.00/, '¥99.00', '13922220004');
  await sees(guest, '你入座了，还差 1 人');
  await tap(guest, '看这个团');
  await tap(guest, '退出拼团');
  const dialog = dialogOf(guest);
  await dialog.waitFor();
  expect(await dialog.textContent()).toContain('¥99.00 全额原路退回');
  expect(await axe(guest)).toEqual([]);
  await dialog.getByRole('button', { name: '退出拼团' }).click();
  await guest.page.waitForURL(/pages\/refund\/index/);
  await arrives(guest, '退出拼团，全额退');
  expect((await s.t.db.query<{ taken: number }>('SELECT taken FROM group_buy WHERE group_id = $1', [open.groupId]))[0]).toEqual({ taken: 1 });
});

test("in WeChat's own browser the landing leads into the mini-program with the same token, and says nothing of rebates", async () => {
  const owner = await s.t.person('林小满');
  const { groupId } = await openGroup(s.t, m, owner);
  const { token } = await s.t.ok('createShare', { as: owner, params: { dealId: m.dealId }, body: { channel: 'link', groupId } });
  const v = await s.visit({ userAgent: IN_WECHAT });
  await v.page.goto(`${s.url}/s/${token}`);
  await sees(v, '去小程序参团');
  expect(await v.page.getByText(/返利/).locator('visible=true').count()).toBe(0);
  expect(await axe(v)).toEqual([]);
});

test('a voucher of the other store is refused at the counter with where it is valid, and an unpaid order is cancelled', async () => {
  const elsewhere = await m.addDeal({ title: '静安店专享', group: undefined, storeIds: [m.storeIds[1]!] });
  const buyer = await s.t.person('周屿');
  const { voucherIds } = await buy(s.t, m, buyer, { dealId: elsewhere.dealId });
  const clerk = await s.visit();
  await clerk.page.goto(`${s.url}/merchant/pages/redeem/index`);
  await tap(clerk, '去登录');
  await login(s, clerk, m.clerk.phone!);
  await clerk.page.getByRole('textbox', { name: /12 位券码/ }).fill(await codeOf(s.t, voucherIds[0]!, 'typed'));
  await arrives(clerk, /不能在这家店用/);
  await sees(clerk, /静安店/);

  const guest = await s.visit();
  const deal = await m.addDeal({ title: '酸梅汤两杯', group: undefined });
  await guest.page.goto(`${s.url}/pages/deal/index?id=${deal.dealId}`);
  await tap(guest, /立即买/);
  await login(s, guest, '13922220005');
  await tap(guest, '提交并支付');
  await guest.page.getByRole('button', { name: '付款 ¥128.00' }).waitFor();
  await guest.page.goto(`${s.url}/pages/orders/index`);
  await tap(guest, '取消订单');
  const dialog = dialogOf(guest);
  await dialog.waitFor();
  expect(await axe(guest)).toEqual([]);
  await dialog.getByRole('button', { name: '取消订单' }).click();
  await arrives(guest, '已取消');
  expect((await s.t.db.query<{ state: string }>('SELECT state FROM guest_order WHERE deal_id = $1', [deal.dealId]))[0]).toEqual({ state: 'cancelled' });
});

test.each(LOOKS)('the pages of groups in %s pass axe at 320 and 430 wide', async (_, locale, dark) => {
  // A table of its own, so that this test stands alone.
  const { groupId } = await openGroup(s.t, m, await s.t.person(`团长${locale}${dark}`));
  await fitsWidths(s.url, s.visit, ['/', '/pages/groups/index', `/groups/pages/deal/index?id=${m.dealId}`, '/groups/pages/mine/index', `/pages/group/index?id=${groupId}`, `/pages/deal/index?id=${m.dealId}`], { locale, dark });
});

/** What differs from phone to phone, and where WeChat opens a page but not the app around it. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { buy, share } from '../support/trade';
import { phonesOf } from './support/phones';

let t: TestApp;
let m: Market;
const phoneOf = phonesOf(() => t);
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market();
});
afterAll(() => t.stop());

test('a post in Moments shows what a friend gets, and what WeChat refuses there breaks nothing', async () => {
  const token = await share(t, m, await t.person('林小满'));
  const reader = phoneOf('周屿');
  reader.open(`pages/deal/index?id=${m.dealId}&s=${token}`, { scene: 1154 });
  await reader.sees('林小满请你入座');
  await reader.sees('你付¥118.00');
  await reader.until('the visit to be told', () => (reader.calls.request ?? []).some(({ url }) => String(url).includes('/touches')));
  // WeChat itself says to go to the mini-program; the page stays as it is, and nobody is signed in.
  await reader.tap('立即买');
  await reader.tap('首页');
  await reader.until('the ways on to be refused', () => reader.calls.navigateTo && reader.calls.switchTab);
  await reader.sees('立即买');
  expect([reader.depth(), reader.path(), reader.storage.has('juke.session')]).toEqual([1, 'pages/deal/index', false]);
});

test.each([['ios', 0.4], ['android', -1]] as const)('a phone with %s is as bright after the voucher as before it', async (system, after) => {
  const person = await t.person('周屿');
  const { voucherIds } = await buy(t, m, person);
  const phone = phoneOf('周屿');
  phone.habits.system = system;
  const levels = () => (phone.calls.setScreenBrightness ?? []).map(({ value }) => value);
  phone.open(`pages/voucher/index?id=${voucherIds[0]}`);
  await phone.until('the code', () => phone.qrCodes().length === 1);
  await phone.until('a bright screen', () => levels().length === 1);
  await phone.tap('首页');
  await phone.until('the screen as it was', () => levels().length === 2);
  expect(levels()).toEqual([1, after]);
});

test('data that could not be copied is not called copied', async () => {
  await t.person('周屿');
  const phone = phoneOf('周屿');
  phone.habits.clipboard = 'deny';
  // WeChat signs in by itself with the first call that wants a person.
  phone.open('pages/wallet/index');
  await phone.until('WeChat to sign in', () => phone.storage.has('juke.session'));
  phone.open('pages/settings/index');
  await phone.tap('导出我的数据');
  await phone.sees('没复制成，再试一次');
  phone.habits.clipboard = 'allow';
  await phone.tap('导出我的数据');
  await phone.sees('内容已复制');
});

test('dark in the app on a light phone: the window behind every page is dark, with light dots', async () => {
  const phone = phoneOf('周屿');
  const grounds = () => (phone.calls.setBackgroundColor ?? []).map(({ backgroundColor }) => backgroundColor);
  phone.open('pages/settings/index');
  await phone.tap('外观');
  await phone.tap('深色');
  await phone.until('the page in front to be dark', () => grounds().at(-1) === '#111613');
  const before = grounds().length;
  phone.open('pages/search/index');
  await phone.until('the next page too', () => grounds().length > before);
  expect([grounds().at(-1), phone.calls.setBackgroundTextStyle!.at(-1)!.textStyle]).toEqual(['#111613', 'light']);
});

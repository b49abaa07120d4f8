/** Every page of the compiled mini-program opens and draws true data, in both languages, with nothing of a browser within reach. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { claim, makeOffer } from '../support/coupons';
import { openGroup, standard } from '../support/groups';
import { placeTogether } from '../support/purchase';
import { buy, redeem, share } from '../support/trade';
import { pagePaths } from './support/build';
import { phonesOf } from './support/phones';
import { attribute, tagOf } from './support/view';
import { ABSENT } from './support/realm';
import { texts as cart } from '../../src/i18n/cart';
import { texts as checkout } from '../../src/i18n/checkout';
import { texts as common } from '../../src/i18n/common';
import { texts as coupons } from '../../src/i18n/coupons';
import { texts as deal } from '../../src/i18n/deal';
import { texts as discover } from '../../src/i18n/discover';
import { texts as groupSay } from '../../src/i18n/group-say';
import { texts as groups } from '../../src/i18n/groups';
import { texts as login } from '../../src/i18n/login';
import { texts as mine } from '../../src/i18n/mine';
import { texts as notices } from '../../src/i18n/notices';
import { texts as offers } from '../../src/i18n/offers';
import { texts as orders } from '../../src/i18n/orders';
import { texts as payReturn } from '../../src/i18n/pay-return';
import { texts as refund } from '../../src/i18n/refund';
import { texts as search } from '../../src/i18n/search';
import { texts as settings } from '../../src/i18n/settings';
import { texts as shares } from '../../src/i18n/shares';
import { texts as staff } from '../../src/i18n/staff';
import { texts as trade } from '../../src/i18n/trade';
import { texts as update } from '../../src/i18n/update';
import { texts as voucher } from '../../src/i18n/voucher';
import { texts as wallet } from '../../src/i18n/wallet';
import { texts as withdraw } from '../../src/i18n/withdraw';

// The texts alone: no device of the tests' own.
jest.mock('@/state/settings', () => ({ useLanguage: () => 'zh' }));

let t: TestApp;
let m: Market;
let mia: TestPerson;
const phoneOf = phonesOf(() => t);
/** Addresses of things that exist. */
let ids: Record<'deal' | 'store' | 'order' | 'unpaid' | 'voucher' | 'refund' | 'group' | 'groupDeal' | 'purchase' | 'offer' | 'gift', string>;

beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market();
  mia = await t.person('林小满');
  const friend = await t.person('周屿');
  const shareToken = await share(t, m, mia);
  const fromFriend = await buy(t, m, friend, { shareToken });
  await redeem(t, m, fromFriend.voucherIds[0]!);
  const own = await buy(t, m, mia, { quantity: 2 });
  const { refundId } = await t.ok('requestRefund', { as: mia, params: { orderId: own.orderId }, body: { voucherIds: [own.voucherIds[1]!], reason: '不想去了' } });
  const unpaid = await buy(t, m, mia, { dealId: (await m.addDeal({ title: '酸梅汤' })).dealId, pay: false });
  const groupDeal = (await m.addDeal({ title: '三人烤鱼', group: standard() })).dealId;
  const { groupId } = await openGroup(t, m, mia, { dealId: groupDeal });
  await t.ok('setCartItem', { as: mia, params: { dealId: m.dealId }, body: { quantity: 1 } });
  const { purchaseId: purchase } = await placeTogether(t, mia, [await m.addDeal({ title: '凉茶' }), await m.addDeal({ title: '糖水' })].map(({ dealId }) => ({ dealId })));
  // Its minimum is out of reach, so that the checkout below stays what it is.
  const { offerId: offer } = await makeOffer(t, m, { title: '大桌券', thresholdFen: 50_000, isTransferable: true });
  await claim(t, mia, offer);
  const { couponId } = await claim(t, friend, offer);
  const { token: gift } = await t.ok('giveCoupon', { as: friend, params: { couponId } });
  await t.drain();
  ids = { offer, gift, purchase, group: groupId, groupDeal, deal: m.dealId, store: m.storeId, order: own.orderId, unpaid: unpaid.orderId, voucher: own.voucherIds[0]!, refund: refundId };
});
afterAll(() => t.stop());

test('no browser global is within reach, and no code is made from text', () => {
  const phone = phoneOf('林小满');
  phone.open();
  for (const name of ABSENT) expect([name, phone.realm().typeOf(name)]).toEqual([name, 'undefined']);
  expect(() => phone.realm().typeOf('new Function("return 1")()')).toThrow(/Code generation/);
});

const HOTPOT = '老灶火锅双人餐';

test.each([['zh', 'restart', 1], ['en', 'restart', 1], ['zh', 'later', 0], ['en', 'later', 0]] as const)('a new version that WeChat loaded, in %s: %s', async (language, newVersion, restarts) => {
  const phone = phoneOf('林小满', { language });
  phone.habits.newVersion = newVersion;
  phone.open();
  await phone.sees(common[language].discover);
  await phone.until('the question', () => phone.calls.showModal);
  if (restarts) await phone.until('the restart', () => phone.calls.applyUpdate);
  await phone.sees(HOTPOT);
  expect(phone.calls.showModal).toMatchObject([{ title: update[language].title, content: update[language].text }]);
  expect(phone.calls.applyUpdate?.length ?? 0).toBe(restarts);
});

/** What a person must find on each page, and which thing it shows. */
const PAGES: Record<string, { id?: keyof typeof ids; param?: string; user?: string; shows: (l: 'zh' | 'en') => string[] }> = {
  'pages/index/index': { shows: (l) => [HOTPOT, discover[l].catFood, common[l].discover] },
  'pages/groups/index': { shows: (l) => [groups[l].openTitle, groups[l].mine, '三人烤鱼'] },
  'pages/orders/index': { shows: (l) => [orders[l].listTitle, HOTPOT, '酸梅汤'] },
  'pages/mine/index': { shows: (l) => [mine[l].shares, mine[l].notices, mine[l].settings] },
  'pages/search/index': { shows: (l) => [search[l].title] },
  'pages/shop/index': { id: 'store', shows: () => ['南京东路店', HOTPOT] },
  'pages/deal/index': { id: 'deal', shows: (l) => [HOTPOT, deal[l].refundAnytime, deal[l].buyNow] },
  'pages/group/index': { id: 'group', shows: (l) => ['三人烤鱼', groups[l].invite, groups[l].leave] },
  'pages/checkout/index': { id: 'deal', shows: (l) => [checkout[l].title, `${trade[l].total}¥128.00`, checkout[l].submit] },
  'pages/pay-return/index': { id: 'order', shows: (l) => [payReturn[l].paid, payReturn[l].seeVoucher] },
  'pages/voucher/index': { id: 'voucher', shows: (l) => [voucher[l].title, '南京东路店', voucher[l].askRefund] },
  'pages/order/index': { id: 'unpaid', shows: (l) => [orders[l].title, '酸梅汤', trade[l].pay] },
  'pages/refund/index': { id: 'refund', shows: (l) => [refund[l].title, '¥128.00'] },
  'pages/wallet/index': { shows: (l) => [wallet[l].title, '¥9.44', '周屿'] },
  'pages/withdraw/index': { shows: (l) => [withdraw[l].title, withdraw[l].emptyTitle] },
  'pages/notices/index': { shows: (l) => [notices[l].title, '¥128.00'] },
  'pages/login/index': { shows: (l) => [login[l].hello, login[l].wechat] },
  'pages/settings/index': { shows: (l) => [settings[l].title, settings[l].privacyTitle] },
  'pages/shares/index': { shows: (l) => [shares[l].title, HOTPOT] },
  'groups/pages/deal/index': { id: 'groupDeal', shows: (l) => [groups[l].dealGroups, '林小满'] },
  'groups/pages/words/index': { id: 'group', shows: (l) => [groupSay[l].label, groupSay[l].note] },
  'groups/pages/mine/index': { shows: (l) => [groups[l].tabEnded, '三人烤鱼'] },
  'cart/pages/cart/index': { shows: (l) => [cart[l].title, HOTPOT, cart[l].toCheckout(1)] },
  'cart/pages/checkout/index': { shows: (l) => [cart[l].checkoutTitle, cart[l].toCart] },
  'cart/pages/purchase/index': { id: 'purchase', shows: (l) => [cart[l].headUnpaid(2), '凉茶', '糖水', cart[l].cancelAll] },
  'coupons/pages/centre/index': { shows: (l) => [coupons[l].centreNote, '大桌券', coupons[l].left('8', '10')] },
  'coupons/pages/claim/index': { id: 'offer', shows: (l) => [coupons[l].claimTitle, '大桌券'] },
  'coupons/pages/mine/index': { shows: (l) => [coupons[l].mine, '大桌券', coupons[l].give] },
  'coupons/pages/gift/index': { id: 'gift', param: 't', shows: (l) => [coupons[l].giftFrom('周屿'), coupons[l].giftClaim] },
  'merchant/pages/offers/index': { user: '店长王姐', shows: (l) => ['大桌券', '2 / 10', offers[l].pause] },
  'merchant/pages/new-offer/index': { user: '店长王姐', shows: (l) => [offers[l].partWhat, offers[l].fill] },
  'merchant/pages/redeem/index': { user: '店长王姐', shows: (l) => [staff[l].scan, HOTPOT, '周屿'] },
  'merchant/pages/today/index': { user: '店长王姐', shows: (l) => [staff[l].today, '¥118.00'] },
  'merchant/pages/after-sales/index': { user: '店长王姐', shows: (l) => [staff[l].afterSales] },
};

test('the list above is the list of the app', () => expect(Object.keys(PAGES).sort()).toEqual([...pagePaths].sort()));

describe.each(['zh', 'en'] as const)('in %s', (language) => {
  test.each(Object.keys(PAGES))('%s draws itself', async (path) => {
    const { id, param = 'id', user = '林小满', shows } = PAGES[path]!;
    const phone = phoneOf(user, { language });
    // A silent sign-in comes first, as on a phone that has been here before.
    phone.open('pages/wallet/index');
    await phone.sees(wallet[language].title);
    await phone.until('WeChat to sign in by itself', () => phone.storage.has('juke.session'));
    phone.open(id ? `${path}?${param}=${ids[id]}` : path);
    for (const word of shows(language)) await phone.sees(word);
    expect(phone.path()).toBe(path);
  });
});

test.each([['pages/search/index', 'input', common.zh.search], ['groups/pages/words/index', 'textarea', groupSay.zh.label]])('a screen reader hears what the field of %s is for', async (path, tag, label) => {
  const phone = phoneOf('林小满');
  phone.open('pages/wallet/index');
  await phone.until('WeChat to sign in by itself', () => phone.storage.has('juke.session'));
  phone.open(`${path}?id=${ids.group}`);
  const named = () => phone.find(label);
  await phone.until('the field', () => named() && tagOf(named()!) === tag && attribute(named()!, 'aria-label') === label);
});

test('tabs are switched to and stay, and ten pages are never exceeded', async () => {
  const phone = phoneOf('林小满');
  phone.open();
  await phone.tap('卡券');
  await phone.until('the second tab', () => phone.path() === 'pages/orders/index');
  await phone.tap('发现');
  await phone.until('the first tab', () => phone.path() === 'pages/index/index');
  expect(phone.depth()).toBe(1);
  for (let i = 0; i < 6; i += 1) {
    await phone.tap(HOTPOT);
    await phone.until('a deal', () => phone.path() === 'pages/deal/index');
    await phone.tap('老灶火锅（南京东路店）');
    await phone.until('a shop', () => phone.path() === 'pages/shop/index');
    await phone.sees(HOTPOT);
  }
  expect(phone.depth()).toBeLessThanOrEqual(10);
});

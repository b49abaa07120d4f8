/**
 * For tests generated from the contract: a world in which every route has something real to act on, an input for each
 * route that its shape accepts, and a fingerprint of everything stored. A route without an entry does not compile.
 */
import type { RouteName } from '../../functions/contract/routes';
import type { LooseCall, Market, TestApp, TestPerson } from './app';
import { claim, makeOffer, offerOf } from './coupons';
import { openGroup, standard } from './groups';
import { buy, codeOf, DAY, later, MINUTE, place, redeem, share } from './trade';

export interface World {
  t: TestApp; mine: Market; other: Market;
  guest: TestPerson; friend: TestPerson;
  /** Clerk and manager of the second store of the same merchant only. */
  nextDoor: TestPerson; nextDoorManager: TestPerson;
  ids: {
    unpaid: string; paid: string; voucher: string; usedVoucher: string; redemption: string; refund: string; token: string; code: string; reward: string; withdrawal: string; media: string; purchase: string;
    /** Of the friend: one at hand, one on its way to somebody, and by which link. */
    coupon: string; passing: string; gift: string;
  };
  /** Deals of the other merchant that nobody else of the tests buys. */
  cart: readonly [string, string];
  /** What may be known: an offer, one by code, a gift of somebody who is not in marks, and the open group of the friend. */
  offers: { offerId: string; code: string; gift: string; groupId: string };
  /** What belongs to guest, friend and the first merchant alone: no answer to anybody else may carry it. */
  marks: string[];
}

/** The friend bought through the guest's link at the first store: one order unpaid, one with a live voucher, one used with an open after-sale; the guest has a wallet. */
export async function makeWorld(t: TestApp): Promise<World> {
  const operator = await t.person('运营', { operator: true });
  const [mine, other] = [await t.market({ operator, deal: { perPersonLimit: 99, stock: 5_000, rebateBps: 1_500 } }), await t.market({ operator, merchant: { name: '别家面馆' }, staff: ['别家店员', '别家店长'] })];
  const snack = await mine.addDeal({ title: '老灶小食' });
  const cart = [(await other.addDeal({ title: '凉面' })).dealId, (await other.addDeal({ title: '汤面' })).dealId] as const;
  const [guest, friend] = [await t.person('夏禾'), await t.person('江川')];
  const staffAt = async (name: string, role: 'clerk' | 'manager') => {
    const person = await t.person(name);
    await t.ok('addStaff', { as: operator, params: { merchantId: mine.merchantId }, body: { phone: person.phone!, storeId: mine.storeIds[1], role } });
    return person;
  };
  const [nextDoor, nextDoorManager] = [await staffAt('隔壁店员', 'clerk'), await staffAt('隔壁店长', 'manager')];
  const token = await share(t, mine, guest);
  await t.ok('openShare', { as: friend, params: { token }, body: { surface: 'weapp', visitorId: friend.deviceId } });
  const earned = await buy(t, mine, friend, { shareToken: token });
  await redeem(t, mine, earned.voucherIds[0]!);
  await later(t, 6 * MINUTE);
  await later(t, 7 * DAY);
  const { withdrawalId } = await t.ok('requestWithdrawal', { as: guest, body: { amountFen: 100 } });
  const used = await buy(t, mine, friend);
  const { redemptionId } = await redeem(t, mine, used.voucherIds[0]!);
  const { refundId } = await t.ok('requestAfterSale', { as: friend, params: { voucherId: used.voucherIds[0]! }, body: { reason: '菜凉了' } });
  const live = await buy(t, mine, friend, { quantity: 2 });
  const unpaid = await place(t, mine, friend, {});
  const { purchaseId } = await t.ok('placePurchase', {
    as: friend,
    body: { items: [snack, other].map(({ dealId }) => ({ dealId, quantity: 1, termsVersion: 1, expectedUnitPriceFen: 12_800 })), expectedPayableFen: 25_600, surface: 'weapp' },
  });
  const { groupId } = await openGroup(t, mine, friend, { dealId: (await mine.addDeal({ group: standard() })).dealId });
  const { code } = await t.ok('createChannelCode', { as: operator, params: { merchantId: mine.merchantId }, body: { storeId: mine.storeId, kind: 'table', label: '3 号桌' } });
  const { mediaUrl } = await t.ok('createUpload', { as: friend, body: { contentType: 'image/png', bytes: 1_000 } });
  const offer = await makeOffer(t, mine, { total: 1_000, perPerson: 5, isTransferable: true });
  const { code: couponCode } = await makeOffer(t, mine, { total: 1_000, perPerson: 5, withCode: true });
  const [coupon, passing] = [await claim(t, friend, offer.offerId), await claim(t, friend, offer.offerId)];
  const { token: ownGift } = await t.ok('giveCoupon', { as: friend, params: { couponId: passing.couponId } });
  const giver = await t.person('送券的人');
  const { token: gift } = await t.ok('giveCoupon', { as: giver, params: { couponId: (await claim(t, giver, offer.offerId)).couponId } });
  const [reward] = await t.db.query<{ id: string }>('SELECT reward_id AS id FROM reward WHERE order_id = $1', [earned.orderId]);
  await t.drain();
  const ids = {
    unpaid: unpaid.orderId, paid: live.orderId, voucher: live.voucherIds[0]!, usedVoucher: used.voucherIds[0]!, redemption: redemptionId, refund: refundId, token, code, reward: reward!.id, gift: ownGift,
    withdrawal: withdrawalId, media: mediaUrl.split('/').at(-1)!, purchase: purchaseId, coupon: coupon.couponId, passing: passing.couponId,
  };
  const secrets = await t.db.query<{ secret: string; payment: string }>('SELECT v.secret, p.payment_id AS payment FROM voucher v JOIN payment p USING (order_id)');
  const marks = [
    ...Object.entries(ids).filter(([name]) => !['token', 'code'].includes(name)).map(([, id]) => id), ...secrets.flatMap((row) => [row.secret, row.payment]),
    ...[guest, friend].flatMap((person) => [person.personId, person.familyId, person.deviceId, person.phone!, person.openid!]), mine.clerkStaffId, mine.subMchid,
  ];
  return { t, mine, other, cart, guest, friend, nextDoor, nextDoorManager, ids, offers: { offerId: offer.offerId, code: couponCode!, gift, groupId }, marks: [...new Set(marks)] };
}

export interface Case extends LooseCall {
  /** Who may do this, with this very input. Null: nobody needs to be known. */
  by: TestPerson | null;
}
/** An accepted input of each route in this world, with the ids that are there. Doing it may change the world. */
export const cases: Record<RouteName, (w: World) => Case | Promise<Case>> = {
  getConfig: () => ({ by: null }),
  listPlaces: () => ({ by: null }),
  loginWechat: () => ({ by: null, body: { code: 'sandbox:谁', deviceId: 'dev-any-00001' } }),
  sendPhoneCode: () => ({ by: null, body: { phone: '13900000009' } }),
  loginPhone: () => ({ by: null, body: { phone: '13900000009', code: '000000', deviceId: 'dev-any-00001' } }),
  refreshSession: () => ({ by: null, body: { refreshToken: 'fam_000000000000000000000000.00000000000000000000000000000000', deviceId: 'dev-route-0001' } }),
  logout: (w) => ({ by: w.friend }),
  loginDemo: () => ({ by: null, body: { who: 'guest', deviceId: 'dev-any-00001' } }),
  getMe: (w) => ({ by: w.friend }),
  updateMe: (w) => ({ by: w.friend, body: { name: '江小川', avatarUrl: '/art/avatar-2.svg', language: 'zh' } }),
  verifyPhone: (w) => ({ by: w.friend, body: { phone: '13900000009', code: '000000' } }),
  linkWechat: (w) => ({ by: w.friend, body: { code: 'no-such-code' } }),
  setConsent: (w) => ({ by: w.friend, params: { kind: 'location' }, body: { granted: true } }),
  exportMe: (w) => ({ by: w.friend }),
  deleteMe: (w) => ({ by: w.friend, body: { confirm: true } }),
  createUpload: (w) => ({ by: w.friend, body: { contentType: 'image/png', bytes: 100 } }),
  listDeals: () => ({ by: null, query: { lat: '31235000', lng: '121480000', q: '火锅', category: 'food', sort: 'near', rebate: '1', maxFen: '99999', limit: '5', cursor: 'o0' } }),
  getDeal: (w) => ({ by: null, params: { dealId: w.mine.dealId }, query: { share: w.ids.token, lat: '31235000', lng: '121480000' } }),
  listStores: () => ({ by: null, query: { lat: '31235000', lng: '121480000', q: '店', category: 'food', limit: '5', cursor: 'o0' } }),
  getStore: (w) => ({ by: null, params: { storeId: w.mine.storeId }, query: { lat: '31235000', lng: '121480000' } }),
  createShare: (w) => ({ by: w.friend, params: { dealId: w.mine.dealId }, body: { channel: 'chat' } }),
  openShare: (w) => ({ by: null, params: { token: w.ids.token }, body: { surface: 'h5', visitorId: 'dev-any-00001', group: { encryptedData: 'AAAA', iv: 'AAAA' } } }),
  getShareLink: (w) => ({ by: null, params: { token: w.ids.token } }),
  getDealLink: (w) => ({ by: null, params: { dealId: w.mine.dealId } }),
  openCode: (w) => ({ by: null, params: { code: w.ids.code }, body: { visitorId: 'dev-any-00001', surface: 'h5' } }),
  listShares: (w) => ({ by: w.guest, query: { limit: '5', cursor: '1800000000000000.abc' } }),
  quoteOrder: (w) => ({ by: w.guest, body: { dealId: w.other.dealId, quantity: 1 } }),
  placeOrder: (w) => ({ by: w.guest, body: { dealId: w.other.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 12_800, surface: 'weapp' } }),
  payOrder: (w) => ({ by: w.friend, params: { orderId: w.ids.unpaid }, body: { method: 'jsapi', returnUrl: '/' } }),
  checkPayment: (w) => ({ by: w.friend, params: { orderId: w.ids.unpaid } }),
  cancelOrder: (w) => ({ by: w.friend, params: { orderId: w.ids.unpaid } }),
  listOrders: (w) => ({ by: w.friend, query: { tab: 'all', limit: '5', cursor: '1800000000000000.abc' } }),
  getOrder: (w) => ({ by: w.friend, params: { orderId: w.ids.paid } }),
  getVoucher: (w) => ({ by: w.friend, params: { voucherId: w.ids.voucher } }),
  requestRefund: (w) => ({ by: w.friend, params: { orderId: w.ids.paid }, body: { voucherIds: [w.ids.voucher], reason: '不想去了' } }),
  requestAfterSale: (w) => ({ by: w.friend, params: { voucherId: w.ids.usedVoucher }, body: { reason: '菜凉了' } }),
  getRefund: (w) => ({ by: w.friend, params: { refundId: w.ids.refund } }),
  getWallet: (w) => ({ by: w.guest }),
  listRewards: (w) => ({ by: w.guest, query: { tab: 'all', limit: '5', cursor: '1800000000000000.abc' } }),
  requestWithdrawal: (w) => ({ by: w.guest, body: { amountFen: 100 } }),
  listWithdrawals: (w) => ({ by: w.guest, query: { limit: '5', cursor: '1800000000000000.abc' } }),
  getWithdrawal: (w) => ({ by: w.guest, params: { withdrawalId: w.ids.withdrawal } }),
  listNotices: (w) => ({ by: w.friend, query: { limit: '5', cursor: '1800000000000000.abc' } }),
  readNotices: (w) => ({ by: w.friend, body: { upToMs: 1_800_000_000_000 } }),
  addSubscriptions: (w) => ({ by: w.friend, body: { templates: ['tpl'] } }),
  listMyStores: (w) => ({ by: w.mine.clerk }),
  redeemVoucher: async (w) => ({ by: w.mine.clerk, params: { storeId: w.mine.storeId }, body: { code: await codeOf(w.t, w.ids.voucher), deviceId: 'dev-counter-1' } }),
  undoRedemption: (w) => ({ by: w.mine.clerk, params: { storeId: w.mine.storeId, redemptionId: w.ids.redemption } }),
  listRedemptions: (w) => ({ by: w.mine.clerk, params: { storeId: w.mine.storeId }, query: { limit: '5', cursor: '1800000000000000.abc' } }),
  getToday: (w) => ({ by: w.mine.clerk, params: { storeId: w.mine.storeId } }),
  listAfterSales: (w) => ({ by: w.mine.manager, params: { storeId: w.mine.storeId }, query: { limit: '5', cursor: '1800000000000000.abc' } }),
  answerAfterSale: (w) => ({ by: w.mine.manager, params: { storeId: w.mine.storeId, refundId: w.ids.refund }, body: { accept: true, reason: '抱歉' } }),
  createMerchant: (w) => ({ by: w.mine.operator, body: { name: '新店', subMchid: '1234567890', category: 'tea', logoInk: '#123456', attribution: 'last' } }),
  createStore: (w) => ({
    by: w.mine.operator, params: { merchantId: w.mine.merchantId },
    body: { name: '三店', address: '人民路 1 号', phone: '021-55550009', latE6: 31_235_000, lngE6: 121_480_000, opensAtMinute: 600, closesAtMinute: 1_320 },
  }),
  addStaff: (w) => ({ by: w.mine.operator, params: { merchantId: w.mine.merchantId }, body: { phone: '13900000008', storeId: w.mine.storeId, role: 'clerk' } }),
  createDeal: (w) => ({ by: w.mine.operator, params: { merchantId: w.mine.merchantId }, body: { ...w.mine.deal, saleStartsAtMs: 1_700_000_000_000, saleEndsAtMs: 1_990_000_000_000 } }),
  createChannelCode: (w) => ({ by: w.mine.operator, params: { merchantId: w.mine.merchantId }, body: { storeId: w.mine.storeId, kind: 'table', label: '4 号桌' } }),
  clearReward: (w) => ({ by: w.mine.operator, params: { rewardId: w.ids.reward }, body: { reason: '看过了没问题' } }),
  listDealGroups: (w) => ({ by: null, params: { dealId: w.mine.dealId }, query: { limit: '5', cursor: 'o0' } }),
  listCouponOffers: (w) => ({ by: null, query: { merchantId: w.mine.merchantId, dealId: w.mine.dealId, limit: '5', cursor: '1800000000000000.abc' } }),
  getCouponOffer: (w) => ({ by: null, params: { offerId: w.offers.offerId } }),
  claimCoupon: (w) => ({ by: w.guest, params: { offerId: w.offers.offerId } }),
  openCouponCode: (w) => ({ by: w.guest, body: { code: w.offers.code } }),
  claimCouponCode: (w) => ({ by: w.guest, body: { code: w.offers.code } }),
  listMyCoupons: (w) => ({ by: w.friend, query: { tab: 'usable', limit: '5', cursor: '180000000000000000.abc' } }),
  giveCoupon: (w) => ({ by: w.friend, params: { couponId: w.ids.coupon } }),
  takeBackCoupon: (w) => ({ by: w.friend, params: { couponId: w.ids.passing } }),
  getCouponGift: (w) => ({ by: null, params: { token: w.offers.gift } }),
  createGiftActivity: (w) => ({ by: w.friend, params: { token: w.ids.gift } }),
  claimCouponGift: (w) => ({ by: w.guest, params: { token: w.offers.gift } }),
  listGroups: () => ({ by: null, query: { lat: '31235000', lng: '121480000', limit: '5', cursor: 'o0' } }),
  listMyGroups: (w) => ({ by: w.friend, query: { tab: 'open', limit: '5', cursor: '1800000000000000.abc' } }),
  getGroup: (w) => ({ by: null, params: { groupId: w.offers.groupId }, query: { share: w.ids.token, lat: '31235000', lng: '121480000' } }),
  leaveGroup: (w) => ({ by: w.friend, params: { groupId: w.offers.groupId } }),
  setGroupWords: (w) => ({ by: w.friend, params: { groupId: w.offers.groupId }, body: { words: '周五下班去' } }),
  createGroupActivity: (w) => ({ by: w.friend, params: { groupId: w.offers.groupId } }),
  getCart: (w) => ({ by: w.guest }),
  setCartItem: (w) => ({ by: w.guest, params: { dealId: w.other.dealId }, body: { quantity: 2 } }),
  quotePurchase: (w) => ({ by: w.guest, body: { items: w.cart.map((dealId) => ({ dealId, quantity: 1 })) } }),
  placePurchase: (w) => ({
    by: w.guest,
    body: { items: w.cart.map((dealId) => ({ dealId, quantity: 1, termsVersion: 1, expectedUnitPriceFen: 12_800 })), expectedPayableFen: 25_600, surface: 'weapp' },
  }),
  payPurchase: (w) => ({ by: w.friend, params: { purchaseId: w.ids.purchase }, body: { method: 'jsapi', returnUrl: '/' } }),
  checkPurchase: (w) => ({ by: w.friend, params: { purchaseId: w.ids.purchase } }),
  cancelPurchase: (w) => ({ by: w.friend, params: { purchaseId: w.ids.purchase } }),
  getPurchase: (w) => ({ by: w.friend, params: { purchaseId: w.ids.purchase } }),
  listStoreOffers: (w) => ({ by: w.mine.manager, params: { storeId: w.mine.storeId }, query: { limit: '5', cursor: '1800000000000000.abc' } }),
  previewOffer: async (w) => ({ by: w.mine.manager, params: { storeId: w.mine.storeId }, body: await offerOf(w.t, { dealIds: [w.mine.dealId] }) }),
  createOffer: async (w) => ({ by: w.mine.manager, params: { storeId: w.mine.storeId }, body: await offerOf(w.t, { storeIds: w.mine.storeIds, withCode: true }) }),
  setOfferState: (w) => ({ by: w.mine.manager, params: { storeId: w.mine.storeId, offerId: w.offers.offerId }, body: { state: 'active' } }),
  createPlatformOffer: async (w) => ({ by: w.mine.operator, body: { ...(await offerOf(w.t)), merchantId: w.mine.merchantId, platformBps: 5_000, reason: '一起补' } }),
  getDemoClock: () => ({ by: null }),
  moveDemoClock: () => ({ by: null, body: { advanceMs: 1 } }),
};

type Fingerprint = Record<string, string>;
/** One value for each table; `mine: marks` looks only at rows that carry one of the marks. */
export async function fingerprint(t: TestApp, { marks }: { marks?: string[] } = {}): Promise<Fingerprint> {
  const tables = await t.db.query<{ name: string }>("SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'schema_migration' ORDER BY 1");
  const where = marks ? 'WHERE x::text ~ $1' : 'WHERE $1::text IS NOT NULL';
  const rows = await t.db.query<{ name: string; print: string }>(
    tables.map(({ name }) => `SELECT '${name}' AS name, count(*) || ' ' || coalesce(md5(string_agg(x::text, '|' ORDER BY x::text)), '') AS print FROM ${name} x ${where}`).join(' UNION ALL '), [(marks ?? ['']).join('|')]);
  return Object.fromEntries(rows.map((row) => [row.name, row.print]));
}
/** Names of the tables whose rows differ. */
export const changedTables = (before: Fingerprint, after: Fingerprint): string[] => Object.keys(after).filter((name) => before[name] !== after[name]);

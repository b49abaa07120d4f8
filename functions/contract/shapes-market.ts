/** Wire shapes of what is sold and where: deals, stores, places, and the operator's ways to create them. */
import * as z from 'zod';
import { fulfilments, groupKinds, rewardFlags, shareChannels, staffRoles, surfaces } from './states';
import {
  bps, category, deviceId, done, fen, id, latE6, lngE6, ms, name, nothing, page, pageOf, person, phone, place, positiveFen, query,
  queryInt, shareToken, text, title, url,
} from './shapes-common';
import { groupRow, groupRule } from './shapes-groups';

/** A price for a time, by the database clock. `regularPriceFen`, to be crossed out: what the regular deal costs alone, where it is on sale and was really sold at that lately (A11). One deal's answer names that deal and its price in any case. */
const flashSale = z.strictObject({ startsAtMs: ms, endsAtMs: ms, regularPriceFen: fen.nullable() });
/** Days 1 (Monday) … 7, minutes of the day in Asia/Shanghai, half-open. Orders placed inside it have this price. */
const offPeak = z.strictObject({ days: z.array(z.int().min(1).max(7)).min(1).max(7), fromMinute: z.int().min(0).max(1439), toMinute: z.int().min(1).max(1440), priceFen: positiveFen });
/** One offer in a list. `rebateFen` is what a sharer earns on one, at the friend's price. Distances in metres. */
export const dealCard = z.strictObject({
  dealId: z.string(), title: z.string(), category, pictureUrl: url, merchantName: z.string(), storeId: z.string(), storeName: z.string(),
  distanceM: z.int().nullable(), priceFen: fen, friendDiscountFen: fen, rebateFen: fen, soldCount: z.int(), available: z.int(),
  tags: z.array(z.string()), isOnSale: z.boolean(),
  /** The group price with its number of people; a flash sale with its window. */
  group: z.strictObject({ kind: z.enum(groupKinds), size: z.int(), priceFen: fen }).nullable(), flash: flashSale.nullable(),
});
const storeCard = z.strictObject({
  storeId: z.string(), merchantId: z.string(), name: z.string(), merchantName: z.string(), logoInk: z.string(), category, address: z.string(), phone: z.string(),
  latE6, lngE6, distanceM: z.int().nullable(), hoursText: z.string(), isOpen: z.boolean(),
  bestDeal: z.strictObject({ dealId: z.string(), title: z.string(), priceFen: fen }).nullable(),
});
/** Who invited, shown before paying. */
const invite = z.strictObject({
  token: z.string(), sharer: person, isMine: z.boolean(), friendDiscountFen: fen, rebateFen: fen, expiresAtMs: ms, isLive: z.boolean(),
});
const deal = z.strictObject({
  dealId: z.string(), title: z.string(), subtitle: z.string(), category, pictureUrls: z.array(url), items: z.array(z.strictObject({ name: z.string(), quantity: z.int() })),
  notes: z.array(z.string()), tags: z.array(z.string()), merchantId: z.string(), merchantName: z.string(), logoInk: z.string(), termsVersion: z.int(),
  priceFen: fen, friendDiscountFen: fen, friendPriceFen: fen, rebateFen: fen, rebateHoldDays: z.int(), soldCount: z.int(), available: z.int(), perPersonLimit: z.int(),
  saleEndsAtMs: ms.nullable(), isOnSale: z.boolean(), validDays: z.int(), hoursText: z.string(), stores: z.array(storeCard), invite: invite.nullable(),
  fulfilment: z.enum(fulfilments), group: groupRule.nullable(), openGroups: z.array(groupRow), openGroupCount: z.int(), flash: z.strictObject({ ...flashSale.shape, regular: z.strictObject({ dealId: z.string(), priceFen: fen }).nullable() }).nullable(), offPeak: z.strictObject({ ...offPeak.shape, isNow: z.boolean() }).nullable(), couponCount: z.int(), nowMs: ms,
});
const dealItems = z.array(z.strictObject({ name, quantity: z.int().min(1).max(99) })).min(1).max(20);

export const marketShapes = {
  getConfig: {
    params: nothing, query: nothing, body: nothing,
    answer: z.strictObject({
      demo: z.boolean(), sandboxUrl: url.nullable(), demoPeople: z.array(z.strictObject({ who: z.string(), name: z.string(), role: z.string() })),
      weappId: z.string(), features: z.strictObject({ rebateInWechatH5: z.boolean() }), subscribeTemplates: z.array(z.string()), nowMs: ms,
    }),
  },
  listPlaces: {
    params: nothing, query: nothing, body: nothing,
    answer: z.strictObject({ items: z.array(z.strictObject({ name: z.string(), district: z.string(), latE6, lngE6 })) }),
  },
  listDeals: {
    params: nothing,
    query: z.strictObject({
      ...place, ...page, q: query.optional(), category: category.optional(), sort: z.enum(['near', 'price', 'sold', 'rebate']).optional(),
      rebate: z.literal('1').optional(), openNow: z.literal('1').optional(), maxFen: queryInt(1, 100_000_000).optional(),
    }),
    body: nothing, answer: pageOf(dealCard),
  },
  getDeal: { params: z.strictObject({ dealId: id('deal') }), query: z.strictObject({ ...place, share: shareToken.optional() }), body: nothing, answer: deal },
  listStores: { params: nothing, query: z.strictObject({ ...place, ...page, q: query.optional(), category: category.optional() }), body: nothing, answer: pageOf(storeCard) },
  getStore: {
    params: z.strictObject({ storeId: id('sto') }), query: z.strictObject(place), body: nothing,
    answer: z.strictObject({ store: storeCard, deals: z.array(dealCard), otherStores: z.array(storeCard) }),
  },

  createShare: {
    params: z.strictObject({ dealId: id('deal') }), query: nothing, body: z.strictObject({ channel: z.enum(shareChannels), groupId: id('grp').optional() }),
    answer: z.strictObject({
      token: z.string(), url, weappPath: z.string(), qrUrl: url, friendDiscountFen: fen, friendPriceFen: fen, rebateFen: fen, holdDays: z.int(), expiresAtMs: ms,
      title: z.string(), pictureUrl: url, storeName: z.string(), storeAddress: z.string(), sharer: person, priceFen: fen,
    }),
  },
  openShare: {
    params: z.strictObject({ token: shareToken }), query: nothing,
    body: z.strictObject({
      surface: z.enum(surfaces), visitorId: deviceId,
      group: z.strictObject({ encryptedData: z.string().max(2048), iv: z.string().max(64) }).optional(),
    }),
    answer: z.strictObject({ dealId: z.string(), groupId: z.string().nullable(), invite }),
  },
  getShareLink: { params: z.strictObject({ token: shareToken }), query: nothing, body: nothing, answer: z.strictObject({ urlLink: url }) },
  getDealLink: { params: z.strictObject({ dealId: id('deal') }), query: z.strictObject({ group: id('grp').optional() }), body: nothing, answer: z.strictObject({ urlLink: url }) },
  openCode: {
    params: z.strictObject({ code: shareToken }), query: nothing, body: z.strictObject({ visitorId: deviceId, surface: z.enum(surfaces) }),
    answer: z.strictObject({ kind: z.enum(['store', 'table', 'poster', 'staff']), storeId: z.string(), label: z.string() }),
  },
  listShares: {
    params: nothing, query: z.strictObject(page), body: nothing,
    answer: pageOf(z.strictObject({
      token: z.string(), dealId: z.string(), title: z.string(), pictureUrl: url, channel: z.enum(shareChannels), createdAtMs: ms, expiresAtMs: ms,
      opened: z.int(), ordered: z.int(), redeemed: z.int(), earnedFen: fen, pendingFen: fen,
      groups: z.array(z.strictObject({ label: z.string(), opened: z.int(), ordered: z.int() })),
    })),
  },

  createMerchant: {
    params: nothing, query: nothing,
    body: z.strictObject({ name, subMchid: z.string().regex(/^\d{8,12}$/), category, logoInk: z.string().regex(/^#[0-9A-F]{6}$/), attribution: z.enum(['last', 'first']).optional() }),
    answer: z.strictObject({ merchantId: z.string() }),
  },
  createStore: {
    params: z.strictObject({ merchantId: id('mch') }), query: nothing,
    body: z.strictObject({
      name, address: text.min(1), phone: z.string().regex(/^[0-9+-]{5,20}$/), latE6, lngE6, opensAtMinute: z.int().min(0).max(1440), closesAtMinute: z.int().min(0).max(1440),
    }),
    answer: z.strictObject({ storeId: z.string() }),
  },
  addStaff: {
    params: z.strictObject({ merchantId: id('mch') }), query: nothing,
    body: z.strictObject({ phone, storeId: id('sto').nullable(), role: z.enum(staffRoles) }), answer: z.strictObject({ staffId: z.string() }),
  },
  createDeal: {
    params: z.strictObject({ merchantId: id('mch') }), query: nothing,
    body: z.strictObject({
      title, subtitle: text, category, pictureUrls: z.array(url).min(1).max(6), items: dealItems, notes: z.array(text).max(10), tags: z.array(z.string().max(8)).max(4),
      storeIds: z.array(id('sto')).min(1).max(50), priceFen: positiveFen, friendDiscountFen: fen.min(0), rebateBps: bps, rebateCapFen: fen.min(0), commissionBps: bps,
      stock: z.int().min(1).max(1_000_000), perPersonLimit: z.int().min(1).max(99), validDays: z.int().min(1).max(177), saleStartsAtMs: ms.nullable(), saleEndsAtMs: ms.nullable(),
      fulfilment: z.enum(fulfilments).optional(), group: groupRule.optional(), isFlash: z.boolean().optional(), regularDealId: id('deal').optional(), offPeak: offPeak.optional(),
    }),
    answer: z.strictObject({ dealId: z.string(), termsVersion: z.int(), warnings: z.array(z.string()) }),
  },
  createChannelCode: {
    params: z.strictObject({ merchantId: id('mch') }), query: nothing,
    body: z.strictObject({ storeId: id('sto'), kind: z.enum(['store', 'table', 'poster', 'staff']), label: name }), answer: z.strictObject({ code: z.string() }),
  },
  /** `flags`: those that were looked at; without them all that it has when the call arrives. One that is raised meanwhile stays. */
  clearReward: { params: z.strictObject({ rewardId: id('rwd') }), query: nothing, body: z.strictObject({ reason: text.min(4), flags: z.array(z.enum(rewardFlags)).min(1).max(rewardFlags.length).optional() }), answer: done },
};

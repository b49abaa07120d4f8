/** Wire shapes of orders, vouchers, refunds, wallet and the staff's counter. */
import * as z from 'zod';
import { couponKinds, fulfilments, lineKinds, priceKinds, shareChannels, staffRoles, surfaces, transitions } from './states';
import { done, fen, id, keysOf, ms, nothing, page, pageOf, person, positiveFen, shareToken, text, url } from './shapes-common';
import { COUPONS_HELD_MAX, MAX_QUANTITY, WITHDRAWAL_MAX_FEN } from './limits';
import { groupState } from './shapes-groups';

export const orderState = z.enum(keysOf(transitions.order));
const voucherState = z.enum([...keysOf(transitions.voucher), 'expired']);
const refundState = z.enum(keysOf(transitions.refund));
const rewardState = z.enum(keysOf(transitions.reward));
const withdrawalState = z.enum(keysOf(transitions.withdrawal));

/** Which discounts are used: friend discounts or a platform coupon, and at most one coupon of each merchant (contract/best-combination). */
export const stackChoice = z.strictObject({ usesFriend: z.boolean(), couponIds: z.array(id('cpn')).max(COUPONS_HELD_MAX) });
/** A coupon that the person holds, as the search for the best stack takes it (`StackCoupon`); `blocked` was decided by the server. */
export const stackCoupon = z.strictObject({
  couponId: z.string(), title: z.string(), merchantId: z.string().nullable(), kind: z.enum(couponKinds), thresholdFen: fen, amountFen: fen, offBps: z.int(), capFen: fen, dealId: z.string().nullable(), dealIds: z.array(z.string()),
  storeIds: z.array(z.string()), platformBps: z.int(), validFromMs: ms, validUntilMs: ms, blocked: z.enum(['not_new', 'not_lapsed']).nullable(),
});
const pricedLine = z.strictObject({ kind: z.enum(lineKinds), amountFen: fen, couponId: z.string().nullable(), title: z.string().nullable() });
/** One deal of a checkout, with what the search for the best stack needs of it (`StackLine`). */
export const quoteItem = z.strictObject({
  dealId: z.string(), merchantId: z.string(), merchantName: z.string(), title: z.string(), pictureUrl: url, storeName: z.string(), storeIds: z.array(z.string()), termsVersion: z.int(), quantity: z.int(), maxQuantity: z.int(),
  unitPriceFen: fen, singlePriceFen: fen, priceKind: z.enum(priceKinds), fulfilment: z.enum(fulfilments), hostBenefitFen: fen, friendDiscountFen: fen, payableFen: fen, lines: z.array(pricedLine), validUntilMs: ms,
  sharer: z.strictObject({ person, rebateFen: fen, token: z.string() }).nullable(),
});
/** A priced order before it is placed. Lines are what the person sees; they sum to payableFen. The app prices other stacks by the same function. */
const quote = z.strictObject({
  ...quoteItem.shape, savedFen: fen, moreCoupons: z.int().min(0), coupons: z.array(stackCoupon), stack: stackChoice, nowMs: ms,
  group: z.strictObject({ groupId: z.string().nullable(), size: z.int(), minSize: z.int(), left: z.int(), hours: z.int(), deadlineMs: ms.nullable(), isLastSeat: z.boolean() }).nullable(),
});
/** `group`: open one, or take a seat in one. A seat is one unit. */
const purchase = {
  dealId: id('deal'), quantity: z.int().min(1).max(MAX_QUANTITY), shareToken: shareToken.optional(), stack: stackChoice.optional(),
  group: z.union([z.strictObject({ open: z.literal(true) }), z.strictObject({ groupId: id('grp') })]).optional(),
};
export const payBody = z.strictObject({ method: z.enum(['jsapi', 'h5']), returnUrl: url.optional() });
export const payAnswer = z.strictObject({
  jsapi: z.strictObject({ timeStamp: z.string(), nonceStr: z.string(), package: z.string(), signType: z.literal('RSA'), paySign: z.string() }).nullable(), h5Url: url.nullable(),
});
const orderGroup = z.strictObject({ groupId: z.string(), state: groupState, size: z.int(), minSize: z.int(), confirmed: z.int(), people: z.array(person), deadlineMs: ms.nullable(), isHost: z.boolean(), canLeave: z.boolean() });
export const orderRow = z.strictObject({
  orderId: z.string(), state: orderState, dealId: z.string(), title: z.string(), pictureUrl: url, merchantName: z.string(), logoInk: z.string(), storeName: z.string(), quantity: z.int(), unitPriceFen: fen,
  payableFen: fen, refundedFen: fen, placedAtMs: ms, expiresAtMs: ms, validUntilMs: ms.nullable(), vouchersLeft: z.int(), firstVoucherId: z.string().nullable(), refundState: refundState.nullable(),
  priceKind: z.enum(priceKinds), fulfilment: z.enum(fulfilments), purchaseId: z.string().nullable(), group: orderGroup.nullable(),
});
const order = z.strictObject({
  row: orderRow, quote: z.array(pricedLine), paidAtMs: ms.nullable(),
  vouchers: z.array(z.strictObject({ voucherId: z.string(), state: voucherState, validUntilMs: ms, paidFen: fen, redeemedAtMs: ms.nullable(), redeemedAt: z.string().nullable() })),
  refunds: z.array(z.strictObject({ refundId: z.string(), state: refundState, amountFen: fen, requestedAtMs: ms })),
  sharer: z.strictObject({ person, rebateFen: fen, state: rewardState }).nullable(), stores: z.array(z.strictObject({ storeId: z.string(), name: z.string(), address: z.string() })),
  canPay: z.boolean(), canCancel: z.boolean(), refundableFen: fen,
});
/** secret and locator let the phone derive the rotating code without signal (contract/voucher-code); only the owner gets them. afterSale `wait`: one of another voucher of the order is not answered yet. */
const voucher = z.strictObject({
  voucherId: z.string(), orderId: z.string(), state: voucherState, fulfilment: z.enum(fulfilments), title: z.string(), pictureUrl: url, merchantName: z.string(), logoInk: z.string(),
  secret: z.string().nullable(), locator: z.string().nullable(), validFromMs: ms, validUntilMs: ms, hoursText: z.string(), items: z.array(z.strictObject({ name: z.string(), quantity: z.int() })),
  stores: z.array(z.strictObject({ storeId: z.string(), name: z.string(), address: z.string(), phone: z.string(), hoursText: z.string(), latE6: z.int(), lngE6: z.int() })),
  redeemedAtMs: ms.nullable(), redeemedAt: z.string().nullable(), paidFen: fen, afterSale: z.enum(['ask', 'wait', 'no']), refundId: z.string().nullable(),
  sharer: z.strictObject({ person, rebateFen: fen, state: rewardState }).nullable(), position: z.strictObject({ index: z.int(), of: z.int(), siblings: z.array(z.string()) }),
});
/** Steps carry the time they happened, or null with the latest time they should. answeredBy: an after-sale is answered by the shop, by its 48 hours, or ended by an undone redemption. */
const refund = z.strictObject({
  refundId: z.string(), orderId: z.string(), kind: z.enum(['unused', 'expired', 'late_payment', 'double_payment', 'after_sale', 'group_failed', 'group_left', 'ladder']), state: refundState, amountFen: fen, title: z.string(), pictureUrl: url,
  reason: z.string(), answer: z.string().nullable(), answeredBy: z.enum(['shop', 'time', 'undo']).nullable(), answerByMs: ms.nullable(), steps: z.array(z.strictObject({ step: z.enum(['requested', 'accepted', 'sent', 'arrived', 'declined']), atMs: ms.nullable(), byMs: ms.nullable() })),
});
/** One clear answer at the counter. merchantNetFen = paid + subsidy − rebate − commission − provider fee. */
const redemption = z.strictObject({
  redemptionId: z.string(), voucherId: z.string(), title: z.string(), pictureUrl: url, items: z.array(z.strictObject({ name: z.string(), quantity: z.int() })), redeemedAtMs: ms, undoUntilMs: ms,
  paidFen: fen, subsidyFen: fen, rebateFen: fen, commissionFen: fen, commissionBps: z.int(), providerFeeFen: fen, merchantNetFen: fen, guest: person, isNewGuest: z.boolean(),
  broughtBy: z.strictObject({ person, channel: z.enum(shareChannels) }).nullable(), left: z.int(), codeShown: z.string(),
});
const reward = z.strictObject({
  rewardId: z.string(), state: rewardState, isHeld: z.boolean(), amountFen: fen, friend: person, dealTitle: z.string(), orderedAtMs: ms, redeemedAtMs: ms.nullable(), releaseAtMs: ms.nullable(),
  endedAtMs: ms.nullable(), reason: z.enum(['waiting_visit', 'in_hold', 'under_review', 'arrived', 'refunded', 'repeat', 'self', 'limit', 'minor', 'clawed_back', 'expired', 'group_failed']),
});
const withdrawal = z.strictObject({
  withdrawalId: z.string(), state: withdrawalState, amountFen: fen, requestedAtMs: ms, endedAtMs: ms.nullable(),
  confirm: z.strictObject({ mchId: z.string(), appId: z.string(), package: z.string(), url: url.nullable() }).nullable(),
  /** A sentence, in the reader's language. */
  failReason: z.string().nullable(),
});
const orderParams = z.strictObject({ orderId: id('ord') });
/** WeChat's list of orders knows an order by the number of its payment. */
const orderOrPaymentParams = z.strictObject({ orderId: id('(ord|pay)') });
const storeParams = z.strictObject({ storeId: id('sto') });

export const tradeShapes = {
  quoteOrder: { params: nothing, query: nothing, body: z.strictObject(purchase), answer: quote },
  placeOrder: {
    params: nothing, query: nothing, body: z.strictObject({ ...purchase, termsVersion: z.int(), expectedPayableFen: fen.min(0), surface: z.enum(surfaces) }),
    answer: z.strictObject({ orderId: z.string(), payableFen: fen, expiresAtMs: ms }),
  },
  payOrder: { params: orderParams, query: nothing, body: payBody, answer: payAnswer },
  checkPayment: { params: orderParams, query: nothing, body: nothing, answer: z.strictObject({ state: orderState, voucherId: z.string().nullable() }) },
  cancelOrder: { params: orderParams, query: nothing, body: nothing, answer: done },
  listOrders: { params: nothing, query: z.strictObject({ ...page, tab: z.enum(['all', 'unpaid', 'forming', 'usable', 'used', 'refund']).optional() }), body: nothing, answer: pageOf(orderRow) },
  getOrder: { params: orderOrPaymentParams, query: nothing, body: nothing, answer: order },
  getVoucher: { params: z.strictObject({ voucherId: id('vch') }), query: nothing, body: nothing, answer: voucher },
  requestRefund: {
    params: orderParams, query: nothing, body: z.strictObject({ voucherIds: z.array(id('vch')).min(1).max(MAX_QUANTITY), reason: text.min(1) }),
    answer: z.strictObject({ refundId: z.string(), amountFen: fen }),
  },
  requestAfterSale: { params: z.strictObject({ voucherId: id('vch') }), query: nothing, body: z.strictObject({ reason: text.min(1) }), answer: z.strictObject({ refundId: z.string(), amountFen: fen }) },
  getRefund: { params: z.strictObject({ refundId: id('rfd') }), query: nothing, body: nothing, answer: refund },

  getWallet: {
    params: nothing, query: nothing, body: nothing,
    answer: z.strictObject({
      availableFen: fen, debtFen: fen, waitingFen: fen, waitingCount: z.int(), inHoldFen: fen, inHoldCount: z.int(), totalFen: fen, friends: z.int(), underReviewFen: fen, withdrawingFen: fen,
      canWithdraw: z.boolean(), why: z.enum(['ok', 'none', 'too_small', 'needs_wechat', 'frozen', 'debt', 'open', 'minor']),
    }),
  },
  listRewards: { params: nothing, query: z.strictObject({ ...page, tab: z.enum(['all', 'waiting', 'arrived', 'unpaid']).optional() }), body: nothing, answer: pageOf(reward) },
  requestWithdrawal: { params: nothing, query: nothing, body: z.strictObject({ amountFen: positiveFen.max(WITHDRAWAL_MAX_FEN) }), answer: z.strictObject({ withdrawalId: z.string() }) },
  listWithdrawals: { params: nothing, query: z.strictObject(page), body: nothing, answer: pageOf(withdrawal) },
  getWithdrawal: { params: z.strictObject({ withdrawalId: id('wdr') }), query: nothing, body: nothing, answer: withdrawal },
  listNotices: {
    params: nothing, query: z.strictObject(page), body: nothing,
    answer: pageOf(z.strictObject({
      noticeId: z.string(), kind: z.string(), atMs: ms, isRead: z.boolean(), title: z.string(), text: z.string(), link: z.string().nullable(), amountFen: fen.nullable(),
    })),
  },
  exportMe: { params: nothing, query: nothing, body: nothing, answer: z.record(z.string(), z.unknown()) },

  listMyStores: {
    params: nothing, query: nothing, body: nothing,
    answer: z.strictObject({ items: z.array(z.strictObject({ storeId: z.string(), storeName: z.string(), merchantName: z.string(), logoInk: z.string(), role: z.enum(staffRoles) })) }),
  },
  redeemVoucher: { params: storeParams, query: nothing, body: z.strictObject({ code: z.string().min(1).max(120), deviceId: z.string().max(64).optional() }), answer: redemption },
  undoRedemption: { params: z.strictObject({ storeId: id('sto'), redemptionId: id('rdm') }), query: nothing, body: nothing, answer: done },
  listRedemptions: {
    params: storeParams, query: z.strictObject(page), body: nothing,
    answer: pageOf(z.strictObject({
      redemptionId: z.string(), title: z.string(), pictureUrl: url, guest: person, redeemedAtMs: ms, staffName: z.string(), paidFen: fen, isUndone: z.boolean(), undoUntilMs: ms,
    })),
  },
  getToday: {
    params: storeParams, query: nothing, body: nothing,
    answer: z.strictObject({
      storeId: z.string(), storeName: z.string(), merchantName: z.string(), logoInk: z.string(), isOpen: z.boolean(), nowMs: ms, redeemedFen: fen, redeemedCount: z.int(), newGuests: z.int(), lastWeekCount: z.int(),
      hours: z.array(z.strictObject({ hour: z.int(), count: z.int() })),
      funnel: z.strictObject({ reach: z.int(), convert: z.int(), consume: z.int(), retain: z.int() }), afterSalesWaiting: z.int(), afterSalesWaitingFen: fen,
      channels: z.array(z.strictObject({ channel: z.string(), count: z.int(), amountFen: fen })),
    }),
  },
  listAfterSales: {
    params: storeParams, query: z.strictObject(page), body: nothing,
    answer: pageOf(z.strictObject({ refundId: z.string(), title: z.string(), pictureUrl: url, guest: person, amountFen: fen, reason: z.string(), requestedAtMs: ms, answerByMs: ms, redeemedAtMs: ms.nullable(), state: refundState })),
  },
  answerAfterSale: {
    params: z.strictObject({ storeId: id('sto'), refundId: id('rfd') }), query: nothing, body: z.strictObject({ accept: z.boolean(), reason: text }), answer: done,
  },
};

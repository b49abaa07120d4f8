/** Reaction → story. With routes.ts the table of contents of everything that happens later. Each story may run twice. */
import type { App } from '../kernel';
import { endCouponGift, expireCoupon, remindCoupon, voidCoupons } from '../coupons';
import { checkPicture } from '../identity';
import { findMerchant, leaveJobs } from '../merchants';
import {
  closeCombined, closeGroup, closePayments, emptyCart, forgetWords, reportOrderShipping, serveOrder, updateGroupCard, watchOrder, watchPurchase,
} from '../orders';
import { findNotice, providerRefundOf, providerTransferOf, wechatPay } from '../payments';
import { endExpected, releaseReward } from '../referrals';
import { answerLate, dropUndoneAfterSale, expireVouchers, refundGroupOrder, refundLadder, refundUnwanted, sendRefund, settleRefund } from '../refunds';
import { fundRefund, reconcileBill, returnSplit, returnSubsidy, sendWithdrawal, settleTransfer, splitOrder } from '../settlement';
import { joinPerson } from './join-person';
import { sendSubscribeMessage } from './send-subscribe-message';
import type { ReactionName } from './routes';

interface FactIn { subject: string; body: Record<string, unknown> }
/** Answers in how many ms to run again, or null when done. */
export type Reaction = (app: App, fact: FactIn) => Promise<number | null>;

export const reactions: Record<ReactionName, Reaction> = {
  'watch-order': (app, f) => watchOrder(app, f.subject),
  'close-payments': (app, f) => closePayments(app, f.subject),
  'watch-purchase': (app, f) => watchPurchase(app, f.subject),
  'close-combined': (app, f) => closeCombined(app, f.subject),
  'report-shipping': (app, f) => reportOrderShipping(app, f.subject),
  'close-group': (app, f) => closeGroup(app, f.subject),
  'update-group-card': (app, f) => updateGroupCard(app, f.subject),
  'refund-group-order': (app, f) => refundGroupOrder(app, f.subject),
  'refund-ladder': (app, f) => refundLadder(app, f.subject, f.body.refundId as string),
  'handle-notice': (app, f) => handleNotice(app, f.subject),
  'refund-unwanted': (app, f) => refundUnwanted(app, f.subject, f.body.kind as 'late_payment'),
  'expire-vouchers': (app, f) => expireVouchers(app, f.subject),
  'serve-order': (app, f) => serveOrder(app, f.subject),
  'split-order': (app, f) => splitOrder(app, f.subject),
  'release-reward': (app, f) => releaseReward(app, f.subject),
  'send-refund': (app, f) => sendRefund(app, f.subject),
  'answer-late-after-sale': (app, f) => answerLate(app, f.subject),
  'drop-undone-after-sale': (app, f) => dropUndoneAfterSale(app, f.subject),
  'fund-refund': (app, f) => fundRefund(app, f.subject),
  'return-split': (app, f) => returnSplit(app, f.subject),
  'return-subsidy': (app, f) => returnSubsidy(app, f.subject),
  'send-withdrawal': (app, f) => sendWithdrawal(app, f.subject),
  'send-subscribe-message': (app, f) => sendSubscribeMessage(app, f.subject),
  'join-person': (app, f) => joinPerson(app, f.body as { from: string; to: string }),
  'end-expected': (app, f) => endExpected(app, f.subject),
  'void-coupons': (app, f) => voidCoupons(app, f.subject),
  'empty-cart': (app, f) => emptyCart(app, f.subject),
  'forget-words': (app, f) => forgetWords(app, f.subject),
  'leave-jobs': (app, f) => leaveJobs(app, f.subject),
  'expire-coupon': (app, f) => expireCoupon(app, f.subject),
  'remind-coupon': (app, f) => remindCoupon(app, f.subject),
  'end-coupon-gift': (app, f) => endCouponGift(app, f.subject),
  'add-split-receiver': (app, f) => addSplitReceiver(app, f.subject),
  'reconcile-bill': (app, f) => reconcileBill(app, f.subject),
  'check-media': (app, f) => checkPicture(app, f.subject),
};

/** A stored provider notice, by its kind. Payments are handled when they come; a split's own answer is asked for. */
async function handleNotice(app: App, noticeId: string): Promise<null> {
  const notice = await findNotice(app.db, noticeId);
  if (notice?.kind === 'refund') await settleRefund(app, providerRefundOf(notice.content));
  if (notice?.kind === 'transfer') await settleTransfer(app, providerTransferOf(notice.content));
  return null;
}

/** The platform must be a receiver of the merchant's splits before the first one. */
async function addSplitReceiver(app: App, merchantId: string): Promise<null> {
  const merchant = await findMerchant(app.db, merchantId);
  if (merchant) await wechatPay(app.config.wechat).addReceiver(merchant.subMchid);
  return null;
}

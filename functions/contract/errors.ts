/**
 * The closed list of refusals: HTTP status, whether trying again helps, and what the person is told
 * (what happened · what about the money · what now). `{name}` is filled from the refusal's details.
 */
export type Retry = 'never' | 'later' | 'after-change';
interface ErrorEntry { status: number; retry: Retry; zh: string; en: string }

const e = (status: number, retry: Retry, zh: string, en: string): ErrorEntry => ({ status, retry, zh, en });

export const errors = {
  BAD_INPUT: e(400, 'after-change', '有一项填得不对，没有提交。改一下再试。', 'Something in the form is not right. Nothing was sent. Please correct it and try again.'),
  TOO_LARGE: e(413, 'after-change', '内容太大了，没有提交。', 'That is too large. Nothing was sent.'),
  NO_SESSION: e(401, 'after-change', '先登录，再继续。', 'Please log in to go on.'),
  SESSION_EXPIRED: e(401, 'after-change', '登录过期了，重新登录就能继续。', 'Your session ended. Log in again to go on.'),
  NOT_ALLOWED: e(403, 'never', '这个操作不对你开放。', 'You are not allowed to do this.'),
  NOT_FOUND: e(404, 'never', '没有找到。可能已经下架，或者链接不完整。', 'Not found. It may have been taken down, or the link is incomplete.'),
  KEY_REQUIRED: e(400, 'after-change', '请求不完整，没有提交。更新一下应用再试。', 'The request is incomplete and was not sent. Please update the app.'),
  KEY_REUSED: e(422, 'never', '这次提交和上一次内容不同，没有重复提交。回到上一页重新来。', 'This differs from what was sent before, so nothing was done. Go back and start again.'),
  RATE_LIMITED: e(429, 'later', '点得太快了，歇几秒再试。', 'Too many tries. Please wait a few seconds.'),
  BUSY: e(503, 'later', '这会儿人多，没有成功，也没有扣款。稍等几秒再试。', 'Very busy right now. Nothing was done and nothing was charged. Try again in a few seconds.'),
  PROVIDER_DOWN: e(503, 'later', '微信那边没有回应。刚才如果在付款，先别再付一次，稍等再看。', 'WeChat did not answer. If you were paying, do not pay again; look again in a moment.'),
  INTERNAL: e(500, 'later', '我们这边出了问题，已经记下来了。刚才如果在付款，先看看订单，别再付一次。', 'Something went wrong on our side and was recorded. If you were paying, check your order before paying again.'),

  PHONE_CODE_WRONG: e(409, 'after-change', '验证码不对或过期了，再看一眼短信。', 'The code is wrong or expired. Please check the message.'),
  PHONE_CODE_TOO_MANY: e(429, 'later', '要的验证码太多了，过一小时再试。', 'Too many codes were sent. Please try again in an hour.'),
  PHONE_CODES_STOPPED: e(429, 'later', '这会儿要验证码的太多，短信先停发了，不到一小时就恢复。可以先用微信登录。', 'Too many codes are being asked for, so none are sent for now; within the hour they are again. You can log in with WeChat meanwhile.'),
  WECHAT_CODE_INVALID: e(409, 'after-change', '微信登录没成功，再点一次。', 'WeChat login did not work. Please try again.'),
  PHONE_TAKEN: e(409, 'never', '这个号码已经和另一个微信绑在一起。', 'This phone number belongs to another WeChat account.'),
  CONTENT_REFUSED: e(409, 'after-change', '这段内容没有通过审核，换个说法。', 'This text did not pass the check. Please change it.'),
  PERSON_BUSY: e(409, 'after-change', '还有没用完的券、没付的订单、退款、提现或返利，处理完才能注销。', 'There are unused vouchers, unpaid orders, refunds, withdrawals or rebates. Settle them before deleting your account.'),

  DEAL_NOT_ON_SALE: e(409, 'never', '这个优惠现在不卖了，没有下单，也没有扣款。看看这家店别的优惠。', 'This deal is not on sale now. No order was placed and nothing was charged. See what else the shop has.'),
  SOLD_OUT: e(409, 'later', '抢完了，没有下单，也没有扣款。有人没付会放出来，晚点再看。', 'Sold out. No order was placed and nothing was charged. What others leave unpaid comes back; look again later.'),
  LIMIT_PER_PERSON: e(409, 'never', '每人最多买 {limit} 份，连买过的一起算，这样就超了。没有下单，也没有扣款。少买几份。', 'At most {limit} per person, counting what you bought before. No order was placed and nothing was charged. Take fewer.'),
  LIMIT_PER_ORDER: e(409, 'after-change', '一单最多买 {limit} 份，这样就超了。没有下单，也没有扣款。多的分几单买。', 'At most {limit} in one order. No order was placed and nothing was charged. Buy the rest in another order.'),
  PRICE_CHANGED: e(409, 'after-change', '价格刚变成 {payable}，没有下单，也没有扣款。看一眼再决定。', 'The price just changed to {payable}. No order was placed and nothing was charged. Have a look before you decide.'),
  UNPAID_ORDER_EXISTS: e(409, 'after-change', '你有一笔同样的订单还没付，没有再下单，也没有扣款。先付掉或取消它。', 'You already have an unpaid order for this deal, so no second one was placed and nothing was charged. Pay it or cancel it first.'),
  HOARDING: e(409, 'later', '你刚有几单没付就结束了，这次没有下单，也没有扣款。过一会儿再来。', 'Several of your orders ended unpaid. No order was placed now and nothing was charged. Please come back in a while.'),
  SALE_NOT_STARTED: e(409, 'later', '{at} 开始，现在还不能买。没有下单，也没有扣款。到点再来。', 'The sale starts at {at}. No order was placed and nothing was charged. Come back then.'),

  GROUP_FULL: e(409, 'after-change', '这个团刚满，没有下单，也没有扣款。可以参加别的团，或者自己开一个。', 'This group just filled up. No order was placed and nothing was charged. Join another one, or open your own.'),
  GROUP_ENDED: e(409, 'after-change', '这个团已经结束，没有下单，也没有扣款。可以参加别的团，或者自己开一个。', 'This group is over. No order was placed and nothing was charged. Join another one, or open your own.'),
  GROUP_TRIES: e(409, 'after-change', '你在这个团里几次占了座没付，它不再给你留座。没有下单，也没有扣款。可以参加别的团，或者单独买。', 'You held a seat in this group several times without paying, so it keeps none for you any more. No order was placed and nothing was charged. Join another one, or buy alone.'),
  GROUP_OWN: e(409, 'never', '你已经在这个团里了，没有再下单，也没有扣款。把它转给朋友，凑齐就成团。', 'You already have a seat in this group, so no order was placed and nothing was charged. Pass it on to friends to fill it.'),
  GROUP_NOT_NEW: e(409, 'never', '这个团只收没在这家店买过的新客，一次只能占一个新客座位。没有下单，也没有扣款。你可以单独买，或者自己开一个团。', 'This group is for guests who never bought at the shop, one such seat at a time. No order was placed and nothing was charged. Buy alone, or open a group yourself.'),
  GROUP_EXISTS: e(409, 'after-change', '你开的团还没结束，没有再开一个，也没有扣款。先把它凑齐。', 'The group you opened is still running, so no second one was opened and nothing was charged. Fill that one first.'),
  GROUP_HOST_BLOCKED: e(409, 'later', '最近 30 天里，你当团长的两个团成团后都有一半以上的人退了款，现在不能开团。没有下单，也没有扣款。还可以参团或者单独买。', 'In the last 30 days half or more took refunds in two groups that you hosted, so you cannot open one now. No order was placed and nothing was charged. You can still join one or buy alone.'),
  GROUP_STATE: e(409, 'never', '团的状态已经变了，没有再动。刷新看看。', 'The group has changed meanwhile. Nothing was done. Please refresh.'),
  GROUP_NOT_OFFERED: e(409, 'after-change', '这个优惠现在不能拼团，没有下单，也没有扣款。可以单独买。', 'This deal has no group price now. No order was placed and nothing was charged. You can buy alone.'),

  COUPON_NOT_USABLE: e(409, 'after-change', '「{title}」用不了：{why}。没有下单，也没有扣款。换一种优惠再试。', 'The coupon “{title}” cannot be used: {why}. No order was placed and nothing was charged. Choose another one.'),
  COUPON_GONE: e(409, 'never', '这张券领完了，没有领到。看看别的券，下次早点来。', 'All of these coupons have been claimed; you got none. See the others, and come earlier next time.'),
  COUPON_LIMIT: e(409, 'never', '每人最多领 {limit} 张，你已经领到了，没有再领。手里的在「我的优惠券」。', 'At most {limit} per person, and you have them; no other was claimed. Yours are under My coupons.'),
  COUPON_CLOSED: e(409, 'never', '现在不在领取时间里，没有领到。看看别的券。', 'This coupon cannot be claimed now. See the others.'),
  COUPON_NOT_FOR_YOU: e(409, 'never', '这张券是给{who}的，没有领到。看看别的券。', 'This coupon is for {who}. It was not claimed. See the others.'),
  COUPON_TOO_MANY: e(409, 'after-change', '你手里的券太多了，没有领到。先用掉几张再领。', 'You hold too many coupons, so none was claimed. Use some first.'),
  COUPON_CODE_UNKNOWN: e(404, 'after-change', '没有这个券码，或者它已经过期。再看一眼有没有输错。', 'No such coupon code, or it has expired. Please check it.'),
  COUPON_STATE: e(409, 'never', '这张券的状态变了，没有再动。刷新看看。', 'The coupon has changed meanwhile. Nothing was done. Please refresh.'),
  COUPON_GIFT_TAKEN: e(409, 'never', '这张券已经被领走了。看看别的券。', 'This coupon has been claimed already. See the others.'),
  COUPON_GIFT_NOT_SENT: e(409, 'never', '这张卡片不是发给你的，券没有动。让送的人直接发给你。', 'This card was not sent to you; the coupon stays as it is. Ask its giver to send it to you.'),
  COUPON_GIFT_OWN: e(409, 'never', '这是你送出去的券，等朋友来领。想自己用，先收回来。', 'You are giving this coupon away; a friend has to claim it. Take it back to use it yourself.'),

  CART_CHANGED: e(409, 'after-change', '「{title}」的价格从 {was} 变成了 {now}，没有下单，也没有扣款。看一眼再决定。', 'The price of “{title}” changed from {was} to {now}. No order was placed and nothing was charged. Have a look before you decide.'),
  CART_FULL: e(409, 'after-change', '一次最多放 {limit} 样。先付掉几样。', 'At most {limit} things at a time. Pay for some first.'),
  PURCHASE_TOGETHER: e(409, 'after-change', '这是合并付款的一单，要和其他几单一起付或取消。没有动你的钱。', 'This order is part of a combined payment. Pay or cancel all of it together. Your money was not touched.'),

  ORDER_NOT_PAYABLE: e(409, 'never', '这笔订单已经不能付了，没有再扣款；如果你刚付过，会全额退回。想要就重新下单。', 'This order can no longer be paid. Nothing more was charged; if you just paid, all of it is refunded. Order again if you like.'),
  ORDER_PAID: e(409, 'never', '这一单已经付好了，没有再扣款。到「我的订单」里看券码。', 'This order is paid already; nothing more was charged. Find its voucher under My orders.'),
  ORDER_STATE: e(409, 'never', '订单状态已经变了，没有再动。刷新看看。', 'The order has changed meanwhile. Nothing was done. Please refresh.'),
  PAYMENT_NEEDS_WECHAT: e(409, 'after-change', '要先用微信登录，才能用微信支付。没有扣款。', 'Log in with WeChat first to pay with WeChat. Nothing was charged.'),

  CODE_UNKNOWN: e(404, 'after-change', '没有这张券。请客人刷新券码再扫。', 'No such voucher. Ask the guest to refresh the code.'),
  CODE_STALE: e(409, 'after-change', '券码过期了（可能是截图）。请客人打开券，再扫一次。', 'This code has expired (a screenshot, perhaps). Ask the guest to open the voucher and scan again.'),
  CODE_LOCKED: e(429, 'later', '连着输错太多次，先停 10 分钟。', 'Too many wrong codes. Please wait 10 minutes.'),
  VOUCHER_ALREADY_REDEEMED: e(409, 'never', '这张券 {at} 在{store}用过了。', 'This voucher was used at {store}, {at}.'),
  VOUCHER_REFUNDED: e(409, 'never', '这张券已经退款，不能用了。', 'This voucher has been refunded and cannot be used.'),
  VOUCHER_EXPIRED: e(409, 'never', '这张券过期了，钱会自动退给客人。', 'This voucher has expired. The guest is refunded automatically.'),
  WRONG_STORE: e(409, 'never', '这张券不能在这家店用。适用：{stores}。', 'This voucher is not for this store. Valid at: {stores}.'),
  UNDO_TOO_LATE: e(409, 'never', '过了 5 分钟，不能撤销了。可以走售后退款。', 'The 5 minutes are over. Please use an after-sale refund instead.'),

  NOTHING_TO_REFUND: e(409, 'never', '没有可以退的券，没有动你的钱。', 'There is no voucher left to refund. Your money was not touched.'),
  REFUND_STATE: e(409, 'never', '这笔退款已经处理过了。', 'This refund has been dealt with already.'),
  AFTER_SALE_OPEN: e(409, 'later', '这单已有一个售后在等门店回答，最多 48 小时。有了结果再申请，这次没有提交，你的钱没有变化。', 'An after-sale of this order is waiting for the shop, 48 hours at most. Ask again when it is answered; nothing was sent now and your money is unchanged.'),
  AFTER_SALE_TRIES: e(409, 'never', '门店两次都没有同意，不能再申请了，你的钱没有变化。可以打门店电话再商量，或者打 12315 投诉。', 'The shop declined twice, so it cannot be asked again. Your money is unchanged. You can call the shop, or the consumer hotline 12315.'),
  AFTER_SALE_TOO_LATE: e(409, 'never', '用掉超过 30 天，不能申请售后了。', 'It was used more than 30 days ago; an after-sale is no longer possible.'),

  WALLET_SHORT: e(409, 'after-change', '可提现的不够这么多，没有提现。', 'There is not that much to withdraw. Nothing was withdrawn.'),
  WITHDRAWAL_TOO_SMALL: e(409, 'after-change', '满 ¥1 才能提。', 'You can withdraw from ¥1.'),
  WITHDRAWAL_TOO_MANY: e(409, 'later', '今天提现次数用完了，明天再来。', 'No more withdrawals today. Please try again tomorrow.'),
  WITHDRAWAL_NEEDS_WECHAT: e(409, 'after-change', '钱要提到微信零钱。先在微信小程序里登录一次。', 'Money goes to your WeChat balance. Log in once in the WeChat mini-program first.'),
  WITHDRAWAL_FROZEN: e(409, 'later', '你刚换过微信或手机号，为了安全，24 小时后才能提现。', 'Your WeChat account or phone changed recently. For safety, withdraw after 24 hours.'),
  WITHDRAWAL_NEEDS_ADULT: e(409, 'after-change', '年满 18 周岁才能提现。没有提现，钱还在钱包里。先确认一下年龄。', 'You must be 18 or older to withdraw. Nothing was withdrawn; the money is in your wallet. Please confirm your age first.'),
  WITHDRAWAL_BLOCKED: e(409, 'later', '有一笔退款要先补回返利，补齐后就能提现。', 'A refunded rebate has to be made good first; then you can withdraw.'),
  WITHDRAWAL_OPEN: e(409, 'after-change', '上一笔提现还没完成，先去确认它。', 'Your last withdrawal is not finished yet. Confirm it first.'),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof errors;
export type ErrorDetails = Record<string, string | number | boolean | null | string[]>;

/** What a failed call answers. `message` is for the person, in their language. `id` is there for INTERNAL only. */
export interface ErrorBody {
  code: ErrorCode;
  message: string;
  retry: Retry;
  retryAfterMs?: number;
  details?: ErrorDetails;
  id?: string;
}

/** The person's sentence for a refusal, with `{name}` filled from details. */
export function messageOf(code: ErrorCode, language: 'zh' | 'en', details: ErrorDetails = {}): string {
  return errors[code][language].replace(/\{(\w+)\}/g, (_, name: string) => String(details[name] ?? ''));
}

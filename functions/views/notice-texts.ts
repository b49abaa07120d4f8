/**
 * The words of every notice, by its kind, in both languages: what happened, about which money, and its condition.
 * A kind that is not here is shown by its plain fallback, so that an old app's row never breaks the list.
 */
import { whyWithdrawalFailed } from '../contract/withdrawal-failures';
import { dayText, timeText, yuan, type Language } from './rules';

/** The body of the notice's row, with the names that it points to looked up. */
export interface NoticeFacts {
  amountFen?: number;
  /** Of a rebate that became less: what it was, and what made it so (refunded, ladder). */
  wasFen?: number;
  why?: string | null;
  /** Of money that came back: what of it made good a rebate that a refund had taken back. */
  repaidFen?: number;
  title?: string;
  /** Orders of a purchase. */
  count?: number;
  untilMs?: number;
  /** How long an order that expired was held: the last seat of a group is held shorter. */
  minutes?: number;
  releaseAtMs?: number;
  reason?: string | null;
  answer?: string | null;
  /** Of an after-sale: the shop did not answer in time. */
  isLate?: boolean;
  friendName?: string;
  storeName?: string;
  /** Of a group buy: paid seats still needed, and its deadline. */
  left?: number;
  deadlineMs?: number | null;
  /** Of an order whose things are picked up: a code to collect them, no voucher to use. */
  isPickup?: boolean;
  atMs: number;
}
type Words = (f: NoticeFacts) => [title: string, text: string];

const money = (f: NoticeFacts) => yuan(f.amountFen ?? 0);
const zhLost: Record<string, string> = {
  refunded: '退了款',
  expired: '的券过期没用，退了款',
  group_failed: '拼的团没凑齐，钱退回了',
  limit: '退了一部分，剩下的返利不到 ¥0.10',
  ladder: '拼的团人多价更低，剩下的返利不到 ¥0.10',
};
const enLost: Record<string, string> = {
  refunded: 'got a refund',
  expired: 'did not use the voucher in time and was refunded',
  group_failed: 'was in a group that did not fill and was refunded',
  limit: 'got a part refunded and less than ¥0.10 of the rebate was left',
  ladder: 'paid a lower price in a group of more people and less than ¥0.10 of the rebate was left',
};
/** A rebate that fell below what is paid, after a ladder's lower price instead of a refund. */
const lostOf = (f: NoticeFacts) => (f.reason === 'limit' && f.why === 'ladder' ? 'ladder' : f.reason ?? '');
/** What a paid order brings, for whom, until when. */
const zhReady = (f: NoticeFacts) => `${f.title ?? ''} · ${money(f)}。${f.untilMs ? `${dayText(f.untilMs - 1, 'zh')}前到店${f.isPickup ? '取' : '用'}；` : ''}没${f.isPickup ? '取' : '用'}随时退，过期自动退。`;
const enReady = (f: NoticeFacts) =>
  `${f.title ?? ''} · ${money(f)}. ${f.untilMs ? `${f.isPickup ? 'Collect' : 'Use'} it by ${dayText(f.untilMs - 1, 'en')}. ` : ''}${f.isPickup ? 'Not collected' : 'Unused'}: refundable any time, and refunded automatically after that.`;
const quoted = (answer: string | null | undefined, open: string, close: string) =>
  answer ? `${open}${answer}${close}` : '';

const zh: Record<string, Words> = {
  'order.paid': (f) => [f.isPickup ? '付好了，凭取货码到店自提' : '付好了，券在你手机里', zhReady(f)],
  'order.expired': (f) => [
    '订单过期了',
    `${f.title ?? ''} ${f.minutes ?? 15} 分钟没付，已经关掉。没有扣款；如果你刚付过，会全额退回。`,
  ],
  'purchase.expired': (f) => [
    '合并付款的订单过期了',
    `${f.count} 单共 ${money(f)}，15 分钟没付，一起关掉了。没有扣款；如果你刚付过，会全额退回。`,
  ],
  'group.opened': (f) => [
    '团开好了，转给朋友吧',
    `${f.title ?? ''} · ${money(f)}。还差 ${f.left ?? 0} 人${f.deadlineMs ? `，${timeText(f.deadlineMs, 'zh')} 前凑齐就成团` : ''}；没凑齐全额退。`,
  ],
  'group.seated': (f) => [
    '位子坐好了',
    `${f.title ?? ''} · ${money(f)}。${f.left ? `还差 ${f.left} 人成团；没凑齐全额退。` : '人数已够，到点成团。'}`,
  ],
  'group.joined': (f) => [
    '有人参团了',
    `${f.friendName} 坐进了你的团。${f.left ? `还差 ${f.left} 人。` : '人数已够，到点成团，还能再叫人。'}`,
  ],
  'group.full': (f) => [f.isPickup ? '成团了，凭取货码到店自提' : '成团了，券在你手机里', zhReady(f)],
  'group.failed': (f) => [
    '没成团，全额退给你',
    `${f.title ?? ''} 到点还差 ${f.left ?? 0} 人。${money(f)} 原路退回，一般 0–3 个工作日到账。`,
  ],
  'group.ended': (f) => ['团结束了，订单关掉了', `${f.title ?? ''} 没付的订单已经关掉，没有扣款；如果你刚付过，会全额退回。`],
  'group.left': (f) => ['你退出了拼团', `${f.title ?? ''} 退 ${money(f)}，原路退回，一般 0–3 个工作日到账。`],
  'group.host': (f) => [
    '你成了团长',
    `${f.friendName} 退出了拼团，这个团由你接着带。${f.left ? `还差 ${f.left} 人` : '人数还够，到点成团'}，你付的钱没有变化。`,
  ],
  'group.seat_free': (f) => [
    '有人退出了你的团',
    `${f.friendName} 退出了拼团，空出一个位子。${f.left ? `还差 ${f.left} 人。` : '人数还够，到点成团。'}`,
  ],
  'group.ladder': (f) => ['人多价更低，差价退给你', `${f.title ?? ''} 按到达的档位算，差价 ${money(f)} 原路退回，一般 0–3 个工作日到账。`],
  'reward.expected': (f) => [
    '朋友下单了',
    `${f.friendName} 通过你的分享下了单。朋友到店用掉、过 7 天售后期，返 ${money(f)}。`,
  ],
  'reward.lowered': (f) => [
    '有一笔返利变少了',
    `${f.friendName} ${f.reason === 'ladder' ? '拼的团人多价更低，少付了' : '退了一部分'}，这笔返利从 ${yuan(f.wasFen ?? 0)} 变成 ${money(f)}，按实付算。`,
  ],
  'reward.pending': (f) => [
    '朋友到店用掉了',
    `${f.friendName} 用掉了券，返 ${money(f)} 待到账：过 7 天售后期${f.releaseAtMs ? `，${timeText(f.releaseAtMs, 'zh')} 到账` : ''}。期间退款就不发。`,
  ],
  'reward.undone': (f) => [
    '朋友的核销撤销了',
    `门店撤销了核销，${f.friendName} 的券还没用。返 ${money(f)} 回到等到店：用掉、过 7 天售后期再到账。`,
  ],
  'reward.released': (f) => [
    '返利到账了',
    f.amountFen === 0
      ? `${f.friendName} 那笔返利到账，补上了之前要还的返利。`
      : `${f.friendName} 那笔过了售后期，返 ${money(f)} 已到账，可以提现。`,
  ],
  'reward.cancelled': (f) => [
    '有一笔返利不发了',
    f.reason === 'minor'
      ? `你说了未满 18 周岁，不参与返利。${f.friendName} 那笔 ${money(f)} 不发，朋友的优惠不变。`
      : `${f.friendName} ${zhLost[lostOf(f)] ?? '的订单取消了'}，${money(f)} 这笔不发。`,
  ],
  'reward.clawed_back': (f) => [
    '有一笔返利收回了',
    `${f.friendName} 售后退了款，收回返利 ${money(f)}。已经提走的，从之后的返利里补。`,
  ],
  'voucher.redeemed': (f) => [
    f.isPickup ? '取走了' : '券用掉了',
    `${timeText(f.atMs, 'zh')} 在${f.storeName}${f.isPickup ? '取走。不是你本人取' : '用掉。不是你本人用'}的，马上联系门店，或申请售后。`,
  ],
  'voucher.undone': (f) => [
    '核销撤销了',
    f.untilMs && f.untilMs <= f.atMs
      ? `${f.storeName} 撤销了刚才的核销。券的有效期已经过了，全额自动退回。`
      : `${f.storeName} 撤销了刚才的核销，券还能用，钱没有变化。`,
  ],
  'refund.accepted': (f) => ['退款已受理', `${f.title ?? ''} 退 ${money(f)}，原路退回，一般 0–3 个工作日到账。`],
  'refund.expired': (f) => [
    '券过期了，自动退款',
    `${f.title ?? ''} 没用完，退 ${money(f)}，原路退回，一般 0–3 个工作日到账。`,
  ],
  'refund.unwanted': (f) => [
    '多付的钱退给你',
    `这笔付款到的时候订单已经关了或已付过，全额退 ${money(f)}，原路退回，一般 0–3 个工作日到账。`,
  ],
  'refund.arrived': (f) => ['退款到账了', `${money(f)} 已原路退回。`],
  'after_sale.requested': (f) => [
    '有客人申请售后',
    `${f.title ?? ''} · ${money(f)}。48 小时内答复，不答复就自动同意退款。`,
  ],
  'after_sale.accepted': (f) => [
    '售后同意了',
    `${f.isLate ? '门店 48 小时没有答复，自动同意' : '门店同意'}退 ${money(f)}，原路退回，一般 0–3 个工作日到账。${quoted(f.answer, '门店说：“', '”')}`,
  ],
  'after_sale.undone': (f) => [
    '售后申请结束了',
    `门店撤销了核销，${money(f)} 的售后申请不用等答复了。券又是没用过的：有效期内可以再用，也可以直接退款；过期自动退。`,
  ],
  'after_sale.declined': (f) => [
    '售后没有同意',
    `门店没有同意退 ${money(f)}，你的钱没有变化。${quoted(f.answer, '门店说：“', '”')}`,
  ],
  'coupon.gift_taken': (f) => ['朋友领了你送的券', `${f.friendName} 领走了「${f.title ?? ''}」。`],
  'coupon.gift_returned': (f) => [
    '送出的券回来了',
    `「${f.title ?? ''}」24 小时没人领，已回到你的卡包。${f.untilMs ? `${dayText(f.untilMs - 1, 'zh')}前可用。` : ''}`,
  ],
  'coupon.returned': (f) => [
    '优惠券退回来了',
    `订单退款，「${f.title ?? ''}」还给你了。${f.untilMs ? `${dayText(f.untilMs - 1, 'zh')}前可用。` : ''}`,
  ],
  'coupon.ending': (f) => [
    '有一张券快到期了',
    `「${f.title ?? ''}」${f.untilMs ? ` ${timeText(f.untilMs, 'zh')} ` : '明天'}到期，还没用。`,
  ],
  'withdrawal.succeeded': (f) => ['提现到账了', `${money(f)} 已到你的微信零钱。`],
  'withdrawal.failed': (f) => ['提现没成功', `${money(f)} 没到微信。${whyWithdrawalFailed(f.reason ?? null, 'zh')}${f.repaidFen ? `其中 ${yuan(f.repaidFen)} 补回了朋友退款要收回的返利。` : ''}`],
  'payout.changed': () => [
    '收款方式变了',
    '你的微信或手机号刚换过。为了安全，24 小时后才能提现。不是你本人操作，马上联系我们。',
  ],
  'person.joined': () => ['两个账号合成了一个', '同一个手机号的订单、券和返利都在这里了，钱一分没变。'],
};
const en: Record<string, Words> = {
  'order.paid': (f) => [f.isPickup ? 'Paid. Your pick-up code is ready' : 'Paid. Your voucher is ready', enReady(f)],
  'order.expired': (f) => [
    'Order expired',
    `${f.title ?? ''} was not paid within ${f.minutes ?? 15} minutes and is closed. Nothing was charged; if you just paid, all of it is refunded.`,
  ],
  'purchase.expired': (f) => [
    'Your combined payment expired',
    `${f.count} orders, ${money(f)} together, were not paid within 15 minutes and were closed. Nothing was charged; if you just paid, you will be refunded in full.`,
  ],
  'group.opened': (f) => [
    'Your group is open. Pass it on',
    `${f.title ?? ''} · ${money(f)}. ${f.left ?? 0} more needed${f.deadlineMs ? ` by ${timeText(f.deadlineMs, 'en')}` : ''}; if it does not fill, all of it is refunded.`,
  ],
  'group.seated': (f) => [
    'Your seat is taken',
    `${f.title ?? ''} · ${money(f)}. ${f.left ? `${f.left} more needed; if it does not fill, all of it is refunded.` : 'Enough are in: the group succeeds when its time is over.'}`,
  ],
  'group.joined': (f) => [
    'Somebody joined your group',
    `${f.friendName} took a seat. ${f.left ? `${f.left} more needed.` : 'Enough are in; more may still join.'}`,
  ],
  'group.full': (f) => [
    f.isPickup ? 'The group is complete. Your pick-up code is ready' : 'The group is complete. Your voucher is ready',
    enReady(f),
  ],
  'group.failed': (f) => [
    'The group did not fill. All of it is refunded',
    `${f.title ?? ''} was ${f.left ?? 0} short when its time was over. ${money(f)} goes back the way you paid, usually within 0–3 working days.`,
  ],
  'group.ended': (f) => [
    'The group is over and the order is closed',
    `The unpaid order for ${f.title ?? ''} was closed. Nothing was charged; if you just paid, all of it is refunded.`,
  ],
  'group.left': (f) => [
    'You left the group',
    `${f.title ?? ''}: ${money(f)} goes back the way you paid, usually within 0–3 working days.`,
  ],
  'group.host': (f) => [
    'The group is yours now',
    `${f.friendName} left, so you are its host. ${f.left ? `${f.left} more needed.` : 'Enough are still in.'} What you paid is unchanged.`,
  ],
  'group.seat_free': (f) => [
    'Somebody left your group',
    `${f.friendName} left and a seat is free again. ${f.left ? `${f.left} more needed.` : 'Enough are still in.'}`,
  ],
  'group.ladder': (f) => [
    'More people, a lower price: the difference is refunded',
    `${f.title ?? ''}: ${money(f)} goes back the way you paid, usually within 0–3 working days.`,
  ],
  'reward.expected': (f) => [
    'A friend ordered',
    `${f.friendName} ordered through your share. ${money(f)} is yours once the friend has used it and the 7-day after-sale time is over.`,
  ],
  'reward.lowered': (f) => [
    'A rebate became less',
    `${f.friendName} ${f.reason === 'ladder' ? 'paid a lower price in a group of more people' : 'got a part refunded'}, so this rebate went from ${yuan(f.wasFen ?? 0)} to ${money(f)}: it is on what was really paid.`,
  ],
  'reward.pending': (f) => [
    'Your friend was served',
    `${f.friendName} used the voucher. ${money(f)} is on its way: after the 7-day after-sale time${f.releaseAtMs ? `, on ${timeText(f.releaseAtMs, 'en')}` : ''}. A refund before that cancels it.`,
  ],
  'reward.undone': (f) => [
    'Redemption undone',
    `The shop undid it, so the voucher of ${f.friendName} is unused again. ${money(f)} is yours once it is used and the 7-day after-sale time is over.`,
  ],
  'reward.released': (f) => [
    'Rebate arrived',
    f.amountFen === 0
      ? `The rebate for ${f.friendName} arrived and made good an earlier one.`
      : `The after-sale time for ${f.friendName} is over: ${money(f)} arrived and can be withdrawn.`,
  ],
  'reward.cancelled': (f) => [
    'A rebate is not paid',
    f.reason === 'minor'
      ? `You said that you are under 18, so you earn no rebates. The ${money(f)} of ${f.friendName} is not paid; the friend keeps the discount.`
      : `${f.friendName} ${enLost[lostOf(f)] ?? 'cancelled the order'}, so ${money(f)} is not paid.`,
  ],
  'reward.clawed_back': (f) => [
    'A rebate was taken back',
    `${f.friendName} got an after-sale refund, so ${money(f)} was taken back. What was already withdrawn is made good from later rebates.`,
  ],
  'voucher.redeemed': (f) => [
    f.isPickup ? 'Collected' : 'Voucher used',
    `${f.isPickup ? 'Collected' : 'Used'} at ${f.storeName} on ${timeText(f.atMs, 'en')}. Was it not you? Contact the shop now or ask for an after-sale.`,
  ],
  'voucher.undone': (f) => [
    'Redemption undone',
    f.untilMs && f.untilMs <= f.atMs
      ? `${f.storeName} undid the redemption. The voucher's time is over, so all of it is refunded automatically.`
      : `${f.storeName} undid the redemption. The voucher can be used again; your money is unchanged.`,
  ],
  'refund.accepted': (f) => [
    'Refund accepted',
    `${f.title ?? ''}: ${money(f)} goes back the way you paid, usually within 0–3 working days.`,
  ],
  'refund.expired': (f) => [
    'Voucher expired, refunded',
    `${f.title ?? ''} was not used up: ${money(f)} goes back the way you paid, usually within 0–3 working days.`,
  ],
  'refund.unwanted': (f) => [
    'Extra payment refunded',
    `The order was closed or paid already when this payment arrived. All of it, ${money(f)}, goes back the way you paid, usually within 0–3 working days.`,
  ],
  'refund.arrived': (f) => ['Refund arrived', `${money(f)} went back the way you paid.`],
  'after_sale.requested': (f) => [
    'A guest asks for an after-sale',
    `${f.title ?? ''} · ${money(f)}. Please answer within 48 hours; without an answer it is refunded.`,
  ],
  'after_sale.accepted': (f) => [
    'After-sale accepted',
    `${f.isLate ? 'The shop did not answer within 48 hours, so ' : 'The shop refunds '}${money(f)}${f.isLate ? ' is refunded' : ''} the way you paid, usually within 0–3 working days.${quoted(f.answer, ' The shop says: “', '”')}`,
  ],
  'after_sale.undone': (f) => [
    'Your after-sale has ended',
    `The shop undid the redemption, so the after-sale of ${money(f)} needs no answer. The voucher is unused again: use it or get a refund while it is valid; after that it is refunded automatically.`,
  ],
  'after_sale.declined': (f) => [
    'After-sale declined',
    `The shop did not agree to refund ${money(f)}. Your money is unchanged.${quoted(f.answer, ' The shop says: “', '”')}`,
  ],
  'coupon.gift_taken': (f) => ['A friend has your coupon', `${f.friendName} claimed “${f.title ?? ''}”.`],
  'coupon.gift_returned': (f) => [
    'Your gift came back',
    `Nobody claimed “${f.title ?? ''}” within 24 hours. It is yours again.${f.untilMs ? ` Use it by ${dayText(f.untilMs - 1, 'en')}.` : ''}`,
  ],
  'coupon.returned': (f) => [
    'Your coupon came back',
    `The order was refunded, so “${f.title ?? ''}” is yours again.${f.untilMs ? ` Use it by ${dayText(f.untilMs - 1, 'en')}.` : ''}`,
  ],
  'coupon.ending': (f) => [
    'A coupon ends soon',
    `“${f.title ?? ''}” ends ${f.untilMs ? `on ${timeText(f.untilMs, 'en')}` : 'tomorrow'} and is not used yet.`,
  ],
  'withdrawal.succeeded': (f) => ['Withdrawal arrived', `${money(f)} is in your WeChat balance.`],
  'withdrawal.failed': (f) => ['Withdrawal did not work', `${money(f)} did not arrive. ${whyWithdrawalFailed(f.reason ?? null, 'en')}${f.repaidFen ? ` ${yuan(f.repaidFen)} of it made good a rebate that a friend's refund took back.` : ''}`],
  'payout.changed': () => [
    'Your payout account changed',
    'Your WeChat account or phone changed. For safety you can withdraw after 24 hours. If this was not you, contact us now.',
  ],
  'person.joined': () => [
    'Two accounts became one',
    'Orders, vouchers and rebates of your phone number are all here now. No money changed.',
  ],
};

export const noticeKinds = Object.keys(zh);
export const noticeWords = { zh, en };

export function noticeText(kind: string, facts: NoticeFacts, language: Language): { title: string; text: string } {
  const words = (language === 'zh' ? zh : en)[kind];
  if (!words)
    return language === 'zh'
      ? { title: '有一条新消息', text: '更新到最新版查看。' }
      : { title: 'Something new', text: 'Please update the app to see it.' };
  const [title, text] = words(facts);
  return { title, text: text.trim() };
}

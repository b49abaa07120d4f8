/** Sharing, ordering, paying at WeChat, changing one's mind, and all at once for the last units. */
import { act, drawPick, drawRepeat, drawVia, picked, pickedLate, type Pick } from './act';
import { ask, count, keyOf, type Repeat } from './ask';
import { bestByHand, byHand, carriedBy, type Quoted, type Wanted } from './prices';
import type { Stack } from '../../functions/contract/best-combination';
import { quotedUnit, type Deal, type Group, type Order, type Share } from './model';
import type { Draw } from './seeded';
import type { World } from './world';

const share = act({
  weight: 5,
  draw: (d, size) => ({ who: d.int(Math.ceil(size.people / 2)), deal: drawPick(d), channel: d.weighed({ chat: 6, moments: 1 }), via: drawVia(d) }),
  async play(world, p) {
    const deal = picked(world.model.deals, p.deal)!;
    await ask(world, p.via, 'createShare', { as: world.people[p.who]!, params: { dealId: deal.dealId }, body: { channel: p.channel } }, ({ token }) => {
      if (!world.model.shares.some((one) => one.token === token)) world.model.shares.push({ token, sharer: p.who, deal, channel: p.channel });
    });
  },
});

interface Wish { who: number; deal: Pick; quantity: number; share: Pick; isBrought: boolean; stack: 'best' | 'plain' | 'odd'; odd: Pick; via: number; repeat: Repeat; method: 'jsapi' | 'h5'; then: 'pay' | 'payUnseen' | 'leave' }
const drawWish = (d: Draw, people: number): Wish => ({
  who: d.int(people), deal: drawPick(d), quantity: 1 + (d.chance(0.4) ? d.int(4) : 0), share: drawPick(d), isBrought: d.chance(0.5), stack: d.weighed({ best: 6, plain: 2, odd: 2 }), odd: drawPick(d),
  via: drawVia(d), repeat: drawRepeat(d), method: d.weighed({ jsapi: 4, h5: 1 }), then: d.weighed({ pay: 7, payUnseen: 2, leave: 3 }),
});
export { drawWish, type Wish };
const order = act({
  weight: 26,
  draw: (d, size) => drawWish(d, size.people),
  async play(world, p, step) {
    // Who holds a coupon wants to use it.
    const holders = [...world.model.coupons.values()].map(({ owner }) => owner);
    const who = p.stack !== 'plain' ? pickedLate(holders, p.odd) ?? p.who : p.who;
    await buy(world, picked(world.model.deals, p.deal)!, { ...p, who }, step, 'order');
  },
});

/** Many for one scarce deal at the same moment. */
const stampede = act({
  weight: 2,
  draw: (d, size) => ({ deal: drawPick(d), wishes: Array.from({ length: 12 }, () => drawWish(d, size.people)) }),
  async play(world, p, step) {
    const scarce = world.model.deals.filter((deal) => deal.stock < 20);
    const deal = picked(scarce, p.deal)!;
    await Promise.all(p.wishes.map((wish, n) => buy(world, deal, { ...wish, repeat: 'no' }, step, `order${n}`)));
  },
});

/** A guest is brought only by somebody who came before: no rings, so a reward is never held for one. */
export const shareFor = (world: World, deal: Deal, p: { who: number; isBrought: boolean; share: Pick }): Share | null =>
  (p.isBrought ? picked(world.model.shares.filter((one) => one.deal.shop === deal.shop && one.sharer < p.who), p.share) : undefined) ?? null;

/** `seat`: a place in a group, or a group of one's own. */
export async function buy(world: World, deal: Deal, p: Wish, step: number, what: string, seat: Group | 'open' | null = null): Promise<Order | null> {
  const buyer = world.people[p.who]!;
  const brought = shareFor(world, deal, p);
  const { model } = world;
  const quantity = seat ? 1 : p.quantity;
  const asGroup = seat ? { group: seat === 'open' ? { open: true as const } : { groupId: seat.groupId } } : {};
  if (brought) await ask(world, p.via, 'openShare', { as: buyer, params: { token: brought.token }, body: { surface: 'weapp', visitorId: buyer.deviceId } });
  const jumpedMs = world.jumpedMs;
  const quoted = await ask(world, p.via, 'quoteOrder', { as: buyer, body: { dealId: deal.dealId, quantity, ...asGroup, ...(brought ? { shareToken: brought.token } : {}) } });
  if (quoted.code !== null) return null;
  const { sharer, coupons, nowMs } = quoted.body as { sharer: { token: string } | null; coupons: Quoted[]; nowMs: number };
  // An earlier visit may count instead of the link shown: whose it was is in the quote's token.
  const by = sharer ? model.shares.find((one) => one.token === sharer.token) ?? null : null;
  if (sharer && !by) world.wrong.push(`a quote names a link that nobody was given: ${sharer.token}`);
  const rule = seat && (seat === 'open' ? deal.group! : seat.rule);
  const wanted: Wanted[] = [{ deal, quantity, unitPriceFen: rule?.priceFen ?? quotedUnit(deal, quoted.body.unitPriceFen), hostBenefitFen: seat === 'open' ? rule!.hostBenefitFen : 0, isBrought: by !== null }];
  checkQuote(world, quoted.body, wanted, `quote of ${quantity} × ${deal.dealId}`);
  const stack = stackOf(world, p, quoted.body.stack, coupons, by !== null);
  const priced = byHand(world, wanted, coupons, stack, nowMs);
  let placed: Order | null = null;
  const asked = await ask(world, p.via, 'placeOrder', {
    as: buyer, key: keyOf(world, step, what),
    body: {
      dealId: deal.dealId, quantity, ...asGroup, termsVersion: deal.termsVersion, expectedPayableFen: priced?.payableFen ?? quoted.body.payableFen, surface: 'weapp', stack,
      ...(by ? { shareToken: by.token } : {}),
    },
  }, (body) => {
    if (!priced) return void world.wrong.push(`order ${body.orderId} has a stack that the rules forbid: ${JSON.stringify(stack)}`);
    if (body.payableFen !== priced.payableFen) world.wrong.push(`order ${body.orderId}: promised ${priced.payableFen}, found ${body.payableFen}`);
    placed = {
      orderId: body.orderId, buyer: p.who, deal, quantity, payableFen: priced.payableFen, expiresAtMs: body.expiresAtMs, share: by, cancelled: false, paid: new Map(), prepays: [],
      vouchers: [], group: seat === 'open' ? null : seat, purchase: null, unitPriceFen: wanted[0]!.unitPriceFen, paidAtMs: null, left: false, carries: carriedBy(model, priced, 0), isShareSure: priced.usesFriend || world.jumpedMs === jumpedMs,
    };
    model.orders.set(body.orderId, placed);
    if (seat && seat !== 'open') seat.orders.push(placed);
    if (seat === 'open') model.opening.add(placed);
  }, p.repeat);
  // The price was right and nothing moved in between: there was no reason to call it changed.
  if (asked.code === 'PRICE_CHANGED' && asked.body && priced && !deal.offPeak && world.jumpedMs === jumpedMs) world.wrong.push(`${what} of ${deal.dealId}: ${JSON.stringify(stack)} costs ${priced.payableFen} by hand, ${JSON.stringify(asked.body.details)}`);
  if (placed && p.then !== 'leave') await payFor(world, placed, p.method, p.then === 'pay', p.via, `${keyOf(world, step, what)}-pay`);
  return placed;
}

/** A claim whose answer is still on its way: the server knows a coupon that nobody was told of yet. */
const isAllTold = (world: World, coupons: readonly Quoted[]) => coupons.every(({ couponId }) => world.model.coupons.has(couponId));
/** The price that the server found best must be what the rules say, and nothing cheaper may be left. */
export function checkQuote(world: World, quote: { stack: Stack; payableFen: number; coupons: Quoted[]; nowMs: number }, wanted: readonly Wanted[], what: string): void {
  if (!isAllTold(world, quote.coupons)) return;
  const priced = byHand(world, wanted, quote.coupons, quote.stack, quote.nowMs);
  if (priced?.payableFen !== quote.payableFen) world.wrong.push(`${what} with ${JSON.stringify(quote.stack)}: expected ${priced?.payableFen}, found ${quote.payableFen}`);
  const best = bestByHand(world, wanted, quote.coupons, quote.nowMs);
  if (best && best.payableFen !== quote.payableFen) world.wrong.push(`${what}: the best is ${best.payableFen} (${JSON.stringify(best.couponIds)}), found ${quote.payableFen}`);
}

/** What the guest chooses: the best, nothing but the friend's discount, or some of what is there, allowed or not. */
export function stackOf(world: World, p: { stack: Wish['stack']; odd: number }, best: Stack, coupons: readonly Quoted[], isBrought: boolean): Stack {
  if (p.stack === 'best' && isAllTold(world, coupons)) return best;
  if (p.stack === 'plain' || !isAllTold(world, coupons)) return { usesFriend: isBrought, couponIds: [] };
  return { usesFriend: p.odd % 2 === 0 && isBrought, couponIds: coupons.map(({ couponId }) => couponId).filter((_, n) => Math.floor(p.odd / 2 ** (n + 1)) % 3 === 0).slice(0, 2).sort() };
}

/** The phone asks how to pay, the person pays at WeChat, and (unless the phone is closed) the app looks. */
export async function payFor(world: World, order: Order, method: 'jsapi' | 'h5', looks: boolean, via: number, key: string, pays = true): Promise<void> {
  const as = world.people[order.buyer]!;
  const take = (body: { jsapi: { package: string } | null; h5Url: string | null }) => {
    const prepay = /prepay_id=([^&]+)/.exec(body.jsapi?.package ?? body.h5Url!)![1]!;
    for (const one of order.purchase?.orders ?? [order]) if (!one.prepays.includes(prepay)) one.prepays.push(prepay);
  };
  if (order.purchase) await ask(world, via, 'payPurchase', { as, params: { purchaseId: order.purchase.purchaseId }, key, body: { method } }, take);
  else await ask(world, via, 'payOrder', { as, params: { orderId: order.orderId }, key, body: { method } }, take);
  if (pays) await tapPay(world, order, order.prepays.at(-1));
  if (looks) await look(world, order, via);
}

export async function tapPay(world: World, order: Order, prepay: string | undefined): Promise<void> {
  if (!prepay) return;
  const { sandbox } = world.t;
  const taken = await sandbox!.control<{ transactions: { out_trade_no: string; transaction_id: string; success_time: string; amount: { total: number } }[] }>('pay', { prepay_id: prepay }).catch(() => null);
  count(world, 'cashier', taken ? 'paid' : 'refused');
  for (const one of taken?.transactions ?? []) {
    const mine = order.purchase ? await orderOf(world, order.purchase.orders, one.out_trade_no) : order;
    mine.paid.set(one.transaction_id, one.amount.total);
    mine.paidAtMs ??= Date.parse(one.success_time);
  }
}
/** Whose part of a combined payment it is; the number alone tells. */
async function orderOf(world: World, orders: readonly Order[], paymentId: string): Promise<Order> {
  const [row] = await world.db.query<{ id: string }>('SELECT order_id AS id FROM payment WHERE payment_id = $1', [paymentId]);
  return orders.find(({ orderId }) => orderId === row?.id)!;
}

export async function look(world: World, order: Order, via: number): Promise<void> {
  const as = world.people[order.buyer]!;
  const { body, code } = order.purchase
    ? await ask(world, via, 'checkPurchase', { as, params: { purchaseId: order.purchase.purchaseId } })
    : await ask(world, via, 'checkPayment', { as, params: { orderId: order.orderId } });
  if (code === null && order.paid.size > 0 && ['paid', 'completed'].includes(body.state)) await learnVouchers(world, order, via);
}

/** The vouchers that a paid order brought, from its page. */
export async function learnVouchers(world: World, order: Order, via: number): Promise<void> {
  const { body, code } = await ask(world, via, 'getOrder', { as: world.people[order.buyer]!, params: { orderId: order.orderId } });
  if (code !== null) return;
  joinGroup(world, order, body.row.group?.groupId);
  if (order.vouchers.length > 0) return;
  for (const { voucherId, paidFen, validUntilMs } of body.vouchers) {
    const voucher = { voucherId, order, paidFen, validUntilMs, uses: [] };
    order.vouchers.push(voucher);
    world.model.vouchers.set(voucherId, voucher);
  }
}

/** The number of a group is told to who opened it by the page of the order. */
function joinGroup(world: World, order: Order, groupId: string | undefined): void {
  if (!groupId || order.group) return;
  const group: Group = world.model.groups.get(groupId) ?? { groupId, deal: order.deal, rule: order.deal.group!, orders: [] };
  world.model.groups.set(groupId, group);
  world.model.opening.delete(order);
  order.group = group;
  group.orders.push(order);
}

const open = (world: World) => [...world.model.orders.values()].filter((one) => one.paid.size === 0 && !one.cancelled);
const pay = act({
  weight: 9,
  draw: (d) => ({ order: drawPick(d), method: d.weighed<'jsapi' | 'h5'>({ jsapi: 2, h5: 1 }), looks: d.chance(0.6), isOld: d.chance(0.15), prepay: drawPick(d), via: drawVia(d) }),
  async play(world, p, step) {
    const order = pickedLate(p.isOld ? [...world.model.orders.values()] : open(world), p.order);
    if (!order) return;
    // A page left open: what it was given earlier is paid with, maybe after the order ended or beside another way.
    if (p.isOld && order.prepays.length > 0) {
      await tapPay(world, order, picked(order.prepays, p.prepay));
      if (p.looks) await look(world, order, p.via);
    } else await payFor(world, order, p.method, p.looks, p.via, keyOf(world, step, 'pay'));
  },
});

async function cancelIt(world: World, order: Order, via: number, repeat: Repeat, key: string): Promise<void> {
  const as = world.people[order.buyer]!;
  const all = order.purchase?.orders ?? [order];
  const taken = () => all.forEach((one) => (one.cancelled = true));
  if (order.purchase) await ask(world, via, 'cancelPurchase', { as, params: { purchaseId: order.purchase.purchaseId }, key }, taken, repeat);
  else await ask(world, via, 'cancelOrder', { as, params: { orderId: order.orderId }, key }, taken, repeat);
}
const cancel = act({
  weight: 4,
  draw: (d) => ({ order: drawPick(d), isAny: d.chance(0.2), isPaying: d.chance(0.35), via: drawVia(d), repeat: drawRepeat(d) }),
  async play(world, p, step) {
    const order = pickedLate(p.isAny ? [...world.model.orders.values()] : open(world), p.order);
    if (!order) return;
    await Promise.all([
      cancelIt(world, order, p.via, p.repeat, keyOf(world, step, 'cancel')),
      p.isPaying ? tapPay(world, order, order.prepays.at(-1)) : null,
    ]);
  },
});

export const buyActs = { share, order, stampede, pay, cancel };

/** At the counter and back: using, undoing, giving back, complaining, and several of them at the same moment. */
import { codeWindow, qrText, typedCode } from '../../functions/contract/voucher-code';
import { hmac } from '../../functions/vouchers';
import { act, drawPick, drawRepeat, drawVia, pickedLate, type Pick } from './act';
import { ask, keyOf, type Repeat } from './ask';
import { standingUse, type Order, type Voucher } from './model';
import type { World } from './world';

const isGivenBack = (world: World, voucher: Voucher) => [...world.model.refunds.values()].some((one) => one.kind === 'unused' && one.voucherIds.includes(voucher.voucherId));
const usable = (world: World) => [...world.model.vouchers.values()].filter((one) => !standingUse(one) && !isGivenBack(world, one));
const used = (world: World) => [...world.model.vouchers.values()].filter(standingUse);

async function redeemAt(world: World, voucher: Voucher, p: { store: number; kind: 'qr' | 'typed'; via: number; repeat: Repeat; isManager: boolean }, key: string): Promise<void> {
  const shop = world.shops[voucher.order.deal.shop]!;
  const shown = await ask(world, p.via, 'getVoucher', { as: world.people[voucher.order.buyer]!, params: { voucherId: voucher.voucherId } });
  if (shown.code !== null || shown.body.secret === null) return;
  const { secret, locator } = shown.body;
  const window = codeWindow(world.t.app.clock.nowMs());
  const code = p.kind === 'typed' ? typedCode(hmac, secret, locator, window) : qrText(hmac, secret, locator, voucher.voucherId, window);
  await ask(world, p.via, 'redeemVoucher', { as: p.isManager ? shop.manager : shop.clerks[p.store]!, params: { storeId: shop.storeIds[p.store]! }, key, body: { code } }, (body) => {
    if (body.voucherId !== voucher.voucherId) world.wrong.push(`the code of ${voucher.voucherId} used ${body.voucherId}`);
    if (body.paidFen !== voucher.paidFen) world.wrong.push(`used ${voucher.voucherId}: expected ${voucher.paidFen}, found ${body.paidFen}`);
    const use = { redemptionId: body.redemptionId, voucherId: voucher.voucherId, shop: voucher.order.deal.shop, store: p.store, atMs: body.redeemedAtMs, undone: false };
    voucher.uses.push(use);
    world.model.uses.set(use.redemptionId, use);
  }, p.repeat);
}
const drawCounter = (d: Parameters<typeof drawPick>[0]) => ({
  store: d.chance(0.75) ? 0 : 1, kind: d.weighed<'qr' | 'typed'>({ qr: 3, typed: 1 }), via: drawVia(d), repeat: drawRepeat(d), isManager: d.chance(0.3),
});
const redeem = act({
  weight: 22,
  draw: (d) => ({ voucher: drawPick(d), isAny: d.chance(0.08), ...drawCounter(d) }),
  async play(world, p, step) {
    const voucher = pickedLate(p.isAny ? [...world.model.vouchers.values()] : usable(world), p.voucher);
    if (voucher) await redeemAt(world, voucher, p, keyOf(world, step, 'use'));
  },
});

async function undoIt(world: World, redemptionId: string, via: number, repeat: Repeat, key: string): Promise<void> {
  const use = world.model.uses.get(redemptionId)!;
  const shop = world.shops[use.shop]!;
  await ask(world, via, 'undoRedemption', { as: shop.clerks[use.store]!, params: { storeId: shop.storeIds[use.store]!, redemptionId }, key }, () => void (use.undone = true), repeat);
}
const undo = act({
  weight: 4,
  draw: (d) => ({ use: drawPick(d), via: drawVia(d), repeat: drawRepeat(d) }),
  async play(world, p, step) {
    const use = pickedLate([...world.model.uses.values()], p.use);
    if (use) await undoIt(world, use.redemptionId, p.via, p.repeat, keyOf(world, step, 'undo'));
  },
});

async function giveBack(world: World, order: Order, vouchers: readonly Voucher[], via: number, repeat: Repeat, key: string): Promise<void> {
  if (vouchers.length === 0) return;
  const voucherIds = vouchers.map(({ voucherId }) => voucherId);
  await ask(world, via, 'requestRefund', { as: world.people[order.buyer]!, params: { orderId: order.orderId }, key, body: { voucherIds, reason: '不去了' } }, ({ refundId, amountFen }) => {
    const fen = vouchers.reduce((sum, one) => sum + one.paidFen, 0);
    if (amountFen !== fen) world.wrong.push(`refund ${refundId}: expected ${fen}, found ${amountFen}`);
    world.model.refunds.set(refundId, { refundId, order, kind: 'unused', amountFen: fen, voucherIds, shop: order.deal.shop, store: 0, answer: 'accepted', askedAtMs: 0 });
  }, repeat);
}
const refund = act({
  weight: 6,
  draw: (d) => ({ voucher: drawPick(d), count: 1 + d.int(3), isAny: d.chance(0.1), via: drawVia(d), repeat: drawRepeat(d) }),
  async play(world, p, step) {
    const first = pickedLate(p.isAny ? [...world.model.vouchers.values()] : usable(world), p.voucher);
    if (!first) return;
    const others = usable(world).filter((one) => one.order === first.order && one !== first);
    await giveBack(world, first.order, [first, ...others].slice(0, p.count), p.via, p.repeat, keyOf(world, step, 'back'));
  },
});

async function complain(world: World, voucher: Voucher, via: number, repeat: Repeat, key: string): Promise<void> {
  await ask(world, via, 'requestAfterSale', { as: world.people[voucher.order.buyer]!, params: { voucherId: voucher.voucherId }, key, body: { reason: '菜凉了' } }, ({ refundId, amountFen }) => {
    if (amountFen !== voucher.paidFen) world.wrong.push(`after-sale ${refundId}: expected ${voucher.paidFen}, found ${amountFen}`);
    const store = standingUse(voucher)?.store ?? 0;
    world.model.refunds.set(refundId, {
      refundId, order: voucher.order, kind: 'after_sale', amountFen: voucher.paidFen, voucherIds: [voucher.voucherId], shop: voucher.order.deal.shop, store, answer: null,
      askedAtMs: world.t.app.clock.nowMs(),
    });
  }, repeat);
}
const afterSale = act({
  weight: 5,
  draw: (d) => ({ voucher: drawPick(d), via: drawVia(d), repeat: drawRepeat(d) }),
  async play(world, p, step) {
    const voucher = pickedLate(used(world), p.voucher);
    if (voucher) await complain(world, voucher, p.via, p.repeat, keyOf(world, step, 'sorry'));
  },
});
const answer = act({
  weight: 4,
  draw: (d) => ({ refund: drawPick(d), accept: d.chance(0.6), via: drawVia(d), repeat: drawRepeat(d) }),
  async play(world, p, step) {
    const asked = pickedLate([...world.model.refunds.values()].filter((one) => one.kind === 'after_sale' && one.answer === null), p.refund);
    if (!asked) return;
    const shop = world.shops[asked.shop]!;
    await ask(world, p.via, 'answerAfterSale', {
      as: shop.manager, params: { storeId: shop.storeIds[asked.store]!, refundId: asked.refundId }, key: keyOf(world, step, 'answer'), body: { accept: p.accept, reason: '好' },
    }, () => void (asked.answer = p.accept ? 'accepted' : 'declined'), p.repeat);
  },
});

/** The same voucher from several sides at the same moment. */
const rush = act({
  weight: 4,
  draw: (d) => ({ voucher: drawPick(d) as Pick, at: drawCounter(d), other: drawCounter(d), undoes: d.chance(0.5), complains: d.chance(0.5), gives: d.chance(0.7) }),
  async play(world, p, step) {
    const voucher = pickedLate([...world.model.vouchers.values()].filter((one) => !isGivenBack(world, one)), p.voucher);
    if (!voucher) return;
    const standing = standingUse(voucher);
    await Promise.all([
      redeemAt(world, voucher, { ...p.at, repeat: 'no' }, keyOf(world, step, 'use')), redeemAt(world, voucher, { ...p.other, repeat: 'no' }, keyOf(world, step, 'use2')),
      p.gives ? giveBack(world, voucher.order, [voucher], p.at.via, 'no', keyOf(world, step, 'back')) : null,
      p.undoes && standing ? undoIt(world, standing.redemptionId, p.other.via, 'no', keyOf(world, step, 'undo')) : null,
      p.complains && standing ? complain(world, voucher, p.at.via, 'no', keyOf(world, step, 'sorry')) : null,
    ]);
  },
});

export const useActs = { redeem, undo, refund, afterSale, answer, rush };

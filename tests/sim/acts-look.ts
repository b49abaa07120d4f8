/** The wallet, and everybody's looking around: pages must answer at any moment. */
import type { RouteName } from '../../functions/contract/routes';
import type { LooseCall } from '../support/app';
import { act, drawPick, drawRepeat, drawVia, picked, pickedLate } from './act';
import { ask, keyOf } from './ask';
import type { World } from './world';

const withdraw = act({
  weight: 4,
  draw: (d, size) => ({ who: d.int(Math.ceil(size.people / 2)), share: drawPick(d), fen: 100 + d.int(900), isAll: d.chance(0.4), then: d.weighed({ confirm: 5, cancel: 1, fail: 1, leave: 1 }), via: drawVia(d), repeat: drawRepeat(d) }),
  async play(world, p, step) {
    // Somebody whose link was used, if there is one.
    const brought = [...world.model.orders.values()].filter((one) => one.share && one.paid.size > 0);
    const person = picked(brought, p.share)?.share?.sharer ?? p.who;
    const as = world.people[person]!;
    const wallet = await ask(world, p.via, 'getWallet', { as });
    if (wallet.code !== null) return;
    const amountFen = p.isAll ? Math.max(1, Math.min(199_900, wallet.body.availableFen)) : p.fen;
    let withdrawalId: string | null = null;
    await ask(world, p.via, 'requestWithdrawal', { as, key: keyOf(world, step, 'cash'), body: { amountFen } }, (body) => {
      withdrawalId = body.withdrawalId as string;
      world.model.withdrawals.set(withdrawalId, { withdrawalId, person, amountFen, end: null, askedAtMs: 0 });
    }, p.repeat);
    if (withdrawalId === null) return;
    if (p.then !== 'leave') await endTransfer(world, withdrawalId, p.then);
    await ask(world, p.via, 'getWithdrawal', { as, params: { withdrawalId } });
  },
});
/** An old one is confirmed late. */
const confirm = act({
  weight: 1,
  draw: (d) => ({ withdrawal: drawPick(d), how: d.weighed<Tap>({ confirm: 3, cancel: 1, fail: 1 }) }),
  async play(world, p) {
    const open = pickedLate([...world.model.withdrawals.values()].filter((one) => one.end === null), p.withdrawal);
    if (open) await endTransfer(world, open.withdrawalId, p.how);
  },
});
/** cancel: closes WeChat's page, which leaves the transfer to be confirmed later. fail: WeChat cannot pay this person. */
type Tap = 'confirm' | 'cancel' | 'fail';
async function endTransfer(world: World, withdrawalId: string, how: Tap): Promise<void> {
  const withdrawal = world.model.withdrawals.get(withdrawalId)!;
  await world.t.sandbox!.control(`transfers/${withdrawalId.replace('_', '')}/${how}`)
    .then(() => void (withdrawal.end = how === 'confirm' ? 'confirmed' : how === 'fail' ? 'failed' : null)).catch(() => undefined);
}

const PAGES = ['listDeals', 'getDeal', 'getStore', 'listOrders', 'getOrder', 'getVoucher', 'getRefund', 'getWallet', 'listRewards', 'listShares', 'listNotices', 'listWithdrawals', 'exportMe', 'getToday', 'listRedemptions', 'listAfterSales'] as const;
const look = act({
  weight: 6,
  draw: (d, size) => ({ page: d.pick(PAGES), who: d.int(size.people), one: drawPick(d), store: d.int(2), via: drawVia(d) }),
  async play(world, p) {
    const { model, people, shops } = world;
    const deal = picked(model.deals, p.one)!;
    const shop = shops[deal.shop]!;
    const order = pickedLate([...model.orders.values()], p.one);
    const mine = order ? people[order.buyer]! : people[p.who]!;
    const voucher = pickedLate([...model.vouchers.values()], p.one);
    const refund = pickedLate([...model.refunds.values()], p.one);
    const atStore: LooseCall = { as: shop.manager, params: { storeId: shop.storeIds[p.store]! } };
    const calls: Partial<Record<RouteName, LooseCall | null>> = {
      listDeals: { as: mine }, getDeal: { as: mine, params: { dealId: deal.dealId } }, getStore: { params: { storeId: shop.storeId } },
      getOrder: order ? { as: mine, params: { orderId: order.orderId } } : null,
      getVoucher: voucher ? { as: people[voucher.order.buyer]!, params: { voucherId: voucher.voucherId } } : null,
      getRefund: refund ? { as: people[refund.order.buyer]!, params: { refundId: refund.refundId } } : null,
      getToday: atStore, listRedemptions: atStore, listAfterSales: atStore,
    };
    const call = p.page in calls ? calls[p.page] : { as: mine };
    if (!call) return;
    const { code } = await ask(world, p.via, p.page, call);
    if (code !== null && code !== 'LOST') world.wrong.push(`the page ${p.page} of somebody's own answered ${code}`);
  },
});

export const lookActs = { withdraw, confirm, look };

/** To the fen: what each merchant, sharer, the platform and WeChat hold, reckoned from the promises; and WeChat's own records. */
import type { Say } from './audit';
import { usedFen } from './audit-rewards';
import type { Books } from './books';
import { feeFen, partFen, rewardFen, standingUse, subsidyFen, type Order } from './model';
import type { World } from './world';

/** Unused refunds are booked at once, after-sales when they are funded. */
function keptFen(world: World, books: Books, order: Order): number {
  let kept = order.payableFen;
  for (const one of world.model.refunds.values()) {
    if (one.order !== order || one.answer !== 'accepted') continue;
    if (one.kind === 'unused' || books.refunds.get(one.refundId)?.funded) kept -= one.amountFen;
  }
  return kept;
}

export function auditMoney(world: World, books: Books, say: Say): void {
  const balance = (kind: string, owner: string) => books.balances.get(`${kind} ${owner}`) ?? 0;
  const owed = new Map<number, { least: number; most: number }>();
  let [commission, platformTransit, subsidies] = [0, 0, 0];
  for (const [n, shop] of world.shops.entries()) {
    let [merchant, fees, paid, arrived, transit, slack] = [0, 0, 0, 0, 0, 0];
    for (const order of world.model.orders.values()) {
      if (order.deal.shop !== n) continue;
      if (books.unknownYet.has(order.orderId)) continue;
      const total = [...order.paid.values()].reduce((sum, fen) => sum + fen, 0);
      paid += total;
      const found = books.orders.get(order.orderId);
      const isKept = found?.paidAtMs != null;
      // What nobody waits for (after the end, or a second time) goes back whole.
      const unwanted = total - (isKept ? order.payableFen : 0);
      const refunds = [...books.refunds].filter(([, one]) => one.orderId === order.orderId);
      const back = refunds.filter(([, one]) => one.kind === 'late_payment' || one.kind === 'double_payment');
      say(`order ${order.orderId}: paid too late or twice, and on its way back`, unwanted, back.reduce((sum, [, one]) => sum + one.amountFen, 0));
      for (const [id, one] of refunds) {
        const known = world.model.refunds.get(id);
        if (!known && !back.some(([other]) => other === id)) say(`refund ${id} of ${order.orderId}`, 'none', one.kind);
        if (known) say(`refund ${id}: fen`, known.amountFen, one.amountFen);
        if (one.state === 'succeeded') arrived += one.amountFen;
        else if (one.funded) transit += one.amountFen;
      }
      if (!isKept) continue;
      const kept = keptFen(world, books, order);
      const isSplit = found!.splitState === 'succeeded';
      const fee = feeFen(kept);
      const cut = isSplit ? partFen(kept, order.deal.commissionBps) : 0;
      const reward = rewardOf(world, books, order, kept);
      fees += fee;
      commission += cut;
      const subsidy = found!.subsidyState === 'succeeded' ? servedSubsidyFen(world, books, order) : 0;
      subsidies += subsidy;
      merchant += kept + subsidy - fee - cut - reward.most;
      slack += reward.most - reward.least;
      const sharer = order.share?.sharer;
      if (sharer !== undefined) {
        const so = owed.get(sharer) ?? { least: 0, most: 0 };
        owed.set(sharer, { least: so.least + reward.least, most: so.most + reward.most });
      }
    }
    const m = shop.merchantId;
    const holds = balance('merchant-frozen', m) + balance('merchant-available', m) + balance('merchant-debt', m);
    if (holds < merchant || holds > merchant + slack) say(`merchant ${m} holds`, slack ? `${merchant} to ${merchant + slack}` : merchant, holds);
    say(`WeChat's fee of ${m}`, fees, balance('provider-fee', m));
    say(`WeChat's account of ${m}`, -paid + arrived, balance('provider', m));
    say(`refunds on their way of ${m}`, transit, balance('refund-transit', m));
  }
  say('what the platform paid of discounts', -subsidies, balance('coupon-subsidy', 'platform'));
  say('commission of the platform', commission, balance('platform-fee', 'platform'));
  for (const [n, person] of world.people.entries()) {
    const mine = [...world.model.withdrawals.values()].filter((one) => one.person === n);
    const out = mine.filter((one) => books.withdrawals.get(one.withdrawalId)?.state === 'succeeded').reduce((sum, one) => sum + one.amountFen, 0);
    const away = mine.filter((one) => ['requested', 'awaiting_person'].includes(books.withdrawals.get(one.withdrawalId)?.state ?? '')).reduce((sum, one) => sum + one.amountFen, 0);
    platformTransit += out;
    const [pending, available, debt] = ['reward-pending', 'reward-available', 'reward-debt'].map((kind) => balance(kind, person.personId)) as [number, number, number];
    const so = owed.get(n) ?? { least: 0, most: 0 };
    const sum = pending + available + debt;
    if (sum < so.least - out - away || sum > so.most - out - away) say(`wallet of ${person.name}: pending + available − debt`, so.most - out - away, sum);
    if (available > 0 && debt < 0) say(`wallet of ${person.name}: money and debt at once`, 'one of them', [available, debt]);
    say(`on its way to ${person.name}`, away, balance('payout-transit', person.personId));
  }
  say('paid out by WeChat', platformTransit, balance('provider', 'platform'));
  auditWechat(world, books, say);
}

/** The platform pays for what was served; what an after-sale takes back it gets back when that is funded. */
function servedSubsidyFen(world: World, books: Books, order: Order): number {
  const isBack = (voucherId: string) => [...world.model.refunds.values()].some((one) => one.kind === 'after_sale' && one.voucherIds.includes(voucherId) && books.refunds.get(one.refundId)?.funded);
  return order.vouchers.filter((one) => standingUse(one) && !isBack(one.voucherId)).reduce((sum, one) => sum + subsidyFen(one), 0);
}

/** While an accepted after-sale waits for its funding the reward may stand with or without it. */
function rewardOf(world: World, books: Books, order: Order, kept: number): { least: number; most: number } {
  const found = books.rewards.get(order.orderId);
  if (!found || found.reason === 'repeat' || found.reason === 'limit' || !['pending', 'available'].includes(found.state)) return { least: 0, most: 0 };
  const least = rewardFen(usedFen(world.model, order), order.deal);
  return { least, most: Math.max(least, rewardFen(kept, order.deal)) };
}

/** WeChat's own records: each payment is one that the model saw, and has given back what was promised. */
function auditWechat(world: World, books: Books, say: Say): void {
  const { tables } = world.t.sandbox!.sandbox.sandbox.world;
  const seen = new Map<string, Order>();
  for (const order of world.model.orders.values()) for (const id of order.paid.keys()) seen.set(id, order);
  const backAt = new Map<string, number>();
  for (const tx of tables.tx.values()) {
    if (!tx.transactionId) continue;
    const order = seen.get(tx.transactionId);
    if (!order) say(`WeChat's ${tx.transactionId}`, 'seen at the cashier', 'unknown');
    else backAt.set(order.orderId, (backAt.get(order.orderId) ?? 0) + tx.refundedFen);
  }
  for (const order of world.model.orders.values()) {
    const mine = [...books.refunds.values()].filter((one) => one.orderId === order.orderId && one.kind !== 'x' && one.state !== 'requested' && one.state !== 'declined');
    const [sure, most] = [mine.filter((one) => one.state === 'succeeded'), mine].map((all) => all.reduce((sum, one) => sum + one.amountFen, 0)) as [number, number];
    const back = backAt.get(order.orderId) ?? 0;
    if (back < sure || back > most) say(`given back by WeChat for ${order.orderId}`, sure === most ? sure : `${sure} to ${most}`, back);
  }
  const arrived = [...tables.transfer.values()].filter((one) => one.state === 'SUCCESS').reduce((sum, one) => sum + one.amountFen, 0);
  say('arrived in wallets at WeChat', [...world.model.withdrawals.values()].filter((one) => one.end === 'confirmed').reduce((sum, one) => sum + one.amountFen, 0), arrived);
}

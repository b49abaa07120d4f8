/** Group buys: opening, joining, many for the last seat, leaving, and paying around the deadline. */
import { act, drawPick, drawRepeat, drawVia, picked, pickedLate } from './act';
import { buy, drawWish, learnVouchers, look, payFor, tapPay } from './acts-buy';
import { ask, keyOf } from './ask';
import type { Group } from './model';
import type { World } from './world';

const openGroup = act({
  weight: 4,
  draw: (d, size) => drawWish(d, size.people),
  async play(world, p, step) {
    const deal = picked(world.model.deals.filter((one) => one.group), p.deal)!;
    const order = await buy(world, deal, { ...p, then: p.then === 'leave' ? 'leave' : 'pay' }, step, 'open', 'open');
    if (order && !order.group) await learnVouchers(world, order, p.via);
  },
});

/** Those that by the model may still have a seat. */
const running = (world: World) => [...world.model.groups.values()].filter((group) => group.orders.filter((one) => !one.cancelled && !one.left).length <= group.rule.size);
const join = act({
  weight: 14,
  draw: (d, size) => ({ group: drawPick(d), wish: drawWish(d, size.people) }),
  async play(world, p, step) {
    const group = pickedLate(running(world), p.group);
    if (group) await buy(world, group.deal, p.wish, step, 'join', group);
  },
});
const lastSeat = act({
  weight: 3,
  draw: (d, size) => ({ group: drawPick(d), wishes: Array.from({ length: 5 }, () => drawWish(d, size.people)) }),
  async play(world, p, step) {
    const group = pickedLate(running(world), p.group);
    if (group) await Promise.all(p.wishes.map((wish, n) => buy(world, group.deal, { ...wish, repeat: 'no' }, step, `seat${n}`, group)));
  },
});

async function leaveIt(world: World, group: Group, who: number, via: number, repeat: 'no' | 'after' | 'together', key: string): Promise<void> {
  await ask(world, via, 'leaveGroup', { as: world.people[who]!, params: { groupId: group.groupId }, key }, ({ refundId, amountFen }) => {
    const order = group.orders.filter((one) => one.buyer === who && !one.cancelled && !one.left).at(-1);
    if (!order) return void world.wrong.push(`${world.people[who]!.name} left ${group.groupId} without a seat`);
    if (refundId === null) order.cancelled = true;
    else {
      order.left = true;
      if (amountFen !== order.payableFen) world.wrong.push(`left ${group.groupId}: expected ${order.payableFen} back, found ${amountFen}`);
      world.model.refunds.set(refundId, { refundId, order, kind: 'whole', amountFen: order.payableFen, voucherIds: [], shop: order.deal.shop, store: 0, answer: 'accepted', askedAtMs: 0 });
    }
  }, repeat);
}
const leave = act({
  weight: 4,
  draw: (d) => ({ group: drawPick(d), member: drawPick(d), via: drawVia(d), repeat: drawRepeat(d) }),
  async play(world, p, step) {
    const group = pickedLate([...world.model.groups.values()], p.group);
    const order = group && picked(group.orders, p.member);
    if (group && order) await leaveIt(world, group, order.buyer, p.via, p.repeat, keyOf(world, step, 'leave'));
  },
});

/** The clock stands a moment before a deadline: the last ones pay, one leaves, somebody joins. */
const edge = act({
  weight: 1.5,
  draw: (d, size) => ({ group: drawPick(d), beforeMs: d.int(1_500), waits: Array.from({ length: 4 }, () => d.int(2_000)), leaves: d.chance(0.3), wish: drawWish(d, size.people), via: drawVia(d) }),
  async play(world, p, step) {
    const group = pickedLate(running(world).filter((one) => one.orders.some((order) => order.paid.size > 0)), p.group);
    if (!group) return;
    // An unpaid seat first, so that somebody is paying when time is up.
    await buy(world, group.deal, { ...p.wish, then: 'leave' }, step, 'late', group);
    const unpaid = group.orders.filter((one) => one.paid.size === 0 && !one.cancelled).slice(-3);
    await Promise.all(unpaid.map((one, n) => payPrepared(world, one, `${keyOf(world, step, 'late')}-${n}`)));
    const page = await ask(world, p.via, 'getGroup', { params: { groupId: group.groupId } });
    const leftMs = (page.body?.deadlineMs ?? 0) - world.t.app.clock.nowMs();
    if (page.code !== null || page.body.state !== 'open' || leftMs < 5_000) return;
    await world.jump(leftMs - p.beforeMs);
    await Promise.all([
      ...unpaid.map(async (one, n) => {
        await new Promise((done) => setTimeout(done, p.waits[n]!));
        await tapPay(world, one, one.prepays.at(-1));
        await look(world, one, n);
      }),
      p.leaves ? leaveIt(world, group, group.orders[0]!.buyer, p.via, 'no', keyOf(world, step, 'leave')) : null,
    ]);
  },
});
const payPrepared = (world: World, order: Group['orders'][number], key: string) => payFor(world, order, 'jsapi', false, 0, key, false);

export const groupActs = { openGroup, join, lastSeat, leave, edge };

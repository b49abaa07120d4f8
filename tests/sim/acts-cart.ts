/** A cart over several shops in one payment, and a flash sale with everybody at its door. */
import type { Stack } from '../../functions/contract/best-combination';
import { act, drawPick, drawRepeat, drawVia, picked } from './act';
import { buy, checkQuote, drawWish, payFor, shareFor, stackOf, type Wish } from './acts-buy';
import { ask, count, keyOf } from './ask';
import { quotedUnit, type Deal, type Order, type Purchase } from './model';
import { byHand, carriedBy, type Quoted, type Wanted } from './prices';

const cart = act({
  weight: 9,
  draw: (d, size) => ({
    who: d.int(size.people), lines: Array.from({ length: 2 + d.int(3) }, () => ({ deal: drawPick(d), quantity: 1 + d.int(2), isBrought: d.chance(0.4), share: drawPick(d) })),
    stack: d.weighed<Wish['stack']>({ best: 6, plain: 2, odd: 2 }), odd: drawPick(d), method: d.weighed<'jsapi' | 'h5'>({ jsapi: 4, h5: 1 }), then: d.weighed({ pay: 7, payUnseen: 2, leave: 3 }),
    via: drawVia(d), repeat: drawRepeat(d),
  }),
  async play(world, p, step) {
    const { model } = world;
    const buyer = world.people[p.who]!;
    const wishes = p.lines.map((line) => ({ ...line, deal: picked(model.deals, line.deal)! })).filter((line, n, all) => all.findIndex(({ deal }) => deal === line.deal) === n);
    if (wishes.length < 2) return;
    const items = wishes.map((line) => ({ dealId: line.deal.dealId, quantity: line.quantity, ...tokenOf(shareFor(world, line.deal, { who: p.who, isBrought: line.isBrought, share: line.share })) }));
    const jumpedMs = world.jumpedMs;
    const quoted = await ask(world, p.via, 'quotePurchase', { as: buyer, body: { items } });
    if (quoted.code !== null) return;
    const { items: found, coupons, nowMs } = quoted.body as { items: { dealId: string; unitPriceFen: number; sharer: { token: string } | null }[]; coupons: Quoted[]; nowMs: number };
    const brought = wishes.map(({ deal }) => model.shares.find((one) => one.token === found.find(({ dealId }) => dealId === deal.dealId)?.sharer?.token) ?? null);
    const wanted: Wanted[] = wishes.map(({ deal, quantity }, n) => ({ deal, quantity, unitPriceFen: quotedUnit(deal, found.find(({ dealId }) => dealId === deal.dealId)!.unitPriceFen), hostBenefitFen: 0, isBrought: brought[n] !== null }));
    checkQuote(world, quoted.body, wanted, `quote of a cart of ${wishes.length}`);
    const stack: Stack = stackOf(world, p, quoted.body.stack, coupons, brought.some((one) => one !== null));
    const priced = byHand(world, wanted, coupons, stack, nowMs);
    let purchase: Purchase | null = null;
    await ask(world, p.via, 'placePurchase', {
      as: buyer, key: keyOf(world, step, 'cart'),
      body: {
        items: wishes.map(({ deal, quantity }, n) => ({ dealId: deal.dealId, quantity, ...tokenOf(brought[n]!), termsVersion: deal.termsVersion, expectedUnitPriceFen: wanted[n]!.unitPriceFen })),
        stack, expectedPayableFen: priced?.payableFen ?? quoted.body.payableFen, surface: 'weapp',
      },
    }, (body: { purchaseId: string; orderIds: string[]; payableFen: number; expiresAtMs: number }) => {
      if (!priced) return void world.wrong.push(`purchase ${body.purchaseId} has a stack that the rules forbid: ${JSON.stringify(stack)}`);
      if (body.payableFen !== priced.payableFen) world.wrong.push(`purchase ${body.purchaseId}: promised ${priced.payableFen}, found ${body.payableFen}`);
      const made: Purchase = { purchaseId: body.purchaseId, orders: [] };
      made.orders = body.orderIds.map((orderId, n): Order => ({
        orderId, buyer: p.who, deal: wishes[n]!.deal, quantity: wishes[n]!.quantity, payableFen: priced.parts[n]!.reduce((sum, part) => sum + part.amountFen, 0), expiresAtMs: body.expiresAtMs,
        share: brought[n]!, cancelled: false, paid: new Map(), prepays: [], vouchers: [], carries: carriedBy(model, priced, n), group: null, purchase: made, unitPriceFen: wanted[n]!.unitPriceFen,
        paidAtMs: null, left: false, isShareSure: world.jumpedMs === jumpedMs,
      }));
      for (const order of made.orders) model.orders.set(order.orderId, order);
      purchase = made;
    }, p.repeat);
    const first = (purchase as Purchase | null)?.orders[0];
    if (first && p.then !== 'leave') await payFor(world, first, p.method, p.then === 'pay', p.via, `${keyOf(world, step, 'cart')}-pay`);
  },
});
const tokenOf = (share: { token: string } | null) => (share ? { shareToken: share.token } : {});

/** A new flash deal; everybody stands at the door some moments before it opens. */
const flash = act({
  weight: 1,
  draw: (d, size) => ({ shop: drawPick(d), stock: 2 + d.int(6), priceFen: 500 + d.int(5_000), wishes: Array.from({ length: 14 }, () => ({ wish: drawWish(d, size.people), waitMs: d.int(900) })) }),
  async play(world, p, step) {
    const shop = picked(world.shops, p.shop)!;
    const startsAtMs = (await world.t.app.clock.read().catch(() => world.t.app.clock.nowMs())) + 60_000;
    const terms = { priceFen: p.priceFen, friendDiscountFen: 10, rebateBps: 500, rebateCapFen: 1_000, commissionBps: 500, stock: p.stock, perPersonLimit: 2 };
    let deal: Deal | null = null;
    await ask(world, 1, 'createDeal', {
      as: shop.operator, params: { merchantId: shop.merchantId }, key: keyOf(world, step, 'flash'),
      body: { ...shop.deal, ...terms, title: `闪购${step}`, isFlash: true, saleStartsAtMs: startsAtMs, saleEndsAtMs: startsAtMs + 3_600_000, validDays: 14 },
    }, ({ dealId, termsVersion }) => {
      const { perPersonLimit: limit, ...rest } = terms;
      deal = { dealId, termsVersion, shop: world.shops.indexOf(shop), ...rest, limit, storeIds: shop.storeIds, group: null, offPeak: null, startsAtMs };
      world.model.deals.push(deal);
    });
    if (!deal) return;
    count(world, 'flash', 'sale');
    await world.jump(Math.max(1, startsAtMs - world.t.app.clock.nowMs() - 400));
    await Promise.all(p.wishes.map(async ({ wish, waitMs }, n) => {
      await new Promise((done) => setTimeout(done, waitMs));
      await buy(world, deal!, { ...wish, repeat: 'no' }, step, `flash${n}`);
    }));
  },
});

export const cartActs = { cart, flash };

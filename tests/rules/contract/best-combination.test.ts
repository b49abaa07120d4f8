/** C2, I-06: the stack that the checkout offers is the best of all allowed ones, and what it says about every other coupon is true. */
import * as fc from 'fast-check';
import { isDeepStrictEqual } from 'node:util';
import { bestCombination, priceStack, stackProblem, type BestCombination, type Stack, type StackCoupon, type StackLine } from '../../../functions/contract/best-combination';
import { allStacks, betterOf, coversLine, priceByHand, type ByHand } from './price-by-hand';

const NOW = 1_790_000_000_000;
const merchants = ['mch_a', 'mch_b', 'mch_c'];
const stores = ['sto_1', 'sto_2', 'sto_3'];
const dealsOf = Array.from({ length: 6 }, (_, i) => `deal_${i}`);

/** Small amounts meet the floor of 1 fen per unit and tie often; large ones show every broken fen. */
const price = fc.oneof(fc.integer({ min: 1, max: 12 }), fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 1, max: 50_000 }));
const off = fc.oneof(fc.integer({ min: 0, max: 15 }), fc.integer({ min: 0, max: 4_000 }), fc.constant(500));
const someOf = (all: string[]) => fc.oneof({ weight: 3, arbitrary: fc.constant([] as string[]) }, { weight: 1, arbitrary: fc.subarray(all, { minLength: 1 }) });
const anyLines = fc.uniqueArray(
  fc.record({
    dealId: fc.constantFrom(...dealsOf), merchantId: fc.constantFrom(...merchants), storeIds: fc.subarray(stores, { minLength: 1 }), quantity: fc.integer({ min: 1, max: 4 }), unitPriceFen: price,
    hostBenefitFen: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, { weight: 1, arbitrary: off }), friendDiscountFen: fc.oneof(fc.constant(0), off),
  }),
  { minLength: 1, maxLength: 5, selector: ({ dealId }) => dealId },
).map((lines) => lines.map((line): StackLine => ({ ...line, lineId: `line_${line.dealId}` })));
const anyCoupons = fc.array(
  fc.record({
    merchantId: fc.oneof(fc.constant(null), fc.constantFrom(...merchants)), kind: fc.constantFrom('amount', 'amount', 'percent', 'exchange'), thresholdFen: fc.oneof(fc.constant(0), price), amountFen: off,
    offBps: fc.integer({ min: 0, max: 10_000 }), capFen: fc.oneof(fc.constant(100_000), off), dealId: fc.constantFrom(...dealsOf), dealIds: someOf(dealsOf), storeIds: someOf(stores),
    platformBps: fc.constantFrom(0, 10_000, 3_333), validFromMs: fc.constantFrom(NOW - 1, NOW - 1, NOW - 1, NOW, NOW + 1), validUntilMs: fc.constantFrom(NOW + 1, NOW + 1, NOW + 2, NOW + 9, NOW),
    blocked: fc.constantFrom(null, null, null, null, null, null, 'not_new', 'not_lapsed'),
  }),
  { maxLength: 7 },
).map((coupons) => coupons.map((coupon, i): StackCoupon => ({ ...coupon, couponId: `cpn_${(i * 5) % 7}`, title: '', kind: coupon.kind as 'amount', blocked: coupon.blocked as null })));

const RUNS = { numRuns: 400 };
const checkouts = (check: (lines: StackLine[], coupons: StackCoupon[]) => void) => fc.assert(fc.property(anyLines, anyCoupons, check), RUNS);
/** Asked some hundred thousand times: the matcher, which costs as much as the price, speaks only where they differ. */
const same = (seen: unknown, wanted: unknown): void => void (isDeepStrictEqual(seen, wanted) || expect(seen).toEqual(wanted));
const total = (amounts: number[]) => amounts.reduce((a, b) => a + b, 0);

test('C2 the best stack is the best of all subsets of the coupons, and every subset is priced or refused by the published rules (I-06)', () => {
  checkouts((lines, coupons) => {
    let best: ByHand | null = null;
    for (const stack of allStacks(coupons)) {
      const hand = priceByHand(lines, coupons, stack, NOW);
      const problem = stackProblem(lines, coupons, stack, NOW);
      same({ stack, isAllowed: problem === null }, { stack, isAllowed: hand !== null });
      if (!hand) {
        expect(() => priceStack(lines, coupons, stack, NOW)).toThrow(TypeError);
        continue;
      }
      const priced = priceStack(lines, coupons, stack, NOW);
      same([priced.lines.map(({ parts }) => parts.map(({ kind, couponId, amountFen }) => ({ kind, couponId, amountFen }))), priced.payableFen], [hand.parts, hand.payableFen]);
      best = best ? betterOf(best, hand) : hand;
    }
    const answer = bestCombination(lines, coupons, NOW);
    expect({ ...answer.best.stack, payableFen: answer.best.payableFen }).toEqual({ usesFriend: best!.usesFriend, couponIds: best!.couponIds, payableFen: best!.payableFen });
    expect(answer.best).toEqual(priceStack(lines, coupons, answer.best.stack, NOW));
  });
});

test('I-06 parts sum to the payable amount, no line goes below 1 fen per unit, and who pays for a coupon sums to its discount', () => {
  checkouts((lines, coupons) => {
    for (const stack of allStacks(coupons)) {
      if (stackProblem(lines, coupons, stack, NOW)) continue;
      const priced = priceStack(lines, coupons, stack, NOW);
      same([total(priced.lines.map(({ payableFen }) => payableFen)), total(priced.lines.map(({ priceFen }) => priceFen))], [priced.payableFen, priced.payableFen + priced.savedFen]);
      priced.lines.forEach((line, i) => {
        same([line.lineId, total(line.parts.map(({ amountFen }) => amountFen)), total(line.parts.map(({ platformFen }) => platformFen))], [lines[i]!.lineId, line.payableFen, line.platformFen]);
        same([line.payableFen >= lines[i]!.quantity, line], [true, line]);
        for (const part of line.parts) {
          const bps = coupons.find(({ couponId }) => couponId === part.couponId)?.platformBps ?? 0;
          const exact = (-part.amountFen * bps) / 10_000;
          const isShared = part.kind === 'price' ? part.platformFen === 0 : part.platformFen <= exact && part.platformFen > exact - 1;
          same({ part, isShared, isSome: part.amountFen !== 0 }, { part, isShared: true, isSome: true });
        }
      });
    }
  });
});

test('C2 every coupon that is not used has one reason, and it is true', () => {
  const seen = new Set<string>();
  checkouts((lines, coupons) => {
    const { best, lost, friend } = bestCombination(lines, coupons, NOW);
    expect([...best.stack.couponIds, ...lost.map(({ couponId }) => couponId)].sort()).toEqual(coupons.map(({ couponId }) => couponId).sort());
    const allowed = allStacks(coupons).map((stack) => priceByHand(lines, coupons, stack, NOW)).filter((hand) => hand !== null);
    const bestWhere = (holds: (hand: ByHand) => boolean) => allowed.filter(holds).reduce<ByHand | null>((a, b) => (a ? betterOf(a, b) : b), null);
    const usedOf = (merchantId: string | null) => coupons.some((coupon) => coupon.merchantId === merchantId && best.stack.couponIds.includes(coupon.couponId));
    for (const { couponId, reason, missingFen, costMoreFen, stack } of lost) {
      seen.add(reason);
      const coupon = coupons.find((one) => one.couponId === couponId)!;
      const forced = bestWhere(({ couponIds }) => couponIds.includes(couponId));
      expect(stack).toEqual(forced && { usesFriend: forced.usesFriend, couponIds: forced.couponIds });
      expect(costMoreFen).toBe(forced ? forced.payableFen - best.payableFen : 0);
      const covered = lines.filter((line) => coversLine(coupon, line));
      const baseFen = total(covered.map((line) => line.quantity * line.unitPriceFen));
      const added = priceByHand(lines, coupons, { ...best.stack, couponIds: [...best.stack.couponIds, couponId] }, NOW);
      const isUsable = NOW >= coupon.validFromMs && NOW < coupon.validUntilMs && !coupon.blocked && covered.length > 0 && baseFen >= coupon.thresholdFen;
      const rule = coupon.merchantId !== null ? (usedOf(coupon.merchantId) ? 'one_per_merchant' : null) : best.stack.usesFriend ? 'with_friend' : usedOf(null) ? 'one_platform' : null;
      const isTrue = {
        expired: NOW >= coupon.validUntilMs,
        not_started: NOW < coupon.validFromMs,
        not_new: coupon.blocked === 'not_new',
        not_lapsed: coupon.blocked === 'not_lapsed',
        not_covering: covered.length === 0,
        threshold: covered.length > 0 && missingFen > 0 && baseFen + missingFen === coupon.thresholdFen,
        with_friend: forced !== null && rule === reason && best.lines.some(({ parts }) => parts.some(({ kind }) => kind === 'friend_discount')),
        one_platform: forced !== null && rule === reason,
        one_per_merchant: forced !== null && rule === reason,
        // It takes nothing off anywhere; or no rule forbids it beside the best stack, but what it takes there is off already.
        no_room: isUsable && (forced === null || (rule === null && (added === null || added.payableFen === best.payableFen))),
      }[reason];
      expect({ reason, isTrue }).toEqual({ reason, isTrue: true });
      if (reason !== 'threshold') expect(missingFen).toBe(0);
    }
    const withFriend = bestWhere(({ usesFriend }) => usesFriend);
    expect(friend).toEqual(withFriend && !best.stack.usesFriend
      ? { stack: { usesFriend: true, couponIds: withFriend.couponIds }, costMoreFen: withFriend.payableFen - best.payableFen } : null);
  });
  expect([...seen].sort()).toEqual(['expired', 'no_room', 'not_covering', 'not_lapsed', 'not_new', 'not_started', 'one_per_merchant', 'one_platform', 'threshold', 'with_friend']);
});

test('C2 the order of lines and coupons changes nothing', () => {
  fc.assert(fc.property(
    anyLines.chain((lines) => fc.tuple(fc.constant(lines), fc.shuffledSubarray(lines, { minLength: lines.length }))),
    anyCoupons.chain((coupons) => fc.tuple(fc.constant(coupons), fc.shuffledSubarray(coupons, { minLength: coupons.length }))),
    ([lines, otherLines], [coupons, otherCoupons]) => {
      const byId = <T extends object>(list: T[], id: keyof T) => Object.fromEntries(list.map((one) => [one[id], one]));
      const normal = ({ best, lost, friend }: BestCombination) => ({ best: { ...best, lines: byId(best.lines, 'lineId') }, lost: byId(lost, 'couponId'), friend });
      expect(normal(bestCombination(otherLines, otherCoupons, NOW))).toEqual(normal(bestCombination(lines, coupons, NOW)));
    },
  ), RUNS);
});

test('C2 one more coupon never makes it dearer', () => {
  checkouts((lines, coupons) => {
    const payable = coupons.map((_, i) => bestCombination(lines, coupons.slice(0, i + 1), NOW).best.payableFen);
    payable.forEach((fen, i) => expect(fen).toBeLessThanOrEqual(payable[i - 1] ?? Infinity));
  });
});

const line = (over: Partial<StackLine> = {}): StackLine => (
  { lineId: 'line_1', dealId: 'deal_1', merchantId: 'mch_a', storeIds: ['sto_1'], quantity: 1, unitPriceFen: 12_800, hostBenefitFen: 0, friendDiscountFen: 0, ...over });
const coupon = (over: Partial<StackCoupon> = {}): StackCoupon => ({
  couponId: 'cpn_1', title: '', merchantId: 'mch_a', kind: 'amount', thresholdFen: 0, amountFen: 0, offBps: 0, capFen: 0, dealId: null, dealIds: [], storeIds: [], platformBps: 0,
  validFromMs: NOW - 1, validUntilMs: NOW + 1, blocked: null, ...over,
});
const stackOf = (usesFriend: boolean, ...couponIds: string[]): Stack => ({ usesFriend, couponIds });

describe('C2 the checkout of the picture: 128 in a group, brought by a friend, three coupons', () => {
  const lines = [line({ friendDiscountFen: 1_000 })];
  const shop = coupon({ couponId: 'cpn_shop', thresholdFen: 10_000, amountFen: 1_500 });
  const platform = coupon({ couponId: 'cpn_platform', merchantId: null, thresholdFen: 12_000, amountFen: 2_000, platformBps: 10_000 });
  const fresh = coupon({ couponId: 'cpn_fresh', thresholdFen: 15_000, amountFen: 3_000 });

  test('every figure in it', () => {
    const picture = priceStack(lines, [shop, platform, fresh], stackOf(true, 'cpn_shop'), NOW);
    expect(picture).toMatchObject({ payableFen: 10_300, savedFen: 2_500 });
    expect(picture.lines[0]!.parts).toEqual([
      { kind: 'price', couponId: null, amountFen: 12_800, platformFen: 0 },
      { kind: 'friend_discount', couponId: null, amountFen: -1_000, platformFen: 0 },
      { kind: 'merchant_coupon', couponId: 'cpn_shop', amountFen: -1_500, platformFen: 0 },
    ]);
    expect(priceStack(lines, [platform], stackOf(false, 'cpn_platform'), NOW)).toMatchObject({ payableFen: 10_800, savedFen: 2_000 });
    expect(stackProblem(lines, [platform], stackOf(true, 'cpn_platform'), NOW)).toMatchObject({ reason: 'with_friend' });
    expect(stackProblem(lines, [fresh], stackOf(false, 'cpn_fresh'), NOW)).toEqual({ couponId: 'cpn_fresh', reason: 'threshold', missingFen: 2_200 });
  });

  // The rules allow the platform's coupon beside the shop's, which the picture leaves out: ¥10 less than it offers.
  test('the best by the rules is the platform coupon with the shop coupon', () => {
    const { best, lost, friend } = bestCombination(lines, [shop, platform, fresh], NOW);
    expect(best).toMatchObject({ stack: stackOf(false, 'cpn_platform', 'cpn_shop'), payableFen: 9_300, savedFen: 3_500 });
    expect(best.lines[0]).toMatchObject({ platformFen: 2_000 });
    expect(lost).toEqual([{ couponId: 'cpn_fresh', reason: 'threshold', missingFen: 2_200, costMoreFen: 0, stack: null }]);
    expect(friend).toEqual({ stack: stackOf(true, 'cpn_shop'), costMoreFen: 1_000 });
  });

  test('the row of the picture (−20, not with the friend discount, 5 more) is what a platform coupon of 5 gives', () => {
    const small = coupon({ couponId: 'cpn_platform', merchantId: null, thresholdFen: 12_000, amountFen: 500, platformBps: 10_000 });
    const { best, lost } = bestCombination(lines, [shop, small, fresh], NOW);
    expect(best).toMatchObject({ stack: stackOf(true, 'cpn_shop'), payableFen: 10_300, savedFen: 2_500 });
    expect(lost).toEqual([
      { couponId: 'cpn_platform', reason: 'with_friend', missingFen: 0, costMoreFen: 500, stack: stackOf(false, 'cpn_platform', 'cpn_shop') },
      { couponId: 'cpn_fresh', reason: 'threshold', missingFen: 2_200, costMoreFen: 0, stack: null },
    ]);
    expect(priceStack(lines, [shop, small], lost[0]!.stack!, NOW).savedFen).toBe(2_000);
  });
});

test('the largest coupon is not the best where its lines have no room for it', () => {
  const lines = [line({ unitPriceFen: 900, hostBenefitFen: 800 }), line({ lineId: 'line_2', dealId: 'deal_2', unitPriceFen: 5_000 })];
  const coupons = [coupon({ couponId: 'cpn_large', amountFen: 900, dealIds: ['deal_1'] }), coupon({ couponId: 'cpn_small', amountFen: 300, dealIds: ['deal_2'] })];
  const { best, lost } = bestCombination(lines, coupons, NOW);
  expect(best).toMatchObject({ stack: stackOf(false, 'cpn_small'), payableFen: 100 + 4_700 });
  expect(lost).toMatchObject([{ couponId: 'cpn_large', reason: 'one_per_merchant', costMoreFen: 300 - 99 }]);
});

test('a unit of an exchange costs 1 fen, and what finds no room on a line goes to the next ones', () => {
  const lines = [line({ quantity: 2, unitPriceFen: 300 }), line({ lineId: 'line_2', dealId: 'deal_2', unitPriceFen: 300, friendDiscountFen: 250 }), line({ lineId: 'line_3', dealId: 'deal_3', unitPriceFen: 300 })];
  const exchange = priceStack(lines, [coupon({ kind: 'exchange', dealId: 'deal_1' })], stackOf(false, 'cpn_1'), NOW);
  expect(exchange.lines.map(({ payableFen }) => payableFen)).toEqual([301, 300, 300]);
  const cut = priceStack(lines, [coupon({ amountFen: 800 })], stackOf(true, 'cpn_1'), NOW);
  expect(cut.lines.map(({ payableFen }) => payableFen)).toEqual([600 - 400 - 151, 1, 100]);
});

test('equal prices: fewer coupons, then the coupon that ends first, then by id', () => {
  const one = [coupon({ couponId: 'cpn_b', amountFen: 500 }), coupon({ couponId: 'cpn_a', amountFen: 500 }), coupon({ couponId: 'cpn_c', amountFen: 500, validUntilMs: NOW + 2 })];
  expect(bestCombination([line()], one, NOW).best.stack.couponIds).toEqual(['cpn_a']);
  expect(bestCombination([line()], [one[2]!, coupon({ couponId: 'cpn_z', amountFen: 500 })], NOW).best.stack.couponIds).toEqual(['cpn_z']);
  const twoDeals = [line({ unitPriceFen: 1_000 }), line({ lineId: 'line_2', dealId: 'deal_2', unitPriceFen: 1_000 })];
  const on = (dealId: string, over: Partial<StackCoupon>) => coupon({ dealIds: [dealId], amountFen: 999, ...over });
  const pairs = [
    on('deal_1', { couponId: 'cpn_a', merchantId: null }), on('deal_2', { couponId: 'cpn_late', amountFen: 500, validUntilMs: NOW + 9 }),
    on('deal_2', { couponId: 'cpn_b', merchantId: null }), on('deal_1', { couponId: 'cpn_soon', amountFen: 500, validUntilMs: NOW + 2 }),
  ];
  expect(bestCombination(twoDeals, pairs, NOW).best).toMatchObject({ stack: stackOf(false, 'cpn_b', 'cpn_soon'), payableFen: 501 });
  const enough = coupon({ couponId: 'cpn_z', amountFen: 12_800, validUntilMs: NOW + 9 });
  expect(bestCombination([line()], [...one, enough, coupon({ couponId: 'cpn_p', merchantId: null, amountFen: 100 })], NOW).best.stack.couponIds).toEqual(['cpn_z']);
});

test.each<[string, StackLine[], StackCoupon[], Stack]>([
  ['a line of nothing', [line({ unitPriceFen: 0 })], [], stackOf(false)],
  ['half a unit', [line({ quantity: 1.5 })], [], stackOf(false)],
  ['a negative discount', [line({ friendDiscountFen: -1 })], [], stackOf(true)],
  ['a coupon that nobody has', [line()], [], stackOf(false, 'cpn_1')],
  ['a coupon used twice', [line()], [coupon({ amountFen: 1 })], stackOf(false, 'cpn_1', 'cpn_1')],
  ['two coupons of one id', [line()], [coupon(), coupon()], stackOf(false)],
  ['two lines of one id', [line(), line({ dealId: 'deal_2' })], [], stackOf(false)],
])('%s is not priced', (_, lines, coupons, stack) => expect(() => priceStack(lines, coupons, stack, NOW)).toThrow(TypeError));

/** The best combination for large checkouts, no two alike: 20 lines of 5 merchants, 50 coupons, nearly all of them usable. */
import { bestCombination, type StackCoupon, type StackLine } from '../../functions/contract/best-combination';
import { measure, resultOf, type Result } from './measure';

const [LINES, MERCHANTS, COUPONS, CHECKOUTS] = [20, 5, 50, 500];
const NOW = 1_790_000_000_000;

export async function stacks(ms: number): Promise<Result> {
  const checkouts = Array.from({ length: CHECKOUTS }, (_, i) => checkout(random(i + 1)));
  let next = 0;
  const measured = await measure(1, ms, async () => async () => {
    const { lines, coupons } = checkouts[(next += 1) % CHECKOUTS]!;
    bestCombination(lines, coupons, NOW);
  });
  return resultOf('best-combination', 1, measured, null, `${LINES} lines, ${MERCHANTS} merchants, ${COUPONS} coupons`);
}

/** Whole numbers below n, the same ones in every run. */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % n;
  };
}

function checkout(below: (n: number) => number): { lines: StackLine[]; coupons: StackCoupon[] } {
  const lines = Array.from({ length: LINES }, (_, i): StackLine => ({
    lineId: `line_${i}`, dealId: `deal_${i}`, merchantId: `mch_${i % MERCHANTS}`, storeIds: [`sto_${i % MERCHANTS}`], quantity: 1 + below(5), unitPriceFen: 100 + below(30_000), hostBenefitFen: 0, friendDiscountFen: below(1_000),
  }));
  const coupons = Array.from({ length: COUPONS }, (_, i): StackCoupon => ({
    couponId: `cpn_${i}`, title: '', merchantId: i % 2 ? null : `mch_${below(MERCHANTS)}`, kind: i % 3 ? 'amount' : 'percent', thresholdFen: below(10_000), amountFen: 100 + below(20_000), offBps: below(10_000), capFen: 1_000 + below(9_000),
    dealId: null, dealIds: below(3) ? [] : lines.filter(() => below(2)).map(({ dealId }) => dealId), storeIds: [], platformBps: 5_000, validFromMs: NOW - 1, validUntilMs: NOW + 1 + below(9), blocked: null,
  }));
  return { lines, coupons };
}

/**
 * A handful of seeds, and those that failed once. Seen to bite, each within three seeds of 200 to 400 steps: stock released
 * twice when an order expires; a reward one fen too large, or ended although something stood as used; a refund that voids
 * its vouchers only sometimes; a commission one fen too large; an idempotency key that is ignored; an after-sale that
 * silence declines; a failed withdrawal whose money does not come back; a coupon that a cancelled order keeps; a group that
 * succeeds with too few; a return that failed at WeChat and is asked for again by its old number.
 */
import { runSeed, type Ran } from './runner';
import { planRun, planStep } from './plan';

const SIZE = { people: 40, shops: 2, deals: 4 };
const seen = new Map<string, number>();
async function play(seed: number, steps: number): Promise<Ran> {
  const ran = await runSeed({ seed, steps });
  for (const [what, times] of ran.seen) seen.set(what, (seen.get(what) ?? 0) + times);
  return ran;
}

test('a seed is one schedule: the same each time, and no step depends on another', () => {
  const plan = planRun(7, 300, SIZE);
  expect(planRun(7, 300, SIZE)).toEqual(plan);
  expect(planStep(7, 211, SIZE)).toEqual(plan[211]);
  expect(planRun(8, 300, SIZE)).not.toEqual(plan);
});

test.each([1, 2, 3])('I-01 … I-28: seed %i: what was promised was kept (F-06 … F-10, F-13, F-14, F-16 … F-22)', async (seed) => {
  expect((await play(seed, 180)).wrong).toEqual([]);
});

// Which road a step ends on depends on timing: a road not taken yet gets a few more seeds to be taken in.
test('I-01 … I-28: the seeds really took the roads', async () => {
  const roads = [
    'placeOrder ok', 'placeOrder SOLD_OUT', 'cashier paid', 'cancelOrder ok', 'redeemVoucher ok', 'redeemVoucher VOUCHER_ALREADY_REDEEMED', 'requestRefund ok',
    'requestAfterSale ok', 'answerAfterSale ok', 'killed server', 'cut all', 'claimCoupon ok', 'claimCouponGift ok', 'placePurchase ok', 'in the end: coupon used',
  ];
  const missing = () => [
    ...roads.filter((road) => !seen.has(road)),
    ...(seen.has('in the end: group succeeded') || seen.has('in the end: group failed') ? [] : ['a group that ended']),
    ...([...seen.keys()].some((road) => road.endsWith(' LOST')) ? [] : ['a lost answer']),
  ];
  for (let seed = 4; seed <= 8 && missing().length > 0; seed += 1) expect((await play(seed, 180)).wrong).toEqual([]);
  expect(missing()).toEqual([]);
}, 360_000);

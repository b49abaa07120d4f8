/** Is this code this voucher's, now? What closes the order? Pure. Guards I-14, I-16, A-08, A-09. */
import { MAX_QUANTITY } from '../contract/limits';
import { rewardOfFen } from '../contract/money';
import { codeWindow, qrText, typedCode, type HmacHex, type ReadCode } from '../contract/voucher-code';

/**
 * Codes of this window, the one before and the one after (the phone's clock and the walk to the counter): 60–120 s of life.
 * 'stale' is a code that was this voucher's earlier (a screenshot): only told when the proof of an old window fits.
 */
export function decideCode(hmac: HmacHex, voucher: { voucherId: string; secret: string; locator: string }, code: ReadCode, nowMs: number): 'fits' | 'stale' | 'wrong' {
  const window = codeWindow(nowMs);
  const fits = (w: number) => code.kind === 'typed'
    ? typedCode(hmac, voucher.secret, voucher.locator, w) === code.digits
    : code.window === w && qrText(hmac, voucher.secret, voucher.locator, voucher.voucherId, w).endsWith(`.${code.mac}`);
  if ([window, window - 1, window + 1].some(fits)) return 'fits';
  // A QR names its window, so an old picture can be told from a forgery; typed digits cannot.
  return code.kind === 'qr' && code.window < window && fits(code.window) ? 'stale' : 'wrong';
}

interface Reward { rateBps: number; capFen: number }
/** Does using this voucher close the order, and what is the reward then: by rate and cap on what was really used. */
export function decideClosing(liveNow: number, usedFen: number, reward: Reward | null): { isLast: boolean; rewardPaidFen: number; rewardFen: number } {
  if (liveNow < 1 || liveNow > MAX_QUANTITY) throw new Error('a voucher set without a live voucher cannot be used');
  return { isLast: liveNow === 1, rewardPaidFen: usedFen, rewardFen: decideRewardFen(usedFen, reward) };
}
/** What an order can still earn its sharer something for, in fen: its vouchers that stand as used, and those that can be used. */
export const standingFen = (vouchers: readonly { state: string; paidFen: number }[]): number =>
  vouchers.filter((v) => v.state === 'issued' || v.state === 'redeemed').reduce((sum, v) => sum + v.paidFen, 0);
export const decideRewardFen = (usedFen: number, reward: Reward | null): number =>
  reward ? rewardOfFen(usedFen, reward.rateBps, reward.capFen) : 0;

/**
 * Who brought whom, and whether that earns a reward. Pure. Guards I-16, I-17, A-01 ….
 * The published rule: the share that the friend was shown at checkout, or the last one within 7 days (a merchant may choose
 * the first); never oneself; frozen when the order is placed.
 */
import { ATTRIBUTION_WINDOW_MS, REWARD_MIN_FEN } from '../contract/limits';
import { cappedPartFen } from '../contract/money';

export interface Candidate { token: string; sharerId: string; channel: string; groupId: string | null; touchedAtMs: number; expiresAtMs: number; isShown: boolean }

/**
 * The touch that counts, or null. Valid are touches of somebody else's link that has not expired, made within ATTRIBUTION_WINDOW_MS.
 * `first`: the earliest of them. `last`: the one whose link the checkout showed (isShown), else the latest.
 */
export function chooseTouch(candidates: readonly Candidate[], buyerId: string, mode: 'last' | 'first', nowMs: number): Candidate | null {
  const valid = candidates.filter((c) => c.sharerId !== buyerId && nowMs < c.expiresAtMs && nowMs - c.touchedAtMs < ATTRIBUTION_WINDOW_MS);
  if (mode === 'first') return valid.reduce<Candidate | null>((a, c) => (!a || c.touchedAtMs < a.touchedAtMs ? c : a), null);
  const shown = valid.find((c) => c.isShown);
  return shown ?? valid.reduce<Candidate | null>((a, c) => (!a || c.touchedAtMs > a.touchedAtMs ? c : a), null);
}

interface Fingerprint { openids: string[]; phones: string[]; devices: string[] }
export interface RewardFacts {
  paidFen: number; rebateBps: number; capFen: number; isSharerMinor: boolean; sharerDeleted: boolean;
  sharer: Fingerprint; buyer: Fingerprint; payerOpenid: string | null; deviceId: string | null;
}

/**
 * At payment: the amount (floor, capped), why it is not paid at all (`reason`), and why it waits for a person (`heldFor`).
 * A flag holds the reward, it never takes it silently. What is counted (rewards of a day, of a device, there and back) the save counts.
 */
export function decideReward(f: RewardFacts): { amountFen: number; reason: 'self' | 'limit' | 'minor' | null; heldFor: string[] } {
  const amountFen = cappedPartFen(f.paidFen, f.rebateBps, f.capFen);
  if (f.isSharerMinor) return { amountFen, reason: 'minor', heldFor: [] };
  if (f.sharerDeleted || amountFen < REWARD_MIN_FEN) return { amountFen, reason: 'limit', heldFor: [] };
  const heldFor: string[] = [];
  const overlap = (a: readonly string[], b: readonly string[]) => a.some((x) => b.includes(x));
  if (f.payerOpenid && f.sharer.openids.includes(f.payerOpenid)) heldFor.push('same_payer');
  if (overlap(f.sharer.phones, f.buyer.phones)) heldFor.push('same_phone');
  if (overlap(f.sharer.devices, f.deviceId ? [f.deviceId, ...f.buyer.devices] : f.buyer.devices)) heldFor.push('same_device');
  return { amountFen, reason: null, heldFor };
}

/** What of a released amount first makes good an older debt. Sums to amountFen. */
export function decideRelease(amountFen: number, debtFen: number): { debtFen: number; availableFen: number } {
  const repaid = Math.min(amountFen, Math.max(0, -debtFen));
  return { debtFen: repaid, availableFen: amountFen - repaid };
}

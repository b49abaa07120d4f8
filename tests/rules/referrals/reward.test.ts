/** Who counts as the bringer, and what that earns. I-16, A-01 …. */
import * as fc from 'fast-check';
import { ATTRIBUTION_WINDOW_MS, REWARD_MIN_FEN } from '../../../functions/contract/limits';
import { chooseTouch, decideRelease, decideReward, type Candidate, type RewardFacts } from '../../../functions/referrals/rules';

const NOW = 1_800_000_000_000;
const touch = (more: Partial<Candidate>): Candidate => ({ token: 't', sharerId: 'per_a', channel: 'chat', groupId: null, touchedAtMs: NOW - 1_000, expiresAtMs: NOW + 1_000, isShown: false, ...more });
const facts = (more: Partial<RewardFacts> = {}): RewardFacts => ({
  paidFen: 11_800, rebateBps: 800, capFen: 2_000, isSharerMinor: false, sharerDeleted: false, sharer: { openids: ['oA'], phones: ['1'], devices: ['dA'] },
  buyer: { openids: ['oB'], phones: ['2'], devices: ['dB'] }, payerOpenid: 'oB', deviceId: 'dB', ...more,
});

test('A-01 oneself never counts, whatever the touches', () => {
  fc.assert(fc.property(fc.array(fc.record({ sharerId: fc.constantFrom('per_a', 'per_b', 'per_me'), touchedAtMs: fc.integer({ min: NOW - 9 * 86_400_000, max: NOW }), isShown: fc.boolean() })), fc.constantFrom('last' as const, 'first' as const), (list, mode) => {
    const chosen = chooseTouch(list.map((x) => touch(x)), 'per_me', mode, NOW);
    expect(chosen?.sharerId).not.toBe('per_me');
    if (chosen) expect(NOW - chosen.touchedAtMs).toBeLessThan(ATTRIBUTION_WINDOW_MS);
  }));
});
test('A-14 the touch shown at checkout wins over a later one; a merchant may choose the first', () => {
  const [early, shown, late] = [touch({ token: 'early', touchedAtMs: NOW - 5_000 }), touch({ token: 'shown', touchedAtMs: NOW - 3_000, isShown: true }), touch({ token: 'late', touchedAtMs: NOW - 10 })];
  expect(chooseTouch([early, shown, late], 'me', 'last', NOW)?.token).toBe('shown');
  expect(chooseTouch([early, late], 'me', 'last', NOW)?.token).toBe('late');
  expect(chooseTouch([late, early], 'me', 'last', NOW)?.token).toBe('late');
  expect(chooseTouch([late, shown, early], 'me', 'first', NOW)?.token).toBe('early');
});
test('I-25 the window is half-open: at exactly 7 days, and at the link\'s end, nobody counts', () => {
  expect(chooseTouch([touch({ touchedAtMs: NOW - ATTRIBUTION_WINDOW_MS })], 'me', 'last', NOW)).toBeNull();
  expect(chooseTouch([touch({ touchedAtMs: NOW - ATTRIBUTION_WINDOW_MS + 1 })], 'me', 'last', NOW)).not.toBeNull();
  expect(chooseTouch([touch({ expiresAtMs: NOW })], 'me', 'last', NOW)).toBeNull();
});
test('an honest reward is floor(paid × rate), capped, held for nothing', () => {
  expect(decideReward(facts())).toEqual({ amountFen: 944, reason: null, heldFor: [] });
  expect(decideReward(facts({ capFen: 500 })).amountFen).toBe(500);
});
test.each([
  ['A-02 same payer', { payerOpenid: 'oA' }, 'same_payer'],
  ['A-02 same phone', { buyer: { openids: [], phones: ['1'], devices: [] } }, 'same_phone'],
  ['A-02 same phone among several', { buyer: { openids: [], phones: ['3', '1'], devices: [] } }, 'same_phone'],
  ['A-02 same device', { deviceId: 'dA' }, 'same_device'],
  ['A-02 a device of the buyer that pays from another one', { buyer: { openids: [], phones: [], devices: ['dC', 'dA'] }, deviceId: 'dB' }, 'same_device'],
  ['A-02 a device seen earlier, the one in hand unknown', { buyer: { openids: [], phones: [], devices: ['dA'] }, deviceId: null }, 'same_device'],
])('%s is held and flagged, not silently paid', (_, more, flag) => {
  const decision = decideReward(facts(more));
  expect(decision).toMatchObject({ reason: null, heldFor: [flag] });
});
test('A-38 too small earns nothing, and says so', () => {
  expect(decideReward(facts({ paidFen: Math.floor(((REWARD_MIN_FEN - 1) * 10_000) / 800) })).reason).toBe('limit');
  expect(decideReward(facts({ paidFen: Math.ceil((REWARD_MIN_FEN * 10_000) / 800) }))).toEqual({ amountFen: REWARD_MIN_FEN, reason: null, heldFor: [] });
});
test('minors and deleted people earn nothing', () => {
  expect(decideReward(facts({ isSharerMinor: true })).reason).toBe('minor');
  expect(decideReward(facts({ sharerDeleted: true })).reason).toBe('limit');
});
test('A-06 a release repays the debt first, and sums', () => {
  fc.assert(fc.property(fc.integer({ min: 0, max: 20_000 }), fc.integer({ min: -40_000, max: 0 }), (amount, debt) => {
    const r = decideRelease(amount, debt);
    expect(r.debtFen + r.availableFen).toBe(amount);
    expect(debt + r.debtFen).toBeLessThanOrEqual(0);
    if (r.availableFen > 0) expect(debt + r.debtFen).toBe(0);
  }));
});

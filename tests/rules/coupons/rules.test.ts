/** Who may claim, what an offer may be, and how a coupon is said. I-11, I-24, I-25. */
import * as fc from 'fast-check';
import { DAY_MS } from '../../../functions/contract/limits';
import type { OfferInput } from '../../../functions/contract/shapes-coupons';
import { cleanOffer, decideAudience, decideClaim, decideOfferWarnings, offerProblem } from '../../../functions/coupons/rules';
import { faceOf, short, type FaceRow } from '../../../functions/coupons/words';

const NOW = 1_795_000_000_000;
const offer = { state: 'active' as const, audience: 'everyone' as const, winBackDays: null, total: 10, claimed: 9, perPerson: 2, claimFromMs: NOW, claimUntilMs: NOW + DAY_MS };

test('I-25 the window is half-open; what is said first is what helps most', () => {
  expect([NOW - 1, NOW, NOW + DAY_MS - 1, NOW + DAY_MS].map((now) => decideClaim(offer, 0, null, now))).toEqual(['not_started', 'ok', 'ok', 'ended']);
  expect(decideClaim({ ...offer, claimed: 10 }, 0, null, NOW)).toBe('gone');
  expect(decideClaim({ ...offer, claimed: 10 }, 2, null, NOW)).toBe('limit');
  expect(decideClaim({ ...offer, state: 'paused', claimed: 10 }, 2, null, NOW)).toBe('paused');
  expect(decideClaim({ ...offer, audience: 'new_guest' }, 0, NOW - 1, NOW)).toBe('not_new');
});

test('new is who never paid; to win back is who paid, and not for so long', () => {
  expect([null, 0, NOW].map((last) => decideAudience({ audience: 'new_guest', winBackDays: null }, last, NOW))).toEqual([null, 'not_new', 'not_new']);
  const back = { audience: 'win_back' as const, winBackDays: 30 };
  expect([null, NOW - 30 * DAY_MS, NOW - 30 * DAY_MS + 1].map((last) => decideAudience(back, last, NOW))).toEqual(['not_lapsed', null, 'not_lapsed']);
});

const input: OfferInput = {
  title: '券', kind: 'amount', audience: 'everyone', winBackDays: null, thresholdFen: 10_000, amountFen: 1_500, offBps: 1_000, capFen: 2_000, dealId: 'deal_000000000001', dealIds: ['deal_000000000002', 'deal_000000000002'], storeIds: [],
  total: 10, perPerson: 1, claimFromMs: NOW, claimUntilMs: NOW + DAY_MS, validFromMs: null, validUntilMs: null, validDays: 7, withCode: false, isTransferable: false,
};
test('only the figures of its kind are kept', () => {
  expect(cleanOffer(input)).toMatchObject({ amountFen: 1_500, offBps: 0, capFen: 0, dealId: null, dealIds: ['deal_000000000002'] });
  expect(cleanOffer({ ...input, kind: 'percent' })).toMatchObject({ amountFen: 0, offBps: 1_000, capFen: 2_000, dealId: null });
  expect(cleanOffer({ ...input, kind: 'exchange' })).toMatchObject({ amountFen: 0, offBps: 0, capFen: 0, dealId: 'deal_000000000001', dealIds: ['deal_000000000001'] });
});

test('an offer that is let through can be claimed before it ends, whatever is entered', () => {
  const at = fc.option(fc.integer({ min: NOW - 3 * DAY_MS, max: NOW + 9 * DAY_MS }), { nil: null });
  fc.assert(fc.property(at, at, at, at, fc.option(fc.integer({ min: 1, max: 365 }), { nil: null }), (from, until, validFromMs, validUntilMs, validDays) => {
    const o = { ...input, claimFromMs: from ?? NOW, claimUntilMs: until ?? NOW + 1, validFromMs, validUntilMs, validDays };
    if (offerProblem(o, NOW)) return;
    expect(o.claimUntilMs).toBeGreaterThan(Math.max(NOW, o.claimFromMs));
    expect((validDays === null) !== (validFromMs === null && validUntilMs === null)).toBe(true);
    if (validUntilMs !== null) expect(validUntilMs).toBeGreaterThanOrEqual(o.claimUntilMs);
  }));
});

const fixed = { validDays: null, validFromMs: NOW, validUntilMs: NOW + DAY_MS };
const back = { audience: 'win_back' as const, winBackDays: 30 };
test.each<[string, Partial<OfferInput>, string]>([
  ['nothing off', { amountFen: 0 }, 'amountFen'],
  ['0 %', { kind: 'percent', offBps: 0 }, 'offBps'],
  ['more than 99 %', { kind: 'percent', offBps: 9_901 }, 'offBps'],
  ['a percentage up to nothing', { kind: 'percent', capFen: 0 }, 'capFen'],
  ['an exchange for no deal', { kind: 'exchange', dealId: null }, 'dealId'],
  ['to win back after no time', { audience: 'win_back' }, 'winBackDays'],
  ['a time to win back without it', { winBackDays: 30 }, 'winBackDays'],
  ['a claim that ends as it begins', { claimFromMs: NOW + DAY_MS }, 'claimUntilMs'],
  ['a claim that is over', { claimFromMs: NOW - 2, claimUntilMs: NOW }, 'claimUntilMs'],
  ['valid for days and at a time', { ...fixed, validDays: 7 }, 'validDays'],
  ['valid at no time', { validDays: null }, 'validDays'],
  ['valid from a time on without an end', { ...fixed, validUntilMs: null }, 'validDays'],
  ['days beside a start', { validFromMs: NOW }, 'validDays'],
  ['valid for no time', { ...fixed, validFromMs: NOW + DAY_MS }, 'validUntilMs'],
  ['over before the last claim', { ...fixed, validUntilMs: NOW + DAY_MS - 1 }, 'validUntilMs'],
  ['more for each than there are', { perPerson: 11 }, 'perPerson'],
])('an offer of %s is none', (_name, more, field) => expect(offerProblem({ ...input, ...more }, NOW)).toMatchObject({ where: `body.${field}` }));
test.each<[string, Partial<OfferInput>]>([
  ['one fen', { amountFen: 1 }], ['0.01 %', { kind: 'percent', amountFen: 0, offBps: 1, capFen: 1 }], ['99 %', { kind: 'percent', offBps: 9_900 }], ['an exchange', { kind: 'exchange', amountFen: 0 }],
  ['a kind whose other figures say nothing', { offBps: 0, capFen: 0, dealId: null }], ['winning back', back], ['a moment', { claimFromMs: NOW - 1, claimUntilMs: NOW + 1 }], ['a time that begins later', { ...fixed, validFromMs: NOW + DAY_MS - 1 }],
  ['all for one', { perPerson: 10 }],
])('an offer of %s is one', (_name, more) => expect(offerProblem({ ...input, ...more }, NOW)).toBeNull());

test('what is dear or of no use is said', () => {
  expect(decideOfferWarnings(input, 12_800, NOW)).toEqual([]);
  expect(decideOfferWarnings({ ...input, amountFen: 12_000 }, 12_800, NOW)).toEqual(['over_threshold']);
  expect(decideOfferWarnings({ ...input, thresholdFen: 0, amountFen: 12_800 }, 12_800, NOW)).toEqual(['all_off']);
  expect(decideOfferWarnings({ ...input, thresholdFen: 12_800, amountFen: 12_800 }, 12_800, NOW)).toEqual(['all_off']);
  expect(decideOfferWarnings({ ...input, thresholdFen: 1, amountFen: 2 }, 12_800, NOW)).toEqual(['over_threshold']);
  expect(decideOfferWarnings({ ...input, kind: 'percent', offBps: 5_000 }, 12_800, NOW)).toEqual(['one_order']);
  expect(decideOfferWarnings({ ...input, validDays: 2, withCode: true, isTransferable: true }, null, NOW)).toEqual(['short', 'no_deal', 'code_and_gift']);
  // And not before: each on the near side of its edge.
  expect(decideOfferWarnings({ ...input, amountFen: 10_000 }, 12_800, NOW)).toEqual([]);
  expect(decideOfferWarnings({ ...input, thresholdFen: 0, amountFen: 12_799 }, 12_800, NOW)).toEqual([]);
  expect(decideOfferWarnings({ ...input, thresholdFen: 12_801, amountFen: 12_800 }, 12_800, NOW)).toEqual([]);
  expect(decideOfferWarnings({ ...input, kind: 'percent', thresholdFen: 0, amountFen: 12_800, offBps: 4_999 }, 12_800, NOW)).toEqual([]);
  expect(decideOfferWarnings({ ...input, offBps: 9_000 }, 12_800, NOW)).toEqual([]);
  expect(decideOfferWarnings({ ...input, validDays: 3, withCode: true }, 12_800, NOW)).toEqual([]);
  expect(decideOfferWarnings({ ...input, isTransferable: true }, 12_800, NOW)).toEqual([]);
  // Three days from the claim's start, from now if that was earlier, or of the fixed time that is left.
  expect(decideOfferWarnings({ ...input, claimFromMs: NOW + 9 * DAY_MS, validDays: 3 }, 12_800, NOW)).toEqual([]);
  expect(decideOfferWarnings({ ...input, claimFromMs: NOW + 9 * DAY_MS, validDays: 2 }, 12_800, NOW)).toEqual(['short']);
  expect(decideOfferWarnings({ ...input, claimFromMs: NOW - 9 * DAY_MS, validDays: 3 }, 12_800, NOW)).toEqual([]);
  expect(decideOfferWarnings({ ...input, ...fixed, validFromMs: NOW - DAY_MS, validUntilMs: NOW + 3 * DAY_MS - 1 }, 12_800, NOW)).toEqual(['short']);
  expect(decideOfferWarnings({ ...input, ...fixed, validFromMs: NOW + DAY_MS, validUntilMs: NOW + 4 * DAY_MS }, 12_800, NOW)).toEqual([]);
});

const row: FaceRow = {
  title: '券', kind: 'amount', audience: 'everyone', thresholdFen: 10_000, amountFen: 1_550, offBps: 0, capFen: 0, merchantId: 'm', merchantName: '老灶', logoInk: null, dealId: null, dealIds: [], storeIds: [], platformBps: 0, isTransferable: false, dealTitle: null,
};
test('how it is said', () => {
  expect([1, 10, 155, 1_550, 10_000, 1_234_560].map(short)).toEqual(['0.01', '0.10', '1.55', '15.50', '100', '12345.60']);
  const said = (more: Partial<FaceRow>, language: 'zh' | 'en' = 'zh') => faceOf({ ...row, ...more }, language).summary;
  expect([said({}), said({ thresholdFen: 0 }), said({}, 'en')]).toEqual(['满 100 减 15.50', '立减 15.50', '¥15.50 off ¥100']);
  const percent = { kind: 'percent' as const, offBps: 1_500, capFen: 2_000 };
  expect([said(percent), said({ ...percent, thresholdFen: 0 }), said(percent, 'en')]).toEqual(['满 100 打 8.5 折，最多减 20', '8.5 折，最多减 20', '15% off from ¥100, up to ¥20']);
  expect(faceOf({ ...row, platformBps: 3_333 }, 'zh').paidByText).toBe('优惠由聚客承担 33.33%，老灶承担 66.67%');
});

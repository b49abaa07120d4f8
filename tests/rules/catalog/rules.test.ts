/** The deal check (A2) and the limits that the money's way sets. I-06, I-24, A-29, A-30. */
import type { GroupKind } from '../../../functions/contract/states';
import { dealProblem, decideWarnings, isOffPeak, isOwnPicture, nextTurn, type Proposal } from '../../../functions/catalog/rules';

const deal = (more: Partial<Proposal> = {}): Proposal => ({
  title: '双人餐', subtitle: '锅底任选', items: [{ name: '锅底', quantity: 1 }], notes: ['不与其他优惠同用'], pictureUrls: ['/art/dish-hotpot.svg'], storeIds: ['sto_1'],
  priceFen: 10_000, friendDiscountFen: 1_500, rebateBps: 1_000, rebateCapFen: 2_000, commissionBps: 500, perPersonLimit: 5, validDays: 30, saleStartsAtMs: null, saleEndsAtMs: null,
  group: null, isFlash: false, regularDealId: null, offPeak: null, ...more,
});

test('A2 a good deal passes without a word', () => {
  expect(dealProblem(deal(), 180)).toBeNull();
  expect(decideWarnings(deal())).toEqual([]);
});

const plain = { kind: 'standard' as GroupKind, size: 5, hours: 24, priceFen: 9_000, hostBenefitFen: 0, tiers: [] as { size: number; priceFen: number }[] };
const tiers = (...steps: [number, number][]) => ({ ...plain, kind: 'ladder' as const, tiers: steps.map(([size, priceFen]) => ({ size, priceFen })) });
const ladder = tiers([2, 9_000], [3, 8_000], [5, 7_000]);

describe('what could never be settled is refused', () => {
  test.each([
    ['commission and rebate above 30 %', { commissionBps: 2_001 }, 'body.rebateBps'],
    ['valid longer than WeChat holds the money, less three days', { validDays: 31 }, 'body.validDays'],
    ['nothing left to pay', { friendDiscountFen: 10_000 }, 'body.friendDiscountFen'],
    ['more than one order may cost', { priceFen: 5_000_001 }, 'body.priceFen'],
    ['ends before it starts', { saleStartsAtMs: 2_000, saleEndsAtMs: 2_000 }, 'body.saleEndsAtMs'],
    ['a flash sale without a start', { isFlash: true, saleEndsAtMs: 2_000 }, 'body.isFlash'],
    ['a flash sale without an end', { isFlash: true, saleStartsAtMs: 2_000 }, 'body.isFlash'],
    ['off-peak at the usual price', { offPeak: { days: [1], fromMinute: 0, toMinute: 1, priceFen: 10_000 } }, 'body.offPeak'],
    ['off-peak of no length', { offPeak: { days: [1], fromMinute: 60, toMinute: 60, priceFen: 9_999 } }, 'body.offPeak'],
    ['a group at the usual price', { group: { ...plain, priceFen: 10_000 } }, 'body.group.priceFen'],
    ['a host who pays nothing', { group: { ...plain, hostBenefitFen: 9_000 } }, 'body.group.hostBenefitFen'],
    ['tiers of no ladder', { group: { ...plain, tiers: [{ size: 3, priceFen: 9_000 }] } }, 'body.group.tiers'],
    ['a ladder without tiers', { group: { ...ladder, tiers: [] } }, 'body.group.tiers'],
    ['a ladder of one tier', { group: { ...ladder, tiers: ladder.tiers.slice(0, 1) } }, 'body.group.tiers'],
    ['a first tier at another price', { group: { ...ladder, priceFen: 9_001 } }, 'body.group.tiers.0'],
    ['a tier of as many people', { group: tiers([2, 9_000], [2, 8_000], [5, 7_000]) }, 'body.group.tiers.1'],
    ['a tier at the same price', { group: tiers([2, 9_000], [3, 8_000], [5, 8_000]) }, 'body.group.tiers.2'],
    ['a last tier that is not the full group', { group: tiers([2, 9_000], [4, 8_000]) }, 'body.group.size'],
    ['a host who pays nothing at the lowest tier', { group: { ...ladder, hostBenefitFen: 7_000 } }, 'body.group.hostBenefitFen'],
    ['a store named twice', { storeIds: ['sto_1', 'sto_1'] }, 'body.storeIds'],
    ['a foreign picture first', { pictureUrls: ['https://a.b/c.png'] }, 'body.pictureUrls.0'],
    ['a foreign picture', { pictureUrls: ['/art/dish-hotpot.svg', 'https://a.b/c.png'] }, 'body.pictureUrls.1'],
  ])('%s', (_name, more, where) => expect(dealProblem(deal(more), 33)).toMatchObject({ where }));

  test('both sides of each edge', () => {
    expect(dealProblem(deal({ commissionBps: 2_000 }), 30)).toMatchObject({ where: 'body.validDays' });
    expect(dealProblem(deal({ commissionBps: 2_000, validDays: 27 }), 30)).toBeNull();
    expect(dealProblem(deal({ validDays: 177 }), 180)).toBeNull();
    expect(dealProblem(deal({ priceFen: 5_000_000 }), 180)).toBeNull();
    expect(dealProblem(deal({ friendDiscountFen: 9_999 }), 180)).toBeNull();
    expect(dealProblem(deal({ saleEndsAtMs: 2_000 }), 180)).toBeNull();
    expect(dealProblem(deal({ isFlash: true, saleStartsAtMs: 1_999, saleEndsAtMs: 2_000 }), 180)).toBeNull();
    expect(dealProblem(deal({ offPeak: { days: [1], fromMinute: 60, toMinute: 61, priceFen: 9_999 } }), 180)).toBeNull();
    for (const group of [plain, { ...plain, priceFen: 9_999, hostBenefitFen: 9_998 }, ladder, { ...ladder, hostBenefitFen: 6_999 }]) expect(dealProblem(deal({ group }), 180)).toBeNull();
  });
});

test.each([
  ['room under 20 %', { friendDiscountFen: 500 }, 'room'],
  ['only once', { perPersonLimit: 1 }, 'repeatable'],
  ['contents that repeat the title', { items: [{ name: '双人餐', quantity: 1 }] }, 'standard'],
  ['no word on quality', { notes: [], subtitle: ' ' }, 'quality'],
  ['a rebate too small to pay', { priceFen: 100, friendDiscountFen: 50, rebateBps: 1_000 }, 'rebate'],
  ['on sale for an hour', { saleStartsAtMs: 0, saleEndsAtMs: 3_600_000 }, 'window'],
])('A2 warns with the reason: %s', (_name, more, warning) => expect(decideWarnings(deal(more))).toContain(warning));
test.each([
  ['twice', { perPersonLimit: 2 }],
  ['one of several things named as the deal', { items: [{ name: '双人餐', quantity: 1 }, { name: '锅底', quantity: 1 }] }],
  ['a note without a subtitle', { subtitle: '' }],
  ['a subtitle without a note', { notes: [] }],
  ['no rebate at all', { friendDiscountFen: 2_000, rebateBps: 0 }],
  ['on sale for a day, after years of nothing', { saleStartsAtMs: 1_800_000_000_000, saleEndsAtMs: 1_800_086_400_000 }],
  ['an end alone', { saleEndsAtMs: 1 }],
])('A2 says nothing of: %s', (_name, more) => expect(decideWarnings(deal(more))).toEqual([]));

test('A2 the room is exact at 20 %', () => {
  // 1,112 off, then 10 % of 8,888 floored = 888: together 2,000 of 10,000.
  expect(decideWarnings(deal({ friendDiscountFen: 1_112 }))).not.toContain('room');
  expect(decideWarnings(deal({ friendDiscountFen: 1_110 }))).toContain('room');
});

test('A-30 pictures come from us', () => {
  expect(isOwnPicture('/art/dish-hotpot.svg')).toBe(true);
  expect(isOwnPicture('/media/med_0123456789')).toBe(true);
  for (const url of ['http://169.254.169.254/x.png', '/art/../../x.svg', '//a/b.png', '/media/../x', 'javascript:1']) expect(isOwnPicture(url)).toBe(false);
});

test('I-25 the next moment at which a price turns is the one at which off-peak begins or ends, also over midnight', () => {
  const offPeak = { days: [1, 2, 3, 4, 5, 6, 7], fromMinute: 840, toMinute: 1_020, priceFen: 1 };
  const none = { saleStartsAtMs: null, saleEndsAtMs: null };
  const minute = 60_000;
  const midnight = Date.UTC(2026, 10, 20, 16); // Shanghai's
  for (const at of [0, 839, 840, 1_019, 1_020, 1_439, 1_440].map((m) => midnight + m * minute)) {
    const turn = nextTurn({ ...none, offPeak }, at);
    expect([turn > at, isOffPeak(offPeak, turn - 1) !== isOffPeak(offPeak, turn), isOffPeak(offPeak, turn - 1) === isOffPeak(offPeak, at)]).toEqual([true, true, true]);
  }
  expect(nextTurn({ ...none, offPeak: null }, midnight)).toBe(Infinity);
  expect(nextTurn({ saleStartsAtMs: midnight + 1, saleEndsAtMs: midnight + 2, offPeak }, midnight)).toBe(midnight + 1);
  expect(nextTurn({ saleStartsAtMs: midnight, saleEndsAtMs: midnight + 2, offPeak: null }, midnight)).toBe(midnight + 2);
});
test('off-peak is told by the day and the minute in Shanghai', () => {
  const window = { days: [1, 7], fromMinute: 30, toMinute: 90, priceFen: 1 };
  const sunday = Date.UTC(2026, 10, 21, 16); // its midnight in Shanghai
  const at = (day: number, minute: number) => isOffPeak(window, sunday + (day * 1_440 + minute) * 60_000);
  expect([at(0, 29), at(0, 30), at(0, 89), at(0, 90)]).toEqual([false, true, true, false]);
  expect([at(-1, 60), at(1, 60), at(2, 60)]).toEqual([false, true, false]); // Saturday, Monday, Tuesday
});
test('I-25 where off-peak turns first, its hour is told and not the sale\'s end', () => {
  const midnight = Date.UTC(2026, 10, 20, 16);
  const offPeak = { days: [1], fromMinute: 840, toMinute: 1_020, priceFen: 1 };
  expect(nextTurn({ saleStartsAtMs: null, saleEndsAtMs: midnight + 86_400_000, offPeak }, midnight)).toBe(midnight + 840 * 60_000);
});

// Group buys as the app reads them: places round the table, how a group stands, prices of a moment.
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { Countdown } from '@/components/countdown';
import { GroupCard, GroupLine, type GroupRow } from '@/components/group-card';
import { GroupProgress } from '@/components/group-progress';
import { geometryOf, inlinePlaces, paidPlaces, placesOf, spotOf, type Seat } from '@/components/group-progress/logic';
import { drawPoster, type PosterImages, type PosterWords } from '@/components/poster/logic';
import { DealCard, type DealCardData } from '@/components/deal-card';
import { serverNow } from '@/api';
import { learnClock } from '@/api/clock';
import { texts as dealTexts } from '@/i18n/deal';
import { setLanguage } from '@/state/settings';
import { orderStatus, type OrderRow } from '@/state/trade';
import { GroupBar } from '@/pages/group/bar';
import { Standing } from '@/pages/group/hero';
import { missingOf, namesOf, phaseOf, tierOf, type Group, type Phase } from '@/pages/group/model';
import { PriceCard, Rules } from '@/pages/group/parts';
import { groupCard } from '@/pages/group/share';
import type { Deal } from '@/pages/deal/model';
import { windowText } from '@/pages/deal/offers';
import { closedBy, flashPhase, offerOf } from '@/pages/deal/price';
import type { Share } from '@/pages/deal/share-model';
import { NearGroups } from '@/pages/index/near-groups';
import { serve, sent } from './support/server';
import { fire, moves } from './support/taro';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));

beforeEach(() => {
  moves.length = 0;
  act(() => setLanguage('zh'));
});
afterEach(() => jest.useRealTimers());

const who = (name: string) => ({ name, avatarUrl: `/art/${name}.svg` });
const seat = (seatNo: number, more: Partial<Seat> = {}): Seat => ({ seatNo, state: 'confirmed', member: who(`客${seatNo}`), isHost: false, isMe: false, ...more });
const HOUR = 3_600_000;
const NOW = Date.now();

const row: GroupRow = {
  groupId: 'grp_00000001', dealId: 'deal_1', title: '双人鸳鸯锅套餐', pictureUrl: '/art/dish-hotpot.svg', merchantName: '渡口老灶', logoInk: '#A0330B', storeName: '桥弄街店', distanceM: 384, kind: 'standard',
  state: 'open', size: 3, minSize: 3, confirmed: 2, left: 1, priceFen: 12_800, singlePriceFen: 15_800, deadlineMs: NOW + 18 * HOUR, joinEndsMs: NOW + 18 * HOUR - 120_000, host: who('周屿'),
  seats: [seat(1, { isHost: true, member: who('周屿') }), seat(2, { member: who('林小满') })], isMine: false, isMember: false,
};
const group: Group = {
  ...row, merchantId: 'mch_1', storeId: 'sto_1', category: 'food', fulfilment: 'voucher', termsVersion: 1, tiers: [], tierPriceFen: null, hostBenefitFen: 500, priceNowFen: 12_800, friendDiscountFen: 1_000, payFen: 11_800,
  isOnSale: true, available: 50, nowMs: NOW, completedAtMs: null, inviter: { person: who('林小满'), rebateFen: 900, token: 'abcdefghijklmnop', isMine: false }, words: null, mine: null, sources: [], otherGroupId: null,
};
const mine = (more: Partial<NonNullable<Group['mine']>> = {}): NonNullable<Group['mine']> => ({ words: null, orderId: 'ord_1', seat: 'confirmed', voucherId: null, canLeave: true, paidFen: 11_800, ...more });

describe('the table', () => {
  test('the host first, then who paid, then who is paying without a name, then what is free', () => {
    const places = placesOf(5, [seat(1, { state: 'held', member: null }), seat(2), seat(4, { isHost: true, member: who('周屿') })]);
    expect(places.map(({ state, name }) => [state, name])).toEqual([['joined', '周屿'], ['joined', '客2'], ['held', ''], ['empty', ''], ['empty', '']]);
  });

  test.each([2, 3, 4, 5, 6, 7, 8])('%i seats stay inside their box and clear of each other', (size) => {
    for (const kind of ['table', 'landing'] as const) {
      const { box, seat: across } = geometryOf(kind, size);
      const spots = Array.from({ length: size }, (_, i) => spotOf(kind, i, size));
      for (const { left, top } of spots) for (const at of [left, top]) {
        expect(at - across / 2).toBeGreaterThanOrEqual(-0.01);
        expect(at + across / 2).toBeLessThanOrEqual(box + 0.01);
      }
      for (let i = 0; i < size; i += 1) {
        const [a, b] = [spots[i]!, spots[(i + 1) % size]!];
        expect(Math.hypot(a.left - b.left, a.top - b.top)).toBeGreaterThan(across);
      }
    }
  });

  test('on the landing nobody sits under the words above the table', () => {
    for (const size of [2, 3, 4, 5, 6, 7, 8]) for (let i = 0; i < size; i += 1) expect([size, spotOf('landing', i, size).top > 126 - 95 + 4]).toEqual([size, true]);
  });

  test('three on the landing sit as drawn: the host at the bottom, the second at the left, the free place at the right', () => {
    const [host, second, free] = [0, 1, 2].map((i) => spotOf('landing', i, 3));
    expect(host!.top).toBeGreaterThan(second!.top);
    expect(second!.left).toBeLessThan(126);
    expect(free!.left).toBeGreaterThan(126);
  });

  test('it says who is in, who is paying and what is free; a free place is 你的位 only once', () => {
    render(<GroupProgress kind="landing" places={placesOf(5, [seat(1, { isHost: true }), seat(2, { state: 'held', member: null })])} yours />);
    expect(screen.getByRole('img', { name: '5 人团，1 人已入团。1 人正在付款。3 个空位。' })).toBeTruthy();
    expect(screen.getAllByText('你的位')).toHaveLength(1);
  });

  test('in a row a big table shows two faces, a free place and how many more; a failed one invites nobody', () => {
    const paid = (size: number, count: number) => paidPlaces({ size, people: Array.from({ length: count }, (_, i) => ({ name: `客人 ${i}`, avatarUrl: `/art/avatar-${i}.svg` })) });
    const { shown, more } = inlinePlaces(paid(8, 5));
    expect([shown.map(({ state }) => state), more]).toEqual([['joined', 'joined', 'empty'], 5]);
    expect(shown[1]).toMatchObject({ name: '客人 1', avatarUrl: '/art/avatar-1.svg' });
    expect(inlinePlaces(paid(8, 8))).toMatchObject({ more: 5 });
    expect(inlinePlaces(paid(3, 2))).toMatchObject({ more: 0 });
    render(<GroupProgress kind="inline" places={paid(3, 1)} over="expired" />);
    expect(screen.getByRole('img').getAttribute('aria-label')).toBe('3 人团，1 人已入团。');
  });
});

describe('Countdown', () => {
  test('stays over when the clock is corrected afterwards', () => {
    jest.useFakeTimers();
    const onEnd = jest.fn();
    render(<Countdown kind="blocks" untilMs={serverNow() + 1_500} ended="时间到了" onEnd={onEnd} />);
    act(() => void jest.advanceTimersByTime(3_000));
    expect(screen.getByText('时间到了')).toBeTruthy();
    const before = serverNow();
    act(() => learnClock(before - 60_000, 0));
    act(() => void jest.advanceTimersByTime(5_000));
    expect(screen.getByText('时间到了')).toBeTruthy();
    expect(onEnd).toHaveBeenCalledTimes(1);
    learnClock(Date.now(), 0);
  });
});

describe('how a group stands', () => {
  test.each<[Phase, Partial<Group>, number?]>([
    ['join', {}],
    ['in', { mine: mine() }],
    ['held', { mine: mine({ seat: 'held', paidFen: 0 }) }],
    ['held', { state: 'opening', deadlineMs: null, joinEndsMs: null, mine: mine({ seat: 'held', paidFen: 0 }) }],
    ['opening', { state: 'opening', deadlineMs: null, joinEndsMs: null }],
    ['join', { mine: mine({ seat: 'released' }) }],
    ['full', { left: 0 }],
    ['full', { available: 0 }],
    ['off', { isOnSale: false }],
    ['in', { isOnSale: false, mine: mine() }],
    ['late', {}, NOW + 18 * HOUR - 120_000],
    ['in', { mine: mine() }, NOW + 18 * HOUR - 60_000],
    ['closing', {}, NOW + 18 * HOUR],
    ['closing', { state: 'closing', mine: mine() }],
    ['succeeded', { state: 'succeeded', mine: mine({ voucherId: 'vch_1' }) }],
    ['done', { state: 'succeeded' }],
    ['done', { state: 'succeeded', mine: mine({ seat: 'released' }) }],
    ['failed', { state: 'failed', mine: mine() }],
    ['over', { state: 'failed' }],
    ['over', { state: 'failed', mine: mine({ seat: 'released', paidFen: 0 }) }],
  ])('%s for %j at %s', (phase, more, nowMs = NOW) => expect(phaseOf({ ...group, ...more }, nowMs)).toBe(phase));

  test('what is missing counts to the number that makes it succeed', () => {
    expect(missingOf(group)).toBe(1);
    expect(missingOf({ minSize: 2, confirmed: 4 })).toBe(0);
    expect(namesOf(group)).toEqual(['周屿', '林小满']);
  });

  test('a ladder knows the tier reached and the next', () => {
    const tiers = [{ size: 2, priceFen: 11_000 }, { size: 5, priceFen: 10_000 }, { size: 8, priceFen: 9_000 }];
    expect([1, 2, 4, 5, 8].map((confirmed) => tierOf({ tiers, confirmed }))).toEqual([{ now: -1, next: 0 }, { now: 0, next: 1 }, { now: 0, next: 1 }, { now: 1, next: 2 }, { now: 2, next: -1 }]);
  });

  test('the sentence, the countdown and what happens otherwise stand together', () => {
    const { rerender } = render(<Standing group={group} phase="join" onEnd={() => undefined} />);
    expect(screen.getByText('还差 1 人，就能成团')).toBeTruthy();
    expect(screen.getByText('周屿、林小满 已入团')).toBeTruthy();
    expect(screen.getByRole('timer')).toBeTruthy();
    expect(screen.getByText('后结束，没凑齐全额退')).toBeTruthy();
    rerender(<Standing group={{ ...group, state: 'failed', mine: mine() }} phase="failed" onEnd={() => undefined} />);
    expect(screen.getByText('你付的 ¥118.00 全额原路退回，一般 0–3 个工作日到账。')).toBeTruthy();
    expect(screen.queryByRole('timer')).toBeNull();
  });
});

describe('the landing', () => {
  test('one that its host cancelled before paying did not lack people', () => {
    const { rerender } = render(<Standing group={{ ...group, state: 'cancelled', deadlineMs: null, confirmed: 0 }} phase={phaseOf({ ...group, state: 'cancelled' }, NOW)} onEnd={() => undefined} />);
    expect(screen.getByText('你取消了，或者没按时付款。没有扣款。')).toBeTruthy();
    expect(screen.queryByText(/没凑齐/)).toBeNull();
    rerender(<Standing group={{ ...group, state: 'failed' }} phase="over" onEnd={() => undefined} />);
    expect(screen.getByText('这个团没凑齐')).toBeTruthy();
  });

  test('while the last payments are checked nobody is told of money that was never paid or went back; sold out is not "all seats taken"', () => {
    const closing = { ...group, state: 'closing' as const };
    const of = (who: NonNullable<Group['mine']>) => render(<><Standing group={{ ...closing, mine: who }} phase="closing" onEnd={() => undefined} /><PriceCard group={{ ...closing, mine: who }} phase="closing" inviter={null} /></>);
    const gone = of(mine({ seat: 'released', paidFen: 0, canLeave: false }));
    expect(screen.queryByText('你付了')).toBeNull();
    expect(screen.queryByText(/没成团就全额原路退回/)).toBeNull();
    gone.unmount();
    const held = of(mine({ seat: 'held', paidFen: 0, canLeave: false }));
    expect(screen.queryByText('你付了')).toBeNull();
    held.unmount();
    const paid = of(mine());
    expect(screen.getByText('你付了')).toBeTruthy();
    expect(screen.getByText(/没成团就全额原路退回/)).toBeTruthy();
    paid.unmount();
    const { rerender } = render(<Standing group={{ ...group, left: 0 }} phase="full" onEnd={() => undefined} />);
    expect(screen.getByText('座位都有人了')).toBeTruthy();
    rerender(<Standing group={{ ...group, available: 0 }} phase="full" onEnd={() => undefined} />);
    expect(screen.getByText('这个优惠抢完了')).toBeTruthy();
  });

  test('price, who takes off what, and what one pays; a member sees what was paid', () => {
    const { rerender } = render(<PriceCard group={group} phase="join" inviter={group.inviter} />);
    for (const text of ['3 人团价', '¥128.00', '林小满 分享，好友立减', '−¥10.00', '你付', '单独买 ¥158']) expect(screen.getByText(text)).toBeTruthy();
    expect(screen.getByLabelText('¥118.00')).toBeTruthy();
    rerender(<PriceCard group={{ ...group, mine: mine({ paidFen: 12_300 }) }} phase="in" inviter={null} />);
    expect(screen.getByText('你付了')).toBeTruthy();
    expect(screen.getByLabelText('¥123.00')).toBeTruthy();
    expect(screen.queryByText('3 人团价')).toBeNull();
  });

  const bar = (more: Partial<Group>, phase: Phase, weapp = false) => {
    const acts = { onShare: jest.fn(), onCheckout: jest.fn(), onWeapp: jest.fn(), onLeave: jest.fn() };
    const view = render(<GroupBar group={{ ...group, ...more }} phase={phase} weapp={weapp} busy={false} refundId={null} {...acts} />);
    return { ...acts, names: () => screen.getAllByRole('button').map((button) => button.textContent), tap: (name: string) => fireEvent.click(screen.getByRole('button', { name })), ...view };
  };

  test('joining is the one primary action, and looking at the shop comes first', () => {
    const { names, tap, onCheckout } = bar({}, 'join');
    expect(names()).toEqual(['先看看店', '参团 · 付 ¥118.00']);
    tap('参团 · 付 ¥118.00');
    expect(onCheckout).toHaveBeenCalledWith({ group: 'grp_00000001' });
    tap('先看看店');
    expect(moves.at(-1)?.url).toBe('/pages/shop/index?id=sto_1');
  });

  test('a member may leave as easily as invite, and is told what happens to the money', () => {
    const { names, tap, onLeave, onShare } = bar({ mine: mine() }, 'in');
    expect(names()).toEqual(['退出拼团', '喊朋友来']);
    expect(screen.getByText('成团前想走随时走，¥118.00 全额原路退回。')).toBeTruthy();
    for (const button of screen.getAllByRole('button')) expect(button.className).toMatch(/jk-button--l .*jk-button--grow/);
    tap('退出拼团');
    tap('喊朋友来');
    expect([onLeave.mock.calls.length, onShare.mock.calls.length]).toEqual([1, 1]);
  });

  test.each<[Phase, Partial<Group>, string[]]>([
    ['full', { left: 0, otherGroupId: 'grp_00000002' }, ['自己开 3 人团', '参加另一个团']],
    ['done', { state: 'succeeded' }, ['先看看店', '自己开 3 人团']],
    ['over', { state: 'failed', isOnSale: false }, ['先看看店', '看看这个优惠']],
    ['succeeded', { state: 'succeeded', mine: mine({ voucherId: 'vch_1' }) }, ['先看看店', '去看券码']],
    ['succeeded', { state: 'succeeded', fulfilment: 'pickup', mine: mine({ voucherId: 'vch_1' }) }, ['先看看店', '去看取货码']],
    ['failed', { state: 'failed', mine: mine() }, ['看订单', '再开 3 人团']],
    ['held', { mine: mine({ seat: 'held' }) }, ['先看看店', '去付款']],
    ['off', { isOnSale: false }, ['先看看店', '已结束']],
  ])('%s offers %s', (phase, more, names) => expect(bar(more, phase).names()).toEqual(names));

  test('the other group and one of one\'s own are two ways on', () => {
    const { tap, onCheckout } = bar({ left: 0, otherGroupId: 'grp_00000002' }, 'full');
    tap('参加另一个团');
    expect(moves.at(-1)?.url).toBe('/pages/group/index?id=grp_00000002');
    tap('自己开 3 人团');
    expect(onCheckout).toHaveBeenCalledWith({ open: 1 });
  });

  test("in WeChat's own browser joining leads into the mini-program", () => {
    const { names, tap, onWeapp, onCheckout } = bar({}, 'join', true);
    expect(names()).toEqual(['先看看店', '去小程序参团']);
    tap('去小程序参团');
    expect([onWeapp.mock.calls.length, onCheckout.mock.calls.length]).toEqual([1, 0]);
  });

  test('the rules say what happens, also to newcomers and to the host', () => {
    render(<Rules group={{ ...group, kind: 'newcomer' }} />);
    for (const part of [/凑齐 3 人就成团/, /没凑齐，全额原路退回/, /团长走了，由下一位接着当/, /没在这家店买过的人才能参团/, /开团的人少付 ¥5\.00，由商家出/]) expect(screen.getByText(part)).toBeTruthy();
  });
});

describe('cards', () => {
  test('what is missing is said in words, and the card opens the landing', () => {
    const { rerender } = render(<GroupCard group={row} />);
    expect(screen.getByText('差 1 人')).toBeTruthy();
    fireEvent.click(screen.getByRole('link'));
    expect(moves.at(-1)?.url).toBe('/pages/group/index?id=grp_00000001');
    rerender(<GroupCard group={{ ...row, kind: 'ladder', minSize: 2, size: 8, left: 6 }} />);
    expect(screen.getByText('还有 6 个位')).toBeTruthy();
    rerender(<GroupCard group={{ ...row, state: 'succeeded' }} />);
    expect(screen.getByText('已成团')).toBeTruthy();
    rerender(<GroupCard group={{ ...row, state: 'failed', isMember: true }} />);
    expect(screen.getByText('没成团，全额退')).toBeTruthy();
  });

  test("a line joins, or looks at one's own", () => {
    const { rerender } = render(<GroupLine group={row} />);
    expect(screen.getByRole('button', { name: '参团：周屿的团' })).toBeTruthy();
    rerender(<GroupLine group={{ ...row, isMember: true }} />);
    expect(screen.getByRole('button', { name: '去看看：周屿的团' })).toBeTruthy();
  });

  const card: DealCardData = {
    dealId: 'deal_1', title: '双人鸳鸯锅套餐', category: 'food', pictureUrl: '/a.svg', merchantName: '渡口老灶', storeId: 'sto_1', storeName: '桥弄街店', distanceM: null, priceFen: 15_800, friendDiscountFen: 0, rebateFen: 0,
    soldCount: 0, available: 3, tags: ['随时退', '过期退'], isOnSale: true, group: { kind: 'standard', size: 3, priceFen: 12_800 }, flash: null,
  };
  test('a deal shows its group price with its people, a flash sale its time', () => {
    const { rerender } = render(<DealCard deal={card} onClick={() => undefined} />);
    expect(screen.getByLabelText('¥128')).toBeTruthy();
    expect(screen.getAllByText('3 人团')).toHaveLength(2);
    rerender(<DealCard deal={{ ...card, group: { ...card.group!, kind: 'ladder', size: 2 } }} onClick={() => undefined} />);
    expect(screen.getAllByText('2 人起团')).toHaveLength(2);
    const flash = { startsAtMs: serverNow() + 30 * HOUR, endsAtMs: serverNow() + 32 * HOUR, regularPriceFen: null };
    rerender(<DealCard deal={{ ...card, group: null, isOnSale: false, flash }} onClick={() => undefined} />);
    expect(screen.getByText(/月.*开抢$/)).toBeTruthy();
    expect(screen.queryByText('已结束')).toBeNull();
    rerender(<DealCard deal={{ ...card, group: null, isOnSale: false, flash: { ...flash, startsAtMs: serverNow() - 2 * HOUR, endsAtMs: serverNow() - HOUR } }} onClick={() => undefined} />);
    expect(screen.getByText('已结束')).toBeTruthy();
  });
});

describe('what a deal costs now', () => {
  type Priced = Parameters<typeof offerOf>[0];
  const rule = { kind: 'standard', size: 3, hours: 24, priceFen: 12_800, hostBenefitFen: 0, tiers: [] } as NonNullable<Deal['group']>;
  const plain: Priced = { priceFen: 15_800, friendDiscountFen: 1_000, group: null, flash: null, offPeak: null, isOnSale: true, available: 9, nowMs: NOW };
  const offPeak = { days: [1, 2, 3, 4, 5], fromMinute: 840, toMinute: 1020, priceFen: 9_800, isNow: true };
  const flash = { startsAtMs: NOW, endsAtMs: NOW + HOUR, regularPriceFen: null, regular: null };

  test.each<[string, Partial<Priced>, boolean, ReturnType<typeof offerOf>]>([
    ['alone', {}, false, { aloneFen: 15_800, aloneKind: 'single', groupFen: null, openFen: null, groupSize: 0 }],
    ['for a friend', {}, true, { aloneFen: 14_800, aloneKind: 'single', groupFen: null, openFen: null, groupSize: 0 }],
    ['in a group', { group: rule }, true, { aloneFen: 14_800, aloneKind: 'single', groupFen: 11_800, openFen: 11_800, groupSize: 3 }],
    ['who opens one pays less, as the checkout says', { group: { ...rule, hostBenefitFen: 500 } }, false, { aloneFen: 15_800, aloneKind: 'single', groupFen: 12_800, openFen: 12_300, groupSize: 3 }],
    ['in a ladder', { group: { ...rule, kind: 'ladder', size: 8, tiers: [{ size: 2, priceFen: 12_800 }, { size: 8, priceFen: 9_000 }] } }, false, { aloneFen: 15_800, aloneKind: 'single', groupFen: 12_800, openFen: 12_800, groupSize: 2 }],
    ['off-peak', { offPeak }, false, { aloneFen: 9_800, aloneKind: 'off_peak', groupFen: null, openFen: null, groupSize: 0 }],
    ['outside off-peak', { offPeak: { ...offPeak, isNow: false } }, false, { aloneFen: 15_800, aloneKind: 'single', groupFen: null, openFen: null, groupSize: 0 }],
    ['in a flash sale', { flash, offPeak }, false, { aloneFen: 15_800, aloneKind: 'flash', groupFen: null, openFen: null, groupSize: 0 }],
  ])('%s', (_, more, friend, offer) => expect(offerOf({ ...plain, ...more }, friend)).toEqual(offer));

  test('a flash sale is half-open: on at its start, over at its end', () => {
    expect([NOW - 1, NOW, NOW + HOUR - 1, NOW + HOUR].map((at) => flashPhase(flash, at))).toEqual(['soon', 'now', 'now', 'over']);
    expect(closedBy({ ...plain, flash, isOnSale: false }, NOW - 1)).toBe('soon');
    expect(closedBy({ ...plain, flash, available: 0 }, NOW)).toBe('soldOut');
    expect(closedBy({ ...plain, flash, isOnSale: false }, NOW + HOUR)).toBe('ended');
    // Asked before the start: that it was not on sale then says nothing of now. Asked since: it was taken off.
    expect(closedBy({ ...plain, flash, isOnSale: false, nowMs: NOW - 1 }, NOW)).toBe('');
    expect(closedBy({ ...plain, flash, isOnSale: false, nowMs: NOW }, NOW)).toBe('ended');
  });

  test('the off-peak window is said in days and hours', () => {
    const t = dealTexts.zh;
    expect(windowText(offPeak, 'zh', t)).toBe('周一至周五 14:00–17:00');
    expect(windowText({ ...offPeak, days: [7, 2] }, 'zh', t)).toBe('周二、周日 14:00–17:00');
    expect(windowText({ ...offPeak, days: [1, 2, 3, 4, 5, 6, 7], toMinute: 1440 }, 'zh', t)).toBe('每天 14:00–24:00');
  });
});

test('an order of a group that is not complete waits for it, and of a failed one gets its money', () => {
  const order = { state: 'paid', vouchersLeft: 0, refundState: null, refundedFen: 0, payableFen: 1, validUntilMs: null, expiresAtMs: 0, group: { state: 'open' } } as unknown as OrderRow;
  const key = (more: object) => orderStatus({ ...order, ...more } as OrderRow, NOW).key;
  expect(key({})).toBe('forming');
  expect(key({ group: { state: 'closing' } })).toBe('forming');
  expect(key({ group: { state: 'failed' } })).toBe('refunding');
  expect(key({ group: { state: 'succeeded' }, vouchersLeft: 1 })).toBe('usable');
  expect(key({ refundState: 'sent', refundedFen: 1 })).toBe('refunding');
  // Paid twice, and the second payment is on its way back or arrived: the seat still waits.
  for (const refundState of ['sent', 'succeeded']) expect(key({ refundState })).toBe('forming');
});

describe('passing a group on', () => {
  const link = { title: '双人鸳鸯锅套餐', weappPath: 'pages/group/index?id=grp_00000001&s=abc', pictureUrl: '/p.jpg', friendPriceFen: 11_800 } as Share;
  test('the card says what is missing and the price, and never the rebate', () => {
    expect(groupCard(link, group)).toEqual({ title: '差 1 人成团 · ¥118 · 双人鸳鸯锅套餐', path: '/pages/group/index?id=grp_00000001&s=abc', imageUrl: expect.stringMatching(/\/p\.jpg$/) });
    expect(groupCard(undefined, { ...group, minSize: 2, pictureUrl: '/p.svg' })).toEqual({ title: '一起拼 · ¥128 · 双人鸳鸯锅套餐', path: '/pages/group/index?id=grp_00000001' });
  });

  test('the poster draws the people and the free places with their words', () => {
    const said: string[] = [];
    let dashed = 0;
    const ctx = new Proxy({}, {
      get: (_, name) => {
        if (name === 'measureText') return (text: string) => ({ width: text.length * 6 });
        if (name === 'fillText') return (text: string) => said.push(text);
        if (name === 'setLineDash') return (dash: number[]) => (dashed += dash.length > 0 && dash[0] === 3 ? 1 : 0);
        return () => undefined;
      },
      set: () => true,
    }) as CanvasRenderingContext2D;
    const words: PosterWords = { invites: '周屿 请你入座', title: 't', shop: 's', priceInteger: '118', priceDecimals: '', friendPrice: '好友价', singlePrice: '单独买 ¥158', saves: '朋友立减 ¥10', seats: '3 人团，还差 1 人', appName: '聚客', hint: 'h', until: 'u', promo: 'p' };
    const images: PosterImages = { art: null, avatar: null, code: [[true]], faces: [null, null], places: 3 };
    drawPoster(ctx, words, images);
    expect(said).toContain('3 人团，还差 1 人');
    expect(said).not.toContain('朋友立减 ¥10');
    expect(dashed).toBe(1);
  });
});

describe('groups nearby on the first page', () => {
  const answer = (items: GroupRow[]) => serve(({ url }) => (url.includes('/api/groups') ? { body: { items, nextCursor: null } } : { body: {} }));
  const other = (id: string, more: object = {}): GroupRow => ({ ...row, groupId: id, ...more });

  test('those that one could join, with who is missing and until when; not one\'s own', async () => {
    answer([other('grp_1', { title: '烤鱼大桌' }), other('grp_2', { title: '我的那桌', isMine: true }), other('grp_3', { title: '坐着的那桌', isMember: true })]);
    render(<NearGroups />);
    expect(await screen.findByText('烤鱼大桌')).toBeTruthy();
    expect(screen.getByText('差 1 人')).toBeTruthy();
    expect([screen.queryByText('我的那桌'), screen.queryByText('坐着的那桌')]).toEqual([null, null]);
    fireEvent.click(screen.getByRole('link', { name: /烤鱼大桌/ }));
    fireEvent.click(screen.getByRole('link', { name: '看全部还有空位的团' }));
    expect(moves.map(({ url }) => url)).toEqual(['/pages/group/index?id=grp_1', '/pages/groups/index']);
    const asked = sent.length;
    await act(async () => fire('didShow'));
    expect(sent.length).toBe(asked + 1);
  });

  test('nothing to join: nothing is drawn; not answered: said, with another try', async () => {
    answer([]);
    const { container, unmount } = render(<NearGroups />);
    await waitFor(() => expect(container.innerHTML).toBe(''));
    unmount();
    serve(() => ({ status: 429, body: { code: 'RATE_LIMITED', message: '点得太快了', retry: 'never' } }));
    render(<NearGroups />);
    const again = await screen.findByText('再试一次');
    answer([other('grp_1', { title: '烤鱼大桌' })]);
    await act(async () => fireEvent.click(again));
    expect(await screen.findByText('烤鱼大桌')).toBeTruthy();
  });
});

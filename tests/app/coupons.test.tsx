// Coupons as a person meets them: the cheapest way at checkout, another choice, what cannot be used and why, refusals, giving one away, and the merchant's editor.
import { act, fireEvent, render, screen, waitFor, within } from '@testing-library/react';
import { dropSession, keepSession } from '@/api';
import { CouponTicket } from '@/components/coupon-ticket';
import { StackCard } from '@/components/stack-card';
import { isAllowed, waysOf } from '@/components/stack-card/logic';
import { texts as offerTexts } from '@/i18n/offers';
import { textsIn } from '@/i18n';
import Checkout from '@/pages/checkout/index';
import { refusalOf } from '@/pages/checkout/refusal';
import { setLanguage } from '@/state/settings';
import type { StackCoupon, StackLine } from '../../functions/contract/best-combination';
import CouponGift from '../../src/coupons/pages/gift/index';
import MyCoupons from '../../src/coupons/pages/mine/index';
import CouponCentre from '../../src/coupons/pages/centre/index';
import ClaimCoupon from '../../src/coupons/pages/claim/index';
import { emptyForm, endOf, fenOf, offBpsOf, offerOf, withDays, wrongIn } from '../../src/merchant/pages/new-offer/form';
import { sent, serve, type Reply } from './support/server';
import { moves, router } from './support/taro';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));

const NOW = Date.UTC(2026, 6, 17, 10, 20);
const DAY = 86_400_000;
const coupon = (over: Partial<StackCoupon>): StackCoupon => ({
  couponId: 'cpn_shop', title: '店铺券', merchantId: 'mch_1', kind: 'amount', thresholdFen: 10_000, amountFen: 1_500, offBps: 0, capFen: 0, dealId: null, dealIds: [], storeIds: [], platformBps: 0, validFromMs: 0, validUntilMs: NOW + 30 * DAY, blocked: null, ...over,
});
const shop = coupon({});
const platform = coupon({ couponId: 'cpn_city', title: '平台券', merchantId: null, thresholdFen: 12_000, amountFen: 2_000, platformBps: 10_000 });
const fresh = coupon({ couponId: 'cpn_new', title: '新客券', thresholdFen: 15_000, amountFen: 3_000 });
const elsewhere = coupon({ couponId: 'cpn_else', title: '面包券', merchantId: 'mch_9' });
const line: StackLine = { lineId: 'deal_1', dealId: 'deal_1', merchantId: 'mch_1', storeIds: ['sto_1'], quantity: 1, unitPriceFen: 12_800, hostBenefitFen: 0, friendDiscountFen: 1_000 };

beforeEach(() => {
  moves.length = 0;
  router.params = {};
  act(() => {
    setLanguage('zh');
    keepSession({ personId: 'per_1', token: 't', refreshToken: 'r', expiresAtMs: Date.now() + 9e6 } as never);
  });
});
afterEach(() => act(() => dropSession()));

describe('the ways to use discounts', () => {
  // The design's figures: 128 with 10 by a friend, 满 100 减 15 of the shop, 满 120 减 20 of the platform, 满 150 减 30 for new guests.
  test('best first, each other way with what it costs more; what only lacks an amount stands before what covers nothing here', () => {
    const { ways, unusable } = waysOf([line], [shop, platform, fresh, elsewhere], NOW);
    expect(ways[0]).toMatchObject({ isBest: true, stack: { usesFriend: false, couponIds: ['cpn_city', 'cpn_shop'] }, offFen: 3_500, costMoreFen: 0 });
    expect(ways[1]).toMatchObject({ isBest: false, stack: { usesFriend: true, couponIds: ['cpn_shop'] }, offFen: 2_500, costMoreFen: 1_000, reason: 'with_friend' });
    expect(ways.at(-1)).toMatchObject({ stack: { usesFriend: true, couponIds: [] }, costMoreFen: 2_500, reason: null });
    expect(unusable).toEqual([{ couponId: 'cpn_new', reason: 'threshold', missingFen: 2_200 }, { couponId: 'cpn_else', reason: 'not_covering', missingFen: 0 }]);
  });

  test('a choice holds as long as it is allowed and its coupon is held', () => {
    const stack = { usesFriend: true, couponIds: ['cpn_shop'] };
    expect(isAllowed([line], [shop], stack, NOW)).toBe(true);
    expect(isAllowed([line], [], stack, NOW)).toBe(false);
    expect(isAllowed([line], [shop], stack, NOW + 31 * DAY)).toBe(false);
  });

  test('several deals of several merchants are one card', () => {
    const bread: StackLine = { ...line, lineId: 'deal_2', dealId: 'deal_2', merchantId: 'mch_9', unitPriceFen: 11_000, friendDiscountFen: 0 };
    expect(waysOf([line, bread], [shop, elsewhere], NOW).ways[0]).toMatchObject({ stack: { usesFriend: true, couponIds: ['cpn_else', 'cpn_shop'] }, offFen: 4_000 });
  });
});

test('StackCard is a list of choices by radio, and what cannot be used says so in words', () => {
  const onChoose = jest.fn();
  render(<StackCard lines={[line]} coupons={[shop, fresh, elsewhere]} nowMs={NOW} stack={{ usesFriend: true, couponIds: ['cpn_shop'] }} onChoose={onChoose} />);
  const radios = within(screen.getByRole('radiogroup')).getAllByRole('radio');
  expect(radios.map((radio) => [radio.getAttribute('aria-checked'), radio.textContent])).toEqual([
    ['true', '好友立减 + 店铺券最省立减 ¥10.00，再用「店铺券」减 ¥15.00，可以叠加−¥25.00'],
    ['false', '好友立减券留着以后用，多付 ¥15.00−¥10.00'],
  ]);
  expect(screen.getByText('新客券 满 150 减 30')).toBeTruthy();
  expect(screen.getByText('还差 ¥22.00 到门槛')).toBeTruthy();
  expect(screen.getByText('共省 ¥25.00')).toBeTruthy();
  expect(screen.queryByText(/面包券/)).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: '还有 1 张这次用不上的券' }));
  expect(screen.getByText('不能用在这次买的东西上')).toBeTruthy();
  fireEvent.click(radios[1]!);
  expect(onChoose).toHaveBeenCalledWith({ usesFriend: true, couponIds: [] });
});

test('StackCard whose coupons all belong elsewhere counts them once and says why when asked', () => {
  render(<StackCard lines={[{ ...line, friendDiscountFen: 0 }]} coupons={[elsewhere]} nowMs={NOW} stack={{ usesFriend: false, couponIds: [] }} onChoose={jest.fn()} />);
  expect(screen.getByText('你的券这次用不上。')).toBeTruthy();
  expect(screen.queryByText(/还有 1 张/)).toBeNull();
  expect(screen.queryByRole('radiogroup')).toBeNull();
  fireEvent.click(screen.getByRole('button', { name: '看看为什么' }));
  expect(screen.getByText('不能用在这次买的东西上')).toBeTruthy();
});

describe('the checkout', () => {
  const quote = (over: object = {}) => ({
    dealId: 'deal_1', merchantId: 'mch_1', merchantName: '渡口老灶', title: '双人鸳鸯锅套餐', pictureUrl: '/a.svg', storeName: '桥弄街店', storeIds: ['sto_1'], termsVersion: 3, quantity: 1, maxQuantity: 5, unitPriceFen: 12_800, singlePriceFen: 15_800,
    priceKind: 'group', fulfilment: 'voucher', hostBenefitFen: 0, friendDiscountFen: 1_000, payableFen: 10_300, lines: [], validUntilMs: NOW + 30 * DAY, sharer: { person: { name: '林小满', avatarUrl: '' }, rebateFen: 900, token: 'abcdefghijkl' },
    savedFen: 2_500, moreCoupons: 2, coupons: [shop, fresh], stack: { usesFriend: true, couponIds: ['cpn_shop'] }, nowMs: NOW, group: { groupId: 'grp_12345678', size: 3, minSize: 3, left: 1, hours: 24, deadlineMs: Date.UTC(2026, 6, 18, 4, 2), isLastSeat: true }, ...over,
  });
  const deal = { dealId: 'deal_1', title: '双人鸳鸯锅套餐', pictureUrls: ['/a.svg'], merchantName: '渡口老灶', stores: [{ storeId: 'sto_1', name: '桥弄街店' }], priceFen: 15_800, available: 9, isOnSale: true, fulfilment: 'voucher', couponCount: 2, group: null, flash: null };
  let answers: { quote: Reply; place: Reply };
  const bodies = (path: RegExp) => sent.filter(({ method, url }) => method === 'POST' && path.test(url)).map(({ body }) => JSON.parse(body!));
  beforeEach(() => {
    answers = { quote: { body: quote() }, place: { status: 409, body: { code: 'PRICE_CHANGED', message: 'm', retry: 'after-change', details: { payableFen: 10_400 } } } };
    serve(({ method, url }) => {
      if (url.includes('/api/deals/')) return { body: deal };
      if (url.endsWith('/orders/quote')) return answers.quote;
      return method === 'POST' && url.endsWith('/api/orders') ? answers.place : { status: 404, body: { code: 'NOT_FOUND', message: '没有', retry: 'never' } };
    });
    router.params = { id: 'deal_1', group: 'grp_12345678', s: 'abcdefghijkl' };
  });

  test('a seat with the best stack: lines with titles, what is saved against buying alone, and until when the group must fill', async () => {
    render(<Checkout />);
    for (const words of ['3 人团价', '好友立减（林小满分享）', '比单独买 ¥158 少付 ¥55.00', '3 人团']) expect(await screen.findByText(words)).toBeTruthy();
    expect(screen.getAllByText('店铺券 满 100 减 15').length).toBe(1);
    expect(screen.getByText(/7 月 18 日 12:02 前没凑齐 3 人，钱会自动原路退回/)).toBeTruthy();
    expect(screen.getByText(/最后一个空位，只留 5 分钟/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: '加一份' })).toBeNull();
    expect(bodies(/quote/)[0]).toEqual({ dealId: 'deal_1', quantity: 1, shareToken: 'abcdefghijkl', group: { groupId: 'grp_12345678' } });
  });

  test('another choice shows its price at once and is what is placed; a new price is said and keeps the choice', async () => {
    render(<Checkout />);
    fireEvent.click(await screen.findByRole('radio', { name: /券留着以后用/ }));
    expect(screen.getAllByLabelText('¥118.00').length).toBe(2);
    await waitFor(() => expect(bodies(/quote/).at(-1).stack).toEqual({ usesFriend: true, couponIds: [] }));
    await act(async () => fireEvent.click(screen.getByRole('button', { name: '提交并支付' })));
    expect(bodies(/api\/orders$/)[0]).toMatchObject({ stack: { usesFriend: true, couponIds: [] }, expectedPayableFen: 11_800, termsVersion: 3, quantity: 1 });
    expect(await screen.findByText('价格刚变了')).toBeTruthy();
    expect(screen.getByText(/现在是 ¥104\.00。没有下单，也没有扣款/)).toBeTruthy();
    expect(screen.getByRole('radio', { name: /券留着以后用/ }).getAttribute('aria-checked')).toBe('true');
  });

  test('a coupon that was used meanwhile gives way to what is cheapest now', async () => {
    answers.place = { status: 409, body: { code: 'COUPON_NOT_USABLE', message: 'm', retry: 'after-change', details: { couponId: 'cpn_shop', title: '这张券', why: '你手里没有它，可能已经用在别的订单上' } } };
    render(<Checkout />);
    const pay = await screen.findByRole('button', { name: '提交并支付' });
    answers.quote = { body: quote({ coupons: [fresh], stack: { usesFriend: true, couponIds: [] } }) };
    await act(async () => fireEvent.click(pay));
    expect(await screen.findByText('「店铺券」这次用不了')).toBeTruthy();
    await waitFor(() => expect(screen.getAllByLabelText('¥118.00').length).toBe(2));
  });

  test('a full group is a card with another group, and one’s own', async () => {
    answers.quote = { status: 409, body: { code: 'GROUP_FULL', message: '满了', retry: 'after-change', details: { otherGroupId: 'grp_87654321' } } };
    render(<Checkout />);
    expect(await screen.findByText('这个团刚满了')).toBeTruthy();
    answers.quote = { body: quote({ group: { ...quote().group, groupId: 'grp_87654321' } }) };
    await act(async () => fireEvent.click(screen.getByRole('button', { name: '去另一个团' })));
    await waitFor(() => expect(bodies(/quote/).at(-1).group).toEqual({ groupId: 'grp_87654321' }));
    expect(await screen.findByText('3 人团价')).toBeTruthy();
    expect(screen.queryByText('这个团刚满了')).toBeNull();
  });
});

test('each refusal says what happened and offers what can be done now', () => {
  const of = (code: string, details: Record<string, unknown> = {}) => {
    const { title, text, ways } = refusalOf({ code: code as never, details: details as never, message: '服务器的话' });
    return [title, /没有下单|没有再开/.test(text), ...ways.map((way) => way.text)];
  };
  expect(of('GROUP_FULL', { otherGroupId: 'grp_1' })).toEqual(['这个团刚满了', true, '去另一个团', '自己开一个团']);
  expect(of('GROUP_ENDED', { otherGroupId: null })).toEqual(['这个团已经结束', true, '自己开一个团', '单独买']);
  expect(refusalOf({ code: 'GROUP_OWN', details: { groupId: 'grp_1' }, message: '' }).ways).toEqual([{ text: '看我的团', way: { do: 'seeGroup', groupId: 'grp_1' } }]);
  expect(of('GROUP_EXISTS', { groupId: 'grp_1' })).toEqual(['你开的团还没凑齐', true, '看我的团', '单独买']);
  expect(of('GROUP_NOT_NEW')).toEqual(['这个团只收新客', true, '自己开一个团', '单独买']);
  expect(of('GROUP_TRIES')).toEqual(['这个团不再给你留座', true, '自己开一个团', '单独买']);
  expect(of('GROUP_HOST_BLOCKED')).toEqual(['现在不能开团', true, '单独买']);
  expect(of('LIMIT_PER_PERSON', { limit: 2 })).toEqual(['每人最多 2 份', true, '看订单']);
  expect(of('SOLD_OUT', { available: 2 })).toEqual(['只剩 2 份了', true, '改成 2 份']);
  expect(of('SOLD_OUT', { available: 0 })).toEqual(['抢完了', true, '看这家店的其他优惠']);
  expect(of('SALE_NOT_STARTED', { at: '7 月 18 日 20:00', startsAt: Date.UTC(2026, 6, 18, 12) })).toEqual(['7 月 18 日 20:00 开始', true, '刷新看看']);
  expect(refusalOf({ code: 'DEAL_NOT_ON_SALE', details: {}, message: '不卖了' })).toMatchObject({ title: '已结束', text: '不卖了', ways: [{ way: { do: 'shop' } }] });
});

const face = {
  title: '店铺券', summary: '满 100 减 15', kind: 'amount', audience: 'everyone', thresholdFen: 10_000, amountFen: 1_500, offBps: 0, capFen: 0, merchantId: 'mch_1', merchantName: '渡口老灶', logoInk: '#A0330B', dealId: null, dealTitle: null,
  scopeText: '渡口老灶通用', paidByText: '优惠由渡口老灶承担', isTransferable: true,
};

describe('claiming', () => {
  const offer = (over: object) => ({
    offerId: 'cof_1', ...face, left: 63, total: 100, perPerson: 1, claimFromMs: 0, claimUntilMs: Date.now() + 3 * DAY, validFromMs: null, validUntilMs: null, validDays: 30, claim: 'ok', mine: 0, ...over,
  });
  test('the centre says how many are left, for whom and who pays; what cannot be claimed says why', async () => {
    let mine = 0;
    serve(({ method, url }) => {
      if (method === 'POST') {
        mine = 1;
        return { body: { couponId: 'cpn_1', offerId: 'cof_1', validFromMs: 0, validUntilMs: 1 } };
      }
      return url.includes('/coupon-offers') ? { body: { items: [offer({ mine, claim: mine ? 'limit' : 'ok' }), offer({ offerId: 'cof_2', title: '新客券', audience: 'new_guest', claim: 'not_new' })], nextCursor: null } } : { status: 404, body: '' };
    });
    router.params = { deal: 'deal_1' };
    render(<CouponCentre />);
    expect((await screen.findAllByText(/还剩 63 \/ 100 张 · 每人 1 张/)).length).toBe(2);
    expect(sent[0]!.url).toContain('dealId=deal_1');
    expect(screen.getAllByText(/优惠由渡口老灶承担/).length).toBe(2);
    expect(screen.getByText('只给新客')).toBeTruthy();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: '领取 店铺券' })));
    expect(sent.find(({ method }) => method === 'POST')!.headers['idempotency-key']).toBeTruthy();
    expect(await screen.findByText('已领')).toBeTruthy();
  });

  test('a code that nobody has is not found, not out of reach: one types again', async () => {
    serve(() => ({ status: 404, body: { code: 'COUPON_CODE_UNKNOWN', message: '没有这个券码', retry: 'after-change', details: {} } }));
    router.params = { code: 'ABCDEFGH23' };
    render(<ClaimCoupon />);
    expect(await screen.findByText('没有这个券码')).toBeTruthy();
    expect(screen.queryByRole('button', { name: '再试一次' })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: '重新输入' }));
    expect(screen.getByText('10 位券码')).toBeTruthy();
  });
});

describe('giving', () => {
  const held = { couponId: 'cpn_12345678', ...face, state: 'available', validFromMs: 0, validUntilMs: Date.now() + 9 * DAY, orderId: null, isNew: true, gift: null, useDealId: null, useStoreId: 'sto_1' };
  test('the rule comes first, then the link; taking back is there at once', async () => {
    let gift: object | null = null;
    serve(({ method, url }) => {
      if (url.endsWith('/gifts')) {
        gift = { token: 'abcdefghijkl', expiresAtMs: Date.now() + DAY };
        return { body: { token: 'abcdefghijkl', url: 'u', weappPath: 'p', expiresAtMs: 1 } };
      }
      if (url.endsWith('/gifts/cancel')) {
        gift = null;
        return { body: { ok: true } };
      }
      return method === 'GET' ? { body: { items: [{ ...held, state: gift ? 'passing' : 'available', gift }], nextCursor: null } } : { status: 404, body: '' };
    });
    render(<MyCoupons />);
    fireEvent.click(await screen.findByRole('button', { name: '送朋友' }));
    expect(screen.getByText(/只能送这一次。24 小时没人领，自动回到你这里/)).toBeTruthy();
    expect(sent.some(({ method }) => method === 'POST')).toBe(false);
    await act(async () => fireEvent.click(screen.getByRole('button', { name: '生成赠送链接' })));
    expect(await screen.findByText(/等朋友领/)).toBeTruthy();
    expect(screen.getByRole('button', { name: '复制链接' })).toBeTruthy();
    await act(async () => fireEvent.click(screen.getByRole('button', { name: '收回' })));
    await waitFor(() => expect(screen.queryByText(/等朋友领/)).toBeNull());
    fireEvent.click(screen.getByRole('button', { name: '去用 店铺券' }));
    expect(moves.at(-1)!.url).toBe('/pages/shop/index?id=sto_1');
  });

  test('it is taken back where its giver finds it: beside it among the coupons, and on the page of its own link', async () => {
    let isOpen = true;
    serve(({ method, url }) => {
      if (method === 'POST' && url.endsWith('/api/coupons/cpn_12345678/gifts/cancel')) {
        isOpen = false;
        return { body: { ok: true } };
      }
      if (url.includes('coupon-gifts')) return { body: { giver: { name: '林小满', avatarUrl: '' }, state: isOpen ? 'open' : 'taken_back', isMine: true, isTakenByMe: false, expiresAtMs: NOW, giving: isOpen ? held.couponId : null, coupon: { ...face, validFromMs: 0, validUntilMs: NOW + DAY } } };
      return { body: { items: [{ ...held, ...(isOpen ? { state: 'passing', gift: { token: 'abcdefghijkl', expiresAtMs: Date.now() + DAY } } : {}) }], nextCursor: null } };
    });
    const list = render(<MyCoupons />);
    fireEvent.click(await screen.findByRole('button', { name: '收回 店铺券' }));
    expect(await screen.findByRole('button', { name: '去用 店铺券' })).toBeTruthy();
    expect(screen.queryByRole('button', { name: /收回|再发一次/ })).toBeNull();
    list.unmount();
    isOpen = true;
    router.params = { t: 'abcdefghijkl' };
    render(<CouponGift />);
    fireEvent.click(await screen.findByRole('button', { name: '收回' }));
    expect(await screen.findByText('你把这张券收回了。')).toBeTruthy();
    expect(screen.queryByRole('button', { name: '收回' })).toBeNull();
  });

  test('a coupon that ends before its gift would come back is not promised back', async () => {
    const validUntilMs = Date.now() + DAY / 2;
    serve(() => ({ body: { items: [{ ...held, state: 'passing', validUntilMs, gift: { token: 'abcdefghijkl', expiresAtMs: validUntilMs } }], nextCursor: null } }));
    const view = render(<MyCoupons />);
    expect(await screen.findByText(/没人领就过期了/)).toBeTruthy();
    view.unmount();
    router.params = { t: 'abcdefghijkl' };
    const gift = (end: number) => serve(() => ({ body: { giver: { name: '林小满', avatarUrl: '' }, state: 'ended', isMine: false, expiresAtMs: NOW, coupon: { ...face, validFromMs: 0, validUntilMs: end } } }));
    gift(NOW);
    const ended = render(<CouponGift />);
    expect(await screen.findByText(/券已经过期了/)).toBeTruthy();
    ended.unmount();
    gift(NOW + DAY);
    render(<CouponGift />);
    expect(await screen.findByText(/券回到送的人那里了/)).toBeTruthy();
  });

  test('a gift that somebody else took says so and leads on', async () => {
    router.params = { t: 'abcdefghijkl' };
    serve(() => ({ body: { giver: { name: '林小满', avatarUrl: '' }, state: 'taken', isMine: false, expiresAtMs: NOW, coupon: { ...face, validFromMs: 0, validUntilMs: NOW + DAY } } }));
    render(<CouponGift />);
    expect(await screen.findByText('林小满 送你一张券')).toBeTruthy();
    expect(screen.getByText(/这张券已经被领走了/)).toBeTruthy();
    expect(screen.queryByRole('button', { name: '收下这张券' })).toBeNull();
  });

  test.each<[string, object, string, RegExp]>([
    ['who gave it hears that a friend has it', { isMine: true }, '你送出的券', /^朋友收下了这张券。$/],
    ['who took it hears that it is theirs', { isTakenByMe: true }, '林小满 送你一张券', /你收下了这张券/],
  ])('%s, and goes to their coupons', async (_, more, title, says) => {
    router.params = { t: 'abcdefghijkl' };
    serve(() => ({ body: { giver: { name: '林小满', avatarUrl: '' }, state: 'taken', isMine: false, isTakenByMe: false, expiresAtMs: NOW, coupon: { ...face, validFromMs: 0, validUntilMs: NOW + DAY }, ...more } }));
    render(<CouponGift />);
    expect(await screen.findByText(title)).toBeTruthy();
    expect(screen.getByText(says)).toBeTruthy();
    expect(screen.getByRole('button', { name: '我的优惠券' })).toBeTruthy();
    expect(screen.queryByText(/还有别的券可以领/)).toBeNull();
  });
});

describe('the editor', () => {
  const t = textsIn(offerTexts, 'zh');
  test('amounts and 折 are read without floats', () => {
    expect(['12', '12.5', '0.07', '12.345', '', 'x'].map(fenOf)).toEqual([1_200, 1_250, 7, null, null, null]);
    expect(['8.5', '9', '0.1', '10', '9.999'].map((text) => offBpsOf(text, 'zh'))).toEqual([1_500, 1_000, 9_900, null, 1]);
    expect(['15', '0.5', '99', '100'].map((text) => offBpsOf(text, 'en'))).toEqual([1_500, 50, 9_900, null]);
  });

  test('what is missing is named, and a whole form becomes the offer', () => {
    const form = { ...emptyForm('店铺券'), threshold: '100', amount: '15', perPerson: '200' };
    expect(wrongIn(form, t, 'zh', NOW)).toEqual({ perPerson: '1 到 20 之间' });
    expect(wrongIn({ ...form, perPerson: '1', validity: 'fixed', validDays: '7' }, t, 'zh', NOW)).toEqual({ validDays: '不能比领取的时间先结束' });
    const offer = offerOf({ ...form, perPerson: '2', scope: 'deals', dealIds: ['deal_1'] }, NOW, 'zh');
    // 17 July 18:20 in Shanghai and 14 days: until the end of 31 July.
    expect(offer).toMatchObject({ kind: 'amount', thresholdFen: 10_000, amountFen: 1_500, dealIds: ['deal_1'], storeIds: [], total: 100, perPerson: 2, claimFromMs: NOW, claimUntilMs: Date.UTC(2026, 6, 31, 16), validDays: 30, validFromMs: null });
  });

  test('the ticket of a coupon without an amount yet shows none', () => {
    const face = { title: '店铺券', kind: 'amount' as const, thresholdFen: 0, amountFen: 0, offBps: 0, capFen: 0 };
    const { container, rerender } = render(<CouponTicket face={face} scope="" note="" />);
    const says = () => container.querySelector('.jk-ticket__value')!.textContent;
    expect(says()).toBe('¥—没有门槛');
    rerender(<CouponTicket face={{ ...face, kind: 'percent' }} scope="" note="" />);
    expect(says()).toBe('—折没有门槛最多减 —');
    rerender(<CouponTicket face={{ ...face, amountFen: 1 }} scope="" note="" />);
    expect(says()).toBe('¥0.01没有门槛');
    rerender(<CouponTicket face={{ ...face, kind: 'exchange' }} scope="" note="" />);
    expect(says()).toBe('¥0.01换一份');
  });

  test('choosing dates begins with the days that were meant so far; the preview knows the end before the form is whole', () => {
    const form = emptyForm('');
    expect(withDays(form, { claimBy: 'dates' }, NOW)).toEqual({ claimBy: 'dates', claimFrom: '2026-07-17', claimUntil: '2026-07-31' });
    expect(withDays(form, { validity: 'dates' }, NOW)).toEqual({ validity: 'dates', validFrom: '2026-07-17', validUntil: '2026-08-16' });
    expect(withDays({ ...form, claimFrom: '2026-07-20' }, { claimBy: 'dates' }, NOW)).toEqual({ claimBy: 'dates' });
    expect(withDays(form, { title: '店铺券' }, NOW)).toEqual({ title: '店铺券' });
    expect(endOf(form, NOW)).toBeNull();
    expect(endOf({ ...form, validity: 'fixed', validDays: '7' }, NOW)).toBe(Date.UTC(2026, 6, 24, 16));
    expect(endOf({ ...form, validity: 'dates', validUntil: '2026-07-31' }, NOW)).toBe(Date.UTC(2026, 6, 31, 16));
    expect(endOf({ ...form, validity: 'dates' }, NOW)).toBeNull();
  });

  test('by dates both days count in Shanghai; what is over, backwards, or ends before its claim is named', () => {
    const form = { ...emptyForm('店铺券'), amount: '15', claimBy: 'dates' as const, claimFrom: '2026-07-20', claimUntil: '2026-07-22', validity: 'dates' as const, validFrom: '2026-07-21', validUntil: '2026-07-31' };
    const wrong = (more: object) => wrongIn({ ...form, ...more }, t, 'zh', NOW);
    expect(wrong({})).toEqual({});
    expect(offerOf(form, NOW, 'zh')).toMatchObject({ claimFromMs: Date.UTC(2026, 6, 19, 16), claimUntilMs: Date.UTC(2026, 6, 22, 16), validFromMs: Date.UTC(2026, 6, 20, 16), validUntilMs: Date.UTC(2026, 6, 31, 16), validDays: null });
    // A first day that has begun: from now on.
    expect(offerOf({ ...form, claimFrom: '2026-07-17' }, NOW, 'zh').claimFromMs).toBe(NOW);
    expect(wrong({ claimFrom: '' })).toEqual({ claimUntil: t.needDates });
    expect(wrong({ claimFrom: '2026-07-23' })).toEqual({ claimUntil: t.needDates });
    expect(wrong({ claimFrom: '2026-07-10', claimUntil: '2026-07-16' })).toEqual({ claimUntil: t.needDates });
    expect(wrong({ claimFrom: '2026-07-17', claimUntil: '2026-07-17' })).toEqual({});
    expect(wrong({ validUntil: '2026-07-21' })).toEqual({ validUntil: '不能比领取的时间先结束' });
    expect(wrong({ validity: 'fixed', validDays: '4' })).toEqual({ validDays: '不能比领取的时间先结束' });
    expect(wrong({ validity: 'fixed', validDays: '5' })).toEqual({});
  });
});

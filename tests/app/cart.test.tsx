// The cart as a person meets it: what a line says, what is paid, and what a refusal leaves in place.
import { act, fireEvent, render, renderHook, screen, waitFor } from '@testing-library/react';
import { dropSession, keepSession, Failure } from '@/api';
import { byMerchant, mostOf, picked, sumFen, wayToPay } from '../../src/cart/logic';
import { billOf, rebatesOf } from '../../src/cart/pages/checkout/bill';
import PurchaseCheckout from '../../src/cart/pages/checkout/index';
import { refusalOf } from '../../src/cart/pages/checkout/model';
import CartPage from '../../src/cart/pages/cart/index';
import PurchasePage from '../../src/cart/pages/purchase/index';
import { standingOf } from '../../src/cart/pages/purchase/model';
import { goesInCart } from '@/pages/deal/cart';
import { addToCart, loadCart, type CartLine } from '@/state/cart';
import { paidPage, usePay, type PayOutcome } from '@/state/pay';
import { setLanguage } from '@/state/settings';
import { sent, serve, type Reply } from './support/server';
import { moves, router } from './support/taro';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));

const line = (over: Partial<CartLine> = {}): CartLine => ({
  dealId: 'deal_a', merchantId: 'mer_1', merchantName: '渡口老灶', logoInk: '#8A2B12', storeName: '桥弄街店', title: '双人锅', pictureUrl: '/a.svg', quantity: 1, maxQuantity: 5, unitPriceFen: 12_800,
  wasFen: null, priceKind: 'single', fulfilment: 'voucher', shareToken: null, sharerName: null, termsVersion: 1, available: 9, problem: null, ...over,
});
const tea = line({ dealId: 'deal_b', merchantId: 'mer_2', merchantName: '荷风粤点', title: '早茶', unitPriceFen: 7_600, quantity: 2, fulfilment: 'pickup' });

interface World { items: CartLine[]; quote?: unknown; place?: Reply; purchase?: unknown; check?: unknown; put?: Reply }
let world: World;
const body = () => JSON.parse(sent.at(-1)!.body!) as Record<string, unknown>;
const asked = (method: string, path: RegExp) => sent.filter((request) => request.method === method && path.test(request.url));

beforeEach(() => {
  moves.length = 0;
  router.params = {};
  act(() => {
    setLanguage('zh');
    keepSession({ personId: 'per_1', token: 't', refreshToken: 'r', expiresAtMs: Date.now() + 9e6 } as never);
  });
  world = { items: [line(), tea] };
  serve(({ method, url }) => {
    if (method === 'GET' && url.endsWith('/api/cart')) return { body: { items: world.items, limit: 20 } };
    if (method === 'PUT') return world.put ?? { body: { quantity: 1, lines: world.items.length } };
    if (url.endsWith('/purchases/quote')) return { body: world.quote ?? quoteOf(world.items) };
    if (method === 'POST' && url.endsWith('/api/purchases')) return world.place ?? { status: 500, body: '' };
    if (url.endsWith('/check')) return { body: world.check };
    if (/\/purchases\/pur_1$/.test(url)) return { body: world.purchase };
    return { status: 404, body: { code: 'NOT_FOUND', message: '没有找到', retry: 'never' } };
  });
});
afterEach(() => act(() => dropSession()));

function quoteOf(items: CartLine[], sharerOf: (dealId: string) => string | null = () => null) {
  return {
    items: items.map((item) => ({
      ...item, storeIds: ['sto_1'], singlePriceFen: item.unitPriceFen, hostBenefitFen: 0, friendDiscountFen: sharerOf(item.dealId) ? 1_000 : 0, payableFen: item.quantity * item.unitPriceFen, lines: [], validUntilMs: 0,
      sharer: sharerOf(item.dealId) ? { person: { name: sharerOf(item.dealId), avatarUrl: '' }, rebateFen: 900, token: 'x' } : null,
    })),
    coupons: [], stack: { usesFriend: items.some((item) => sharerOf(item.dealId)), couponIds: [] }, payableFen: sumFen(items), savedFen: 0, nowMs: 1,
  };
}

describe('what is paid', () => {
  test('what cannot be bought, and what was left out, is not; one thing is an ordinary order', () => {
    const lines = [line(), tea, line({ dealId: 'deal_c', problem: 'sold_out' })];
    expect(picked(lines, new Set()).map(({ dealId }) => dealId)).toEqual(['deal_a', 'deal_b']);
    expect(wayToPay(picked(lines, new Set()))).toEqual(['purchaseCheckout', { ids: 'deal_a.deal_b' }]);
    expect(wayToPay(picked(lines, new Set(['deal_a'])))).toEqual(['checkout', { id: 'deal_b', s: undefined, n: 2, cart: 1 }]);
    expect(wayToPay([])).toBeNull();
    expect(sumFen(picked(lines, new Set()))).toBe(12_800 + 15_200);
  });

  test('lines stand by merchant, in the order they came', () => {
    const third = line({ dealId: 'deal_c' });
    expect(byMerchant([line(), tea, third]).map(({ lines }) => lines.map(({ dealId }) => dealId))).toEqual([['deal_a', 'deal_c'], ['deal_b']]);
  });

  test('no more than there is and than one person may', () => {
    expect([mostOf(line()), mostOf(line({ available: 2 })), mostOf(line({ available: 0 }))]).toEqual([5, 2, 1]);
  });

  test('flash sales and groups are bought by themselves', () => {
    expect(goesInCart({ flash: null, group: null })).toBe(true);
    expect(goesInCart({ flash: {} as never, group: null })).toBe(false);
    expect(goesInCart({ flash: null, group: {} as never })).toBe(false);
  });
});

describe('the cart page', () => {
  test('says per line what changed and what hinders, and sums what can be paid', async () => {
    world.items = [
      line({ wasFen: 11_800, sharerName: '林小满', shareToken: 'abcdefghijkl' }), { ...tea, wasFen: 8_000 }, line({ dealId: 'deal_c', title: '卖完的', problem: 'sold_out', available: 0 }),
      line({ dealId: 'deal_d', title: '不够的', problem: 'few_left', quantity: 3, available: 2 }), line({ dealId: 'deal_e', title: '超了的', problem: 'limit', maxQuantity: 2 }), line({ dealId: 'deal_f', title: '下架的', problem: 'not_on_sale' }),
    ];
    render(<CartPage />);
    expect(await screen.findByText('放进来时 ¥118.00，现在贵了 ¥10.00')).toBeTruthy();
    for (const words of ['放进来时 ¥80.00，现在便宜了 ¥4.00', '林小满分享的，结算时算好友立减', '抢完了，现在付不了。可以先留着。', '只剩 2 份了。', /每人最多 2 份/, '现在不在售，付不了。', '自提']) expect(screen.getByText(words)).toBeTruthy();
    expect(screen.getByLabelText('¥280.00')).toBeTruthy();
    expect(screen.getByRole('checkbox', { name: '这次付「卖完的」' }).getAttribute('aria-disabled')).toBe('true');
    fireEvent.click(screen.getByRole('checkbox', { name: '这次付「双人锅」' }));
    expect(screen.getByLabelText('¥152.00')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: '去结算（1）' }));
    expect(moves.at(-1)!.url).toBe('/pages/checkout/index?id=deal_b&n=2&cart=1');
    fireEvent.click(screen.getByRole('checkbox', { name: '全选' }));
    fireEvent.click(screen.getByRole('button', { name: '去结算（2）' }));
    expect(moves.at(-1)!.url).toBe('/cart/pages/checkout/index?ids=deal_a.deal_b');
  });

  test('taps show at once and the last one counts', async () => {
    render(<CartPage />);
    await screen.findByText('早茶');
    const more = screen.getAllByRole('button', { name: '加一份' })[0]!;
    await act(async () => {
      fireEvent.click(more);
    });
    fireEvent.click(screen.getAllByRole('button', { name: '加一份' })[0]!);
    await waitFor(() => expect(asked('PUT', /deal_a/).map((request) => JSON.parse(request.body!).quantity).at(-1)).toBe(2));
    expect(asked('PUT', /deal_b/)).toEqual([]);
  });

  test('one more is one more than the server has, also after another device put some in', async () => {
    await act(async () => void (await loadCart()));
    world.items = [line({ quantity: 4 }), tea];
    let now = 0;
    await act(async () => void (now = await addToCart('deal_a', undefined)));
    expect([body(), now]).toEqual([{ quantity: 5 }, 5]);
  });

  test('a refusal is said on its line, and the line stays as it was', async () => {
    world.put = { status: 409, body: { code: 'LIMIT_PER_PERSON', message: '每人最多买 1 份', retry: 'never', details: { limit: 1 } } };
    render(<CartPage />);
    await screen.findByText('早茶');
    fireEvent.click(screen.getAllByRole('button', { name: '加一份' })[1]!);
    expect(await screen.findByText('每人最多 1 份，没有多放。')).toBeTruthy();
    await waitFor(() => expect(screen.getByLabelText('¥280.00')).toBeTruthy());
    expect(screen.getByText('早茶')).toBeTruthy();
  });

  test('what was taken out can be put back as it was', async () => {
    render(<CartPage />);
    await screen.findByText('早茶');
    fireEvent.click(screen.getByRole('button', { name: '把「早茶」拿出来' }));
    world.items = [line()];
    fireEvent.click(await screen.findByText('拿出了「早茶」'));
    await waitFor(() => expect(asked('PUT', /deal_b/).map((request) => JSON.parse(request.body!))).toEqual([{ quantity: 0 }, { quantity: 2 }]));
  });

  test('empty: why, and one way on', async () => {
    world.items = [];
    render(<CartPage />);
    expect(await screen.findByText('购物车还空着')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: '看看附近有什么' }));
    expect(moves.at(-1)).toEqual({ by: 'switchTab', url: '/pages/index/index' });
  });
});

describe('paying together', () => {
  const both = async () => {
    router.params = { ids: 'deal_a.deal_b' };
    render(<PurchaseCheckout />);
    await screen.findByRole('button', { name: '提交并支付' });
  };
  const submit = () => act(async () => { fireEvent.click(screen.getByRole('button', { name: '提交并支付' })); });

  test('sends each line with the price that was seen, and the sum', async () => {
    await both();
    await submit();
    expect(body()).toEqual({
      items: [{ dealId: 'deal_a', quantity: 1, termsVersion: 1, expectedUnitPriceFen: 12_800 }, { dealId: 'deal_b', quantity: 2, termsVersion: 1, expectedUnitPriceFen: 7_600 }],
      stack: { usesFriend: false, couponIds: [] }, expectedPayableFen: 28_000, surface: 'h5',
    });
  });

  test("in WeChat's own browser, where its cashier for pages does not open, nothing is ordered: the ways on are said", async () => {
    const agent = jest.spyOn(navigator, 'userAgent', 'get').mockReturnValue('Mozilla/5.0 MicroMessenger/8.0.50');
    try {
      await both();
      await submit();
      expect(screen.getByRole('alertdialog').textContent).toMatch(/微信里的网页付不了款.*在浏览器打开.*小程序/);
      await act(async () => { fireEvent.click(screen.getByRole('button', { name: '知道了' })); });
      expect(asked('POST', /\/api\/purchases$/)).toEqual([]);
      expect(screen.queryByRole('alertdialog')).toBeNull();
    } finally {
      agent.mockRestore();
    }
  });

  test('a price that changed is said in words with the new total; nothing leaves the cart', async () => {
    world.place = { status: 409, body: { code: 'CART_CHANGED', message: '变了', retry: 'after-change', details: { dealId: 'deal_a', title: '双人锅', was: '¥128.00', now: '¥138.00' } } };
    await both();
    world.items = [line({ unitPriceFen: 13_800 }), tea];
    await submit();
    expect(await screen.findByText(/「双人锅」从 ¥128.00 变成了 ¥138.00。没有下单，也没有扣款/)).toBeTruthy();
    await waitFor(() => expect(screen.getAllByLabelText('¥290.00').length).toBe(2));
    expect(asked('PUT', /./)).toEqual([]);
    await waitFor(() => expect(screen.getByRole('button', { name: '提交并支付' }).getAttribute('aria-disabled')).toBeNull());
    await submit();
    expect(JSON.parse(asked('POST', /purchases$/).at(-1)!.body!)).toMatchObject({ expectedPayableFen: 29_000, items: [{ expectedUnitPriceFen: 13_800 }, {}] });
  });

  test('what was just sold out can be left out: the last one goes the ordinary way', async () => {
    world.place = { status: 409, body: { code: 'SOLD_OUT', message: '抢完了', retry: 'later', details: { dealId: 'deal_a', title: '双人锅', available: 0 } } };
    await both();
    await submit();
    fireEvent.click(await screen.findByText('不算它'));
    fireEvent.click(await screen.findByRole('button', { name: '去付这一样' }));
    expect(moves.at(-1)!.url).toBe('/pages/checkout/index?id=deal_b&n=2&cart=1');
    expect(asked('PUT', /./)).toEqual([]);
  });

  test('without an answer the same purchase is asked for again, with the same key (F-09)', async () => {
    world.place = { fail: 'timeout' };
    await both();
    jest.useFakeTimers();
    for (let i = 0; i < 2; i += 1) {
      await submit();
      await act(async () => { await jest.advanceTimersByTimeAsync(20_000); });
    }
    jest.useRealTimers();
    const keys = asked('POST', /purchases$/).map((request) => request.headers['idempotency-key']);
    expect(keys.length).toBeGreaterThan(3);
    expect(new Set(keys).size).toBe(1);
  });

  test('each refusal says what happened, the money, and what now', () => {
    const of = (code: string, details: Record<string, unknown>) => refusalOf(new Failure({ code: code as never, message: '……', retry: 'later', details: details as never }));
    for (const [code, details, words, dealId] of [
      ['SOLD_OUT', { dealId: 'deal_a', title: '锅', available: 1 }, '「锅」只剩 1 份', 'deal_a'], ['LIMIT_PER_PERSON', { dealId: 'deal_a', title: '锅', limit: 2 }, '「锅」每人最多 2 份', 'deal_a'],
      ['COUPON_NOT_USABLE', { title: '满 100 减 15', why: '过期了' }, '「满 100 减 15」用不了：过期了', null], ['COUPON_NOT_USABLE', {}, '选的优惠刚变了', null], ['PRICE_CHANGED', { payableFen: 100 }, '合计刚变成 ¥1.00', null],
    ] as const) {
      const refusal = of(code, details);
      expect([refusal.text, refusal.dealId]).toEqual([expect.stringContaining(words), dealId]);
      expect(refusal.text).toContain('没有下单，也没有扣款');
    }
    expect(of('HOARDING', {})).toEqual({ text: '……', dealId: null });
  });

  test('the bill adds up: prices together, friends by name, each coupon once', () => {
    const quote = { ...quoteOf([line(), tea], (id) => (id === 'deal_a' ? '林小满' : '周屿')), coupons: [{ couponId: 'cpn_1', title: '满 100 减 15' }] } as never;
    const part = (kind: string, amountFen: number, couponId: string | null = null) => ({ kind, amountFen, couponId, platformFen: 0 });
    const priced = {
      lines: [
        { lineId: 'deal_a', parts: [part('price', 12_800), part('friend_discount', -1_000), part('merchant_coupon', -900, 'cpn_1')] },
        { lineId: 'deal_b', parts: [part('price', 15_200), part('friend_discount', -1_000), part('merchant_coupon', -600, 'cpn_1')] },
      ],
    } as never;
    expect(billOf(quote, priced)).toEqual([
      { kind: 'price', amountFen: 28_000, names: [] }, { kind: 'friend', amountFen: -2_000, names: ['林小满', '周屿'] }, { kind: 'coupon', amountFen: -1_500, names: ['满 100 减 15'] },
    ]);
    expect(rebatesOf(quoteOf([line(), tea], () => '林小满').items as never)).toEqual([{ name: '林小满', amountFen: 1_800 }]);
  });
});

describe('a purchase', () => {
  const purchase = (state: string) => ({
    purchaseId: 'pur_1', state, payableFen: 28_000, placedAtMs: 1, expiresAtMs: Date.now() + 600_000, canPay: state === 'unpaid', canCancel: state === 'unpaid',
    orders: ['ord_1', 'ord_2'].map((orderId, i) => ({
      orderId, state, dealId: 'deal_a', title: i ? '早茶' : '双人锅', pictureUrl: '', merchantName: i ? '荷风粤点' : '渡口老灶', logoInk: '', storeName: '桥弄街店', quantity: 1, payableFen: 14_000, refundedFen: 0, placedAtMs: 1,
      expiresAtMs: Date.now() + 600_000, validUntilMs: Date.now() + 9e8, vouchersLeft: state === 'paid' ? 1 : 0, firstVoucherId: state === 'paid' ? `vch_${i}` : null, refundState: null, priceKind: 'single',
      fulfilment: i ? 'pickup' : 'voucher', purchaseId: 'pur_1', group: null,
    })),
  });

  test('unpaid: paid or cancelled all together, and each order can be seen', async () => {
    router.params = { id: 'pur_1', cancelled: '1' };
    world.purchase = purchase('unpaid');
    render(<PurchasePage />);
    expect(await screen.findByText('2 单，等你一起付')).toBeTruthy();
    for (const name of ['全部取消', '一起付款']) expect(screen.getByRole('button', { name })).toBeTruthy();
    expect(screen.getByText(/付款没有完成，这几单都还没付/)).toBeTruthy();
    fireEvent.click(screen.getByText('早茶'));
    expect(moves.at(-1)!.url).toBe('/pages/order/index?id=ord_2');
  });

  test('after the cashier it asks until the server knows, then shows each code (F-05)', async () => {
    router.params = { id: 'pur_1', paid: '1' };
    world.purchase = purchase('unpaid');
    world.check = { state: 'unpaid', voucherId: null };
    jest.useFakeTimers({ advanceTimers: true });
    render(<PurchasePage />);
    expect(await screen.findByText('正在和微信核对')).toBeTruthy();
    world.check = { state: 'paid', voucherId: 'vch_0' };
    world.purchase = purchase('paid');
    await act(async () => { await jest.advanceTimersByTimeAsync(1_500); });
    jest.useRealTimers();
    expect(await screen.findByText('付好了')).toBeTruthy();
    fireEvent.click(screen.getByRole('button', { name: '出示取货码 早茶' }));
    expect(moves.at(-1)!.url).toBe('/pages/voucher/index?id=vch_1');
  });

  test('how it stands, by the server and its clock', () => {
    const at = { state: 'unpaid' as const, expiresAtMs: 100 };
    expect([standingOf(at, null, 99), standingOf(at, null, 100), standingOf(at, 'checking', 200), standingOf({ ...at, state: 'paid' }, 'waiting', 0)]).toEqual(['unpaid', 'expired', 'checking', 'paid']);
    expect([paidPage('pur_1'), paidPage('ord_1')]).toEqual([['purchase', { id: 'pur_1', paid: 1 }], ['payReturn', { id: 'ord_1' }]]);
  });
});

describe('paying', () => {
  const payWith = async (reply: Reply) => {
    const refused = jest.fn();
    serve(() => reply);
    const { result } = renderHook(() => usePay(refused));
    let outcome: PayOutcome | undefined;
    await act(async () => { outcome = await result.current.pay('ord_1'); });
    return { outcome, codes: refused.mock.calls.map(([failure]) => (failure as Failure).code) };
  };

  test('an order that turns out to be paid already goes on to its result, without an error', async () => {
    expect(await payWith({ status: 409, body: { code: 'ORDER_PAID', message: '付好了', retry: 'never' } })).toEqual({ outcome: 'done', codes: [] });
    expect(await payWith({ status: 409, body: { code: 'ORDER_NOT_PAYABLE', message: '不能付了', retry: 'never' } })).toEqual({ outcome: 'failed', codes: ['ORDER_NOT_PAYABLE'] });
  });
});

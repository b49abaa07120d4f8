// Components as a person meets them: names, states, taps and keys.
import { act, fireEvent, render, screen } from '@testing-library/react';
import { View } from '@tarojs/components';
import { Button } from '@/components/button';
import { Countdown } from '@/components/countdown';
import { DealCard, type DealCardData } from '@/components/deal-card';
import { ErrorState } from '@/components/error-state';
import { messageOf } from '@contract/errors';
import { describeError } from '@/components/error-state/logic';
import { Field } from '@/components/field';
import { barHeights } from '@/components/bar-chart/logic';
import { icons } from '@/components/icon/icons';
import { iconMask } from '@/components/icon/logic';
import { fit } from '@/components/poster/logic';
import { Page } from '@/components/page';
import { PriceTag } from '@/components/price-tag';
import { RebateBadge } from '@/components/rebate-badge';
import { Skeleton } from '@/components/skeleton';
import { Stepper } from '@/components/stepper';
import { VoucherCard } from '@/components/voucher-card';
import { WalletSummary } from '@/components/wallet-summary';
import { serverNow } from '@/api';
import { texts } from '@/i18n/common';
import { textsIn } from '@/i18n';
import { confirmDialog, toast } from '@/state/overlays';
import { openLink, openPage, pageUrl } from '@/state/pages';
import { setLanguage, setThemeSetting } from '@/state/settings';
import { fire, moves, router } from './support/taro';

beforeEach(() => {
  moves.length = 0;
  router.stack = 1;
  act(() => {
    setLanguage('zh');
    setThemeSetting('light');
  });
});
afterEach(() => jest.useRealTimers());

const deal: DealCardData = {
  dealId: 'deal_1', title: '双人鸳鸯锅套餐', category: 'food', pictureUrl: '/media/a.svg', merchantName: '渡口老灶', storeId: 'sto_1', storeName: '渡口老灶（桥弄街店）',
  distanceM: 384, priceFen: 12_800, friendDiscountFen: 1_000, rebateFen: 900, soldCount: 1_286, available: 3, tags: ['随时退', '过期退', '第三个'], isOnSale: true, group: null, flash: null,
};

test('every icon becomes a mask without characters that end a url()', () => {
  for (const name of Object.keys(icons) as (keyof typeof icons)[]) {
    expect(iconMask(name)).toMatch(/^url\("data:image\/svg\+xml,[^"'()<>#\s]+"\)$/);
  }
});

test('PriceTag says the whole amount at once', () => {
  const { rerender } = render(<PriceTag fen={12_800} />);
  expect(screen.getByLabelText('¥128').textContent).toBe('¥128');
  rerender(<PriceTag fen={-1_050} exact />);
  expect(screen.getByLabelText('−¥10.50').textContent).toBe('−¥10.50');
});

describe('Button', () => {
  test('tap, Enter and Space act; disabled and loading do not', () => {
    const onClick = jest.fn();
    const { rerender } = render(<Button onClick={onClick}>参团</Button>);
    const button = () => screen.getByRole('button', { name: '参团' });
    fireEvent.click(button());
    fireEvent.keyDown(button(), { key: 'Enter' });
    fireEvent.keyDown(button(), { key: ' ' });
    expect(onClick).toHaveBeenCalledTimes(3);
    rerender(<Button disabled onClick={onClick}>参团</Button>);
    fireEvent.click(button());
    expect(button().getAttribute('aria-disabled')).toBe('true');
    rerender(<Button loading onClick={onClick}>参团</Button>);
    fireEvent.click(button());
    expect(onClick).toHaveBeenCalledTimes(3);
  });

  test('a button inside a card does not open the card', () => {
    const [outer, inner] = [jest.fn(), jest.fn()];
    render(<View onClick={outer}><Button onClick={inner}>退款</Button></View>);
    fireEvent.click(screen.getByRole('button', { name: '退款' }));
    expect([inner.mock.calls.length, outer.mock.calls.length]).toEqual([1, 0]);
  });
});

describe('DealCard', () => {
  test('on sale: price, distance, two promises, rebate', () => {
    render(<DealCard deal={deal} onClick={() => undefined} />);
    expect(screen.getByText('380m')).toBeTruthy();
    expect(screen.getByText('已售 1,286')).toBeTruthy();
    expect(screen.getByText('返 ¥9.00')).toBeTruthy();
    expect(screen.queryByText('第三个')).toBeNull();
  });

  test('sold out and ended are said, and promise no rebate', () => {
    const { rerender } = render(<DealCard deal={{ ...deal, available: 0 }} onClick={() => undefined} />);
    expect(screen.getByText('抢完了')).toBeTruthy();
    expect(screen.queryByText(/返/)).toBeNull();
    rerender(<DealCard deal={{ ...deal, isOnSale: false }} onClick={() => undefined} />);
    expect(screen.getByText('已结束')).toBeTruthy();
  });

  test('no distance without a position, no rebate where forbidden', () => {
    render(<DealCard deal={{ ...deal, distanceM: null }} showRebate={false} onClick={() => undefined} />);
    expect(screen.queryByText(/\dm$/)).toBeNull();
    expect(screen.queryByText(/返/)).toBeNull();
  });
});

test('RebateBadge knows the four states', () => {
  render(<><RebateBadge fen={900} /><RebateBadge state="pending" fen={900} /><RebateBadge state="arrived" /><RebateBadge state="unpaid" /></>);
  for (const text of ['返 ¥9.00', '待到账 ¥9.00', '已到账', '没发放']) expect(screen.getByText(text)).toBeTruthy();
});

test('Stepper stays within its bounds', () => {
  const onChange = jest.fn();
  const { rerender } = render(<Stepper value={1} max={2} onChange={onChange} />);
  fireEvent.click(screen.getByRole('button', { name: '减一份' }));
  fireEvent.click(screen.getByRole('button', { name: '加一份' }));
  expect(onChange.mock.calls).toEqual([[2]]);
  rerender(<Stepper value={2} max={2} onChange={onChange} />);
  fireEvent.click(screen.getByRole('button', { name: '加一份' }));
  expect(onChange).toHaveBeenCalledTimes(1);
});

test('Countdown ends once, in words, and never starts again', () => {
  jest.useFakeTimers();
  const onEnd = jest.fn();
  render(<Countdown kind="blocks" untilMs={serverNow() + 2_500} ended="已结束，钱已退回" onEnd={onEnd} />);
  expect(screen.getByRole('timer')).toBeTruthy();
  act(() => { jest.advanceTimersByTime(10_000); });
  expect(screen.getByText('已结束，钱已退回')).toBeTruthy();
  expect(onEnd).toHaveBeenCalledTimes(1);
});

test('Skeleton keeps its room but shows nothing for 300 ms', () => {
  jest.useFakeTimers();
  const { container } = render(<Skeleton><View>.</View></Skeleton>);
  expect(container.querySelector('.jk-skeleton--early')).toBeTruthy();
  act(() => { jest.advanceTimersByTime(301); });
  expect(container.querySelector('.jk-skeleton--early')).toBeNull();
});

describe('ErrorState says what happened, what about the money, what now', () => {
  const words = textsIn(texts, 'zh');

  test.each([
    ['OFFLINE', true, '网络断了，没连上'],
    ['TIMEOUT', true, '等太久了，没有回应'],
    ['NOT_FOUND', false, '没有找到'],
    ['INTERNAL', true, '没有打开'],
  ])('%s', (code, canRetry, title) => {
    const described = describeError({ code, message: '服务器的话', retry: 'later' }, words);
    expect(described).toMatchObject({ title, canRetry });
    expect(described.body).not.toBe('');
  });

  test('what was not found is said once', () => {
    const body = (message: string) => describeError({ code: 'NOT_FOUND', message, retry: 'never' }, words).body;
    expect(body(messageOf('NOT_FOUND', 'zh'))).toBe('可能已经下架，或者链接不完整。');
    expect(describeError({ code: 'NOT_FOUND', message: messageOf('NOT_FOUND', 'en'), retry: 'never' }, textsIn(texts, 'en')).body).toBe('It may have been taken down, or the link is incomplete.');
    expect(body('没有选优惠。回首页挑一个。')).toBe('没有选优惠。回首页挑一个。');
  });

  test('retry is offered only where it helps', () => {
    const onRetry = jest.fn();
    const { rerender } = render(<ErrorState error={{ code: 'BUSY', message: '忙', retry: 'later' }} onRetry={onRetry} />);
    fireEvent.click(screen.getByRole('button', { name: '再试一次' }));
    expect(onRetry).toHaveBeenCalled();
    rerender(<ErrorState error={{ code: 'NOT_ALLOWED', message: '不行', retry: 'never' }} onRetry={onRetry} />);
    expect(screen.queryByRole('button', { name: '再试一次' })).toBeNull();
    fireEvent.click(screen.getByRole('button', { name: '看我的订单' }));
    expect(moves).toEqual([{ by: 'switchTab', url: '/pages/orders/index' }]);
  });
});

test('Field tells its name and its error', () => {
  const onInput = jest.fn();
  render(<Field label="手机号" value="" onInput={onInput} error="11 位数字" />);
  fireEvent.change(screen.getByLabelText('手机号'), { target: { value: '138' } });
  expect(onInput).toHaveBeenCalledWith('138');
  expect(screen.getByRole('alert').textContent).toBe('11 位数字');
});

describe('VoucherCard', () => {
  const base = { voucherId: 'vch_0abc1def2', merchantName: '渡口老灶', logoInk: '#A0330B', shop: '渡口老灶', what: '套餐 × 1', children: null };

  test('shows a code that is the one of this minute', () => {
    const { container } = render(<VoucherCard {...base} state={{ text: '待使用', tone: 'ok' }} code={{ secret: '00112233445566778899aabbccddeeff', locator: '482719' }} />);
    expect(container.querySelector('[data-qr]')?.getAttribute('data-qr')).toMatch(/^JK1\.vch_0abc1def2\.[0-9a-z]+\.[0-9a-f]{20}$/);
    expect(screen.getByText('4827')).toBeTruthy();
  });

  test('used: time and shop in place of the code', () => {
    const { container } = render(<VoucherCard {...base} state={{ text: '已用', tone: 'grey' }} code={null} instead={{ icon: 'check', title: '已用掉', text: '7 月 15 日 18:41 渡口老灶' }} />);
    expect(container.querySelector('[data-qr]')).toBeNull();
    expect(screen.getByText('7 月 15 日 18:41 渡口老灶')).toBeTruthy();
  });
});

test('WalletSummary hides amounts on request and never adds pending to available', () => {
  localStorage.clear();
  const { container } = render(<WalletSummary availableFen={8_640} pendingFen={4_150} totalFen={31_280} friends={27} note="满 ¥1 就能提" canWithdraw onWithdraw={() => undefined} />);
  expect(screen.getByLabelText('¥86.40')).toBeTruthy();
  expect(container.textContent).toContain('¥41.50');
  expect(container.textContent).not.toContain('127.90');
  fireEvent.click(screen.getByRole('button', { name: '可提现 隐藏金额' }));
  expect(container.textContent).not.toMatch(/86|41\.50|312/);
});

describe('Page', () => {
  test('a question is answered through its two buttons; work runs while it waits', async () => {
    render(<Page title="页">内容</Page>);
    let work: () => void = () => undefined;
    let answer: Promise<boolean> = Promise.resolve(false);
    act(() => {
      answer = confirmDialog({ title: '退掉这张券？', ok: '确认退款', cancel: '先不退', danger: true, run: () => new Promise((resolve) => { work = resolve; }) });
    });
    fireEvent.click(screen.getByRole('button', { name: '确认退款' }));
    fireEvent.click(screen.getByRole('button', { name: '先不退' }));
    await act(async () => work());
    await expect(answer).resolves.toBe(true);
    expect(screen.queryByText('退掉这张券？')).toBeNull();
  });

  test('a second question refuses the first', async () => {
    render(<Page title="页">内容</Page>);
    let first: Promise<boolean> = Promise.resolve(true);
    act(() => { first = confirmDialog({ title: '一', ok: '好', cancel: '不' }); });
    act(() => { void confirmDialog({ title: '二', ok: '好', cancel: '不' }); });
    await expect(first).resolves.toBe(false);
    fireEvent.keyDown(document, { key: 'Escape' });
    expect(screen.queryByText('二')).toBeNull();
  });

  test('only the page in front draws a toast', () => {
    render(<Page title="页">内容</Page>);
    act(() => toast('已复制', 'ok'));
    expect(screen.getByText('已复制')).toBeTruthy();
    act(() => fire('didHide'));
    expect(screen.queryByText('已复制')).toBeNull();
  });

  test('a broken part becomes a calm page, not a white one', () => {
    jest.spyOn(console, 'error').mockImplementation(() => undefined);
    const Broken = () => { throw new Error('secret stack'); };
    const { container } = render(<Page title="页"><Broken /></Page>);
    expect(screen.getByRole('alert').textContent).toContain('你的订单和钱没有变');
    expect(container.textContent).not.toContain('secret');
    jest.restoreAllMocks();
  });

  test('language and theme change at once', () => {
    const { container } = render(<Page tab="discover">x</Page>);
    expect(screen.getByText('发现')).toBeTruthy();
    act(() => { setLanguage('en'); setThemeSetting('dark'); });
    expect(screen.getByText('Discover')).toBeTruthy();
    expect(container.querySelector('.jk-dark')).toBeTruthy();
  });

  test('back goes home when the page was the way in', () => {
    const { unmount } = render(<Page title="页">x</Page>);
    fireEvent.click(screen.getByRole('button', { name: '回首页' }));
    unmount();
    router.stack = 2;
    render(<Page title="页">x</Page>);
    fireEvent.click(screen.getByRole('button', { name: '返回' }));
    expect(moves.map(({ by }) => by)).toEqual(['switchTab', 'navigateBack']);
  });
});

describe('pages', () => {
  test('addresses encode what they carry and leave out nothing-s', () => {
    expect(pageUrl('deal', { dealId: 'deal_1', share: undefined, q: 'a&b' })).toBe('/pages/deal/index?dealId=deal_1&q=a%26b');
  });

  test('a full stack is not overrun, tabs are switched to, foreign links are ignored', () => {
    router.stack = 9;
    openPage('deal', { dealId: 'd' });
    openPage('mine');
    openLink('/pages/order/index?orderId=ord_1');
    openLink('https://elsewhere.example/x');
    openLink('/pages/admin/index');
    expect(moves).toEqual([
      { by: 'redirectTo', url: '/pages/deal/index?dealId=d' },
      { by: 'switchTab', url: '/pages/mine/index' },
      { by: 'navigateTo', url: '/pages/order/index?orderId=ord_1' },
    ]);
  });
});

test('bars: the highest fills the room, anything above zero is seen', () => {
  expect(barHeights([0, 1, 9], 56)).toEqual([2, 6, 56]);
  expect(barHeights([0, 0], 56)).toEqual([2, 2]);
});

test('poster texts are shortened to their room', () => {
  const ctx = { measureText: (text: string) => ({ width: [...text].length * 10 }) as TextMetrics };
  expect(fit(ctx, '双人锅', 30)).toBe('双人锅');
  expect(fit(ctx, '双人鸳鸯锅', 40)).toBe('双人鸳…');
});

// What stays on screen when its person leaves, when asking again fails, when one goes back, and when a voucher's time is over.
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import type { ReactNode } from 'react';
import { dropSession, keepSession, serverNow } from '@/api';
import { Page } from '@/components/page';
import { Sheet } from '@/components/sheet';
import { TabBar } from '@/components/tab-bar';
import type { GroupRow } from '@/components/group-card';
import { keepMe } from '@/state/me';
import { confirmDialog, questionStore } from '@/state/overlays';
import { setLanguage } from '@/state/settings';
import CartPage from '../../src/cart/pages/cart/index';
import MyGroups from '../../src/groups/pages/mine/index';
import VoucherPage from '@/pages/voucher/index';
import { serve, type Reply } from './support/server';
import { fire, inFront, router } from './support/taro';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));

const enter = (personId: string) => act(() => keepSession({ personId, token: 't', refreshToken: 'r', expiresAtMs: Date.now() + 9e6 }));
beforeEach(() => {
  localStorage.clear();
  router.params = {};
  act(() => setLanguage('zh'));
  enter('per_1');
});
afterEach(() => act(() => {
  dropSession();
  questionStore.get()?.answer(false);
}));

const [HOUR, NOW] = [3_600_000, Date.now()];
const who = (name: string) => ({ name, avatarUrl: '' });
const group: GroupRow = {
  groupId: 'grp_00000001', dealId: 'deal_1', title: '双人鸳鸯锅套餐', pictureUrl: '/art/dish-hotpot.svg', merchantName: '渡口老灶', logoInk: '#A0330B', storeName: '桥弄街店', distanceM: 384, kind: 'standard',
  state: 'open', size: 3, minSize: 3, confirmed: 2, left: 1, priceFen: 12_800, singlePriceFen: 15_800, deadlineMs: NOW + 18 * HOUR, joinEndsMs: NOW + 18 * HOUR - 120_000, host: who('周屿'),
  seats: [{ seatNo: 1, state: 'confirmed', member: who('周屿'), isHost: true, isMe: false }], isMine: false, isMember: true,
};
const refused: Reply = { status: 429, body: { code: 'RATE_LIMITED', message: '点得太快了', retry: 'never' } };

describe('my groups', () => {
  test('one person’s are not shown under “log in first”', async () => {
    serve(() => ({ body: { items: [group], nextCursor: null } }));
    const { container } = render(<MyGroups />);
    await screen.findByText('双人鸳鸯锅套餐');
    act(() => dropSession());
    expect(container.textContent).not.toContain('双人鸳鸯锅套餐');
    expect(screen.getByRole('button', { name: '去登录' })).toBeTruthy();
  });

  test('asked again without success they stay, and that is said until it worked', async () => {
    let reply: Reply = { body: { items: [group], nextCursor: null } };
    serve(() => reply);
    render(<MyGroups />);
    await screen.findByText('双人鸳鸯锅套餐');
    reply = refused;
    act(() => fire('pullDownRefresh'));
    await screen.findByText('点得太快了');
    expect(screen.getByText('双人鸳鸯锅套餐')).toBeTruthy();
    reply = { body: { items: [], nextCursor: null } };
    fireEvent.click(screen.getByText('再试一次'));
    await waitFor(() => expect(screen.queryByText('点得太快了')).toBeNull());
    expect(screen.queryByText('双人鸳鸯锅套餐')).toBeNull();
  });
});

test('what one person took out of the cart is not offered to the next', async () => {
  const line = { dealId: 'deal_a', merchantId: 'mer_1', merchantName: '渡口老灶', logoInk: '', storeName: '桥弄街店', title: '双人锅', pictureUrl: '', quantity: 1, maxQuantity: 5, unitPriceFen: 100, wasFen: null, priceKind: 'single', fulfilment: 'voucher', shareToken: null, sharerName: null, available: 9, problem: null };
  let items = [line];
  serve(({ method }) => {
    if (method === 'PUT') items = [];
    return { body: method === 'PUT' ? { quantity: 0, lines: 0 } : { items, limit: 20 } };
  });
  const { container } = render(<CartPage />);
  fireEvent.click(await screen.findByRole('button', { name: /双人锅.*拿出/ }));
  await screen.findByText('放回去');
  act(() => dropSession());
  enter('per_2');
  await waitFor(() => expect(container.textContent).toContain('购物车'));
  expect(container.textContent).not.toContain('双人锅');
});

describe('a voucher kept on the phone, without signal', () => {
  const voucher = {
    voucherId: 'vch_1', orderId: 'ord_1', title: '双人锅', merchantName: '渡口老灶', logoInk: '', state: 'issued', secret: 'ab'.repeat(16), locator: '123456', fulfilment: 'voucher', position: { index: 1, of: 1, siblings: ['vch_1'] }, stores: [],
    items: [], hoursText: '10:00–22:00', paidFen: 12_800, validFromMs: 1, redeemedAtMs: null, redeemedAt: null, sharer: null, afterSale: 'no', refundId: null,
  };
  const show = (validUntilMs: number): ReactNode => {
    router.params = { id: 'vch_1' };
    localStorage.setItem('juke.vouchers', JSON.stringify({ personId: 'per_1', items: [{ ...voucher, validUntilMs }] }));
    serve(() => ({ fail: 'offline' }));
    return <VoucherPage />;
  };
  const code = () => screen.queryByRole('button', { name: /复制券码/ });

  test('shows its code until its end, and after that no code but that it is over', async () => {
    jest.useFakeTimers();
    render(show(serverNow() + 3_000));
    expect(code()).toBeTruthy();
    await act(() => jest.advanceTimersByTimeAsync(20_000));
    expect(code()).toBeNull();
    expect(screen.getByText(/过期了/)).toBeTruthy();
    expect(screen.getByText(/按手机上的时间算的/)).toBeTruthy();
    expect(screen.queryByText(/照样能用/)).toBeNull();
    jest.useRealTimers();
  });
});

describe('the browser’s back', () => {
  const router1 = jest.fn();
  beforeAll(() => window.addEventListener('popstate', router1));
  beforeEach(() => {
    history.replaceState({ idx: 0 }, '');
    history.pushState({ idx: 1 }, '');
    router1.mockClear();
  });
  const at = () => (history.state as { idx: number }).idx;

  test('closes the topmost of what lies over the page, and only then leaves it', async () => {
    const onClose = jest.fn();
    const { rerender } = render(<Page title="页" overlays={<Sheet open title="选一个" onClose={onClose}>里面</Sheet>}>内容</Page>);
    let answer: Promise<boolean> = Promise.resolve(true);
    act(() => { answer = confirmDialog({ title: '退掉？', ok: '退', cancel: '不退' }); });
    history.back();
    await waitFor(() => expect(screen.queryByText('退掉？')).toBeNull());
    await expect(answer).resolves.toBe(false);
    expect([at(), onClose.mock.calls.length, router1.mock.calls.length]).toEqual([1, 0, 0]);
    history.back();
    await waitFor(() => expect(onClose).toHaveBeenCalledTimes(1));
    expect([at(), router1.mock.calls.length]).toEqual([1, 0]);
    rerender(<Page title="页" overlays={<Sheet open={false} title="选一个" onClose={onClose}>里面</Sheet>}>内容</Page>);
    history.back();
    await waitFor(() => expect(router1).toHaveBeenCalledTimes(1));
    expect(at()).toBe(0);
  });

  test('on the first page of the tab too, where nothing of ours lies below it; closed by hand, back leaves as it would have', async () => {
    history.replaceState({ idx: 7, outside: true }, '');
    history.pushState({ idx: 0 }, '');
    const onClose = jest.fn();
    const sheet = (open: boolean) => <Page title="页" overlays={<Sheet open={open} title="选一个" onClose={onClose}>里面</Sheet>}>内容</Page>;
    const { rerender } = render(sheet(true));
    for (let times = 1; times <= 2; times += 1) {
      history.back();
      await waitFor(() => expect(onClose).toHaveBeenCalledTimes(times));
      rerender(sheet(false));
      expect([at(), router1.mock.calls.length]).toEqual([0, 0]);
      rerender(sheet(true));
    }
    rerender(sheet(false));
    // A page on top of it, and back: the router's own business.
    history.pushState({ idx: 1 }, '');
    history.back();
    await waitFor(() => expect(router1).toHaveBeenCalledTimes(1));
    expect(at()).toBe(0);
    history.back();
    await waitFor(() => expect(history.state).toEqual({ idx: 7, outside: true }));
    expect(onClose).toHaveBeenCalledTimes(2);
  });

  test('a question goes with the page that asked it, and waits where the app was only looked away from', async () => {
    inFront.page = { path: 'a' };
    const first = render(<Page title="一">内容</Page>);
    let answer: Promise<boolean> = Promise.resolve(true);
    act(() => { answer = confirmDialog({ title: '退掉？', ok: '退', cancel: '不退' }); });
    act(() => fire('didHide'));
    act(() => fire('didShow'));
    expect(screen.getByText('退掉？')).toBeTruthy();
    first.unmount();
    inFront.page = { path: 'b' };
    render(<Page title="二">内容</Page>);
    expect(screen.queryByText('退掉？')).toBeNull();
    await expect(answer).resolves.toBe(false);
    inFront.page = null;
  });
});

test('the dot on “me” has words', () => {
  serve(() => ({ fail: 'offline' }));
  act(() => keepMe({ personId: 'per_1', name: '林小满', avatarUrl: '', unreadNotices: 2 } as never));
  render(<TabBar current="discover" />);
  expect(screen.getByRole('link', { name: '我的, 有没看过的消息' })).toBeTruthy();
  expect(screen.getByRole('link', { name: '发现, 已选中' })).toBeTruthy();
  act(() => keepMe(null));
});

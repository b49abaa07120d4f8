// The pages about me when the server cannot be asked: they say so, and offer to ask again.
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { dropSession, keepSession } from '@/api';
import { keepMe } from '@/state/me';
import { setLanguage } from '@/state/settings';
import Mine from '@/pages/mine/index';
import Settings from '@/pages/settings/index';
import Withdraw from '@/pages/withdraw/index';
import { sent, serve } from './support/server';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));

const me = { personId: 'per_1', name: '林小满', avatarUrl: '', phoneMasked: '138****0001', unreadNotices: 0, isStaff: false, hasWechat: true, consents: {} };
const wallet = { availableFen: 572, waitingFen: 0, inHoldFen: 0, underReviewFen: 0 };
let online = true;

beforeEach(() => {
  online = false;
  serve(({ url }) => {
    if (!online) return { fail: 'offline' };
    if (url.endsWith('/api/me')) return { body: me };
    return url.endsWith('/api/wallet') ? { body: wallet } : { status: 404, body: '' };
  });
  act(() => {
    setLanguage('zh');
    keepMe(null);
    keepSession({ personId: 'per_1', token: 't', refreshToken: 'r', expiresAtMs: Date.now() + 9e6 } as never);
  });
});
afterEach(() => act(() => dropSession()));
// The client asks again by itself before it gives up.
const patient = { timeout: 10_000 };

async function retry(): Promise<void> {
  online = true;
  fireEvent.click(screen.getByRole('button', { name: '再试一次' }));
  await waitFor(() => expect(screen.queryByRole('alert')).toBeNull());
}

test('mine without an answer says that one is signed in and what is missing; with one it shows the person', async () => {
  render(<Mine />);
  expect(await screen.findByText('已登录', undefined, patient)).toBeTruthy();
  expect(screen.getByText('名字和手机号没读到，点下面再试一次')).toBeTruthy();
  expect(screen.queryByText('改资料')).toBeNull();
  await retry();
  expect(await screen.findByText('林小满')).toBeTruthy();
  expect(screen.getByText('138****0001')).toBeTruthy();
  expect(screen.queryByText('已登录')).toBeNull();
});

test('settings without an answer offer to ask again; only what works is offered to be switched', async () => {
  render(<Settings />);
  await screen.findByRole('alert', undefined, patient);
  expect(screen.queryByText('昵称')).toBeNull();
  await retry();
  expect(await screen.findByText('昵称')).toBeTruthy();
  expect(screen.getAllByRole('switch').map((one) => one.getAttribute('aria-label'))).toEqual(['用位置排距离']);
});

test('the first withdrawal asks for the age in place; yes goes on with it, no says what becomes of the rebates', async () => {
  let said: boolean | null = null;
  serve(({ url, method, body }) => {
    if (url.includes('/consents/adult')) {
      said = (JSON.parse(String(body)) as { granted: boolean }).granted;
      return { body: { ok: true } };
    }
    if (url.endsWith('/api/wallet')) return { body: { ...wallet, withdrawingFen: 0, debtFen: 0, canWithdraw: said !== false, why: said === false ? 'minor' : 'ok' } };
    if (!url.includes('/wallet/withdrawals')) return { status: 404, body: '' };
    if (method === 'GET') return { body: { items: [], nextCursor: null } };
    return said ? { body: { withdrawalId: 'wdr_1' } } : { status: 409, body: { code: 'WITHDRAWAL_NEEDS_ADULT', message: '年满 18 周岁才能提现。', retry: 'after-change' } };
  });
  render(<Withdraw />);
  const posts = () => sent.filter((one) => one.method === 'POST' && one.url.includes('/wallet/withdrawals')).length;
  fireEvent.input(await screen.findByRole('textbox', undefined, patient), { target: { value: '5.00' } });
  fireEvent.click(screen.getByRole('button', { name: '提现 ¥5.00' }));
  fireEvent.click(await screen.findByRole('button', { name: '还没满' }, patient));
  expect(await screen.findByText(/未满 18 周岁不参与返利。已经到账的留在钱包里/, undefined, patient)).toBeTruthy();
  expect([said, posts()]).toEqual([false, 1]);
  // A birthday later.
  fireEvent.click(screen.getByRole('button', { name: '我已年满 18 周岁' }));
  await waitFor(() => expect(posts()).toBe(2), patient);
  expect(said).toBe(true);
  expect(screen.queryByText('你年满 18 周岁了吗？')).toBeNull();
});

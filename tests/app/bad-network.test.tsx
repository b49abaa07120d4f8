// Pages on a slow or broken network, and a browser with two tabs or a second person.
import { act, renderHook, waitFor } from '@testing-library/react';
import * as Taro from '@tarojs/taro';
import { call, dropSession, Failure, getSession, keepSession, usePages, type Session } from '@/api';
import { consentTo, setConsent, shareConsents } from '@/state/consents';
import { keptVoucher } from '@/state/kept-vouchers';
import { keepMe, useMe } from '@/state/me';
import { toastStore } from '@/state/overlays';
import { getHere, setHere } from '@/state/place';
import { keepSearch, useSearches } from '@/state/searches';
import { logOut } from '@/pages/settings/model';
import { useVoucher } from '@/pages/voucher/model';
import { useWithdraw } from '@/pages/withdraw/model';
import { sent, serve } from './support/server';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));

const { router } = Taro as unknown as typeof import('./support/taro');
const session = (personId: string, token = 't', expiresInMs = 3_600_000): Session =>
  ({ personId, token, refreshToken: `refresh-${token}-000000000000`, expiresAtMs: Date.now() + expiresInMs });
const me = { personId: 'per_1', name: '林小满', avatarUrl: '', phoneMasked: null, unreadNotices: 3, isStaff: true, hasWechat: true, consents: {} };
const voucher = { voucherId: 'vch_1', state: 'issued', secret: 'ab', locator: 'c', position: { index: 1, of: 1, siblings: ['vch_1'] }, redeemedAtMs: null };
const slow = (ms: number, body: unknown) => new Promise<{ body: unknown }>((resolve) => { setTimeout(() => resolve({ body }), ms); });

beforeEach(() => {
  act(() => {
    dropSession();
    localStorage.clear();
    keepMe(null);
    keepSession(session('per_1'));
    toastStore.set(null);
  });
});
afterEach(() => {
  jest.useRealTimers();
  act(() => dropSession());
});

test('A-08 a voucher learns that it was used also where each answer takes longer than the pause between questions', async () => {
  jest.useFakeTimers();
  router.params = { id: 'vch_1' };
  let state = 'issued';
  serve(() => slow(5_000, { ...voucher, state, ...(state === 'redeemed' ? { redeemedAtMs: Date.now() } : {}) }));
  const { result, unmount } = renderHook(() => useVoucher());
  await act(() => jest.advanceTimersByTimeAsync(6_000));
  expect(result.current.voucher?.state).toBe('issued');
  state = 'redeemed';
  await act(() => jest.advanceTimersByTimeAsync(30_000));
  expect(result.current.voucher?.state).toBe('redeemed');
  unmount();
  const asked = sent.length;
  await act(() => jest.advanceTimersByTimeAsync(30_000));
  expect(sent).toHaveLength(asked);
});

test('A-08 a voucher is kept for its owner, not for who signs in while its page is open', async () => {
  router.params = { id: 'vch_1' };
  serve(() => ({ body: voucher }));
  const { result } = renderHook(() => useVoucher());
  await waitFor(() => expect(result.current.voucher?.state).toBe('issued'));
  expect(keptVoucher('per_1', 'vch_1')).toMatchObject(voucher);
  serve(() => ({ status: 404, body: { code: 'NOT_FOUND', message: 'x', retry: 'never' } }));
  act(() => dropSession());
  await act(async () => keepSession(session('per_2')));
  await waitFor(() => expect(result.current.error?.code).toBe('NOT_FOUND'));
  expect(result.current.voucher).toBeNull();
  expect(keptVoucher('per_2', 'vch_1')).toBeNull();
});

test('a withdrawal that arrived says so once, also while the list cannot be asked', async () => {
  jest.useFakeTimers();
  const open = { withdrawalId: 'wdr_1', state: 'requested', amountFen: 100, requestedAtMs: Date.now(), confirm: null };
  let isLost = false;
  serve(({ url }) => {
    if (url.includes('/withdrawals/wdr_1')) return { body: { ...open, state: 'succeeded' } };
    if (isLost) return { status: 500, body: '' };
    isLost = url.includes('/withdrawals');
    return { body: url.includes('/withdrawals') ? { items: [open], nextCursor: null } : { availableFen: 0, canWithdraw: false, why: 'open' } };
  });
  const said: number[] = [];
  const stop = toastStore.subscribe(() => { const now = toastStore.get(); if (now) said.push(now.id); });
  renderHook(() => useWithdraw());
  for (let i = 0; i < 8; i += 1) await act(() => jest.advanceTimersByTimeAsync(2_500));
  stop();
  expect(sent.filter(({ url }) => url.endsWith('wdr_1')).length).toBeGreaterThan(2);
expect(said).toHaveLength(1);
});

test('a second page that does not come says why', async () => {
  const lost = new Failure({ code: 'TIMEOUT', message: '没回应', retry: 'later', unknown: true });
  const { result } = renderHook(() => usePages(async (cursor) => { if (cursor) throw lost; return { items: ['a'], nextCursor: 'x' }; }, []));
  await waitFor(() => expect(result.current.data).toEqual(['a']));
  await act(() => result.current.more());
  expect(toastStore.get()).toMatchObject({ text: '没回应', kind: 'error' });
  expect(result.current).toMatchObject({ data: ['a'], hasMore: true, loadingMore: false });
});

test('A-22 a tab goes on with the session that another tab renewed: its own refresh token is spent', async () => {
  act(() => keepSession(session('per_1', 'old', 1_000)));
  localStorage.setItem('juke.session', JSON.stringify(session('per_1', 'new')));
  serve(({ url }) => (url.endsWith('/refresh') ? { status: 401, body: { code: 'SESSION_EXPIRED', message: 'x', retry: 'never' } } : { body: me }));
  await call('getMe');
  expect(sent.map(({ url, headers }) => [url, headers.authorization])).toEqual([['/api/me', 'Bearer new']]);
  expect(getSession()?.token).toBe('new');
});

test('a tab never goes on as somebody else who logged in at another', async () => {
  act(() => keepSession(session('per_1', 'old', 1_000)));
  localStorage.setItem('juke.session', JSON.stringify(session('per_2', 'theirs')));
  serve(({ url }) => (url.endsWith('/refresh') ? { body: session('per_1', 'new') } : { body: me }));
  await call('getMe');
  expect(sent.map(({ headers }) => headers.authorization)).toEqual([undefined, 'Bearer new']);
});

test('a sign-out at another tab is one here; the end of a session here is none for who logged in there', () => {
  const other = (value: Session | null) => {
    if (value) localStorage.setItem('juke.session', JSON.stringify(value));
    else localStorage.removeItem('juke.session');
    act(() => void window.dispatchEvent(new StorageEvent('storage', { key: 'juke.session' })));
  };
  other(session('per_1', 'renewed'));
  expect(getSession()?.token).toBe('t');
  other(null);
  expect(getSession()).toBeNull();
  act(() => keepSession(session('per_1')));
  other(session('per_2'));
  act(() => dropSession());
  expect(getSession()).toBeNull();
  expect(localStorage.getItem('juke.session')).toContain('per_2');
});

test('who signs in after somebody else is never shown under their name', async () => {
  act(() => keepMe(me as never));
  const { result } = renderHook(() => useMe());
  expect(result.current?.name).toBe('林小满');
  serve(() => ({ fail: 'offline' }));
  act(() => {
    dropSession();
    keepSession(session('per_2'));
  });
  expect(result.current).toBeNull();
});

test('consents, the position and what was searched for are not handed to the next person on the device', async () => {
  serve(() => ({ body: { ok: true } }));
  await setConsent('location', true);
  act(() => setHere({ latE6: 30_000_000, lngE6: 120_000_000, kind: 'located', name: '' }));
  act(() => keepSearch('火锅'));
  await act(() => logOut());
  expect([consentTo('location'), getHere()]).toEqual([undefined, null]);
  expect(JSON.stringify(localStorage)).not.toContain('火锅');
  expect(renderHook(() => useSearches()).result.current).toEqual([]);
  keepSession(session('per_2'));
  sent.length = 0;
  await shareConsents({ location: false });
  expect(consentTo('location')).toBe(false);
  expect(sent).toEqual([]);
});

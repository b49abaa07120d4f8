// What goes with who signs out or deletes the account, and what stays on the device.
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { act, fireEvent, render, renderHook, screen, waitFor } from '@testing-library/react';
import { dropSession, getSession } from '@/api';
import { keyFor } from '@/api/keys';
import { deviceId } from '@/platform';
import { consentTo, setConsent } from '@/state/consents';
import { inviteToken, rememberInvite } from '@/state/invites';
import { keepMe } from '@/state/me';
import { getHere, setHere } from '@/state/place';
import { keepSearch, useSearches } from '@/state/searches';
import { setLanguage, setThemeSetting } from '@/state/settings';
import { useLogin } from '@/pages/login/model';
import Settings from '@/pages/settings/index';
import { useStaffStore } from '../../src/merchant/components/stores';
import { serve } from './support/server';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));

const DEVICE = ['juke.clock', 'juke.device', 'juke.language', 'juke.out', 'juke.theme', 'juke.wallet.hidden'];
const [place, invite] = [{ kind: 'picked' as const, name: '桥弄街', latE6: 31_230_000, lngE6: 121_470_000 }, { token: 'sharetoken12', merchantId: 'mer_1', dealId: 'deal_1' }];
const session = (personId: string) => ({ personId, token: 't', refreshToken: 'r', expiresAtMs: Date.now() + 9e6 }) as never;
const storesOf = (id: string) => ({ storeId: id, name: id, merchantId: 'mer_1', merchantName: '渡口老灶', role: 'clerk' });
let next = 'per_1';

beforeEach(() => {
  localStorage.clear();
  next = 'per_1';
  serve(({ url }) => {
    if (url.endsWith('/api/me')) return { body: { personId: getSession()?.personId, name: '林小满', avatarUrl: '', phoneMasked: null, unreadNotices: 0, isStaff: true, hasWechat: true, consents: {} } };
    if (/\/(login|session)/.test(url)) return { body: session(next) };
    if (url.includes('/stores')) return { body: { items: [storesOf('sto_1'), storesOf('sto_2')] } };
    return { body: {} };
  });
});
afterEach(() => act(() => {
  dropSession();
  keepMe(null);
}));

async function signInByHand(personId: string): Promise<void> {
  next = personId;
  const { result } = renderHook(() => useLogin());
  await act(async () => void (await result.current.phone.run({ phone: '13800000001', code: '123456' })));
  expect(getSession()?.personId).toBe(personId);
}

/** What a person's day leaves on the device, each by the way that the app keeps it. */
async function leaveTraces(): Promise<void> {
  act(() => {
    setLanguage('zh');
    setThemeSetting('dark');
    deviceId();
    setHere(place);
    keepSearch('烤鱼');
    rememberInvite(invite);
    keyFor('order.place', { dealId: 'deal_1', note: '不要香菜' });
  });
  await act(() => setConsent('location', true));
  const staff = renderHook(() => useStaffStore());
  await waitFor(() => expect(staff.result.current.items).toHaveLength(2));
  act(() => staff.result.current.choose('sto_2'));
  staff.unmount();
}

const isForgotten = () => {
  expect(Object.keys(localStorage).filter((key) => !DEVICE.includes(key))).toEqual([]);
  expect([getHere(), inviteToken({ dealId: 'deal_1' }), consentTo('location'), renderHook(() => useSearches()).result.current]).toEqual([null, undefined, undefined, []]);
  expect([localStorage.getItem('juke.language'), localStorage.getItem('juke.theme')]).toEqual(['"zh"', '"dark"']);
};

test.each([['退出登录', '退出'], ['注销账号', '注销']])('%s takes along what was that person’s, and leaves what is the device’s', async (row, answer) => {
  await signInByHand('per_1');
  await leaveTraces();
  render(<Settings />);
  fireEvent.click(await screen.findByRole('button', { name: new RegExp(row) }));
  const dialog = await screen.findByRole('alertdialog');
  const yes = [...dialog.querySelectorAll('[role=button],button')].find((one) => one.textContent?.includes(answer) && !/先不|不/.test(one.textContent));
  fireEvent.click(yes!);
  await waitFor(() => expect(getSession()).toBeNull());
  isForgotten();
});

test('a sign-out at another tab of the browser is one here, for what was kept too', async () => {
  await signInByHand('per_1');
  await leaveTraces();
  for (const key of Object.keys(localStorage).filter((one) => !DEVICE.includes(one))) {
    localStorage.removeItem(key);
    act(() => void window.dispatchEvent(new StorageEvent('storage', { key })));
  }
  expect(getSession()).toBeNull();
  isForgotten();
  act(() => keepSearch('火锅'));
  expect(localStorage.getItem('juke.searches')).toBe('["火锅"]');
});

test('who opens an invitation and signs in then has it at checkout; the next person after a session that ran out has not', async () => {
  act(() => {
    rememberInvite(invite);
    setHere(place);
  });
  await signInByHand('per_1');
  expect([inviteToken({ dealId: 'deal_1' }), getHere()?.name]).toEqual(['sharetoken12', '桥弄街']);
  act(() => dropSession());
  await signInByHand('per_1');
  expect(inviteToken({ dealId: 'deal_1' })).toBe('sharetoken12');
  act(() => dropSession());
  await act(() => setConsent('location', true));
  await signInByHand('per_2');
  expect([inviteToken({ dealId: 'deal_1' }), getHere(), consentTo('location')]).toEqual([undefined, null, undefined]);
});

test('each thing that is kept on the device is either one person’s or the device’s', () => {
  const root = join(__dirname, '..', '..', 'src');
  const texts = (readdirSync(root, { recursive: true }) as string[]).filter((name) => /\.tsx?$/.test(name)).map((name) => readFileSync(join(root, name), 'utf8'));
  const kept = new Set(texts.flatMap((text) => text.match(/'juke\.(?!png)[a-z.]+'/g) ?? []).map((key) => key.slice(1, -1)));
  const personal = /const KEYS = \[(.*?)\]/s.exec(readFileSync(join(root, 'state', 'personal.ts'), 'utf8'))![1]!.match(/juke\.[a-z.]+/g)!;
  expect([...kept].sort()).toEqual([...new Set([...DEVICE, ...personal, 'juke.session'])].sort());
  expect(personal.filter((key) => DEVICE.includes(key))).toEqual([]);
});

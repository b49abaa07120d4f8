// The answer at the counter: what the shop gets is the sum of the lines that are shown, and the browser's back closes it.
import { act, fireEvent, render, screen, waitFor } from '@testing-library/react';
import { dropSession, keepSession } from '@/api';
import { setLanguage } from '@/state/settings';
import { AnswerView } from '../../src/merchant/pages/redeem/answer';
import Redeem from '../../src/merchant/pages/redeem/index';
import type { Redemption } from '../../src/merchant/pages/redeem/model';
import { serve } from './support/server';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));

const redemption = {
  redemptionId: 'red_1', title: '双人鸳鸯锅套餐', pictureUrl: '', items: [{ name: '毛肚', quantity: 1 }], left: 0, codeShown: '1819 52** ****', redeemedAtMs: Date.UTC(2026, 6, 17, 10), undoUntilMs: 0,
  guest: { name: '周屿', avatarUrl: '' }, isNewGuest: true, broughtBy: null, commissionBps: 300, paidFen: 9_300, subsidyFen: 2_000, rebateFen: 0, commissionFen: 279, providerFeeFen: 56, merchantNetFen: 10_965,
} as unknown as Redemption;

const amounts = () => [...document.querySelectorAll('.jk-line')].map((line) => /[+−]?¥[\d.]+/.exec(line.textContent!)![0]);
const fen = (text: string) => Math.round(Number(text.replace(/[¥+]/g, '').replace('−', '-')) * 100);
const show = (over: Partial<Redemption>) => render(<AnswerView reply={{ kind: 'yes', redemption: { ...redemption, ...over } } as never} model={{} as never} />);

beforeEach(() => act(() => setLanguage('zh')));

test('a coupon that the platform pays is one of them', () => {
  show({});
  expect(screen.getByText('平台出的优惠')).toBeTruthy();
  expect(amounts()).toEqual(['¥93.00', '+¥20.00', '−¥2.79', '−¥0.56']);
  expect(amounts().reduce((sum, text) => sum + fen(text), 0)).toBe(redemption.merchantNetFen);
});

test('without one no line is drawn', () => {
  show({ subsidyFen: 0, merchantNetFen: 8_965 });
  expect(screen.queryByText('平台出的优惠')).toBeNull();
  expect(amounts()).toEqual(['¥93.00', '−¥2.79', '−¥0.56']);
});

test('the browser’s back closes the answer; the counter stays, ready for the next code', async () => {
  act(() => keepSession({ personId: 'per_1', token: 't', refreshToken: 'r', expiresAtMs: Date.now() + 9e6 } as never));
  history.pushState({ idx: 1 }, '');
  serve(({ method, url }) => {
    if (url.includes('/staff/stores') && method === 'GET' && !url.includes('redemptions')) return { body: { items: [{ storeId: 'sto_1', name: '桥弄街店', merchantId: 'mch_1', merchantName: '渡口老灶', role: 'clerk' }] } };
    return method === 'GET' ? { body: { items: [], nextCursor: null } } : { status: 404, body: { code: 'CODE_UNKNOWN', message: '没有这张券。请客人刷新券码再扫。', retry: 'after-change' } };
  });
  render(<Redeem />);
  fireEvent.change(await screen.findByRole('textbox'), { target: { value: '123456789012' } });
  await waitFor(() => expect(screen.queryByRole('textbox')).toBeNull());
  history.back();
  expect(await screen.findByRole('textbox')).toBeTruthy();
  expect(history.state).toEqual({ idx: 1 });
  act(() => dropSession());
});

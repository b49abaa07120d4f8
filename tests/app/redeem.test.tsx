// The answer at the counter: what the shop gets is the sum of the lines that are shown.
import { act, render, screen } from '@testing-library/react';
import { setLanguage } from '@/state/settings';
import { AnswerView } from '../../src/merchant/pages/redeem/answer';
import type { Redemption } from '../../src/merchant/pages/redeem/model';

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

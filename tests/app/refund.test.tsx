// A refund's page: what is said beside an amount is what happens with it.
import { act, render, screen } from '@testing-library/react';
import { dropSession, keepSession } from '@/api';
import { setLanguage } from '@/state/settings';
import Refund from '@/pages/refund/index';
import { RefundSheet } from '@/pages/order/refund-sheet';
import { serve } from './support/server';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));

const steps = (declined: boolean) => [{ step: 'requested', atMs: 1, byMs: null }, declined ? { step: 'declined', atMs: 2, byMs: null } : { step: 'accepted', atMs: 2, byMs: null }];
const show = async (more: object) => {
  serve(({ url }) => (url.includes('/refunds/') ? { body: {
    refundId: 'rfd_1', orderId: 'ord_1', kind: 'after_sale', amountFen: 9_300, title: '双人锅', pictureUrl: '', reason: '菜不新鲜', answer: null, answerByMs: null, ...more,
  } } : { status: 404, body: '' }));
  const view = render(<Refund />);
  await screen.findByText('到哪一步了');
  const text = view.container.textContent!;
  view.unmount();
  return text;
};
beforeEach(() => act(() => {
  setLanguage('zh');
  keepSession({ personId: 'per_1', token: 't', refreshToken: 'r', expiresAtMs: Date.now() + 9e6 } as never);
}));
afterEach(() => act(() => dropSession()));

test('money that goes back says where; what was declined, or ended by an undo, does not', async () => {
  expect(await show({ state: 'accepted', answeredBy: 'shop', steps: steps(false) })).toContain('原路退回微信');
  const declined = await show({ state: 'declined', answeredBy: 'shop', answer: '用完了', steps: steps(true) });
  expect(declined).toContain('没有同意退款');
  expect(declined).not.toContain('原路退回微信');
  const undone = await show({ state: 'declined', answeredBy: 'undo', steps: steps(true) });
  expect(undone).toContain('门店撤销了核销');
  expect(undone).not.toMatch(/原路退回微信|没有同意/);
  expect(await show({ state: 'accepted', answeredBy: 'time', steps: steps(false) })).toContain('门店没答复，自动同意');
});

test('a refund that cannot be sent yet says what is missing: the voucher, then the reason', () => {
  const order = { row: { title: '拿铁一杯' }, sharer: null, vouchers: [{ voucherId: 'vch_1', state: 'issued', paidFen: 1_590, validUntilMs: Date.now() }] };
  const said = (picked: string[], why: string) => {
    const { container, unmount } = render(<RefundSheet order={order as never} refund={{ open: true, picked, why, amountFen: picked.length * 1_590, busy: false, failure: null } as never} />);
    const text = container.textContent!;
    unmount();
    return [/先选要退的券/.test(text), /再点一个原因/.test(text), /共退 ¥15.90/.test(text)];
  };
  expect([said([], ''), said(['vch_1'], ''), said(['vch_1'], '买错了')]).toEqual([[true, false, false], [false, true, true], [false, false, true]]);
});

// What people paste, dictate and type with a Chinese keyboard into the fields for numbers and codes.
import { fireEvent, render, screen, waitFor } from '@testing-library/react';
import { useState } from 'react';
import ClaimCoupon from '@/coupons/pages/claim/index';
import { Field } from '@/components/field';
import { PhoneCode } from '@/pages/login/phone-code';
import { serve } from './support/server';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));

const type = (label: string, value: string) => fireEvent.change(screen.getByLabelText(label), { target: { value } });
const shown = (label: string) => screen.getByLabelText<HTMLInputElement>(label).value;

test('a phone number is understood as it is pasted or filled in, and a code with the blanks of its message', async () => {
  const sent: unknown[] = [];
  serve(({ body }) => {
    sent.push(body);
    return { body: { expiresAtMs: Date.now() + 300_000 } };
  });
  const onSubmit = jest.fn(async () => undefined);
  render(<PhoneCode button="登录" busy={false} onSubmit={onSubmit} />);
  for (const text of ['+86 138 1234 5678', '0086-13812345678', ' 13812345678 ', '8613812345678', '１３８１２３４５６７８', '138 1234 5678', '138123456789']) {
    type('手机号', '');
    type('手机号', text);
    expect([text, shown('手机号')]).toEqual([text, '13812345678']);
  }
  fireEvent.click(screen.getByText('获取验证码'));
  await waitFor(() => expect(sent).toEqual(['{"phone":"13812345678"}']));
  for (const text of ['123456', ' 123 456 ', '１２３４５６', '123-456']) {
    type('验证码', text);
    expect([text, shown('验证码')]).toEqual([text, '123456']);
  }
  fireEvent.click(screen.getByText('登录'));
  await waitFor(() => expect(onSubmit).toHaveBeenCalledWith({ phone: '13812345678', code: '123456' }));
});

test('no field is shorter than what is pasted into it', () => {
  render(<PhoneCode button="登录" busy={false} onSubmit={async () => undefined} />);
  for (const [label, text] of [['手机号', '+86 138 1234 5678'], ['验证码', ' 123 456 ']] as const) expect(screen.getByLabelText<HTMLInputElement>(label).maxLength).toBeGreaterThanOrEqual(text.length);
});

test('an amount may come with ¥, commas, blanks and full-width digits; a text stays as it is', () => {
  function Amount({ kind }: { kind: 'digit' | 'text' }) {
    const [value, setValue] = useState('');
    return <Field label={kind} type={kind} value={value} onInput={setValue} />;
  }
  render(<><Amount kind="digit" /><Amount kind="text" /></>);
  for (const [text, amount] of [['¥12,345.60', '12345.60'], ['１２．５', '12.5'], [' 12。5 ', '12.5'], ['1，000', '1000']] as const) {
    type('digit', text);
    expect(shown('digit')).toBe(amount);
  }
  type('text', '１２．５ ¥,');
  expect(shown('text')).toBe('１２．５ ¥,');
});

test('a coupon code may be pasted with blanks, dashes, in small letters or full width', async () => {
  for (const text of [' 7k2m-9qx4-tb ', '７Ｋ２Ｍ９ＱＸ４ＴＢ', '7K2M 9QX4 TB']) {
    const { unmount } = render(<ClaimCoupon />);
    type('10 位券码', text);
    fireEvent.click(screen.getByText('查一下'));
    expect(screen.queryByText('券码是 10 位数字和字母。')).toBeNull();
    unmount();
  }
});

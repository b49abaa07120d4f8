// The withdrawal page: what became of each one, and why one failed.
import { act, render, screen } from '@testing-library/react';
import { dropSession, keepSession } from '@/api';
import Withdraw from '@/pages/withdraw/index';
import { serve } from './support/server';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));
afterEach(() => act(() => dropSession()));

test('one that failed says why below its amount; one that arrived says nothing more', async () => {
  act(() => keepSession({ personId: 'per_1', token: 't', refreshToken: 'r', expiresAtMs: Date.now() + 9e6 } as never));
  const one = (withdrawalId: string, state: string, failReason: string | null) => ({ withdrawalId, state, amountFen: 900, requestedAtMs: Date.now(), endedAtMs: Date.now(), failReason, confirm: null });
  const wallet = { availableFen: 900, debtFen: 0, withdrawingFen: 0, canWithdraw: true, why: 'ok' };
  serve(({ url }) => ({ body: url.includes('withdrawals') ? { items: [one('wdr_1', 'failed', '24 小时里没在微信点收款，钱退回钱包了。'), one('wdr_2', 'succeeded', null)], nextCursor: null } : wallet }));
  const { container } = render(<Withdraw />);
  await screen.findByText('24 小时里没在微信点收款，钱退回钱包了。');
  expect([...container.querySelectorAll('.jk-row-item')].map((row) => row.textContent!.replace(/.*?:\d\d/, ''))).toEqual(['24 小时里没在微信点收款，钱退回钱包了。没成功', '已到微信零钱']);
});

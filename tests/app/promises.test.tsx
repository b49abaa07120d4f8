// What a screen says of money, against what is true: one unit's price beside its count, where a rebate really waits, the rule beside the sum.
import { act, render, screen } from '@testing-library/react';
import { dropSession, keepSession } from '@/api';
import { texts as deal } from '@/i18n/deal';
import { texts as discover } from '@/i18n/discover';
import { texts as shop } from '@/i18n/shop';
import { texts as wallet } from '@/i18n/wallet';
import { textsIn } from '@/i18n';
import Order from '@/pages/order/index';
import { reasonOf } from '@/pages/wallet/model';
import { router } from './support/taro';
import { serve } from './support/server';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));
afterEach(() => act(() => dropSession()));

test('beside “× 2” stands the price of one, and what was paid in all stands in the bill', async () => {
  act(() => keepSession({ personId: 'per_1', token: 't', refreshToken: 'r', expiresAtMs: Date.now() + 9e6 } as never));
  const now = Date.now();
  const voucher = (voucherId: string) => ({ voucherId, state: 'issued', validUntilMs: now + 9e8, paidFen: 3_840, redeemedAtMs: null, redeemedAt: null });
  const row = {
    orderId: 'ord_1', state: 'paid', dealId: 'deal_1', title: '一人小锅', pictureUrl: '/a.svg', merchantName: '渡口老灶', logoInk: '', storeName: '桥弄街店', quantity: 2, unitPriceFen: 3_990, payableFen: 7_680, refundedFen: 0,
    placedAtMs: now, expiresAtMs: now, validUntilMs: now + 9e8, vouchersLeft: 2, firstVoucherId: 'vch_1', refundState: null, priceKind: 'single', fulfilment: 'voucher', purchaseId: null, group: null,
  };
  serve(() => ({
    body: {
      row, quote: [{ kind: 'price', amountFen: 7_980, couponId: null, title: null }, { kind: 'friend_discount', amountFen: -300, couponId: null, title: null }], paidAtMs: now,
      vouchers: [voucher('vch_1'), voucher('vch_2')], refunds: [], sharer: null, stores: [], canPay: false, canCancel: false, refundableFen: 7_680,
    },
  }));
  router.params = { id: 'ord_1' };
  const { container } = render(<Order />);
  await screen.findByText('× 2');
  expect(container.querySelector('.order__deal')!.textContent).toContain('39.90');
  expect(container.querySelector('.order__deal')!.textContent).not.toContain('76.80');
  expect(screen.getByText('¥76.80')).toBeTruthy();
});

test('of a friend who used one of two vouchers the wallet does not say that nobody came', () => {
  const reward = { state: 'expected', reason: 'waiting_visit', redeemedAtMs: null, releaseAtMs: null, endedAtMs: null, friend: { name: '周屿', avatarUrl: '' } };
  const said = (redeemedAtMs: number | null) => (['zh', 'en'] as const).map((language) => reasonOf({ ...reward, redeemedAtMs } as never, textsIn(wallet, language), language, Date.now()));
  expect(said(null)).toEqual(['还没到店。用掉后再过 7 天到账', 'Not visited yet. Arrives 7 days after use']);
  expect(said(Date.now())).toEqual(['用掉了一部分。全部用掉或退掉后，再过 7 天到账', 'Used in part. Arrives 7 days after all of it is used or refunded']);
});

test('a rebate that is shown before anybody bought says that it is of what the friend pays, after 7 days, and once in 30 days (B6)', () => {
  for (const [zh, en] of [[textsIn(discover, 'zh').rebateMeaning, textsIn(discover, 'en').rebateMeaning], [textsIn(shop, 'zh').rebateMeaning, textsIn(shop, 'en').rebateMeaning], [textsIn(deal, 'zh').shareStripNote(7), textsIn(deal, 'en').shareStripNote(7)]]) {
    expect(zh).toMatch(/7 天.*实付|实付.*7 天/);
    expect(en).toMatch(/friend.* pays.*7/);
  }
  expect(textsIn(deal, 'zh').shareCondition(7)).toMatch(/实付.*7 天.*30 天内只算一次.*退款则不发/);
  expect(textsIn(deal, 'en').shareCondition(7)).toMatch(/friend pays.*7 days.*once per friend and shop in 30 days.*refunded/);
});

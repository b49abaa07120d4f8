// The list of deals around a place: what its end says.
import { act, render, screen } from '@testing-library/react';
import Discover from '@/pages/index/index';
import { setHere } from '@/state/place';
import { setLanguage } from '@/state/settings';
import { serve } from './support/server';

jest.mock('@/platform/http', () => jest.requireActual('./support/server'));
jest.mock('@/pages/index/near-groups', () => ({ NearGroups: () => null }));

const deal = (dealId: string) => ({
  dealId, storeId: 'sto_1', title: dealId, pictureUrl: '/a.svg', category: 'food', merchantName: '渡口老灶', storeName: '桥弄街店', distanceM: 384, tags: [], priceFen: 100, friendPriceFen: 100, rebateFen: 0, soldCount: 1, available: 9, isOnSale: true, group: null, flash: null,
});

test.each([
  ['zh', true, '以上是最近的 2 个。没有想要的，换个条件或搜一下。'],
  ['zh', false, '以上是 2 个。没有想要的，换个条件或搜一下。'],
  ['en', true, 'The nearest: 2. Not what you want? Filter or search.'],
] as const)('%s, with a place %s: how many it holds and how to find others, not that there are none', async (language, near, says) => {
  act(() => {
    setLanguage(language);
    setHere(near ? { kind: 'picked', name: '桥弄街', latE6: 31_230_000, lngE6: 121_470_000 } : null);
  });
  serve(({ url }) => ({ body: url.includes('/api/deals') ? { items: [deal('deal_1'), deal('deal_2')], nextCursor: null } : { items: [] } }));
  render(<Discover />);
  expect(await screen.findByText(says)).toBeTruthy();
});

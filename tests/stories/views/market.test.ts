/** Deals and shops as everybody sees them, from one history. Every answer passes the contract's shape on the way (town.read). */
import { Refused } from '../../../functions/kernel';
import { dropSnapshots } from '../../../functions/views';
import { getDeal, listDeals } from '../../../functions/views/deals';
import { getStore, listStores } from '../../../functions/views/stores';
import { liveHistory, startTown, type Town } from './trade';

let town: Town;
const here = { lat: 30_310_900, lng: 120_140_000 };

beforeAll(async () => {
  town = await startTown();
  await liveHistory(town);
});
afterAll(() => town.stop());

describe('deals and shops', () => {
  test('nearby: one card a deal, at its nearest store, with the distance in metres', async () => {
    const page = await town.read('listDeals', listDeals, town.as(null), { query: here });
    expect(page.items).toHaveLength(1);
    expect(page.items[0]).toMatchObject({
      dealId: town.dealId,
      storeId: town.storeId,
      distanceM: 100,
      priceFen: 11_200,
      rebateFen: 927,
      isOnSale: true,
    });
    const far = await town.read('listDeals', listDeals, town.as(null), {
      query: { lat: 30_275_000, lng: 120_140_000 },
    });
    expect(far.items[0]).toMatchObject({ storeId: town.otherStoreId, distanceM: 0 });
    expect((await town.read('listDeals', listDeals, town.as(null))).items[0]!.distanceM).toBeNull();
  });

  test('A-32: search and filters take text as text, sorts only from the list', async () => {
    const found = async (query: object) =>
      (await town.read('listDeals', listDeals, town.as(null), { query: { ...here, ...query } })).items.length;
    expect(await found({ q: '火锅' })).toBe(1);
    expect(await found({ q: '丽水路' })).toBe(1);
    expect(await found({ q: '老灶' })).toBe(1);
    expect(await found({ q: '%' })).toBe(0);
    expect(await found({ q: '_' })).toBe(0);
    expect(await found({ q: "'; DROP TABLE deal; --" })).toBe(0);
    expect(await found({ category: 'tea' })).toBe(0);
    expect(await found({ category: 'food', rebate: '1', openNow: '1', maxFen: 11_200 })).toBe(1);
    expect(await found({ maxFen: 11_199 })).toBe(0);
    for (const sort of ['near', 'price', 'sold', 'rebate']) expect(await found({ sort })).toBe(1);
    await expect(found({ cursor: 'o1;DROP' })).rejects.toThrow(Refused);
  });

  test('openNow leaves out a shop that is closed, also over midnight', async () => {
    const [row] = await town.db.query(
      "SELECT extract(hour FROM juke_now() AT TIME ZONE 'Asia/Shanghai')::int * 60 AS m",
    );
    const hours = async (from: number, to: number) => {
      await town.db.query('UPDATE store SET opens_at_minute = $1, closes_at_minute = $2', [
        ((from % 1_440) + 1_440) % 1_440,
        ((to % 1_440) + 1_440) % 1_440,
      ]);
      dropSnapshots(town.readOnly);
      return (await town.read('listDeals', listDeals, town.as(null), { query: { ...here, openNow: '1' } })).items
        .length;
    };
    const m = row!.m as number;
    expect(await hours(m - 60, m + 120)).toBe(1);
    expect(await hours(m + 120, m + 180)).toBe(0);
    expect(await hours(m + 120, m + 119)).toBe(1);
    await town.db.query('UPDATE store SET opens_at_minute = 0, closes_at_minute = 1440');
    dropSnapshots(town.readOnly);
  });

  test('pages by an opaque cursor, each deal once', async () => {
    for (let i = 0; i < 3; i += 1) {
      await town.db.call('catalog_create_deal', {
        dealId: `deal_page000${i}`,
        merchantId: town.merchantId,
        title: `单人餐 ${i}`,
        subtitle: '',
        category: 'food',
        pictureUrls: ['/art/x.svg'],
        items: [{ name: '面', quantity: 1 }],
        notes: [],
        tags: [],
        storeIds: [town.storeId],
        stock: 5,
        warnings: [],
        terms: {
          priceFen: 2_000 + i,
          friendDiscountFen: 0,
          rebateBps: 1,
          rebateCapFen: 100,
          commissionBps: 0,
          perPersonLimit: 1,
          validDays: 1,
          saleStartsAtMs: i === 2 ? town.app.clock.nowMs() + 1e9 : null,
          saleEndsAtMs: null,
        },
      });
    }
    dropSnapshots(town.readOnly);
    const first = await town.read('listDeals', listDeals, town.as(null), {
      query: { ...here, sort: 'price', limit: 2 },
    });
    const second = await town.read('listDeals', listDeals, town.as(null), {
      query: { ...here, sort: 'price', limit: 2, cursor: first.nextCursor },
    });
    expect([...first.items, ...second.items].map((d) => d.priceFen)).toEqual([2_000, 2_001, 11_200]);
    expect(second.nextCursor).toBeNull();
    // A rebate below the least that is paid is none.
    expect(first.items[0]!.rebateFen).toBe(0);
    expect(
      (await town.read('listDeals', listDeals, town.as(null), { query: { ...here, rebate: '1' } })).items,
    ).toHaveLength(1);
    const soon = await town.read('getDeal', getDeal, town.as(null), { params: { dealId: 'deal_page0002' } });
    expect(soon.isOnSale).toBe(false);
  });

  test('a deal: true numbers, its stores by distance, and who invited', async () => {
    const input = { params: { dealId: town.dealId } };
    const plain = await town.read('getDeal', getDeal, town.as(null), input);
    expect(plain).toMatchObject({
      friendPriceFen: 10_300,
      rebateFen: 927,
      rebateHoldDays: 7,
      invite: null,
      hoursText: '全天营业',
      validDays: 30,
      isOnSale: true,
    });
    const [stock] = await town.db.query('SELECT sold, available FROM deal_stock WHERE deal_id = $1', [town.dealId]);
    expect(plain).toMatchObject({ soldCount: stock!.sold, available: stock!.available });
    const asFriend = await town.read('getDeal', getDeal, town.as(town.friend, { language: 'en' }), {
      ...input,
      query: { lat: 30_275_000, lng: 120_140_000, share: town.token },
    });
    expect(asFriend.stores.map((s) => s.distanceM)).toEqual([0, expect.any(Number)]);
    expect(asFriend.stores[0]).toMatchObject({
      storeId: town.otherStoreId,
      hoursText: 'Open 24 hours',
      isOpen: true,
      bestDeal: { dealId: town.dealId },
    });
    expect(asFriend.invite).toMatchObject({
      token: town.token,
      isMine: false,
      isLive: true,
      friendDiscountFen: 900,
      rebateFen: 927,
      sharer: { name: '林可' },
    });
    expect(
      (await town.read('getDeal', getDeal, town.as(town.sharer), { ...input, query: { share: town.token } })).invite!
        .isMine,
    ).toBe(true);
  });

  test('A-13: a share token that does not exist invites nobody; an unknown deal is not found', async () => {
    const plain = await town.read('getDeal', getDeal, town.as(null), {
      params: { dealId: town.dealId },
      query: { share: 'nosuchtoken00000' },
    });
    expect(plain.invite).toBeNull();
    await expect(
      town.read('getDeal', getDeal, town.as(null), { params: { dealId: 'deal_nothing0' } }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('shops nearby and one shop', async () => {
    const near = await town.read('listStores', listStores, town.as(null), { query: here });
    expect(near.items.map((s) => s.storeId)).toEqual([town.storeId, town.otherStoreId]);
    expect(
      (await town.read('listStores', listStores, town.as(null), { query: { q: '武林' } })).items.map((s) => s.storeId),
    ).toEqual([town.otherStoreId]);
    const shop = await town.read('getStore', getStore, town.as(null), {
      params: { storeId: town.storeId },
      query: here,
    });
    expect(shop).toMatchObject({
      store: { name: '运河店', merchantName: '老灶火锅', distanceM: 100 },
      otherStores: [{ storeId: town.otherStoreId }],
    });
    expect(shop.deals[0]).toMatchObject({ dealId: town.dealId, distanceM: 100 });
    expect(
      (await town.read('getStore', getStore, town.as(null), { params: { storeId: town.storeId } })).store.distanceM,
    ).toBeNull();
  });
});

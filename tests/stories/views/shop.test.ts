/** The shop's screens, from one history. Every answer passes the contract's shape on the way (town.read). */
import { getToday, listAfterSales, listRedemptions } from '../../../functions/views/staff';
import { liveHistory, startTown, type Town } from './trade';

let town: Town;
let h: Awaited<ReturnType<typeof liveHistory>>;

beforeAll(async () => {
  town = await startTown();
  h = await liveHistory(town);
});
afterAll(() => town.stop());

describe('the shop', () => {
  const staff = () => town.as(town.staffPerson, { staff: town.clerk });
  test('today counts what was served here today', async () => {
    const today = await town.read('getToday', getToday, staff());
    expect(today).toMatchObject({
      storeName: '运河店',
      isOpen: true,
      redeemedCount: 3,
      redeemedFen: 10_300 + 11_200 + 11_200,
      newGuests: 1,
      lastWeekCount: expect.any(Number),
      afterSalesWaiting: 1,
      afterSalesWaitingFen: 11_200,
      funnel: { convert: 2, consume: 1, retain: 0 },
      channels: [
        { channel: 'direct', count: 2, amountFen: 22_400 },
        { channel: 'group', count: 1, amountFen: 10_300 },
      ],
    });
    expect(today.hours.reduce((sum, hour) => sum + hour.count, 0)).toBe(3);
    expect(today.hours).toHaveLength(24);
  });

  test('redemptions and after-sales of this store', async () => {
    const { items } = await town.read('listRedemptions', listRedemptions, staff());
    expect(items.map((r) => [r.guest.name, r.isUndone, r.staffName])).toEqual([
      ['吴桐', false, '店员小陈'],
      ['吴桐', true, '店员小陈'],
      ['吴桐', false, '店员小陈'],
      ['吴桐', false, '店员小陈'],
      ['周予', false, '店员小陈'],
    ]);
    const waiting = await town.read('listAfterSales', listAfterSales, staff());
    expect(waiting.items).toEqual([
      expect.objectContaining({
        refundId: h.afterSaleId,
        reason: '锅底不新鲜',
        amountFen: 11_200,
        state: 'requested',
        guest: { name: '吴桐', avatarUrl: '/art/avatar-0.svg' },
      }),
    ]);
  });

  test('I-23: another store or merchant sees none of it', async () => {
    for (const staffOf of [
      { ...town.clerk, storeId: town.otherStoreId },
      { ...town.clerk, merchantId: 'mch_other0000' },
    ]) {
      const ctx = town.as(town.staffPerson, { staff: staffOf });
      expect((await town.read('listRedemptions', listRedemptions, ctx)).items).toEqual([]);
      expect((await town.read('listAfterSales', listAfterSales, ctx)).items).toEqual([]);
    }
    await expect(
      town.read(
        'getToday',
        getToday,
        town.as(town.staffPerson, { staff: { ...town.clerk, merchantId: 'mch_other0000' } }),
      ),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    const other = await town.read(
      'getToday',
      getToday,
      town.as(town.staffPerson, { staff: { ...town.clerk, storeId: town.otherStoreId } }),
    );
    expect(other).toMatchObject({ redeemedCount: 0, redeemedFen: 0, newGuests: 0, afterSalesWaiting: 0, channels: [] });
  });
});

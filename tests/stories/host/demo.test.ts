/**
 * The demo city, small: its history comes from the real stories, so that every invariant holds (checked by stop), and a
 * second start makes nothing. Other people's data is never touched.
 */
import { city } from '../../../functions/host/demo-city';
import { seedDemo } from '../../../functions/host/demo';
import { emptyDatabase } from '../../../functions/host/demo-store';
import { startTestApp, type TestApp } from '../../support/app';

let t: TestApp;
beforeEach(async () => void (t = await startTestApp({ sandbox: true })));
afterEach(() => t.stop());

const size = { city: city.filter((one) => ['渡口老灶', '半亩烘焙', '小河面馆'].includes(one.name)), perDay: 1 };
const seed = async () => {
  const said: string[] = [];
  return { signIns: await seedDemo(t.app, (words) => said.push(words), size), said };
};
const count = async (what: string) => (await t.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${what}`))[0]!.n;
const signIn = async (who: 'guest' | 'friend' | 'manager') =>
  (await t.ok('loginDemo', { body: { who, deviceId: 'phone-of-a-test' } })).token;

describe('I-03, I-18, I-25: two weeks, played', () => {
  test('everybody finds something true, and time is the real time again', async () => {
    const machineMs = Date.now();
    const { signIns, said } = await seed();
    expect(signIns.map((one) => one.who)).toEqual(['guest', 'friend', 'clerk', 'manager', 'operator']);
    expect(said.filter((words) => words.includes(' of 14 '))).toHaveLength(14);

    const clock = await t.ok('getDemoClock');
    expect(clock.offsetMs).toBe(0);
    expect(clock.nowMs).toBeGreaterThanOrEqual(machineMs - 1_000);
    const [{ first, last }] = await t.db.query<any>(
      'SELECT ms_of(min(placed_at)) AS first, ms_of(max(placed_at)) AS last FROM guest_order',
    );
    expect(first).toBeLessThan(machineMs - 12 * 86_400_000);
    expect(last).toBeLessThanOrEqual(clock.nowMs);

    const guest = await signIn('guest');
    const { items: rewards } = await t.ok('listRewards', { as: guest, query: { limit: '50' as never } });
    expect(new Set(rewards.map((one) => one.reason))).toEqual(
      new Set(['waiting_visit', 'in_hold', 'under_review', 'arrived', 'repeat', 'clawed_back']),
    );
    expect(await t.ok('getWallet', { as: guest })).toMatchObject({ canWithdraw: true, why: 'ok', debtFen: 0 });
    const { items: orders } = await t.ok('listOrders', { as: guest });
    expect(orders.map((one) => one.refundState)).toContain('requested');

    // Coupons in every state that a screen shows, and a shop that sees what they brought.
    const coupons = (await t.ok('listMyCoupons', { as: guest, query: { limit: '50' as never } })).items;
    expect(new Set(coupons.map((one) => one.state))).toEqual(new Set(['available', 'passing', 'used']));
    const home = (await t.db.query<{ id: string }>("SELECT s.store_id AS id FROM store s JOIN merchant m USING (merchant_id) WHERE m.name = '渡口老灶' ORDER BY s.created_at LIMIT 1"))[0]!.id;
    const offers = (await t.ok('listStoreOffers', { as: await signIn('manager'), params: { storeId: home } })).items;
    const shopCoupon = offers.find((one) => one.title === '店铺券')!;
    expect(shopCoupon.used).toBeGreaterThanOrEqual(4);
    expect(shopCoupon.spentFen).toBe(shopCoupon.used * 1_500);
    expect(offers.find((one) => one.code !== null)?.title).toBe('门口立牌专享');

    const friend = await signIn('friend');
    expect((await t.ok('listMyCoupons', { as: friend })).items.map((one) => one.summary).sort()).toEqual(['满 100 减 15', '满 120 减 20', '满 150 减 30']);
    expect((await t.ok('listOrders', { as: friend })).items).toEqual([]);
    const link = signIns[1]!.role.split('/s/')[1]!;
    expect(
      (
        await t.ok('openShare', {
          as: friend,
          params: { token: link },
          body: { surface: 'h5', visitorId: 'phone-of-a-test' },
        })
      ).invite,
    ).toMatchObject({ sharer: { name: '林小满' }, isMine: false, isLive: true });
    expect(await count(`deal_stock WHERE available = 0`)).toBe(1);
    expect(await count('alarm')).toBe(0);
    expect(await count(`fact WHERE state = 'parked'`)).toBe(0);

    const before = [await count('guest_order'), await count('posting'), await count('person')];
    const again = await seed();
    expect(again.said).toEqual([]);
    expect(again.signIns).toEqual(signIns);
    expect([await count('guest_order'), await count('posting'), await count('person')]).toEqual(before);

    // The demo's control still moves time, for us and for WeChat's stand-in.
    const moved = await t.ok('moveDemoClock', { body: { advanceMs: 3_600_000 } });
    expect(moved.offsetMs).toBe(3_600_000);
    expect(t.sandbox!.sandbox.sandbox.offsetMs).toBe(3_600_000);
    await t.drain();
  });

  test('a making that was cut short begins anew', async () => {
    await t.db.query(`INSERT INTO demo_city (state) VALUES ('making')`);
    const m = await t.market();
    await t.moveTime(-86_400_000);
    await seed();
    expect(await count('merchant')).toBe(3);
    expect(await count(`merchant WHERE merchant_id = '${m.merchantId}'`)).toBe(0);
    expect((await t.ok('getDemoClock')).offsetMs).toBe(0);
  });
});

test('I-03 a database with data of others is left alone, and cannot be emptied', async () => {
  await t.market();
  const { signIns, said } = await seed();
  expect(signIns).toEqual([]);
  expect(said).toEqual([expect.stringContaining('no demo city was made')]);
  await expect(emptyDatabase(t.url)).rejects.toThrow('not made by the demo');
  expect(await count('merchant')).toBe(1);
  expect((await t.ok('getDemoClock')).offsetMs).toBe(0);
});

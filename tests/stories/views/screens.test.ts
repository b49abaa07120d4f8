/** What the screens are told, from one history. Every answer passes the contract's shape on the way (town.read). */
import { Refused } from '../../../functions/kernel';
import { dropSnapshots } from '../../../functions/views';
import { getDeal, listDeals } from '../../../functions/views/deals';
import { exportMe } from '../../../functions/views/me';
import { listNotices } from '../../../functions/views/notices';
import { getOrder, listOrders } from '../../../functions/views/orders';
import { listShares } from '../../../functions/views/shares';
import { getToday, listAfterSales, listRedemptions } from '../../../functions/views/staff';
import { getStore, listStores } from '../../../functions/views/stores';
import { getRefund, getVoucher } from '../../../functions/views/vouchers';
import { getWallet, listRewards, listWithdrawals } from '../../../functions/views/wallet';
import { liveHistory, startTown, type Town } from './trade';

let town: Town;
let h: Awaited<ReturnType<typeof liveHistory>>;
const here = { lat: 30_310_900, lng: 120_140_000 };

beforeAll(async () => {
  town = await startTown();
  h = await liveHistory(town);
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

describe('a buyer', () => {
  test('orders by tab, newest first, in pages', async () => {
    const ids = async (query: object) =>
      (await town.read('listOrders', listOrders, town.as(town.guest), { query })).items.map((o) => o.orderId);
    const all = await ids({});
    expect(all).toEqual([h.unpaid, h.asked, h.undone, h.back, h.partly, h.pending].map((o) => o.orderId));
    expect(await ids({ tab: 'unpaid' })).toEqual([h.unpaid.orderId]);
    expect(await ids({ tab: 'usable' })).toEqual([h.undone, h.partly].map((o) => o.orderId));
    expect(await ids({ tab: 'used' })).toEqual([h.asked, h.pending].map((o) => o.orderId));
    expect(await ids({ tab: 'refund' })).toEqual([h.asked, h.back, h.partly].map((o) => o.orderId));
    const first = await town.read('listOrders', listOrders, town.as(town.guest), { query: { limit: 4 } });
    const rest = await ids({ limit: 4, cursor: first.nextCursor });
    expect([...first.items.map((o) => o.orderId), ...rest]).toEqual(all);
  });

  test('one order: lines, vouchers, refunds, what can be done now', async () => {
    const partly = await town.read('getOrder', getOrder, town.as(town.guest), {
      params: { orderId: h.partly.orderId },
    });
    expect(partly).toMatchObject({
      quote: [{ kind: 'price', amountFen: 33_600 }],
      canPay: false,
      canCancel: false,
      refundableFen: 11_200,
      sharer: null,
      refunds: [{ refundId: h.unusedRefund, state: 'succeeded', amountFen: 11_200 }],
      row: {
        state: 'paid',
        vouchersLeft: 1,
        refundedFen: 11_200,
        refundState: 'succeeded',
        firstVoucherId: h.partly.vouchers[2]!.voucherId,
        storeName: '运河店 等 2 家',
      },
    });
    expect(partly.vouchers.map((v) => v.state)).toEqual(['redeemed', 'refunded', 'issued']);
    expect(partly.vouchers[0]).toMatchObject({ redeemedAt: '运河店' });
    const unpaid = await town.read('getOrder', getOrder, town.as(town.guest), {
      params: { orderId: h.unpaid.orderId },
    });
    expect(unpaid).toMatchObject({ canPay: true, canCancel: true, vouchers: [], paidAtMs: null });
    const brought = await town.read('getOrder', getOrder, town.as(town.friend, { language: 'en' }), {
      params: { orderId: h.served.orderId },
    });
    expect(brought).toMatchObject({
      sharer: { person: { name: '林可' }, rebateFen: 927, state: 'available' },
      quote: [{ kind: 'price' }, { kind: 'friend_discount', amountFen: -900 }],
      row: { storeName: '运河店 and 1 more' },
    });
  });

  test('A-18: the rows of another do not exist', async () => {
    const foreign = town.as(town.friend);
    await expect(
      town.read('getOrder', getOrder, foreign, { params: { orderId: h.partly.orderId } }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(
      town.read('getVoucher', getVoucher, foreign, { params: { voucherId: h.partly.vouchers[2]!.voucherId } }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(
      town.read('getRefund', getRefund, foreign, { params: { refundId: h.unusedRefund } }),
    ).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(town.read('getWallet', getWallet, town.as(null))).rejects.toMatchObject({ code: 'NO_SESSION' });
  });

  test('A-08: the secret goes to the owner of a usable voucher only, and not past its end (F-15)', async () => {
    const read = (voucherId: string) =>
      town.read('getVoucher', getVoucher, town.as(town.guest), { params: { voucherId } });
    const usable = await read(h.partly.vouchers[2]!.voucherId);
    expect(usable).toMatchObject({
      state: 'issued',
      secret: expect.stringMatching(/^[0-9a-f]{32}$/),
      locator: expect.stringMatching(/^\d{6}$/),
      canAfterSale: false,
      position: { index: 3, of: 3 },
    });
    expect(usable.stores.map((store) => store.hoursText)).toEqual(usable.stores.map(() => expect.stringMatching(/营业|:/)));
    expect(usable.position.siblings).toEqual(h.partly.vouchers.map((v) => v.voucherId));
    expect(await read(h.partly.vouchers[0]!.voucherId)).toMatchObject({
      state: 'redeemed',
      secret: null,
      locator: null,
      redeemedAt: '运河店',
      canAfterSale: true,
    });
    expect(await read(h.partly.vouchers[1]!.voucherId)).toMatchObject({
      state: 'refunded',
      secret: null,
      refundId: h.unusedRefund,
    });
    expect(await read(h.asked.vouchers[0]!.voucherId)).toMatchObject({
      state: 'redeemed',
      canAfterSale: false,
      refundId: h.afterSaleId,
    });
    expect(await read(h.pending.vouchers[0]!.voucherId)).toMatchObject({
      sharer: { person: { name: '林可' }, rebateFen: 927 },
    });
    expect((await read(h.back.vouchers[0]!.voucherId)).sharer).toBeNull();
    await town.move(31 * 86_400_000);
    expect(await read(h.undone.vouchers[0]!.voucherId)).toMatchObject({
      state: 'expired',
      secret: null,
      locator: null,
    });
    const order = await town.read('getOrder', getOrder, town.as(town.guest), { params: { orderId: h.undone.orderId } });
    expect(order).toMatchObject({ refundableFen: 0, vouchers: [{ state: 'expired' }], row: { vouchersLeft: 0 } });
    await town.move(-31 * 86_400_000);
  });

  test('a refund: each step with its time, or the latest it should take', async () => {
    const done = await town.read('getRefund', getRefund, town.as(town.guest), { params: { refundId: h.unusedRefund } });
    expect(done.steps.map((s) => [s.step, s.atMs !== null, s.byMs])).toEqual([
      ['requested', true, null],
      ['accepted', true, null],
      ['sent', true, null],
      ['arrived', true, null],
    ]);
    expect(done).toMatchObject({ state: 'succeeded', reason: '计划有变', kind: 'unused', answerByMs: null });
    const asked = await town.read('getRefund', getRefund, town.as(town.guest), { params: { refundId: h.afterSaleId } });
    expect(asked.steps.map((s) => [s.step, s.atMs !== null, s.byMs !== null])).toEqual([
      ['requested', true, false],
      ['accepted', false, true],
      ['sent', false, false],
      ['arrived', false, false],
    ]);
    expect(asked.answerByMs).toBe(asked.steps[1]!.byMs);
    expect(asked.answerByMs! - asked.steps[0]!.atMs!).toBeLessThanOrEqual(2 * 86_400_000);
  });
});

describe('a sharer', () => {
  test('the wallet keeps apart what is there, what waits and why', async () => {
    const wallet = await town.read('getWallet', getWallet, town.as(town.sharer));
    expect(wallet).toEqual({
      availableFen: 627,
      debtFen: 0,
      waitingFen: 1_935,
      waitingCount: 1,
      inHoldFen: 927,
      inHoldCount: 1,
      totalFen: 927,
      friends: 2,
      underReviewFen: 0,
      withdrawingFen: 0,
      canWithdraw: true,
      why: 'ok',
    });
    expect(await town.read('getWallet', getWallet, town.as(town.guest))).toMatchObject({
      availableFen: 0,
      totalFen: 0,
      friends: 0,
      canWithdraw: false,
      why: 'none',
    });
  });

  test('A-36 and the other reasons why a withdrawal waits', async () => {
    const why = async () => (await town.read('getWallet', getWallet, town.as(town.sharer))).why;
    await town.db.query('UPDATE person SET payout_changed_at = juke_now() WHERE person_id = $1', [town.sharer]);
    expect(await why()).toBe('frozen');
    await town.db.query('UPDATE person SET payout_changed_at = NULL WHERE person_id = $1', [town.sharer]);
    await town.db.query('UPDATE person_identity SET kind = $2 WHERE person_id = $1', [town.sharer, 'unionid']);
    expect(await why()).toBe('needs_wechat');
    await town.db.query('UPDATE person_identity SET kind = $2 WHERE person_id = $1', [town.sharer, 'openid']);
    await town.db.query("UPDATE reward SET held_for = '{same_device}' WHERE reward_id = $1", [h.pending.rewardId]);
    expect(await town.read('getWallet', getWallet, town.as(town.sharer))).toMatchObject({
      underReviewFen: 927,
      inHoldFen: 0,
      inHoldCount: 0,
    });
    await town.db.query("UPDATE reward SET held_for = '{}' WHERE reward_id = $1", [h.pending.rewardId]);
  });

  test('every rebate says what it is waiting for, or why it is not paid', async () => {
    const rows = async (tab?: string) =>
      (await town.read('listRewards', listRewards, town.as(town.sharer), { query: tab ? { tab } : {} })).items;
    expect((await rows()).map((r) => [r.state, r.reason, r.amountFen, r.friend.name])).toEqual([
      ['cancelled', 'refunded', 927, '吴桐'],
      ['pending', 'in_hold', 927, '吴桐'],
      ['expected', 'waiting_visit', 1_935, '周予'],
      ['available', 'arrived', 927, '周予'],
    ]);
    expect((await rows('waiting')).length).toBe(2);
    expect((await rows('arrived')).map((r) => r.redeemedAtMs !== null && r.endedAtMs !== null)).toEqual([true]);
    expect((await rows('unpaid')).map((r) => r.reason)).toEqual(['refunded']);
  });

  test('withdrawals, newest first', async () => {
    const { items } = await town.read('listWithdrawals', listWithdrawals, town.as(town.sharer));
    expect(items.map((w) => [w.state, w.amountFen, w.failReason, w.confirm])).toEqual([
      ['failed', 200, 'EXPIRED', null],
      ['succeeded', 300, null, null],
    ]);
  });

  test('B7: shares tell what each brought, down to the chat group, never by its id', async () => {
    const answer = await town.read('listShares', listShares, town.as(town.sharer));
    const { waitingFen, inHoldFen, underReviewFen } = await town.read('getWallet', getWallet, town.as(town.sharer));
    expect(waitingFen + inHoldFen + underReviewFen).toBeGreaterThan(0);
    expect(answer.items).toEqual([
      expect.objectContaining({
        token: town.token,
        channel: 'group',
        opened: 2,
        ordered: 4,
        redeemed: 2,
        earnedFen: 927,
        // What waits for a visit or for the after-sale time, as the wallet counts it; never with what arrived.
        pendingFen: waitingFen + inHoldFen + underReviewFen,
        groups: [{ label: '群 1', opened: 2, ordered: 1 }],
      }),
    ]);
    expect(JSON.stringify(answer)).not.toContain('opengid');
    expect((await town.read('listShares', listShares, town.as(town.friend))).items).toEqual([]);
  });

  test('notices: amounts with their condition, in both languages, nothing left unfilled', async () => {
    const zh = await town.read('listNotices', listNotices, town.as(town.sharer), { query: { limit: 50 } });
    const en = await town.read('listNotices', listNotices, town.as(town.sharer, { language: 'en' }), {
      query: { limit: 50 },
    });
    expect(zh.items.map((n) => n.kind)).toEqual(
      expect.arrayContaining([
        'reward.expected',
        'reward.pending',
        'reward.released',
        'reward.cancelled',
        'withdrawal.succeeded',
        'withdrawal.failed',
      ]),
    );
    expect(zh.items.find((n) => n.kind === 'reward.expected')!.text).toMatch(
      /到店用掉、过 7 天售后期，返 ¥\d+\.\d\d。/,
    );
    expect(zh.items.find((n) => n.kind === 'reward.cancelled')).toMatchObject({
      text: '吴桐 退了款，¥9.27 这笔不发。',
      amountFen: 927,
    });
    for (const { title, text } of [...zh.items, ...en.items])
      expect(`${title} ${text}`).not.toMatch(/undefined|null|NaN|\{/);
    expect(en.items.every((n) => !/[\u4e00-\u9fff]/.test(n.title))).toBe(true);
    const shop = await town.read('listNotices', listNotices, town.as(town.guest), { query: { limit: 50 } });
    expect(shop.items.find((n) => n.kind === 'voucher.redeemed')!.text).toContain('运河店');
  });

  test('H6: everything of a person and nothing of others; no secret of a voucher', async () => {
    const mine = await town.read('exportMe', exportMe, town.as(town.guest));
    expect((mine.orders as unknown[]).length).toBe(6);
    expect(mine).toMatchObject({ profile: { name: '吴桐' } });
    const text = JSON.stringify(mine);
    const [secret] = await town.db.query('SELECT secret FROM voucher WHERE voucher_id = $1', [
      h.partly.vouchers[2]!.voucherId,
    ]);
    expect(text).not.toContain(secret!.secret);
    expect(text).not.toContain(town.sharer);
    expect(text).not.toContain(town.friend);
  });
});

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

/** A buyer's and a sharer's own screens, from one history. Every answer passes the contract's shape on the way (town.read). */
import { exportMe } from '../../../functions/views/me';
import { listNotices } from '../../../functions/views/notices';
import { getOrder, listOrders } from '../../../functions/views/orders';
import { listShares } from '../../../functions/views/shares';
import { getRefund, getVoucher } from '../../../functions/views/vouchers';
import { getWallet, listRewards, listWithdrawals } from '../../../functions/views/wallet';
import { liveHistory, startTown, type Town } from './trade';

let town: Town;
let h: Awaited<ReturnType<typeof liveHistory>>;

beforeAll(async () => {
  town = await startTown();
  h = await liveHistory(town);
});
afterAll(() => town.stop());

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
        quantity: 3,
        unitPriceFen: 11_200,
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
      afterSale: 'no',
      position: { index: 3, of: 3 },
    });
    expect(usable.stores.map((store) => store.hoursText)).toEqual(usable.stores.map(() => expect.stringMatching(/营业|:/)));
    expect(usable.position.siblings).toEqual(h.partly.vouchers.map((v) => v.voucherId));
    expect(await read(h.partly.vouchers[0]!.voucherId)).toMatchObject({
      state: 'redeemed',
      secret: null,
      locator: null,
      redeemedAt: '运河店',
      afterSale: 'ask',
    });
    expect(await read(h.partly.vouchers[1]!.voucherId)).toMatchObject({
      state: 'refunded',
      secret: null,
      refundId: h.unusedRefund,
    });
    expect(await read(h.asked.vouchers[0]!.voucherId)).toMatchObject({
      state: 'redeemed',
      afterSale: 'no',
      refundId: h.afterSaleId,
    });
    expect(await read(h.pending.vouchers[0]!.voucherId)).toMatchObject({
      sharer: { person: { name: '林可' }, rebateFen: 927, state: 'pending' },
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
      ['failed', 200, '微信没转成，也没说原因。钱退回钱包了，可以再提。', null],
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

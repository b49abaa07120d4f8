/** A small town made by the real saves (SQL functions), without servers: for tests of what is read. */
import { feeFen, partFen, rewardOfFen, splitFen } from '../../../functions/contract/money';
import { RouteName } from '../../../functions/contract/routes';
import { shapes, type Answer } from '../../../functions/contract/shapes';
import {
  newId,
  newSecret,
  openDb,
  quietLog,
  startClock,
  type App,
  type Context,
  type Db,
  type Ready,
  type Staff,
  type Story,
} from '../../../functions/kernel';
import { testConfig } from '../../support/app';
import { createTestDatabase } from '../../support/postgres';

const DAY = 86_400_000;
const FEE_BPS = 60;
let locators = 100_000;

interface Order {
  orderId: string;
  paymentId: string;
  payableFen: number;
  quantity: number;
  buyerId: string;
  vouchers: { voucherId: string; paidFen: number }[];
  rewardId: string | null;
}
interface BuyOptions {
  quantity?: number;
  brought?: boolean;
  groupId?: string;
  /** A coupon of the shop that takes so much off. */
  coupon?: { couponId: string; fen: number };
}
export interface Town {
  db: Db;
  readOnly: Db;
  app: App;
  url: string;
  merchantId: string;
  storeId: string;
  otherStoreId: string;
  dealId: string;
  token: string;
  sharer: string;
  friend: string;
  guest: string;
  clerk: Staff;
  staffPerson: string;
  as(personId: string | null, options?: { language?: 'zh' | 'en'; staff?: Staff }): Context;
  /** The story's answer, checked against the contract's shape as the app would receive it. */
  read<N extends RouteName>(
    name: N,
    story: Story<N>,
    ctx: Context,
    input?: { params?: object; query?: object },
  ): Promise<Answer<N>>;
  place(buyerId: string, options?: BuyOptions): Promise<Order>;
  pay(order: Order): Promise<Order>;
  buy(buyerId: string, options?: BuyOptions): Promise<Order>;
  redeem(order: Order, index?: number): Promise<string>;
  split(order: Order): Promise<void>;
  refund(order: Order, indexes: number[], kind?: 'unused' | 'expired'): Promise<string>;
  arrive(refundId: string): Promise<void>;
  askAfterSale(order: Order, index?: number): Promise<string>;
  release(order: Order): Promise<void>;
  withdraw(personId: string, amountFen: number, succeeded: boolean | null): Promise<string>;
  move(ms: number): Promise<void>;
  stop(): Promise<void>;
}

export async function startTown(): Promise<Town> {
  const database = await createTestDatabase();
  const db = openDb(database.url, { max: 4 });
  // Views only read: what a screen asks runs where nothing can be written.
  const readOnly = openDb(`${database.url}?options=-c%20default_transaction_read_only%3Don`, { max: 4 });
  const app: App = { db, clock: await startClock(db), config: testConfig(database.url, null), log: quietLog };
  const call = <T = Record<string, unknown>>(fn: string, arg: object) => db.call<T>(fn, arg);
  const person = async (name: string) => {
    const personId = newId('per');
    await db.query('INSERT INTO person (person_id, name, avatar_url) VALUES ($1, $2, $3)', [
      personId,
      name,
      '/art/avatar-0.svg',
    ]);
    return personId;
  };
  const [sharer, friend, guest, staffPerson] = [
    await person('林可'),
    await person('周予'),
    await person('吴桐'),
    await person('店员小陈'),
  ];
  await db.query("INSERT INTO person_identity (kind, value, person_id) VALUES ('openid', 'o-sharer-0000001', $1)", [
    sharer,
  ]);
  const merchantId = newId('mch');
  await call('merchants_create', {
    merchantId,
    name: '老灶火锅',
    subMchid: '1600000001',
    category: 'food',
    logoInk: '#C8472F',
    attribution: 'last',
  });
  const store = async (name: string, latE6: number, opens = 0, closes = 1_440) => {
    const storeId = newId('sto');
    await call('merchants_create_store', {
      storeId,
      merchantId,
      name,
      address: '丽水路 1 号',
      phone: '0571-5550001',
      latE6,
      lngE6: 120_140_000,
      opensAtMinute: opens,
      closesAtMinute: closes,
    });
    return storeId;
  };
  const [storeId, otherStoreId] = [await store('运河店', 30_310_000), await store('武林店', 30_275_000)];
  const staffId = newId('stf');
  await call('merchants_add_staff', { staffId, merchantId, storeId, personId: staffPerson, role: 'manager' });
  const clerk: Staff = { staffId, merchantId, storeId, role: 'manager' };
  const dealId = newId('deal');
  const terms = {
    priceFen: 11_200,
    friendDiscountFen: 900,
    rebateBps: 900,
    rebateCapFen: 2_000,
    commissionBps: 500,
    perPersonLimit: 9,
    validDays: 30,
    saleStartsAtMs: null,
    saleEndsAtMs: null,
  };
  await call('catalog_create_deal', {
    dealId,
    merchantId,
    title: '双人火锅餐',
    subtitle: '锅底任选',
    category: 'food',
    pictureUrls: ['/art/dish-hotpot.svg'],
    items: [{ name: '锅底', quantity: 1 }],
    notes: ['周末可用'],
    tags: ['随时退'],
    storeIds: [storeId, otherStoreId],
    stock: 100,
    terms,
    warnings: [],
  });
  const { token } = await call<{ token: string }>('referrals_create_share', {
    token: 'sharetoken000001',
    merchantId,
    dealId,
    sharerId: sharer,
    channel: 'group',
    parentToken: null,
    lifeMs: 30 * DAY,
  });

  const setOf = async (orderId: string) =>
    (await db.query('SELECT version, live, redeemed FROM voucher_set WHERE order_id = $1', [orderId]))[0]!;
  const rewardFen = (paidFen: number) => rewardOfFen(paidFen, terms.rebateBps, terms.rebateCapFen);
  const usedFen = async (orderId: string) =>
    Number(
      (
        await db.query(
          "SELECT coalesce(sum(paid_fen), 0)::bigint AS fen FROM voucher WHERE order_id = $1 AND state = 'redeemed'",
          [orderId],
        )
      )[0]!.fen,
    );

  const town: Town = {
    db,
    readOnly,
    app,
    url: database.url,
    merchantId,
    storeId,
    otherStoreId,
    dealId,
    token,
    sharer,
    friend,
    guest,
    clerk,
    staffPerson,
    as: (personId, options = {}) => ({
      ...app,
      db: readOnly,
      session: personId
        ? {
            personId,
            familyId: 'fam_test',
            deviceId: 'device-0001',
            isOperator: false, isRisky: false,
            expiresAtMs: Number.MAX_SAFE_INTEGER,
          }
        : null,
      staff: options.staff ?? null,
      idem: null,
      language: options.language ?? 'zh',
      ip: '127.0.0.1',
    }),
    async read(name, story, ctx, input = {}) {
      const value = await story(ctx, { params: input.params ?? {}, query: input.query ?? {}, body: {} } as never);
      const sent =
        value && typeof value === 'object' && 'readyJson' in value
          ? JSON.parse((value as Ready).readyJson)
          : JSON.parse(JSON.stringify(value));
      return shapes[name].answer.parse(sent) as never;
    },
    async place(buyerId, { quantity = 1, brought = false, groupId, coupon } = {}) {
      const orderId = newId('ord');
      const paymentId = newId('pay');
      const friendFen = brought ? terms.friendDiscountFen : 0;
      const discountFen = friendFen + (coupon?.fen ?? 0);
      const payableFen = terms.priceFen * quantity - discountFen;
      const key = newSecret();
      await call('orders_place', {
        idem: { actor: buyerId, key, hash: key + key, family: null },
        orderId,
        paymentId,
        merchantId,
        subMchid: '1600000001',
        dealId,
        buyerId,
        deviceId: `device-${buyerId}`,
        surface: 'h5',
        termsVersion: 1,
        quantity,
        limit: terms.perPersonLimit,
        unitPriceFen: terms.priceFen,
        discountFen,
        payableFen,
        commissionBps: terms.commissionBps,
        rebateBps: terms.rebateBps,
        rebateCapFen: terms.rebateCapFen,
        validDays: terms.validDays,
        priceKind: 'single',
        subsidyFen: 0,
        fulfilment: 'voucher',
        uses: coupon
          ? [{ couponId: coupon.couponId, orderId, leadOrderId: orderId, discountFen: coupon.fen, platformFen: 0 }]
          : [],
        seat: null,
        lines: [
          { kind: 'price', amountFen: terms.priceFen * quantity, platformFen: 0 },
          ...(brought ? [{ kind: 'friend_discount', amountFen: -friendFen, platformFen: 0 }] : []),
          ...(coupon
            ? [{ kind: 'merchant_coupon', amountFen: -coupon.fen, couponId: coupon.couponId, title: '满 100 减 5', platformFen: 0 }]
            : []),
        ],
        snapshot: { title: '双人火锅餐', pictureUrl: '/art/dish-hotpot.svg', items: [{ name: '锅底', quantity: 1 }] },
        holdMs: 900_000,
        watchMs: 30_000,
        hoardMax: 3,
        hoardMs: 3_600_000,
        attribution: brought
          ? {
              orderId,
              merchantId,
              dealId,
              buyerId,
              token,
              sharerId: sharer,
              groupId: groupId ?? null,
              discountFen: friendFen,
              rewardFen: rewardFen(payableFen),
            }
          : null,
      });
      return {
        orderId,
        paymentId,
        payableFen,
        quantity,
        buyerId,
        vouchers: [],
        rewardId: brought ? newId('rwd') : null,
      };
    },
    async pay(order) {
      const vouchers = splitFen(
        order.payableFen,
        Array.from({ length: order.quantity }, () => 1),
      ).map((paidFen) => ({ voucherId: newId('vch'), secret: newSecret(), locator: String((locators += 1)), paidFen, subsidyFen: 0 }));
      await call('orders_mark_paid', {
        paymentId: order.paymentId,
        orderId: order.orderId,
        transactionId: `42${order.paymentId}`,
        payerOpenid: `o-${order.buyerId}`,
        successAtMs: app.clock.nowMs(),
        notice: null,
        providerFeeFen: feeFen(order.payableFen, FEE_BPS),
        vouchers,
        shareToken: order.rewardId ? token : null,
        reward: order.rewardId
          ? {
              rewardId: order.rewardId,
              orderId: order.orderId,
              merchantId,
              sharerId: sharer,
              friendId: order.buyerId,
              amountFen: rewardFen(order.payableFen),
              paidFen: order.payableFen,
              rateBps: terms.rebateBps,
              capFen: terms.rebateCapFen,
              heldFor: [],
              reason: null,
              payerOpenid: null,
              deviceId: null,
              repeatMs: 1,
            }
          : null,
      });
      return { ...order, vouchers };
    },
    buy: async (buyerId, options) => town.pay(await town.place(buyerId, options)),
    async redeem(order, index = 0) {
      const set = await setOf(order.orderId);
      const voucher = order.vouchers[index]!;
      const paid = (await usedFen(order.orderId)) + voucher.paidFen;
      const redemptionId = newId('rdm');
      await call('vouchers_redeem', {
        idem: null,
        redemptionId,
        voucherId: voucher.voucherId,
        orderId: order.orderId,
        merchantId,
        storeId,
        staffId,
        deviceId: null,
        codeKind: 'qr',
        undoMs: 300_000,
        setVersion: set.version,
        isLast: set.live === 1,
        rewardPaidFen: paid,
        rewardFen: rewardFen(paid),
        holdMs: 7 * DAY,
        splitDelayMs: 305_000,
      });
      return redemptionId;
    },
    async split(order) {
      const paid = await usedFen(order.orderId);
      const commissionFen = partFen(paid, terms.commissionBps);
      const reward = order.rewardId ? rewardFen(paid) : 0;
      const splitId = newId('spl');
      const [set] = await db.query<{ version: number }>('SELECT version FROM voucher_set WHERE order_id = $1', [order.orderId]);
      await call('settlement_open_split', {
        splitId,
        orderId: order.orderId,
        merchantId,
        setVersion: set!.version,
        commissionFen,
        rewardFen: reward,
        merchantFen: paid - feeFen(paid, FEE_BPS) - commissionFen - reward,
      });
      await call('settlement_split_done', { repayFen: 0, splitId });
    },
    async refund(order, indexes, kind = 'unused') {
      const set = await setOf(order.orderId);
      const [row] = await db.query('SELECT refunded_fen FROM guest_order WHERE order_id = $1', [order.orderId]);
      const amountFen = indexes.reduce((sum, i) => sum + order.vouchers[i]!.paidFen, 0);
      const kept = order.payableFen - row!.refunded_fen;
      const refundId = newId('rfd');
      const paid = await usedFen(order.orderId);
      await call('refunds_open', {
        idem: null,
        refundId,
        orderId: order.orderId,
        paymentId: order.paymentId,
        merchantId,
        buyerId: order.buyerId,
        dealId,
        kind,
        amountFen,
        feeBackFen: feeFen(kept, FEE_BPS) - feeFen(kept - amountFen, FEE_BPS),
        voucherIds: indexes.map((i) => order.vouchers[i]!.voucherId),
        reason: kind === 'expired' ? 'expired' : '计划有变',
        setVersion: set.version,
        refundedFen: row!.refunded_fen,
        closes: set.live === indexes.length && set.redeemed > 0,
        cancels: set.live === indexes.length && set.redeemed === 0,
        rewardPaidFen: paid,
        rewardFen: rewardFen(paid),
        holdMs: 7 * DAY,
        splitDelayMs: 305_000,
        title: '双人火锅餐',
      });
      return refundId;
    },
    async arrive(refundId) {
      await call('refunds_sent', { refundId, providerId: `50${refundId}`, to: 'sent' });
      await call('refunds_succeed', { refundId, providerId: `50${refundId}` });
    },
    async askAfterSale(order, index = 0) {
      const refundId = newId('rfd');
      await call('refunds_request', {
        idem: null,
        refundId,
        orderId: order.orderId,
        paymentId: order.paymentId,
        merchantId,
        buyerId: order.buyerId,
        amountFen: order.vouchers[index]!.paidFen,
        voucherId: order.vouchers[index]!.voucherId,
        reason: '锅底不新鲜',
        answerMs: 2 * DAY,
        managerIds: [staffPerson],
        title: '双人火锅餐',
      });
      return refundId;
    },
    async release(order) {
      const [row] = await db.query('SELECT amount_fen - clawed_fen AS fen FROM reward WHERE reward_id = $1', [
        order.rewardId,
      ]);
      await call('referrals_release', { rewardId: order.rewardId, debtFen: 0, availableFen: row!.fen });
    },
    async withdraw(personId, amountFen, succeeded) {
      const withdrawalId = newId('wdr');
      await call('settlement_request_withdrawal', {
        idem: null,
        withdrawalId,
        personId,
        openid: 'o-sharer-0000001',
        amountFen,
        perDay: 3,
      });
      await call('settlement_withdrawal_sent', { withdrawalId, packageInfo: 'package-1', billNo: `13${withdrawalId}` });
      if (succeeded !== null)
        await call('settlement_withdrawal_ended', { withdrawalId, succeeded, reason: succeeded ? null : 'EXPIRED' });
      return withdrawalId;
    },
    async move(ms) {
      await db.query('UPDATE clock_offset SET offset_ms = offset_ms + $1', [ms]);
      await app.clock.read();
    },
    async stop() {
      app.clock.stop();
      await Promise.all([db.end(), readOnly.end()]);
      await database.drop();
    },
  };
  return town;
}

/** Six coupons of one offer for the friend: used, held by an unpaid order, back from a refund, on its way to a friend, given to one, at hand. */
async function claimCoupons({ db, merchantId, friend, clerk }: Town): Promise<{ offerId: string; couponIds: string[] }> {
  const [offerId, now] = [newId('cof'), Date.now()];
  await db.call('coupons_create_offer', {
    idem: null, offerId, merchantId, title: '满 100 减 5', kind: 'amount', audience: 'everyone', winBackDays: null,
    thresholdFen: 0, amountFen: 500, offBps: 0, capFen: 0, dealId: null, dealIds: [], storeIds: [], platformBps: 0,
    total: 10, perPerson: 6, claimFromMs: now - DAY, claimUntilMs: now + 100 * DAY, validFromMs: null,
    validUntilMs: null, validDays: 30, code: null, isTransferable: true, by: clerk.staffId, reason: null, warnings: [],
  });
  const couponIds = Array.from({ length: 6 }, () => newId('cpn'));
  for (const couponId of couponIds) {
    await db.call('coupons_claim', {
      idem: null, offerId, code: null, personId: friend, couponId, graceMs: 7 * DAY, remindMs: DAY, heldMax: 50,
    });
  }
  return { offerId, couponIds };
}

/** A whole history: one of each thing that can happen. Ends with every fact done. */
export async function liveHistory(town: Town) {
  const { db } = town;
  await db.call('referrals_add_touches', {
    touches: ['v-1', 'v-2'].map((visitorId) => ({
      token: town.token,
      merchantId: town.merchantId,
      dealId: town.dealId,
      visitorId,
      personId: visitorId === 'v-1' ? town.friend : null,
      surface: 'weapp',
      groupId: 'opengid-secret-1',
    })),
  });
  const served = await town.buy(town.friend, { brought: true, groupId: 'opengid-secret-1' });
  await town.redeem(served);
  const [{ version }] = (await db.query('SELECT version FROM voucher_set WHERE order_id = $1', [served.orderId])) as [{ version: number }];
  await db.call('orders_serve', { orderId: served.orderId, to: 'completed', setVersion: version });
  await town.split(served);
  await town.move(7 * DAY + 1_000);
  await town.release(served);
  await town.withdraw(town.sharer, 300, true);
  await town.withdraw(town.sharer, 200, false);
  const expected = await town.buy(town.friend, { brought: true, quantity: 2 });
  const pending = await town.buy(town.guest, { brought: true });
  await town.redeem(pending);
  const partly = await town.buy(town.guest, { quantity: 3 });
  await town.redeem(partly);
  const unusedRefund = await town.refund(partly, [1]);
  await town.arrive(unusedRefund);
  const back = await town.buy(town.guest, { brought: true });
  const backRefund = await town.refund(back, [0]);
  await town.arrive(backRefund);
  const undone = await town.buy(town.guest);
  const redemptionId = await town.redeem(undone);
  await db.call('vouchers_undo', {
    idem: null,
    redemptionId,
    storeId: town.storeId,
    merchantId: town.merchantId,
    by: town.clerk.staffId,
    setVersion: 1,
    rewardPaidFen: 0,
    rewardFen: 0,
  });
  const asked = await town.buy(town.guest);
  await town.redeem(asked);
  const afterSaleId = await town.askAfterSale(asked);
  const unpaid = await town.place(town.guest);
  const cancelled = await town.place(town.friend);
  await db.call('orders_end', { idem: null, orderId: cancelled.orderId, to: 'cancelled' });
  await db.query("UPDATE fact SET state = 'done' WHERE state = 'due'");
  return {
    served,
    expected,
    pending,
    partly,
    unusedRefund,
    back,
    backRefund,
    undone,
    asked,
    afterSaleId,
    unpaid,
    cancelled,
  };
}

/** One coupon in each of its states, after liveHistory. Ends with every fact done. */
export async function couponHistory(town: Town) {
  const { db } = town;
  const { offerId, couponIds } = await claimCoupons(town);
  const coupon = (n: number) => ({ coupon: { couponId: couponIds[n]!, fen: 500 } });
  const couponed = await town.buy(town.friend, coupon(0));
  const back = await town.buy(town.friend, coupon(2));
  await town.arrive(await town.refund(back, [0]));
  await db.call('coupons_give', { idem: null, couponId: couponIds[3], personId: town.friend, token: 'gift00000001', giftMs: DAY, url: '', weappPath: '' });
  await db.call('coupons_give', { idem: null, couponId: couponIds[4], personId: town.friend, token: 'gift00000002', giftMs: DAY, url: '', weappPath: '' });
  await db.call('coupons_claim_gift', { idem: null, token: 'gift00000002', personId: town.guest, heldMax: 50 });
  await town.place(town.friend, coupon(1));
  await db.query("UPDATE fact SET state = 'done' WHERE state = 'due'");
  return { couponed, offerId, couponIds };
}

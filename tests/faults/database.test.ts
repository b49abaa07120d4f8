/** The database goes away, comes back, refuses or kills: F-22, F-23, F-24, I-22. Real connections through a wire that is cut. */
import { Client } from 'pg';
import { RETRIES } from '../../functions/contract/limits';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, count, lostConnection, newKey, newKnife, openWire, people, settle, stockOf, tally, tryPlace, type Wire } from '../support/faults';
import { eventOf } from '../support/http';
import { buy, codeOf, MINUTE, payAtCashier, place, share, stateOf } from '../support/trade';
import { startInbox } from '../support/wechat';

let t: TestApp;
let m: Market;
let wire: Wire;
let admin: Client;
let buyer: TestPerson;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions, via: async (url) => (wire = await openWire(url)).url });
  admin = new Client({ connectionString: t.url });
  await admin.connect();
  m = await t.market();
});
beforeEach(async () => {
  [buyer] = (await people(t, 1)) as [TestPerson];
});
afterEach(async () => {
  wire.up();
  knife.clear();
  await t.sandbox!.control('faults', { reset: true });
  await checkGreen(t);
});
afterAll(async () => {
  await admin.end();
  await t.stop();
  await wire.close();
});

const n = async (sql: string, params: unknown[] = []): Promise<number> => (await admin.query(`SELECT count(*)::int AS n FROM ${sql}`, params)).rows[0].n;
/** Every session of the app ends, whatever it is doing. */
const terminate = () =>
  admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND application_name = 'juke'`);

describe('F-22 the connection is lost at COMMIT: done or not, the next try reads the truth', () => {
  test('placing: the answer is lost, the whole save is tried again and finds its key', async () => {
    const key = newKey();
    const lost = wire.loseAnswerOf(/orders_place/);
    const reply = await tryPlace(t, m, buyer, { key });
    await lost;
    expect(reply.status).toBe(200);
    expect((await tryPlace(t, m, buyer, { key })).body).toEqual(reply.body);
    expect(await n('guest_order WHERE buyer_id = $1', [buyer.personId])).toBe(1);
  });

  test('placing: our own tries are lost as well, the person hears BUSY and tries again with the key', async () => {
    const key = newKey();
    knife.use({ after: (sql) => {
      if (!/orders_place/.test(sql)) return;
      wire.down();
      throw lostConnection();
    } });
    const first = await tryPlace(t, m, buyer, { key });
    expect(first).toMatchObject({ status: 503, body: { code: 'BUSY', retry: 'later', retryAfterMs: expect.any(Number) } });
    expect([await n('guest_order WHERE buyer_id = $1', [buyer.personId]), await n('idempotency WHERE actor = $1', [buyer.personId])]).toEqual([1, 1]);
    knife.clear();
    wire.up();
    expect((await tryPlace(t, m, buyer, { key })).status).toBe(200);
    expect(await n('guest_order WHERE buyer_id = $1', [buyer.personId])).toBe(1);
  });

  test('paid: the answer to the save is lost, once paid', async () => {
    const order = await buy(t, m, buyer, { pay: false });
    await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
    await t.sandbox!.control('faults', { notices: { lose: -1 } });
    await payAtCashier(t, order.paymentId);
    const lost = wire.loseAnswerOf(/orders_mark_paid/);
    expect((await t.ok('checkPayment', { as: buyer, params: { orderId: order.orderId } })).state).toBe('paid');
    await lost;
    expect(await n("journal WHERE subject = $1 AND kind = 'payment'", [order.paymentId])).toBe(1);
  });

  test('redeeming, undoing and giving back: each answer is lost once, each is done once', async () => {
    const [sharer] = (await people(t, 1)) as [TestPerson];
    const order = await buy(t, m, buyer, { quantity: 2, shareToken: await share(t, m, sharer) });
    let lost = wire.loseAnswerOf(/vouchers_redeem/);
    const used = await t.ok('redeemVoucher', { as: m.clerk, params: { storeId: m.storeId }, body: { code: await codeOf(t, order.voucherIds[0]!) } });
    await lost;
    lost = wire.loseAnswerOf(/vouchers_undo/);
    await t.ok('undoRedemption', { as: m.clerk, params: { storeId: m.storeId, redemptionId: used.redemptionId } });
    await lost;
    lost = wire.loseAnswerOf(/refunds_open/);
    await t.ok('requestRefund', { as: buyer, params: { orderId: order.orderId }, body: { voucherIds: [order.voucherIds[0]!], reason: '计划有变' } });
    await lost;
    expect([await n('redemption WHERE order_id = $1', [order.orderId]), await n('refund WHERE order_id = $1', [order.orderId])]).toEqual([1, 1]);
    await settle(t);
    expect(await stateOf(t, 'refund', 'order_id', order.orderId)).toEqual(['succeeded']);
  });

  test("a worker's COMMIT: the answer is lost, the fact runs again, its effect is there once", async () => {
    const order = await buy(t, m, buyer);
    const { refundId } = await t.ok('requestRefund', { as: buyer, params: { orderId: order.orderId }, body: { voucherIds: order.voucherIds, reason: '计划有变' } });
    const lost = wire.loseAnswerOf(/COMMIT/);
    await t.drain();
    await lost;
    await settle(t);
    expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
    expect(await n("journal WHERE subject = $1 AND kind = 'refund.arrived'", [refundId])).toBe(1);
  });

  test.each(['BEGIN', 'kernel_fence', 'refunds_s', 'COMMIT'])('the server ends the session between two statements of a fenced save, after %s', async (at) => {
    const order = await buy(t, m, buyer);
    const { refundId } = await t.ok('requestRefund', { as: buyer, params: { orderId: order.orderId }, body: { voucherIds: order.voucherIds, reason: '计划有变' } });
    let isDone = false;
    knife.use({ after: async (sql) => {
      if (isDone || !sql.includes(at)) return;
      isDone = true;
      await terminate();
      await new Promise((done) => setTimeout(done, 30)); // the driver hears of it while nothing is under way
    } });
    await t.drain();
    knife.clear();
    expect(isDone).toBe(true);
    await settle(t);
    expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
    expect(await n("journal WHERE subject = $1 AND kind = 'refund.arrived'", [refundId])).toBe(1);
  });

  test('every session is ended while many people place: no order is lost or doubled', async () => {
    const { dealId } = await m.addDeal({ stock: 20 });
    const buyers = await people(t, 20);
    const keys = buyers.map(() => newKey());
    const placing = Promise.all(buyers.map((b, i) => tryPlace(t, m, b, { dealId, key: keys[i]! })));
    for (let i = 0; i < 3; i += 1) await terminate();
    await placing;
    const again = await Promise.all(buyers.map((b, i) => tryPlace(t, m, b, { dealId, key: keys[i]! })));
    expect(tally(again)).toEqual({ ok: 20 });
    expect(await stockOf(t, dealId)).toEqual({ stocked: 20, available: 0, held: 20, sold: 0 });
  });
});

describe('F-23 no writer for a while', () => {
  test('nobody gets through: BUSY with a time, notices stay unanswered so that WeChat repeats, nothing is half done', async () => {
    const inbox = await startInbox();
    await t.sandbox!.control('faults', { notices: { sendTo: inbox.url } });
    const order = await buy(t, m, buyer, { pay: false });
    await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
    await payAtCashier(t, order.paymentId);
    const notice = (await inbox.waitFor(1))[0]!;
    const deliver = async () => (await t.handler(eventOf({ method: 'POST', path: '/api/provider/wechat-pay/payments', rawBody: notice.body.toString(), headers: notice.headers }))).statusCode;
    const [other] = (await people(t, 1)) as [TestPerson];
    const key = newKey();
    wire.down();
    for (let again = 0; again < 2; again += 1) {
      const [placed, status] = await Promise.all([tryPlace(t, m, other, { key }), deliver()]);
      expect(placed).toMatchObject({ status: 503, body: { code: 'BUSY', retryAfterMs: expect.any(Number) } });
      expect(status).toBe(503);
    }
    await expect(t.drain()).rejects.toThrow(/database/);
    expect(await n("provider_notice WHERE subject = $1", [order.paymentId])).toBe(0);
    expect(await n('guest_order WHERE buyer_id = $1', [other.personId])).toBe(0);
    wire.up();
    expect(await deliver()).toBe(204);
    expect((await tryPlace(t, m, other, { key })).status).toBe(200);
    expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['paid']);
    await inbox.close();
  });

  test('connected to a server that only reads (the old writer after a failover): the same', async () => {
    const order = await buy(t, m, buyer, { pay: false });
    await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
    await t.sandbox!.control('faults', { notices: { hold: true } });
    await payAtCashier(t, order.paymentId);
    const [other] = (await people(t, 1)) as [TestPerson];
    const key = newKey();
    const { rows: [{ name }] } = await admin.query('SELECT current_database() AS name');
    await admin.query('BEGIN READ WRITE');
    await admin.query(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    await admin.query('COMMIT');
    try {
      await terminate();
      expect(await tryPlace(t, m, other, { key })).toMatchObject({ status: 503, body: { code: 'BUSY', retryAfterMs: expect.any(Number) } });
      await t.sandbox!.control('flush');
      expect(t.sandbox!.sandbox.sandbox.notices.log().at(-1)!.status).toBe('503');
      // What only reads still answers.
      expect((await t.handle('quoteOrder', { as: other, body: { dealId: m.dealId, quantity: 1 } })).status).toBe(200);
    } finally {
      await admin.query(`ALTER DATABASE ${name} RESET default_transaction_read_only`);
      await terminate();
    }
    await t.sandbox!.control('flush');
    expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['paid']);
    expect((await tryPlace(t, m, other, { key })).status).toBe(200);
  });

  test('thirty seconds later by the database clock the worker goes on where it stood', async () => {
    const order = await buy(t, m, buyer);
    await t.ok('requestRefund', { as: buyer, params: { orderId: order.orderId }, body: { voucherIds: order.voucherIds, reason: '计划有变' } });
    knife.use({ before: (sql) => {
      if (/refunds_s/.test(sql)) wire.down();
    } });
    await t.drain().catch(() => undefined);
    knife.clear();
    wire.up();
    await t.moveTime(31_000);
    await settle(t);
    expect(await stateOf(t, 'refund', 'order_id', order.orderId)).toEqual(['succeeded']);
  });
});

describe('F-24 storms of deadlocks and serialization failures', () => {
  /** The next `times` saves that touch the stock fail with this code; a sequence counts, because it survives the rollback. */
  async function storm(code: string, times: number, run: () => Promise<void>): Promise<number> {
    await admin.query('DROP SEQUENCE IF EXISTS test_storm');
    await admin.query('CREATE SEQUENCE test_storm');
    await admin.query(`CREATE OR REPLACE FUNCTION test_storm() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN IF nextval('test_storm') <= ${times} THEN RAISE EXCEPTION 'storm' USING ERRCODE = '${code}'; END IF; RETURN NEW; END $$`);
    await admin.query('CREATE TRIGGER test_storm BEFORE UPDATE ON deal_stock FOR EACH ROW EXECUTE FUNCTION test_storm()');
    try {
      await run();
      return Number((await admin.query('SELECT last_value AS n FROM test_storm')).rows[0].n);
    } finally {
      await admin.query('DROP TRIGGER test_storm ON deal_stock');
    }
  }

  test.each(['40001', '40P01', '55P03'])('%s passes within three whole retries: nobody notices', async (code) => {
    const tries = await storm(code, RETRIES, async () => {
      expect((await tryPlace(t, m, buyer)).status).toBe(200);
    });
    expect(tries).toBe(RETRIES + 1);
    expect(await n('guest_order WHERE buyer_id = $1', [buyer.personId])).toBe(1);
  });

  test.each(['40001', '40P01'])('%s does not pass: exactly three whole retries, then BUSY, and the key is still free', async (code) => {
    const key = newKey();
    const tries = await storm(code, 1_000, async () => {
      expect(await tryPlace(t, m, buyer, { key })).toMatchObject({ status: 503, body: { code: 'BUSY', retry: 'later', retryAfterMs: expect.any(Number) } });
    });
    expect(tries).toBe(RETRIES + 1);
    expect([await n('guest_order WHERE buyer_id = $1', [buyer.personId]), await n('idempotency WHERE actor = $1', [buyer.personId])]).toEqual([0, 0]);
    expect((await tryPlace(t, m, buyer, { key })).status).toBe(200);
  });

  test('a notice in the storm is not answered, and taken at its repeat', async () => {
    await t.sandbox!.control('faults', { notices: { hold: true } });
    const order = await buy(t, m, buyer, { pay: false });
    await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
    await payAtCashier(t, order.paymentId);
    await storm('40001', 1_000, async () => void (await t.sandbox!.control('flush')));
    expect(t.sandbox!.sandbox.sandbox.notices.log().at(-1)!.status).toBe('503');
    expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['unpaid']);
    await t.sandbox!.control('flush');
    expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['paid']);
  });

  test('a worker in the storm: its fact is tried again later, none lost', async () => {
    const { orderId } = await place(t, m, buyer);
    await storm('40P01', 1_000, async () => {
      await t.moveTime(16 * MINUTE);
      await t.drain();
    });
    expect(await stateOf(t, 'guest_order', 'order_id', orderId)).toEqual(['unpaid']);
    await settle(t);
    expect(await stateOf(t, 'guest_order', 'order_id', orderId)).toEqual(['expired']);
  });

  test('a real deadlock: ours is chosen, tried again whole, and done once', async () => {
    const { dealId } = await m.addDeal();
    const before = await tryPlace(t, m, buyer, { dealId });
    await t.ok('cancelOrder', { as: buyer, params: { orderId: before.body.orderId } }); // leaves the row that counts what the buyer has
    // Somebody outside holds what the save waits for, and then wants what the save holds.
    const other = new Client({ connectionString: t.url });
    await other.connect();
    await other.query("SET deadlock_timeout = '60s'"); // so that ours notices first
    await other.query('BEGIN');
    await other.query('SELECT 1 FROM deal_stock WHERE deal_id = $1 FOR UPDATE', [dealId]);
    let tries = 0;
    knife.use({ before: (sql) => void (/orders_place/.test(sql) && (tries += 1)) });
    const placing = tryPlace(t, m, buyer, { dealId });
    while ((await n("pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")) < 1) await new Promise((done) => setTimeout(done, 10));
    await other.query('UPDATE deal_buyer SET quantity = quantity WHERE deal_id = $1', [dealId]);
    await other.query('COMMIT');
    await other.end();
    expect((await placing).status).toBe(200);
    expect(tries).toBe(2);
    expect(await stockOf(t, dealId)).toEqual({ stocked: 100, available: 99, held: 1, sold: 0 });
    await t.drain();
  });

  test('a statement that the server cancels is BUSY, not a bug, and left nothing', async () => {
    const key = newKey();
    const blocker = new Client({ connectionString: t.url });
    await blocker.connect();
    await blocker.query('BEGIN');
    await blocker.query('SELECT 1 FROM deal_stock WHERE deal_id = $1 FOR UPDATE', [m.dealId]);
    let isAnswered = false;
    const placing = tryPlace(t, m, buyer, { key }).finally(() => (isAnswered = true));
    while (!isAnswered) {
      await admin.query("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock' AND application_name = 'juke'");
      await new Promise((done) => setTimeout(done, 10));
    }
    await blocker.query('ROLLBACK');
    await blocker.end();
    expect(await placing).toMatchObject({ status: 503, body: { code: 'BUSY' } });
    expect((await tryPlace(t, m, buyer, { key })).status).toBe(200);
    expect(await count(t, 'guest_order WHERE buyer_id = $1', [buyer.personId])).toBe(1);
  });
});

/** WeChat's bill of a busy day: compared within its fact's lease, however many lines it has. I-26, F-10, F-38. */
import { runTimers } from '../../../functions/worker/timers';
import { reconcileBill } from '../../../functions/settlement';
import { wechatPay } from '../../../functions/payments';
import { startTestApp, type TestApp, type TestPerson } from '../../support/app';
import { people } from '../../support/faults';
import { buy, DAY, stateOf } from '../../support/trade';

let t: TestApp;
const statements: string[] = [];
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: { beforeStatement: (sql) => void statements.push(sql) } });
});
afterAll(() => t.stop());

test('I-26 lines that say what we know are read together, and only what differs is asked for', async () => {
  const m = await t.market({ deal: { stock: 50, perPersonLimit: 5 } });
  const buyers = await people(t, 8);
  for (const buyer of buyers) {
    const { orderId, voucherIds } = await buy(t, m, buyer);
    if (buyer === buyers[0]) await t.ok('requestRefund', { as: buyer, params: { orderId }, body: { voucherIds, reason: '不去了' } });
  }
  await t.drain();
  await t.sandbox!.control('flush');
  await t.drain();
  const day = new Date((await t.app.clock.read()) + 8 * 3_600_000).toISOString().slice(0, 10);
  await t.moveTime(DAY);
  const compare = async () => {
    statements.length = 0;
    await reconcileBill(t.app, day);
    return (await t.db.query('SELECT lines, unexplained FROM bill_day WHERE bill_date = $1', [day]))[0];
  };
  expect(await compare()).toEqual({ lines: 9, unexplained: 0 });
  // Two for all lines, one the other way round, one save (and the look above).
  expect(statements.length).toBe(5);
  await t.db.query("UPDATE payment SET amount_fen = amount_fen + 1 WHERE payment_id = (SELECT min(payment_id) FROM payment WHERE state = 'succeeded')");
  expect(await compare()).toEqual({ lines: 9, unexplained: 1 });
  await t.db.query("UPDATE payment SET amount_fen = amount_fen - 1 WHERE payment_id = (SELECT min(payment_id) FROM payment WHERE state = 'succeeded')");
  expect(await compare()).toEqual({ lines: 9, unexplained: 0 });
});

test('I-26 F-05 a refund that we never heard the end of is asked for and taken; one of a number that we never gave stays unexplained', async () => {
  await t.moveTime(DAY); // a bill of its own
  const m = await t.market({ operator: await t.person('对账运营', { operator: true }), staff: ['对账店员', '对账店长'], deal: { perPersonLimit: 5 } });
  const [buyer] = (await people(t, 1)) as [TestPerson];
  const { orderId, voucherIds, payableFen } = await buy(t, m, buyer, { quantity: 2 });
  await t.sandbox!.control('faults', { notices: { lose: -1 } });
  const { refundId } = await t.ok('requestRefund', { as: buyer, params: { orderId }, body: { voucherIds: [voucherIds[0]!], reason: '少来一位' } });
  await t.drain();
  const [{ transactionId }] = (await t.db.query('SELECT transaction_id AS "transactionId" FROM payment WHERE order_id = $1', [orderId])) as [{ transactionId: string }];
  await wechatPay(t.app.config.wechat).refund({ refundId: 'rfd_byhand', transactionId, subMchid: m.subMchid, amountFen: 100, totalFen: payableFen, reason: '手工', notifyUrl: 'https://juke.example/refunds' });
  await t.sandbox!.control('flush');
  const day = new Date((await t.app.clock.read()) + 8 * 3_600_000).toISOString().slice(0, 10);
  await t.moveTime(DAY);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['sent']);
  await reconcileBill(t.app, day);
  expect(await t.db.query('SELECT lines, unexplained FROM bill_day WHERE bill_date = $1', [day])).toEqual([{ lines: 3, unexplained: 1 }]);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  // Without it all is explained, or the audit would not pass.
  const { refund } = t.sandbox!.sandbox.sandbox.world.tables;
  for (const [key, { outRefundNo }] of refund) if (outRefundNo === 'rfd_byhand') refund.delete(key);
  await reconcileBill(t.app, day);
  await t.sandbox!.control('faults', { reset: true });
});

test('I-26 days that a stopped worker missed are compared as well, each once; a new system begins with yesterday', async () => {
  const days = async () => (await t.db.query<{ day: string }>("SELECT subject AS day FROM fact WHERE kind = 'bill.due' ORDER BY 1")).map((row) => row.day);
  const dayAt = (ms: number) => new Date(ms + 8 * 3_600_000).toISOString().slice(0, 10);
  // Noon in Shanghai.
  const nowMs = await t.app.clock.read();
  await t.moveTime(DAY - ((nowMs + 8 * 3_600_000) % DAY) + DAY / 2);
  const noonMs = await t.app.clock.read();
  await Promise.all([runTimers(t.app), runTimers(t.app)]);
  expect(await days()).toEqual([dayAt(noonMs - DAY)]);
  await t.moveTime(4 * DAY);
  await Promise.all([runTimers(t.app), runTimers(t.app)]);
  expect(await days()).toEqual([-1, 0, 1, 2, 3].map((n) => dayAt(noonMs + n * DAY)));
  await t.drain();
  expect(await t.db.query("SELECT state FROM fact WHERE kind = 'bill.due' AND state <> 'done'")).toEqual([]);
});

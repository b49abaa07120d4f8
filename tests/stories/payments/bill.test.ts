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
  // Two for all lines, one to note the refunds, two the other way round, one save (and the look above).
  expect(statements.length).toBe(7);
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

const dayNow = async () => new Date((await t.app.clock.read()) + 8 * 3_600_000).toISOString().slice(0, 10);
const toHour = async (hour: number) => t.moveTime((DAY + hour * 3_600_000 - (((await t.app.clock.read()) + 8 * 3_600_000) % DAY)) % DAY);
const unexplained = async (day: string) => {
  await reconcileBill(t.app, day);
  return (await t.db.query<{ n: number }>('SELECT unexplained AS n FROM bill_day WHERE bill_date = $1', [day]))[0]!.n;
};
/** Asked for at noon of a day of its own; arrived at once, or on the next day. */
async function giveBack(name: string, arrives: 'at once' | 'next day'): Promise<{ refundId: string; days: [string, string] }> {
  await t.moveTime(DAY);
  await toHour(12);
  const m = await t.market({ operator: await t.person(`${name}运营`, { operator: true }), staff: [`${name}店员`, `${name}店长`] });
  const [buyer] = (await people(t, 1)) as [TestPerson];
  const { orderId, voucherIds } = await buy(t, m, buyer);
  if (arrives === 'next day') await t.sandbox!.control('settings', { refundDelayMs: 3_600_000 });
  const { refundId } = await t.ok('requestRefund', { as: buyer, params: { orderId }, body: { voucherIds, reason: '不去了' } });
  await t.drain();
  const first = await dayNow();
  if (arrives === 'next day') await t.moveTime(DAY);
  await t.sandbox!.control('settings', { refundDelayMs: 0 });
  await t.sandbox!.control('flush');
  await t.drain();
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  await t.moveTime(arrives === 'next day' ? DAY : 2 * DAY);
  return { refundId, days: [first, new Date(Date.parse(first) + DAY).toISOString().slice(0, 10)] };
}
const leaveOut = (...billLeavesOut: string[]) => t.sandbox!.control('settings', { billLeavesOut });

test('I-26 F-38 a refund of ours that arrived and that the bill does not list is unexplained, alarmed by its number, and nothing is posted for it', async () => {
  const { refundId, days: [day] } = await giveBack('漏账', 'at once');
  const journals = async () => (await t.db.query<{ n: number }>('SELECT count(*)::int AS n FROM journal'))[0]!.n;
  const before = await journals();
  await leaveOut(refundId);
  expect(await unexplained(day)).toBe(1);
  expect(await t.db.query("SELECT body -> 'ids' AS ids FROM alarm WHERE kind = 'bill.unexplained' AND subject = $1", [day])).toEqual([{ ids: [refundId] }]);
  expect([await journals(), await stateOf(t, 'refund', 'refund_id', refundId)]).toEqual([before, ['succeeded']]);
  await leaveOut();
  expect(await unexplained(day)).toBe(0);
  await leaveOut(refundId);
  expect(await unexplained(day)).toBe(0); // it was in a bill once
  await leaveOut();
});

test.each(['in order', 'the other way round'])('I-26 F-26 a refund that took until the next day is looked for in the bills of both days, compared %s', async (order) => {
  for (const isListed of [true, false]) {
    const { refundId, days } = await giveBack(`${order}${isListed ? '在' : '漏'}`, 'next day');
    if (!isListed) await leaveOut(refundId);
    const asked = order === 'in order' ? days : [...days].reverse();
    const counts = [];
    for (const day of asked) counts.push(await unexplained(day));
    // On its way still by the one bill, missing by both.
    expect(counts).toEqual([0, isListed ? 0 : 1]);
    await leaveOut();
    for (const day of days) expect(await unexplained(day)).toBe(0);
  }
});

test('I-26 F-26 a refund of the last minutes before midnight may be the next day by the clock of WeChat', async () => {
  const { refundId, days } = await giveBack('子夜', 'at once');
  await t.db.query("UPDATE refund SET ended_at = ($2::date + 1)::timestamp AT TIME ZONE 'Asia/Shanghai' - interval '2 minutes' WHERE refund_id = $1", [refundId, days[0]]);
  await leaveOut(refundId);
  expect([await unexplained(days[0]), await unexplained(days[1])]).toEqual([0, 1]);
  await leaveOut();
  expect([await unexplained(days[0]), await unexplained(days[1])]).toEqual([0, 0]);
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

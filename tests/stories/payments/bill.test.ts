/** WeChat's bill of a busy day: compared within its fact's lease, however many lines it has. I-26, F-10, F-38. */
import { runTimers } from '../../../functions/worker/timers';
import { reconcileBill } from '../../../functions/settlement';
import { startTestApp, type TestApp } from '../../support/app';
import { people } from '../../support/faults';
import { buy, DAY } from '../../support/trade';

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

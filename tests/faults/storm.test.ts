/**
 * F-30: WeChat and the guests come back all at once after an outage. Notices and the counter are answered first, over connections
 * of their own; touches, looking around and placing are refused in this order before they cost anything, and nothing is lost.
 */
import { allRoutes } from '../../functions/host/modules';
import { firstInLine, rankOf } from '../../functions/host/first-in-line';
import { pathOf, routes, type RouteName } from '../../functions/contract/routes';
import { openDb, quietLog, type Handler } from '../../functions/kernel';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { checkGreen, count, newKey, newKnife, newMarket, openWire, people, tally, type Wire } from '../support/faults';
import { eventOf } from '../support/http';
import { buy, codeOf, payAtCashier } from '../support/trade';
import { startInbox, type RawNotice } from '../support/wechat';

const MOST = { touch: 6, browse: 12, place: 18 };
let t: TestApp;
let m: Market;
let wire: Wire;
let handler: Handler;
let urgentDb: ReturnType<typeof openDb>;
let inbox: Awaited<ReturnType<typeof startInbox>>;
const knife = newKnife();

beforeAll(async () => {
  inbox = await startInbox();
  t = await startTestApp({
    sandbox: true, dbOptions: knife.dbOptions, config: { poolSize: 4 },
    via: async (url) => (wire = await openWire(url)).url,
  });
  urgentDb = openDb(wire.url, { max: 3 });
  handler = firstInLine(allRoutes(async () => ({ ...t.app, db: urgentDb })), allRoutes(async () => t.app), t.app.log, MOST);
  m = await newMarket(t, { deal: { stock: 200, perPersonLimit: 9 } });
});
afterAll(async () => {
  knife.clear();
  await inbox.close();
  await urgentDb.end();
  await t.stop();
  await wire.close();
});

interface Asked { as?: TestPerson; params?: Record<string, string>; query?: Record<string, string>; body?: unknown; key?: string }
const ask = async (name: RouteName, { as, params = {}, query, body, key }: Asked = {}) => {
  const headers = { ...(as ? { authorization: `Bearer ${as.token}` } : {}), ...(key ? { 'idempotency-key': key } : {}) };
  const result = await handler(eventOf({ method: routes[name].method, path: pathOf(name, params), query, body, headers }));
  return { status: result.statusCode!, body: JSON.parse(result.body!), headers: {} };
};
const deliver = async (notice: RawNotice) =>
  (await handler(eventOf({ method: 'POST', path: '/api/provider/wechat-pay/payments', rawBody: notice.body.toString(), headers: notice.headers }))).statusCode!;
const place = (buyer: TestPerson, key: string) =>
  ask('placeOrder', { as: buyer, key, body: { dealId: m.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: m.deal.priceFen, surface: 'weapp' } });

test('F-30 what can wait is named; everything about money that is already under way cannot', () => {
  for (const name of ['payOrder', 'checkPayment', 'redeemVoucher', 'undoRedemption', 'requestRefund', 'cancelOrder'] as const) {
    expect([name, rankOf(routes[name].method, pathOf(name, { orderId: 'ord_1', storeId: 'sto_1', redemptionId: 'rdm_1' }))]).toEqual([name, 'urgent']);
  }
  expect([rankOf('POST', '/api/provider/wechat-pay/refunds'), rankOf('GET', '/api/health')]).toEqual(['urgent', 'urgent']);
  expect([rankOf('POST', '/api/orders'), rankOf('GET', '/api/orders'), rankOf('POST', '/api/shares/abc/touches')]).toEqual(['place', 'browse', 'touch']);
});

test('F-30 each kind is refused from its own number on, no sooner; what is urgent never, and over connections of its own', async () => {
  const open: (() => void)[] = [];
  const waiting = (who: string) => () => new Promise<Awaited<ReturnType<Handler>>>((done) => open.push(() => done({ statusCode: 200, body: who })));
  const line = firstInLine(waiting('urgent'), waiting('rest'), quietLog, { touch: 1, browse: 2, place: 3 });
  const send = (method: string, path: string) => line(eventOf({ method, path }));
  const [touch, browse, place, notice] = [['POST', '/api/shares/abc/touches'], ['GET', '/api/orders'], ['POST', '/api/orders'], ['POST', '/api/provider/wechat-pay/payments']] as const;
  const busy = async (one: readonly [string, string]) => expect((await send(...one)).statusCode).toBe(503);
  const held = [send(...touch)];
  await busy(touch);
  held.push(send(...browse));
  await busy(browse);
  held.push(send(...place));
  for (const one of [touch, browse, place]) await busy(one);
  held.push(send(...notice), send(...notice));
  expect(open).toHaveLength(5);
  for (const done of open) done();
  expect((await Promise.all(held)).map((reply) => reply.body)).toEqual(['rest', 'rest', 'rest', 'urgent', 'urgent']);
  // All have gone: the line is empty again, also after one that threw.
  await expect(firstInLine(waiting('urgent'), () => Promise.reject(new Error('x')), quietLog, { touch: 1, browse: 1, place: 1 })(eventOf({ method: 'GET', path: '/api/orders' }))).rejects.toThrow('x');
  void send(...touch);
  expect(open).toHaveLength(6);
  open[5]!();
});

test('F-30 after an outage: every notice is answered, the counter works, the rest is told to come back and then served', async () => {
  const [eater] = await people(t, 1);
  const meal = await buy(t, m, eater!);
  await t.sandbox!.control('flush', {});
  await t.sandbox!.control('faults', { reset: true, notices: { sendTo: inbox.url } });
  const payers = await people(t, 12);
  const orders = [];
  for (const buyer of payers) {
    const order = await buy(t, m, buyer, { pay: false });
    await t.ok('payOrder', { as: buyer, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
    orders.push(order);
  }
  const code = await codeOf(t, meal.voucherIds[0]!);
  const token = (await t.ok('createShare', { as: eater!, params: { dealId: m.dealId }, body: { channel: 'chat' } })).token;
  const guests = await people(t, 40);

  wire.down();
  for (const order of orders) await payAtCashier(t, order.paymentId);
  const notices = await inbox.waitFor(orders.length);
  // Unanswered, so that WeChat repeats them.
  expect(await Promise.all(notices.map(deliver))).toEqual(notices.map(() => 503));
  wire.up();

  // The database is slow for whoever browses and places: those pile up, as they would.
  knife.use({ before: () => new Promise((done) => setTimeout(done, 15)) });
  const keys = guests.map(() => newKey());
  const [answered, used, placed, looked, touched] = await Promise.all([
    Promise.all([...notices, ...notices, ...notices].map(deliver)),
    ask('redeemVoucher', { as: m.clerk, key: newKey(), params: { storeId: m.storeId }, body: { code } }),
    Promise.all(guests.map((guest, i) => place(guest, keys[i]!))),
    Promise.all(Array.from({ length: 80 }, (_, i) => ask('listDeals', { query: { q: `火锅${i}` } }))),
    Promise.all(Array.from({ length: 80 }, (_, i) => ask('openShare', { params: { token }, body: { surface: 'h5', visitorId: `dev-visitor-${i}` } }))),
  ]);
  expect(answered).toEqual(answered.map(() => 204));
  expect(used.status).toBe(200);
  for (const replies of [placed, looked, touched]) {
    const counts = tally(replies);
    expect({ ...counts, ok: undefined, BUSY: undefined }).toEqual({ ok: undefined, BUSY: undefined });
    expect(counts.BUSY).toBeGreaterThan(0);
    for (const { body } of replies.filter(({ status }) => status === 503)) expect(body).toMatchObject({ code: 'BUSY', retry: 'later', retryAfterMs: expect.any(Number) });
  }
  // Shed in this order: of what came at the same moment the larger part of placing got through.
  const part = (replies: { status: number }[]) => replies.filter(({ status }) => status === 200).length / replies.length;
  expect(part(placed)).toBeGreaterThan(part(touched));

  // They come back with the same key until it is done.
  knife.clear();
  for (const [i, guest] of guests.entries()) {
    let reply = placed[i]!;
    for (let tries = 0; reply.status === 503 && tries < 20; tries += 1) reply = await place(guest, keys[i]!);
    expect(reply).toMatchObject({ status: 200 });
  }
  expect(await count(t, "guest_order WHERE state = 'paid' AND order_id = ANY ($1)", [orders.map((o) => o.orderId)])).toBe(orders.length);
  expect(await count(t, "guest_order WHERE state = 'unpaid'")).toBe(guests.length);
  await checkGreen(t);
});

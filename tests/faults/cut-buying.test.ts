/** F-09 cut at every statement, from placing to paid and to the ways out before it. F-02, F-03, F-06, F-07, I-21, I-22. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { CUTS, cutEverywhere, type CutStory, type Scene } from '../support/cut';
import { keepGreen, newKey, newKnife, people } from '../support/faults';
import { eventOf } from '../support/http';
import { buy, MINUTE, payAtCashier, paymentOf, place, share } from '../support/trade';
import { startInbox, type RawNotice } from '../support/wechat';

let t: TestApp;
let m: Market;
let inbox: Awaited<ReturnType<typeof startInbox>>;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  m = await t.market({ deal: { stock: 5_000 } });
  inbox = await startInbox();
});
afterAll(() => inbox.close());
keepGreen(() => t, knife);

interface Mine extends Scene { token: string; key: string; orderId: string; paymentId: string; payableFen: number; notice: RawNotice | null }
async function scene(): Promise<Mine> {
  const [sharer, friend] = await people(t, 2);
  return { sharer: sharer!, friend: friend!, token: await share(t, m, sharer!), key: newKey(), orderId: '', paymentId: '', payableFen: m.deal.priceFen - m.deal.friendDiscountFen, notice: null };
}
async function placed(): Promise<Mine> {
  const s = await scene();
  const { orderId } = await place(t, m, s.friend, { quantity: 1, shareToken: s.token });
  return { ...s, orderId, paymentId: await paymentOf(t, orderId) };
}
const prepay = (s: Mine, key = newKey()) => t.handle('payOrder', { as: s.friend, key, params: { orderId: s.orderId }, body: { method: 'jsapi' } });
async function prepared(): Promise<Mine> {
  const s = await placed();
  await prepay(s);
  return s;
}
async function paidAtWechat(): Promise<Mine> {
  const s = await prepared();
  await inbox.clear(t.sandbox!);
  await t.sandbox!.control('faults', { reset: true, notices: { sendTo: inbox.url } });
  await payAtCashier(t, s.paymentId);
  const notice = (await inbox.waitFor(1))[0]!;
  return { ...s, notice };
}
const ok = (reply: { status: number }) => reply.status === 200;
const drained = async () => {
  await t.drain();
  return true;
};

const stories: CutStory<Mine>[] = [
  {
    name: 'place', prepare: scene,
    deliver: async (s) => ok(await t.handle('placeOrder', { as: s.friend, key: s.key, body: { dealId: m.dealId, quantity: 1, termsVersion: m.termsVersion, expectedPayableFen: s.payableFen, surface: 'weapp', shareToken: s.token } })),
  },
  { name: 'prepay', prepare: placed, deliver: async (s) => ok(await prepay(s, s.key)) },
  {
    name: 'notice to paid', prepare: paidAtWechat,
    deliver: async (s) => (await t.handler(eventOf({ method: 'POST', path: '/api/provider/wechat-pay/payments', rawBody: s.notice!.body.toString(), headers: s.notice!.headers }))).statusCode === 204,
  },
  { name: 'the guest comes back and asks', prepare: paidAtWechat, deliver: async (s) => ok(await t.handle('checkPayment', { as: s.friend, params: { orderId: s.orderId } })) },
  {
    name: 'the worker asks', deliver: drained,
    prepare: async () => {
      const s = await paidAtWechat();
      await t.moveTime(30_000);
      return s;
    },
  },
  {
    name: 'what follows a paid order', deliver: drained,
    prepare: async () => {
      const s = await scene();
      const { orderId, paymentId } = await buy(t, m, s.friend, { shareToken: s.token });
      return { ...s, orderId, paymentId };
    },
  },
  { name: 'cancel', prepare: prepared, deliver: async (s) => ok(await t.handle('cancelOrder', { as: s.friend, key: s.key, params: { orderId: s.orderId } })) },
  {
    name: 'expire', deliver: drained,
    prepare: async () => {
      const s = await prepared();
      await t.moveTime(15 * MINUTE);
      return s;
    },
  },
  {
    name: 'cancelled, then paid all the same', deliver: drained,
    prepare: async () => {
      const s = await paidAtWechat();
      await t.ok('cancelOrder', { as: s.friend, params: { orderId: s.orderId } });
      return s;
    },
  },
];

describe.each(stories.map((s) => [s.name, s] as const))('F-09 %s', (_name, story) => {
  test.each(CUTS)('%s each statement, delivered again: the uncut end', async (how) => {
    expect(await cutEverywhere(t, knife, story, how)).toBeGreaterThanOrEqual(1);
  });
});

/** F-09 cut at every statement: a purchase placed, prepared, paid and ended is whole or not there. F-03, F-06, F-07, I-21, I-22. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { CUTS, cutEverywhere, type CutStory, type Scene } from '../support/cut';
import { keepGreen, newKey, newKnife, people } from '../support/faults';
import { eventOf } from '../support/http';
import { combineOf, makeStreet, priced } from '../support/purchase';
import { MINUTE, share } from '../support/trade';
import { startInbox, type RawNotice } from '../support/wechat';

let t: TestApp;
let street: Market[];
let inbox: Awaited<ReturnType<typeof startInbox>>;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  street = await makeStreet(t, ['火锅店', '面包店'], { stock: 5_000 });
  inbox = await startInbox();
});
afterAll(() => inbox.close());
keepGreen(() => t, knife);

interface Mine extends Scene { body: Awaited<ReturnType<typeof priced>>; key: string; purchaseId: string; notice: RawNotice | null }
async function scene(): Promise<Mine> {
  const [sharer, friend] = await people(t, 2);
  const token = await share(t, street[0]!, sharer!);
  return { sharer: sharer!, friend: friend!, body: await priced(t, friend!, street.map(({ dealId }, i) => ({ dealId, ...(i === 0 ? { shareToken: token } : {}) }))), key: newKey(), purchaseId: '', notice: null };
}
const place = (s: Mine) => t.handle('placePurchase', { as: s.friend, key: s.key, body: s.body });
const placed = async (): Promise<Mine> => {
  const s = await scene();
  return { ...s, purchaseId: (await place(s)).body.purchaseId, key: newKey() };
};
const prepay = (s: Mine) => t.handle('payPurchase', { as: s.friend, key: s.key, params: { purchaseId: s.purchaseId }, body: { method: 'jsapi' } });
async function paidAtWechat(): Promise<Mine> {
  const s = await placed();
  await prepay(s);
  await inbox.clear(t.sandbox!);
  await t.sandbox!.control('faults', { reset: true, notices: { sendTo: inbox.url } });
  await t.sandbox!.control('pay', { out_trade_no: await combineOf(t, s.purchaseId) });
  return { ...s, notice: (await inbox.waitFor(1))[0]! };
}
const ok = (reply: { status: number }) => reply.status === 200;

const stories: CutStory<Mine>[] = [
  { name: 'place', prepare: scene, deliver: async (s) => ok(await place(s)) },
  { name: 'prepay', prepare: placed, deliver: async (s) => ok(await prepay(s)) },
  {
    name: 'notice to paid', prepare: paidAtWechat,
    deliver: async (s) => (await t.handler(eventOf({ method: 'POST', path: '/api/provider/wechat-pay/payments', rawBody: s.notice!.body.toString(), headers: s.notice!.headers }))).statusCode === 204,
  },
  { name: 'cancelled', prepare: placed, deliver: async (s) => ok(await t.handle('cancelPurchase', { as: s.friend, key: s.key, params: { purchaseId: s.purchaseId } })) },
  {
    name: 'expired by the worker',
    prepare: async () => {
      const s = await placed();
      await prepay(s);
      await t.moveTime(16 * MINUTE);
      return s;
    },
    deliver: async () => {
      await t.drain();
      return true;
    },
  },
];
describe.each(stories)('F-09 a purchase: $name', (story) => {
  test.each(CUTS)('%s', async (how) => {
    expect(await cutEverywhere(t, knife, story, how)).toBeGreaterThan(0);
  });
});

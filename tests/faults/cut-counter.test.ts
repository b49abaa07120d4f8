/** F-09 cut at every statement: at the counter and on the ways back. F-08, F-13, F-14, I-15, I-21, I-22. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { CUTS, cutEverywhere, type CutStory, type Scene } from '../support/cut';
import { keepGreen, newKey, newKnife, people } from '../support/faults';
import { buy, codeOf, DAY, MINUTE, redeem, share } from '../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  m = await t.market({ deal: { stock: 5_000 } });
});
keepGreen(() => t, knife);

interface Mine extends Scene { key: string; orderId: string; voucherIds: string[]; code: string; redemptionId: string; refundId: string }
const ok = (reply: { status: number }) => reply.status === 200;
const drained = async () => {
  await t.drain();
  return true;
};
/** Bought with a friend's share, shipping reported; nothing is due. */
async function bought(quantity = 2): Promise<Mine> {
  const [sharer, friend] = await people(t, 2);
  const order = await buy(t, m, friend!, { quantity, shareToken: await share(t, m, sharer!) });
  await t.drain();
  return { sharer: sharer!, friend: friend!, key: newKey(), ...order, code: await codeOf(t, order.voucherIds[0]!), redemptionId: '', refundId: '' };
}
async function used(): Promise<Mine> {
  const s = await bought(1);
  const { redemptionId } = await redeem(t, m, s.voucherIds[0]!);
  return { ...s, redemptionId };
}
const scan = (s: Mine) => t.handle('redeemVoucher', { as: m.clerk, key: s.key, params: { storeId: m.storeId }, body: { code: s.code } });
const undo = (s: Mine, key = newKey()) => t.handle('undoRedemption', { as: m.clerk, key, params: { storeId: m.storeId, redemptionId: s.redemptionId } });
const giveBack = (s: Mine, voucherIds: string[], key = newKey()) => t.handle('requestRefund', { as: s.friend, key, params: { orderId: s.orderId }, body: { voucherIds, reason: '计划有变' } });

const stories: CutStory<Mine>[] = [
  { name: 'redeem the last voucher', prepare: () => bought(1), deliver: async (s) => ok(await scan(s)) },
  {
    name: 'what follows a redemption', deliver: drained,
    prepare: used,
  },
  { name: 'undo', prepare: used, deliver: async (s) => ok(await undo(s, s.key)) },
  {
    name: 'what follows an undo', deliver: drained,
    prepare: async () => {
      const s = await used();
      await t.drain();
      await undo(s);
      return s;
    },
  },
  { name: 'give one of two back', prepare: () => bought(2), deliver: async (s) => ok(await giveBack(s, [s.voucherIds[1]!], s.key)) },
  {
    name: 'give the rest back after one was used', deliver: async (s) => ok(await giveBack(s, [s.voucherIds[1]!], s.key)),
    prepare: async () => {
      const s = await bought(2);
      await redeem(t, m, s.voucherIds[0]!);
      await t.drain();
      return s;
    },
  },
  {
    name: 'send the refund', deliver: drained,
    prepare: async () => {
      const s = await bought(1);
      await giveBack(s, s.voucherIds);
      return s;
    },
  },
  {
    name: 'expire', deliver: drained,
    prepare: async () => {
      const s = await bought(2);
      await t.moveTime(31 * DAY);
      return s;
    },
  },
  {
    name: 'ask for an after-sale', prepare: used,
    deliver: async (s) => ok(await t.handle('requestAfterSale', { as: s.friend, key: s.key, params: { voucherId: s.voucherIds[0]! }, body: { reason: '菜不新鲜' } })),
  },
  {
    name: 'accept an after-sale',
    prepare: async () => {
      const s = await used();
      await t.moveTime(6 * MINUTE);
      await t.drain();
      const { refundId } = await t.ok('requestAfterSale', { as: s.friend, params: { voucherId: s.voucherIds[0]! }, body: { reason: '菜不新鲜' } });
      return { ...s, refundId };
    },
    deliver: async (s) => ok(await t.handle('answerAfterSale', { as: m.manager, key: s.key, params: { storeId: m.storeId, refundId: s.refundId }, body: { accept: true, reason: '抱歉' } })),
  },
];

describe.each(stories.map((s) => [s.name, s] as const))('F-09 %s', (_name, story) => {
  test.each(CUTS)('%s each statement, delivered again: the uncut end', async (how) => {
    expect(await cutEverywhere(t, knife, story, how)).toBeGreaterThanOrEqual(1);
  });
});

/** F-09 cut at every statement: split, release, after-sale money. F-10, F-27, F-35, I-18, I-19. */
import { reactions } from '../../functions/worker/reactions';
import { drain } from '../../functions/worker/runner';
import { startTestApp, type Market, type TestApp } from '../support/app';
import { CUTS, cutEverywhere, type CutStory, type Scene } from '../support/cut';
import { keepGreen, newKnife, people, settle } from '../support/faults';
import { buy, DAY, MINUTE, redeem, share } from '../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  m = await t.market({ deal: { stock: 5_000 } });
});
keepGreen(() => t, knife);

interface Mine extends Scene { orderId: string; voucherIds: string[] }
const drained = async () => {
  await t.drain();
  return true;
};
/** The acceptance alone: what follows it is cut above. */
const silence = async () => {
  await drain(t.app, { only: { 'answer-late-after-sale': reactions['answer-late-after-sale'] } });
  return true;
};
async function used(): Promise<Mine> {
  const [sharer, friend] = await people(t, 2);
  const order = await buy(t, m, friend!, { shareToken: await share(t, m, sharer!) });
  await redeem(t, m, order.voucherIds[0]!);
  await t.drain();
  return { sharer: sharer!, friend: friend!, ...order };
}
async function served(): Promise<Mine> {
  const s = await used();
  await t.moveTime(6 * MINUTE);
  await settle(t);
  return s;
}
async function accepted(s: Mine): Promise<Mine> {
  const { refundId } = await t.ok('requestAfterSale', { as: s.friend, params: { voucherId: s.voucherIds[0]! }, body: { reason: '菜不新鲜' } });
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
  return s;
}

const stories: CutStory<Mine>[] = [
  {
    name: 'split', deliver: drained,
    prepare: async () => {
      const s = await used();
      await t.moveTime(6 * MINUTE);
      return s;
    },
  },
  {
    name: 'release', deliver: drained,
    prepare: async () => {
      const s = await served();
      await t.moveTime(7 * DAY);
      return s;
    },
  },
  { name: 'fund an after-sale, return the split, send the refund', deliver: drained, prepare: async () => accepted(await served()) },
  {
    name: 'fund an after-sale from what lies frozen, send the refund', deliver: drained,
    prepare: async () => {
      const [friend] = await people(t, 1);
      const order = await buy(t, m, friend!, { quantity: 2 });
      await redeem(t, m, order.voucherIds[0]!);
      await t.drain();
      return accepted({ sharer: friend!, friend: friend!, ...order });
    },
  },
  { name: 'silence accepts', deliver: silence, prepare: async () => {
    const s = await served();
    await t.ok('requestAfterSale', { as: s.friend, params: { voucherId: s.voucherIds[0]! }, body: { reason: '菜不新鲜' } });
    await t.moveTime(2 * DAY);
    return s;
  } },
];

describe.each(stories.map((s) => [s.name, s] as const))('F-09 %s', (_name, story) => {
  test.each(CUTS)('%s each statement, delivered again: the uncut end', async (how) => {
    expect(await cutEverywhere(t, knife, story, how)).toBeGreaterThanOrEqual(1);
  });
});

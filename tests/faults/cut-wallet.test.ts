/** F-09 cut at every statement: withdrawals, and what after-sales take from a wallet. F-27, F-35, A-06, I-05. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { CUTS, cutEverywhere, type CutStory, type Scene } from '../support/cut';
import { keepGreen, newKey, newKnife, people, settle } from '../support/faults';
import { buy, DAY, MINUTE, redeem, share } from '../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  m = await t.market({ deal: { stock: 5_000 } });
});
keepGreen(() => t, knife);

interface Mine extends Scene { key: string; orderId: string; voucherIds: string[]; withdrawalId: string }
const drained = async () => {
  await t.drain();
  return true;
};
async function used(): Promise<Mine> {
  const [sharer, friend] = await people(t, 2);
  const order = await buy(t, m, friend!, { shareToken: await share(t, m, sharer!) });
  await redeem(t, m, order.voucherIds[0]!);
  await t.drain();
  return { sharer: sharer!, friend: friend!, key: newKey(), ...order, withdrawalId: '' };
}
async function served(): Promise<Mine> {
  const s = await used();
  await t.moveTime(6 * MINUTE);
  await settle(t);
  return s;
}
async function released(): Promise<Mine> {
  const s = await served();
  await t.moveTime(7 * DAY);
  await t.drain();
  return s;
}
async function accepted(s: Mine): Promise<Mine> {
  const { refundId } = await t.ok('requestAfterSale', { as: s.friend, params: { voucherId: s.voucherIds[0]! }, body: { reason: '菜不新鲜' } });
  await t.ok('answerAfterSale', { as: m.manager, params: { storeId: m.storeId, refundId }, body: { accept: true, reason: '抱歉' } });
  return s;
}
async function withdrawn(s: Mine, amountFen: number): Promise<Mine> {
  const { withdrawalId } = await t.ok('requestWithdrawal', { as: s.sharer, body: { amountFen } });
  await t.drain();
  return { ...s, withdrawalId };
}
const atWechat = (s: Mine, act: 'confirm' | 'fail') => t.sandbox!.control(`transfers/${s.withdrawalId.replace('_', '')}/${act}`);

const stories: CutStory<Mine>[] = [
  { name: 'fund an after-sale whose reward was spent', deliver: drained, prepare: async () => {
    const s = await withdrawn(await released(), 900);
    await atWechat(s, 'confirm');
    await settle(t);
    return accepted(s);
  } },
  { name: 'withdraw', prepare: released, deliver: async (s) => (await t.handle('requestWithdrawal', { as: s.sharer, key: s.key, body: { amountFen: 900 } })).status === 200 },
  { name: 'the worker takes the confirmed withdrawal', deliver: drained, prepare: async () => {
    await t.sandbox!.control('faults', { reset: true, notices: { lose: -1 } });
    const s = await withdrawn(await released(), 900);
    await atWechat(s, 'confirm');
    await t.moveTime(16_000);
    return s;
  } },
  { name: 'a failed withdrawal comes back to a wallet in debt', deliver: drained, prepare: async () => {
    await t.sandbox!.control('faults', { reset: true, notices: { lose: -1 } });
    const s = await accepted(await withdrawn(await released(), 900));
    await settle(t);
    await atWechat(s, 'fail');
    await t.moveTime(16_000);
    return s;
  } },
];

describe.each(stories.map((s) => [s.name, s] as const))('F-09 %s', (_name, story) => {
  test.each(CUTS)('%s each statement, delivered again: the uncut end', async (how) => {
    expect(await cutEverywhere(t, knife, story, how)).toBeGreaterThanOrEqual(1);
  });
});

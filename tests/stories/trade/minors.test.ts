/** Who is under 18 earns no rebates: asked once before money leaves, kept with its time, and what was only expected ends with a word. I-16. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { account, buy, DAY, later, MINUTE, redeem, share, stateOf } from '../../support/trade';

let t: TestApp;
let m: Market;
let sharer: TestPerson;
beforeEach(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market({ deal: { stock: 20 } });
  sharer = await t.person('林小满', { adult: null });
});
afterEach(() => t.stop());

const bring = async (name: string) => buy(t, m, await t.person(name), { shareToken: await share(t, m, sharer) });
const say = (granted: boolean, as = sharer) => t.ok('setConsent', { as, params: { kind: 'adult' }, body: { granted } });
const reward = async (orderId: string) => (await t.db.query<{ state: string; reason: string | null }>('SELECT state, reason FROM reward WHERE order_id = $1', [orderId]))[0];
async function earned(name: string) {
  const order = await bring(name);
  await redeem(t, m, order.voucherIds[0]!);
  await later(t, 6 * MINUTE);
  await later(t, 7 * DAY);
  return order;
}

test('the first withdrawal asks for the age, and nothing moved until it is said; then it is not asked again', async () => {
  await earned('周屿');
  const withdraw = () => t.handle('requestWithdrawal', { as: sharer, body: { amountFen: 100 } });
  expect(await withdraw()).toMatchObject({ status: 409, body: { code: 'WITHDRAWAL_NEEDS_ADULT' } });
  expect([await account(t, 'reward-available', sharer.personId), (await t.ok('getWallet', { as: sharer })).why]).toEqual([944, 'ok']);
  await say(true);
  for (let time = 0; time < 2; time += 1) {
    const { status, body } = await withdraw();
    expect(status).toBe(200);
    await t.sandbox!.control(`transfers/${body.withdrawalId.replace('_', '')}/confirm`);
    await later(t, MINUTE);
  }
  const { consents } = (await t.ok('exportMe', { as: sharer })) as unknown as { consents: object[] };
  expect(consents).toEqual([{ kind: 'adult', granted: true, changed_at: expect.any(String) }]);
  // It is of the account: a device that keeps what was agreed to must not tell it of the next person.
  expect((await t.ok('getMe', { as: sharer })).consents).toEqual({});
});

test('who is not 18 keeps what arrived and what a visit earned; what is only expected ends with a word, and new orders earn none', async () => {
  await earned('周屿');
  const used = await bring('用掉的');
  await redeem(t, m, used.voucherIds[0]!);
  const open = await bring('没去的');
  await say(false);
  await t.drain();
  expect(await reward(open.orderId)).toEqual({ state: 'cancelled', reason: 'minor' });
  expect((await t.ok('listNotices', { as: sharer })).items[0]).toMatchObject({ title: '有一笔返利不发了', text: '你说了未满 18 周岁，不参与返利。没去的 那笔 ¥9.44 不发，朋友的优惠不变。' });
  expect((await t.ok('listRewards', { as: sharer, query: { tab: 'unpaid' } })).items).toMatchObject([{ reason: 'minor' }]);
  // The friend keeps the discount and may use the voucher; the shop keeps the rebate.
  expect(open.payableFen).toBe(11_800);
  await redeem(t, m, open.voucherIds[0]!);
  const late = await bring('后来的');
  expect([late.payableFen, await reward(late.orderId)]).toEqual([11_800, { state: 'cancelled', reason: 'minor' }]);
  await later(t, 8 * DAY);
  expect([await stateOf(t, 'reward', 'order_id', used.orderId), await account(t, 'reward-available', sharer.personId)]).toEqual([['available'], 2 * 944]);
  expect(await t.ok('getWallet', { as: sharer })).toMatchObject({ availableFen: 2 * 944, canWithdraw: false, why: 'minor' });
  expect(await t.refused('requestWithdrawal', { as: sharer, body: { amountFen: 100 } })).toMatchObject({ code: 'WITHDRAWAL_NEEDS_ADULT' });
  await say(true);
  expect(await reward((await bring('成年后的')).orderId)).toEqual({ state: 'expected', reason: null });
  await t.ok('requestWithdrawal', { as: sharer, body: { amountFen: 100 } });
});

test('said while an order was being paid: the visit earns nothing, and the shop keeps it (I-19)', async () => {
  const open = await bring('周屿');
  await say(false);
  // Its own reaction has not seen this one.
  await redeem(t, m, open.voucherIds[0]!);
  expect(await reward(open.orderId)).toEqual({ state: 'cancelled', reason: 'minor' });
  await later(t, 6 * MINUTE);
  expect([await account(t, 'reward-pending', sharer.personId), await stateOf(t, 'split', 'order_id', open.orderId)]).toEqual([0, ['succeeded']]);
});

/** F-09 cut at every statement: a seat placed, the payment that completes a group or a ladder, leaving, closing. I-12, I-13, I-21. */
import { closeGroup } from '../../functions/orders';
import { startTestApp, type Market, type TestApp } from '../support/app';
import { CUTS, cutEverywhere, type CutStory, type Scene } from '../support/cut';
import { keepGreen, newKey, newKnife, people } from '../support/faults';
import { ladder, openGroup, payAtWechat, sit, standard, type Seated } from '../support/groups';

let t: TestApp;
let m: Market;
let ladderDeal: string;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  m = await t.market({ deal: { group: standard({ size: 2 }), stock: 50_000, perPersonLimit: 9 } });
  ladderDeal = (await m.addDeal({ group: ladder({ size: 4, tiers: [{ size: 2, priceFen: 11_000 }, { size: 4, priceFen: 9_001 }] }) })).dealId;
});
keepGreen(() => t, knife);

/** The sharer hosts, the friend sits beside: both are looked at. */
interface Table extends Scene { key: string; host: Seated; seat: Seated; dealId: string }
async function seated(dealId = m.dealId): Promise<Table> {
  const [sharer, friend] = (await people(t, 2)) as [Scene['sharer'], Scene['friend']];
  const host = await openGroup(t, m, sharer, { dealId });
  return { sharer, friend, key: newKey(), host, seat: await sit(t, m, friend, { groupId: host.groupId }, { dealId }), dealId };
}
async function paidAtWechat(dealId = m.dealId): Promise<Table> {
  const s = await seated(dealId);
  await t.sandbox!.control('faults', { reset: true, notices: { lose: 99 } });
  await payAtWechat(t, s.friend, s.seat);
  return s;
}
/** The deadline comes now, without the day that lies before it. */
const timeUp = (s: Table) => t.db.query("UPDATE group_buy SET deadline = juke_now(), join_until = juke_now() WHERE group_id = $1", [s.host.groupId]).then(() => s);
const ok = (reply: { status: number }) => reply.status === 200;
const look = async (s: Table) => ok(await t.handle('checkPayment', { as: s.friend, params: { orderId: s.seat.orderId } }));
const close = async (s: Table) => (await closeGroup(t.app, s.host.groupId)) === null;

const stories: CutStory<Table>[] = [
  {
    name: 'place with a seat', prepare: async () => {
      const [sharer, friend] = (await people(t, 2)) as [Scene['sharer'], Scene['friend']];
      const host = await openGroup(t, m, sharer);
      return { sharer, friend, key: newKey(), host, seat: host, dealId: m.dealId };
    },
    deliver: async (s) => ok(await t.handle('placeOrder', {
      as: s.friend, key: s.key, body: { dealId: s.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 9_900, surface: 'weapp', group: { groupId: s.host.groupId } },
    })),
  },
  { name: 'the payment that completes the group', prepare: () => paidAtWechat(), deliver: look },
  { name: 'leave', prepare: () => seated(), deliver: async (s) => ok(await t.handle('leaveGroup', { as: s.sharer, key: s.key, params: { groupId: s.host.groupId } })) },
  { name: 'close, and nobody else paid', prepare: async () => timeUp(await seated()), deliver: close },
  { name: 'close, and the last payment was made in time', prepare: async () => paidAtWechat().then((s) => t.moveTime(1_500).then(() => timeUp(s))), deliver: close },
  { name: 'close a ladder at the tier it reached', prepare: async () => paidAtWechat(ladderDeal).then((s) => look(s).then(() => t.moveTime(1_500)).then(() => timeUp(s))), deliver: close },
];

describe.each(stories.map((story) => [story.name, story] as const))('F-09 %s', (_name, story) => {
  test.each(CUTS)('%s', async (how) => {
    expect(await cutEverywhere(t, knife, story, how)).toBeGreaterThan(0);
  });
});

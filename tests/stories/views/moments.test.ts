/** What an answer says in several places is of one moment: a sum is that of its parts also while somebody pays or is served. A11, B7, I-12. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { newKnife } from '../../support/faults';
import { join, openGroup, paySeat, sit, standard } from '../../support/groups';
import { buy, redeem, share } from '../../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  m = await t.market({ deal: { perPersonLimit: 99, stock: 500, group: standard({ size: 3, hostBenefitFen: 0 }) } });
});
afterEach(() => knife.clear());
afterAll(() => t.stop());

/** Before the first statement like this is sent, something else is saved. */
function meanwhile(match: RegExp, work: () => Promise<unknown>) {
  let isDone = false;
  knife.use({ before: async (sql) => {
    if (isDone || !match.test(sql)) return;
    isDone = true;
    await work();
  } });
}
const sum = <T>(rows: readonly T[], of: (row: T) => number) => rows.reduce((all, row) => all + of(row), 0);

test('the day of a shop: its sum is that of its hours and of its channels', async () => {
  const guest = await t.person('吃饭的人');
  const { voucherIds } = await buy(t, m, guest, { quantity: 2 });
  await redeem(t, m, voucherIds[0]!);
  meanwhile(/extract\(hour FROM r\.redeemed_at/, () => redeem(t, m, voucherIds[1]!));
  const today = await t.ok('getToday', { as: m.clerk, params: { storeId: m.storeId } });
  expect(today.redeemedCount).toBe(2);
  expect(sum(today.hours, (hour) => hour.count)).toBe(today.redeemedCount);
  expect(sum(today.channels, (channel) => channel.count)).toBe(today.redeemedCount);
  expect(sum(today.channels, (channel) => channel.amountFen)).toBe(today.redeemedFen);
});

test('a share: what it brought is never less than what its chat groups did', async () => {
  const sharer = await t.person('转的人');
  const token = await share(t, m, sharer);
  const open = (visitor: string) => t.db.query(`INSERT INTO touch (token, merchant_id, deal_id, visitor_id, surface, group_id)
    SELECT token, merchant_id, deal_id, $2, 'weapp', 'chat-1' FROM share_link WHERE token = $1`, [token, visitor]);
  await open('visitor-1');
  meanwhile(/JOIN numbered/, () => open('visitor-2'));
  const [shown] = (await t.ok('listShares', { as: sharer })).items;
  expect(shown!.groups).toEqual([{ label: '群 1', opened: 2, ordered: 0 }]);
  expect(shown!.opened).toBe(2);
});

test('a group: one\'s own seat is what the table says of it', async () => {
  const [host, guest] = (await Promise.all(['开团的人', '参团的人'].map((name) => t.person(name)))) as [TestPerson, TestPerson];
  const { groupId } = await openGroup(t, m, host);
  const seat = await sit(t, m, guest, { groupId });
  meanwhile(/FROM group_buy g[^]*deal_stock/, () => paySeat(t, guest, seat));
  const group = await t.ok('getGroup', { as: guest, params: { groupId } });
  const mine = group.seats.find(({ isMe }) => isMe)!;
  expect([mine.state, group.confirmed]).toEqual(['confirmed', 2]);
  expect(group.mine).toMatchObject({ seat: 'confirmed', paidFen: seat.payableFen, canLeave: true });
  await join(t, m, await t.person('第三个人'), groupId);
});

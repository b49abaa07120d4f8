/** A-33 group stuffing: own accounts fill the seats and take their money back afterwards. */
import { GROUP_FLAGS_WINDOW_MS, HOARDING_MAX } from '../../functions/contract/limits';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { people } from '../support/faults';
import { groupOf, join, openGroup, sit, standard, trySit } from '../support/groups';
import { HOUR, later, MINUTE, stateOf, vouchersOf } from '../support/trade';

let t: TestApp;
let m: Market;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market({ deal: { group: standard(), perPersonLimit: 50, validDays: 100 } });
});
afterAll(() => t.stop());

/** A group that succeeded, and of which so many of the others gave their voucher back unused. */
async function stuffed(host: TestPerson, friends: TestPerson[], back: TestPerson[]): Promise<string> {
  const first = await openGroup(t, m, host);
  const seats = new Map([[host, first]]);
  for (const friend of friends) seats.set(friend, await join(t, m, friend, first.groupId));
  for (const who of back) {
    const { orderId } = seats.get(who)!;
    await t.ok('requestRefund', { as: who, params: { orderId }, body: { voucherIds: await vouchersOf(t, orderId), reason: '不去了' } });
  }
  return first.groupId;
}

test('A-33 half of the others refund: the group is flagged and nobody is re-priced; twice in 30 days, and the host opens no more', async () => {
  const [host, a, b, other] = (await people(t, 4)) as [TestPerson, TestPerson, TestPerson, TestPerson];
  const open = { as: host, body: { dealId: m.dealId, quantity: 1, group: { open: true as const } } };
  // The host's own refund flags nothing: it is the others that make a group.
  expect((await groupOf(t, await stuffed(host, [a, b], [host]))).flagged).toBe(false);
  const once = await stuffed(host, [a, b], [a]);
  expect(await groupOf(t, once)).toMatchObject({ flagged: true, state: 'succeeded', confirmed: 3 });
  expect((await t.db.query('SELECT DISTINCT payable_fen - discount_fen AS x FROM guest_order WHERE group_id = $1 AND state = $2', [once, 'paid'])).length).toBeGreaterThan(0);
  await t.ok('quoteOrder', open);
  expect((await groupOf(t, await stuffed(host, [a, b], [a, b]))).flagged).toBe(true);
  expect((await t.refused('quoteOrder', open)).code).toBe('GROUP_HOST_BLOCKED');
  // Also where the app did not ask before: the save knows.
  const placed = await t.handle('placeOrder', { as: host, body: { dealId: m.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 9_400, surface: 'weapp', group: { open: true } } });
  expect(placed.body.code).toBe('GROUP_HOST_BLOCKED');
  // Joining and buying alone stay open, for members as well as for the host; the others may open.
  const { groupId } = await openGroup(t, m, other);
  await join(t, m, host, groupId);
  await t.ok('quoteOrder', { as: host, body: { dealId: m.dealId, quantity: 1 } });
  await openGroup(t, m, a);
  await t.moveTime(GROUP_FLAGS_WINDOW_MS);
  await t.ok('quoteOrder', open);
});

test('A-33 vouchers of a group that nobody came to use go back by time: that flags nobody', async () => {
  const [host, a, b] = (await people(t, 3)) as [TestPerson, TestPerson, TestPerson];
  const { dealId } = await m.addDeal({ group: standard(), validDays: 1 });
  const { groupId } = await openGroup(t, m, host, { dealId });
  for (const friend of [a, b]) await join(t, m, friend, groupId, { dealId });
  await later(t, 3 * 24 * 60 * MINUTE);
  expect(await t.db.query('SELECT DISTINCT r.kind, r.state FROM refund r JOIN guest_order USING (order_id) WHERE group_id = $1', [groupId])).toEqual([{ kind: 'expired', state: 'succeeded' }]);
  expect(await groupOf(t, groupId)).toMatchObject({ state: 'succeeded', flagged: false });
});

test('A-33 the group price needs paid seats: who never pays fills nothing', async () => {
  const [host, ...fakes] = await people(t, 3);
  const { groupId } = await openGroup(t, m, host!);
  for (const fake of fakes) {
    await t.ok('placeOrder', { as: fake, body: { dealId: m.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 9_900, surface: 'weapp', group: { groupId } } });
  }
  expect(await groupOf(t, groupId)).toMatchObject({ state: 'open', taken: 3, confirmed: 1 });
  const shown = await t.ok('getGroup', { params: { groupId } });
  expect(shown.seats.map((seat) => [seat.state, seat.member !== null])).toEqual([['confirmed', true], ['held', false], ['held', false]]);
});

test('A-34 nobody keeps the last seat from others by holding it unpaid again and again, cancelled or left to expire', async () => {
  const [host, second, hoarder, friend] = (await people(t, 4)) as [TestPerson, TestPerson, TestPerson, TestPerson];
  const { groupId } = await openGroup(t, m, host);
  await join(t, m, second, groupId);
  for (const ends of ['cancelled', 'expired', 'cancelled']) {
    const { orderId } = await sit(t, m, hoarder, { groupId });
    if (ends === 'cancelled') await t.ok('cancelOrder', { as: hoarder, params: { orderId } });
    else await later(t, 5 * MINUTE);
  }
  expect((await trySit(t, m, hoarder, { groupId }, 9_900)).body).toMatchObject({ code: 'GROUP_TRIES', message: expect.not.stringContaining('过一会儿') });
  // Waiting changes nothing in this group.
  await later(t, HOUR);
  expect((await trySit(t, m, hoarder, { groupId }, 9_900)).body.code).toBe('GROUP_TRIES');
  // Elsewhere the hoarder buys as before, and the seat is somebody's who pays.
  await openGroup(t, m, hoarder);
  await join(t, m, friend, groupId);
  expect(await groupOf(t, groupId)).toMatchObject({ state: 'succeeded' });
});

test('A-34 a seat that was taken away because the host left was not kept from anybody: no hoarding', async () => {
  const [host, guest] = (await people(t, 2)) as [TestPerson, TestPerson];
  const seats = [];
  for (let i = 0; i < HOARDING_MAX; i += 1) {
    const { dealId } = await m.addDeal({ group: standard(), perPersonLimit: 50, validDays: 100 });
    const { groupId } = await openGroup(t, m, host, { dealId });
    seats.push(await sit(t, m, guest, { groupId }, { dealId }));
  }
  await t.moveTime(8 * MINUTE);
  for (const { groupId } of seats) await t.ok('leaveGroup', { as: host, params: { groupId } });
  await later(t, MINUTE);
  for (const { orderId } of seats) expect(await stateOf(t, 'guest_order', 'order_id', orderId)).toEqual(['cancelled']);
  await sit(t, m, guest, { open: true });
});

/** A group buy from its opening to its end, through the real routes and the stand-in's cashier. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { people } from '../../support/faults';
import { groupOf, join, openGroup, seatsOf, sit, standard } from '../../support/groups';
import { DAY, later, stateOf, vouchersOf } from '../../support/trade';

let t: TestApp;
let m: Market;
let guests: TestPerson[];
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market({ deal: { group: standard() } });
  guests = await people(t, 5);
});
afterAll(() => t.stop());

test('I-12 I-13 three friends sit down, the last payment gives all of them their voucher in one moment', async () => {
  const [host, a, b] = guests as [TestPerson, TestPerson, TestPerson];
  const first = await openGroup(t, m, host);
  expect(first.payableFen).toBe(9_900 - 500);
  expect(await groupOf(t, first.groupId)).toMatchObject({ state: 'open', taken: 1, confirmed: 1, host_id: host.personId });
  const second = await join(t, m, a, first.groupId);
  expect(second.payableFen).toBe(9_900);
  expect(await vouchersOf(t, first.orderId)).toEqual([]);
  expect((await t.ok('getOrder', { as: a, params: { orderId: second.orderId } })).row).toMatchObject({ state: 'paid', vouchersLeft: 0, group: { confirmed: 2, people: [{ name: host.name }, { name: a.name }], isHost: false, canLeave: true } });
  const third = await join(t, m, b, first.groupId);
  expect(await groupOf(t, first.groupId)).toMatchObject({ state: 'succeeded', taken: 3, confirmed: 3 });
  for (const seat of [first, second, third]) expect(await vouchersOf(t, seat.orderId)).toHaveLength(1);
  const shown = await t.ok('getGroup', { as: a, params: { groupId: first.groupId } });
  expect(shown).toMatchObject({ state: 'succeeded', left: 0, isMember: true, isMine: false, mine: { orderId: second.orderId, seat: 'confirmed', canLeave: false, paidFen: 9_900 } });
  expect(shown.seats.map((s) => [s.seatNo, s.state, s.isHost])).toEqual([[1, 'confirmed', true], [2, 'confirmed', false], [3, 'confirmed', false]]);
});

test('A group that is not full at its deadline failed: everyone gets all of it back, and who never paid owes nothing', async () => {
  const [host, a, b] = guests as [TestPerson, TestPerson, TestPerson];
  const first = await openGroup(t, m, host);
  const second = await join(t, m, a, first.groupId);
  await t.moveTime(DAY - 3 * 60_000);
  const unpaid = await sit(t, m, b, { groupId: first.groupId });
  await later(t, 3 * 60_000);
  expect(await groupOf(t, first.groupId)).toMatchObject({ state: 'failed', taken: 2, confirmed: 2 });
  expect(await seatsOf(t, first.groupId)).toEqual(['confirmed', 'confirmed', 'released']);
  expect(['cancelled', 'expired']).toContain((await stateOf(t, 'guest_order', 'order_id', unpaid.orderId))[0]);
  for (const seat of [first, second]) {
    expect(await stateOf(t, 'guest_order', 'order_id', seat.orderId)).toEqual(['refunded']);
    expect(await stateOf(t, 'refund', 'order_id', seat.orderId)).toEqual(['succeeded']);
  }
});

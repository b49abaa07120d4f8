/** Whose groups are: two accounts that become one, my data, and what a stranger sees in the lists. I-12, A-18, H6, C3. */
import { checkGreen, newMarket, people } from '../../support/faults';
import { groupOf, join, openGroup, paySeat, seatsOf, sit, standard, trySit, type Seated } from '../../support/groups';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { DAY, later, MINUTE, stateOf, vouchersOf } from '../../support/trade';

let t: TestApp;
let m: Market;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await newMarket(t, { deal: { group: standard(), perPersonLimit: 99, stock: 1_000 } });
});
afterEach(() => checkGreen(t));
afterAll(() => t.stop());

let count = 0;
/** Two accounts of somebody: one of the mini-program, one of the browser. */
const twoOf = async () => [await t.person(`小程序${(count += 1)}`, { phone: null }), await t.person(`网页${count}`, { openid: null })] as [TestPerson, TestPerson];
/** The mini-program's account verifies the browser's phone: whoever they are now. */
async function becomeOne(weapp: TestPerson, browser: TestPerson): Promise<TestPerson> {
  const { code } = await t.sandbox!.control<{ code: string }>('wx/phone', { phone: browser.phone });
  const session = await t.ok('verifyPhone', { as: weapp, body: { wechatCode: code } });
  await t.drain();
  expect(await t.db.query("SELECT kind, last_error FROM fact WHERE state = 'parked'")).toEqual([]);
  return { ...weapp, personId: session.personId, token: session.token } as TestPerson;
}
async function pay(as: TestPerson, seat: Parameters<typeof paySeat>[2]): Promise<void> {
  if (as.openid) return paySeat(t, as, seat);
  await t.ok('payOrder', { as, params: { orderId: seat.orderId }, body: { method: 'h5' } });
  await t.sandbox!.control('pay', { out_trade_no: seat.paymentId });
  await t.ok('checkPayment', { as, params: { orderId: seat.orderId } });
}
const mine = async (as: TestPerson, tab?: 'open' | 'ended') => (await t.ok('listMyGroups', { as, query: tab ? { tab } : {} })).items;

describe('two accounts become one', () => {
  test.each([['the host\'s account', 0], ['the member\'s account', 1]])('groups and seats follow, paid and held ones, and work as before (%s is the mini-program\'s)', async (_, which) => {
    const two = await twoOf();
    const [a, b] = which === 0 ? two : [two[1], two[0]];
    const [other, third] = (await people(t, 2)) as [TestPerson, TestPerson];
    const opened = await sit(t, m, a, { open: true });
    await pay(a, opened);
    const second = await m.addDeal({ group: standard() });
    const theirs = await openGroup(t, m, other, { dealId: second.dealId });
    const held = await sit(t, m, b, { groupId: theirs.groupId }, { dealId: second.dealId });
    const me = await becomeOne(two[0], two[1]);
    expect((await mine(me)).map(({ groupId, isMine, isMember }) => [groupId, isMine, isMember])).toEqual([[theirs.groupId, false, true], [opened.groupId, true, true]]);
    expect(await t.refused('placeOrder', { as: me, body: { dealId: m.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 9_400, surface: 'weapp', group: { open: true } } })).toMatchObject({ code: 'GROUP_EXISTS', details: { groupId: opened.groupId } });
    expect((await trySit(t, m, me, { groupId: theirs.groupId }, 9_900, { dealId: second.dealId })).body).toMatchObject({ code: 'GROUP_OWN' });
    await paySeat(t, me, held);
    await join(t, m, third, theirs.groupId, { dealId: second.dealId });
    expect(await vouchersOf(t, held.orderId)).toHaveLength(1);
    await t.ok('leaveGroup', { as: me, params: { groupId: opened.groupId } });
    expect((await groupOf(t, opened.groupId)).state).toBe('failed');
    await later(t, MINUTE);
    expect(await stateOf(t, 'guest_order', 'order_id', opened.orderId)).toEqual(['refunded']);
  });

  test('both in one group: both seats stay and count; full, the person has both vouchers', async () => {
    const [a, b] = await twoOf();
    const [third] = (await people(t, 1)) as [TestPerson];
    const first = await openGroup(t, m, a);
    const second = await sit(t, m, b, { groupId: first.groupId });
    await pay(b, second);
    const me = await becomeOne(a, b);
    expect(await seatsOf(t, first.groupId)).toEqual(['confirmed', 'confirmed']);
    expect(await mine(me)).toHaveLength(1);
    await join(t, m, third, first.groupId);
    expect(await groupOf(t, first.groupId)).toMatchObject({ state: 'succeeded', confirmed: 3 });
    expect((await t.db.query('SELECT owner_id AS id FROM voucher WHERE order_id = ANY ($1)', [[first.orderId, second.orderId]])).map((row) => row.id)).toEqual([me.personId, me.personId]);
  });

  test('I-12 both in one group: the person sees both seats in the own data, and leaves with one after the other', async () => {
    const [a, b] = await twoOf();
    const first = await openGroup(t, m, a);
    const second = await sit(t, m, b, { groupId: first.groupId });
    await pay(b, second);
    const me = await becomeOne(a, b);
    expect((await t.ok('exportMe', { as: me })).groups).toHaveLength(2);
    await t.ok('leaveGroup', { as: me, params: { groupId: first.groupId } });
    expect(await t.ok('getGroup', { as: me, params: { groupId: first.groupId } })).toMatchObject({ mine: { seat: 'confirmed', canLeave: true } });
    await t.ok('leaveGroup', { as: me, params: { groupId: first.groupId } });
    expect(await groupOf(t, first.groupId)).toMatchObject({ state: 'failed', taken: 0 });
    await later(t, MINUTE);
    expect([...(await stateOf(t, 'guest_order', 'order_id', first.orderId)), ...(await stateOf(t, 'guest_order', 'order_id', second.orderId))]).toEqual(['refunded', 'refunded']);
  });

  test.each([['the mini-program\'s', 0], ['the browser\'s', 1]])('I-12 a group that had passed on between the two, and another of the same deal (opened by %s account): both go on', async (_, which) => {
    const two = await twoOf();
    const [a, b] = which === 0 ? two : [two[1], two[0]];
    const passed = await sit(t, m, a, { open: true });
    await pay(a, passed);
    const seat = await sit(t, m, b, { groupId: passed.groupId });
    await pay(b, seat);
    await t.ok('leaveGroup', { as: a, params: { groupId: passed.groupId } });
    const own = await sit(t, m, a, { open: true });
    await pay(a, own);
    const me = await becomeOne(two[0], two[1]);
    expect((await mine(me, 'open')).map(({ groupId, isMine }) => [groupId, isMine])).toEqual([[own.groupId, true], [passed.groupId, true]]);
    await later(t, DAY + MINUTE);
    await later(t, MINUTE);
    expect([(await groupOf(t, passed.groupId)).state, (await groupOf(t, own.groupId)).state]).toEqual(['failed', 'failed']);
    expect([...(await stateOf(t, 'guest_order', 'order_id', seat.orderId)), ...(await stateOf(t, 'guest_order', 'order_id', own.orderId))]).toEqual(['refunded', 'refunded']);
  });

  test.each(['passed on to a friend', 'ended'])('the group that the surviving account had opened has %s: the other account\'s is the one that is theirs', async (what) => {
    const [a, b] = await twoOf();
    const [friend] = (await people(t, 1)) as [TestPerson];
    const theirs = await sit(t, m, b, { open: true });
    await pay(b, theirs);
    if (what !== 'ended') await join(t, m, friend, theirs.groupId);
    await t.ok('leaveGroup', { as: b, params: { groupId: theirs.groupId } });
    const own = await openGroup(t, m, a);
    const me = await becomeOne(a, b);
    const body = { dealId: m.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 9_400, surface: 'weapp' as const, group: { open: true as const } };
    expect(await t.refused('placeOrder', { as: me, body })).toMatchObject({ code: 'GROUP_EXISTS', details: { groupId: own.groupId } });
  });

  test('C3 each had a newcomer\'s seat at one shop: both stay, one of them under its own name', async () => {
    const shop = await newMarket(t, { deal: { group: standard({ kind: 'newcomer', size: 2 }) } });
    const other = await shop.addDeal({ group: standard({ kind: 'newcomer', size: 2 }) });
    const [a, b] = await twoOf();
    const hosts = (await people(t, 2)) as [TestPerson, TestPerson];
    const groups = [await openGroup(t, shop, hosts[0]), await openGroup(t, shop, hosts[1], { dealId: other.dealId })] as const;
    const seats = [await sit(t, shop, a, { groupId: groups[0].groupId }), await sit(t, shop, b, { groupId: groups[1].groupId }, { dealId: other.dealId })] as const;
    const me = await becomeOne(a, b);
    expect((await t.db.query('SELECT person_id AS id FROM group_seat WHERE order_id = ANY ($1)', [seats.map((seat) => seat.orderId)])).filter((row) => row.id === me.personId)).toHaveLength(1);
    for (const seat of seats) await paySeat(t, me, seat);
    expect([(await groupOf(t, groups[0].groupId)).state, (await groupOf(t, groups[1].groupId)).state]).toEqual(['succeeded', 'succeeded']);
  });

  test('an unpaid seat of a deal that the other account has unpaid as well stays behind with its order, and both end', async () => {
    const [a, b] = await twoOf();
    const [host, host2] = (await people(t, 2)) as [TestPerson, TestPerson];
    const [one, two] = [await openGroup(t, m, host), await openGroup(t, m, host2)];
    const seats = [await sit(t, m, a, { groupId: one.groupId }), await sit(t, m, b, { groupId: two.groupId })];
    await becomeOne(a, b);
    const owners = await t.db.query('SELECT o.buyer_id = s.person_id AS same FROM group_seat s JOIN guest_order o USING (order_id) WHERE order_id = ANY ($1)', [seats.map((seat) => seat.orderId)]);
    expect(owners).toEqual([{ same: true }, { same: true }]);
    await later(t, 16 * MINUTE);
    expect([(await groupOf(t, one.groupId)).taken, (await groupOf(t, two.groupId)).taken]).toEqual([1, 1]);
  });
});

test('H6 my data names my seats; with a seat that is paid nobody deletes their account, after leaving they do and the seat has no name', async () => {
  const [host, member] = (await people(t, 2)) as [TestPerson, TestPerson];
  const { groupId } = await openGroup(t, m, host);
  const seat = await join(t, m, member, groupId);
  expect(await t.ok('exportMe', { as: member })).toMatchObject({ groups: [{ group_id: groupId, order_id: seat.orderId, state: 'open', seat: 'confirmed', is_host: false }] });
  expect(await t.refused('deleteMe', { as: member, body: { confirm: true } })).toMatchObject({ code: 'PERSON_BUSY' });
  await t.ok('leaveGroup', { as: member, params: { groupId } });
  await later(t, MINUTE);
  await t.ok('deleteMe', { as: member, body: { confirm: true } });
  await t.drain();
  const shown = await t.ok('getGroup', { params: { groupId } });
  expect(JSON.stringify(shown)).not.toContain(member.name);
  expect(shown.left).toBe(2);
});

describe('lists', () => {
  test('of everybody: those with a seat, the first to end first, a page at a time; a held seat has no name for strangers', async () => {
    const shop = await newMarket(t, { deal: { group: standard({ size: 2 }), perPersonLimit: 99 } });
    const hosts = await people(t, 5);
    const opened: Seated[] = [];
    for (const host of hosts) {
      opened.push(await openGroup(t, shop, host));
      await t.moveTime(MINUTE);
    }
    const [full, ending] = [opened[0]!, opened[4]!];
    const [guest, payer] = (await people(t, 2)) as [TestPerson, TestPerson];
    await join(t, shop, guest, full.groupId);
    const held = await sit(t, shop, payer, { groupId: ending.groupId });
    const { dealId } = await shop.addDeal({ group: standard({ size: 3 }) });
    const three = await openGroup(t, shop, guest, { dealId });
    await sit(t, shop, payer, { groupId: three.groupId }, { dealId });
    await t.moveTime(3_000);
    await new Promise((done) => setTimeout(done, 2_100));
    const all = [];
    let cursor: string | undefined;
    do {
      const page = await t.ok('listGroups', { query: { limit: 2, ...(cursor ? { cursor } : {}) } as never });
      expect(page.items.length).toBeLessThanOrEqual(2);
      all.push(...page.items);
      cursor = page.nextCursor ?? undefined;
    } while (cursor);
    const ids = all.map((group) => group.groupId);
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.filter((id) => [...opened, three].some((one) => one.groupId === id))).toEqual([opened[1]!.groupId, opened[2]!.groupId, opened[3]!.groupId, three.groupId]);
    expect(all.map((group) => group.deadlineMs)).toEqual([...all.map((group) => group.deadlineMs!)].sort((a, b) => a - b));
    // Who is still paying has no name, but for themselves; nobody is host or member who is not.
    const row = all.find((group) => group.groupId === three.groupId)!;
    expect(row.seats.map(({ state, member, isMe }) => [state, member?.name ?? null, isMe])).toEqual([['confirmed', guest.name, false], ['held', null, false]]);
    expect([row.isMine, row.isMember, row.left, row.confirmed]).toEqual([false, false, 1, 1]);
    const own = (await t.ok('listGroups', { as: payer, query: { limit: 50 } as never })).items.find((group) => group.groupId === three.groupId)!;
    expect([own.isMine, own.isMember, own.seats[1]!.isMe, own.seats[1]!.member!.name]).toEqual([false, true, true, payer.name]);
    expect(JSON.stringify(all)).not.toMatch(/per_|ord_|open_?id|phone/);
    expect(held.groupId).toBe(ending.groupId);
  });

  test('a deal\'s page: who sits in one of its groups, paid or paying, is not asked into it as a stranger', async () => {
    const { dealId } = await m.addDeal({ group: standard({ size: 4 }) });
    const [host, payer, stranger] = (await people(t, 3)) as [TestPerson, TestPerson, TestPerson];
    const { groupId } = await openGroup(t, m, host, { dealId });
    await sit(t, m, payer, { groupId }, { dealId });
    const shown = async (as?: TestPerson) => (await t.ok('getDeal', { ...(as ? { as } : {}), params: { dealId } })).openGroups.map(({ isMine, isMember, seats }) => [isMine, isMember, seats.map((seat) => seat.isMe)]);
    expect(await shown(host)).toEqual([[true, true, [true, false]]]);
    expect(await shown(payer)).toEqual([[false, true, [false, true]]]);
    for (const as of [stranger, undefined]) expect(await shown(as)).toEqual([[false, false, [false, false]]]);
  });

  test('A-18 of one\'s own: newest first, a page at a time, by tab; left and cancelled ones are gone, others\' never there', async () => {
    const [me, host, stranger] = (await people(t, 3)) as [TestPerson, TestPerson, TestPerson];
    const deals = [m.dealId, ...(await Promise.all([1, 2, 3].map(() => m.addDeal({ group: standard({ size: 2 }) })))).map((deal) => deal.dealId)];
    const ended = await openGroup(t, m, me, { dealId: deals[1]! });
    await join(t, m, host, ended.groupId, { dealId: deals[1]! });
    const open = await openGroup(t, m, me, { dealId: deals[0]! });
    const left = await openGroup(t, m, host, { dealId: deals[2]! });
    await sit(t, m, me, { groupId: left.groupId }, { dealId: deals[2]! });
    await t.ok('leaveGroup', { as: me, params: { groupId: left.groupId } });
    const never = await sit(t, m, me, { open: true }, { dealId: deals[3]! });
    await t.ok('cancelOrder', { as: me, params: { orderId: never.orderId } });
    const opening = await sit(t, m, me, { open: true }, { dealId: deals[3]! });
    expect((await mine(me)).map((group) => group.groupId)).toEqual([opening.groupId, open.groupId, ended.groupId]);
    expect((await mine(me, 'open')).map((group) => group.groupId)).toEqual([opening.groupId, open.groupId]);
    expect((await mine(me, 'ended')).map((group) => group.groupId)).toEqual([ended.groupId]);
    const first = await t.ok('listMyGroups', { as: me, query: { limit: 2 } as never });
    const rest = await t.ok('listMyGroups', { as: me, query: { limit: 2, cursor: first.nextCursor! } as never });
    expect([first.items.length, rest.items.map((group) => group.groupId), rest.nextCursor]).toEqual([2, [ended.groupId], null]);
    expect(await mine(stranger)).toEqual([]);
    // A group whose host has not paid is nobody else's business.
    expect(await t.refused('getGroup', { as: stranger, params: { groupId: opening.groupId } })).toMatchObject({ code: 'NOT_FOUND' });
  });
});

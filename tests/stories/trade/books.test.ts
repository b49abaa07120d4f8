/** What the database itself refuses, whoever asks: the constraints and triggers behind the books. I-01 … I-05, I-08, I-09, I-13. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { account, buy } from '../../support/trade';

let t: TestApp;
let m: Market;
let friend: TestPerson;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market();
  friend = await t.person('周屿');
});
afterAll(() => t.stop());

const post = (kind: string, subject: string, lines: { a: string; o: string; f: number }[]) => t.db.query('SELECT ledger_post($1, $2, NULL, NULL, $3::jsonb)', [kind, subject, JSON.stringify(lines)]);
const pair = (f: number) => [{ a: 'provider', o: 'x', f: -f }, { a: 'platform-fee', o: 'platform', f }];

test.each([
  ['one posting', [{ a: 'provider', o: 'x', f: 1 }]], ['none', []], ['a sum that is not 0', [{ a: 'provider', o: 'x', f: -100 }, { a: 'platform-fee', o: 'platform', f: 99 }]],
])('I-01 I-02 a journal with %s is not kept', async (_, lines) => {
  const before = await t.db.query('SELECT count(*)::int AS n, coalesce(sum(amount_fen), 0)::bigint AS sum FROM posting');
  await expect(post('test', `i01 ${JSON.stringify(lines)}`, lines)).rejects.toThrow(/I-01/);
  expect(await t.db.query('SELECT count(*)::int AS n, coalesce(sum(amount_fen), 0)::bigint AS sum FROM posting')).toEqual(before);
  expect((before[0] as { sum: number }).sum).toBe(0);
});

test('I-01 a line of 0 fen is left out, and no posting is empty; one without an amount is refused', async () => {
  const lines = JSON.stringify([{ a: 'provider', o: 'x', f: 0 }, ...pair(5)]);
  // Rolled back: what it says of itself is all that is left.
  await expect(t.db.query(`DO $do$ BEGIN PERFORM ledger_post('test', 'i01 zero', NULL, NULL, '${lines}');
    RAISE EXCEPTION 'kept %', (SELECT count(*) FROM posting JOIN journal USING (journal_id) WHERE subject = 'i01 zero'); END $do$`)).rejects.toThrow('kept 2');
  await expect(t.db.query("INSERT INTO posting (journal_id, line, account_kind, owner_id, amount_fen) VALUES ('jnl_none', 1, 'provider', 'x', 0)")).rejects.toThrow(/no empty posting/);
  await expect(post('test', 'i01 none', [...pair(5), { a: 'provider', o: 'x' } as never])).rejects.toThrow(/null value/);
});

test('I-03 nothing changes or removes a journal or a posting', async () => {
  await buy(t, m, friend);
  for (const sql of ["UPDATE journal SET kind = 'x'", 'DELETE FROM posting', 'UPDATE posting SET amount_fen = amount_fen + 1', 'DELETE FROM journal', 'TRUNCATE posting', 'TRUNCATE journal CASCADE']) {
    await expect(t.db.query(sql)).rejects.toThrow(/append-only/);
  }
});

test('I-03 I-04 a fact posts once, and a journal is reversed once', async () => {
  const order = await buy(t, m, friend);
  await expect(post('payment', order.paymentId, pair(1))).rejects.toThrow(/I-04/);
  // On a database of its own would be kinder; the opposite is posted as well, so that the books stay whole.
  const [{ id }] = (await t.db.query<{ id: string }>("SELECT journal_id AS id FROM journal WHERE kind = 'payment' AND subject = $1", [order.paymentId])) as [{ id: string }];
  const opposite = await t.db.query<{ a: string; o: string; f: number }>('SELECT account_kind AS a, owner_id AS o, -amount_fen AS f FROM posting WHERE journal_id = $1', [id]);
  const inOne = (subject: string) => `DO $do$ BEGIN PERFORM ledger_post('test.reversal', '${subject}', NULL, NULL, '${JSON.stringify(opposite)}', '${id}'); PERFORM ledger_post('test.reversal', '${subject} again', NULL, NULL, '${JSON.stringify(opposite)}', '${id}'); END $do$`;
  await expect(t.db.query(inOne('twice'))).rejects.toThrow(/reverses/);
});

test('I-05 a wallet never falls below 0, and what is stored is what was posted', async () => {
  const take = (fen: number) => post('test', `i05 ${fen}`, [{ a: 'reward-available', o: friend.personId, f: -fen }, { a: 'payout-transit', o: friend.personId, f: fen }]);
  await expect(take(1)).rejects.toThrow(/I-05/);
  expect(await account(t, 'reward-available', friend.personId)).toBe(0);
});

test('I-08 only the steps of the table exist, and each is kept as history', async () => {
  const order = await buy(t, m, friend);
  for (const [table, state] of [['guest_order', 'unpaid'], ['guest_order', 'expired'], ['voucher', 'refunded'], ['payment', 'created']] as const) {
    await expect(t.db.query(`UPDATE ${table} SET state = $1 WHERE order_id = $2`, [state, order.orderId])).rejects.toThrow(/I-08/);
  }
  const steps = await t.db.query('SELECT subject_kind, from_state, to_state FROM state_change WHERE subject_id IN ($1, $2) ORDER BY change_id', [order.orderId, order.paymentId]);
  expect(steps).toEqual(expect.arrayContaining([
    { subject_kind: 'payment', from_state: 'prepared', to_state: 'succeeded' }, { subject_kind: 'order', from_state: 'unpaid', to_state: 'paid' },
  ]));
});

test('I-09 a provider\'s transaction belongs to one payment', async () => {
  const [a, b] = [await buy(t, m, await t.person('甲')), await buy(t, m, await t.person('乙'))];
  await expect(t.db.query('UPDATE payment SET transaction_id = (SELECT transaction_id FROM payment WHERE payment_id = $1) WHERE payment_id = $2', [a.paymentId, b.paymentId])).rejects.toThrow(/transaction_id/);
});

test('I-13 a voucher is counted in its set, and codes are unique', async () => {
  const order = await buy(t, m, await t.person('丙'), { quantity: 3 });
  expect(order.voucherIds).toHaveLength(3);
  await expect(t.db.query('UPDATE voucher_set SET live = live + 1 WHERE order_id = $1', [order.orderId])).rejects.toThrow(/I-13/);
  await expect(t.db.query('UPDATE voucher SET secret = (SELECT secret FROM voucher WHERE voucher_id = $1) WHERE voucher_id = $2', order.voucherIds.slice(0, 2))).rejects.toThrow(/secret/);
});

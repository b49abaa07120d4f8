/** Merchants, stores and staff by the operator., I-22, I-23. */
import { findManagers, findStaff } from '../../../functions/merchants';
import { countStores } from '../../../functions/merchants/store';
import { startTestApp, type TestApp, type TestPerson } from '../../support/app';
import { newPhone } from '../../support/person';

let t: TestApp;
let operator: TestPerson;
let operators = 0;
beforeAll(async () => { t = await startTestApp(); });
// One alone would be too fast for the rate limit.
beforeEach(async () => { operator = await t.person(`运营${(operators += 1)}`, { operator: true }); });
afterAll(() => t.stop());

let numbers = 1_700_000_000;
const merchantBody = (name = '老灶火锅') => ({ name, subMchid: String((numbers += 1)), category: 'food' as const, logoInk: '#C8472F' });
const storeBody = { name: '南京东路店', address: '南京东路 1 号', phone: '021-55550001', latE6: 31_235_000, lngE6: 121_480_000, opensAtMinute: 600, closesAtMinute: 1_320 };
const merchant = async () => (await t.ok('createMerchant', { as: operator, body: merchantBody() })).merchantId;
const store = async (merchantId: string) => (await t.ok('createStore', { as: operator, params: { merchantId }, body: storeBody })).storeId;

test('a merchant comes with the fact that adds us as a receiver of its splits; first or last touch is its choice', async () => {
  const { merchantId } = await t.ok('createMerchant', { as: operator, body: { ...merchantBody(), attribution: 'first' } });
  expect(await t.db.query(`SELECT kind, state FROM fact WHERE subject = $1`, [merchantId])).toEqual([{ kind: 'merchant.created', state: 'due' }]);
  expect(await t.db.query('SELECT attribution FROM merchant WHERE merchant_id = $1', [merchantId])).toEqual([{ attribution: 'first' }]);
});

test('I-22, A-24, A-25 a key is accepted once: same body same answer, other body refused, no key refused, another actor is another key', async () => {
  const body = merchantBody();
  const first = await t.ok('createMerchant', { as: operator, key: 'create-merchant-1', body });
  expect(await t.ok('createMerchant', { as: operator, key: 'create-merchant-1', body })).toEqual(first);
  expect(await t.refused('createMerchant', { as: operator, key: 'create-merchant-1', body: merchantBody('另一家') })).toMatchObject({ status: 422, code: 'KEY_REUSED' });
  expect(await t.refused('createMerchant', { as: operator, key: null, body: merchantBody() })).toMatchObject({ status: 400, code: 'KEY_REQUIRED' });
  const second = await t.person('运营乙', { operator: true });
  expect((await t.ok('createMerchant', { as: second, key: 'create-merchant-1', body: merchantBody() })).merchantId).not.toBe(first.merchantId);
});

test('ten times the same key at once make one merchant', async () => {
  const body = merchantBody('并发');
  const answers = await Promise.all(Array.from({ length: 10 }, () => t.ok('createMerchant', { as: operator, key: 'ten-at-once', body })));
  expect(new Set(answers.map((answer) => answer.merchantId)).size).toBe(1);
  expect((await t.db.query(`SELECT FROM merchant WHERE name = '并发'`)).length).toBe(1);
});

test('a refusal leaves the key free: a taken number at WeChat Pay, then another', async () => {
  const taken = merchantBody();
  await t.ok('createMerchant', { as: operator, body: taken });
  expect(await t.refused('createMerchant', { as: operator, key: 'after-refusal', body: taken })).toMatchObject({ status: 400, details: { where: 'body.subMchid' } });
  await t.ok('createMerchant', { as: operator, key: 'after-refusal', body: merchantBody() });
});

test('A-20 only the operator', async () => {
  const merchantId = await merchant();
  const manager = await t.person('店长');
  await t.ok('addStaff', { as: operator, params: { merchantId }, body: { phone: manager.phone!, storeId: null, role: 'manager' } });
  for (const [as, status] of [[null, 401], [await t.person('客人'), 403], [manager, 403]] as const) {
    expect((await t.handle('createMerchant', { as, body: merchantBody() })).status).toBe(status);
    expect((await t.handle('createStore', { as, params: { merchantId }, body: storeBody })).status).toBe(status);
    expect((await t.handle('addStaff', { as, params: { merchantId }, body: { phone: newPhone(), storeId: null, role: 'manager' } })).status).toBe(status);
  }
});

test('A-17 no field beside those of the form', async () => {
  for (const extra of [{ merchantId: 'mch_000000000' }, { isOperator: true }, { balanceFen: 1 }]) {
    expect(await t.refused('createMerchant', { as: operator, body: { ...merchantBody(), ...extra } })).toMatchObject({ status: 400, code: 'BAD_INPUT' });
  }
});

test('staff who never signed in are found by their phone at the first sign-in', async () => {
  const merchantId = await merchant();
  const storeId = await store(merchantId);
  const phone = newPhone();
  const { staffId } = await t.ok('addStaff', { as: operator, params: { merchantId }, body: { phone, storeId, role: 'clerk' } });
  const clerk = await t.person('小陈', { phone, openid: null });
  expect(await t.ok('listMyStores', { as: clerk })).toEqual({ items: [{ storeId, storeName: '南京东路店', merchantName: '老灶火锅', logoInk: '#C8472F', role: 'clerk' }] });
  expect(await findStaff(t.db, clerk.personId, storeId)).toEqual({ staffId, merchantId, storeId, role: 'clerk' });
  expect(await t.ok('getMe', { as: clerk })).toMatchObject({ isStaff: true });
});

test('a role is given again: the same place, the new role; ten times at once still one place', async () => {
  const merchantId = await merchant();
  const storeId = await store(merchantId);
  const person = await t.person('升职的人');
  const add = (role: 'clerk' | 'manager') => t.ok('addStaff', { as: operator, params: { merchantId }, body: { phone: person.phone!, storeId, role } });
  const answers = await Promise.all(Array.from({ length: 10 }, () => add('clerk')));
  expect(new Set(answers.map((answer) => answer.staffId)).size).toBe(1);
  expect(await add('manager')).toEqual(answers[0]);
  expect(await findStaff(t.db, person.personId, storeId)).toMatchObject({ role: 'manager' });
  expect((await t.db.query('SELECT FROM staff WHERE person_id = $1', [person.personId])).length).toBe(1);
});

test('I-22 a store or a place sent again under its key is made once; a role given since stays', async () => {
  const merchantId = await merchant();
  const again = { as: operator, key: 'create-store-1', params: { merchantId }, body: storeBody };
  const { storeId } = await t.ok('createStore', again);
  expect(await t.ok('createStore', again)).toEqual({ storeId });
  expect((await t.db.query('SELECT FROM store WHERE merchant_id = $1', [merchantId])).length).toBe(1);
  const person = await t.person('升了职的人');
  const add = (role: 'clerk' | 'manager', key: string) => t.ok('addStaff', { as: operator, key, params: { merchantId }, body: { phone: person.phone!, storeId, role } });
  const first = await add('clerk', 'add-clerk-1');
  await add('manager', 'add-manager-1');
  expect(await add('clerk', 'add-clerk-1')).toEqual(first);
  expect(await findStaff(t.db, person.personId, storeId)).toMatchObject({ role: 'manager' });
});

test('I-23 a place is one of this merchant and of now: another merchant\'s, or one that was given up, is another place', async () => {
  const [one, two] = [await merchant(), await merchant()];
  const [here, there] = [await store(one), await store(two)];
  const person = await t.person('两家的店长');
  const shops = async () => (await t.ok('listMyStores', { as: person })).items.map(({ storeId }) => storeId).sort();
  const add = async (merchantId: string, role: 'clerk' | 'manager' = 'manager') =>
    (await t.ok('addStaff', { as: operator, params: { merchantId }, body: { phone: person.phone!, storeId: null, role } })).staffId;
  const first = await add(one);
  const second = await add(two, 'clerk');
  await t.db.query('UPDATE staff SET removed_at = juke_now() WHERE staff_id = $1', [first]);
  expect(await shops()).toEqual([there]);
  const third = await add(one);
  expect(await shops()).toEqual([here, there].sort());
  expect(await t.db.query('SELECT staff_id AS id, role, removed_at IS NULL AS here FROM staff WHERE person_id = $1 ORDER BY created_at', [person.personId]))
    .toEqual([{ id: first, role: 'manager', here: false }, { id: second, role: 'clerk', here: true }, { id: third, role: 'manager', here: true }]);
});

test('two accounts become one: a place that both have is one, the others stay side by side, what was given up stays so', async () => {
  const [one, two] = [await merchant(), await merchant()];
  const [a, b, c] = [await store(one), await store(one), await store(one)];
  const [from, to] = [await t.person('旧账号'), await t.person('新账号')];
  const add = async (as: TestPerson, merchantId: string, storeId: string | null) =>
    (await t.ok('addStaff', { as: operator, params: { merchantId }, body: { phone: as.phone!, storeId, role: 'clerk' } })).staffId;
  const drop = (staffId: string) => t.db.query("UPDATE staff SET removed_at = juke_now() - interval '1 day' WHERE staff_id = $1", [staffId]);
  const [both, mine, ended, over] = [await add(from, one, a), await add(from, one, b), await add(from, one, c), await add(from, two, null)];
  await add(to, one, a);
  await drop(await add(to, one, b)); // theirs there is over: the old account's counts
  await drop(ended);
  await add(to, one, c);
  await add(to, one, null); // another merchant's whole is no place here
  const before = await t.db.query('SELECT removed_at AS at FROM staff WHERE staff_id = $1', [ended]);
  await t.db.call('merchants_move_person', { from: from.personId, to: to.personId });
  const here = await t.db.query<{ id: string }>('SELECT staff_id AS id FROM staff WHERE staff_id = ANY ($1) AND removed_at IS NULL', [[both, mine, ended, over]]);
  expect(here.map(({ id }) => id).sort()).toEqual([mine, over].sort());
  expect(await t.db.query('SELECT removed_at AS at FROM staff WHERE staff_id = $1', [ended])).toEqual(before);
  expect((await t.ok('listMyStores', { as: to })).items.map(({ storeId }) => storeId).sort()).toEqual([a, b, c].sort());
});

test('I-23, A-19 a store of another merchant is not found, and nobody is left behind by the try', async () => {
  const [mine, other] = [await merchant(), await merchant()];
  const foreign = await store(other);
  const phone = newPhone();
  expect(await t.refused('addStaff', { as: operator, params: { merchantId: mine }, body: { phone, storeId: foreign, role: 'clerk' } })).toMatchObject({ status: 404, code: 'NOT_FOUND' });
  expect((await t.db.query('SELECT FROM person_identity WHERE value = $1', [phone])).length).toBe(0);
  expect(await countStores(t.db, mine, [foreign])).toBe(0);
  // The save looks again.
  for (const place of [{ merchantId: mine, storeId: foreign }, { merchantId: 'mch_000000000nobody', storeId: null }]) {
    await expect(t.db.call('merchants_add_staff', { ...place, staffId: 'stf_nowhere', personId: operator.personId, role: 'clerk' })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  }
  expect(await t.refused('createStore', { as: operator, params: { merchantId: 'mch_000000000nobody' }, body: storeBody })).toMatchObject({ status: 404 });
});

test('A-19 staff act at their store only; without a store at all of the merchant\'s; a removed one nowhere', async () => {
  const merchantId = await merchant();
  const [a, b] = [await store(merchantId), await store(merchantId)];
  const other = await store(await merchant());
  const clerk = await t.person('一店店员');
  const manager = await t.person('总店长');
  await t.ok('addStaff', { as: operator, params: { merchantId }, body: { phone: clerk.phone!, storeId: a, role: 'clerk' } });
  await t.ok('addStaff', { as: operator, params: { merchantId }, body: { phone: manager.phone!, storeId: null, role: 'manager' } });
  expect(await findStaff(t.db, clerk.personId, b)).toBeNull();
  expect(await findStaff(t.db, manager.personId, b)).toMatchObject({ storeId: b, role: 'manager' });
  expect(await findStaff(t.db, manager.personId, other)).toBeNull();
  expect((await t.ok('listMyStores', { as: manager })).items).toHaveLength(2);
  expect(await findManagers(t.db, merchantId)).toEqual([manager.personId]);
  await t.db.query('UPDATE staff SET removed_at = juke_now() WHERE person_id = $1', [manager.personId]);
  expect(await findStaff(t.db, manager.personId, b)).toBeNull();
  expect(await findManagers(t.db, merchantId)).toEqual([]);
});

test('a person who is clerk at the store and manager of all acts as a manager', async () => {
  const merchantId = await merchant();
  const storeId = await store(merchantId);
  const person = await t.person('兼职');
  await t.ok('addStaff', { as: operator, params: { merchantId }, body: { phone: person.phone!, storeId, role: 'clerk' } });
  await t.ok('addStaff', { as: operator, params: { merchantId }, body: { phone: person.phone!, storeId: null, role: 'manager' } });
  expect(await findStaff(t.db, person.personId, storeId)).toMatchObject({ role: 'manager' });
  expect((await t.ok('listMyStores', { as: person })).items).toMatchObject([{ storeId, role: 'manager' }]);
});

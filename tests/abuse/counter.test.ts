/** The counter: showing, copying and guessing voucher codes.. */
import * as fc from 'fast-check';
import { CODE_LOCK_MS, CODE_MISSES_MAX, CODE_MISS_WINDOW_MS } from '../../functions/contract/limits';
import { readCode } from '../../functions/contract/voucher-code';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { buy, codeOf, MINUTE, redeem } from '../support/trade';

jest.mock('../../functions/kernel/rate', () => ({ takeRate: () => undefined }));

let t: TestApp;
let m: Market;
let guest: TestPerson;
beforeEach(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market();
  guest = await t.person('周屿');
});
afterEach(() => t.stop());

const scan = (code: string, as = m.clerk) => t.handle('redeemVoucher', { as, params: { storeId: m.storeId }, body: { code, deviceId: 'dev-counter-1' } });
const codeAnswer = async (code: string, as = m.clerk) => { const reply = await scan(code, as); return reply.status === 200 ? 'ok' : reply.body.code as string; };

test('A-08 the bare id, the locator or the secret redeem nothing; who, where and on what is kept', async () => {
  const { voucherIds: [voucher] } = await buy(t, m, guest);
  const shown = await t.ok('getVoucher', { as: guest, params: { voucherId: voucher! } });
  for (const text of [voucher!, shown.locator!, shown.secret!, `JK1.${voucher}`, `${shown.locator}000000`]) expect([text, await codeAnswer(text, await t.person('新店员').then(hire))]).toEqual([text, 'CODE_UNKNOWN']);
  expect(await codeAnswer(await codeOf(t, voucher!))).toBe('ok');
  const [row] = await t.db.query('SELECT staff_id, store_id, device_id, code_kind FROM redemption');
  expect(row).toEqual({ staff_id: m.clerkStaffId, store_id: m.storeId, device_id: 'dev-counter-1', code_kind: 'qr' });
  // The guest is told at once.
  expect((await t.ok('listNotices', { as: guest })).items.map((notice) => notice.kind)).toContain('voucher.redeemed');
});
async function hire(person: TestPerson): Promise<TestPerson> {
  await t.ok('addStaff', { as: m.operator, params: { merchantId: m.merchantId }, body: { phone: person.phone!, storeId: m.storeId, role: 'clerk' } });
  return person;
}

test('A-09 a screenshot lives two minutes at most; the second scan says who was first and when', async () => {
  const { voucherIds } = await buy(t, m, guest, { quantity: 2 });
  const [pictureQr, pictureTyped] = [await codeOf(t, voucherIds[0]!, 'qr'), await codeOf(t, voucherIds[1]!, 'typed')];
  await t.moveTime(3 * MINUTE);
  expect(await codeAnswer(pictureQr)).toBe('CODE_STALE');
  expect(await codeAnswer(pictureTyped)).toBe('CODE_UNKNOWN');
  await redeem(t, m, voucherIds[0]!);
  const second = await scan(await codeOf(t, voucherIds[0]!));
  expect(second.body).toMatchObject({ code: 'VOUCHER_ALREADY_REDEEMED', details: { store: '南京东路店', at: expect.stringMatching(/^\d+-\d+ \d\d:\d\d$/) } });
  expect((await scan(pictureQr)).body.code).toBe('VOUCHER_ALREADY_REDEEMED');
});

test('A-10 five misses in a minute lock for ten, the right code too; an alarm; unknown and foreign are answered alike', async () => {
  const other = await t.market({ operator: m.operator, merchant: { name: '别家' }, staff: ['别家店员', '别家店长'] });
  const { voucherIds: [mine] } = await buy(t, m, guest);
  const { voucherIds: [foreign] } = await buy(t, other, guest);
  const [unknown, stranger] = [await scan('000000000000'), await scan(await codeOf(t, foreign!))];
  expect([unknown.status, unknown.body]).toEqual([stranger.status, stranger.body]);
  for (let i = 2; i < CODE_MISSES_MAX; i += 1) expect(await codeAnswer('garbage')).toBe('CODE_UNKNOWN');
  const right = await scan(await codeOf(t, mine!));
  expect(right.body).toMatchObject({ code: 'CODE_LOCKED', retryAfterMs: expect.any(Number) });
  expect(right.body.retryAfterMs).toBeLessThanOrEqual(CODE_LOCK_MS);
  expect((await t.db.query("SELECT FROM alarm WHERE kind = 'code.guessing'")).length).toBe(1);
  // The lock is the person's: a colleague goes on, another phone of the same person does not help.
  expect(await codeAnswer(await codeOf(t, mine!), m.manager)).toBe('ok');
  await t.moveTime(CODE_LOCK_MS - 5_000);
  expect(await codeAnswer('garbage')).toBe('CODE_LOCKED');
  await t.moveTime(5_000);
  expect(await codeAnswer('garbage')).toBe('CODE_UNKNOWN');
});

test('A-10 misses are counted in a window: four now and four later lock nobody', async () => {
  for (let round = 0; round < 2; round += 1) {
    for (let i = 1; i < CODE_MISSES_MAX; i += 1) expect(await codeAnswer(String(i))).toBe('CODE_UNKNOWN');
    await t.moveTime(CODE_MISS_WINDOW_MS);
  }
});

test('A-10 many guesses at once count each: the lock is there after them', async () => {
  await Promise.all(Array.from({ length: 25 }, (_, i) => codeAnswer(String(100_000_000_000 + i))));
  expect(await codeAnswer('garbage')).toBe('CODE_LOCKED');
});

test('A-10 secrets have 128 random bits; no two vouchers of a merchant share a locator', async () => {
  const orders = await Promise.all(Array.from({ length: 5 }, async (_, i) => buy(t, m, await t.person(`客${i}`), { quantity: 4 })));
  expect(orders.flatMap((order) => order.voucherIds)).toHaveLength(20);
  const rows = await t.db.query<{ secret: string; locator: string }>('SELECT secret, locator FROM voucher');
  expect(new Set(rows.map((row) => row.locator)).size).toBe(20);
  for (const { secret } of rows) expect(secret).toMatch(/^[0-9a-f]{32}$/);
  expect(new Set(rows.map((row) => row.secret.slice(0, 4))).size).toBeGreaterThan(17);
});

test('A-10 the code reader takes anything, and anything that is no code is one clear answer', async () => {
  const text = fc.oneof(fc.string(), fc.string({ unit: 'binary' }), fc.stringMatching(/^JK1\.vch_[0-9a-z]{8,28}\.[0-9a-z]{1,8}\.[0-9a-f]{20}$/), fc.stringMatching(/^\d{11,13}$/), fc.constantFrom('JK1...', 'JK1.vch_0.zzzzzzzz.', '１２３４５６７８９０１２', '12 34 56 78 90 12', `JK1.vch_00000000.${'z'.repeat(8)}.${'0'.repeat(20)}`));
  fc.assert(fc.property(text, (any) => { expect(() => readCode(any)).not.toThrow(); }), { numRuns: 2_000 });
  await fc.assert(fc.asyncProperty(text.filter((any) => any.length > 0 && any.length <= 120), async (any) => {
    const reply = await scan(any);
    expect([any, ['CODE_UNKNOWN', 'BAD_INPUT'].includes(reply.body?.code)]).toEqual([any, true]);
    await t.db.query('DELETE FROM code_miss');
  }), { numRuns: 200 });
});

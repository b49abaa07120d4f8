/** The number that is typed at the counter: one voucher of a merchant at a time, and never a reason that a payment cannot be taken., I-13. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { people } from '../support/faults';
import { buy, codeOf, DAY, MINUTE, redeem } from '../support/trade';

/** What the draw gives, however often. */
let mockDrawn: string | null = null;
jest.mock('../../functions/orders/vouchers', () => {
  const { drawVouchers } = jest.requireActual<typeof import('../../functions/orders/vouchers')>('../../functions/orders/vouchers');
  return { drawVouchers: (...order: Parameters<typeof drawVouchers>) => drawVouchers(...order).map((one) => ({ ...one, locator: mockDrawn ?? one.locator })) };
});

let t: TestApp;
let m: Market;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market({ deal: { validDays: 30, perPersonLimit: 50, stock: 500 } });
});
beforeEach(() => (mockDrawn = '482719'));
afterAll(() => t.stop());

const one = async () => (await people(t, 1))[0]!;
const locators = async (ids: string[]) => (await t.db.query<{ locator: string }>('SELECT locator FROM voucher WHERE voucher_id = ANY ($1) ORDER BY position', [ids])).map((row) => row.locator);
const type = async (voucherId: string) => t.handle('redeemVoucher', { as: m.clerk, params: { storeId: m.storeId }, body: { code: await codeOf(t, voucherId, 'typed'), deviceId: m.clerk.deviceId } });

test('I-13 the number that is drawn belongs to another: the payment is taken, and each is found by its own', async () => {
  const order = await buy(t, m, await one(), { quantity: 4 });
  const drawn = await locators(order.voucherIds);
  expect([drawn[0], new Set(drawn).size]).toEqual(['482719', 4]);
  for (const id of order.voucherIds) expect((await type(id)).status).toBe(200);
});

test('I-13 two payments draw the same number at once: both are taken', async () => {
  mockDrawn = '111111';
  const buyers = await people(t, 6);
  const orders = await Promise.all(buyers.map((buyer) => buy(t, m, buyer, { quantity: 2 })));
  expect(new Set(await locators(orders.flatMap((order) => order.voucherIds))).size).toBe(12);
});

test('A-09 a used voucher keeps its number for a day, so that a second try says when; then a new voucher may have it', async () => {
  mockDrawn = '222222';
  const [first] = (await buy(t, m, await one())).voucherIds;
  await redeem(t, m, first!);
  await t.moveTime(MINUTE);
  const [second] = (await buy(t, m, await one())).voucherIds;
  expect(await locators([second!])).not.toEqual(['222222']);
  expect((await type(first!)).body.code).toBe('VOUCHER_ALREADY_REDEEMED');
  await t.moveTime(DAY);
  const [third] = (await buy(t, m, await one())).voucherIds;
  expect(await locators([third!])).toEqual(['222222']);
  expect((await type(third!)).status).toBe(200);
  // The picture of the first one is known still, by what it names.
  const picture = await t.handle('redeemVoucher', { as: m.clerk, params: { storeId: m.storeId }, body: { code: await codeOf(t, first!), deviceId: m.clerk.deviceId } });
  expect(picture.body.code).toBe('VOUCHER_ALREADY_REDEEMED');
  expect((await type(second!)).status).toBe(200);
});

test('A-10 a voucher that can be used is never without its number', async () => {
  const [id] = (await buy(t, m, await one())).voucherIds;
  await expect(t.db.query('UPDATE voucher SET holds_locator = false WHERE voucher_id = $1', [id])).rejects.toThrow('A-10 usable by its number');
});

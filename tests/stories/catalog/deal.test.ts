/** Deals by the operator, and what an order reads of them. A2, I-06, I-10, I-22, I-23, A-16, A-29. */
import { getDealForOrder, listDealStores } from '../../../functions/catalog';
import { TITLE_MAX } from '../../../functions/contract/limits';
import { startTestApp, type Market, type TestApp } from '../../support/app';
import { saveTerms } from '../../support/market';
import { buy, place } from '../../support/trade';

let t: TestApp;
let m: Market;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, echo: true });
  m = await t.market();
});
afterAll(() => t.stop());

const create = (more: object = {}, params = { merchantId: m.merchantId }) => t.handle('createDeal', { as: m.operator, params, body: { ...m.deal, ...more } });
const stockOf = async (dealId: string) => (await t.db.query('SELECT stocked, available, held, sold, terms_version AS version FROM deal_stock WHERE deal_id = $1', [dealId]))[0];
const termsOf = async (dealId: string) => (await getDealForOrder(t.db, dealId))!;

test('a deal is there as it was entered, with its stock, and read in one query', async () => {
  const { status, body } = await create({ stock: 7, saleEndsAtMs: 4_000_000_000_000 });
  expect(status).toBe(200);
  expect(await stockOf(body.dealId)).toEqual({ stocked: 7, available: 7, held: 0, sold: 0, version: 1 });
  expect(await termsOf(body.dealId)).toEqual({
    dealId: body.dealId, merchantId: m.merchantId, merchantName: '老灶火锅', logoInk: '#C8472F', subMchid: m.subMchid, attribution: 'last', title: m.deal.title, pictureUrl: '/art/dish-hotpot.svg',
    items: m.deal.items, termsVersion: 1, priceFen: 12_800, friendDiscountFen: 1_000, rebateBps: 800, rebateCapFen: 2_000, commissionBps: 500, perPersonLimit: 5, validDays: 30,
    saleStartsAtMs: null, saleEndsAtMs: 4_000_000_000_000, available: 7, fulfilment: 'voucher', group: null, isFlash: false, regularDealId: null, offPeak: null,
    storeIds: [...m.storeIds].sort(), storeId: expect.stringMatching(/^sto_/), storeName: '南京东路店', storeAddress: '上海市黄浦区南京东路 1 号',
  });
  expect(await listDealStores(t.db, body.dealId)).toEqual(['南京东路店', '静安店']);
  const isValidAt = async (storeId: string) => (await t.db.query<{ valid: boolean }>('SELECT catalog_is_valid_at($1, $2) AS valid', [body.dealId, storeId]))[0]!.valid;
  expect(await isValidAt(m.storeIds[1]!)).toBe(true);
  expect(await isValidAt('sto_000000000nobody')).toBe(false);
  expect(await getDealForOrder(t.db, 'deal_000000000nobody')).toBeNull();
});

test('A2 warns with the reason, in the operator\'s language', async () => {
  const zh = await t.ok('createDeal', { as: m.operator, params: { merchantId: m.merchantId }, body: { ...m.deal, perPersonLimit: 1 } });
  expect(zh.warnings).toEqual([expect.stringContaining('不到售价的两成'), expect.stringContaining('每人限购 1 份')]);
  const en = await t.ok('createDeal', { as: m.operator, language: 'en', params: { merchantId: m.merchantId }, body: { ...m.deal, perPersonLimit: 1 } });
  expect(en.warnings).toEqual([expect.stringContaining('under 20%'), expect.stringContaining('one per person')]);
});

test('I-22 the same key gives the same deal, once', async () => {
  const call = { as: m.operator, key: 'create-deal-1', params: { merchantId: m.merchantId }, body: { ...m.deal, title: '只有一个' } };
  const answers = await Promise.all(Array.from({ length: 5 }, () => t.ok('createDeal', call)));
  expect(new Set(answers.map((answer) => JSON.stringify(answer))).size).toBe(1);
  expect((await t.db.query(`SELECT FROM deal WHERE title = '只有一个'`)).length).toBe(1);
});

test.each([
  ['commission and rebate above 30 %', { commissionBps: 2_300 }, 'body.rebateBps'],
  ['valid longer than the money is held', { validDays: 178 }, 'body.validDays'],
  ['friend discount eats the price', { friendDiscountFen: 12_800 }, 'body.friendDiscountFen'],
  ['negative price', { priceFen: -1 }, 'body.priceFen'],
  ['a fraction of a fen', { priceFen: 99.5 }, 'body.priceFen'],
  ['no stock', { stock: 0 }, 'body.stock'],
  ['a title that no bill of WeChat has room for', { title: '鱼'.repeat(TITLE_MAX + 1) }, 'body.title'],
  ['A-29 a foreign picture', { pictureUrls: ['https://a.b/c.png'] }, 'body.pictureUrls.0'],
  ['A-16 a field of ours', { soldCount: 999 }, 'body'],
])('refused and nothing saved: %s', async (_name, more, where) => {
  const before = (await t.db.query('SELECT count(*)::int AS n FROM deal'))[0]!.n;
  const { status, body } = await create(more);
  expect(status).toBe(400);
  expect(body).toMatchObject({ code: 'BAD_INPUT', details: { where } });
  expect((await t.db.query('SELECT count(*)::int AS n FROM deal'))[0]!.n).toBe(before);
});

test('the validity follows the freeze days of the configuration', async () => {
  const short = await startTestApp({ config: { freezeDays: 30 } });
  try {
    const market = await short.market({ deal: { validDays: 27 } });
    expect(market.termsVersion).toBe(1);
    await expect(market.addDeal({ validDays: 28 })).rejects.toThrow('validDays');
  } finally {
    await short.stop();
  }
});

test('I-23 only at stores of its own merchant, also past the first look', async () => {
  const other = await t.market();
  expect((await create({ storeIds: [m.storeId, other.storeId] })).status).toBe(404);
  expect((await create({}, { merchantId: other.merchantId })).status).toBe(404);
  expect((await create({}, { merchantId: 'mch_000000000nobody' })).status).toBe(404);
  // A price to stand crossed out is the merchant's own.
  const flash = { isFlash: true, saleStartsAtMs: 1_700_000_000_000, saleEndsAtMs: 4_000_000_000_000 };
  for (const regularDealId of [other.dealId, 'deal_00000000nobody']) expect((await create({ ...flash, regularDealId })).status).toBe(404);
  expect((await create({ ...flash, regularDealId: m.dealId })).status).toBe(200);
  await expect(t.db.query('INSERT INTO deal_store (deal_id, store_id, merchant_id) VALUES ($1, $2, $3)', [m.dealId, other.storeId, m.merchantId])).rejects.toThrow(/foreign key/);
});

test('terms that were sold never change; a new price is a new version, and an order at the old one is told so', async () => {
  const { dealId } = await m.addDeal();
  const buyer = await t.person('老价格');
  const bought = await buy(t, m, buyer, { dealId });
  await expect(t.db.query('UPDATE deal_terms SET price_fen = 1 WHERE deal_id = $1', [dealId])).rejects.toThrow(/append-only/);
  const { priceFen, friendDiscountFen, rebateBps, rebateCapFen, commissionBps, perPersonLimit, validDays, saleStartsAtMs, saleEndsAtMs } = await termsOf(dealId);
  const terms = { priceFen: priceFen + 1_000, friendDiscountFen, rebateBps, rebateCapFen, commissionBps, perPersonLimit, validDays, saleStartsAtMs, saleEndsAtMs, group: null, isFlash: false, regularDealId: null, offPeak: null };
  expect(await saveTerms(t.db, { dealId, fromVersion: 1, terms })).toEqual({ termsVersion: 2 });
  await expect(saveTerms(t.db, { dealId, fromVersion: 1, terms })).rejects.toThrow('changed');
  expect(await stockOf(dealId)).toEqual({ stocked: 100, available: 99, held: 0, sold: 1, version: 2 });
  expect((await t.db.query('SELECT terms_version AS v, unit_price_fen AS fen FROM guest_order WHERE order_id = $1', [bought.orderId]))[0]).toEqual({ v: 1, fen: 12_800 });

  const late = await t.person('新价格');
  const stale = { dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 12_800, surface: 'weapp' };
  expect(await t.refused('placeOrder', { as: late, body: stale })).toMatchObject({ status: 409, code: 'PRICE_CHANGED', details: { payableFen: 13_800 } });
  expect((await place(t, m, late, { dealId })).payableFen).toBe(13_800);
});

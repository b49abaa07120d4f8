/** The cart and the purchase that it becomes: prices, problems, all or nothing (A8, I-06, I-10). */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { share } from '../../support/trade';

let t: TestApp;
let shops: Market[];
let guest: TestPerson;
beforeAll(async () => {
  t = await startTestApp({ echo: true });
  const operator = await t.person('运营', { operator: true });
  shops = [];
  for (const name of ['火锅店', '面包店', '花店']) shops.push(await t.market({ operator, merchant: { name }, staff: [`${name}店员`, `${name}店长`], deal: { title: `${name}的招牌`, priceFen: 5_000, perPersonLimit: 4, stock: 10 } }));
});
beforeEach(async () => {
  guest = await t.person(`客人${Math.random()}`);
});
afterAll(() => t.stop());

const put = (dealId: string, quantity = 1, more: object = {}) => t.ok('setCartItem', { as: guest, params: { dealId }, body: { quantity, ...more } });
const cart = async () => (await t.ok('getCart', { as: guest })).items;
const items = async () => (await cart()).map(({ dealId, quantity, termsVersion, unitPriceFen }) => ({ dealId, quantity, termsVersion, expectedUnitPriceFen: unitPriceFen }));
const buy = async () => {
  const lines = await items();
  const quote = await t.ok('quotePurchase', { as: guest, body: { items: lines.map(({ dealId, quantity }) => ({ dealId, quantity })) } });
  return { items: lines, expectedPayableFen: quote.payableFen, stack: quote.stack, surface: 'weapp' as const };
};

test('what is put in is there with the price of now; quantity 0 takes it out', async () => {
  const [a, b] = [shops[0]!.dealId, shops[1]!.dealId];
  expect(await put(a, 2)).toEqual({ quantity: 2, lines: 1 });
  expect(await put(b)).toEqual({ quantity: 1, lines: 2 });
  expect(await put(a, 3)).toEqual({ quantity: 3, lines: 2 });
  expect(await cart()).toMatchObject([{ dealId: b, quantity: 1, unitPriceFen: 5_000, wasFen: null, problem: null }, { dealId: a, quantity: 3, merchantName: '火锅店', maxQuantity: 4 }]);
  // Another quantity keeps the price that it was put in at, so that a change of price is said.
  await t.db.query('UPDATE cart_item SET unit_price_fen = unit_price_fen + 100 WHERE deal_id = $1', [a]);
  await put(a, 2);
  expect((await cart())[1]).toMatchObject({ dealId: a, quantity: 2, wasFen: expect.any(Number) });
  expect(await put(a, 0)).toEqual({ quantity: 0, lines: 1 });
  expect(await t.refused('setCartItem', { as: guest, params: { dealId: a }, body: { quantity: 5 } })).toMatchObject({ code: 'LIMIT_PER_PERSON', details: { limit: 4 } });
});

test('a purchase places every order and empties the cart in the same save; a repeat answers the same', async () => {
  for (const { dealId } of shops) await put(dealId);
  const body = await buy();
  const placed = await t.ok('placePurchase', { as: guest, body, key: 'purchase-key-0001' });
  expect(placed).toMatchObject({ payableFen: 15_000 });
  expect(await t.ok('placePurchase', { as: guest, body, key: 'purchase-key-0001' })).toEqual(placed);
  expect(await cart()).toEqual([]);
  expect(await t.ok('getPurchase', { as: guest, params: { purchaseId: placed.purchaseId } })).toMatchObject({
    state: 'unpaid', payableFen: 15_000, canPay: true, canCancel: true, orders: [{ purchaseId: placed.purchaseId }, { state: 'unpaid' }, { payableFen: 5_000 }],
  });
});

test('who shared it is named as long as the friend discount comes with it: not after a week, not where there is none; the link goes along all the same', async () => {
  const shop = shops[0]!;
  const plain = await shop.addDeal({ friendDiscountFen: 0 });
  const sharer = await t.person(`分享${Math.random()}`);
  const tokens = [await share(t, shop, sharer), await share(t, shop, sharer, plain.dealId)] as const;
  for (const token of tokens) await t.ok('openShare', { as: guest, params: { token }, body: { surface: 'weapp', visitorId: guest.deviceId } });
  await put(shop.dealId, 1, { shareToken: tokens[0] });
  await put(plain.dealId, 1, { shareToken: tokens[1] });
  const lineOf = async (dealId: string) => (await cart()).find((line) => line.dealId === dealId)!;
  const saved = async () => (await t.ok('quotePurchase', { as: guest, body: { items: (await cart()).map(({ dealId, quantity, shareToken }) => ({ dealId, quantity, shareToken: shareToken! })) } })).savedFen;
  expect(await lineOf(shop.dealId)).toMatchObject({ sharerName: sharer.name, shareToken: tokens[0] });
  expect(await lineOf(plain.dealId)).toMatchObject({ sharerName: null, shareToken: tokens[1] });
  expect(await saved()).toBe(1_000);
  await t.moveTime(7 * 24 * 3_600_000);
  expect(await lineOf(shop.dealId)).toMatchObject({ sharerName: null, shareToken: tokens[0] });
  expect(await saved()).toBe(0);
  await t.ok('openShare', { as: guest, params: { token: tokens[0] }, body: { surface: 'weapp', visitorId: guest.deviceId } });
  await t.drain();
  expect(await lineOf(shop.dealId)).toMatchObject({ sharerName: sharer.name });
});

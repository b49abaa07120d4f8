/** Whose carts and purchases are: joined, exported, deleted with their person, nobody else's; what is picked up is told so (A8, A-15, A-18, H6). */
import { CART_LINES_MAX } from '../../../functions/contract/limits';
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { newKey } from '../../support/faults';
import { buyTogether, makeStreet, placeTogether, priced, purchaseState } from '../../support/purchase';
import { later, MINUTE, place } from '../../support/trade';

let t: TestApp;
let street: Market[];
const wishes = () => street.map(({ dealId }) => ({ dealId }));
const put = (as: TestPerson, dealId: string, quantity = 1) => t.ok('setCartItem', { as, params: { dealId }, body: { quantity } });
const cartOf = async (as: TestPerson) => (await t.ok('getCart', { as })).items.map(({ dealId, quantity }) => [dealId, quantity]);
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  street = await makeStreet(t, ['火锅店', '面包店'], { stock: 100, perPersonLimit: 9 });
});
afterAll(() => t.stop());

/** The WeChat account verifies the phone of the browser's account: from then on they are one. */
async function join(weapp: TestPerson, browser: TestPerson): Promise<TestPerson> {
  const { code } = await t.sandbox!.control<{ code: string }>('wx/phone', { phone: browser.phone });
  const session = await t.ok('verifyPhone', { as: weapp, body: { wechatCode: code } });
  await t.drain();
  return { ...weapp, personId: session.personId, token: session.token } as TestPerson;
}

test('two accounts become one: both carts are there, and a purchase moves whole or waits whole', async () => {
  const [a, b] = [street[0]!.dealId, street[1]!.dealId];
  const weapp = await t.person('小程序里的人', { phone: null });
  const browser = await t.person('网页里的人', { openid: null });
  const more = await street[0]!.addDeal({ title: '小食' });
  await put(weapp, a, 2);
  await put(browser, a, 5);
  await put(browser, more.dealId, 3);
  const moving = await placeTogether(t, weapp, [{ dealId: b }, { dealId: more.dealId }]);
  const one = await join(weapp, browser);
  const cart = new Map((await cartOf(one)) as [string, number][]);
  expect(cart.has(a) && cart.get(more.dealId) === 3).toBe(true);
  expect((await t.ok('getPurchase', { as: one, params: { purchaseId: moving.purchaseId } })).orders).toHaveLength(2);

  // The other account has an unpaid order of one of the deals: none of the purchase moves until it has ended.
  const weapp2 = await t.person('另一个小程序', { phone: null });
  const browser2 = await t.person('另一个网页', { openid: null });
  const waiting = await placeTogether(t, weapp2, wishes());
  const other = await placeTogether(t, browser2, [{ dealId: a }, { dealId: more.dealId }]);
  await join(weapp2, browser2);
  const owners = await t.db.query('SELECT DISTINCT o.buyer_id = u.buyer_id AS same FROM guest_order o JOIN purchase u USING (purchase_id)');
  expect(owners).toEqual([{ same: true }]);
  await later(t, 16 * MINUTE);
  await later(t, 11 * MINUTE);
  expect((await purchaseState(t, waiting.purchaseId)).orders).toEqual(['expired']);
  expect((await t.db.query('SELECT count(DISTINCT buyer_id)::int AS n FROM purchase WHERE purchase_id = ANY ($1)', [[waiting.purchaseId, other.purchaseId]]))[0]).toEqual({ n: 1 });
});

test('where one cart has not room for both, what was put in last comes along; what both had is there once', async () => {
  const deals: string[] = [];
  for (let i = 0; i < CART_LINES_MAX + 2; i += 1) deals.push((await street[0]!.addDeal({ title: `小食 ${i}` })).dealId);
  const weapp = await t.person('购物车半满的人', { phone: null });
  const browser = await t.person('购物车也半满的人', { openid: null });
  // Both have the first; of the rest there is one more than there is room for.
  const [half, other] = [deals.slice(0, CART_LINES_MAX - 3), [deals[0]!, ...deals.slice(-5, -1)]];
  for (const dealId of half) await put(weapp, dealId);
  for (const dealId of other) await put(browser, dealId, 2);
  const one = await join(weapp, browser);
  const [whole, coming] = one.personId === weapp.personId ? [half, other] : [other, half];
  const cart = new Map((await cartOf(one)) as [string, number][]);
  expect([...cart.keys()].sort()).toEqual([...whole, ...coming.slice(2)].sort());
  expect(cart.get(deals[0]!)).toBe(one.personId === weapp.personId ? 1 : 2);
});

test('export names cart and purchases; with the account the cart is gone', async () => {
  const guest = await t.person('要注销的人');
  await put(guest, street[0]!.dealId, 2);
  const { purchaseId } = await placeTogether(t, guest, [{ dealId: street[1]!.dealId }, await street[1]!.addDeal()].map(({ dealId }) => ({ dealId })));
  expect(await t.ok('exportMe', { as: guest })).toMatchObject({ cart: [{ quantity: 2 }], purchases: [{ purchase_id: purchaseId, orders: 2 }], orders: [{ purchase_id: purchaseId }, {}] });
  expect(await t.refused('deleteMe', { as: guest, body: { confirm: true } })).toMatchObject({ code: 'PERSON_BUSY' });
  await t.ok('cancelPurchase', { as: guest, params: { purchaseId } });
  await t.ok('deleteMe', { as: guest, body: { confirm: true } });
  await t.drain();
  expect(await t.db.query('SELECT FROM cart_item WHERE person_id = $1', [guest.personId])).toEqual([]);
});

test("A-18 somebody else's purchase does not exist; A-15 quantities, deals twice and too few are refused", async () => {
  const [guest, thief] = [await t.person('有单的人'), await t.person('没单的人')];
  const { purchaseId } = await placeTogether(t, guest, wishes());
  const as = { as: thief, params: { purchaseId } };
  expect((await t.refused('getPurchase', as)).code).toBe('NOT_FOUND');
  expect((await t.refused('checkPurchase', as)).code).toBe('NOT_FOUND');
  expect((await t.refused('cancelPurchase', as)).code).toBe('NOT_FOUND');
  expect((await t.refused('payPurchase', { ...as, body: { method: 'jsapi' } })).code).toBe('NOT_FOUND');
  const body = await priced(t, thief, wishes());
  const [first, second] = body.items as [typeof body.items[0], typeof body.items[0]];
  const tried = async (items: object[], more: object = {}) => (await t.refused('placePurchase', { as: thief, body: { ...body, items, ...more } })).code;
  for (const quantity of [0, -1, 100, 1.5, 1e9]) expect(await tried([{ ...first, quantity }, second])).toBe('BAD_INPUT');
  expect(await tried([{ ...first, quantity: 10 }, second])).toBe('LIMIT_PER_PERSON');
  expect(await tried([first, first])).toBe('BAD_INPUT');
  expect(await tried([first])).toBe('BAD_INPUT');
  expect(await tried(body.items, { expectedPayableFen: 1 })).toBe('PRICE_CHANGED');
  expect(await tried(body.items, { payableFen: 1 })).toBe('BAD_INPUT');
  expect((await t.refused('placePurchase', { as: thief, body, key: null })).code).toBe('KEY_REQUIRED');
  // Same key, another purchase.
  const key = newKey();
  await t.ok('placePurchase', { as: thief, body, key });
  expect((await t.refused('placePurchase', { as: thief, body: { ...body, items: [second, first] }, key })).code).toBe('KEY_REUSED');
});

test('a limit reached by what was bought before says which line', async () => {
  const guest = await t.person('买过的人');
  const { dealId } = await street[0]!.addDeal({ title: '每人两份', perPersonLimit: 2 });
  const { orderId } = await place(t, street[0]!, guest, { dealId, quantity: 2 });
  await put(guest, dealId);
  expect((await t.ok('getCart', { as: guest })).items).toMatchObject([{ dealId, problem: 'limit' }]);
  await t.ok('payOrder', { as: guest, params: { orderId }, body: { method: 'jsapi' } });
  await t.sandbox!.control('pay', { out_trade_no: (await t.db.query<{ id: string }>('SELECT payment_id AS id FROM payment WHERE order_id = $1', [orderId]))[0]!.id });
  await t.ok('checkPayment', { as: guest, params: { orderId } });
  expect(await t.refused('placePurchase', { as: guest, body: await priced(t, guest, [{ dealId: street[1]!.dealId }, { dealId }]) })).toMatchObject({ code: 'LIMIT_PER_PERSON', details: { title: '每人两份', limit: 2, dealId } });
});

test('what is picked up is reported to WeChat as 用户自提, a voucher as virtual, each by its own transaction', async () => {
  const guest = await t.person('来取的人');
  const box = await street[1]!.addDeal({ title: '面包礼盒', fulfilment: 'pickup' });
  const { orderIds } = await buyTogether(t, guest, [{ dealId: street[0]!.dealId }, { dealId: box.dealId }]);
  await t.drain();
  const told = await Promise.all(orderIds.map(async (orderId) => {
    const [row] = await t.db.query<{ id: string }>('SELECT transaction_id AS id FROM payment WHERE order_id = $1', [orderId]);
    return (t.sandbox!.sandbox.sandbox.world.get('shipping', row!.id)?.body as { logistics_type: number } | undefined)?.logistics_type;
  }));
  expect(told).toEqual([3, 4]);
  const { row } = await t.ok('getOrder', { as: guest, params: { orderId: orderIds[1]! } });
  expect(row.fulfilment).toBe('pickup');
  expect(await t.ok('getVoucher', { as: guest, params: { voucherId: row.firstVoucherId! } })).toMatchObject({ fulfilment: 'pickup' });
  // Nobody is told of a voucher where there is a thing to collect.
  const said = async (language: 'zh' | 'en') => (await t.ok('listNotices', { as: guest, language })).items.filter(({ kind }) => kind === 'order.paid').map(({ title, text }) => `${title} ${text}`);
  const ofBox = async (language: 'zh' | 'en') => (await said(language)).filter((words) => words.includes('面包礼盒'));
  expect(await ofBox('zh')).toEqual([expect.stringMatching(/^付好了，凭取货码到店自提 .*前到店取；没取随时退，过期自动退。$/)]);
  expect(await ofBox('en')).toEqual([expect.stringMatching(/^Paid\. Your pick-up code is ready .*Collect it by .*Not collected: refundable any time/)]);
  expect((await said('zh')).filter((words) => !words.includes('面包礼盒'))).toEqual([expect.stringMatching(/^付好了，券在你手机里 .*前到店用；没用随时退/)]);
});

/** Claims: caps, limits, windows, whom they are for; codes; what people see of offers; the merchant's editor and its figures. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../../support/app';
import { claim, couponState, makeOffer, makePlatformOffer, offerOf, pay, placeWith } from '../../support/coupons';
import { newKnife } from '../../support/faults';
import { buy, DAY, later } from '../../support/trade';

const knife = newKnife();
let t: TestApp;
let m: Market;
let guest: TestPerson;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, echo: true, dbOptions: knife.dbOptions });
});
beforeEach(async () => {
  m = await t.market({ operator: await t.person(`运营${Math.random()}`, { operator: true }), staff: [`店员${Math.random()}`, `店长${Math.random()}`], deal: { perPersonLimit: 99, stock: 500 } });
  guest = await someone();
});
afterAll(() => t.stop());
const someone = () => t.person(`客人${Math.random().toString(36).slice(2, 8)}`);
const refusal = async (offerId: string, as = guest) => (await t.refused('claimCoupon', { as, params: { offerId } })).code;

test('what is left and what one has of it are of one moment: the last one is not both still there and had', async () => {
  const { code } = await makeOffer(t, m, { total: 1, withCode: true });
  const gate = knife.holdAt(/FROM coupon_offer/, 'after');
  const asked = t.ok('openCouponCode', { as: guest, body: { code: code! } });
  await gate.reached;
  await t.ok('claimCouponCode', { as: guest, body: { code: code! } });
  gate.open();
  expect(await asked).toMatchObject({ left: 1, mine: 0, claim: 'ok' });
  knife.clear();
  expect(await t.ok('openCouponCode', { as: guest, body: { code: code! } })).toMatchObject({ left: 0, mine: 1, claim: 'limit' });
});

test('within the cap, the limit and the window; the same key answers the same', async () => {
  const now = await t.app.clock.read();
  const { offerId } = await makeOffer(t, m, { total: 3, perPerson: 2 });
  const first = await t.handle('claimCoupon', { as: guest, key: 'claim-key-0001', params: { offerId } });
  expect(await t.handle('claimCoupon', { as: guest, key: 'claim-key-0001', params: { offerId } })).toMatchObject({ status: 200, body: first.body });
  await claim(t, guest, offerId);
  expect(await t.refused('claimCoupon', { as: guest, params: { offerId } })).toMatchObject({ code: 'COUPON_LIMIT', details: { limit: 2 } });
  await claim(t, await someone(), offerId);
  expect(await refusal(offerId, await someone())).toBe('COUPON_GONE');
  const [offer] = (await t.ok('listCouponOffers', { as: guest, query: { merchantId: m.merchantId } })).items;
  expect(offer).toMatchObject({ offerId, left: 0, total: 3, mine: 2, claim: 'limit', summary: '满 100 减 15', scopeText: '老灶火锅通用', paidByText: '优惠由老灶火锅承担' });
  // Thirty whole days after today, in Shanghai.
  const midnight = new Date(first.body.validUntilMs + 8 * 3_600_000).toISOString();
  expect(midnight).toMatch(/T00:00:00/);
  expect(first.body.validUntilMs - now).toBeGreaterThan(30 * DAY);
  const soon = await makeOffer(t, m, { claimFromMs: now + DAY, claimUntilMs: now + 2 * DAY });
  expect(await refusal(soon.offerId)).toBe('COUPON_CLOSED');
  await later(t, DAY + 60_000);
  await claim(t, guest, soon.offerId);
  await later(t, DAY);
  expect(await refusal(soon.offerId, await someone())).toBe('COUPON_CLOSED');
  expect(await refusal('cof_000000000000000000000000')).toBe('NOT_FOUND');
});

test('a paused offer is not claimed, what was claimed stays; only its own manager pauses it', async () => {
  const { offerId } = await makeOffer(t, m);
  const { couponId } = await claim(t, guest, offerId);
  const set = (state: 'active' | 'paused') => t.ok('setOfferState', { as: m.manager, params: { storeId: m.storeId, offerId }, body: { state } });
  await set('paused');
  await set('paused');
  const late = await someone();
  expect(await refusal(offerId, late)).toBe('COUPON_CLOSED');
  expect((await t.ok('listCouponOffers', { query: { merchantId: m.merchantId } })).items).toEqual([]);
  expect((await t.ok('getCouponOffer', { as: late, params: { offerId } })).claim).toBe('paused');
  expect((await placeWith(t, m, guest, [couponId])).payableFen).toBe(11_300);
  await set('active');
  await new Promise((done) => setTimeout(done, 2_100)); // the snapshot
  await claim(t, late, offerId);
});

test('I-22 a pause that is sent again undoes nothing that was decided since', async () => {
  const { offerId } = await makeOffer(t, m);
  const set = (state: 'active' | 'paused', key: string) => t.ok('setOfferState', { as: m.manager, key, params: { storeId: m.storeId, offerId }, body: { state } });
  const first = await set('paused', 'offer-pause-1');
  await set('active', 'offer-open-1');
  expect(await set('paused', 'offer-pause-1')).toEqual(first);
  expect((await t.ok('listStoreOffers', { as: m.manager, params: { storeId: m.storeId } })).items).toMatchObject([{ offerId, state: 'active' }]);
});

test('not more than fifty at hand', async () => {
  const offers = await Promise.all([1, 2, 3].map(() => makeOffer(t, m, { total: 1_000, perPerson: 20 })));
  for (const { offerId } of offers) for (let i = 0; i < 20; i += 1) if (i < 17 || offerId !== offers[0]!.offerId) await t.handle('claimCoupon', { as: guest, params: { offerId } });
  expect(await t.db.query('SELECT held FROM coupon_holder WHERE person_id = $1', [guest.personId])).toEqual([{ held: 50 }]);
  expect(await refusal(offers[0]!.offerId)).toBe('COUPON_TOO_MANY');
  expect((await t.ok('quoteOrder', { as: guest, body: { dealId: m.dealId, quantity: 1 } })).coupons).toHaveLength(50);
});

test('coupons that end at one moment come page by page, each once; so do offers made one after the other (I-28)', async () => {
  const endsMs = 2 * Math.floor((await t.app.clock.read()) / 2) + 20 * DAY + 1;
  const { offerId } = await makeOffer(t, m, { perPerson: 7, validDays: null, validFromMs: endsMs - 25 * DAY, validUntilMs: endsMs });
  for (let i = 0; i < 7; i += 1) await claim(t, guest, offerId);
  for (let i = 0; i < 16; i += 1) await makeOffer(t, m, { title: `第 ${i} 张` });
  const all = async (name: 'listMyCoupons' | 'listCouponOffers', query: { tab?: 'usable'; merchantId?: string; cursor?: string }): Promise<string[]> => {
    const page = await t.ok(name, { as: guest, query: { ...query, limit: '2' } });
    const ids = page.items.map((item) => ('couponId' in item ? item.couponId : item.offerId));
    return [...ids, ...(page.nextCursor ? await all(name, { ...query, cursor: page.nextCursor }) : [])];
  };
  const mine = await all('listMyCoupons', { tab: 'usable' });
  expect([mine.length, new Set(mine).size]).toEqual([7, 7]);
  const offers = await all('listCouponOffers', { merchantId: m.merchantId });
  const open = (await t.ok('listCouponOffers', { as: guest, query: { merchantId: m.merchantId, limit: '50' } })).items.length;
  expect([offers.length, new Set(offers).size]).toEqual([open, open]);
});

test('what can be claimed for a deal: its shop\'s and the platform\'s, when they cover it; the deal\'s page counts them, the checkout those that are left for me', async () => {
  const other = await m.addDeal({ storeIds: [m.storeIds[1]] });
  const all = await makeOffer(t, m, { title: '全店' });
  const one = await makeOffer(t, m, { title: '限一个', dealIds: [m.dealId] });
  const first = await makeOffer(t, m, { title: '限静安店', storeIds: [m.storeIds[1]] });
  const swap = await makeOffer(t, m, { title: '换购', kind: 'exchange', dealId: other.dealId, thresholdFen: 0 });
  const platform = await makePlatformOffer(t, m, { title: '平台' });
  await makeOffer(t, m, { title: '凭码', withCode: true });
  const gone = await makeOffer(t, m, { title: '领完', total: 1 });
  await claim(t, guest, gone.offerId);
  const titles = async (query: object) => (await t.ok('listCouponOffers', { as: guest, query })).items.map((offer) => offer.title).sort();
  const ours = (list: string[]) => list.filter((title) => title !== '平台满 100 减 20');
  expect(ours(await titles({ dealId: m.dealId }))).toEqual(['全店', '平台', '限一个', '领完'].sort());
  expect(ours(await titles({ dealId: other.dealId }))).toEqual(['全店', '平台', '限静安店', '换购', '领完'].sort());
  expect(await titles({ merchantId: m.merchantId })).toEqual(['全店', '限一个', '限静安店', '换购', '领完'].sort());
  // What is gone stands last, though it is the newest; page by page the same.
  const inOrder = async (query: { limit: string; cursor?: string }): Promise<string[]> => {
    const page = await t.ok('listCouponOffers', { as: guest, query: { merchantId: m.merchantId, ...query } });
    return [...page.items.map((offer) => offer.title), ...(page.nextCursor ? await inOrder({ ...query, cursor: page.nextCursor }) : [])];
  };
  const [whole, pages] = [await inOrder({ limit: '20' }), await inOrder({ limit: '2' })];
  expect([whole.length, whole.at(-1), pages]).toEqual([5, '领完', whole]);
  const counted = (await titles({ dealId: m.dealId })).length - 1;
  expect((await t.ok('getDeal', { params: { dealId: m.dealId } })).couponCount).toBe(counted);
  // The checkout counts what this person can still claim: not what is gone, not open yet, had already, or for others.
  await makeOffer(t, m, { title: '老客', audience: 'win_back', winBackDays: 30 });
  const now = await t.app.clock.read();
  await makeOffer(t, m, { title: '明天', claimFromMs: now + DAY, claimUntilMs: now + 2 * DAY });
  const news = await makeOffer(t, m, { title: '新客', audience: 'new_guest' });
  const more = async () => [(await t.ok('quoteOrder', { as: guest, body: { dealId: m.dealId, quantity: 1 } })).moreCoupons,
    (await t.ok('listCouponOffers', { as: guest, query: { dealId: m.dealId } })).items.filter((offer) => offer.claim === 'ok').length];
  const [before, listed] = await more();
  expect(before).toBe(listed);
  await claim(t, guest, one.offerId);
  await claim(t, guest, news.offerId);
  expect(await more()).toEqual([before! - 2, before! - 2]);
  const shown = async (offerId: string, language: 'zh' | 'en') => {
    const { summary, scopeText, paidByText } = await t.ok('getCouponOffer', { params: { offerId }, language });
    return [summary, scopeText, paidByText];
  };
  expect(await shown(one.offerId, 'zh')).toEqual(['满 100 减 15', '老灶火锅 · 限「老灶火锅双人餐」', '优惠由老灶火锅承担']);
  expect(await shown(first.offerId, 'en')).toEqual(['¥15 off ¥100', '老灶火锅 · 1 store only', 'Paid by 老灶火锅']);
  expect(await shown(swap.offerId, 'zh')).toEqual(['1 分换老灶火锅双人餐', '老灶火锅 · 限「老灶火锅双人餐」', '优惠由老灶火锅承担']);
  expect(await shown(platform.offerId, 'zh')).toEqual(['满 100 减 20', '全平台通用', '优惠由聚客承担']);
  expect((await t.ok('getCouponOffer', { params: { offerId: all.offerId } })).claim).toBe('sign_in');
});

test('a percent coupon up to its cap, an exchange for one fen: both taken off as said', async () => {
  const percent = await makeOffer(t, m, { title: '八五折', kind: 'percent', offBps: 1_500, capFen: 1_800, thresholdFen: 0 });
  const swap = await makeOffer(t, m, { title: '换购', kind: 'exchange', dealId: m.dealId, thresholdFen: 0 });
  expect((await t.ok('getCouponOffer', { params: { offerId: percent.offerId } })).summary).toBe('8.5 折，最多减 18');
  const a = await claim(t, guest, percent.offerId);
  expect((await placeWith(t, m, guest, [a.couponId])).payableFen).toBe(12_800 - 1_800);
  const other = await someone();
  const b = await claim(t, other, swap.offerId);
  const order = await placeWith(t, m, other, [b.couponId], { quantity: 2 });
  expect(order.payableFen).toBe(12_801);
  expect(await pay(t, other, order)).toHaveLength(2);
});

test('by its code only: listed nowhere, opened and claimed with it, whatever the case it is typed in', async () => {
  const made = await makeOffer(t, m, { title: '群友专属', withCode: true });
  expect(made.code).toMatch(/^[0-9A-Z]{10}$/);
  expect((await t.ok('listCouponOffers', { query: { merchantId: m.merchantId } })).items).toEqual([]);
  expect((await t.refused('getCouponOffer', { as: guest, params: { offerId: made.offerId } })).code).toBe('NOT_FOUND');
  expect(await refusal(made.offerId)).toBe('NOT_FOUND');
  expect(await t.ok('openCouponCode', { as: guest, body: { code: made.code!.toLowerCase() } })).toMatchObject({ offerId: made.offerId, title: '群友专属', claim: 'ok', mine: 0, left: 10 });
  const { couponId } = await t.ok('claimCouponCode', { as: guest, body: { code: made.code! } });
  expect(await couponState(t, couponId)).toBe('available');
  expect((await t.ok('getCouponOffer', { as: guest, params: { offerId: made.offerId } })).mine).toBe(1);
  const [row] = (await t.ok('listStoreOffers', { as: m.manager, params: { storeId: m.storeId } })).items;
  expect(row).toMatchObject({ code: made.code, codeUrl: expect.stringContaining(made.code!), claimed: 1, held: 1, used: 0 });
});

test.each<[string, object]>([
  ['amount of nothing', { amountFen: 0 }], ['percent without a cap', { kind: 'percent', offBps: 1_000, capFen: 0 }], ['exchange of no deal', { kind: 'exchange' }], ['win-back without days', { audience: 'win_back' }],
  ['days without win-back', { winBackDays: 30 }], ['two ways to be valid', { validFromMs: 1, validUntilMs: 4_000_000_000_000 }], ['no way to be valid', { validDays: null }], ['a window that is over', { claimUntilMs: 1_700_000_000_000 }],
  ['more each than there are', { total: 1, perPerson: 2 }], ['claimed after its end', { validDays: null, validFromMs: 1, validUntilMs: 3_900_000_000_000, claimUntilMs: 4_000_000_000_000 }],
])('an offer that could not be used is refused with its field: %s', async (_, more) => {
  const reply = await t.refused('createOffer', { as: m.manager, params: { storeId: m.storeId }, body: { ...(await offerOf(t)), ...more } });
  expect(reply).toMatchObject({ code: 'BAD_INPUT', details: { where: expect.stringMatching(/^body\./) } });
});

test('what an offer costs at most, and what it would have cost on the shop\'s own orders of 30 days', async () => {
  const preview = async (more: object) => t.ok('previewOffer', { as: m.manager, params: { storeId: m.storeId }, body: await offerOf(t, more) });
  expect(await preview({ total: 200 })).toEqual({ worstFen: 300_000, perUseFen: 1_500, expectedUses: null, expectedFen: null, coveredOrders30: 0, coveredDeals: 1, averageFen: null, warnings: [] });
  const regular = await someone();
  await buy(t, m, guest);
  await buy(t, m, regular);
  await buy(t, m, regular, { quantity: 2 });
  expect(await preview({ total: 200 })).toMatchObject({ expectedUses: 3, expectedFen: 4_500, coveredOrders30: 3, averageFen: 17_067 });
  expect(await preview({ total: 2 })).toMatchObject({ worstFen: 3_000, expectedUses: 2, expectedFen: 3_000 });
  expect(await preview({ thresholdFen: 20_000 })).toMatchObject({ expectedUses: 1, expectedFen: 1_500 });
  expect(await preview({ audience: 'new_guest' })).toMatchObject({ expectedUses: 2, expectedFen: 3_000 });
  expect(await preview({ kind: 'percent', offBps: 1_000, capFen: 2_000, thresholdFen: 0 })).toMatchObject({ perUseFen: 2_000, expectedUses: 3, expectedFen: 1_280 * 2 + 2_000 });
  expect(await preview({ amountFen: 20_000 })).toMatchObject({ warnings: ['减的比门槛还多，最多减到每份剩 1 分。', '最便宜的优惠会减到只剩 1 分。确定要这样吗？'] });
  expect(await preview({ storeIds: [m.storeIds[1]] })).toMatchObject({ coveredDeals: 0, coveredOrders30: 0, warnings: ['现在没有优惠能用这张券。'] });
  await later(t, 31 * DAY);
  expect(await preview({})).toMatchObject({ coveredOrders30: 0, expectedUses: null });
});

test('the shop\'s list says what each offer brought and what it cost the shop', async () => {
  const { offerId } = await makePlatformOffer(t, m, { merchantId: m.merchantId, platformBps: 4_000, amountFen: 1_000, perPerson: 2, title: '一起补' });
  const [a, b] = [await claim(t, guest, offerId), await claim(t, guest, offerId)];
  await pay(t, guest, await placeWith(t, m, guest, [a.couponId]));
  await placeWith(t, m, guest, [b.couponId]);
  expect((await t.ok('listStoreOffers', { as: m.manager, params: { storeId: m.storeId } })).items).toMatchObject([
    { offerId, claimed: 2, held: 1, used: 1, spentFen: 600, broughtFen: 11_800, paidByText: '优惠由聚客承担 40%，老灶火锅承担 60%', state: 'active' },
  ]);
});

test('it is said a day before its end, once, and at its end it is over', async () => {
  const { offerId } = await makeOffer(t, m, { validDays: 3 });
  const { couponId, validUntilMs } = await claim(t, guest, offerId);
  await later(t, validUntilMs - DAY - (await t.app.clock.read()) + 1_000);
  const notices = async () => (await t.ok('listNotices', { as: guest })).items.filter((n) => n.kind === 'coupon.ending');
  expect(await notices()).toMatchObject([{ title: '有一张券快到期了', text: expect.stringContaining('满 100 减 15') }]);
  // Held and back again it has the same end, which was said.
  const { orderId } = await placeWith(t, m, guest, [couponId]);
  await t.ok('cancelOrder', { as: guest, params: { orderId } });
  await t.drain();
  await later(t, DAY);
  expect(await couponState(t, couponId)).toBe('expired');
  expect(await notices()).toHaveLength(1);
});

test('deleting an account voids its coupons and ends its gifts; the export knows both', async () => {
  const { offerId } = await makeOffer(t, m, { perPerson: 2, isTransferable: true });
  const [a, b] = [await claim(t, guest, offerId), await claim(t, guest, offerId)];
  const { token } = await t.ok('giveCoupon', { as: guest, params: { couponId: b.couponId } });
  const mine = (await t.ok('exportMe', { as: guest })) as unknown as Record<string, object[]>;
  expect(mine.coupons).toMatchObject([{ coupon_id: a.couponId, title: '满 100 减 15', state: 'available' }, { coupon_id: b.couponId, state: 'passing' }]);
  expect(mine.couponGifts).toMatchObject([{ token, state: 'open' }]);
  await t.ok('deleteMe', { as: guest, body: { confirm: true } });
  await t.drain();
  expect([await couponState(t, a.couponId), await couponState(t, b.couponId)]).toEqual(['void', 'void']);
  expect(await t.refused('claimCouponGift', { as: await someone(), params: { token } })).toMatchObject({ code: 'COUPON_CLOSED' });
});

test('deleting an account leaves alone what is over already, and what a friend has by now', async () => {
  const { offerId } = await makeOffer(t, m, { perPerson: 2, isTransferable: true });
  const friend = await someone();
  const [over, given] = [await claim(t, guest, offerId), await claim(t, guest, offerId)];
  await t.db.query("UPDATE coupon SET state = 'expired' WHERE coupon_id = $1", [over.couponId]);
  const { token } = await t.ok('giveCoupon', { as: guest, params: { couponId: given.couponId } });
  await t.ok('claimCouponGift', { as: friend, params: { token } });
  await t.ok('deleteMe', { as: guest, body: { confirm: true } });
  await t.drain();
  expect(await t.db.query("SELECT last_error FROM fact WHERE state <> 'done' AND kind = 'person.deleted'")).toEqual([]);
  expect([await couponState(t, over.couponId), await couponState(t, given.couponId)]).toEqual(['expired', 'available']);
  expect((await t.ok('getCouponGift', { as: friend, params: { token } })).state).toBe('taken');
});

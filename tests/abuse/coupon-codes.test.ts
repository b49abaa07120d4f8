/** coupon codes cannot be guessed: few tries for a person and a device, one answer for whatever cannot be claimed, nothing in a row. */
import { startTestApp, type Market, type TestApp, type TestPerson } from '../support/app';
import { makeOffer } from '../support/coupons';
import { newKnife } from '../support/faults';
import { DAY, later, MINUTE } from '../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ dbOptions: knife.dbOptions });
  m = await t.market();
});
afterEach(() => knife.clear());
afterAll(() => t.stop());
const someone = (deviceId?: string) => t.person(`客人${Math.random().toString(36).slice(2, 8)}`, deviceId ? { deviceId } : {});
const open = (as: TestPerson, code: string) => t.handle('openCouponCode', { as, body: { code } });
const redeem = (as: TestPerson, code: string) => t.handle('claimCouponCode', { as, body: { code } });

test('A-11 five tries a minute for a person, whatever they find; then the true code is refused as well, and nothing is claimed', async () => {
  const { code } = await makeOffer(t, m, { withCode: true });
  const guest = await someone();
  for (let i = 0; i < 5; i += 1) expect((await open(guest, `GUESS0000${i}`)).body.code).toBe('COUPON_CODE_UNKNOWN');
  const refused = await redeem(guest, code!);
  expect(refused).toMatchObject({ status: 429, body: { code: 'RATE_LIMITED', retryAfterMs: expect.any(Number) } });
  expect(refused.body.retryAfterMs).toBeLessThanOrEqual(MINUTE);
  expect(await t.db.query('SELECT 1 FROM coupon WHERE owner_id = $1', [guest.personId])).toEqual([]);
  await t.moveTime(MINUTE);
  expect((await redeem(guest, code!)).status).toBe(200);
});

test('A-11 many accounts on one phone share its tries, also at the same moment; somebody\'s eyes are called', async () => {
  const crowd = await Promise.all(Array.from({ length: 24 }, () => someone('dev-farm-phone-1')));
  const replies = await Promise.all(crowd.map((guest, i) => redeem(guest, `GUESS000${String(i).padStart(2, '0')}`)));
  expect(replies.filter((reply) => reply.body.code === 'COUPON_CODE_UNKNOWN')).toHaveLength(5);
  expect(replies.filter((reply) => reply.body.code === 'RATE_LIMITED')).toHaveLength(19);
  expect(await t.db.query("SELECT 1 FROM alarm WHERE kind = 'coupon_code.guessing' AND subject LIKE 'd:dev-farm-phone-1:%'")).toHaveLength(1);
});

test('A-11 unknown, paused, over and not yet there are one answer, found the same way', async () => {
  const now = await t.app.clock.read();
  const offers = {
    paused: await makeOffer(t, m, { withCode: true }), over: await makeOffer(t, m, { withCode: true, claimUntilMs: now + DAY }), later: await makeOffer(t, m, { withCode: true, claimFromMs: now + 5 * DAY, claimUntilMs: now + 6 * DAY }),
  };
  await t.ok('setOfferState', { as: m.manager, params: { storeId: m.storeId, offerId: offers.paused.offerId }, body: { state: 'paused' } });
  await later(t, DAY);
  const seen = new Set<string>();
  for (const code of ['NEVERTHERE', offers.paused.code!, offers.over.code!, offers.later.code!]) {
    for (const ask of [open, redeem]) {
      const statements: string[] = [];
      const guest = await someone();
      knife.use({ before: (sql) => void (/clock_offset|juke_now\(\)\) AS now/.test(sql) ? null : statements.push(sql)) });
      const { status, body } = await ask(guest, code);
      knife.clear();
      seen.add(JSON.stringify([status, body]));
      // The same questions to the database in the same order: nothing to be told by the time it takes.
      expect(statements.filter((sql) => !/FROM idempotency/.test(sql)).map((sql) => sql.slice(0, 40))).toEqual([expect.stringContaining('coupons_count_try'), expect.stringContaining('SELECT offer_id')]);
    }
  }
  expect(seen.size).toBe(1);
});

test('A-11 codes are ten characters of chance: no two alike, nothing in a row; an id does not open what needs a code', async () => {
  const made = await Promise.all(Array.from({ length: 40 }, () => makeOffer(t, m, { withCode: true })));
  const codes = made.map(({ code }) => code!);
  expect(new Set(codes).size).toBe(40);
  for (let place = 0; place < 10; place += 1) expect(new Set(codes.map((code) => code[place])).size).toBeGreaterThan(8);
  const guest = await someone();
  expect((await t.refused('claimCoupon', { as: guest, params: { offerId: made[0]!.offerId } })).code).toBe('NOT_FOUND');
  expect((await t.refused('getCouponOffer', { as: guest, params: { offerId: made[0]!.offerId } })).code).toBe('NOT_FOUND');
  expect((await t.refused('openCouponCode', { as: guest, body: { code: `${codes[0]!.slice(0, 9)}%` } })).code).toBe('BAD_INPUT');
});

test('A-13 a gift\'s link is chance as well, and says nothing of who else there is', async () => {
  const guest = await someone();
  for (const token of ['0000000000000000', 'abcdefghijklmnop']) expect((await t.refused('claimCouponGift', { as: guest, params: { token } })).code).toBe('NOT_FOUND');
});

/**
 * Generated from the contract: every route, called by nobody, by everyone who may not, and by people and staff of others
 * with ids that are real. Never another's data, never a 500, never a change. A new route is in here by itself.,
 * I-23.
 */
import { pathOf, routes, type Route, type RouteName } from '../../functions/contract/routes';
import { makeToken } from '../../functions/kernel';
import { startTestApp, type Reply, type TestApp, type TestPerson } from '../support/app';
import { eventOf } from '../support/http';
import { cases, changedTables, fingerprint, makeWorld, type Case, type World } from '../support/every-route';
import { offerOf } from '../support/coupons';
import { codeOf } from '../support/trade';

// The rate of one person is tested elsewhere; here one person asks everything in a second.
jest.mock('../../functions/kernel/rate', () => ({ takeRate: () => undefined }));

let t: TestApp;
let w: World;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, echo: true });
  w = await makeWorld(t);
});
afterAll(() => t.stop());

const names = Object.keys(routes) as RouteName[];
const of = (test: (route: Route) => boolean) => names.filter((name) => test(routes[name]));
/** Parameters that lead to somebody's own row. */
const PRIVATE = /:(orderId|voucherId|refundId|withdrawalId|redemptionId|rewardId|couponId)/;

const call = async (name: RouteName, as: TestPerson | string | null, more: Partial<Case> = {}): Promise<Reply> => {
  const { by: _, ...input } = await cases[name](w);
  return t.handle(name, { ...input, ...more, as });
};
const marksIn = (reply: Reply) => w.marks.filter((mark) => JSON.stringify(reply.body ?? null).includes(mark));

/** The call is refused with this code, tells nothing, and nothing is stored. */
async function isRefused(name: RouteName, as: TestPerson | string | null, code: string | string[], more: Partial<Case> = {}, mayChange: string[] = []) {
  const before = await fingerprint(t);
  const reply = await call(name, as, more);
  const changed = changedTables(before, await fingerprint(t)).filter((table) => !mayChange.includes(table));
  expect({ name, code: reply.body?.code, marks: marksIn(reply), changed }).toEqual({ name, code: expect.stringMatching(new RegExp(`^(${[code].flat().join('|')})$`)), marks: [], changed: [] });
}

test('every route is either open to all or asks who it is', () => {
  expect(names.length).toBeGreaterThan(50);
  expect(Object.keys(cases).sort()).toEqual([...names].sort());
  expect(of(({ auth }) => !['public', 'optional', 'person', 'staff', 'manager', 'operator'].includes(auth))).toEqual([]);
  // What moves money or rights is never open.
  expect(of(({ auth, money }) => money === true && (auth === 'public' || auth === 'optional'))).toEqual([]);
});

describe('A-20 nobody known', () => {
  test.each(of(({ auth }) => auth !== 'public' && auth !== 'optional'))('%s: NO_SESSION', async (name) => {
    await isRefused(name, null, 'NO_SESSION');
    await isRefused(name, 'garbage', 'NO_SESSION');
    await isRefused(name, null, 'NO_SESSION', { headers: { authorization: 'Basic eDp5' } });
  });
  test.each(of(({ auth }) => auth === 'optional'))('%s: works without a session, not with a forged one', async (name) => {
    const reply = await call(name, null);
    expect([name, reply.status]).toEqual([name, 200]);
    await isRefused(name, `${w.friend.token}x`, 'NO_SESSION');
  });
  test.each(of(({ auth }) => auth !== 'public'))('A-22 %s: a session of yesterday is SESSION_EXPIRED', async (name) => {
    const old = makeToken(t.app.config.sessionKey, w.friend, t.app.clock.nowMs() - 86_400_000).token;
    await isRefused(name, old, 'SESSION_EXPIRED');
  });
  test.each(of(({ auth }) => auth === 'public' || auth === 'optional'))('%s: nobody learns what is somebody\'s own', async (name) => {
    const reply = await call(name, null);
    expect([name, reply.status < 500, marksIn(reply)]).toEqual([name, true, []]);
  });
});

describe('A-20 the wrong role', () => {
  const wrongStaff = (): [string, TestPerson][] => [
    ['guest', w.guest], ['friend', w.friend], ['clerk next door', w.nextDoor], ['clerk of another merchant', w.other.clerk], ['manager of another merchant', w.other.manager], ['operator', w.mine.operator],
  ];
  test.each(of(({ auth }) => auth === 'staff'))('%s: NOT_ALLOWED for all but this store\'s staff', async (name) => {
    for (const [, who] of wrongStaff()) await isRefused(name, who, 'NOT_ALLOWED');
    await isRefused(name, w.nextDoorManager, 'NOT_ALLOWED');
  });
  test.each(of(({ auth }) => auth === 'manager'))('%s: NOT_ALLOWED for all but this store\'s managers', async (name) => {
    for (const [, who] of wrongStaff()) await isRefused(name, who, 'NOT_ALLOWED');
    await isRefused(name, w.mine.clerk, 'NOT_ALLOWED');
    await isRefused(name, w.nextDoorManager, 'NOT_ALLOWED');
  });
  test.each(of(({ auth }) => auth === 'operator'))('%s: NOT_ALLOWED for all but the operator', async (name) => {
    for (const who of [w.guest, w.friend, w.mine.clerk, w.mine.manager, w.other.manager]) await isRefused(name, who, 'NOT_ALLOWED');
    const pretender = makeToken('another-session-key-of-32-charact', { ...w.guest, isOperator: true }, t.app.clock.nowMs()).token;
    await isRefused(name, pretender, 'NO_SESSION');
  });
  test.each(of(({ auth }) => auth === 'staff' || auth === 'manager'))('A-39 %s: a store that does not exist is answered like another\'s', async (name) => {
    const { params } = await cases[name](w);
    await isRefused(name, w.mine.manager, 'NOT_ALLOWED', { params: { ...params, storeId: 'sto_000000000000' } });
  });
  test('staff that left is staff no more, at once', async () => {
    const left = await t.person('离职店员');
    await t.ok('addStaff', { as: w.mine.operator, params: { merchantId: w.mine.merchantId }, body: { phone: left.phone!, storeId: null, role: 'manager' } });
    await t.ok('getToday', { as: left, params: { storeId: w.mine.storeId } });
    await t.db.query('UPDATE staff SET removed_at = juke_now() WHERE person_id = $1', [left.personId]);
    for (const name of of(({ auth }) => auth === 'staff' || auth === 'manager')) await isRefused(name, left, 'NOT_ALLOWED');
  });
});

describe('A-18 another person with real ids', () => {
  test.each(of(({ auth, path }) => auth === 'person' && PRIVATE.test(path)))('%s: NOT_FOUND, the same as an id that does not exist', async (name) => {
    const owner = (await cases[name](w)).by;
    for (const who of [w.guest, w.friend, w.other.clerk, w.other.manager, w.mine.clerk, w.mine.manager, w.mine.operator]) {
      if (who !== owner) await isRefused(name, who, 'NOT_FOUND');
    }
    const { params } = await cases[name](w);
    const unknown = Object.fromEntries(Object.entries(params!).map(([key, id]) => [key, `${String(id).split('_')[0]}_${'0'.repeat(24)}`]));
    const key = 'same-key-for-both';
    const [foreign, missing] = [await call(name, w.other.clerk, { key }), await call(name, w.other.clerk, { key, params: unknown })];
    expect([name, foreign.status, foreign.body]).toEqual([name, missing.status, missing.body]);
  });
  test.each(of(({ auth, path }) => auth === 'person' && !PRIVATE.test(path)))('%s: only what is one\'s own is told or changed', async (name) => {
    const stranger = await t.person('路人');
    const before = await fingerprint(t, { marks: w.marks });
    const reply = await call(name, stranger);
    const changed = changedTables(before, await fingerprint(t, { marks: w.marks }));
    expect({ name, isBug: reply.status >= 500, marks: marksIn(reply), changed }).toEqual({ name, isBug: false, marks: [], changed: [] });
  });
  test('one\'s own order with another\'s voucher, one\'s own name with another\'s picture', async () => {
    const stranger = await t.person('路人乙');
    const own = await t.ok('placeOrder', { as: stranger, body: { dealId: w.mine.dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 12_800, surface: 'h5' } });
    await isRefused('requestRefund', stranger, 'NOTHING_TO_REFUND', { params: { orderId: own.orderId }, body: { voucherIds: [w.ids.voucher], reason: '我要退' } });
    await isRefused('requestRefund', w.friend, 'NOTHING_TO_REFUND', { params: { orderId: w.ids.paid }, body: { voucherIds: [w.ids.voucher, w.ids.usedVoucher], reason: '都退' } });
    await isRefused('updateMe', stranger, 'BAD_INPUT', { body: { avatarUrl: `/media/${w.ids.media}` } });
  });
});

describe('A-19 staff of others with real ids, at a store of their own', () => {
  const nextStore = () => w.mine.storeIds[1];
  test('another store of the same merchant', async () => {
    await isRefused('undoRedemption', w.nextDoor, 'NOT_FOUND', { params: { storeId: nextStore(), redemptionId: w.ids.redemption } });
    await isRefused('undoRedemption', w.mine.manager, 'NOT_FOUND', { params: { storeId: nextStore(), redemptionId: w.ids.redemption } });
    for (const who of [w.nextDoorManager, w.mine.manager]) await isRefused('answerAfterSale', who, 'NOT_FOUND', { params: { storeId: nextStore(), refundId: w.ids.refund } });
  });
  test('another merchant', async () => {
    await isRefused('undoRedemption', w.other.manager, 'NOT_FOUND', { params: { storeId: w.other.storeId, redemptionId: w.ids.redemption } });
    await isRefused('answerAfterSale', w.other.manager, 'NOT_FOUND', { params: { storeId: w.other.storeId, refundId: w.ids.refund } });
    await isRefused('setOfferState', w.other.manager, 'NOT_FOUND', { params: { storeId: w.other.storeId, offerId: w.offers.offerId }, body: { state: 'paused' } });
    for (const route of ['createOffer', 'previewOffer'] as const) {
      for (const foreign of [{ dealIds: [w.mine.dealId] }, { storeIds: [w.mine.storeId] }, { kind: 'exchange' as const, dealId: w.mine.dealId }]) {
        await isRefused(route, w.other.manager, 'NOT_FOUND', { params: { storeId: w.other.storeId }, body: { ...(await offerOf(t)), ...foreign } });
      }
    }
    expect((await t.ok('listStoreOffers', { as: w.other.manager, params: { storeId: w.other.storeId } })).items).toEqual([]);
    // A genuine code of the other merchant's guest is unknown here; only the miss is counted.
    for (const kind of ['qr', 'typed'] as const) {
      const body = { code: await codeOf(t, w.ids.voucher, kind) };
      await isRefused('redeemVoucher', w.other.clerk, 'CODE_UNKNOWN', { params: { storeId: w.other.storeId }, body }, ['code_miss']);
    }
  });
  test.each(of(({ auth, method }) => (auth === 'staff' || auth === 'manager') && method === 'GET'))('I-23 %s: the other merchant\'s and store\'s own lists hold none of it', async (name) => {
    const at = (who: TestPerson, storeId: string) => call(name, who, { params: { storeId }, query: {} });
    expect(marksIn(await at(w.other.manager, w.other.storeId))).toEqual([]);
    expect(marksIn(await at(w.nextDoorManager, nextStore())).filter((mark) => mark !== w.mine.clerkStaffId)).toEqual([]);
    expect((await at(w.mine.manager, w.mine.storeId)).status).toBe(200);
  });
  test.each(of(({ auth, path }) => auth === 'operator' && path.includes(':')))('%s: an id that does not exist is NOT_FOUND', async (name) => {
    const { params } = await cases[name](w);
    const unknown = Object.fromEntries(Object.entries(params!).map(([key, id]) => [key, `${String(id).split('_')[0]}_${'0'.repeat(24)}`]));
    await isRefused(name, w.mine.operator, 'NOT_FOUND', { params: unknown });
  });
  test.each(['addStaff', 'createDeal', 'createChannelCode'] as const)('%s: one merchant with the store of another is NOT_FOUND', async (name) => {
    const { body } = await cases[name](w);
    const foreign = name === 'createDeal' ? { storeIds: [w.mine.storeId, w.other.storeId] } : { storeId: w.other.storeId };
    await isRefused(name, w.mine.operator, 'NOT_FOUND', { body: { ...(body as object), ...foreign } });
  });
});

describe('A-22 a session that was ended', () => {
  test.each(of(({ money }) => money === true))('%s: moves nothing, though its token is not old', async (name) => {
    const { by } = await cases[name](w);
    await t.db.query('UPDATE session_family SET revoked_at = juke_now() WHERE family_id = $1', [by!.familyId]);
    try {
      await isRefused(name, by, ['SESSION_EXPIRED', 'REFUND_STATE', 'ORDER_STATE', 'UNDO_TOO_LATE', 'UNPAID_ORDER_EXISTS', 'WITHDRAWAL_OPEN']);
    } finally {
      await t.db.query('UPDATE session_family SET revoked_at = NULL WHERE family_id = $1', [by!.familyId]);
    }
  });
});

describe('the case of each route is a real one', () => {
  // Refused for what the world is, not for the input: nothing above would be proved by an input that nobody could send.
  const REFUSED: Partial<Record<RouteName, string>> = {
    loginPhone: 'PHONE_CODE_WRONG', refreshSession: 'SESSION_EXPIRED', verifyPhone: 'PHONE_CODE_WRONG', linkWechat: 'WECHAT_CODE_INVALID', deleteMe: 'PERSON_BUSY', requestAfterSale: 'AFTER_SALE_OPEN',
    requestWithdrawal: 'WITHDRAWAL_OPEN', addSubscriptions: 'BAD_INPUT', undoRedemption: 'NOT_FOUND',
  };
  const LAST: RouteName[] = ['checkPayment', 'payOrder', 'cancelOrder', 'redeemVoucher', 'requestRefund', 'answerAfterSale', 'deleteMe', 'logout'];
  const ORDER = [...names.filter((name) => !LAST.includes(name) && name !== 'undoRedemption'), ...LAST.filter((name) => name !== 'requestRefund')];
  test('each is answered, or refused for what the world is by then', async () => {
    const own = await startTestApp({ sandbox: true });
    const world = await makeWorld(own);
    const answers: [RouteName, unknown][] = [];
    for (const name of ORDER) {
      const { by, ...input } = await cases[name](world);
      const reply = await own.handle(name, { ...input, as: by });
      answers.push([name, reply.status === 200 ? 200 : reply.body.code]);
    }
    await own.stop();
    expect(answers).toEqual(ORDER.map((name) => [name, REFUSED[name] ?? 200]));
  });
});

test('a path or method that the contract does not name does not exist', async () => {
  for (const [method, path] of [['GET', '/api/nothing'], ['POST', '/api/me'], ['DELETE', '/api/orders'], ['GET', '/api/../etc/passwd'], ['GET', '/api/orders/%E0%A4%A'], ['PATCH', pathOf('getMe')]] as const) {
    const result = await t.handler(eventOf({ method, path, headers: { authorization: `Bearer ${w.guest.token}` } }));
    expect([path, result.statusCode]).toEqual([path, 404]);
  }
});

test('A-20 outside a demo the demo\'s routes do not exist', async () => {
  const real = await startTestApp({ config: { demo: false } });
  try {
    const demo = of((route) => route.demo === true);
    expect(demo.length).toBeGreaterThan(2);
    for (const name of demo) expect([name, (await real.handle(name, { body: (await cases[name](w)).body })).body.code]).toEqual([name, 'NOT_FOUND']);
    expect((await real.ok('getConfig')).demoPeople).toEqual([]);
  } finally {
    await real.stop();
  }
});

/** Steps of a group buy for tests: open, join, pay late or at once, as guests do it. */
import type { RouteTypes } from '../../functions/contract/shapes';
import type { Market, Reply, TestApp, TestPerson } from './app';
import { paymentOf, payAtCashier } from './trade';

type Rule = NonNullable<RouteTypes['createDeal']['body']['group']>;
export const standard = (more: Partial<Rule> = {}): Rule => ({ kind: 'standard', size: 3, hours: 24, priceFen: 9_900, hostBenefitFen: 500, tiers: [], ...more });
export const ladder = (more: Partial<Rule> = {}): Rule => ({
  kind: 'ladder', size: 4, hours: 24, priceFen: 11_000, hostBenefitFen: 0, tiers: [{ size: 2, priceFen: 11_000 }, { size: 3, priceFen: 10_000 }, { size: 4, priceFen: 9_001 }], ...more,
});

export interface Seated { orderId: string; groupId: string; payableFen: number; paymentId: string }
type Choice = { open: true } | { groupId: string };
interface SitOptions { dealId?: string; shareToken?: string; key?: string; method?: 'jsapi' | 'h5' }

/** Places an order for a seat without asking whether that may succeed, at the price that a quote would say. */
export async function trySit(t: TestApp, m: Market, buyer: TestPerson, group: Choice, expectedPayableFen: number, { dealId = m.dealId, shareToken, key }: SitOptions = {}): Promise<Reply> {
  return t.handle('placeOrder', {
    as: buyer, ...(key ? { key } : {}),
    body: { dealId, quantity: 1, termsVersion: 1, expectedPayableFen, surface: 'weapp', group, ...(shareToken ? { shareToken } : {}) },
  });
}

/** A seat that is held: quoted and placed. */
export async function sit(t: TestApp, m: Market, buyer: TestPerson, group: Choice, { dealId = m.dealId, shareToken, key }: SitOptions = {}): Promise<Seated> {
  const quote = await t.ok('quoteOrder', { as: buyer, body: { dealId, quantity: 1, group, shareToken } });
  const { orderId, payableFen } = await t.ok('placeOrder', {
    as: buyer, ...(key ? { key } : {}),
    body: { dealId, quantity: 1, termsVersion: quote.termsVersion, expectedPayableFen: quote.payableFen, surface: 'weapp', group, stack: quote.stack, ...(quote.sharer ? { shareToken: quote.sharer.token } : {}) },
  });
  const [row] = await t.db.query<{ id: string }>('SELECT group_id AS id FROM guest_order WHERE order_id = $1', [orderId]);
  return { orderId, groupId: row!.id, payableFen, paymentId: await paymentOf(t, orderId) };
}

/** The person pays at WeChat; we have not heard of it. */
export async function payAtWechat(t: TestApp, buyer: TestPerson, seat: Seated): Promise<void> {
  await t.ok('payOrder', { as: buyer, params: { orderId: seat.orderId }, body: { method: 'jsapi' } });
  await payAtCashier(t, seat.paymentId);
}
export async function paySeat(t: TestApp, buyer: TestPerson, seat: Seated): Promise<void> {
  await payAtWechat(t, buyer, seat);
  await t.ok('checkPayment', { as: buyer, params: { orderId: seat.orderId } });
}

export async function openGroup(t: TestApp, m: Market, host: TestPerson, options: SitOptions = {}): Promise<Seated> {
  const seat = await sit(t, m, host, { open: true }, options);
  await paySeat(t, host, seat);
  return seat;
}
export async function join(t: TestApp, m: Market, guest: TestPerson, groupId: string, options: SitOptions = {}): Promise<Seated> {
  const seat = await sit(t, m, guest, { groupId }, options);
  await paySeat(t, guest, seat);
  return seat;
}

export async function groupOf(t: TestApp, groupId: string) {
  return (await t.db.query<{ state: string; taken: number; confirmed: number; host_id: string; flagged: boolean; deadlineMs: number }>(
    'SELECT state, taken, confirmed, host_id, flagged_at IS NOT NULL AS flagged, ms_of(deadline) AS "deadlineMs" FROM group_buy WHERE group_id = $1', [groupId]))[0]!;
}
export const seatsOf = async (t: TestApp, groupId: string) =>
  (await t.db.query<{ state: string }>('SELECT state FROM group_seat WHERE group_id = $1 ORDER BY held_at, order_id', [groupId])).map((row) => row.state);

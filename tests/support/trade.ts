/** The steps of the journey for tests: share, buy, show the code, redeem, refund. Through the real routes and the stand-in's cashier. */
import { codeWindow, qrText, typedCode } from '../../functions/contract/voucher-code';
import { hmac } from '../../functions/vouchers';
import type { Market, TestApp, TestPerson } from './app';

export interface BuyOptions { quantity?: number; shareToken?: string; dealId?: string; method?: 'jsapi' | 'h5'; pay?: boolean; key?: string; group?: { open: true } | { groupId: string } }
export interface Bought { orderId: string; payableFen: number; paymentId: string; voucherIds: string[] }

/** Quotes, places and (unless pay: false) pays at the stand-in; the voucher is there when this resolves. */
export async function buy(t: TestApp, m: Market, buyer: TestPerson, options: BuyOptions = {}): Promise<Bought> {
  const placed = await place(t, m, buyer, options);
  const paymentId = await paymentOf(t, placed.orderId);
  if (options.pay === false) return { ...placed, paymentId, voucherIds: [] };
  await t.ok('payOrder', { as: buyer, params: { orderId: placed.orderId }, body: { method: options.method ?? 'jsapi' } });
  await payAtCashier(t, paymentId);
  await t.ok('checkPayment', { as: buyer, params: { orderId: placed.orderId } });
  return { ...placed, paymentId, voucherIds: await vouchersOf(t, placed.orderId) };
}

export async function place(t: TestApp, m: Market, buyer: TestPerson, { quantity = 1, shareToken, dealId = m.dealId, key, group }: BuyOptions = {}) {
  const quote = await t.ok('quoteOrder', { as: buyer, body: { dealId, quantity, shareToken, group } });
  const token = quote.sharer?.token;
  return t.ok('placeOrder', {
    as: buyer, ...(key ? { key } : {}),
    body: { dealId, quantity, termsVersion: quote.termsVersion, expectedPayableFen: quote.payableFen, surface: 'weapp', stack: quote.stack, group, ...(token ? { shareToken: token } : {}) },
  });
}

/** The person taps "pay" at WeChat. */
export const payAtCashier = (t: TestApp, paymentId: string) => t.sandbox!.control('pay', { out_trade_no: paymentId });

export async function paymentOf(t: TestApp, orderId: string): Promise<string> {
  return (await t.db.query<{ id: string }>('SELECT payment_id AS id FROM payment WHERE order_id = $1 ORDER BY created_at DESC', [orderId]))[0]!.id;
}
export async function vouchersOf(t: TestApp, orderId: string): Promise<string[]> {
  return (await t.db.query<{ id: string }>('SELECT voucher_id AS id FROM voucher WHERE order_id = $1 ORDER BY position', [orderId])).map((row) => row.id);
}

/** What the guest's phone shows now; `ageMs` ago when it is an old picture. */
export async function codeOf(t: TestApp, voucherId: string, kind: 'typed' | 'qr' = 'qr', ageMs = 0): Promise<string> {
  const [v] = await t.db.query<{ secret: string; locator: string }>('SELECT secret, locator FROM voucher WHERE voucher_id = $1', [voucherId]);
  const window = codeWindow((await t.app.clock.read()) - ageMs);
  return kind === 'typed' ? typedCode(hmac, v!.secret, v!.locator, window) : qrText(hmac, v!.secret, v!.locator, voucherId, window);
}

export async function redeem(t: TestApp, m: Market, voucherId: string, as = m.clerk) {
  return t.ok('redeemVoucher', { as, params: { storeId: m.storeId }, body: { code: await codeOf(t, voucherId) } });
}

export async function share(t: TestApp, m: Market, sharer: TestPerson, dealId = m.dealId): Promise<string> {
  return (await t.ok('createShare', { as: sharer, params: { dealId }, body: { channel: 'chat' } })).token;
}

export async function stateOf(t: TestApp, table: 'guest_order' | 'voucher' | 'refund' | 'reward' | 'split' | 'subsidy' | 'payment' | 'withdrawal', column: string, value: string): Promise<string[]> {
  return (await t.db.query<{ state: string }>(`SELECT state FROM ${table} WHERE ${column} = $1 ORDER BY 1`, [value])).map((row) => row.state);
}

/** Sum of an account's postings, in fen. */
export async function account(t: TestApp, kind: string, owner: string): Promise<number> {
  return (await t.db.query<{ fen: number }>('SELECT coalesce(sum(amount_fen), 0)::bigint AS fen FROM posting WHERE account_kind = $1 AND owner_id = $2', [kind, owner]))[0]!.fen;
}

/** Time passes, and the worker does what fell due; a few looks a little later take WeChat's asynchronous answers and notices. */
export async function later(t: TestApp, ms: number): Promise<void> {
  await t.moveTime(ms);
  await t.drain();
  for (let look = 0; look < 3; look += 1) {
    await t.sandbox?.control('flush');
    await t.moveTime(15_000);
    await t.drain();
  }
}

export const MINUTE = 60_000;
export const HOUR = 3_600_000;
export const DAY = 86_400_000;

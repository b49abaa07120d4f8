/** The rest of the journey: notices, redeem, purchase from end to end. */
import { createCipheriv, createHmac, createPrivateKey, randomBytes, sign } from 'node:crypto';
import { codeWindow, qrText, type HmacHex } from '../../functions/contract/voucher-code';
import { Changed, newId } from '../../functions/kernel';
import { connect, type Connection } from './http';
import { measure, resultOf, type Result } from './measure';
import { pair, saveOf } from './orders';
import { CLERKS, dealId, storeId, type Bench } from './setup';

const hmac: HmacHex = (key, text) => createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('hex');

/** Orders placed straight through pg, to have something to pay. */
async function placed(b: Bench, count: number, deal?: number) {
  await b.db.query(`UPDATE guest_order SET state = 'cancelled' WHERE state = 'unpaid'`);
  const made = Array.from({ length: count }, () => { const p = pair(false); return saveOf(p.person, deal === undefined ? p.deal : deal + 50 * (Math.floor(Math.random() * 19) + 1)); });
  const queue = [...made];
  const good: typeof made = [];
  await Promise.all(Array.from({ length: 16 }, async () => {
    for (let order = queue.pop(); order; order = queue.pop()) {
      const one = order;
      await b.db.call('orders_place', one).then(() => good.push(one), () => undefined);
    }
  }));
  return good;
}

function noticeOf(b: Bench, key: ReturnType<typeof createPrivateKey>, order: ReturnType<typeof saveOf>, nowMs: number) {
  const c = b.credentials;
  const time = new Date(nowMs + 8 * 3_600_000).toISOString().slice(0, 19) + '+08:00';
  const content = JSON.stringify({
    sp_appid: c.spAppid, sp_mchid: c.spMchid, sub_mchid: order.subMchid, out_trade_no: order.paymentId, transaction_id: `42${order.paymentId.slice(4)}`, trade_type: 'JSAPI', trade_state: 'SUCCESS', trade_state_desc: '支付成功',
    bank_type: 'OTHERS', attach: '', success_time: time, payer: { sp_openid: `o${'0'.repeat(27)}` }, amount: { total: order.payableFen, payer_total: order.payableFen, currency: 'CNY', payer_currency: 'CNY' },
  });
  const nonce = randomBytes(6).toString('hex');
  const cipher = createCipheriv('aes-256-gcm', Buffer.from(c.apiV3Key!), nonce).setAAD(Buffer.from('transaction'));
  const ciphertext = Buffer.concat([cipher.update(content, 'utf8'), cipher.final(), cipher.getAuthTag()]).toString('base64');
  const body = JSON.stringify({ id: newId('evt'), create_time: time, resource_type: 'encrypt-resource', event_type: 'TRANSACTION.SUCCESS', summary: '支付成功', resource: { original_type: 'transaction', algorithm: 'AEAD_AES_256_GCM', ciphertext, associated_data: 'transaction', nonce } });
  const timestamp = String(Math.floor(nowMs / 1_000));
  const signature = sign('RSA-SHA256', Buffer.from(`${timestamp}\n${nonce}\n${body}\n`), key).toString('base64');
  return { body, headers: { 'wechatpay-serial': 'BENCH', 'wechatpay-timestamp': timestamp, 'wechatpay-nonce': nonce, 'wechatpay-signature': signature } };
}

async function post(connection: Connection, path: string, body: string, headers: Record<string, string>) {
  const reply = await connection.send({ method: 'POST', path, body, headers });
  if (reply.status >= 300) throw new Error(`${path} answered ${reply.status}: ${reply.body}`);
  return reply;
}

type Placed = ReturnType<typeof saveOf>;
let drawn = 0;
async function paid(b: Bench, order: Placed): Promise<{ voucherId: string; secret: string; locator: string }> {
  drawn += 1;
  const voucher = { voucherId: newId('vch'), secret: randomBytes(16).toString('hex'), locator: String(drawn).padStart(6, '0'), paidFen: order.payableFen, subsidyFen: 0 };
  try {
    await b.db.call('orders_mark_paid', { paymentId: order.paymentId, orderId: order.orderId, transactionId: `43${order.paymentId.slice(4)}`, payerOpenid: 'o', successAtMs: 1, notice: null, providerFeeFen: 77, vouchers: [voucher], reward: null, shareToken: null });
    return voucher;
  } catch (error) {
    if (error instanceof Changed) return paid(b, order); // a purchase drew this locator at random
    throw error;
  }
}

/** A market that has sold before: a plan made for empty tables reads whole ones once they are full. */
export async function history(b: Bench): Promise<void> {
  const sold = await placed(b, 3_000);
  await Promise.all(sold.slice(300).map((order) => paid(b, order)));
  await b.db.query('ANALYZE');
}

/** Verify, decrypt, mark paid, vouchers: each genuine notice once. */
export async function notices(b: Bench, clients: number, ms: number): Promise<Result> {
  const good = await placed(b, 2_500 + clients * 180);
  const key = createPrivateKey(b.platformKeyPem);
  const nowMs = (await b.db.query<{ now: number }>('SELECT ms_of(juke_now()) AS now'))[0]!.now;
  const made = good.map((order) => noticeOf(b, key, order, nowMs));
  const m = await measure(clients, ms, async () => {
    const connection = await connect(b.port);
    return async () => {
      const notice = made.pop();
      if (!notice) return false;
      await post(connection, '/api/provider/wechat-pay/payments', notice.body, notice.headers);
    };
  });
  return resultOf('notices', clients, m, null);
}

/** Clerks scanning rotating codes of one merchant's vouchers. */
export async function redeem(b: Bench, clients: number, ms: number): Promise<Result> {
  const good = await placed(b, 2_000 + clients * 120, 0);
  const vouchers = await Promise.all(good.map((order) => paid(b, order)));
  let turn = 0;
  const m = await measure(clients, ms, async () => {
    const connection = await connect(b.port);
    return async () => {
      const v = vouchers.pop();
      if (!v) return false;
      turn += 1;
      await post(connection, `/api/staff/stores/${storeId(0)}/redemptions`, JSON.stringify({ code: qrText(hmac, v.secret, v.locator, v.voucherId, codeWindow(Date.now())) }),
        { authorization: `Bearer ${b.tokens[turn % CLERKS]}`, 'idempotency-key': newId('key') });
    };
  });
  return resultOf('redeem', clients, m, null);
}

/** All of it: place, prepay at the stand-in, pay there, its signed notice, voucher in hand. */
export async function purchase(b: Bench, clients: number, ms: number): Promise<Result> {
  await b.db.query(`UPDATE guest_order SET state = 'cancelled' WHERE state = 'unpaid'`);
  const sandboxPort = Number(new URL(b.sandboxUrl).port);
  const m = await measure(clients, ms, async () => {
    const [ours, theirs] = await Promise.all([connect(b.port), connect(sandboxPort)]);
    return async () => {
      const { person, deal } = pair(false);
      const auth = { authorization: `Bearer ${b.tokens[person]}` };
      const order = JSON.parse((await post(ours, '/api/orders', JSON.stringify({ dealId: dealId(deal), quantity: 1, termsVersion: 1, expectedPayableFen: 12_800, surface: 'weapp' }), { ...auth, 'idempotency-key': newId('key') })).body);
      const prepaid = JSON.parse((await post(ours, `/api/orders/${order.orderId}/payments`, JSON.stringify({ method: 'jsapi' }), { ...auth, 'idempotency-key': newId('key') })).body);
      await post(theirs, '/sandbox/pay', JSON.stringify({ prepay_id: prepaid.jsapi.package.slice('prepay_id='.length) }), {});
      for (let tries = 0; ; tries += 1) {
        const seen = JSON.parse((await ours.send({ method: 'GET', path: `/api/orders/${order.orderId}`, headers: auth })).body);
        if (seen.row.state === 'paid' && seen.vouchers.length === 1) return;
        if (tries > 2_000) throw new Error('no voucher came');
        await new Promise((done) => setTimeout(done, 40));
      }
    };
  });
  return resultOf('purchase', clients, m, null);
}

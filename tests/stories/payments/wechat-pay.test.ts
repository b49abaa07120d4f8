/** Our WeChat Pay client against the running stand-in: F-27, F-32, F-25, A-26, A-27, and the shapes that F-33 compares. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createPublicKey, createPrivateKey, generateKeyPairSync, verify } from 'node:crypto';
import { ProviderRefused, Unavailable } from '../../../functions/kernel/failure';
import { NOTICE_FRESH_MS } from '../../../functions/contract/limits';
import { NoticeRejected, providerCombinedOf, providerPaymentOf, providerRefundOf, wechatPay } from '../../../functions/payments/wechat-pay';
import { type FarSide, startFarSide, startInbox } from '../../support/wechat';

let far: FarSide;
let inbox: Awaited<ReturnType<typeof startInbox>>;
let openid: string;
const SUB = '1900000109';
const pay = () => wechatPay(far.config);
const newId = (prefix: string) => `${prefix}_${Math.random().toString(36).slice(2, 12).padEnd(10, '0')}${Date.now().toString(36)}`;

beforeAll(async () => {
  [far, inbox] = await Promise.all([startFarSide(), startInbox()]);
  ({ openid } = await far.control<{ openid: string }>('wx/login', { user: 'buyer' }));
});
beforeEach(async () => {
  await inbox.clear(far);
  await far.control('faults', { reset: true });
});
afterAll(async () => {
  await Promise.all([far.close(), inbox.close()]);
});

const order = (paymentId = newId('pay')) => ({
  paymentId, subMchid: SUB, amountFen: 12_345, description: '双人下午茶', expiresAtMs: Date.now() + 900_000, notifyUrl: `${inbox.url}/notice`,
});

async function paid(paymentId = newId('pay')) {
  await pay().prepareJsapi({ ...order(paymentId), openid });
  await far.control('pay', { out_trade_no: paymentId, openid });
  const [notice] = await inbox.waitFor(1);
  const found = await pay().findPayment(paymentId, SUB);
  return { paymentId, notice: notice!, found: found! };
}

test('who paid a combined order is named as the mini-program knows them, where its app is not the platform\'s', () => {
  const told = { combine_out_trade_no: 'cmb_1', combine_appid: 'wx-platform', combine_mchid: '1', sub_orders: [{ mchid: '1', sub_mchid: SUB, out_trade_no: 'pay_1', trade_state: 'NOTPAY', amount: { total_amount: 1 } }] };
  const payerOf = (payer: object) => providerCombinedOf({ ...told, combine_payer_info: payer }).payments[0]!.payerOpenid;
  expect([payerOf({ openid: 'o-platform', sub_openid: 'o-ours' }), payerOf({ openid: 'o-ours' }), payerOf({})]).toEqual(['o-ours', 'o-ours', null]);
});

test('F-27 a connection that idled while we were frozen is not used again: WeChat may have forgotten it without a word', async () => {
  let connections = 0;
  const server = http.createServer((_, response) => response.writeHead(500).end()).on('connection', () => (connections += 1));
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  const away = wechatPay({ ...far.config, payBaseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
  const ask = () => expect(away.findPayment('pay_1', SUB)).rejects.toBeInstanceOf(Unavailable);
  await ask();
  await ask();
  expect(connections).toBe(1);
  const now = Date.now();
  const clock = jest.spyOn(Date, 'now').mockImplementation(() => now + 60_000);
  await ask();
  clock.mockRestore();
  expect(connections).toBe(2);
  server.closeAllConnections();
  server.close();
});

describe('payments', () => {
  test('a mini-program order is prepared, and the phone gets parameters signed with the merchant key', async () => {
    const { prepayId } = await pay().prepareJsapi({ ...order(), openid });
    const p = pay().jsapiParams(prepayId);
    expect(p).toMatchObject({ package: `prepay_id=${prepayId}`, signType: 'RSA' });
    const key = createPublicKey(createPrivateKey(far.config.merchantPrivateKeyPem));
    const text = `${far.config.appid}\n${p.timeStamp}\n${p.nonceStr}\n${p.package}\n`;
    expect(verify('sha256', Buffer.from(text), key, Buffer.from(p.paySign, 'base64'))).toBe(true);
  });

  test('an H5 order gives an address to go to', async () => {
    const { h5Url } = await pay().prepareH5({ ...order(), clientIp: '127.0.0.1' });
    expect(new URL(h5Url).protocol).toMatch(/^https?:$/);
  });

  test('F-27 the same order prepared twice is one order at WeChat', async () => {
    const one = order();
    await pay().prepareJsapi({ ...one, openid });
    await pay().prepareJsapi({ ...one, openid });
    expect(await pay().findPayment(one.paymentId, SUB)).toMatchObject({ paymentId: one.paymentId, state: 'NOTPAY' });
  });

  test('F-33 a paid order is read with everything that we compare', async () => {
    const { found, paymentId } = await paid();
    expect(found).toEqual({
      paymentId, transactionId: expect.stringMatching(/^\d{20,}$/), state: 'SUCCESS', amountFen: 12_345, currency: 'CNY',
      spMchid: far.config.spMchid, subMchid: SUB, appid: far.config.appid, subAppid: null, payerOpenid: openid, successAtMs: expect.any(Number),
    });
    expect(Math.abs(found.successAtMs! - Date.now())).toBeLessThan(10_000);
  });

  test('what WeChat does not know is null', async () => {
    expect(await pay().findPayment(newId('pay'), SUB)).toBeNull();
    expect(await pay().findRefund(newId('rfd'), SUB)).toBeNull();
  });

  test('closing: twice is fine, paid meanwhile is told apart', async () => {
    const open = order();
    await pay().prepareJsapi({ ...open, openid });
    await pay().closePayment(open.paymentId, SUB);
    await pay().closePayment(open.paymentId, SUB);
    expect(await pay().findPayment(open.paymentId, SUB)).toMatchObject({ state: 'CLOSED', transactionId: '' });
    const { paymentId } = await paid();
    await expect(pay().closePayment(paymentId, SUB)).rejects.toMatchObject({ name: 'ProviderRefused', code: 'ORDER_PAID' });
  });

  test('a definite no is ProviderRefused with WeChat’s own code', async () => {
    await expect(pay().prepareJsapi({ ...order(), amountFen: 0, openid })).rejects.toMatchObject({ name: 'ProviderRefused', code: 'PARAM_ERROR', status: 400 });
  });
});

describe('refunds', () => {
  test('F-27 a refund asked for twice under one number is one refund, found and finished', async () => {
    const { found } = await paid();
    const p = { refundId: newId('rfd'), transactionId: found.transactionId, subMchid: SUB, amountFen: 2_345, totalFen: 12_345, reason: '不想去了', notifyUrl: `${inbox.url}/refund` };
    const first = await pay().refund(p);
    const again = await pay().refund(p);
    expect(again.providerId).toBe(first.providerId);
    expect(first).toMatchObject({ refundId: p.refundId, state: 'PROCESSING', amountFen: 2_345, totalFen: 12_345, transactionId: found.transactionId });
    await far.control(`refunds/${p.refundId}/success`);
    expect(await pay().findRefund(p.refundId, SUB)).toMatchObject({ state: 'SUCCESS', successAtMs: expect.any(Number) });
    const seen = await inbox.waitFor(2);
    const notice = pay().readNotice(seen[1]!.headers, seen[1]!.body, Date.now());
    expect(notice.kind).toBe('refund');
    expect(providerRefundOf(notice.content)).toMatchObject({ refundId: p.refundId, state: 'SUCCESS', amountFen: 2_345 });
  });

  test('more than was paid is refused', async () => {
    const { found } = await paid();
    const p = { refundId: newId('rfd'), transactionId: found.transactionId, subMchid: SUB, amountFen: 12_346, totalFen: 12_345, reason: 'x', notifyUrl: inbox.url };
    await expect(pay().refund(p)).rejects.toBeInstanceOf(ProviderRefused);
  });
});

describe('notices', () => {
  const reasonOf = (work: () => unknown) => {
    try {
      work();
    } catch (error) {
      if (error instanceof NoticeRejected) return error.reason;
      throw error;
    }
    return 'taken';
  };

  test('a genuine notice is read, whatever the case of its headers', async () => {
    const { notice, paymentId, found } = await paid();
    const read = pay().readNotice(notice.headers, notice.body, Date.now());
    expect(read).toMatchObject({ eventType: 'TRANSACTION.SUCCESS', kind: 'payment', noticeId: expect.any(String) });
    expect(providerPaymentOf(read.content)).toEqual({ ...found, paymentId });
    const upper = Object.fromEntries(Object.entries(notice.headers).map(([name, value]) => [name.toUpperCase(), value]));
    expect(pay().readNotice(upper, notice.body.toString(), Date.now())).toEqual(read);
  });

  test('A-26 a changed body, a foreign key, an unknown serial and missing headers are rejected', async () => {
    const { notice } = await paid();
    const changed = Buffer.from(notice.body.toString().replace('TRANSACTION.SUCCESS', 'TRANSACTION.success'));
    expect(reasonOf(() => pay().readNotice(notice.headers, changed, Date.now()))).toBe('signature');
    expect(reasonOf(() => pay().readNotice(notice.headers, Buffer.concat([notice.body, Buffer.from(' ')]), Date.now()))).toBe('signature');
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const foreign = wechatPay({ ...far.config, platformKeys: { [notice.headers['wechatpay-serial']!]: publicKey.export({ type: 'spki', format: 'pem' }).toString() } });
    expect(reasonOf(() => foreign.readNotice(notice.headers, notice.body, Date.now()))).toBe('signature');
    expect(reasonOf(() => pay().readNotice({ ...notice.headers, 'wechatpay-serial': 'PUB_KEY_ID_0' }, notice.body, Date.now()))).toBe('serial');
    expect(reasonOf(() => pay().readNotice({}, notice.body, Date.now()))).toBe('shape');
    expect(reasonOf(() => pay().readNotice({ ...notice.headers, 'wechatpay-timestamp': '0x10' }, notice.body, Date.now()))).toBe('shape');
    expect(reasonOf(() => pay().readNotice({ ...notice.headers, 'wechatpay-signature': '!' }, notice.body, Date.now()))).toBe('signature');
  });

  test('A-26 a signed notice that the wrong key cannot open is rejected', async () => {
    const { notice } = await paid();
    const other = wechatPay({ ...far.config, apiV3Key: '0'.repeat(32) });
    expect(reasonOf(() => other.readNotice(notice.headers, notice.body, Date.now()))).toBe('shape');
  });

  test('A-27 F-25 freshness is counted on the clock that is passed in', async () => {
    const { notice } = await paid();
    const at = Number(notice.headers['wechatpay-timestamp']) * 1_000;
    expect(reasonOf(() => pay().readNotice(notice.headers, notice.body, at + NOTICE_FRESH_MS))).toBe('taken');
    expect(reasonOf(() => pay().readNotice(notice.headers, notice.body, at + NOTICE_FRESH_MS + 1))).toBe('stale');
    expect(reasonOf(() => pay().readNotice(notice.headers, notice.body, at - NOTICE_FRESH_MS - 1))).toBe('stale');
  });

  test('F-32 a probe is rejected by its signature, and the genuine notice behind it is taken', async () => {
    await far.control('faults', { notices: { badSignatureProbe: true } });
    const id = newId('pay');
    await pay().prepareJsapi({ ...order(id), openid });
    await far.control('pay', { out_trade_no: id, openid });
    const [probe, genuine] = await inbox.waitFor(2);
    expect(probe!.headers['wechatpay-signature']).toMatch(/^WECHATPAY\/SIGNTEST\//);
    expect(reasonOf(() => pay().readNotice(probe!.headers, probe!.body, Date.now()))).toBe('signature');
    expect(reasonOf(() => pay().readNotice(genuine!.headers, genuine!.body, Date.now()))).toBe('taken');
  });

  test('F-32 during a rotation the old and the new key are both valid; a key that we were not given is not', async () => {
    const before = await paid();
    const { credentials } = await far.control<{ credentials: { platformKeys: Record<string, string> } }>('rotate-keys');
    const both = wechatPay({ ...far.config, platformKeys: credentials.platformKeys });
    await inbox.clear(far);
    const id = newId('pay');
    await both.prepareJsapi({ ...order(id), openid });
    await far.control('pay', { out_trade_no: id, openid });
    const [after] = await inbox.waitFor(1);
    expect(after!.headers['wechatpay-serial']).not.toBe(before.notice.headers['wechatpay-serial']);
    expect(reasonOf(() => both.readNotice(before.notice.headers, before.notice.body, Date.now()))).toBe('taken');
    expect(reasonOf(() => both.readNotice(after!.headers, after!.body, Date.now()))).toBe('taken');
    expect(reasonOf(() => pay().readNotice(after!.headers, after!.body, Date.now()))).toBe('serial');
    expect(await both.findPayment(id, SUB)).toMatchObject({ state: 'SUCCESS' });
    await expect(pay().findPayment(id, SUB)).rejects.toBeInstanceOf(Unavailable);
    await far.control('rotate-keys', { activate: before.notice.headers['wechatpay-serial'] });
  });
});

describe('a bad day at WeChat', () => {
  test.each([['http500'], ['http500AfterAccept'], ['http429']])('F-27 %s is unknown, not a no', async (fault) => {
    await far.control('faults', { endpoint: 'prepay', fault });
    await expect(pay().prepareJsapi({ ...order(), openid })).rejects.toMatchObject({ name: 'Unavailable', kind: 'PROVIDER_DOWN' });
  });

  test('F-27 no answer within 5 s is unknown; the accepted refund is then found', async () => {
    const { found } = await paid();
    await far.control('faults', { endpoint: 'refund', fault: 'timeoutAfterAccept' });
    const p = { refundId: newId('rfd'), transactionId: found.transactionId, subMchid: SUB, amountFen: 1, totalFen: 12_345, reason: 'x', notifyUrl: `${inbox.url}/refund` };
    const started = Date.now();
    await expect(pay().refund(p)).rejects.toMatchObject({ name: 'Unavailable', kind: 'PROVIDER_DOWN' });
    expect(Date.now() - started).toBeLessThan(20_000);
    expect(await pay().findRefund(p.refundId, SUB)).toMatchObject({ refundId: p.refundId, amountFen: 1 });
  });

  test('nobody there is unknown', async () => {
    const nobody = wechatPay({ ...far.config, payBaseUrl: 'http://127.0.0.1:1' });
    await expect(nobody.findPayment(newId('pay'), SUB)).rejects.toMatchObject({ kind: 'PROVIDER_DOWN' });
  });

  const forged = { out_trade_no: 'x', transaction_id: '1', trade_state: 'SUCCESS', sp_mchid: '1', sub_mchid: SUB, amount: { total: 1, currency: 'CNY' } };
  test.each([[200, forged], [404, { code: 'ORDER_NOT_EXIST', message: 'x' }]])('A-26 an answer %i with a wrong signature is not believed', async (status, body) => {
    const impostor = await startInbox((_, response) => {
      const signed = { 'wechatpay-timestamp': String(Math.floor(Date.now() / 1_000)), 'wechatpay-nonce': 'n', 'wechatpay-serial': Object.keys(far.config.platformKeys)[0]!, 'wechatpay-signature': 'd3Jvbmc=' };
      response.writeHead(status, { 'content-type': 'application/json', ...signed }).end(JSON.stringify(body));
    });
    await expect(wechatPay({ ...far.config, payBaseUrl: impostor.url }).findPayment(newId('pay'), SUB))
      .rejects.toMatchObject({ kind: 'PROVIDER_DOWN', message: expect.stringMatching(/not trusted|wrong signature/) });
    await impostor.close();
  });

  test('an answer without signature, and a 404 that is not WeChat’s, are unknown', async () => {
    const proxy = await startInbox((request, response) => {
      if (request.url?.includes('pay_unsigned')) response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
      else response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Not found</h1>');
    });
    const client = wechatPay({ ...far.config, payBaseUrl: proxy.url });
    await expect(client.findPayment('pay_unsigned000', SUB)).rejects.toMatchObject({ kind: 'PROVIDER_DOWN' });
    await expect(client.findPayment(newId('pay'), SUB)).rejects.toMatchObject({ kind: 'PROVIDER_DOWN' });
    await proxy.close();
  });

  test('A-21 a failure carries neither key nor openid nor number', async () => {
    await far.control('faults', { endpoint: 'prepay', fault: 'http500' });
    const p = order();
    const error: Error = await pay().prepareJsapi({ ...p, openid }).then(() => { throw new Error('expected a failure'); }, (e: Error) => e);
    const everything = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error.cause);
    for (const secret of [openid, p.paymentId, 'PRIVATE KEY', far.config.apiV3Key]) expect(everything).not.toContain(secret);
  });
});

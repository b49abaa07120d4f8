/** Orders, payment, close and notices of the stand-in, seen by an independent client. */
import { startSandbox, type RunningSandbox } from '../../functions/sandbox/server';
import { OPENID, SUB_MCHID, authorization, call, client, listen, number, order, publicKeyId } from './official-client';

let running: RunningSandbox;
let inbox: Awaited<ReturnType<typeof listen>>;
let api: ReturnType<typeof client>;
const known = () => running.credentials;
const query = (outTradeNo: string) => api.get(`/v3/pay/partner/transactions/out-trade-no/${outTradeNo}?sp_mchid=${known().spMchid}&sub_mchid=${SUB_MCHID}`);
const pay = (body: object) => call(running.url, '/sandbox/pay', body);

beforeAll(async () => {
  running = await startSandbox({ quiet: true, settings: { retryScale: 0.005 } });
  api = client(running.url, known());
  inbox = await listen(known, () => running.sandbox.now());
});
afterAll(async () => {
  await running.close();
  await inbox.close();
});
beforeEach(async () => {
  inbox.control.answer = () => 204;
  await call(running.url, '/sandbox/faults', { reset: true });
  await call(running.url, '/sandbox/flush', {}); // what is still on its way from an earlier test
  inbox.heard.length = 0;
  await call(running.url, '/sandbox/clock', { offsetMs: 0 });
});

describe('prepay', () => {
  it('partner JSAPI: signed request in, signed prepay_id out', async () => {
    const reply = await api.post('/v3/pay/partner/transactions/jsapi', order(known(), inbox.url));
    expect(reply).toMatchObject({ status: 200, verified: true, json: { prepay_id: expect.stringMatching(/^wx\d{14}\w+$/) } });
    expect(reply.headers.get('wechatpay-serial')).toBe(publicKeyId(known()));
    expect(reply.headers.get('request-id')).toBeTruthy();
  });

  it('H5 answers a cashier link, Native a code_url, plain merchant mode a prepay_id', async () => {
    const { payer: _payer, ...h5 } = order(known(), inbox.url, { scene_info: { payer_client_ip: '14.23.150.211', h5_info: { type: 'Wap' } } });
    const h5Reply = await api.post('/v3/pay/partner/transactions/h5', h5);
    expect(h5Reply.json.h5_url).toContain(`${running.url}/sandbox/cashier?prepay_id=`);
    const { payer: _p, ...native } = order(known(), inbox.url);
    expect((await api.post('/v3/pay/partner/transactions/native', native)).json.code_url).toMatch(/^weixin:\/\/wxpay\/bizpayurl\?pr=/);
    const plain = { appid: known().appid, mchid: known().spMchid, description: '套餐', out_trade_no: number(), notify_url: inbox.url, amount: { total: 1 }, payer: { openid: OPENID } };
    expect((await api.post('/v3/pay/transactions/jsapi', plain)).json.prepay_id).toBeTruthy();
    const found = await api.get(`/v3/pay/transactions/out-trade-no/${plain.out_trade_no}?mchid=${known().spMchid}`);
    expect(found.json).toMatchObject({ appid: known().appid, mchid: known().spMchid, trade_state: 'NOTPAY' });
  });

  it('F-27 the same number with the same parameters answers the same prepay_id; changed parameters are refused', async () => {
    const body = order(known(), inbox.url);
    const first = await api.post('/v3/pay/partner/transactions/jsapi', body);
    const again = await api.post('/v3/pay/partner/transactions/jsapi', body);
    expect(again.json).toEqual(first.json);
    const changed = await api.post('/v3/pay/partner/transactions/jsapi', { ...body, amount: { total: 9999, currency: 'CNY' } });
    expect(changed).toMatchObject({ status: 400, verified: true, json: { code: 'INVALID_REQUEST' } });
    const { payer: _payer, ...native } = body;
    expect((await api.post('/v3/pay/partner/transactions/native', native)).json.code).toBe('OUT_TRADE_NO_USED');
  });

  it.each([
    ['no payer', { payer: undefined }, '/body/payer'],
    ['zero amount', { amount: { total: 0 } }, '/body/amount/total'],
    ['amount as text', { amount: { total: '100' } }, '/body/amount/total'],
    ['fraction of a fen', { amount: { total: 1.5 } }, '/body/amount/total'],
    ['unknown field', { price: 1 }, '/body/price'],
    ['number too short', { out_trade_no: 'a1' }, '/body/out_trade_no'],
    ['past time_expire', { time_expire: '2018-06-08T10:34:56+08:00' }, '/body/time_expire'],
    ['notify_url with a query', { notify_url: 'https://a.example/n?x=1' }, '/body/notify_url'],
    ['our own number as sub-merchant', { sub_mchid: 'SELF' }, '/body/sub_mchid'],
    ['openid of another form', { payer: { sp_openid: 'abc' } }, '/body/payer/sp_openid'],
  ])('PARAM_ERROR names the field: %s', async (_name, more, field) => {
    const body = { ...order(known(), inbox.url), ...more } as Record<string, unknown>;
    if (body.sub_mchid === 'SELF') body.sub_mchid = known().spMchid;
    const reply = await api.post('/v3/pay/partner/transactions/jsapi', body);
    expect(reply).toMatchObject({ status: 400, verified: true, json: { code: 'PARAM_ERROR', message: expect.any(String), detail: { field } } });
  });
});

describe('request signatures', () => {
  const body = () => JSON.stringify(order(known(), inbox.url));
  const raw = (text: string, header: string) => fetch(`${running.url}/v3/pay/partner/transactions/jsapi`, { method: 'POST', body: text, headers: { Authorization: header, 'Content-Type': 'application/json' } });
  const sign = (text: string, at?: number) => authorization(known(), 'POST', '/v3/pay/partner/transactions/jsapi', text, at);

  it('a changed body, a stale timestamp, another serial and no header at all are 401 SIGN_ERROR', async () => {
    const text = body();
    const now = Math.floor(Date.now() / 1000);
    const cases = [
      raw(text.replace('10000', '10001'), sign(text)),
      raw(text, sign(text, now - 301)),
      raw(text, sign(text, now + 400)),
      raw(text, sign(text).replace(known().merchantSerial, '5'.repeat(40))),
      raw(text, sign(text).replace(/mchid="\d+"/, 'mchid="1900000000"')),
      raw(text, ''),
    ];
    for (const response of await Promise.all(cases)) {
      expect(response.status).toBe(401);
      expect((await response.json() as any).code).toBe('SIGN_ERROR');
    }
    expect((await raw(text, sign(text, now - 200))).status).toBe(200);
  });

  it('a request for the signature of one URL does not open another', async () => {
    const uri = `/v3/pay/partner/transactions/out-trade-no/whatever?sp_mchid=${known().spMchid}&sub_mchid=${SUB_MCHID}`;
    const header = authorization(known(), 'GET', uri, '');
    expect((await fetch(running.url + uri, { headers: { Authorization: header } })).status).toBe(404);
    expect((await fetch(running.url + uri.replace(SUB_MCHID, '1900000110'), { headers: { Authorization: header } })).status).toBe(401);
  });

  it('an answer changed on the way no longer verifies', async () => {
    const reply = await api.post('/v3/pay/partner/transactions/jsapi', order(known(), inbox.url));
    const { signatureHolds } = await import('./official-client');
    expect(signatureHolds(known(), (name) => reply.headers.get(name), reply.text)).toBe(true);
    expect(signatureHolds(known(), (name) => reply.headers.get(name), reply.text.replace('prepay_id":"wx', 'prepay_id":"wy'))).toBe(false);
  });
});

describe('payment', () => {
  it('pays once, notifies in partner shape, and the query says the same', async () => {
    const body = order(known(), inbox.url, { attach: '附加' });
    const { json } = await api.post('/v3/pay/partner/transactions/jsapi', body);
    expect((await query(body.out_trade_no)).json).toMatchObject({ trade_state: 'NOTPAY' });
    expect((await pay({ prepay_id: json.prepay_id })).status).toBe(200);
    expect((await pay({ prepay_id: json.prepay_id })).json.code).toBe('ORDER_PAID');
    await call(running.url, '/sandbox/flush', {});
    expect(inbox.heard).toHaveLength(1);
    const [heard] = inbox.heard;
    expect(heard!.ok).toBe(true);
    expect(heard!.event).toMatchObject({ event_type: 'TRANSACTION.SUCCESS', resource_type: 'encrypt-resource', summary: '支付成功', resource: { algorithm: 'AEAD_AES_256_GCM', original_type: 'transaction', associated_data: 'transaction' } });
    expect(heard!.clear).toMatchObject({
      sp_appid: known().spAppid, sp_mchid: known().spMchid, sub_mchid: SUB_MCHID, out_trade_no: body.out_trade_no, transaction_id: expect.stringMatching(/^42\d{26}$/),
      trade_type: 'JSAPI', trade_state: 'SUCCESS', attach: '附加', success_time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+08:00$/),
      payer: { sp_openid: OPENID }, amount: { total: 10000, payer_total: 10000, currency: 'CNY' },
    });
    expect((await query(body.out_trade_no)).json).toEqual(heard!.clear);
    const byId = await api.get(`/v3/pay/partner/transactions/id/${heard!.clear.transaction_id}?sp_mchid=${known().spMchid}&sub_mchid=${SUB_MCHID}`);
    expect(byId.json).toEqual(heard!.clear);
    expect((await api.post('/v3/pay/partner/transactions/jsapi', body)).json.code).toBe('ORDER_PAID');
  });

  it('a payer other than the one of the order is refused; a failed try leaves the order payable', async () => {
    const body = order(known(), inbox.url);
    await api.post('/v3/pay/partner/transactions/jsapi', body);
    expect((await pay({ out_trade_no: body.out_trade_no, openid: 'oAAAAAAAAAAAAAAAAAAAAAAAAAAA' })).status).toBe(400);
    expect((await call(running.url, '/sandbox/fail', { out_trade_no: body.out_trade_no })).json.trade_state).toBe('NOTPAY');
    expect((await pay({ out_trade_no: body.out_trade_no, openid: OPENID })).json.trade_state).toBe('SUCCESS');
  });

  it('close: 204 and signed, twice no error, then neither payable nor reusable; a paid order cannot be closed', async () => {
    const body = order(known(), inbox.url);
    await api.post('/v3/pay/partner/transactions/jsapi', body);
    const close = () => api.post(`/v3/pay/partner/transactions/out-trade-no/${body.out_trade_no}/close`, { sp_mchid: known().spMchid, sub_mchid: SUB_MCHID });
    expect(await close()).toMatchObject({ status: 204, text: '', verified: true });
    expect((await close()).status).toBe(204);
    expect((await pay({ out_trade_no: body.out_trade_no })).json.code).toBe('ORDER_CLOSED');
    expect((await api.post('/v3/pay/partner/transactions/jsapi', body)).json.code).toBe('ORDER_CLOSED');
    expect((await query(body.out_trade_no)).json.trade_state).toBe('CLOSED');
    const paid = order(known(), inbox.url);
    await api.post('/v3/pay/partner/transactions/jsapi', paid);
    await pay({ out_trade_no: paid.out_trade_no });
    expect((await api.post(`/v3/pay/partner/transactions/out-trade-no/${paid.out_trade_no}/close`, { sp_mchid: known().spMchid, sub_mchid: SUB_MCHID })).json.code).toBe('ORDER_PAID');
  });

  it('time_expire is half-open on the sandbox clock: payable a moment before, closed from it on', async () => {
    const expires = Math.floor(Date.now() / 1000) * 1000 + 600_000;
    const body = () => order(known(), inbox.url, { time_expire: new Date(expires).toISOString() });
    const [early, late] = [body(), body()];
    await api.post('/v3/pay/partner/transactions/jsapi', early);
    await api.post('/v3/pay/partner/transactions/jsapi', late);
    await call(running.url, '/sandbox/clock', { offsetMs: expires - Date.now() - 2000 });
    expect((await pay({ out_trade_no: early.out_trade_no })).json.trade_state).toBe('SUCCESS');
    await call(running.url, '/sandbox/clock', { offsetMs: expires - Date.now() + 1 });
    expect((await pay({ out_trade_no: late.out_trade_no })).json.code).toBe('ORDER_CLOSED');
    expect((await query(late.out_trade_no)).json.trade_state).toBe('CLOSED');
  });

  it('a prepay_id is good for 2 hours, then the same order gets a new one', async () => {
    const body = order(known(), inbox.url);
    const first = await api.post('/v3/pay/partner/transactions/jsapi', body);
    await call(running.url, '/sandbox/clock', { offsetMs: 2 * 3600_000 });
    expect((await pay({ prepay_id: first.json.prepay_id })).json.code).toBe('INVALID_REQUEST');
    const second = await api.post('/v3/pay/partner/transactions/jsapi', body);
    expect(second.json.prepay_id).not.toBe(first.json.prepay_id);
    expect((await pay({ prepay_id: second.json.prepay_id })).json.trade_state).toBe('SUCCESS');
  });

  it('other sub-merchants, unknown orders and combined numbers are not found by the plain query', async () => {
    const body = order(known(), inbox.url);
    await api.post('/v3/pay/partner/transactions/jsapi', body);
    expect((await api.get(`/v3/pay/partner/transactions/out-trade-no/${body.out_trade_no}?sp_mchid=${known().spMchid}&sub_mchid=1900000110`)).json.code).toBe('INVALID_REQUEST');
    expect(await query('nothing_here')).toMatchObject({ status: 404, json: { code: 'ORDER_NOT_EXIST' } });
  });
});

describe('notices', () => {
  const paid = async () => {
    const body = order(known(), inbox.url);
    await api.post('/v3/pay/partner/transactions/jsapi', body);
    await pay({ out_trade_no: body.out_trade_no });
    return body;
  };
  const until = async (done: () => boolean) => {
    for (let i = 0; i < 1_500 && !done(); i += 1) await new Promise((resolve) => setTimeout(resolve, 10));
    expect(done()).toBe(true);
  };

  it('F-01 copies: the same notice ten times at once, all signed, one id', async () => {
    await call(running.url, '/sandbox/faults', { notices: { copies: 10 } });
    await paid();
    await until(() => inbox.heard.length === 10);
    expect(new Set(inbox.heard.map(({ event }) => event.id)).size).toBe(1);
    expect(new Set(inbox.heard.map(({ headers }) => headers['wechatpay-nonce'])).size).toBe(10);
  });

  it('F-05 a lost notice never comes; the query knows', async () => {
    await call(running.url, '/sandbox/faults', { notices: { lose: 1 } });
    const body = await paid();
    expect((await call(running.url, '/sandbox/flush', {})).json.delivered).toBe(0);
    expect(inbox.heard).toHaveLength(0);
    expect((await query(body.out_trade_no)).json.trade_state).toBe('SUCCESS');
    await paid();
    await until(() => inbox.heard.length === 1);
  });

  it('repeats until 200 or 204, each time freshly signed, and then stops', async () => {
    inbox.control.answer = () => (inbox.heard.length < 3 ? 500 : 200);
    await paid();
    await until(() => inbox.heard.length === 3);
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(inbox.heard).toHaveLength(3);
    expect(inbox.heard.every(({ ok }) => ok)).toBe(true);
  });

  it('F-32 a signature probe comes first and is refused; the genuine one follows', async () => {
    await call(running.url, '/sandbox/faults', { notices: { badSignatureProbe: true } });
    await paid();
    await until(() => inbox.heard.length === 2);
    expect(inbox.heard.map(({ ok }) => ok)).toEqual([false, true]);
    expect(inbox.heard[0]!.headers['wechatpay-signature']).toMatch(/^WECHATPAY\/SIGNTEST\//);
  });

  it('F-33 a genuine notice whose amount differs from the order', async () => {
    await call(running.url, '/sandbox/faults', { notices: { override: { 'amount.total': 1 } } });
    await paid();
    await until(() => inbox.heard.length === 1);
    expect(inbox.heard[0]).toMatchObject({ ok: true, clear: { amount: { total: 1, payer_total: 10000 } } });
  });

  it('held notices wait for flush, delayed ones are pulled forward by it, reordered ones arrive last first', async () => {
    await call(running.url, '/sandbox/faults', { notices: { hold: true } });
    await paid();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(inbox.heard).toHaveLength(0);
    await call(running.url, '/sandbox/faults', { reset: true, notices: { delayMs: 60_000 } });
    await paid();
    expect((await call(running.url, '/sandbox/flush', {})).json.delivered).toBe(2);
    expect(inbox.heard).toHaveLength(2);
    inbox.heard.length = 0;
    // Long enough for two payments on a busy machine.
    await call(running.url, '/sandbox/faults', { reset: true, notices: { reorder: true, delayMs: 1_500 } });
    const [first, second] = [await paid(), await paid()];
    await until(() => inbox.heard.length === 2);
    expect(inbox.heard.map(({ clear }) => clear.out_trade_no)).toEqual([second.out_trade_no, first.out_trade_no]);
  });

  it('never posts outside this machine', async () => {
    const body = order(known(), 'https://notify.invalid/wxpay/pay');
    await api.post('/v3/pay/partner/transactions/jsapi', body);
    await pay({ out_trade_no: body.out_trade_no });
    await call(running.url, '/sandbox/flush', {});
    expect((await call(running.url, '/sandbox/state')).json.noticeLog.at(-1)).toMatchObject({ status: 'not-loopback' });
    expect((await call(running.url, '/sandbox/faults', { notices: { sendTo: 'https://a.example/' } })).status).toBe(400);
  });

  it('notice time follows the sandbox clock, the answer to a request the real one', async () => {
    await call(running.url, '/sandbox/clock', { offsetMs: 3 * 86_400_000 });
    await paid();
    await until(() => inbox.heard.length === 1);
    expect(inbox.heard[0]!.ok).toBe(true);
    expect(Date.parse(inbox.heard[0]!.clear.success_time)).toBeGreaterThan(Date.now() + 2 * 86_400_000);
  });
});

describe('endpoint faults', () => {
  it('F-27 timeoutAfterAccept: the order exists though the answer never came', async () => {
    await call(running.url, '/sandbox/faults', { endpoint: 'prepay', fault: 'timeoutAfterAccept', times: 1 });
    const body = order(known(), inbox.url);
    const text = JSON.stringify(body);
    const uri = '/v3/pay/partner/transactions/jsapi';
    await expect(fetch(running.url + uri, { method: 'POST', body: text, signal: AbortSignal.timeout(300), headers: { Authorization: authorization(known(), 'POST', uri, text) } })).rejects.toThrow();
    expect((await query(body.out_trade_no)).json.trade_state).toBe('NOTPAY');
    expect((await api.post(uri, body)).status).toBe(200);
  });

  it('http500 and timeoutBefore do nothing, http429 says slow down, latency only delays; each counts down', async () => {
    for (const fault of ['http500', 'http429']) {
      await call(running.url, '/sandbox/faults', { endpoint: 'prepay', fault });
      const body = order(known(), inbox.url);
      expect(await api.post('/v3/pay/partner/transactions/jsapi', body)).toMatchObject({ status: fault === 'http500' ? 500 : 429, verified: true });
      expect((await query(body.out_trade_no)).status).toBe(404);
      expect((await api.post('/v3/pay/partner/transactions/jsapi', body)).status).toBe(200);
    }
    await call(running.url, '/sandbox/faults', { endpoint: 'query', fault: 'latency', latencyMs: 200 });
    const before = Date.now();
    await query('slow_one');
    expect(Date.now() - before).toBeGreaterThanOrEqual(195);
    expect((await call(running.url, '/sandbox/faults')).json.endpoints).toEqual([]);
  });

  it('unknown switches are refused', async () => {
    expect((await call(running.url, '/sandbox/faults', { notices: { copys: 2 } })).status).toBe(400);
    expect((await call(running.url, '/sandbox/faults', { endpoint: 'refund', fault: 'meteor' })).status).toBe(400);
    const misspelt = { endpoint: 'refnud', fault: 'http500' };
    expect((await call(running.url, '/sandbox/faults', misspelt)).status).toBe(400);
    expect((await call(running.url, '/sandbox/faults', { endpoints: [misspelt] })).status).toBe(400);
    expect((await call(running.url, '/sandbox/faults')).json.endpoints).toEqual([]);
  });
});

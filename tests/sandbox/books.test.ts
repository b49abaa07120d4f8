/** Combined payment, bills, platform certificates and key rotation, restart, load. */
import { X509Certificate, createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { startSandbox, type RunningSandbox } from '../../functions/sandbox/server';
import { OPENID, SUB_MCHID, authorization, call, client, listen, number, openResource, order, publicKeyId, sha1, signatureHolds } from './official-client';

let running: RunningSandbox;
let inbox: Awaited<ReturnType<typeof listen>>;
let api: ReturnType<typeof client>;
const known = () => running.sandbox.keys.credentials(running.url);
const clock = (offsetMs: number) => call(running.url, '/sandbox/clock', { offsetMs });
const flush = () => call(running.url, '/sandbox/flush', {});
const shanghaiDay = (ms: number) => new Date(ms + 8 * 3600_000).toISOString().slice(0, 10);
const DAY = 86_400_000;

beforeAll(async () => {
  running = await startSandbox({ quiet: true });
  api = client(running.url, known());
  inbox = await listen(known, () => running.sandbox.now());
});
afterAll(async () => {
  await running.close();
  await inbox.close();
});
beforeEach(async () => {
  await flush();
  inbox.heard.length = 0;
  await clock(0);
});

describe('combined payment', () => {
  const combined = () => ({
    combine_appid: known().appid, combine_mchid: known().spMchid, combine_out_trade_no: number('cmb'), notify_url: inbox.url, combine_payer_info: { openid: OPENID },
    sub_orders: [1, 2].map((i) => ({
      mchid: known().spMchid, sub_mchid: `190000200${i}`, attach: `店${i}`, amount: { total_amount: 100 * i, currency: 'CNY' }, out_trade_no: number('sub'), description: `第 ${i} 家`, settle_info: { profit_sharing: true },
    })),
  });
  const query = (no: string) => api.get(`/v3/combine-transactions/out-trade-no/${no}`);

  it('pays all sub-orders together, with one notice', async () => {
    const body = combined();
    const made = await api.post('/v3/combine-transactions/jsapi', body);
    expect(made).toMatchObject({ status: 200, verified: true });
    expect((await api.post('/v3/combine-transactions/jsapi', body)).json).toEqual(made.json);
    expect((await query(body.combine_out_trade_no)).json.sub_orders.map((sub: any) => sub.trade_state)).toEqual(['NOTPAY', 'NOTPAY']);
    await call(running.url, '/sandbox/pay', { prepay_id: made.json.prepay_id });
    await flush();
    expect(inbox.heard).toHaveLength(1);
    expect(inbox.heard[0]).toMatchObject({
      ok: true,
      clear: { combine_out_trade_no: body.combine_out_trade_no, combine_payer_info: { openid: OPENID }, sub_orders: body.sub_orders.map((sub) => ({
        mchid: sub.mchid, sub_mchid: sub.sub_mchid, out_trade_no: sub.out_trade_no, trade_state: 'SUCCESS', transaction_id: expect.any(String), amount: { total_amount: sub.amount.total_amount, payer_amount: sub.amount.total_amount } })) },
    });
    expect((await query(body.combine_out_trade_no)).json).toEqual(inbox.heard[0]!.clear);
    const [sub] = body.sub_orders;
    expect((await api.get(`/v3/pay/partner/transactions/out-trade-no/${sub!.out_trade_no}?sp_mchid=${known().spMchid}&sub_mchid=${sub!.sub_mchid}`)).json.code).toBe('ORDER_NOT_EXIST');
    const { transaction_id } = inbox.heard[0]!.clear.sub_orders[0];
    expect((await api.post('/v3/refund/domestic/refunds', { sub_mchid: sub!.sub_mchid, transaction_id, out_refund_no: number('ref'), amount: { refund: 100, total: 100, currency: 'CNY' } })).status).toBe(200);
  });

  it('close names every sub-order, then none can be paid', async () => {
    const body = combined();
    const made = await api.post('/v3/combine-transactions/jsapi', body);
    const close = (subs: object[]) => api.post(`/v3/combine-transactions/out-trade-no/${body.combine_out_trade_no}/close`, { combine_appid: body.combine_appid, sub_orders: subs });
    const subs = body.sub_orders.map(({ mchid, sub_mchid, out_trade_no }) => ({ mchid, sub_mchid, out_trade_no }));
    expect((await close(subs.slice(1))).json.code).toBe('INVALID_REQUEST');
    expect(await close(subs)).toMatchObject({ status: 204, verified: true });
    expect((await call(running.url, '/sandbox/pay', { prepay_id: made.json.prepay_id })).json.code).toBe('ORDER_CLOSED');
  });
});

describe('the published samples of combined payment (Union…Prepay, UnionQueryByOutTradeNo, UnionClose), field by field', () => {
  // What the sample clients send and read; time_expire is theirs, without milliseconds.
  const sub = (n: number) => ({
    mchid: known().spMchid, sub_mchid: `190000300${n}`, out_trade_no: number('sub'), amount: { total_amount: 10, currency: 'CNY' }, attach: '深圳分店', description: '腾讯充值中心-QQ会员充值',
    detail: '买单费用', goods_tag: 'WXG', settle_info: { profit_sharing: false },
  });
  const request = () => ({
    combine_appid: known().appid, combine_mchid: known().spMchid, combine_out_trade_no: number('cmb'), scene_info: { device_id: 'POS1:1', payer_client_ip: '14.17.22.32' },
    sub_orders: [sub(1), sub(2)], time_expire: new Date(running.sandbox.now() + 8 * 3600_000 + 600_000).toISOString().slice(0, 19) + '+08:00', notify_url: inbox.url,
  });
  const path = (no: string) => `/v3/combine-transactions/out-trade-no/${encodeURIComponent(no)}`;
  const named = (subs: ReturnType<typeof sub>[]) => subs.map(({ mchid, sub_mchid, out_trade_no }) => ({ mchid, sub_mchid, out_trade_no }));

  it('prepay by JSAPI and by H5, query before and after, in the samples\' answer fields', async () => {
    const jsapi = { ...request(), combine_payer_info: { openid: OPENID } };
    expect(await api.post('/v3/combine-transactions/jsapi', jsapi)).toMatchObject({ status: 200, verified: true, json: { prepay_id: expect.stringMatching(/^wx/) } });
    const unpaid = await api.get(path(jsapi.combine_out_trade_no));
    expect(unpaid).toMatchObject({ status: 200, verified: true, json: { combine_appid: jsapi.combine_appid, combine_mchid: jsapi.combine_mchid, combine_out_trade_no: jsapi.combine_out_trade_no } });
    expect(unpaid.json.sub_orders).toMatchObject(jsapi.sub_orders.map(({ mchid, sub_mchid, out_trade_no, attach, amount }) => ({ mchid, sub_mchid, out_trade_no, attach, amount, trade_state: 'NOTPAY' })));
    expect(unpaid.json.sub_orders.every((one: any) => !('transaction_id' in one) && !('success_time' in one))).toBe(true);

    const h5 = { ...request(), scene_info: { payer_client_ip: '14.17.22.32', device_id: 'POS1:1', h5_info: { type: 'iOS', app_name: '王者荣耀', app_url: 'https://pay.qq.com', bundle_id: 'com.tencent.wzryiOS', package_name: 'com.tencent.tmgp.sgame' } } };
    expect(await api.post('/v3/combine-transactions/h5', h5)).toMatchObject({ status: 200, verified: true, json: { h5_url: expect.stringMatching(/^http/) } });
    await call(running.url, '/sandbox/pay', { out_trade_no: h5.combine_out_trade_no });
    const paid = (await api.get(path(h5.combine_out_trade_no))).json;
    for (const one of paid.sub_orders) {
      expect(one).toMatchObject({ trade_type: 'MWEB', trade_state: 'SUCCESS', bank_type: 'OTHERS', transaction_id: expect.stringMatching(/^\d{28}$/), success_time: expect.stringMatching(/\+08:00$/), amount: { total_amount: 10, payer_amount: 10, currency: 'CNY', payer_currency: 'CNY' } });
    }
    expect(paid.combine_payer_info.openid).toMatch(/^o/);
    expect((await api.post(`${path(h5.combine_out_trade_no)}/close`, { combine_appid: h5.combine_appid, sub_orders: named(h5.sub_orders) })).json.code).toBe('ORDER_PAID');
  });

  it('prepay by App, which may name a payer and a scenario, and by Native', async () => {
    const app = { ...request(), combine_payer_info: { openid: OPENID }, trade_scenario: 'MINIPROGRAM' };
    expect(await api.post('/v3/combine-transactions/app', app)).toMatchObject({ status: 200, verified: true, json: { prepay_id: expect.stringMatching(/^wx/) } });
    expect(await api.post('/v3/combine-transactions/app', request())).toMatchObject({ status: 200, json: { prepay_id: expect.stringMatching(/^wx/) } });
    expect(await api.post('/v3/combine-transactions/native', request())).toMatchObject({ status: 200, verified: true, json: { code_url: expect.stringMatching(/^weixin:/) } });
  });

  it('close answers nothing, may be repeated, and an unknown number is not found', async () => {
    const body = { ...request(), combine_payer_info: { openid: OPENID } };
    await api.post('/v3/combine-transactions/jsapi', body);
    const close = () => api.post(`${path(body.combine_out_trade_no)}/close`, { combine_appid: body.combine_appid, sub_orders: named(body.sub_orders) });
    expect(await close()).toMatchObject({ status: 204, text: '', verified: true });
    expect((await api.get(path(body.combine_out_trade_no))).json.sub_orders.map((one: any) => one.trade_state)).toEqual(['CLOSED', 'CLOSED']);
    expect([204, 400]).toContain((await close()).status);
    expect((await api.get(path('no-such-number'))).json.code).toBe('ORDER_NOT_EXIST');
  });
});

describe('bills', () => {
  const download = async (link: string): Promise<{ status: number; bytes: Buffer; signed: boolean }> => {
    const url = new URL(link);
    const uri = url.pathname + url.search;
    const response = await fetch(link, { headers: { Authorization: authorization(known(), 'GET', uri, '') } });
    return { status: response.status, bytes: Buffer.from(await response.arrayBuffer()), signed: response.headers.has('wechatpay-signature') };
  };
  const rows = (text: string) => text.replace(/^\ufeff/, '').trim().split('\r\n');

  it('I-26 the trade bill of day T lists each payment and refund, sums up, matches its SHA1, plain and gzip', async () => {
    // Midnight in Shanghai, some days ahead, so that the day holds nothing but this test's orders.
    const start = Math.ceil((Date.now() + 8 * 3600_000) / DAY) * DAY - 8 * 3600_000 + 3 * DAY;
    const at = (ms: number) => clock(ms - Date.now());
    await at(start - 60_000);
    const before = order(known(), inbox.url);
    await api.post('/v3/pay/partner/transactions/jsapi', before);
    await call(running.url, '/sandbox/pay', { out_trade_no: before.out_trade_no });
    await at(start + 60_000);
    const body = order(known(), inbox.url, { attach: '含,逗号' });
    await api.post('/v3/pay/partner/transactions/jsapi', body);
    const { json } = await call(running.url, '/sandbox/pay', { out_trade_no: body.out_trade_no });
    const outRefundNo = number('ref');
    await api.post('/v3/refund/domestic/refunds', { sub_mchid: SUB_MCHID, transaction_id: json.transactions[0].transaction_id, out_refund_no: outRefundNo, amount: { refund: 2500, total: 10000, currency: 'CNY' } });
    const ask = (more = '') => api.get(`/v3/bill/tradebill?bill_date=${shanghaiDay(start)}${more}`);
    expect((await ask()).json.code).toBe('PARAM_ERROR');
    await at(start + DAY + 60_000);
    const offered = await ask();
    expect(offered).toMatchObject({ status: 200, verified: true, json: { hash_type: 'SHA1' } });
    const plain = await download(offered.json.download_url);
    expect(plain).toMatchObject({ status: 200, signed: false });
    expect(sha1(plain.bytes)).toBe(offered.json.hash_value);
    const lines = rows(plain.bytes.toString('utf8'));
    expect(lines[0]).toMatch(/^交易时间,公众账号ID,商户号,特约商户号,/);
    expect(lines).toHaveLength(5);
    const width = lines[0]!.split(',').length;
    for (const line of lines.slice(1, 3)) expect(line.split(',').every((cell) => cell.startsWith('`'))).toBe(true);
    expect(lines.slice(1, 3).map((line) => line.split(',').length)).toEqual([width, width]);
    expect(lines[1]).toContain(`\`${body.out_trade_no},\`${OPENID},\`JSAPI,\`SUCCESS,\`OTHERS,\`CNY,\`100.00`);
    expect(lines[2]).toContain(`\`${outRefundNo},\`25.00`);
    expect(lines[4]).toBe('`2,`100.00,`25.00,`0.00,`0.45000,`100.00,`25.00');
    const zipped = await ask('&tar_type=GZIP');
    expect(sha1(gunzipSync((await download(zipped.json.download_url)).bytes))).toBe(zipped.json.hash_value);
    expect((await download(`${offered.json.download_url}x`)).status).toBe(404);
    expect((await fetch(offered.json.download_url)).status).toBe(401);
    expect(rows((await download((await ask('&bill_type=REFUND')).json.download_url)).bytes.toString('utf8'))).toHaveLength(4);
    expect(await api.get('/v3/bill/tradebill?bill_date=2020-01-01')).toMatchObject({ status: 400 });
  });

  it('fund flow and profit sharing bills exist for a day with such money, else NO_STATEMENT_EXIST', async () => {
    const subMchid = '1900003001';
    await api.post('/v3/profitsharing/receivers/add', { sub_mchid: subMchid, appid: known().appid, type: 'MERCHANT_ID', account: known().spMchid, relation_type: 'SERVICE_PROVIDER' });
    await clock(20 * DAY);
    const day = shanghaiDay(running.sandbox.now());
    const body = order(known(), inbox.url, { sub_mchid: subMchid });
    await api.post('/v3/pay/partner/transactions/jsapi', body);
    const { json } = await call(running.url, '/sandbox/pay', { out_trade_no: body.out_trade_no });
    await clock(20 * DAY + 61_000);
    const shared = await api.post('/v3/profitsharing/orders', { sub_mchid: subMchid, appid: known().appid, transaction_id: json.transactions[0].transaction_id, out_order_no: number('spl'), unfreeze_unsplit: true, receivers: [{ type: 'MERCHANT_ID', account: known().spMchid, amount: 3000, description: '佣金' }] });
    expect(shared.status).toBe(200);
    await flush();
    await clock(22 * DAY);
    const finished = shanghaiDay(Date.now() + 20 * DAY + 61_000);
    for (const uri of [`/v3/bill/fundflowbill?bill_date=${finished}`, `/v3/profitsharing/bills?bill_date=${finished}&sub_mchid=${subMchid}`]) {
      const offered = await api.get(uri);
      expect(offered.json.download_url).toBeTruthy();
      expect(rows((await download(offered.json.download_url)).bytes.toString('utf8')).some((line) => line.includes('30.00'))).toBe(true);
    }
    expect(await api.get(`/v3/bill/fundflowbill?bill_date=${shanghaiDay(Date.now() + 10 * DAY)}`)).toMatchObject({ status: 400, json: { code: 'NO_STATEMENT_EXIST' } });
    expect(day <= finished).toBe(true);
  });
});

describe('platform keys', () => {
  it('F-32 certificates come sealed and readable by OpenSSL rules; after a rotation old and new are both valid', async () => {
    const fetchCertificates = async () => (await api.get('/v3/certificates')).json.data as any[];
    const read = (item: any) => new X509Certificate(openResource(known().apiV3Key, item.encrypt_certificate));
    const [old] = await fetchCertificates();
    const certificate = read(old);
    expect(certificate.serialNumber).toBe(old.serial_no);
    expect(certificate.verify(certificate.publicKey)).toBe(true);
    expect(certificate.publicKey.equals(createPublicKey(known().platformKeys[old.serial_no]!))).toBe(true);
    expect(new Date(certificate.validTo).getTime()).toBeGreaterThan(Date.now());

    const oldKnown = known();
    const { json } = await call(running.url, '/sandbox/rotate-keys', {});
    expect((await fetchCertificates()).map((item) => item.serial_no)).toEqual([old.serial_no, json.serial]);
    // Whoever names an old serial is still answered under it; who names none gets the new one.
    for (const [serial, expected] of [[old.serial_no, old.serial_no], [publicKeyId(oldKnown), publicKeyId(oldKnown)], [undefined, json.serial]] as const) {
      const uri = '/v3/certificates';
      const response = await fetch(running.url + uri, { headers: { Authorization: authorization(known(), 'GET', uri, ''), ...(serial ? { 'Wechatpay-Serial': serial } : {}) } });
      const text = await response.text();
      expect(response.headers.get('wechatpay-serial')).toBe(expected);
      expect(signatureHolds(known(), (name) => response.headers.get(name), text)).toBe(true);
    }
    const body = order(known(), inbox.url);
    await api.post('/v3/pay/partner/transactions/jsapi', body);
    await call(running.url, '/sandbox/pay', { out_trade_no: body.out_trade_no });
    await flush();
    expect(inbox.heard[0]).toMatchObject({ ok: true, headers: { 'wechatpay-serial': json.serial } });
    expect((await api.get('/v3/certificates', { 'Wechatpay-Serial': 'F'.repeat(40) })).json.code).toBe('PARAM_ERROR');
    await call(running.url, '/sandbox/rotate-keys', { activate: publicKeyId(oldKnown) });
  });
});

describe('restart', () => {
  it('keeps keys, orders, refunds in flight and undelivered notices; never a number twice', async () => {
    const dataDir = await mkdtemp(join(tmpdir(), 'sandbox-'));
    try {
      const first = await startSandbox({ quiet: true, dataDir, settings: { refundDelayMs: 60_000 } });
      const secrets = JSON.parse(await readFile(join(dataDir, 'credentials.json'), 'utf8'));
      expect(secrets).toEqual(first.credentials);
      const one = client(first.url, first.credentials);
      await call(first.url, '/sandbox/faults', { notices: { hold: true } });
      const bodies = [order(secrets, inbox.url), order(secrets, inbox.url)];
      for (const body of bodies) await one.post('/v3/pay/partner/transactions/jsapi', body);
      const paid = await call(first.url, '/sandbox/pay', { out_trade_no: bodies[0]!.out_trade_no });
      const outRefundNo = number('ref');
      await one.post('/v3/refund/domestic/refunds', { sub_mchid: SUB_MCHID, transaction_id: paid.json.transactions[0].transaction_id, out_refund_no: outRefundNo, notify_url: inbox.url, amount: { refund: 10, total: 10000, currency: 'CNY' } });
      await first.close();

      const elsewhere = await listen(() => secrets);
      const second = await startSandbox({ quiet: true, dataDir, notify: { sendTo: elsewhere.url } });
      const two = client(second.url, secrets);
      const found = await two.get(`/v3/pay/partner/transactions/out-trade-no/${bodies[0]!.out_trade_no}?sp_mchid=${secrets.spMchid}&sub_mchid=${SUB_MCHID}`);
      expect(found.json).toMatchObject({ trade_state: 'REFUND', transaction_id: paid.json.transactions[0].transaction_id });
      const again = await call(second.url, '/sandbox/pay', { out_trade_no: bodies[1]!.out_trade_no });
      expect(again.json.transactions[0].transaction_id).not.toBe(paid.json.transactions[0].transaction_id);
      await call(second.url, '/sandbox/flush', {});
      expect(elsewhere.heard.map(({ event }) => event.event_type).sort()).toEqual(['REFUND.SUCCESS', 'TRANSACTION.SUCCESS', 'TRANSACTION.SUCCESS']);
      expect(elsewhere.heard.every(({ ok }) => ok)).toBe(true);
      expect((await two.get(`/v3/refund/domestic/refunds/${outRefundNo}?sub_mchid=${SUB_MCHID}`)).json.status).toBe('SUCCESS');
      await second.close();
      await elsewhere.close();
    } finally {
      await rm(dataDir, { recursive: true, force: true });
    }
  });

  it('a port in use is one plain error', async () => {
    await expect(startSandbox({ quiet: true, port: running.port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
  });
});

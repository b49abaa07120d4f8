/** Refunds, profit sharing, transfers: the rules money follows on WeChat's side. */
import { constants, privateDecrypt, publicEncrypt } from 'node:crypto';
import { startSandbox, type RunningSandbox } from '../../functions/sandbox/server';
import { OPENID, SUB_MCHID, authorization, call, client, listen, number, order, publicKeyId } from './official-client';

let running: RunningSandbox;
let inbox: Awaited<ReturnType<typeof listen>>;
let api: ReturnType<typeof client>;
const known = () => running.credentials;
const MINUTE = 60_000;
const DAY = 86_400_000;
const flush = () => call(running.url, '/sandbox/flush', {});
const clock = (offsetMs: number) => call(running.url, '/sandbox/clock', { offsetMs });

interface Paid { body: ReturnType<typeof order>; transactionId: string }
const paid = async (more: Record<string, unknown> = {}): Promise<Paid> => {
  const body = order(known(), inbox.url, more);
  await api.post('/v3/pay/partner/transactions/jsapi', body);
  const { json } = await call(running.url, '/sandbox/pay', { out_trade_no: body.out_trade_no });
  return { body, transactionId: json.transactions[0].transaction_id };
};
const refund = (of: Paid, fen: number, more: Record<string, unknown> = {}) => api.post('/v3/refund/domestic/refunds', {
  sub_mchid: of.body.sub_mchid, transaction_id: of.transactionId, out_refund_no: number('ref'), notify_url: inbox.url,
  amount: { refund: fen, total: of.body.amount.total, currency: 'CNY' }, ...more,
});
const split = (of: Paid, fen: number, more: Record<string, unknown> = {}) => api.post('/v3/profitsharing/orders', {
  sub_mchid: of.body.sub_mchid, appid: known().appid, transaction_id: of.transactionId, out_order_no: number('spl'), unfreeze_unsplit: false,
  receivers: [{ type: 'MERCHANT_ID', account: known().spMchid, amount: fen, description: '佣金与返利' }], ...more,
});
const unfreeze = (of: Paid) => api.post('/v3/profitsharing/orders/unfreeze', { sub_mchid: of.body.sub_mchid, transaction_id: of.transactionId, out_order_no: number('unf'), description: '解冻' });
const unsplit = async (of: Paid) => (await api.get(`/v3/profitsharing/transactions/${of.transactionId}/amounts`)).json.unsplit_amount;
// Each case has a merchant number of its own, so that no other order's money can cover its refund.
let merchants = 1900001000;
const aMerchant = async (): Promise<string> => {
  const subMchid = String((merchants += 1));
  await api.post('/v3/profitsharing/receivers/add', { sub_mchid: subMchid, appid: known().appid, type: 'MERCHANT_ID', account: known().spMchid, relation_type: 'SERVICE_PROVIDER' });
  return subMchid;
};

beforeAll(async () => {
  running = await startSandbox({ quiet: true, settings: { retryScale: 0.005, refundDelayMs: 60_000, splitDelayMs: 60_000 } });
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

describe('refund', () => {
  it('PROCESSING, then SUCCESS with a notice; the query and the order say so', async () => {
    const of = await paid();
    const outRefundNo = number('ref');
    const first = await refund(of, 4000, { out_refund_no: outRefundNo });
    expect(first).toMatchObject({ status: 200, verified: true, json: { status: 'PROCESSING', out_refund_no: outRefundNo, transaction_id: of.transactionId, channel: 'ORIGINAL', amount: { total: 10000, refund: 4000, payer_refund: 4000, currency: 'CNY' } } });
    await flush();
    const heard = inbox.heard.find(({ event }) => event.event_type === 'REFUND.SUCCESS')!;
    expect(heard).toMatchObject({ ok: true, event: { resource: { original_type: 'refund' } }, clear: { sp_mchid: known().spMchid, sub_mchid: SUB_MCHID, out_refund_no: outRefundNo, refund_status: 'SUCCESS', amount: { total: 10000, refund: 4000 } } });
    const found = await api.get(`/v3/refund/domestic/refunds/${outRefundNo}?sub_mchid=${SUB_MCHID}`);
    expect(found.json).toMatchObject({ status: 'SUCCESS', refund_id: first.json.refund_id, success_time: expect.any(String) });
    const seen = await api.get(`/v3/pay/partner/transactions/id/${of.transactionId}?sp_mchid=${known().spMchid}&sub_mchid=${SUB_MCHID}`);
    expect(seen.json.trade_state).toBe('REFUND');
  });

  it('F-27 the same number again is the same refund; with another amount it is refused', async () => {
    const of = await paid();
    const outRefundNo = number('ref');
    const first = await refund(of, 1000, { out_refund_no: outRefundNo });
    expect((await refund(of, 1000, { out_refund_no: outRefundNo })).json.refund_id).toBe(first.json.refund_id);
    expect(await refund(of, 1001, { out_refund_no: outRefundNo })).toMatchObject({ status: 400, json: { code: 'INVALID_REQUEST' } });
    const other = await paid();
    expect((await refund(other, 1000, { out_refund_no: outRefundNo })).json.code).toBe('INVALID_REQUEST');
  });

  it('F-08 timeoutAfterAccept: the refund exists once, the retry with the same number finds it', async () => {
    const of = await paid();
    await call(running.url, '/sandbox/faults', { endpoint: 'refund', fault: 'timeoutAfterAccept', times: 1 });
    const body = JSON.stringify({ sub_mchid: SUB_MCHID, transaction_id: of.transactionId, out_refund_no: number('ref'), amount: { refund: 10000, total: 10000, currency: 'CNY' } });
    const uri = '/v3/refund/domestic/refunds';
    await expect(fetch(running.url + uri, { method: 'POST', body, signal: AbortSignal.timeout(200), headers: { Authorization: authorization(known(), 'POST', uri, body) } })).rejects.toThrow();
    expect((await api.post(uri, body)).json.status).toBe('PROCESSING');
    expect((await refund(of, 1)).json).toMatchObject({ code: 'INVALID_REQUEST', message: '订单已全额退款' });
  });

  it('never more than paid, never against another total, never for an unpaid order, at most 50 parts, within a year', async () => {
    const of = await paid();
    expect((await refund(of, 10001)).json.code).toBe('INVALID_REQUEST');
    expect((await refund(of, 100, { amount: { refund: 100, total: 9999, currency: 'CNY' } })).json.code).toBe('INVALID_REQUEST');
    for (let i = 0; i < 50; i += 1) expect((await refund(of, 10)).status).toBe(200);
    expect((await refund(of, 10)).json.message).toContain('50');
    const unpaid = order(known(), inbox.url);
    await api.post('/v3/pay/partner/transactions/jsapi', unpaid);
    expect(await api.post('/v3/refund/domestic/refunds', { sub_mchid: SUB_MCHID, out_trade_no: unpaid.out_trade_no, out_refund_no: number('ref'), amount: { refund: 1, total: 10000, currency: 'CNY' } })).toMatchObject({ status: 404, json: { code: 'RESOURCE_NOT_EXISTS' } });
    const old = await paid({ settle_info: { profit_sharing: false } });
    await clock(366 * DAY);
    expect((await refund(old, 100)).json.code).toBe('INVALID_REQUEST');
  });

  it('ABNORMAL and CLOSED notify; CLOSED gives the room back', async () => {
    const of = await paid();
    const [abnormal, closed] = [number('ref'), number('ref')];
    await refund(of, 4000, { out_refund_no: abnormal });
    await refund(of, 6000, { out_refund_no: closed });
    expect((await refund(of, 1)).status).toBe(400);
    expect((await call(running.url, `/sandbox/refunds/${abnormal}/abnormal`, {})).status).toBe(200);
    expect((await call(running.url, `/sandbox/refunds/${closed}/close`, {})).status).toBe(200);
    await flush();
    expect(inbox.heard.map(({ event }) => event.event_type)).toEqual(expect.arrayContaining(['REFUND.ABNORMAL', 'REFUND.CLOSED']));
    expect((await refund(of, 6000)).status).toBe(200);
  });
});

describe('profit sharing', () => {
  it('flagged orders only, one minute after payment, receivers first, within the 30 % cap', async () => {
    const sub_mchid = await aMerchant();
    const plain = await paid({ sub_mchid, settle_info: { profit_sharing: false } });
    const of = await paid({ sub_mchid });
    expect((await split(of, 3000)).json).toMatchObject({ code: 'INVALID_REQUEST', message: '订单处理中，请稍后重试' });
    await clock(MINUTE + 1000);
    expect((await split(plain, 1)).json.message).toBe('非分账订单不支持分账');
    expect((await split(of, 3001)).json).toMatchObject({ code: 'RULE_LIMIT' });
    const stranger = [{ type: 'MERCHANT_ID', account: '1900009999', amount: 1, description: '谁' }];
    expect((await split(of, 1, { receivers: stranger })).json.message).toContain('分账接收方关系不存在');
    expect(await split(of, 2000)).toMatchObject({ status: 200, verified: true, json: { state: 'PROCESSING', receivers: [{ result: 'PENDING' }] } });
    expect((await split(of, 1001)).json.code).toBe('RULE_LIMIT');
    expect((await split(of, 1000)).status).toBe(200);
    expect(await unsplit(of)).toBe(10000 - 60 - 3000);
    expect((await api.get(`/v3/profitsharing/merchant-configs/${sub_mchid}`)).json).toEqual({ sub_mchid, max_ratio: 3000 });
  });

  it('finishes later, is found by query, is idempotent, and pays us; the rest unfreezes to the merchant', async () => {
    const of = await paid({ sub_mchid: await aMerchant() });
    await clock(MINUTE + 1000);
    const outOrderNo = number('spl');
    const first = await split(of, 3000, { out_order_no: outOrderNo });
    expect((await split(of, 3000, { out_order_no: outOrderNo })).json.order_id).toBe(first.json.order_id);
    expect((await split(of, 2999, { out_order_no: outOrderNo })).json.message).toBe('分账接收方与原请求不一致');
    const before = (await call(running.url, '/sandbox/state?table=balance')).json.balance.find((one: any) => one.key === known().spMchid)?.availableFen ?? 100_000_000;
    await flush();
    const found = await api.get(`/v3/profitsharing/orders/${outOrderNo}?sub_mchid=${of.body.sub_mchid}&transaction_id=${of.transactionId}`);
    expect(found.json).toMatchObject({ state: 'FINISHED', receivers: [{ amount: 3000, result: 'SUCCESS', account: known().spMchid }] });
    const after = (await call(running.url, '/sandbox/state?table=balance')).json.balance;
    expect(after.find((one: any) => one.key === known().spMchid).availableFen - before).toBe(3000);
    expect((await unfreeze(of)).json.receivers[0]).toMatchObject({ account: of.body.sub_mchid, amount: 6940 });
    expect(await unsplit(of)).toBe(0);
    expect((await split(of, 1)).json.message).toBe('订单已完结分账，不支持分账');
    await flush();
    const end = (await call(running.url, '/sandbox/state?table=balance')).json.balance;
    expect(end.find((one: any) => one.key === of.body.sub_mchid).availableFen).toBe(6940);
  });

  it('a receiver\'s name travels sealed: comes back under the merchant\'s key, and sealed anew is the same request', async () => {
    const of = await paid({ sub_mchid: await aMerchant() });
    await clock(MINUTE + 1000);
    const padding = { padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
    const seal = (name: string) => publicEncrypt({ key: known().platformKeys[publicKeyId(known())]!, ...padding }, Buffer.from(name)).toString('base64');
    const who = { type: 'MERCHANT_ID', account: known().spMchid };
    const added = await api.post('/v3/profitsharing/receivers/add', { sub_mchid: of.body.sub_mchid, appid: known().appid, ...who, name: seal('平台公司'), relation_type: 'SERVICE_PROVIDER' });
    expect(privateDecrypt({ key: known().merchantPrivateKeyPem, ...padding }, Buffer.from(added.json.name, 'base64')).toString()).toBe('平台公司');

    const outOrderNo = number('spl');
    const named = (name: string) => split(of, 100, { out_order_no: outOrderNo, receivers: [{ ...who, name, amount: 100, description: '佣金' }] });
    const first = await named(seal('平台公司'));
    expect(first.status).toBe(200);
    expect((await named(seal('平台公司'))).json).toEqual(first.json);
    expect((await named(seal('别的公司'))).json.message).toBe('分账接收方与原请求不一致');
    expect((await named('clear text')).json.detail.field).toBe('/body/receivers/0/name');
  });

  it('unfreezes by itself after 180 days, and no split is possible then', async () => {
    const of = await paid({ sub_mchid: await aMerchant() });
    await clock(180 * DAY - MINUTE);
    expect(await unsplit(of)).toBe(9940);
    await clock(180 * DAY + MINUTE);
    expect(await unsplit(of)).toBe(0);
    expect((await split(of, 1)).status).toBe(400);
  });

  it('a refund of a split order needs the return first where the unsplit money does not suffice', async () => {
    const of = await paid({ sub_mchid: await aMerchant() });
    await clock(MINUTE + 1000);
    const outOrderNo = number('spl');
    await split(of, 3000, { out_order_no: outOrderNo });
    await flush();
    expect(await refund(of, 10000)).toMatchObject({ status: 403, json: { code: 'NOT_ENOUGH' } });
    await unfreeze(of);
    await flush();
    expect(await refund(of, 10000)).toMatchObject({ status: 403, json: { code: 'NOT_ENOUGH' } });
    const back = { sub_mchid: of.body.sub_mchid, out_order_no: outOrderNo, out_return_no: number('ret'), return_mchid: known().spMchid, amount: 3000, description: '退款回退' };
    expect((await api.post('/v3/profitsharing/return-orders', { ...back, amount: 3001 })).json.code).toBe('NOT_ENOUGH');
    const returned = await api.post('/v3/profitsharing/return-orders', back);
    expect(returned).toMatchObject({ status: 200, verified: true, json: { result: 'SUCCESS', amount: 3000, return_mchid: known().spMchid } });
    expect((await api.post('/v3/profitsharing/return-orders', back)).json.return_id).toBe(returned.json.return_id);
    expect((await api.post('/v3/profitsharing/return-orders', { ...back, out_return_no: number('ret'), amount: 1 })).json.code).toBe('NOT_ENOUGH');
    const asked = await api.get(`/v3/profitsharing/return-orders/${back.out_return_no}?sub_mchid=${back.sub_mchid}&out_order_no=${outOrderNo}`);
    expect(asked.json).toEqual(returned.json);
    expect((await refund(of, 10000)).status).toBe(200);
  });

  it('unfreeze_unsplit pays the rest in the same call; after a part refund less can be split', async () => {
    const of = await paid({ sub_mchid: await aMerchant() });
    await clock(MINUTE + 1000);
    await refund(of, 9000);
    expect(await unsplit(of)).toBe(994);
    expect((await split(of, 1000)).json.code).toBe('NOT_ENOUGH');
    expect((await split(of, 100, { unfreeze_unsplit: true })).json.receivers).toHaveLength(2);
    expect(await unsplit(of)).toBe(0);
  });

  it('电商收付通 paths: split, finish, return, subsidy', async () => {
    const sub_mchid = await aMerchant();
    await api.post('/v3/ecommerce/profitsharing/receivers/add', { appid: known().appid, type: 'MERCHANT_ID', account: known().spMchid, relation_type: 'PLATFORM' });
    const of = await paid({ sub_mchid, settle_info: { profit_sharing: true, subsidy_amount: 500 } });
    await clock(MINUTE + 1000);
    const base = { sub_mchid, transaction_id: of.transactionId };
    const subsidy = await api.post('/v3/ecommerce/subsidies/create', { ...base, amount: 500, description: '平台券', out_subsidy_no: number('sub') });
    expect(subsidy.json).toMatchObject({ result: 'SUCCESS', amount: 500 });
    expect(await unsplit(of)).toBe(10440);
    const outOrderNo = number('spl');
    const receivers = [{ type: 'MERCHANT_ID', receiver_account: known().spMchid, amount: 2000, description: '佣金' }];
    expect((await api.post('/v3/ecommerce/profitsharing/orders', { ...base, appid: known().appid, out_order_no: outOrderNo, receivers, finish: false })).json).toMatchObject({ status: 'PROCESSING' });
    await flush();
    expect((await api.get(`/v3/ecommerce/profitsharing/orders?sub_mchid=${sub_mchid}&transaction_id=${of.transactionId}&out_order_no=${outOrderNo}`)).json).toMatchObject({ status: 'FINISHED', receivers: [{ receiver_account: known().spMchid, result: 'SUCCESS' }] });
    expect((await api.post('/v3/ecommerce/profitsharing/finish-order', { ...base, out_order_no: number('fin'), description: '完结' })).json).toMatchObject({ order_id: expect.any(String) });
    expect((await api.post('/v3/ecommerce/profitsharing/returnorders', { sub_mchid, out_order_no: outOrderNo, out_return_no: number('ret'), return_mchid: known().spMchid, amount: 2000, description: '回退' })).json.result).toBe('SUCCESS');
    await flush();
    expect((await api.post('/v3/ecommerce/refunds/apply', { sub_mchid, sp_appid: known().appid, transaction_id: of.transactionId, out_refund_no: number('ref'), notify_url: inbox.url, amount: { refund: 10000, total: 10000, currency: 'CNY' } })).json).toMatchObject({ refund_id: expect.any(String) });
  });
});

describe('subsidy 补差', () => {
  let minutes = 10;
  const announced = async (subsidy_amount: number) => {
    const of = await paid({ sub_mchid: await aMerchant(), settle_info: { profit_sharing: true, ...(subsidy_amount > 0 ? { subsidy_amount } : {}) } });
    await clock((minutes += 2) * MINUTE);
    return { of, base: { sub_mchid: of.body.sub_mchid, transaction_id: of.transactionId } };
  };
  const create = (base: object, amount: number, out_subsidy_no = number('sub')) => api.post('/v3/ecommerce/subsidies/create', { ...base, amount, description: '平台券', out_subsidy_no });

  it('only what was announced, once for an order; the same number again is the same one; before it no split', async () => {
    const { of, base } = await announced(500);
    expect((await split(of, 100)).json).toMatchObject({ code: 'INVALID_REQUEST' });
    expect((await create(base, 501)).json).toMatchObject({ code: 'INVALID_REQUEST' });
    expect((await create(base, 499)).json).toMatchObject({ code: 'INVALID_REQUEST' });
    const out = number('sub');
    const first = await create(base, 500, out);
    expect(first.json).toMatchObject({ result: 'SUCCESS', amount: 500 });
    expect((await create(base, 500, out)).json).toEqual(first.json);
    expect((await create(base, 500)).json).toMatchObject({ code: 'INVALID_REQUEST' });
    expect(await unsplit(of)).toBe(10440);
    const plain = await announced(0);
    expect((await create(plain.base, 1)).json).toMatchObject({ code: 'INVALID_REQUEST' });
  });

  it('less, or none, after a refund; back once for each refund', async () => {
    const { of, base } = await announced(500);
    expect((await api.post('/v3/ecommerce/subsidies/cancel', { ...base, description: '不补' })).json).toMatchObject({ code: 'INVALID_REQUEST' });
    const { json } = await refund(of, 5_000);
    expect((await create(base, 250)).json).toMatchObject({ result: 'SUCCESS', amount: 250 });
    const back = (refund_id: string | undefined, amount: number) => api.post('/v3/ecommerce/subsidies/return', { ...base, amount, description: '退回', out_order_no: number('sbr'), ...(refund_id ? { refund_id } : {}) });
    expect((await back(undefined, 100)).json).toMatchObject({ code: 'INVALID_REQUEST' });
    expect((await back(json.refund_id, 300)).json).toMatchObject({ code: 'NOT_ENOUGH' });
    expect((await back(json.refund_id, 100)).json).toMatchObject({ result: 'SUCCESS', amount: 100 });
    expect((await back(json.refund_id, 100)).json).toMatchObject({ code: 'INVALID_REQUEST' });
    const other = await announced(500);
    await refund(other.of, 5_000);
    expect((await api.post('/v3/ecommerce/subsidies/cancel', { ...other.base, description: '不补' })).json).toMatchObject({ result: 'SUCCESS' });
    expect((await split(other.of, 100)).json).toMatchObject({ state: 'PROCESSING' });
  });
});

describe('merchant transfer', () => {
  const transfer = (more: Record<string, unknown> = {}) => api.post('/v3/fund-app/mch-transfer/transfer-bills', bill(more));
  const bill = (more: Record<string, unknown> = {}) => ({
    appid: known().appid, out_bill_no: number('wd').replace(/_/g, ''), transfer_scene_id: '1005', openid: OPENID, transfer_amount: 500, transfer_remark: '返利提现', notify_url: inbox.url,
    transfer_scene_report_infos: [{ info_type: '岗位类型', info_content: '推广员' }, { info_type: '报酬说明', info_content: '到店返利' }], ...more,
  });
  const state = async (outBillNo: string) => (await api.get(`/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/${outBillNo}`)).json;

  it('waits for the person, who confirms: SUCCESS and a notice', async () => {
    const made = await transfer();
    expect(made).toMatchObject({ status: 200, verified: true, json: { state: 'WAIT_USER_CONFIRM', package_info: expect.any(String), transfer_bill_no: expect.any(String) } });
    await call(running.url, `/sandbox/transfers/${made.json.out_bill_no}/cancel`, {});
    expect((await state(made.json.out_bill_no)).state).toBe('WAIT_USER_CONFIRM');
    await call(running.url, `/sandbox/transfers/${made.json.out_bill_no}/confirm`, {});
    await flush();
    expect(inbox.heard.find(({ event }) => event.event_type === 'MCHTRANSFER.BILL.FINISHED')).toMatchObject({
      ok: true, event: { resource: { original_type: 'mch_payment' } }, clear: { out_bill_no: made.json.out_bill_no, state: 'SUCCESS', transfer_amount: 500, openid: OPENID },
    });
    expect((await call(running.url, `/sandbox/transfers/${made.json.out_bill_no}/confirm`, {})).status).toBe(400);
  });

  it('F-27 the same out_bill_no is the same bill; changed content is refused; letters and digits only', async () => {
    const body = bill();
    const first = await api.post('/v3/fund-app/mch-transfer/transfer-bills', body);
    expect((await api.post('/v3/fund-app/mch-transfer/transfer-bills', body)).json).toEqual(first.json);
    expect((await api.post('/v3/fund-app/mch-transfer/transfer-bills', { ...body, transfer_amount: 501 })).json.code).toBe('INVALID_REQUEST');
    expect((await transfer({ out_bill_no: 'wd_1' })).json.detail.field).toBe('/body/out_bill_no');
  });

  it('at least 0.1 yuan, a name from 2,000 yuan on (encrypted with the key named in Wechatpay-Serial), and the scene report', async () => {
    expect((await transfer({ transfer_amount: 9 })).json.code).toBe('PARAM_ERROR');
    expect((await transfer({ transfer_amount: 200_000 })).json.detail.field).toBe('/body/user_name');
    const key = { key: known().platformKeys[publicKeyId(known())]!, padding: constants.RSA_PKCS1_OAEP_PADDING, oaepHash: 'sha1' };
    const seal = () => publicEncrypt(key, Buffer.from('王小明')).toString('base64');
    const body = bill({ transfer_amount: 200_000 });
    const path = '/v3/fund-app/mch-transfer/transfer-bills';
    const first = await api.post(path, { ...body, user_name: seal() });
    expect(first.status).toBe(200);
    // OAEP gives another ciphertext each time; the name inside is the same, so it is the same request.
    expect((await api.post(path, { ...body, user_name: seal() })).json).toEqual(first.json);
    expect((await transfer({ transfer_amount: 200_000, user_name: 'clear text' })).json.detail.field).toBe('/body/user_name');
    expect((await transfer({ transfer_scene_report_infos: [{ info_type: '活动名称', info_content: '推广' }] })).json.message).toContain('报备信息');
  });

  it('unconfirmed for 24 hours: FAIL, noticed, and the money is back', async () => {
    await call(running.url, '/sandbox/balance', { mchid: known().spMchid, availableFen: 600 });
    const made = await transfer();
    expect((await transfer()).json.code).toBe('NOT_ENOUGH');
    await clock(DAY - MINUTE);
    expect((await state(made.json.out_bill_no)).state).toBe('WAIT_USER_CONFIRM');
    await clock(DAY + MINUTE);
    expect(await state(made.json.out_bill_no)).toMatchObject({ state: 'FAIL', fail_reason: 'OVERDUE_CLOSE' });
    await flush();
    expect(inbox.heard.at(-1)!.clear).toMatchObject({ state: 'FAIL' });
    expect((await transfer()).status).toBe(200);
    await call(running.url, '/sandbox/balance', { mchid: known().spMchid, availableFen: 100_000_000 });
  });

  it('cancel by the merchant: CANCELING, then CANCELLED; not after the person confirmed', async () => {
    const made = await transfer();
    const cancel = (no: string) => api.post(`/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/${no}/cancel`, '');
    expect((await cancel(made.json.out_bill_no)).json.state).toBe('CANCELING');
    await flush();
    expect((await state(made.json.out_bill_no)).state).toBe('CANCELLED');
    const second = await transfer();
    await call(running.url, `/sandbox/transfers/${second.json.out_bill_no}/confirm`, {});
    expect((await cancel(second.json.out_bill_no)).json.code).toBe('INVALID_REQUEST');
    expect((await state('nothing')).code).toBe('NOT_FOUND');
  });
});

/** wechatpay-axios-plugin, a published third-party client, works against the stand-in with only host and keys changed. */
import { Formatter, Rsa, Wechatpay } from 'wechatpay-axios-plugin';
import { startSandbox, type RunningSandbox } from '../../functions/sandbox/server';
import { SUB_MCHID, call, order } from './official-client';

let running: RunningSandbox;
const wxpay = (more: Record<string, unknown> = {}): any => {
  const { credentials } = running;
  return new Wechatpay({
    mchid: credentials.spMchid, serial: credentials.merchantSerial, privateKey: credentials.merchantPrivateKeyPem, certs: { ...credentials.platformKeys }, baseURL: `${running.url}/`, ...more,
  } as any);
};

beforeAll(async () => {
  running = await startSandbox({ quiet: true });
});
afterAll(() => running.close());

it('orders, queries, closes and refunds through its chained calls', async () => {
  const client = wxpay();
  const body = order(running.credentials, 'http://127.0.0.1:9/notify');
  const { data } = await client.v3.pay.partner.transactions.jsapi.post(body);
  expect(data.prepay_id).toMatch(/^wx/);
  const params = { sp_mchid: running.credentials.spMchid, sub_mchid: SUB_MCHID };
  const found = await client.v3.pay.partner.transactions.outTradeNo.$out_trade_no$.get({ params, out_trade_no: body.out_trade_no });
  expect(found.data.trade_state).toBe('NOTPAY');
  const closing = order(running.credentials, 'http://127.0.0.1:9/notify');
  await client.v3.pay.partner.transactions.jsapi.post(closing);
  expect((await client.v3.pay.partner.transactions.outTradeNo.$out_trade_no$.close.post(params, { out_trade_no: closing.out_trade_no })).status).toBe(204);
  const paid = await call(running.url, '/sandbox/pay', { prepay_id: data.prepay_id });
  const refund = await client.v3.refund.domestic.refunds.post({ sub_mchid: SUB_MCHID, transaction_id: paid.json.transactions[0].transaction_id, out_refund_no: 'plugin_1', amount: { refund: 10000, total: 10000, currency: 'CNY' } });
  expect(refund.data.status).toBe('PROCESSING');
});

it('its verifier refuses an answer under an unknown platform key, and it shows our refusals', async () => {
  const foreign = { [Object.keys(running.credentials.platformKeys)[1]!]: Object.values(running.credentials.platformKeys)[1]! };
  await expect(wxpay({ certs: foreign }).v3.pay.partner.transactions.jsapi.post(order(running.credentials, 'http://127.0.0.1:9/n'))).rejects.toMatchObject({ code: 'EV3_RES_HEADER_PLATFORM_SERIAL' });
  await expect(wxpay().v3.pay.partner.transactions.jsapi.post({})).rejects.toMatchObject({ response: { status: 400, data: { code: 'PARAM_ERROR' } } });
  await expect(wxpay({ mchid: '1900000000' }).v3.certificates.get()).rejects.toMatchObject({ response: { status: 401, data: { code: 'SIGN_ERROR' } } });
});

it('its helpers make the same Authorization the stand-in accepts', async () => {
  const { credentials } = running;
  const [nonce, at] = [Formatter.nonce(), Formatter.timestamp()];
  const signature = Rsa.sign(Formatter.request('GET', '/v3/certificates', at, nonce, ''), credentials.merchantPrivateKeyPem);
  const response = await fetch(`${running.url}/v3/certificates`, { headers: { Authorization: Formatter.authorization(credentials.spMchid, nonce, signature, String(at), credentials.merchantSerial) } });
  expect(response.status).toBe(200);
});

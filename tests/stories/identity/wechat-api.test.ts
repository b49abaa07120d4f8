/** The mini-program server API against the running stand-in: signing in, the token's life, and what failures mean. A-21, F-27. */
import { createCipheriv, randomBytes } from 'node:crypto';
import type http from 'node:http';
import { sendSms } from '../../../functions/identity/sms';
import { wechatApi } from '../../../functions/identity/wechat-api';
import { wechatPay } from '../../../functions/payments/wechat-pay';
import { type FarSide, startFarSide, startInbox } from '../../support/wechat';

let far: FarSide;
const api = () => wechatApi(far.config);
beforeAll(async () => { far = await startFarSide(); });
beforeEach(() => far.control('faults', { reset: true }));
afterAll(() => far.close());

describe('signing in', () => {
  test('a login code gives openid and session key, once', async () => {
    const { code, openid } = await far.control<{ code: string; openid: string }>('wx/login', { user: 'ming' });
    const session = await api().session(code);
    expect(session).toMatchObject({ openid, sessionKey: expect.any(String) });
    expect(Buffer.from(session.sessionKey, 'base64')).toHaveLength(16);
    await expect(api().session(code)).rejects.toMatchObject({ name: 'ProviderRefused', code: '40163' });
    await expect(api().session('nonsense')).rejects.toMatchObject({ name: 'ProviderRefused', code: '40029' });
  });

  test('a phone code gives the number, once', async () => {
    const { code } = await far.control<{ code: string }>('wx/phone', { phone: '13800138000' });
    expect(await api().phoneNumber(code)).toBe('13800138000');
    await expect(api().phoneNumber(code)).rejects.toMatchObject({ name: 'ProviderRefused' });
  });

  test('a group is read with the session key of the person who opened the share, and only for our app', async () => {
    const { code } = await far.control<{ code: string }>('wx/login', { user: 'ming' });
    const { sessionKey } = await api().session(code);
    const { encryptedData, iv } = await far.control<{ encryptedData: string; iv: string }>('wx/group', { user: 'ming', opengid: 'tGgroup1' });
    expect(api().openGroup(sessionKey, encryptedData, iv)).toBe('tGgroup1');
    const elder = await far.control<{ encryptedData: string; iv: string }>('wx/group', { user: 'ming', opengid: 'tGgroup1', by: 'getShareInfo' });
    expect(api().openGroup(sessionKey, elder.encryptedData, elder.iv)).toBe('tGgroup1');
    const otherApp = wechatApi({ ...far.config, appid: 'wx0000000000000000' });
    expect(() => otherApp.openGroup(sessionKey, encryptedData, iv)).toThrow(/another app/);
    expect(() => api().openGroup(randomBytes(16).toString('base64'), encryptedData, iv)).toThrow(/OPEN_DATA/);
    expect(() => api().openGroup('short', encryptedData, iv)).toThrow(/OPEN_DATA/);
  });

  test('data without a watermark is refused', () => {
    const key = randomBytes(16);
    const cipher = createCipheriv('aes-128-cbc', key, key);
    const data = cipher.update(JSON.stringify({ openGId: 'tG' }), 'utf8', 'base64') + cipher.final('base64');
    expect(() => api().openGroup(key.toString('base64'), data, key.toString('base64'))).toThrow(/another app/);
  });

  test('a text message goes to the gateway with its token; a refusal is temporary', async () => {
    await sendSms(far.config, '13800138000', '验证码 123456');
    const inbox = (await (await fetch(`${far.url}/sandbox/sms.json?phone=13800138000`)).json()) as { messages: { text: string }[] };
    expect(inbox.messages[0]!.text).toBe('验证码 123456');
    await expect(sendSms({ ...far.config, smsToken: 'wrong' }, '13800138000', 'x')).rejects.toMatchObject({ name: 'Unavailable', kind: 'BUSY' });
    await expect(sendSms({ smsUrl: 'http://127.0.0.1:1/', smsToken: '' }, '13800138000', 'x')).rejects.toMatchObject({ name: 'Unavailable' });
  });
});

describe('reaching and checking people', () => {
  const login = async (user: string) => (await far.control<{ openid: string }>('wx/login', { user })).openid;

  test('a mini-program code is a picture, a URL Link an address', async () => {
    const png = await api().miniCode({ scene: 's=abc123', page: 'pages/deal/index' });
    expect(png.subarray(1, 4).toString()).toBe('PNG');
    expect(await api().urlLink({ path: 'pages/deal/index', query: 's=abc123', expiresInDays: 30 })).toMatch(/^https?:\/\//);
  });

  test('one consent is one message', async () => {
    const openid = await login('hong');
    const message = { openid, templateId: 'tpl_paid', page: 'pages/order/index', data: { thing1: '双人下午茶' } };
    expect(await api().sendSubscribe(message)).toBe('no_consent');
    await far.control('wx/subscribe', { openid, template_ids: ['tpl_paid'] });
    expect(await api().sendSubscribe(message)).toBe('sent');
    expect(await api().sendSubscribe(message)).toBe('no_consent');
  });

  test('texts and pictures are checked, and a risk is ranked', async () => {
    const openid = await login('hong');
    expect(await api().checkText({ openid, scene: 1, text: '小红' })).toBe('pass');
    expect(await api().checkMedia({ openid, scene: 1, mediaUrl: 'https://juke.example/media/1' })).toEqual({ traceId: expect.any(String) });
    await far.control('wx/risk', { user: 'hong', riskRank: 3 });
    expect(await api().riskRank({ openid, scene: 1, clientIp: '127.0.0.1' })).toBe(3);
  });

  test('a paid order is shipped once and again', async () => {
    const openid = await login('hong');
    const paymentId = 'pay_shipping0001';
    const pay = wechatPay(far.config);
    const order = { paymentId, subMchid: '1900000109', amountFen: 100, description: '茶', openid, expiresAtMs: Date.now() + 900_000, notifyUrl: 'http://127.0.0.1:1/n' };
    const shipping = { transactionId: '4200000000000000000000000000', type: 'pick_up' as const, description: '茶 ×1', openid };
    await expect(api().uploadShipping(shipping)).rejects.toMatchObject({ name: 'Unavailable' });
    await pay.prepareJsapi(order);
    await far.control('pay', { out_trade_no: paymentId, openid });
    const { transactionId } = (await pay.findPayment(paymentId, '1900000109'))!;
    for (let i = 0; i < 3; i += 1) await api().uploadShipping({ ...shipping, transactionId });
    expect(await far.control<object>('wx/confirm-receipt', { transaction_id: transactionId })).toEqual({ order_state: 3 });
  });
});

describe('limits that WeChat would refuse', () => {
  test.each(['', 's'.repeat(33), 'a b', '中文', 'a%b'])('scene %j is refused before any call', async (scene) => {
    await expect(api().miniCode({ scene, page: 'pages/deal/index' })).rejects.toBeInstanceOf(TypeError);
  });
  test.each([0, 31, 1.5])('a URL Link of %d days is refused before any call', async (expiresInDays) => {
    await expect(api().urlLink({ path: 'pages/deal/index', query: 's=1', expiresInDays })).rejects.toBeInstanceOf(TypeError);
  });
});

describe('the access token and failures, against a scripted WeChat', () => {
  type Script = (path: string, body: Record<string, unknown>, query: URLSearchParams) => object | number;
  const running: { close(): Promise<void> }[] = [];
  afterEach(async () => { await Promise.all(running.splice(0).map((r) => r.close())); });

  async function scripted(script: Script) {
    const calls: { path: string; body: Record<string, unknown>; token: string | null }[] = [];
    const inbox = await startInbox((request, response) => {
      const url = new URL(request.url!, 'http://x');
      const raw = inbox.seen.at(-1)!.body.toString();
      const body = (raw ? JSON.parse(raw) : {}) as Record<string, unknown>;
      calls.push({ path: url.pathname, body, token: url.searchParams.get('access_token') });
      reply(response, script(url.pathname, body, url.searchParams));
    });
    running.push(inbox);
    return { calls, api: wechatApi({ ...far.config, apiBaseUrl: inbox.url }), tokenCalls: () => calls.filter((c) => c.path === '/cgi-bin/stable_token') };
  }
  const reply = (response: http.ServerResponse, answer: object | number) =>
    typeof answer === 'number' ? response.writeHead(answer).end('oops') : response.writeHead(200, { 'content-type': 'text/plain' }).end(JSON.stringify(answer));
  const risk = { openid: 'o1', scene: 1 as const, clientIp: '127.0.0.1' };

  test('many calls at once fetch one token, and it is kept', async () => {
    const wx = await scripted((path) => (path === '/cgi-bin/stable_token' ? { access_token: 't1', expires_in: 7200 } : { errcode: 0, risk_rank: 2 }));
    expect(await Promise.all([1, 2, 3, 4].map(() => wx.api.riskRank(risk)))).toEqual([2, 2, 2, 2]);
    await wx.api.riskRank(risk);
    expect(wx.tokenCalls()).toHaveLength(1);
  });

  test('a token about to expire is renewed early', async () => {
    const wx = await scripted((path) => (path === '/cgi-bin/stable_token' ? { access_token: 't1', expires_in: 299 } : { errcode: 0, risk_rank: 0 }));
    await wx.api.riskRank(risk);
    await wx.api.riskRank(risk);
    expect(wx.tokenCalls()).toHaveLength(2);
  });

  test.each([40001, 42001])('%i: once more with a new token; the same token again is replaced by force', async (errcode) => {
    const wx = await scripted((path, body, query) => {
      if (path === '/cgi-bin/stable_token') return { access_token: body.force_refresh ? 'new' : 'old', expires_in: 7200 };
      return query.get('access_token') === 'new' ? { errcode: 0, risk_rank: 4 } : { errcode, errmsg: 'invalid credential' };
    });
    expect(await wx.api.riskRank(risk)).toBe(4);
    expect(wx.tokenCalls().map((c) => c.body.force_refresh)).toEqual([false, false, true]);
  });

  test('a token that stays refused is not asked for for ever', async () => {
    const wx = await scripted((path) => (path === '/cgi-bin/stable_token' ? { access_token: 't', expires_in: 7200 } : { errcode: 40001, errmsg: 'no' }));
    await expect(wx.api.riskRank(risk)).rejects.toMatchObject({ name: 'ProviderRefused', code: '40001' });
    expect(wx.calls.filter((c) => c.path !== '/cgi-bin/stable_token')).toHaveLength(2);
  });

  test.each<[string, object | number]>([
    ['system busy', { errcode: -1, errmsg: 'system error' }], ['too often', { errcode: 45011 }], ['HTTP 502', 502], ['no object', [] as object],
  ])('F-27 %s may be tried again', async (_, answer) => {
    const wx = await scripted((path) => (path === '/cgi-bin/stable_token' ? { access_token: 't', expires_in: 7200 } : answer));
    const call = wx.api.riskRank(risk);
    await expect(call).rejects.toMatchObject(Array.isArray(answer) ? { code: 'SHAPE' } : { name: 'Unavailable', kind: 'PROVIDER_DOWN' });
  });

  test('a subscribe message: sent, and no consent told apart from failure', async () => {
    let errcode = 0;
    const wx = await scripted((path) => (path === '/cgi-bin/stable_token' ? { access_token: 't', expires_in: 7200 } : { errcode }));
    const message = { openid: 'o1', templateId: 'tpl', page: 'pages/order/index', data: { thing1: '双人下午茶' } };
    expect(await wx.api.sendSubscribe(message)).toBe('sent');
    expect(wx.calls.at(-1)!.body).toMatchObject({ touser: 'o1', template_id: 'tpl', page: 'pages/order/index', miniprogram_state: 'formal', data: { thing1: { value: '双人下午茶' } } });
    await wx.api.sendSubscribe({ ...message, page: '/pages/order/index?id=1' });
    expect(wx.calls.at(-1)!.body).toMatchObject({ page: 'pages/order/index?id=1' });
    errcode = 43101;
    expect(await wx.api.sendSubscribe(message)).toBe('no_consent');
    errcode = 47003;
    await expect(wx.api.sendSubscribe(message)).rejects.toMatchObject({ code: '47003' });
  });

  test.each([['pass', 'pass'], ['review', 'risky'], ['risky', 'risky']])('text judged %s counts as %s', async (suggest, verdict) => {
    const wx = await scripted((path) => (path === '/cgi-bin/stable_token' ? { access_token: 't', expires_in: 7200 } : { errcode: 0, result: { suggest, label: 100 } }));
    expect(await wx.api.checkText({ openid: 'o1', scene: 1, text: '小明' })).toBe(verdict);
  });

  test('shipping told before is fine; an order that WeChat has not heard of yet is tried again', async () => {
    let errcode = 0;
    const wx = await scripted((path) => (path === '/cgi-bin/stable_token' ? { access_token: 't', expires_in: 7200 } : { errcode }));
    const shipping = { transactionId: '4200000001', type: 'pick_up' as const, description: '双人下午茶', openid: 'o1' };
    await wx.api.uploadShipping(shipping);
    expect(wx.calls.at(-1)!.body).toMatchObject({ logistics_type: 4, delivery_mode: 1, order_key: { order_number_type: 2, transaction_id: '4200000001' }, payer: { openid: 'o1' } });
    errcode = 10060002;
    await wx.api.uploadShipping(shipping);
    errcode = 10060001;
    await expect(wx.api.uploadShipping(shipping)).rejects.toMatchObject({ name: 'Unavailable' });
    errcode = 10060004;
    await expect(wx.api.uploadShipping(shipping)).rejects.toMatchObject({ name: 'ProviderRefused', code: '10060004' });
  });

  test('A-21 neither secret nor token nor openid is in a failure', async () => {
    const wx = await scripted((path) => (path === '/cgi-bin/stable_token' ? { access_token: 'very-secret-token', expires_in: 7200 } : 500));
    for (const work of [() => wx.api.riskRank({ ...risk, openid: 'o-private' }), () => wx.api.session('private-code')]) {
      const error: Error = await work().then(() => { throw new Error('expected a failure'); }, (e: Error) => e);
      const everything = JSON.stringify(error, Object.getOwnPropertyNames(error)) + String(error.cause);
      for (const secret of ['very-secret-token', far.config.appSecret, 'o-private', 'private-code']) expect(everything).not.toContain(secret);
    }
  });
});

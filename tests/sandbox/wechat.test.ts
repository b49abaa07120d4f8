/** The mini-program server API, the people's side, the pages and the SMS inbox of the stand-in. */
import { createDecipheriv } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import decodeQR from 'qr/decode.js';
import { startSandbox, type RunningSandbox } from '../../functions/sandbox/server';
import { OPENID, call, client, listen, number, order } from './official-client';

let running: RunningSandbox;
let inbox: Awaited<ReturnType<typeof listen>>;
let token: string;
const known = () => running.credentials;
const get = (path: string) => call(running.url, path);
const post = (path: string, body: unknown) => call(running.url, path, body);
const wx = (path: string, body: unknown) => post(`${path}?access_token=${token}`, body);
const session = (code: string) => get(`/sns/jscode2session?appid=${known().appid}&secret=${known().appSecret}&js_code=${encodeURIComponent(code)}&grant_type=authorization_code`);

beforeAll(async () => {
  running = await startSandbox({ quiet: true });
  inbox = await listen(known);
  token = (await post('/cgi-bin/stable_token', { grant_type: 'client_credential', appid: known().appid, secret: known().appSecret })).json.access_token;
});
afterAll(async () => {
  await running.close();
  await inbox.close();
});
beforeEach(() => post('/sandbox/clock', { offsetMs: 0 }));

/** Reads the 8-bit grey PNG back into RGBA pixels. */
const pixels = (png: Buffer): { width: number; height: number; data: Uint8Array } => {
  expect(png.subarray(0, 8).toString('hex')).toBe('89504e470d0a1a0a');
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)];
  const parts: Buffer[] = [];
  for (let at = 8; at < png.length;) {
    const size = png.readUInt32BE(at);
    if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + size));
    at += 12 + size;
  }
  const raw = inflateSync(Buffer.concat(parts));
  const data = new Uint8Array(width * height * 4);
  for (let y = 0; y < height; y += 1) for (let x = 0; x < width; x += 1) data.set([raw[y * (width + 1) + 1 + x]!, raw[y * (width + 1) + 1 + x]!, raw[y * (width + 1) + 1 + x]!, 255], (y * width + x) * 4);
  return { width, height, data };
};

describe('tokens and login', () => {
  it('stable_token is stable until forced; wrong app, wrong secret, no token, old token are told apart', async () => {
    const ask = (more = {}) => post('/cgi-bin/stable_token', { grant_type: 'client_credential', appid: known().appid, secret: known().appSecret, ...more });
    expect((await ask()).json.access_token).toBe(token);
    expect((await ask({ appid: 'wx0' })).json.errcode).toBe(40013);
    expect((await ask({ secret: 'x' })).json.errcode).toBe(40125);
    expect((await post('/wxa/generate_urllink', {})).json.errcode).toBe(41001);
    expect((await post('/wxa/generate_urllink?access_token=nonsense', {})).json.errcode).toBe(40001);
    const [old, fresh] = [token, (await ask({ force_refresh: true })).json.access_token];
    expect(fresh).not.toBe(old);
    token = (await ask({ force_refresh: true })).json.access_token;
    expect((await post(`/wxa/generate_urllink?access_token=${old}`, {})).json.errcode).toBe(40001);
    expect((await get(`/cgi-bin/token?grant_type=client_credential&appid=${known().appid}&secret=${known().appSecret}`)).json).toMatchObject({ expires_in: 7200 });
    token = (await ask()).json.access_token;
  });

  it('A-21 a person has one openid and unionid; issued codes work once and 5 minutes; unknown codes never', async () => {
    const first = (await session('sandbox:小芳')).json;
    expect(first).toMatchObject({ openid: expect.stringMatching(/^o[\w-]{27}$/), unionid: expect.any(String), session_key: expect.any(String) });
    expect((await session('sandbox:小芳')).json).toEqual(first);
    expect((await session('sandbox:小明')).json.openid).not.toBe(first.openid);
    const { code, openid } = (await post('/sandbox/wx/login', { user: '小芳' })).json;
    expect(openid).toBe(first.openid);
    expect((await session(code)).json.openid).toBe(first.openid);
    expect((await session(code)).json.errcode).toBe(40163);
    expect((await session('0f00ba4')).json.errcode).toBe(40029);
    const late = (await post('/sandbox/wx/login', { user: '小芳' })).json.code;
    await post('/sandbox/clock', { offsetMs: 5 * 60_000 + 1 });
    expect((await session(late)).json.errcode).toBe(40029);
  });

  it('phone codes', async () => {
    const { code } = (await post('/sandbox/wx/phone', { phone: '13800000001' })).json;
    expect((await wx('/wxa/business/getuserphonenumber', { code })).json).toMatchObject({ errcode: 0, phone_info: { purePhoneNumber: '13800000001', countryCode: '86', watermark: { appid: known().appid } } });
    expect((await wx('/wxa/business/getuserphonenumber', { code })).json.errcode).toBe(40163);
    expect((await wx('/wxa/business/getuserphonenumber', { code: 'phone:13900000002' })).json.phone_info.phoneNumber).toBe('13900000002');
    expect((await wx('/wxa/business/getuserphonenumber', { code: 'x' })).json.errcode).toBe(40029);
  });

  it('the opengid of a chat group opens with the session_key', async () => {
    const { session_key } = (await session('sandbox:小芳')).json;
    const { encryptedData, iv } = (await post('/sandbox/wx/group', { user: '小芳', opengid: 'tGroup123' })).json;
    const decipher = createDecipheriv('aes-128-cbc', Buffer.from(session_key, 'base64'), Buffer.from(iv, 'base64'));
    const clear = JSON.parse(Buffer.concat([decipher.update(Buffer.from(encryptedData, 'base64')), decipher.final()]).toString('utf8'));
    expect(clear).toMatchObject({ opengid: 'tGroup123', watermark: { appid: known().appid } });
  });
});

describe('codes, messages, checks', () => {
  it('getwxacodeunlimit is a readable QR of scene|page; a bad scene is refused', async () => {
    const response = await fetch(`${running.url}/wxa/getwxacodeunlimit?access_token=${token}`, { method: 'POST', body: JSON.stringify({ scene: 's=AbC_09-~', page: 'pages/deal/index' }) });
    expect(response.headers.get('content-type')).toBe('image/png');
    const { width, height, data } = pixels(Buffer.from(await response.arrayBuffer()));
    expect(decodeQR({ width, height, data })).toBe('s=AbC_09-~|pages/deal/index');
    for (const scene of ['', 'x'.repeat(33), 'a b', '中文', 'a%20']) expect((await wx('/wxa/getwxacodeunlimit', { scene, page: 'pages/deal/index' })).json.errcode).toBe(40169);
    expect((await wx('/wxa/getwxacodeunlimit', { scene: 'a', page: '/pages/deal/index' })).json.errcode).toBe(41030);
  });

  it('url link: at most 30 days, and it ends', async () => {
    const made = await wx('/wxa/generate_urllink', { path: 'pages/deal/index', query: 's=abc', expire_type: 1, expire_interval: 30 });
    expect(made.json).toMatchObject({ errcode: 0, url_link: expect.stringContaining(running.url) });
    expect(await (await fetch(made.json.url_link)).text()).toContain('s=abc');
    expect((await wx('/wxa/generate_urllink', { path: 'pages/a', expire_type: 1, expire_interval: 31 })).json.errcode).not.toBe(0);
    await post('/sandbox/clock', { offsetMs: 31 * 86_400_000 });
    expect((await fetch(made.json.url_link)).status).toBe(410);
  });

  it('one consent is one message', async () => {
    const { openid } = (await session('sandbox:小芳')).json;
    const send = () => wx('/cgi-bin/message/subscribe/send', { touser: openid, template_id: 'T1', page: 'pages/order/index', data: { thing1: { value: '到账' } } });
    expect((await send()).json.errcode).toBe(43101);
    expect((await post('/sandbox/wx/subscribe', { user: '小芳', template_ids: ['T1', 'T2'] })).json).toEqual({ T1: 'accept', T2: 'accept' });
    expect((await send()).json.errcode).toBe(0);
    expect((await send()).json.errcode).toBe(43101);
    expect((await wx('/cgi-bin/message/subscribe/send', { touser: openid, template_id: 'T2', data: {} })).json.errcode).toBe(47003);
    expect((await post('/sandbox/wx/subscribe', { user: '小芳', template_ids: ['1', '2', '3', '4'] })).status).toBe(400);
  });

  it('content, media and risk', async () => {
    const { openid } = (await session('sandbox:小芳')).json;
    const check = (content: string) => wx('/wxa/msg_sec_check', { version: 2, scene: 2, openid, content });
    expect((await check('味道很好')).json).toMatchObject({ errcode: 0, result: { suggest: 'pass', label: 100 } });
    expect((await check('这是违规内容')).json.result.suggest).toBe('risky');
    expect((await check('疑似广告')).json.result.suggest).toBe('review');
    expect((await wx('/wxa/msg_sec_check', { version: 2, scene: 2, openid: OPENID, content: 'a' })).json.errcode).toBe(40003);
    expect((await check('字'.repeat(2501))).json.errcode).toBe(44990);
    expect((await wx('/wxa/media_check_async', { version: 2, scene: 1, openid, media_type: 2, media_url: 'http://127.0.0.1/a.png' })).json.trace_id).toBeTruthy();
    const rank = () => wx('/wxa/getuserriskrank', { appid: known().appid, openid, scene: 1, client_ip: '127.0.0.1' });
    expect((await rank()).json).toMatchObject({ errcode: 0, risk_rank: 0 });
    await post('/sandbox/wx/risk', { user: '小芳', riskRank: 3 });
    expect((await rank()).json.risk_rank).toBe(3);
    await post('/sandbox/wx/risk', { user: '小芳', riskRank: 0 });
  });

  it('shipping: once, one correction, and the state the person gives it', async () => {
    const { openid } = (await session('sandbox:小芳')).json;
    const body = order(known(), inbox.url, { payer: { sp_openid: openid } });
    await client(running.url, known()).post('/v3/pay/partner/transactions/jsapi', body);
    const { json } = await post('/sandbox/pay', { out_trade_no: body.out_trade_no });
    const { transaction_id } = json.transactions[0];
    const ship = (more = {}) => wx('/wxa/sec/order/upload_shipping_info', { order_key: { order_number_type: 2, transaction_id }, logistics_type: 3, delivery_mode: 1, shipping_list: [{ item_desc: '双人套餐券' }], upload_time: new Date().toISOString(), payer: { openid }, ...more });
    const state = async () => (await wx('/wxa/sec/order/get_order', { transaction_id })).json.order.order_state;
    expect(await state()).toBe(1);
    expect((await ship({ payer: { openid: OPENID } })).json.errcode).not.toBe(0);
    expect((await ship()).json.errcode).toBe(0);
    expect((await ship()).json.errcode).toBe(10060023);
    expect((await ship({ logistics_type: 4 })).json.errcode).toBe(0);
    expect((await ship({ logistics_type: 2 })).json.errcode).toBe(10060003);
    await post('/sandbox/wx/confirm-receipt', { transaction_id });
    expect(await state()).toBe(3);
    expect((await wx('/wxa/sec/order/get_order', { transaction_id: '1' })).json.errcode).toBe(10060001);
  });
});

describe('pages', () => {
  const h5 = async (more: Record<string, unknown> = {}) => {
    const { payer: _payer, ...body } = order(known(), inbox.url, { scene_info: { payer_client_ip: '1.2.3.4', h5_info: { type: 'Wap' } }, ...more });
    const { json } = await client(running.url, known()).post('/v3/pay/partner/transactions/h5', body);
    return { body, url: json.h5_url as string };
  };
  const submit = (url: string, act: string, back = 'http://127.0.0.1:9/back?order=1') => fetch(`${running.url}/sandbox/cashier`, {
    method: 'POST', redirect: 'manual', body: new URLSearchParams({ act, prepay_id: new URL(url).searchParams.get('prepay_id')!, redirect_url: back }),
  });
  const state = async (body: { out_trade_no: string }) => (await get(`/sandbox/prepared?out_trade_no=${body.out_trade_no}`)).json.trade_state;

  it('the cashier shows the price, pays, and sends the person back', async () => {
    const { body, url } = await h5({ description: '<script>alert(1)</script>' });
    const html = await (await fetch(`${url}&redirect_url=${encodeURIComponent('http://127.0.0.1:9/back?order=1')}`)).text();
    expect(html).toContain('lang="zh-CN"');
    expect(html).toContain('付款 ¥100.00');
    expect(html).not.toContain('<script>');
    for (const act of ['cancel', 'fail']) {
      const response = await submit(url, act);
      expect([response.status, response.headers.get('location')]).toEqual([303, 'http://127.0.0.1:9/back?order=1']);
      expect(await state(body)).toBe('NOTPAY');
    }
    expect((await submit(url, 'pay')).status).toBe(303);
    expect(await state(body)).toBe('SUCCESS');
    const again = await submit(url, 'pay');
    expect([again.status, await again.text()]).toEqual([400, expect.stringContaining('没有扣款')]);
    expect(await (await fetch(url)).text()).toContain('已支付');
  });

  it('an H5 link ends after 5 minutes; javascript: is no way back', async () => {
    const { body, url } = await h5();
    const cancelled = await submit(url, 'cancel', 'javascript:alert(1)');
    expect([cancelled.status, cancelled.headers.get('location')]).toEqual([200, null]);
    expect(await cancelled.text()).not.toContain('href="javascript:');
    await post('/sandbox/clock', { offsetMs: 5 * 60_000 + 1 });
    expect((await submit(url, 'pay')).status).toBe(400);
    expect(await state(body)).toBe('NOTPAY');
  });

  it('different H5 payers are different people unless named', async () => {
    const payers = [];
    for (const user of [undefined, undefined, '小芳']) {
      const { body } = await h5();
      payers.push((await post('/sandbox/pay', { out_trade_no: body.out_trade_no, user })).json.transactions[0].payer.sp_openid);
    }
    expect(new Set(payers).size).toBe(3);
    expect(payers[2]).toBe((await session('sandbox:小芳')).json.openid);
  });

  it('a transfer is confirmed on its page', async () => {
    const made = await client(running.url, known()).post('/v3/fund-app/mch-transfer/transfer-bills', {
      appid: known().appid, out_bill_no: number('wd').replace(/_/g, ''), transfer_scene_id: '1005', openid: OPENID, transfer_amount: 1234, transfer_remark: '返利',
      transfer_scene_report_infos: [{ info_type: '岗位类型', info_content: '推广员' }, { info_type: '报酬说明', info_content: '返利' }],
    });
    const page = `${running.url}/sandbox/transfer`;
    expect(await (await fetch(`${page}?package_info=${made.json.package_info}`)).text()).toContain('确认收款 ¥12.34');
    const back = 'http://127.0.0.1:10086/pages/withdraw/index';
    const form = { package_info: made.json.package_info, redirect_url: back, act: 'confirm' };
    const said = await (await fetch(page, { method: 'POST', body: new URLSearchParams(form) })).text();
    expect([said.includes('已收款'), said.includes(`href="${back}"`)]).toEqual([true, true]);
    expect(await (await fetch(`${page}?package_info=${made.json.package_info}&redirect_url=javascript:alert(1)`)).text()).not.toContain('返回商家');
  });

  it('the front page links to everything; pages on this machine may call the controls, others not', async () => {
    const html = await (await fetch(running.url)).text();
    for (const path of ['/sandbox/sms', '/sandbox/state', '/sandbox/faults', '/sandbox/settings', '/sandbox/clock']) expect(html).toContain(`href="${path}"`);
    const allowed = async (origin: string) => (await fetch(`${running.url}/sandbox/pay`, { method: 'OPTIONS', headers: { origin } })).headers.get('access-control-allow-origin');
    expect(await allowed('http://127.0.0.1:10086')).toBe('http://127.0.0.1:10086');
    expect(await allowed('https://evil.example')).toBeNull();
    expect(await allowed('http://127.0.0.1.evil.example')).toBeNull();
  });

  it('SMS: token needed, kept in the inbox, escaped on its page', async () => {
    const send = (headers: Record<string, string>, body: object) => call(running.url, '/sms/send', body, headers);
    const auth = { authorization: `Bearer ${known().smsToken}` };
    expect((await send({}, { phone: '13800000001', text: 'a' })).status).toBe(401);
    expect((await send(auth, { phone: '1', text: 'a' })).status).toBe(400);
    expect((await send(auth, { phone: '13800000001', text: '验证码 <b>123456</b>' })).status).toBe(200);
    expect((await get('/sandbox/sms.json?phone=13800000001')).json.messages).toMatchObject([{ phone: '13800000001', text: '验证码 <b>123456</b>' }]);
    expect((await get('/sandbox/sms.json?phone=13800000009')).json.messages).toEqual([]);
    expect(await (await fetch(`${running.url}/sandbox/sms`)).text()).toContain('&lt;b&gt;123456');
  });
});

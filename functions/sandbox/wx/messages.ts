/**
 * Subscribe messages (one consent = one message), content safety and the risk rank. Words such as 违规 make content
 * risky, 疑似 sends it to review. Media is judged by its URL and the verdict is pushed later, as the real one is.
 */
import { createHash, randomBytes } from 'node:crypto';
import http from 'node:http';
import { ok, type Handler, type Route, type Sandbox } from '../context';
import { PayError, WxError } from '../errors';
import { isLoopbackUrl } from '../notices';

import { personFromControl, withToken, wxOk } from './login';

const RISKY = /违规|赌博|色情|risky/;
const DOUBTFUL = /疑似|review/;
const OPENID = /^o[0-9A-Za-z_-]{27}$/;

/** What a field of each kind may hold (订阅消息参数值内容限制说明). */
const FIELDS: Record<string, RegExp> = {
  thing: /^[^\n]{1,20}$/u, time: /^(\d{4}年\d{1,2}月\d{1,2}日 )?\d{1,2}:\d{2}(:\d{2})?$/, date: /^\d{4}年\d{1,2}月\d{1,2}日( \d{1,2}:\d{2})?$/,
};

const traceId = (): string => randomBytes(16).toString('hex');

const verdict = (content: string): { suggest: 'pass' | 'review' | 'risky'; label: number } =>
  RISKY.test(content) ? { suggest: 'risky', label: 20006 } : DOUBTFUL.test(content) ? { suggest: 'review', label: 21000 } : { suggest: 'pass', label: 100 };

const requireUser = (sandbox: Sandbox, openid: unknown): string => {
  if (typeof openid !== 'string' || !sandbox.world.get('wxUser', openid)) throw new WxError(40003, 'invalid openid');
  return openid;
};

const sendMessage: Handler = (sandbox, { body }) => {
  const { touser, template_id: templateId, page, data } = (body ?? {}) as Record<string, unknown>;
  if (typeof touser !== 'string' || !OPENID.test(touser)) throw new WxError(40003, 'invalid openid');
  if (typeof templateId !== 'string' || !templateId) throw new WxError(40037, 'invalid template_id');
  const values = Object.values((data ?? {}) as Record<string, { value?: unknown }>);
  if (!values.length || values.some((item) => typeof item?.value !== 'string' || !item.value)) throw new WxError(47003, 'argument invalid! data');
  const wrong = Object.entries(data as Record<string, { value: string }>).find(([name, { value }]) => !(FIELDS[name.replace(/\d+$/, '')] ?? /./).test(value));
  if (wrong) throw new WxError(47003, `argument invalid! data.${wrong[0]}.value invalid`);
  if (typeof page === 'string' && page.startsWith('/')) throw new WxError(41030, 'invalid page');
  const consent = sandbox.world.get('consent', `${touser}|${templateId}`);
  if (!consent || consent.left <= 0) throw new WxError(43101, 'user refuse to accept the msg');
  consent.left -= 1;
  sandbox.world.save('consent', consent);
  sandbox.world.save('message', { key: `msg_${sandbox.world.next()}`, openid: touser, templateId, page: typeof page === 'string' ? page : undefined, data, atMs: sandbox.now() });
  return wxOk({ msgid: sandbox.world.next() });
};

/** The person ticks templates in the dialog of wx.requestSubscribeMessage. */
const subscribe: Handler = (sandbox, { body }) => {
  const openid = personFromControl(sandbox, body)?.openid ?? body?.openid;
  const ids: unknown = body?.template_ids ?? [body?.template_id];
  if (typeof openid !== 'string' || !Array.isArray(ids) || !ids.length || ids.length > 3 || ids.some((id) => typeof id !== 'string' || !id)) {
    throw new PayError(400, 'BAD_SWITCH', '需要 user 或 openid，以及 1–3 个 template_ids');
  }
  for (const templateId of ids as string[]) {
    const key = `${openid}|${templateId}`;
    const consent = sandbox.world.get('consent', key) ?? { key, openid, templateId, left: 0 };
    consent.left += 1;
    sandbox.world.save('consent', consent);
  }
  return ok(Object.fromEntries((ids as string[]).map((id) => [id, 'accept'])));
};

/** 动态消息: a card in a chat that says how many are in. It lives a day. */
const createActivity: Handler = (sandbox) => {
  const key = `activity_${sandbox.world.next()}_${randomBytes(8).toString('hex')}`;
  const expiresAtMs = (Math.floor(sandbox.now() / 1000) + 86_400) * 1000;
  sandbox.world.save('activity', { key, expiresAtMs, state: null, parameters: {} });
  return wxOk({ activity_id: key, expiration_time: expiresAtMs / 1000 });
};

const updateActivity: Handler = (sandbox, { body }) => {
  const { activity_id: key, target_state: state, template_info: info } = (body ?? {}) as Record<string, unknown>;
  const activity = typeof key === 'string' ? sandbox.world.get('activity', key) : undefined;
  if (!activity || sandbox.now() >= activity.expiresAtMs) throw new WxError(42001, 'activity_id expired or invalid');
  if (state !== 0 && state !== 1) throw new WxError(47503, 'target_state invalid');
  const list = (info as { parameter_list?: { name?: unknown; value?: unknown }[] } | undefined)?.parameter_list;
  if (!Array.isArray(list) || list.some((p) => typeof p?.name !== 'string' || typeof p.value !== 'string')) throw new WxError(47504, 'template_info invalid');
  const required = state === 0 ? ['member_count', 'room_limit'] : ['path', 'version_type'];
  if (!required.every((name) => list.some((p) => p.name === name))) throw new WxError(47504, 'template_info invalid');
  if (activity.state === 1 && state === 0) throw new WxError(47503, 'target_state cannot go back');
  sandbox.world.save('activity', { ...activity, state, parameters: Object.fromEntries(list.map((p) => [p.name as string, p.value as string])) });
  return wxOk({});
};

const checkText: Handler = (sandbox, { body }) => {
  const { version, scene, openid, content } = (body ?? {}) as Record<string, unknown>;
  if (version !== 2 || ![1, 2, 3, 4].includes(scene as number)) throw new WxError(40097, 'invalid args');
  if (typeof content !== 'string' || !content || [...content].length > 2500) throw new WxError(44990, 'content size out of limit');
  requireUser(sandbox, openid);
  const result = verdict(content);
  return wxOk({ result, detail: [{ strategy: 'content_model', errcode: 0, ...result, prob: 90 }], trace_id: traceId() });
};

/** Posts the verdict to the configured message URL, signed like every WeChat server push. */
const pushVerdict = (sandbox: Sandbox, event: Record<string, unknown>): void => {
  const { messagePushUrl } = sandbox.settings;
  if (!messagePushUrl || !isLoopbackUrl(messagePushUrl)) return;
  const [timestamp, nonce] = [String(Math.floor(sandbox.now() / 1000)), randomBytes(6).toString('hex')];
  const signature = createHash('sha1').update([sandbox.keys.saved.messageToken, timestamp, nonce].sort().join('')).digest('hex');
  const request = http.request(`${messagePushUrl}?signature=${signature}&timestamp=${timestamp}&nonce=${nonce}`, { method: 'POST', headers: { 'Content-Type': 'application/json' } });
  request.on('error', () => {});
  request.on('response', (response) => response.resume());
  request.end(JSON.stringify(event));
};

const checkMedia: Handler = (sandbox, { body }) => {
  const { version, scene, openid, media_url: url, media_type: type } = (body ?? {}) as Record<string, unknown>;
  if (version !== 2 || ![1, 2, 3, 4].includes(scene as number) || ![1, 2].includes(type as number) || typeof url !== 'string') throw new WxError(40097, 'invalid args');
  requireUser(sandbox, openid);
  const id = traceId();
  const result = verdict(decodeURIComponentSafe(url));
  sandbox.later(200, () => pushVerdict(sandbox, {
    ToUserName: 'gh_sandbox', FromUserName: openid, CreateTime: Math.floor(sandbox.now() / 1000), MsgType: 'event', Event: 'wxa_media_check',
    appid: sandbox.keys.saved.appid, trace_id: id, version: 2, detail: [{ strategy: 'content_model', errcode: 0, ...result, prob: 90 }], errcode: 0, errmsg: 'ok', result,
  }));
  return wxOk({ trace_id: id });
};

const decodeURIComponentSafe = (value: string): string => {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
};

const riskRank: Handler = (sandbox, { body }) => {
  const { appid, openid, scene, client_ip: ip } = (body ?? {}) as Record<string, unknown>;
  if (appid !== sandbox.keys.saved.appid) throw new WxError(40013, 'invalid appid');
  if (![0, 1, 2].includes(scene as number) || typeof ip !== 'string') throw new WxError(40097, 'invalid args');
  const person = sandbox.world.get('wxUser', requireUser(sandbox, openid))!;
  return ok({ errcode: 0, errmsg: 'getuserriskrank succ', unoin_id: sandbox.world.next(), risk_rank: person.riskRank });
};

export const messageRoutes: Route[] = [
  { method: 'POST', path: '/cgi-bin/message/subscribe/send', name: 'wxMessage', handle: withToken(sendMessage) },
  { method: 'GET', path: '/cgi-bin/message/wxopen/activityid/create', name: 'wxActivity', handle: withToken(createActivity) },
  { method: 'POST', path: '/cgi-bin/message/wxopen/updatablemsg/send', name: 'wxActivity', handle: withToken(updateActivity) },
  { method: 'POST', path: '/wxa/msg_sec_check', name: 'wxCheck', handle: withToken(checkText) },
  { method: 'POST', path: '/wxa/media_check_async', name: 'wxCheck', handle: withToken(checkMedia) },
  { method: 'POST', path: '/wxa/getuserriskrank', name: 'wxRisk', handle: withToken(riskRank) },
  { method: 'POST', path: '/sandbox/wx/subscribe', name: 'control', handle: subscribe },
];

/** Stand-in for an SMS gateway: takes messages, shows them in an inbox. Nothing leaves this machine. */
import { ok, type Answer, type Handler, type Route } from './context';
import type { Sms } from './records';
import { html, page } from './pages/layout';
import { billTime } from './time';

const KEEP = 2000;

const refuse = (status: number, code: string, message: string): Answer => ({ status, body: { code, message } });

const send: Handler = (sandbox, { headers, body }) => {
  if (headers.authorization !== `Bearer ${sandbox.keys.saved.smsToken}`) return refuse(401, 'UNAUTHORIZED', '短信网关令牌不正确');
  const { phone, text } = (body ?? {}) as { phone?: unknown; text?: unknown };
  if (typeof phone !== 'string' || !/^1\d{10}$/.test(phone)) return refuse(400, 'BAD_PHONE', '手机号应为 11 位数字');
  if (typeof text !== 'string' || !text || text.length > 500) return refuse(400, 'BAD_TEXT', '短信内容应为 1–500 字');
  const { world } = sandbox;
  const record: Sms = { key: `sms_${world.next()}`, phone, text, atMs: sandbox.now() };
  world.save('sms', record);
  if (world.tables.sms.size > KEEP) world.remove('sms', world.tables.sms.keys().next().value!);
  return ok({ id: record.key });
};

const newestFirst = (messages: Iterable<Sms>, phone: string | null): Sms[] =>
  [...messages].filter((sms) => !phone || sms.phone === phone).reverse();

const inboxJson: Handler = ({ world }, { query }) =>
  ok({ messages: newestFirst(world.tables.sms.values(), query.get('phone')).map(({ key, phone, text, atMs }) => ({ id: key, phone, text, atMs })) });

const inbox: Handler = ({ world }, { query }) => {
  const messages = newestFirst(world.tables.sms.values(), query.get('phone')).slice(0, 100);
  return page('短信收件箱', html`
    <p class="hint">发往任何号码的短信都会落在这里，不会真正发出。</p>
    <form class="row" method="get"><label for="phone">手机号</label>
      <input id="phone" name="phone" inputmode="numeric" value="${query.get('phone') ?? ''}"><button class="tint" type="submit">筛选</button></form>
    ${messages.length === 0 ? html`<div class="card"><p>还没有短信。</p></div>` : ''}
    ${messages.map((sms) => html`<article class="card"><p class="hint">${sms.phone} · ${billTime(sms.atMs)}</p><p>${sms.text}</p></article>`)}`);
};

export const smsRoutes: Route[] = [
  { method: 'POST', path: '/sms/send', name: 'sms', handle: send },
  { method: 'GET', path: '/sandbox/sms', name: 'control', handle: inbox },
  { method: 'GET', path: '/sandbox/sms.json', name: 'control', handle: inboxJson },
];

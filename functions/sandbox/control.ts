/**
 * /sandbox/*: what tests, demos and the H5 on loopback use to play WeChat's users and WeChat's bad days.
 * JSON in, JSON out; refusals are `{code, message}` with the status WeChat Pay would have used.
 */
import { ok, type Answer, type Handler, type Route, type Sandbox } from './context';
import { PayError } from './errors';
import { failPayment, findPrepared, pay, type Prepared } from './pay/paying';
import { finishRefund } from './pay/refunds';
import { transactionView } from './pay/views';
import type { RefundState } from './records';
import { DEFAULT_NOTICE_FAULTS, noFaults, type EndpointFault, type EndpointFaultKind, type NoticeFaults, type Settings } from './settings';
import { isLoopbackUrl } from './notices';

const FAULT_KINDS: readonly EndpointFaultKind[] = ['timeoutBefore', 'timeoutAfterAccept', 'http500', 'http500AfterAccept', 'http429', 'latency'];

const bad = (message: string): PayError => new PayError(400, 'BAD_SWITCH', message);

const preparedAnswer = (prepared: Prepared): Answer =>
  ok({ prepay_id: prepared.prepayId, trade_state: prepared.txs[0]!.state, transactions: prepared.txs.map(transactionView) });

const payNow: Handler = (sandbox, { body }) =>
  preparedAnswer(pay(sandbox, { prepayId: body?.prepay_id, outTradeNo: body?.out_trade_no, openid: body?.openid, user: body?.user }));

const failNow: Handler = (sandbox, { body }) =>
  preparedAnswer(failPayment(sandbox, { prepayId: body?.prepay_id, outTradeNo: body?.out_trade_no, reason: body?.reason }));

const prepared: Handler = (sandbox, { query }) =>
  preparedAnswer(findPrepared(sandbox, { prepayId: query.get('prepay_id') ?? undefined, outTradeNo: query.get('out_trade_no') ?? undefined }));

const REFUND_ENDS: Record<string, Exclude<RefundState, 'PROCESSING'>> = { success: 'SUCCESS', abnormal: 'ABNORMAL', close: 'CLOSED' };

const endRefund: Handler = (sandbox, { params }) => {
  const state = REFUND_ENDS[params.end!];
  if (!state) throw bad('只能是 success、abnormal、close');
  const changed = finishRefund(sandbox, `${sandbox.keys.saved.spMchid}|${params.out_refund_no}`, state);
  if (!changed) throw new PayError(404, 'RESOURCE_NOT_EXISTS', '没有这样的处理中退款');
  return ok({ status: state });
};

/** Copies known keys of the same type; unknown keys and other types are refused, so that a typo is not a silent no-op. */
const assign = <T extends object>(target: T, defaults: T, given: unknown): void => {
  if (typeof given !== 'object' || given === null) throw bad('应为 JSON 对象');
  for (const [key, value] of Object.entries(given)) {
    if (!(key in defaults)) throw bad(`没有开关 ${key}`);
    const like = (defaults as Record<string, unknown>)[key];
    if (typeof value !== typeof like || Array.isArray(value) !== Array.isArray(like)) throw bad(`${key} 的类型应为 ${Array.isArray(like) ? 'array' : typeof like}`);
    (target as Record<string, unknown>)[key] = value;
  }
};

const readEndpointFault = ({ endpoints }: Sandbox, given: Record<string, unknown>): EndpointFault => {
  const { endpoint, fault, times = 1, latencyMs = 0 } = given;
  if (typeof endpoint !== 'string' || !endpoints.has(endpoint)) throw bad(`endpoint 只能是 ${[...endpoints].join('、')}`);
  if (!FAULT_KINDS.includes(fault as EndpointFaultKind)) throw bad(`fault 只能是 ${FAULT_KINDS.join('、')}`);
  if (typeof times !== 'number' || typeof latencyMs !== 'number') throw bad('times 与 latencyMs 应为数字');
  return { endpoint, fault: fault as EndpointFaultKind, times, latencyMs };
};

const setFaults: Handler = (sandbox, { body }) => {
  if (typeof body !== 'object' || body === null) throw bad('应为 JSON 对象');
  const { reset, notices, endpoints, ...flat } = body as Record<string, unknown>;
  if (reset === true) sandbox.faults = noFaults();
  if (notices !== undefined) {
    const next: NoticeFaults = { ...sandbox.faults.notices };
    assign(next, DEFAULT_NOTICE_FAULTS, notices);
    if (next.sendTo && !isLoopbackUrl(next.sendTo)) throw bad('sendTo 只能是本机地址');
    sandbox.faults.notices = next;
  }
  if (endpoints !== undefined) {
    if (!Array.isArray(endpoints)) throw bad('endpoints 应为数组');
    sandbox.faults.endpoints = endpoints.map((one) => readEndpointFault(sandbox, one));
  }
  // One fault on its own, `{endpoint, fault, times}`, is added to the list.
  if ('endpoint' in flat) sandbox.faults.endpoints.push(readEndpointFault(sandbox, flat));
  else if (Object.keys(flat).length) throw bad(`没有开关 ${Object.keys(flat).join('、')}`);
  return ok(sandbox.faults);
};

const setClock: Handler = async (sandbox, { body }) => {
  if (typeof body?.offsetMs !== 'number' || !Number.isInteger(body.offsetMs)) throw bad('offsetMs 应为整数毫秒');
  sandbox.offsetMs = body.offsetMs;
  sandbox.settleTime();
  return ok({ offsetMs: sandbox.offsetMs, nowMs: sandbox.now() });
};

const setSettings: Handler = (sandbox, { body }) => {
  const next: Settings = { ...sandbox.settings };
  assign(next, sandbox.settings, body);
  for (const name of ['splitNotifyUrl', 'messagePushUrl'] as const) {
    if (next[name] && !isLoopbackUrl(next[name])) throw bad(`${name} 只能是本机地址`);
  }
  Object.assign(sandbox.settings, next);
  return ok(sandbox.settings);
};

const setBalance: Handler = (sandbox, { body }) => {
  if (typeof body?.mchid !== 'string' || !Number.isInteger(body?.availableFen)) throw bad('需要 mchid 与整数 availableFen');
  sandbox.world.save('balance', { key: body.mchid, availableFen: body.availableFen });
  return ok({ mchid: body.mchid, availableFen: body.availableFen });
};

const rotate: Handler = async (sandbox, { body }) => {
  let serial: string;
  if (typeof body?.activate === 'string') {
    if (!sandbox.keys.activate(body.activate)) throw bad('没有这个序列号');
    serial = body.activate;
  } else serial = await sandbox.keys.rotate(Date.now(), body?.activate !== false);
  await sandbox.keys.save(sandbox.url);
  return ok({ serial, activeSerial: sandbox.keys.active(), credentials: sandbox.keys.credentials(sandbox.url) });
};

/** Forgets every person, order and notice; keys and switches stay. For a demo that begins anew. */
const reset: Handler = async (sandbox) => {
  await sandbox.flush();
  for (const [name, table] of Object.entries(sandbox.world.tables)) {
    if (name !== 'meta') for (const key of [...table.keys()]) sandbox.world.remove(name as keyof typeof sandbox.world.tables, key);
  }
  sandbox.offsetMs = 0;
  return ok({ offsetMs: 0 });
};

const state: Handler = (sandbox, { query }) => {
  sandbox.settleTime();
  const only = query.get('table');
  const tables = Object.entries(sandbox.world.tables).filter(([name]) => name !== 'meta' && (!only || name === only));
  return ok({
    nowMs: sandbox.now(),
    offsetMs: sandbox.offsetMs,
    settings: sandbox.settings,
    faults: sandbox.faults,
    waitingNotices: sandbox.notices.waiting(),
    noticeLog: only ? undefined : sandbox.notices.log(),
    ...Object.fromEntries(tables.map(([name, table]) => [name, [...(table as Map<string, unknown>).values()]])),
  });
};

export const controlRoutes: Route[] = ([
  ['POST', '/sandbox/pay', payNow],
  ['POST', '/sandbox/fail', failNow],
  ['GET', '/sandbox/prepared', prepared],
  ['POST', '/sandbox/refunds/:out_refund_no/:end', endRefund],
  ['GET', '/sandbox/faults', (sandbox) => ok(sandbox.faults)],
  ['POST', '/sandbox/faults', setFaults],
  ['GET', '/sandbox/clock', (sandbox) => ok({ offsetMs: sandbox.offsetMs, nowMs: sandbox.now() })],
  ['POST', '/sandbox/clock', setClock],
  ['GET', '/sandbox/settings', (sandbox) => ok(sandbox.settings)],
  ['POST', '/sandbox/settings', setSettings],
  ['POST', '/sandbox/balance', setBalance],
  ['POST', '/sandbox/rotate-keys', rotate],
  ['POST', '/sandbox/flush', async (sandbox) => ok({ delivered: await sandbox.flush() })],
  ['POST', '/sandbox/reset', reset],
  ['GET', '/sandbox/state', state],
] as [Route['method'], string, Handler][]).map(([method, path, handle]) => ({ method, path, name: 'control', handle }));

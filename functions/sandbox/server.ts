/**
 * The stand-in's HTTP server: one port plays api.mch.weixin.qq.com (/v3), api.weixin.qq.com (/cgi-bin, /sns,
 * /wxa), an SMS gateway (/sms) and the people behind them (/sandbox). Requests under /v3 are verified before
 * anything else and every answer to them is signed. Endpoint faults (F-08, F-27) are applied here.
 */
import { mkdir } from 'node:fs/promises';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { noFaults, takeFault, DEFAULT_SETTINGS, type EndpointFault, type NoticeFaults, type Settings } from './settings';
import type { Answer, Call, Route, Sandbox } from './context';
import { PayError, WxError } from './errors';
import { openKeys, type Credentials, type Keys, type SavedKeys } from './keys';
import { openNotices } from './notices';
import { allRoutes } from './routes';
import { buildRouter } from './router';
import { keyForAnswer, newNonce, signedHeaders, verifyRequest } from './wire';
import { openWorld, type World } from './world';
import { resumeWork, settleTime } from './time-passes';

const MAX_BODY_BYTES = 1024 * 1024;

export interface SandboxOptions {
  port?: number;
  host?: string;
  /** Keys, journal and credentials.json live here; without it everything is forgotten at close(). */
  dataDir?: string;
  /** Made before by makeKeys(). */
  keys?: SavedKeys;
  /** First value of the notice switches, e.g. `{ hold: true }`. */
  notify?: Partial<NoticeFaults>;
  settings?: Partial<Settings>;
  quiet?: boolean;
}

export interface RunningSandbox {
  url: string;
  port: number;
  credentials: Credentials;
  keys: Keys;
  /** The live object, for tests in the same process. */
  sandbox: Sandbox;
  close(): Promise<void>;
}

const readBody = (request: http.IncomingMessage): Promise<string> =>
  new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size > MAX_BODY_BYTES) reject(new PayError(413, 'PARAM_ERROR', '请求报文过大'));
      else chunks.push(chunk);
    });
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')));
    request.on('error', reject);
  });

const asAnswer = (error: unknown, path: string): Answer => {
  if (error instanceof WxError) return { status: 200, body: { errcode: error.errcode, errmsg: error.errmsg } };
  if (error instanceof PayError) {
    return { status: error.status, body: { code: error.code, message: error.message, ...(error.detail ? { detail: error.detail } : {}) }, unsigned: error.status === 401 };
  }
  console.error(`sandbox: ${path} failed`, error);
  return { status: 500, body: { code: 'SYSTEM_ERROR', message: '系统异常，请稍后重试' } };
};

const parseJson = (call: Call, strict: boolean): void => {
  if (!call.rawBody) return;
  try {
    call.body = JSON.parse(call.rawBody);
  } catch {
    if (strict) throw new PayError(400, 'PARAM_ERROR', '无法将输入源“/body”映射到目标，请检查是否为合法的JSON');
  }
};

/** CORS for pages served from this machine only. */
const corsHeaders = (origin: string | undefined): Record<string, string> =>
  origin && /^https?:\/\/(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/.test(origin)
    ? { 'Access-Control-Allow-Origin': origin, 'Access-Control-Allow-Methods': 'GET, POST, OPTIONS', 'Access-Control-Allow-Headers': 'content-type', Vary: 'Origin' }
    : {};

const faultAnswer = (fault: EndpointFault['fault']): Answer =>
  fault === 'http429'
    ? { status: 429, body: { code: 'FREQUENCY_LIMITED', message: '频率超限，请降低请求频率后重试' } }
    : { status: 500, body: { code: 'SYSTEM_ERROR', message: '系统异常，请稍后重试' } };

const createHandler = (sandbox: Sandbox): http.RequestListener => {
  const find = buildRouter(allRoutes);

  const send = (response: http.ServerResponse, call: Call, answer: Answer): void => {
    const { body = '' } = answer;
    const text = typeof body === 'string' || Buffer.isBuffer(body) ? body : JSON.stringify(body);
    const headers: Record<string, string | number> = { 'Request-Id': `${newNonce().toUpperCase()}-0`, ...answer.headers };
    if (answer.status !== 204) headers['Content-Length'] = Buffer.byteLength(text);
    if (!headers['Content-Type'] && answer.status !== 204) headers['Content-Type'] = 'application/json; charset=utf-8';
    if (call.path.startsWith('/v3/') && !answer.unsigned) {
      const asked = call.headers['wechatpay-serial'];
      const key = sandbox.keys.platform(typeof asked === 'string' ? asked : '') ?? sandbox.keys.platform(sandbox.keys.active())!;
      Object.assign(headers, signedHeaders(key, text, Date.now()));
    }
    if (call.path.startsWith('/sandbox/')) Object.assign(headers, corsHeaders(call.headers.origin));
    response.writeHead(answer.status, headers);
    response.end(answer.status === 204 || call.method === 'HEAD' ? undefined : text);
  };

  const decide = async (call: Call, route: Route | 'method' | undefined): Promise<Answer> => {
    try {
      if (call.path.startsWith('/v3/')) {
        verifyRequest(sandbox.keys, { method: call.method, url: call.url, authorization: call.headers.authorization, body: call.rawBody });
        keyForAnswer(sandbox.keys, call.headers['wechatpay-serial'] as string | undefined);
      }
      if (route === 'method') return { status: 405, body: { code: 'INVALID_REQUEST', message: 'HTTP方法不支持' } };
      if (!route) return { status: 404, body: { code: 'RESOURCE_NOT_EXISTS', message: `替身没有这个接口：${call.method} ${call.path}` } };
      parseJson(call, call.path.startsWith('/v3/') || (call.path.startsWith('/sandbox/') && call.headers['content-type']?.includes('json') === true));
      return await route.handle(sandbox, call);
    } catch (error) {
      return asAnswer(error, call.path);
    }
  };

  const hang = (response: http.ServerResponse): void => {
    const timer = setTimeout(() => response.destroy(), sandbox.settings.hangMs);
    timer.unref();
    response.on('close', () => clearTimeout(timer));
  };

  return async (request, response) => {
    const url = request.url ?? '/';
    const cut = url.indexOf('?');
    const path = cut < 0 ? url : url.slice(0, cut);
    const call: Call = {
      method: request.method ?? 'GET', path, url, params: {}, headers: request.headers, rawBody: '', body: undefined,
      query: new URLSearchParams(cut < 0 ? '' : url.slice(cut + 1)),
    };
    try {
      call.rawBody = await readBody(request);
    } catch (error) {
      return send(response, call, asAnswer(error, path));
    }
    if (call.method === 'OPTIONS' && path.startsWith('/sandbox/')) return send(response, call, { status: 204 });
    const match = find(call.method === 'HEAD' ? 'GET' : call.method, path);
    const route = typeof match === 'object' ? match.route : match;
    if (typeof match === 'object') call.params = match.params;
    const fault = typeof route === 'object' && route.name !== 'control' ? takeFault(sandbox.faults, route.name) : undefined;
    if (fault?.latencyMs) await new Promise((resolve) => setTimeout(resolve, fault.latencyMs));
    if (fault?.fault === 'timeoutBefore') return hang(response);
    if (fault?.fault === 'http500' || fault?.fault === 'http429') return send(response, call, faultAnswer(fault.fault));
    const answer = await decide(call, route);
    await sandbox.world.written();
    if (fault?.fault === 'timeoutAfterAccept') return hang(response);
    send(response, call, fault?.fault === 'http500AfterAccept' ? faultAnswer(fault.fault) : answer);
  };
};

/** Work that ends later, kept by number so that flush can run it early. */
const openLater = () => {
  const jobs = new Map<number, { timer: NodeJS.Timeout; dueAtMs: number; work: () => void }>();
  let next = 0;
  return {
    later: (delayMs: number, work: () => void): void => {
      const id = (next += 1);
      const timer = setTimeout(() => {
        jobs.delete(id);
        work();
      }, delayMs);
      timer.unref();
      jobs.set(id, { timer, dueAtMs: Date.now() + delayMs, work });
    },
    runAll: (): number => {
      const due = [...jobs.values()];
      jobs.clear();
      for (const { timer, work } of due) {
        clearTimeout(timer);
        work();
      }
      return due.length;
    },
    isBusy: (): boolean => [...jobs.values()].some(({ dueAtMs }) => dueAtMs <= Date.now()),
    close: (): void => jobs.forEach(({ timer }) => clearTimeout(timer)),
  };
};

/** One level, what it lies in must be there: Node's own `recursive` never ends where the system makes no folders (/proc). */
const makeFolder = (folder: string): Promise<void> =>
  mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error;
  });

const openData = async ({ dataDir, keys: given }: SandboxOptions): Promise<{ keys: Keys; world: World }> => {
  if (dataDir) await makeFolder(dataDir);
  const [keys, world] = await Promise.all([openKeys(dataDir, given), openWorld(dataDir)]);
  return { keys, world };
};

/** Starts the stand-in in this process. Rejects with the listen error, e.g. EADDRINUSE. */
export const startSandbox = async (options: SandboxOptions = {}): Promise<RunningSandbox> => {
  const { port = 0, host = '127.0.0.1' } = options;
  // The port comes first: a second start on the same port must fail before it touches the first one's journal.
  let handler: http.RequestListener | undefined;
  const waiting: Parameters<http.RequestListener>[] = [];
  const server = http.createServer({ keepAliveTimeout: 600_000 }, (...pair) => (handler ? handler(...pair) : void waiting.push(pair)));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { keys, world } = await openData(options).catch((error) => {
    server.close();
    throw error;
  });
  const work = openLater();
  const faults = noFaults();
  Object.assign(faults.notices, options.notify);
  const sandbox: Sandbox = {
    world, keys, faults, settings: { ...DEFAULT_SETTINGS, ...options.settings }, url: '', offsetMs: 0,
    endpoints: new Set(['*', ...allRoutes.map(({ name }) => name).filter((name) => name !== 'control')]),
    notices: openNotices(() => sandbox),
    now: () => Date.now() + sandbox.offsetMs,
    later: work.later,
    settleTime: () => settleTime(sandbox),
    flush: async () => {
      const sent = new Set<string>();
      sandbox.settleTime();
      for (;;) {
        const jobs = work.runAll();
        if ((await sandbox.notices.flush(sent)) + jobs === 0) return sent.size;
      }
    },
    isBusy: () => work.isBusy() || sandbox.notices.isBusy(),
  };
  const actual = (server.address() as AddressInfo).port;
  sandbox.url = `http://${host.includes(':') ? `[${host}]` : host}:${actual}`;
  await keys.save(sandbox.url);
  resumeWork(sandbox);
  handler = createHandler(sandbox);
  for (const pair of waiting.splice(0)) handler(...pair);
  const ticking = setInterval(() => sandbox.settleTime(), 1000);
  ticking.unref();
  if (!options.quiet) console.log(`The sandbox listens at ${sandbox.url}`);
  return {
    url: sandbox.url, port: actual, keys, sandbox, credentials: keys.credentials(sandbox.url),
    close: async () => {
      clearInterval(ticking);
      work.close();
      sandbox.notices.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await world.close();
    },
  };
};

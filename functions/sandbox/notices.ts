/**
 * Outgoing notices: sealed, signed, posted to notify_url, repeated on the official schedule until 200 or 204
 * within 5 s. The faults a real network has (copies, delay, loss, reorder, signature probes) are switches here.
 * Far side of F-01, F-04, F-05, F-32. A notice that was due when the sandbox stopped is sent after restart.
 */
import http from 'node:http';
import https from 'node:https';
import { randomUUID } from 'node:crypto';
import type { Notice } from './records';
import type { Sandbox } from './context';
import { rfc3339 } from './time';
import { seal, signedHeaders } from './wire';

/** 15s/15s/30s/3m/10m/20m/30m×3/60m/3h×3/6h×2, pay.weixin.qq.com/doc/v3 "回调通知注意事项". */
const SCHEDULE_SECONDS = [15, 15, 30, 180, 600, 1200, 1800, 1800, 1800, 3600, 10800, 10800, 10800, 21600, 21600];

const LOOPBACK = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/;
const REORDER_WINDOW_MS = 150;
const LOG_LENGTH = 1000;

interface NoticeLog { eventType: string; url: string; attempts: number; status: string; atMs: number }

export interface Notices {
  send(input: { url: string | undefined; eventType: string; originalType: string; summary: string; plaintext: unknown }): void;
  /** Puts the undelivered notices of the journal back on the schedule. */
  resume(): void;
  /** Sends all that waits, each once; resolves with how many were sent. */
  flush(skip: Set<string>): Promise<number>;
  waiting(): number;
  /** Something that is due by now has not been sent, or not been answered. */
  isBusy(): boolean;
  log(): NoticeLog[];
  close(): void;
}

/** True for URLs the sandbox may post to: it never leaves this machine. */
export const isLoopbackUrl = (url: string): boolean => {
  try {
    return LOOPBACK.test(new URL(url).hostname);
  } catch {
    return false;
  }
};

const setPath = (target: Record<string, unknown>, path: string, value: unknown): void => {
  const parts = path.split('.');
  let at = target;
  for (const part of parts.slice(0, -1)) {
    if (typeof at[part] !== 'object' || at[part] === null) at[part] = {};
    at = at[part] as Record<string, unknown>;
  }
  at[parts[parts.length - 1]!] = value;
};

const post = (agents: { http: http.Agent; https: https.Agent }, url: string, body: string, headers: Record<string, string>, timeoutMs: number): Promise<string> =>
  new Promise((resolve) => {
    const secure = url.startsWith('https:');
    const request = (secure ? https : http).request(url, {
      method: 'POST',
      agent: secure ? agents.https : agents.http,
      headers: { ...headers, 'Content-Type': 'application/json', 'Content-Length': Buffer.byteLength(body), 'User-Agent': 'Mozilla/4.0' },
    });
    const timer = setTimeout(() => request.destroy(new Error('timeout')), timeoutMs);
    const finish = (status: string): void => {
      clearTimeout(timer);
      resolve(status);
    };
    request.on('response', (response) => {
      response.resume();
      response.on('end', () => finish(String(response.statusCode)));
      response.on('error', () => finish('broken'));
    });
    request.on('error', (error) => finish(error.message === 'timeout' ? 'timeout' : 'unreachable'));
    request.end(body);
  });

export const openNotices = (sandbox: () => Sandbox): Notices => {
  const agents = {
    http: new http.Agent({ keepAlive: true, maxSockets: 128 }),
    https: new https.Agent({ keepAlive: true, maxSockets: 32 }),
  };
  /** By key; without a timer: held, or waiting for its turn in the reverse order. */
  const waiting = new Map<string, { timer: NodeJS.Timeout; dueAtMs: number } | undefined>();
  const sending = new Map<string, Promise<void>>();
  const recent: NoticeLog[] = [];
  let reordering: string[] = [];
  let closed = false;

  const envelope = (notice: Notice): string =>
    JSON.stringify({
      id: notice.id,
      create_time: rfc3339(notice.createdAtMs),
      resource_type: 'encrypt-resource',
      event_type: notice.eventType,
      summary: notice.summary,
      resource: { original_type: notice.originalType, ...seal(sandbox().keys.apiV3Key, notice.plaintext, notice.originalType) },
    });

  const settle = (notice: Notice, status: string): void => {
    recent.push({ eventType: notice.eventType, url: notice.url, attempts: notice.attempts, status, atMs: sandbox().now() });
    if (recent.length > LOG_LENGTH) recent.splice(0, recent.length - LOG_LENGTH);
  };

  const attempt = async (key: string): Promise<void> => {
    const { world, keys, settings, faults, now } = sandbox();
    const notice = world.get('notice', key);
    if (!notice || notice.done) return;
    const url = faults.notices.sendTo || notice.url;
    const signer = keys.platform(keys.active())!;
    const body = envelope(notice);
    let statuses: string[];
    if (!isLoopbackUrl(url)) {
      statuses = ['not-loopback'];
    } else {
      if (faults.notices.badSignatureProbe) {
        const probe = signedHeaders(signer, body, now());
        probe['Wechatpay-Signature'] = `WECHATPAY/SIGNTEST/${probe['Wechatpay-Signature']!.slice(19)}`;
        settle(notice, `probe ${await post(agents, url, body, probe, settings.noticeTimeoutMs)}`);
      }
      statuses = await Promise.all(
        Array.from({ length: Math.max(1, faults.notices.copies) }, () =>
          post(agents, url, body, signedHeaders(signer, body, now()), settings.noticeTimeoutMs)),
      );
    }
    notice.attempts += 1;
    notice.lastStatus = statuses.join(',');
    settle(notice, notice.lastStatus);
    if (statuses.some((status) => status === '200' || status === '204')) {
      world.remove('notice', key);
      return;
    }
    const seconds = SCHEDULE_SECONDS[notice.attempts - 1];
    if (seconds === undefined || statuses[0] === 'not-loopback') notice.done = true;
    world.save('notice', notice);
    if (!notice.done && !closed) wait(key, seconds! * 1000 * settings.retryScale);
  };

  const run = (key: string): Promise<void> => {
    const running = sending.get(key);
    if (running) return running;
    clearTimeout(waiting.get(key)?.timer);
    waiting.delete(key);
    const promise = attempt(key).finally(() => sending.delete(key));
    sending.set(key, promise);
    return promise;
  };

  const wait = (key: string, delayMs: number): void => {
    if (sandbox().faults.notices.hold) {
      waiting.set(key, undefined);
      return;
    }
    const timer = setTimeout(() => void run(key), delayMs);
    timer.unref();
    waiting.set(key, { timer, dueAtMs: Date.now() + delayMs });
  };

  const releaseReversed = (): void => {
    const keys = reordering.reverse();
    reordering = [];
    void keys.filter((key) => waiting.has(key)).reduce((before, key) => before.then(() => run(key)), Promise.resolve());
  };

  return {
    send: ({ url, eventType, originalType, summary, plaintext }) => {
      if (!url) return;
      const { world, faults, now } = sandbox();
      const clear = structuredClone(plaintext) as Record<string, unknown>;
      for (const [path, value] of Object.entries(faults.notices.override)) setPath(clear, path, value);
      const id = randomUUID();
      const notice: Notice = {
        key: id, id, url: url.trim(), eventType, originalType, summary, plaintext: JSON.stringify(clear), createdAtMs: now(), attempts: 0, done: false,
      };
      if (faults.notices.lose !== 0) {
        if (faults.notices.lose > 0) faults.notices.lose -= 1;
        settle(notice, 'lost');
        return;
      }
      world.save('notice', notice);
      if (faults.notices.reorder && !faults.notices.hold) {
        waiting.set(id, undefined);
        if (reordering.push(id) === 1) setTimeout(releaseReversed, REORDER_WINDOW_MS + faults.notices.delayMs);
      } else wait(id, faults.notices.delayMs);
    },
    resume: () => {
      for (const notice of sandbox().world.tables.notice.values()) {
        if (!notice.done) wait(notice.key, 100);
      }
    },
    flush: async (skip) => {
      const due = [...waiting.keys()].filter((key) => !skip.has(key));
      due.forEach((key) => skip.add(key));
      await Promise.all([...due.map(run), ...sending.values()]);
      return due.length;
    },
    waiting: () => waiting.size + sending.size,
    isBusy: () => sending.size > 0 || [...waiting.values()].some((one) => one && one.dueAtMs <= Date.now()),
    log: () => recent,
    close: () => {
      closed = true;
      for (const one of waiting.values()) clearTimeout(one?.timer);
      waiting.clear();
      agents.http.destroy();
      agents.https.destroy();
    },
  };
};

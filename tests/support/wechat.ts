/** A running stand-in for WeChat, our configuration for it, its control panel, and a place where its notices arrive raw. */
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { wechatFromCredentials, type WechatConfig } from '../../functions/kernel/config';
import type { SavedKeys } from '../../functions/sandbox/keys';
import { startSandbox, type RunningSandbox, type SandboxOptions } from '../../functions/sandbox/server';

export interface RawNotice { headers: Record<string, string>; body: Buffer }
export interface FarSide {
  url: string;
  config: WechatConfig;
  sandbox: RunningSandbox;
  /** POSTs to a /sandbox/… control and returns its JSON. Throws when it is refused. */
  control<T = Record<string, unknown>>(path: string, body?: unknown): Promise<T>;
  /** Until what is due by now has been sent and answered; a notice that a test holds up itself is waited for ten seconds. */
  idle(): Promise<void>;
  close(): Promise<void>;
}

export async function startFarSide(options: SandboxOptions = {}): Promise<FarSide> {
  const keys = process.env.JUKE_TEST_KEYS ? (JSON.parse(process.env.JUKE_TEST_KEYS) as SavedKeys) : undefined;
  const sandbox = await startSandbox({ port: 0, quiet: true, keys, ...options });
  const control = async <T>(path: string, body: unknown = {}): Promise<T> => {
    const response = await fetch(`${sandbox.url}/sandbox/${path}`, { method: 'POST', body: JSON.stringify(body), headers: { 'content-type': 'application/json' } });
    const answer = await response.json();
    if (!response.ok) throw new Error(`sandbox ${path}: ${JSON.stringify(answer)}`);
    return answer as T;
  };
  const idle = async (): Promise<void> => {
    const untilMs = Date.now() + 10_000;
    while (sandbox.sandbox.isBusy() && Date.now() < untilMs) await new Promise((done) => setTimeout(done, 2));
  };
  const config = wechatFromCredentials(sandbox.url, sandbox.credentials as unknown as Record<string, unknown>);
  return { url: sandbox.url, config, sandbox, control, idle, close: () => sandbox.close() };
}

/** An HTTP server on loopback that answers with `answer` and remembers what it was sent. */
export async function startInbox(answer: http.RequestListener = (_, response) => response.writeHead(204).end()) {
  const seen: RawNotice[] = [];
  const server = http.createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      seen.push({ headers: request.headers as Record<string, string>, body: Buffer.concat(chunks) });
      answer(request, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () => new Promise<void>((resolve) => {
    server.closeAllConnections();
    server.close(() => resolve());
  });
  /** Waits until `count` requests came. Throws after 20 s. */
  const waitFor = async (count: number): Promise<RawNotice[]> => {
    for (let tries = 0; seen.length < count; tries += 1) {
      if (tries > 2_000) throw new Error(`waited for ${count} requests, ${seen.length} came`);
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
    return seen;
  };
  /** Forgets what came, also what is on its way here from an earlier test. */
  const clear = async (far: FarSide): Promise<void> => {
    await far.idle();
    seen.length = 0;
  };
  return { url, seen, waitFor, clear, close };
}

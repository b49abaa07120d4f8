/** The servers that guests reach: one in this process, one in a child process that is killed and started again. */
import { spawn, type ChildProcess } from 'node:child_process';
import net, { type AddressInfo } from 'node:net';
import { pathOf, routes, type Route, type RouteName } from '../../functions/contract/routes';
import type { Config } from '../../functions/kernel';
import type { LooseCall, Reply, TestApp } from '../support/app';

export interface House {
  url: string;
  /** SIGKILL: what is under way there is answered to nobody. Resolves when the process is gone. */
  kill(): Promise<void>;
  /** Starts it (again) on the same port. Resolves when it answers. */
  start(): Promise<void>;
  /** The clock jumped: look at it now. */
  tell(): void;
}

export async function openHouse(config: Config): Promise<House> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  let child: ChildProcess | null = null;
  const house: House = {
    url,
    kill: async () => {
      const old = child;
      child = null;
      if (!old) return;
      const gone = new Promise((done) => old.once('exit', done));
      old.kill('SIGKILL');
      await gone;
    },
    start: () => new Promise((done, failed) => {
      const started = spawn(process.execPath, ['functions/host/run.mjs', 'tests/sim/house.ts'], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
      child = started;
      started.once('message', () => done());
      started.once('exit', (code) => failed(new Error(`the server ended by itself (${code})`)));
      started.send({ ...config, port, publicUrl: url } satisfies Config);
    }),
    tell: () => void (child?.connected && child.send('clock')),
  };
  await house.start();
  return house;
}

function freePort(): Promise<number> {
  return new Promise((done) => {
    const server = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => done(port));
    });
  });
}

/** One call of a route: in this process, or over the wire to the house. A lost or late answer throws. */
export async function callAt(t: TestApp, house: House | null, name: RouteName, call: LooseCall): Promise<Reply> {
  if (!house) return t.handle(name, call);
  const route: Route = routes[name];
  const query = new URLSearchParams(Object.entries(call.query ?? {}).map(([k, v]) => [k, String(v)])).toString();
  const response = await fetch(`${house.url}${pathOf(name, (call.params ?? {}) as Record<string, string>)}${query ? `?${query}` : ''}`, {
    method: route.method, signal: AbortSignal.timeout(20_000), ...(call.body === undefined ? {} : { body: JSON.stringify(call.body) }),
    headers: {
      'content-type': 'application/json', ...(call.as ? { authorization: `Bearer ${typeof call.as === 'string' ? call.as : call.as.token}` } : {}),
      ...(call.key ? { 'idempotency-key': call.key } : {}),
    },
  });
  return { status: response.status, body: await response.json(), headers: {} };
}

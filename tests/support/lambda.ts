/** A function as Lambda runs it: its bundle in a process of its own, one event at a time, frozen in between. And what is in front of its database. */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import net from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { APIGatewayProxyEventV2, APIGatewayProxyStructuredResultV2, ScheduledEvent } from 'aws-lambda';
import { build } from 'esbuild';

const ROOT = join(__dirname, '..', '..');
/** custom.esbuild of serverless.yml; the sizes test compares. */
export const TSCONFIG = join(ROOT, 'config', 'tsconfig.functions.json');

export async function bundleOf(name: string): Promise<Uint8Array> {
  const { outputFiles } = await build({
    entryPoints: [join(ROOT, 'functions', name, 'handler.ts')], bundle: true, minify: true, sourcemap: false, platform: 'node', target: 'node22', format: 'cjs', write: false,
    tsconfig: TSCONFIG, external: ['sharp', 'pg-native', '@aws-sdk/*'], logLevel: 'error',
  });
  return outputFiles[0]!.contents;
}

/** Its own wall clock runs ahead by what it was told to have slept; the monotonic one stood still. */
const RUNTIME = `
  const { handler } = require(process.argv[1]);
  const now = Date.now.bind(Date);
  let slept = 0;
  let remaining = 300_000;
  Date.now = () => now() + slept;
  process.on('message', async ({ event, sleptMs = 0, remainingMs = remaining }) => {
    slept += sleptMs;
    remaining = remainingMs;
    const context = { getRemainingTimeInMillis: () => remaining };
    if (event) process.send(await handler(event, context).then((answer) => ({ answer }), (error) => ({ failed: String(error && error.stack) })));
  });`;

export interface LambdaFunction {
  invoke<T = APIGatewayProxyStructuredResultV2>(event: APIGatewayProxyEventV2 | ScheduledEvent, options?: { sleptMs?: number }): Promise<T>;
  /** How long it still may run, from now on. */
  remains(ms: number): void;
  /** What it wrote: its log. */
  said(): string;
  stop(): void;
}

export async function startFunction(name: string, env: Record<string, string>): Promise<LambdaFunction> {
  const file = join(mkdtempSync(join(tmpdir(), 'juke-lambda-')), `${name}.cjs`);
  writeFileSync(file, await bundleOf(name));
  // Nothing of this process's own environment.
  const child: ChildProcess = spawn(process.execPath, ['-e', RUNTIME, file], { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], env: env as NodeJS.ProcessEnv });
  let said = '';
  for (const stream of [child.stdout!, child.stderr!]) stream.on('data', (text) => (said += String(text)));
  return {
    invoke: (event, options = {}) => new Promise((done, fail) => {
      child.once('exit', () => fail(new Error(`${name} ended: ${said}`)));
      child.once('message', ({ answer, failed }: { answer: never; failed?: string }) => (failed === undefined ? done(answer) : fail(new Error(failed))));
      child.send({ event, ...options });
    }),
    remains: (remainingMs) => void child.send({ remainingMs }),
    said: () => said,
    stop: () => void child.kill('SIGKILL'),
  };
}

interface Parts { method: string; path: string; query?: Record<string, string>; headers?: Record<string, string>; body?: string; isBase64Encoded?: boolean; ip?: string }
/** Payload format 2.0 of an HTTP API: header names in lower case, cookies apart, what is no text in base64. */
export function gatewayEvent({ method, path, query, headers = {}, body, isBase64Encoded = false, ip = '203.0.113.9' }: Parts): APIGatewayProxyEventV2 {
  const domainName = 'a1b2c3d4e5.execute-api.ap-southeast-1.amazonaws.com';
  return {
    version: '2.0', routeKey: `${method} ${path}`, rawPath: path, rawQueryString: new URLSearchParams(query).toString(), cookies: ['theme=dark', 'seen=1'],
    headers: { accept: '*/*', host: domainName, 'x-forwarded-for': ip, 'x-forwarded-port': '443', 'x-forwarded-proto': 'https', ...headers },
    ...(query ? { queryStringParameters: query } : {}), ...(body === undefined ? {} : { body }), isBase64Encoded,
    requestContext: {
      accountId: '123456789012', apiId: 'a1b2c3d4e5', domainName, domainPrefix: 'a1b2c3d4e5', requestId: 'JKJaXmPLvHcESHA=', routeKey: `${method} ${path}`, stage: '$default',
      time: '22/Nov/2026:10:00:00 +0000', timeEpoch: 1_795_341_600_000, http: { method, path, protocol: 'HTTP/1.1', sourceIp: ip, userAgent: 'test' },
    },
  };
}

export const scheduled: ScheduledEvent = {
  version: '0', id: '53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa', 'detail-type': 'Scheduled Event', source: 'aws.events', account: '123456789012', time: '2026-11-22T10:00:00Z',
  region: 'ap-southeast-1', resources: ['arn:aws:events:ap-southeast-1:123456789012:rule/juke-dev-worker'], detail: {},
};

export interface Pooler {
  url: string;
  opened(): number;
  /** Who is connected now is forgotten without a word, as by a gateway of a network; new connections are taken. */
  forget(): void;
  close(): Promise<void>;
}
/** What PgBouncer in transaction mode takes of a session (its documentation, ignore_startup_parameters). */
const TAKEN = new Set(['user', 'database', 'client_encoding', 'datestyle', 'timezone', 'standard_conforming_strings', 'application_name']);

/** In front of PostgreSQL, and as strict as a pooler in transaction mode: no settings of a session, no named statements. */
export async function openPooler(databaseUrl: string): Promise<Pooler> {
  const target = new URL(databaseUrl);
  const pairs = new Set<{ client: net.Socket; far: net.Socket; isForgotten: boolean }>();
  let opened = 0;
  const server = net.createServer((client) => {
    opened += 1;
    const pair = { client, far: net.connect(Number(target.port), target.hostname), isForgotten: false };
    pairs.add(pair);
    for (const socket of [client, pair.far]) socket.on('error', () => undefined).on('close', () => void (pair.isForgotten || [client, pair.far].forEach((one) => one.destroy())));
    let isFirst = true;
    client.on('data', (chunk: Buffer) => {
      if (pair.isForgotten) return;
      const wrong = isFirst ? settingOf(chunk) : namedIn(chunk);
      isFirst = false;
      if (wrong) client.end(fatal(wrong));
      else pair.far.write(chunk);
    });
    pair.far.on('data', (chunk: Buffer) => void (pair.isForgotten || client.write(chunk)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return {
    url: Object.assign(new URL(databaseUrl), { hostname: '127.0.0.1', port: String((server.address() as net.AddressInfo).port) }).href,
    opened: () => opened,
    forget: () => pairs.forEach((pair) => (pair.isForgotten = true)),
    close: () => new Promise((done) => {
      pairs.forEach(({ client, far }) => [client, far].forEach((one) => one.destroy()));
      server.close(() => done());
    }),
  };
}

function settingOf(startup: Buffer): string | null {
  const words = startup.toString('utf8', 8).split('\0');
  const wrong = words.filter((_, index) => index % 2 === 0).find((name) => name && !TAKEN.has(name.toLowerCase()));
  return wrong ? `unsupported startup parameter: ${wrong}` : null;
}

/** A Parse message tells its statement's name first; an unnamed one is a zero byte. */
const namedIn = (chunk: Buffer): string | null => (chunk[0] === 0x50 && chunk[5] !== 0 ? 'prepared statement does not exist' : null);

function fatal(message: string): Buffer {
  const body = Buffer.from(`SFATAL\0C08P01\0M${message}\0\0`);
  const head = Buffer.alloc(5);
  head.write('E');
  head.writeInt32BE(body.length + 4, 1);
  return Buffer.concat([head, body]);
}

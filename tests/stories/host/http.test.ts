// The host's own part of a request: what of a body reaches the handlers.
import { mkdir, mkdtemp, readdir, readlink, rm, writeFile } from 'node:fs/promises';
import http from 'node:http';
import net, { type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { BODY_DROPPED_MAX_BYTES, BODY_MAX_BYTES } from '../../../functions/contract/limits';
import { serveFiles } from '../../../functions/host/files';
import { serve } from '../../../functions/host/http';
import { createHandler, quietLog, type App } from '../../../functions/kernel';

let server: http.Server;
let seen = 0;
beforeAll(async () => {
  const handler: Parameters<typeof serve>[0] = async ({ body }) => {
    seen = Buffer.byteLength(body ?? '');
    return { statusCode: seen > BODY_MAX_BYTES ? 413 : 200, body: JSON.stringify({ code: seen > BODY_MAX_BYTES ? 'TOO_LARGE' : 'fine' }) };
  };
  server = await serve(handler, (_, response) => void response.end(), 0);
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

const port = () => (server.address() as AddressInfo).port;
/** Sends all of it before reading, as curl and many libraries do. */
async function answerTo(bytes: number): Promise<string> {
  const socket = net.connect(port(), '127.0.0.1');
  let text = '';
  let goOn = (): void => undefined;
  const next = () => new Promise<void>((done) => (goOn = done));
  socket.on('data', (data) => (text += String(data))).on('error', () => undefined).on('drain', () => goOn()).on('close', () => goOn());
  socket.write(`POST /api/anything HTTP/1.1\r\nhost: juke\r\nconnection: close\r\ncontent-length: ${bytes}\r\n\r\n`);
  const chunk = Buffer.alloc(64 * 1024, 'a');
  for (let left = bytes; left > 0 && !socket.destroyed; left -= chunk.length) {
    if (!socket.write(chunk.subarray(0, Math.min(left, chunk.length))) && !socket.destroyed) await next();
  }
  while (!socket.destroyed) await next();
  return text;
}

test('A-40 a body far over the limit is refused in words, and hardly any of it is kept', async () => {
  expect(await answerTo(BODY_MAX_BYTES)).toMatch(/^HTTP\/1.1 200 .*fine/s);
  for (const bytes of [BODY_MAX_BYTES + 1, 2 * BODY_MAX_BYTES, 3 * BODY_MAX_BYTES + 7, 4_000_000]) {
    expect(await answerTo(bytes)).toMatch(/^HTTP\/1.1 413 .*TOO_LARGE/s);
    expect(seen).toBeLessThanOrEqual(3 * BODY_MAX_BYTES);
  }
});

test('A-40 a body without an end is hung up on', async () => {
  expect(await answerTo(BODY_MAX_BYTES + 2 * BODY_DROPPED_MAX_BYTES)).toBe('');
});

test('A-10 nobody chooses the address that limits count by: only what our own proxies added is believed', async () => {
  const seenFrom = async (trustProxy: number, forwarded?: string) => {
    let ip = '';
    const app = { config: { trustProxy }, clock: { nowMs: () => 0 }, log: quietLog } as unknown as App;
    const own = await serve(createHandler(async () => app, { getConfig: async (ctx) => { ip = ctx.ip; throw new Error('seen'); } }), () => undefined, 0);
    await fetch(`http://127.0.0.1:${(own.address() as AddressInfo).port}/api/config`, { headers: forwarded ? { 'x-forwarded-for': forwarded } : {} });
    own.closeAllConnections();
    own.close();
    return ip;
  };
  expect(await seenFrom(0, '9.9.9.9')).toBe('127.0.0.1');
  expect(await seenFrom(1)).toBe('127.0.0.1');
  expect(await seenFrom(1, '1.2.3.4')).toBe('1.2.3.4');
  expect(await seenFrom(1, '9.9.9.9, 1.2.3.4')).toBe('1.2.3.4');
  expect(await seenFrom(2, '9.9.9.9, 1.2.3.4, 10.0.0.1')).toBe('1.2.3.4');
});

test('no address leads out of the folders that are served', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'juke-files-'));
  await Promise.all(['h5', 'art'].map((name) => mkdir(join(dir, name))));
  await Promise.all([writeFile(join(dir, '.env'), 'SESSION_KEY=secret'), writeFile(join(dir, 'h5', 'index.html'), 'the app'), writeFile(join(dir, 'h5', 'a.txt'), 'a file'), writeFile(join(dir, 'art', 'b.svg'), 'a picture')]);
  const files = http.createServer(serveFiles(join(dir, 'h5'), join(dir, 'art'))).listen(0, '127.0.0.1');
  await new Promise((done) => files.once('listening', done));
  // As it is: every client library would tidy the address first.
  const get = (target: string) => new Promise<string>((done) => {
    let text = '';
    const socket = net.connect((files.address() as AddressInfo).port, '127.0.0.1', () => socket.write(`GET ${target} HTTP/1.1\r\nhost: juke\r\nconnection: close\r\n\r\n`));
    socket.on('data', (data) => (text += String(data))).on('close', () => done(text));
  });
  try {
    expect(await get('/a.txt')).toMatch(/^HTTP\/1.1 200 .*a file/s);
    expect(await get('/art/b.svg')).toMatch(/^HTTP\/1.1 200 .*a picture/s);
    for (const target of ['http://x/../../.env', 'http://x/../../../.env', 'http://x/art/../../../.env', '/../.env', '/art/../../.env', '//../.env', '/%2e%2e/.env', '/art/..%2f..%2f.env', 'http:..%2f..%2f.env', '/..\\..\\.env', '/art%5c..%5c..%5c.env']) {
      expect([target, (await get(target)).includes('secret')]).toEqual([target, false]);
    }
  } finally {
    files.close();
    await rm(dir, { recursive: true });
  }
});

const onLinux = process.platform === 'linux' ? test : test.skip;
onLinux('A-35 who hangs up in the middle of a file leaves nothing open', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'juke-big-'));
  await Promise.all([writeFile(join(dir, 'big.png'), Buffer.alloc(8_000_000)), writeFile(join(dir, 'index.html'), 'the app')]);
  const files = http.createServer(serveFiles(dir, dir)).listen(0, '127.0.0.1');
  await new Promise((done) => files.once('listening', done));
  const openFiles = async () => (await Promise.all((await readdir('/proc/self/fd')).map((fd) => readlink(`/proc/self/fd/${fd}`).catch(() => '')))).filter((path) => path.includes('big.png')).length;
  try {
    await Promise.all(Array.from({ length: 10 }, () => new Promise<void>((done) => {
      const socket = net.connect((files.address() as AddressInfo).port, '127.0.0.1', () => socket.write('GET /big.png HTTP/1.1\r\nhost: juke\r\n\r\n'));
      socket.once('data', () => socket.destroy()).on('close', () => done());
    })));
    for (let look = 0; look < 500 && (await openFiles()) > 0; look += 1) await new Promise((done) => setTimeout(done, 20));
    expect(await openFiles()).toBe(0);
  } finally {
    files.close();
    await rm(dir, { recursive: true });
  }
});

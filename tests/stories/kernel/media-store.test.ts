/** Pictures in a folder and in a bucket: the same three promises. The bucket checks each request's signature (SigV4) by itself. */
import { createHash, createHmac } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { bucketStore, folderStore, mediaStore, type MediaStore } from '../../../functions/kernel/media-store';
import { ConfigError, readConfig } from '../../../functions/kernel/config';

const KEY = { region: 'test-1', keyId: 'AKIDTEST', secret: 'a secret of the test' };
const objects = new Map<string, Buffer>();
let server: Server;
let url: string;
let dir: string;
let isDown = false;

/** docs.aws.amazon.com, Signature Version 4: canonical request → string to sign → derived key. */
function expectedSignature(req: IncomingMessage, signedHeaders: string, date: string): string {
  const hash = (text: string) => createHash('sha256').update(text).digest('hex');
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const headers = signedHeaders.split(';').map((name) => `${name}:${String(req.headers[name]).trim()}\n`).join('');
  const canonical = [req.method, req.url, '', headers, signedHeaders, req.headers['x-amz-content-sha256']].join('\n');
  const scope = `${date.slice(0, 8)}/${KEY.region}/s3/aws4_request`;
  const key = ['s3', 'aws4_request'].reduce((k, part) => hmac(k, part), hmac(hmac(`AWS4${KEY.secret}`, date.slice(0, 8)), KEY.region));
  return createHmac('sha256', key).update(`AWS4-HMAC-SHA256\n${date}\n${scope}\n${hash(canonical)}`).digest('hex');
}

beforeAll(async () => {
  dir = await mkdtemp(join(tmpdir(), 'juke-store-'));
  server = createServer((req, res) => {
    const chunks: Buffer[] = [];
    req.on('data', (chunk: Buffer) => chunks.push(chunk));
    req.on('end', () => {
      const end = (status: number, body?: Buffer) => void res.writeHead(status).end(body);
      const [, signed = '', given = ''] = /SignedHeaders=([^,]+), Signature=([0-9a-f]+)/.exec(req.headers.authorization ?? '') ?? [];
      if (isDown) return end(503);
      if (given !== expectedSignature(req, signed, String(req.headers['x-amz-date']))) return end(403);
      const name = req.url!;
      if (req.method === 'GET') return objects.has(name) ? end(200, objects.get(name)) : end(404);
      if (req.method === 'DELETE') return end(objects.delete(name) ? 204 : 404);
      if (req.headers['if-none-match'] === '*' && objects.has(name)) return end(412);
      objects.set(name, Buffer.concat(chunks));
      return end(200);
    });
  });
  await new Promise<void>((done) => { server.listen(0, '127.0.0.1', done); });
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pictures`;
});
afterAll(async () => {
  await new Promise((done) => { server.close(done); });
  await rm(dir, { recursive: true });
});

test.each<[string, () => MediaStore]>([['folder', () => folderStore(dir)], ['bucket', () => bucketStore({ url, ...KEY })]])('a %s writes a key once, reads it back and forgets it', async (_name, make) => {
  const store = make();
  const bytes = Buffer.from([0, 255, 1, 2, 3]);
  expect(await store.get('med_00000001')).toBeNull();
  expect(await store.put('med_00000001', bytes)).toBe(true);
  expect(await store.put('med_00000001', Buffer.from('another picture'))).toBe(false);
  expect(await store.get('med_00000001')).toEqual(bytes);
  await store.remove('med_00000001');
  await store.remove('med_00000001');
  expect(await store.get('med_00000001')).toBeNull();
});

test('a bucket that refuses the key or is away says so, and nothing is taken for missing', async () => {
  await expect(bucketStore({ url, ...KEY, secret: 'wrong' }).get('med_00000002')).rejects.toThrow('media bucket answered 403 to GET');
  isDown = true;
  await expect(bucketStore({ url, ...KEY }).put('med_00000002', Buffer.from('x'))).rejects.toThrow('media bucket answered 503 to PUT');
  isDown = false;
});

test('configuration chooses the bucket, and says what is missing', () => {
  const env = { DATABASE_URL: 'postgres://x', JUKE_DEMO: '1', WECHAT_PAY_API_V3_KEY: '', SANDBOX_URL: '' };
  expect(() => readConfig({ ...env, MEDIA_BUCKET_URL: 'https://s3.example.com' })).toThrow(ConfigError);
  expect(() => readConfig({ ...env, MEDIA_BUCKET_URL: 'https://s3.example.com/juke' })).toThrow('MEDIA_BUCKET_KEY_ID is not set');
  const mediaBucket = { url, ...KEY };
  expect(mediaStore({ mediaDir: dir, mediaBucket })).toBe(mediaStore({ mediaDir: dir, mediaBucket }));
});

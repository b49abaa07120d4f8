/**
 * Where the bytes of pictures lie: a folder, or a bucket of an S3-compatible storage. A key is written once and never
 * overwritten: what was checked is what is shown.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AwsClient } from 'aws4fetch';
import { Unavailable } from './failure';

export interface MediaStore {
  /** False when the key exists already; what is there stays. */
  put(key: string, bytes: Buffer): Promise<boolean>;
  get(key: string): Promise<Buffer | null>;
  remove(key: string): Promise<void>;
}

/** The address of an S3-compatible bucket (path style) and its key. The region is read from the address of AWS and of others that tell it there. */
export interface Bucket { url: string; region?: string; keyId: string; secret: string }

const stores = new WeakMap<object, MediaStore>();
/** The bucket where one is configured, else the folder. */
export function mediaStore(config: { mediaDir: string; mediaBucket: Bucket | null }): MediaStore {
  if (!config.mediaBucket) return folderStore(config.mediaDir);
  let store = stores.get(config.mediaBucket);
  if (!store) stores.set(config.mediaBucket, (store = bucketStore(config.mediaBucket)));
  return store;
}

/** Throws Unavailable while the bucket is away: what was asked for can be repeated. */
export function bucketStore({ url, region, keyId, secret }: Bucket): MediaStore {
  const client = new AwsClient({ accessKeyId: keyId, secretAccessKey: secret, region, service: 's3', retries: 2 });
  const send = async (method: string, key: string, init: RequestInit, fine: number[]) => {
    const answer = await client.fetch(`${url}/${key}`, { method, ...init, signal: AbortSignal.timeout(BUCKET_TIMEOUT_MS) }).catch((error: Error) => {
      throw new Unavailable(`media bucket: ${error.message}`);
    });
    if (answer.ok || fine.includes(answer.status)) return answer;
    throw new Unavailable(`media bucket answered ${answer.status} to ${method}`);
  };
  return {
    // 412: the key is there; 409: somebody writes it at this moment.
    put: async (key, bytes) => (await send('PUT', key, { body: new Uint8Array(bytes), headers: { 'if-none-match': '*' } }, [409, 412])).ok,
    get: async (key) => {
      const answer = await send('GET', key, {}, [404]);
      return answer.ok ? Buffer.from(await answer.arrayBuffer()) : null;
    },
    remove: async (key) => void (await send('DELETE', key, {}, [404])),
  };
}
const BUCKET_TIMEOUT_MS = 10_000;

/** Keys must be plain names: the caller checks them. */
export function folderStore(dir: string): MediaStore {
  const place = (key: string) => join(dir, key);
  return {
    async put(key, bytes) {
      await mkdir(dir, { recursive: true });
      const half = place(`.${randomBytes(8).toString('hex')}`);
      await writeFile(half, bytes);
      try {
        await link(half, place(key));
        return true;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
        throw error;
      } finally {
        await unlink(half);
      }
    },
    get: (key) => readFile(place(key)).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return null;
      throw error;
    }),
    remove: (key) => unlink(place(key)).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    }),
  };
}

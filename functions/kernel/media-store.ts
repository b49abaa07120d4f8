/**
 * Where the bytes of pictures lie: three functions, so that another storage can stand in. A key is written once and never
 * overwritten: what was checked is what is shown.
 */
import { randomBytes } from 'node:crypto';
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface MediaStore {
  /** False when the key exists already; what is there stays. */
  put(key: string, bytes: Buffer): Promise<boolean>;
  get(key: string): Promise<Buffer | null>;
  remove(key: string): Promise<void>;
}

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

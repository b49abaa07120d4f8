/**
 * Makes an uploaded picture harmless: it is decoded and encoded anew, so that places, names and whatever hid between the
 * pixels are gone. The codec (native, outside every function bundle) is loaded on first use: only the host receives pictures.
 */
import { MEDIA_PIXELS_MAX, MEDIA_SIDE_PX } from '../contract/limits';

export type PictureType = 'image/jpeg' | 'image/png';
const MAGIC: Record<PictureType, Buffer> = {
  'image/jpeg': Buffer.from([0xff, 0xd8, 0xff]),
  'image/png': Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
};

/** True when the first bytes are of the type that was declared. */
export function looksLike(type: PictureType, bytes: Buffer): boolean {
  return bytes.subarray(0, MAGIC[type].length).equals(MAGIC[type]);
}

/** The same picture, upright, at most MEDIA_SIDE_PX long, without metadata; null when it is no whole picture of that type. */
export async function cleanPicture(type: PictureType, bytes: Buffer): Promise<Buffer | null> {
  if (!looksLike(type, bytes)) return null;
  const { default: sharp } = await import('sharp');
  sharp.concurrency(1);
  try {
    const picture = sharp(bytes, { failOn: 'error', limitInputPixels: MEDIA_PIXELS_MAX, sequentialRead: true })
      .rotate()
      .resize({ width: MEDIA_SIDE_PX, height: MEDIA_SIDE_PX, fit: 'inside', withoutEnlargement: true });
    return await (type === 'image/jpeg' ? picture.jpeg({ quality: 85 }) : picture.png({ compressionLevel: 9 })).toBuffer();
  } catch {
    return null;
  }
}

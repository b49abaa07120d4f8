/** Uploaded pictures: what hides in them is gone, what is no picture is refused. */
import sharp from 'sharp';
import { MEDIA_SIDE_PX } from '../../../functions/contract/limits';
import { cleanPicture, looksLike } from '../../../functions/kernel/media-picture';

const SECRET = 'made at home';
const photo = (width = 40, height = 20) => sharp({ create: { width, height, channels: 3, background: '#c33' } });
const jpeg = () => photo().withExif({ IFD0: { Copyright: SECRET }, IFD3: { GPSLatitude: '31/1 13/1 0/1' } }).withMetadata({ orientation: 6 }).jpeg().toBuffer();

test('place, words and orientation leave a JPEG; the picture stands upright', async () => {
  const dirty = await jpeg();
  expect((await sharp(dirty).metadata()).exif).toBeDefined();
  const clean = await cleanPicture('image/jpeg', dirty);
  const { exif, icc, xmp, orientation, width, height, format } = await sharp(clean!).metadata();
  expect({ exif, icc, xmp, orientation, width, height, format }).toEqual({ width: 20, height: 40, format: 'jpeg' });
  expect(clean!.includes('Exif')).toBe(false);
});

test('a PNG loses its texts, and whatever was hung on behind it', async () => {
  const dirty = Buffer.concat([await photo().png().toBuffer(), Buffer.from(`<script>${SECRET}</script>`)]);
  const clean = await cleanPicture('image/png', dirty);
  expect(looksLike('image/png', clean!)).toBe(true);
  expect(clean!.includes(SECRET)).toBe(false);
});

test('a big picture is made smaller, a small one stays', async () => {
  const clean = await cleanPicture('image/jpeg', await photo(MEDIA_SIDE_PX * 2, 100).jpeg().toBuffer());
  expect((await sharp(clean!).metadata()).width).toBe(MEDIA_SIDE_PX);
});

test('another type than declared, half a picture, a bomb and plain text are refused', async () => {
  const png = await photo().png().toBuffer();
  expect(await cleanPicture('image/jpeg', png)).toBeNull();
  const noisy = await sharp({ create: { width: 300, height: 300, channels: 3, background: '#000', noise: { type: 'gaussian', mean: 128, sigma: 60 } } }).jpeg().toBuffer();
  expect(await cleanPicture('image/jpeg', noisy.subarray(0, noisy.length / 2))).toBeNull();
  expect(await cleanPicture('image/png', await photo(7_000, 7_000).png().toBuffer())).toBeNull();
  expect(await cleanPicture('image/jpeg', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'))).toBeNull();
  expect(await cleanPicture('image/jpeg', Buffer.alloc(0))).toBeNull();
});

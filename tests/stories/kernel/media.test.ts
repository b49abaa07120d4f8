/** The way of a picture from the asking to its being shown, on a real database and folder. */
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { MEDIA_CHECK_MS, MEDIA_MAX_BYTES, MEDIA_PER_DAY_MAX, MEDIA_UPLOAD_MS } from '../../../functions/contract/limits';
import { type Db, openDb } from '../../../functions/kernel/db';
import { shapes } from '../../../functions/contract/shapes';
import { checkUrl, createUpload, type MediaPlace, readMedia, settleMedia, storeUpload } from '../../../functions/kernel/media';
import { createTestDatabase, type TestDatabase } from '../../support/postgres';

let database: TestDatabase;
let db: Db;
let place: MediaPlace;
let picture: Buffer;
beforeAll(async () => {
  database = await createTestDatabase();
  db = openDb(database.url);
  const mediaDir = await mkdtemp(join(tmpdir(), 'juke-media-'));
  place = { config: { mediaDir, mediaBucket: null, publicUrl: 'https://juke.example', sessionKey: 'k'.repeat(32) }, db, nowMs: Date.now() };
  picture = await sharp({ create: { width: 30, height: 30, channels: 3, background: '#c33' } }).jpeg().toBuffer();
});
afterAll(async () => {
  await db.end();
  await database.drop();
  await rm(place.config.mediaDir, { recursive: true });
});

const queryOf = (address: string) => Object.fromEntries(new URL(address, 'http://x').searchParams);
const ask = (ownerId = 'per_1') => createUpload(place, { ownerId, contentType: 'image/jpeg', bytes: picture.length });
const facts = (mediaId: string) => db.query('SELECT kind FROM fact WHERE subject = $1', [mediaId]);

test('an uploaded picture is hidden until checked, once only, and then shown to all', async () => {
  const { mediaId, uploadUrl, mediaUrl } = await ask();
  expect(uploadUrl).toMatch(new RegExp(`^/api/media/${mediaId}\\?`));
  expect(mediaUrl).toBe(`/media/${mediaId}`);
  await storeUpload(place, mediaId, queryOf(uploadUrl), picture);
  expect(await readMedia(place, mediaId)).toBeNull();
  const forCheck = checkUrl(place, mediaId);
  expect(forCheck).toMatch(/^https:\/\/juke\.example\/media\//);
  expect(await readMedia(place, mediaId, queryOf(forCheck))).toMatchObject({ contentType: 'image/jpeg', cacheControl: 'no-store' });
  expect(await readMedia({ ...place, nowMs: place.nowMs + MEDIA_CHECK_MS + 1 }, mediaId, queryOf(forCheck))).toBeNull();
  expect(await settleMedia(place, mediaId, 'shown')).toBe(true);
  expect(await settleMedia(place, mediaId, 'shown')).toBe(false);
  const shown = await readMedia(place, mediaId);
  expect((await sharp(shown!.bytes).metadata()).width).toBe(30);
});

test('a repeated upload changes neither the bytes nor the facts, not even with another picture', async () => {
  const { mediaId, uploadUrl } = await ask();
  const other = await sharp({ create: { width: 9, height: 9, channels: 3, background: '#000' } }).jpeg().toBuffer();
  await Promise.all([picture, picture].map((bytes) => storeUpload(place, mediaId, queryOf(uploadUrl), bytes)));
  await storeUpload(place, mediaId, queryOf(uploadUrl), other);
  await settleMedia(place, mediaId, 'shown');
  expect((await sharp((await readMedia(place, mediaId))!.bytes).metadata()).width).toBe(30);
  expect(await facts(mediaId)).toEqual([{ kind: 'media.uploaded' }]);
});

test('a changed, foreign or old signature, a bigger body and no picture are refused', async () => {
  const { mediaId, uploadUrl } = await ask();
  const other = await ask();
  const query = queryOf(uploadUrl);
  const refused = (code: string) => ({ name: 'Refused', code });
  await expect(storeUpload(place, other.mediaId, query, picture)).rejects.toMatchObject(refused('NOT_ALLOWED'));
  await expect(storeUpload(place, mediaId, { ...query, bytes: String(MEDIA_MAX_BYTES) }, picture)).rejects.toMatchObject(refused('NOT_ALLOWED'));
  await expect(storeUpload(place, mediaId, { ...query, sig: '' }, picture)).rejects.toMatchObject(refused('NOT_ALLOWED'));
  await expect(storeUpload(place, mediaId, queryOf(checkUrl(place, mediaId)), picture)).rejects.toMatchObject(refused('NOT_ALLOWED'));
  await expect(storeUpload({ ...place, nowMs: place.nowMs + MEDIA_UPLOAD_MS + 1 }, mediaId, query, picture)).rejects.toMatchObject(refused('NOT_ALLOWED'));
  await expect(storeUpload(place, mediaId, query, Buffer.concat([picture, Buffer.alloc(1)]))).rejects.toMatchObject(refused('TOO_LARGE'));
  await expect(storeUpload(place, mediaId, query, picture.subarray(0, 20))).rejects.toMatchObject(refused('BAD_INPUT'));
  await expect(readMedia(place, '../../etc/passwd')).resolves.toBeNull();
  expect(await readdir(place.config.mediaDir)).not.toContain(mediaId);
});

test('a refused picture is gone, also when it was shown before; a shown one is not brought back', async () => {
  const { mediaId, uploadUrl } = await ask();
  await storeUpload(place, mediaId, queryOf(uploadUrl), picture);
  await settleMedia(place, mediaId, 'shown');
  expect(await settleMedia(place, mediaId, 'refused')).toBe(true);
  expect(await settleMedia(place, mediaId, 'shown')).toBe(false);
  expect(await readMedia(place, mediaId, queryOf(checkUrl(place, mediaId)))).toBeNull();
  expect(await readdir(place.config.mediaDir)).not.toContain(mediaId);
});

test('I-28 too many, too big and other types are refused when asked for', async () => {
  const fits = (body: object) => shapes.createUpload.body.safeParse(body).success;
  expect([['image/png', MEDIA_MAX_BYTES], ['image/png', MEDIA_MAX_BYTES + 1], ['image/svg+xml', 9]].map(([contentType, bytes]) => fits({ contentType, bytes }))).toEqual([true, false, false]);
  for (let i = 0; i < MEDIA_PER_DAY_MAX; i += 1) await ask('per_2');
  await expect(ask('per_2')).rejects.toMatchObject({ code: 'RATE_LIMITED' });
  // Of one day: what was asked for before it does not count.
  await db.query("UPDATE media SET created_at = created_at - interval '1 day' WHERE owner_id = 'per_2'");
  await ask('per_2');
});

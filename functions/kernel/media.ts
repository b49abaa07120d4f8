/**
 * Pictures of people: asked for, uploaded to a signed address, cleaned, hidden until checked. Guards I-28 (sizes).
 * awaited → hidden (uploaded, fact media.uploaded) → shown | refused. Addresses are paths; the app adds the host.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';
import { MEDIA_CHECK_MS, MEDIA_MAX_BYTES, MEDIA_PER_DAY_MAX, MEDIA_UPLOAD_MS } from '../contract/limits';
import type { Config } from './config';
import type { Db } from './db';
import { refuse } from './failure';
import { newId } from './ids';
import { cleanPicture, type PictureType } from './media-picture';
import { mediaStore } from './media-store';

/** `nowMs` is the database clock. */
export interface MediaPlace { config: Pick<Config, 'mediaDir' | 'mediaBucket' | 'publicUrl' | 'sessionKey'>; db: Pick<Db, 'query'>; nowMs: number }
interface SignedQuery { exp?: string; bytes?: string; sig?: string }
interface MediaRow { content_type: PictureType; state: 'awaited' | 'hidden' | 'shown' | 'refused' }

const MEDIA_ID = /^med_[0-9a-z]{8,28}$/;

/** The route's shape has checked type and size. A retry after a lost answer finds the row of its first try. Throws Refused RATE_LIMITED (MEDIA_PER_DAY_MAX). */
export async function createUpload(
  place: MediaPlace, p: { ownerId: string; contentType: PictureType; bytes: number },
): Promise<{ mediaId: string; uploadUrl: string; mediaUrl: string }> {
  const mediaId = newId('med');
  const rows = await place.db.query(
    `INSERT INTO media (media_id, owner_id, content_type)
     SELECT $1, $2, $3 WHERE (SELECT count(*) FROM media WHERE owner_id = $2 AND created_at > juke_now() - interval '1 day') < $4
     ON CONFLICT (media_id) DO UPDATE SET owner_id = excluded.owner_id RETURNING media_id`,
    [mediaId, p.ownerId, p.contentType, MEDIA_PER_DAY_MAX],
  );
  if (!rows.length) refuse('RATE_LIMITED');
  const exp = String(place.nowMs + MEDIA_UPLOAD_MS);
  const sig = signature(place, 'upload', mediaId, exp, String(p.bytes));
  return { mediaId, uploadUrl: `/api/media/${mediaId}?exp=${exp}&bytes=${p.bytes}&sig=${sig}`, mediaUrl: `/media/${mediaId}` };
}

/**
 * Takes the raw body of PUT /api/media/:id. A repeated PUT is fine and changes nothing.
 * Throws Refused: NOT_ALLOWED (signature, time), TOO_LARGE, BAD_INPUT (not a whole picture of that type), NOT_FOUND.
 */
export async function storeUpload(place: MediaPlace, mediaId: string, query: SignedQuery, body: Buffer): Promise<void> {
  if (!signed(place, 'upload', mediaId, query)) refuse('NOT_ALLOWED');
  if (body.length > Math.min(Number(query.bytes), MEDIA_MAX_BYTES)) refuse('TOO_LARGE');
  const row = await rowOf(place, mediaId);
  if (!row) refuse('NOT_FOUND');
  if (row.state !== 'awaited') return;
  const clean = await cleanPicture(row.content_type, body);
  if (!clean) refuse('BAD_INPUT', { field: 'picture' });
  await mediaStore(place.config).put(mediaId, clean);
  await place.db.query(
    `UPDATE media SET state = 'hidden' WHERE media_id = $1 AND state = 'awaited' RETURNING kernel_emit('media.uploaded', media_id)`,
    [mediaId],
  );
  // Its owner's account was deleted meanwhile: nothing of it stays (PIPL §47).
  if (!(await rowOf(place, mediaId))) await mediaStore(place.config).remove(mediaId);
}

/** The picture for GET /media/:id: anyone once it is shown, before that only who has an address of checkUrl. Else null. */
export async function readMedia(
  place: MediaPlace, mediaId: string, query: SignedQuery = {},
): Promise<{ bytes: Buffer; contentType: PictureType; cacheControl: string } | null> {
  if (!MEDIA_ID.test(mediaId)) return null;
  const row = await rowOf(place, mediaId);
  if (!row || (row.state !== 'shown' && !(row.state === 'hidden' && signed(place, 'check', mediaId, query)))) return null;
  const bytes = await mediaStore(place.config).get(mediaId);
  return bytes && { bytes, contentType: row.content_type, cacheControl: row.state === 'shown' ? 'public, max-age=86400' : 'no-store' };
}

/** A whole address under which a hidden picture can be read for MEDIA_CHECK_MS, for WeChat's check. */
export function checkUrl(place: Omit<MediaPlace, 'db'>, mediaId: string): string {
  const exp = String(place.nowMs + MEDIA_CHECK_MS);
  return `${place.config.publicUrl}/media/${mediaId}?exp=${exp}&sig=${signature(place, 'check', mediaId, exp, '')}`;
}

export async function findMedia(db: Pick<Db, 'query'>, mediaId: string): Promise<{ owner: string; state: MediaRow['state'] } | null> {
  return (await db.query<{ owner: string; state: MediaRow['state'] }>('SELECT owner_id AS owner, state FROM media WHERE media_id = $1', [mediaId]))[0] ?? null;
}
/** WeChat names its check by a trace; its verdict comes later under it. */
export const keepTrace = (db: Pick<Db, 'query'>, mediaId: string, traceId: string) => db.query('UPDATE media SET trace_id = $2 WHERE media_id = $1', [mediaId, traceId]);
export async function findTraced(db: Pick<Db, 'query'>, traceId: string): Promise<string | null> {
  return (await db.query<{ id: string }>('SELECT media_id AS id FROM media WHERE trace_id = $1', [traceId]))[0]?.id ?? null;
}

/** The verdict of a check; a later one may still take a shown picture down. Answers whether it changed anything. */
export async function settleMedia(place: Omit<MediaPlace, 'nowMs'>, mediaId: string, verdict: 'shown' | 'refused'): Promise<boolean> {
  const rows = await place.db.query(
    `UPDATE media SET state = $2 WHERE media_id = $1 AND (state = 'hidden' OR state = 'shown' AND $2 = 'refused') RETURNING media_id`,
    [mediaId, verdict],
  );
  if (verdict === 'refused' && (await rowOf(place, mediaId))?.state === 'refused') await mediaStore(place.config).remove(mediaId);
  return rows.length === 1;
}

async function rowOf(place: Pick<MediaPlace, 'db'>, mediaId: string): Promise<MediaRow | undefined> {
  const [row] = await place.db.query<MediaRow>('SELECT content_type, state FROM media WHERE media_id = $1', [mediaId]);
  return row;
}

function signature(place: Pick<MediaPlace, 'config'>, purpose: 'upload' | 'check', mediaId: string, exp: string, bytes: string): string {
  return createHmac('sha256', place.config.sessionKey).update(`media\n${purpose}\n${mediaId}\n${exp}\n${bytes}`).digest('base64url');
}

function signed(place: Omit<MediaPlace, 'db'>, purpose: 'upload' | 'check', mediaId: string, query: SignedQuery): boolean {
  const { exp = '', bytes = '', sig = '' } = query;
  if (!MEDIA_ID.test(mediaId) || !/^\d{1,15}$/.test(exp)) return false;
  const expected = Buffer.from(signature(place, purpose, mediaId, exp, bytes));
  const given = Buffer.from(sig);
  return expected.length === given.length && timingSafeEqual(expected, given) && Number(exp) >= place.nowMs;
}

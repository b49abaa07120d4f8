/** The identity module's SQL, one named function per statement. */
import { consents } from '../contract/states';
import type { Db } from '../kernel';
import type { Account, LinkKind } from './rules';

/** `earns`: whether rebates are paid to them: not to a minor, nor to an account that is gone. */
interface Person { personId: string; name: string; avatarUrl: string; earns: boolean }
/** What others may see of people, in the order of the ids. A deleted person keeps a row without a name. */
export function findPeople(db: Db, personIds: readonly string[]): Promise<Person[]> {
  return db.query<Person>(
    `SELECT p.person_id AS "personId", p.name, p.avatar_url AS "avatarUrl",
       p.deleted_at IS NULL AND NOT p.is_minor AS earns
     FROM unnest($1::text[]) WITH ORDINALITY AS x (id, n) JOIN person p ON p.person_id = x.id ORDER BY n`, [personIds]);
}

interface Fingerprint { openids: string[]; phones: string[]; devices: string[]; seen: Record<string, number>; isMinor: boolean; isDeleted: boolean }
/**
 * By what two accounts may turn out to be one person: openids, phones, devices (`seen`: when last, in ms), also of
 * accounts that were joined into this one. For comparing only; never sent to anyone.
 */
export async function findFingerprint(db: Db, personIds: readonly string[]): Promise<Map<string, Fingerprint>> {
  const rows = await db.query<Fingerprint & { personId: string }>(
    `SELECT p.person_id AS "personId", p.is_minor AS "isMinor", p.deleted_at IS NOT NULL AS "isDeleted",
       ARRAY(SELECT value FROM person_identity WHERE person_id = p.person_id AND kind = 'openid') AS openids,
       ARRAY(SELECT value FROM person_identity WHERE person_id = p.person_id AND kind = 'phone') AS phones,
       coalesce(d.devices, '{}') AS devices, coalesce(d.seen, '{}') AS seen
     FROM person p LEFT JOIN LATERAL (
       SELECT array_agg(device_id ORDER BY seen_at DESC) AS devices, jsonb_object_agg(device_id, ms_of(seen_at)) AS seen
       FROM person_device WHERE person_id = p.person_id) d ON true
     WHERE p.person_id = ANY ($1::text[])`, [personIds]);
  return new Map(rows.map(({ personId, ...print }) => [personId, print]));
}

export interface MeRow {
  personId: string; name: string; avatarUrl: string; language: 'zh' | 'en'; phone: string | null; openid: string | null; isOperator: boolean; isStaff: boolean;
  consents: Record<string, boolean>; unreadNotices: number;
}
export async function findMe(db: Db, personId: string): Promise<MeRow | null> {
  return (await db.query<MeRow>(
    `SELECT p.person_id AS "personId", p.name, p.avatar_url AS "avatarUrl", p.language, p.is_operator AS "isOperator", person_is_staff(p.person_id) AS "isStaff",
       (SELECT value FROM person_identity WHERE person_id = p.person_id AND kind = 'phone') AS phone,
       (SELECT value FROM person_identity WHERE person_id = p.person_id AND kind = 'openid') AS openid,
       coalesce((SELECT jsonb_object_agg(kind, granted) FROM consent WHERE person_id = p.person_id AND kind = ANY ($2::text[])), '{}') AS consents,
       (SELECT count(*)::int FROM (SELECT FROM notice WHERE person_id = p.person_id AND created_at > p.notices_read_at LIMIT 100) n) AS "unreadNotices"
     FROM person p WHERE p.person_id = $1 AND p.deleted_at IS NULL AND p.joined_into IS NULL`, [personId, consents]))[0] ?? null;
}

/** Where a person's money goes, since when that is so, and whether they said that they are 18 or older. */
interface Payout { openid: string | null; changedAtMs: number | null; isAdult: boolean; nowMs: number }
export async function findPayout(db: Db, personId: string): Promise<Payout> {
  const [row] = await db.query<Payout>(
    `SELECT identity_value($1, 'openid') AS openid, (SELECT ms_of(payout_changed_at) FROM person WHERE person_id = $1) AS "changedAtMs", ms_of(juke_now()) AS "nowMs",
       coalesce((SELECT granted FROM consent WHERE person_id = $1 AND kind = 'adult'), false) AS "isAdult"`, [personId]);
  return row!;
}

export async function findSessionKey(db: Db, personId: string): Promise<string | null> {
  const [row] = await db.query<{ key: string }>(
    `SELECT w.session_key AS key FROM person_identity i JOIN wechat_session w ON w.openid = i.value WHERE i.person_id = $1 AND i.kind = 'openid'`, [personId]);
  return row?.key ?? null;
}

/**
 * The live account (not deleted, not joined into another) and who has an identity now, as of one moment: read one after
 * the other, an account joined in between would look like somebody else's.
 */
export async function findLink(db: Db, personId: string, kind: LinkKind, value: string): Promise<{ mine: Account | null; owner: Account | null }> {
  const [row] = await db.query<{ mine: Account | null; owner: Account | null }>(
    `SELECT (SELECT identity_account(person_id) FROM person WHERE person_id = $1 AND deleted_at IS NULL AND joined_into IS NULL) AS mine,
       (SELECT identity_account(person_id) FROM person_identity WHERE kind = $2 AND value = $3) AS owner`, [personId, kind, value]);
  return row!;
}

export async function findOpenid(db: Db, personId: string): Promise<string | null> {
  return (await db.query<{ openid: string | null }>(`SELECT identity_value($1, 'openid') AS openid`, [personId]))[0]?.openid ?? null;
}

/** Whether a message may go out about this notice, to whom and with which template; null when none may. */
export async function findSubscriber(db: Db, noticeId: string, templates: readonly string[]) {
  return (await db.query<{ personId: string; openid: string; templateId: string; kind: string; link: string }>(
    `SELECT n.person_id AS "personId", i.value AS openid, s.template_id AS "templateId", n.kind, coalesce(n.link, '/pages/notices/index') AS link
     FROM notice n JOIN person_identity i ON i.person_id = n.person_id AND i.kind = 'openid'
     JOIN subscription s ON s.person_id = n.person_id AND s.quota > 0 AND s.template_id = ANY ($2::text[])
     WHERE n.notice_id = $1 ORDER BY array_position($2::text[], s.template_id) LIMIT 1`, [noticeId, templates]))[0] ?? null;
}

/** The picture's owner may use it as an avatar; others see it once it is checked. */
export async function ownsMedia(db: Db, personId: string, mediaId: string): Promise<boolean> {
  return (await db.query<{ own: boolean }>('SELECT kernel_owns_media($1, $2) AS own', [personId, mediaId]))[0]!.own;
}

export function findNamesByPhone(db: Db, phones: readonly string[]) {
  return db.query<{ phone: string; name: string }>(
    `SELECT i.value AS phone, p.name FROM person_identity i JOIN person p USING (person_id) WHERE i.kind = 'phone' AND i.value = ANY ($1::text[])`, [phones]);
}

export async function readClock(db: Db): Promise<{ nowMs: number; offsetMs: number }> {
  return (await db.query('SELECT kernel_read_clock() AS clock'))[0]!.clock;
}

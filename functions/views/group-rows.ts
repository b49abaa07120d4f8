/**
 * One group buy as everybody sees it, and how it looks to one visitor. Members and progress are real: paid seats, and
 * seats that somebody is paying for (without a name). Guards A-11, I-12.
 */
import type { Answer } from '../contract/shapes';
import type { Row } from '../kernel';
import { distanceM, type Position } from './rules';

export type Group = Answer<'getGroup'>;
export type GroupRow = Answer<'listGroups'>['items'][number];

/** Columns of a group over `g`; joins with GROUP_JOINS. */
export const GROUP = `g.group_id, g.merchant_id, g.deal_id, g.kind, g.state, g.size, g.min_size, g.taken, g.confirmed,
  g.price_fen, g.tiers, g.host_benefit_fen, g.host_id, ms_of(g.join_until) AS join_ends_at, ms_of(g.deadline) AS deadline,
  ms_of(g.ended_at) AS ended_at, ms_of(juke_now()) AS now_ms, d.title, d.category, d.picture_urls[1] AS picture_url,
  m.name AS merchant_name, m.logo_ink, t.price_fen AS single_fen, h.name AS host_name, h.avatar_url AS host_avatar,
  (SELECT json_agg(json_build_object('storeId', s.store_id, 'name', s.name, 'lat', s.lat_e6, 'lng', s.lng_e6)
      ORDER BY s.created_at, s.store_id)
    FROM deal_store x JOIN store s USING (store_id) WHERE x.deal_id = g.deal_id) AS stores,
  (SELECT coalesce(json_agg(json_build_object('seatNo', s.seat_no, 'state', s.state, 'personId', s.person_id,
      'name', p.name, 'avatarUrl', p.avatar_url, 'words', s.words) ORDER BY s.seat_no), '[]')
    FROM group_seat s JOIN person p USING (person_id)
    WHERE s.group_id = g.group_id AND s.state <> 'released') AS seats`;
export const GROUP_JOINS = `JOIN deal d ON d.deal_id = g.deal_id JOIN merchant m ON m.merchant_id = g.merchant_id
  JOIN deal_terms t ON t.deal_id = d.deal_id AND t.version = d.terms_version JOIN person h ON h.person_id = g.host_id`;
/** A stranger can sit down now. */
export const HAS_SEAT = "g.state = 'open' AND g.taken < g.size AND juke_now() < g.join_until";

interface Store {
  storeId: string;
  name: string;
  lat: number;
  lng: number;
}
/** The nearest of its deal's stores, or the first where nobody said where they are. */
export function storeOf(row: Row, at: Position | null): Store & { distanceM: number | null } {
  const stores = row.stores as Store[];
  if (!at) return { ...stores[0]!, distanceM: null };
  return stores.map((s) => ({ ...s, distanceM: distanceM(at, s) })).reduce((a, b) => (b.distanceM < a.distanceM ? b : a));
}

/** `left` counts seats that are neither paid nor being paid for. */
export function toGroupRow(row: Row, at: Position | null, personId: string | undefined): GroupRow {
  const store = storeOf(row, at);
  return {
    groupId: row.group_id,
    dealId: row.deal_id,
    title: row.title,
    pictureUrl: row.picture_url,
    merchantName: row.merchant_name,
    logoInk: row.logo_ink,
    storeName: store.name,
    distanceM: store.distanceM,
    kind: row.kind,
    state: row.state,
    size: row.size,
    minSize: row.min_size,
    confirmed: row.confirmed,
    left: row.size - row.taken,
    priceFen: row.price_fen,
    singlePriceFen: row.single_fen,
    deadlineMs: row.deadline,
    joinEndsMs: row.join_ends_at,
    host: { name: row.host_name, avatarUrl: row.host_avatar },
    seats: row.seats.map((s: Row) => {
      const isMe = s.personId === personId;
      return {
        seatNo: s.seatNo,
        state: s.state,
        member: isMe || s.state === 'confirmed' ? { name: s.name, avatarUrl: s.avatarUrl } : null,
        isHost: s.personId === row.host_id,
        isMe,
      };
    }),
    isMine: row.host_id === personId,
    isMember: row.seats.some((s: Row) => s.personId === personId),
  };
}

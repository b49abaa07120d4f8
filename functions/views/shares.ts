/**
 * A person's shares and what each brought, down to the chat group. A group's id is never shown. Guards, B2,
 * B7.
 */
import { VISITS_KEPT_MS } from '../contract/limits';
import type { Answer } from '../contract/shapes';
import { me, type Row, type Story } from '../kernel';
import { afterCursor, micros, pageByKey, readKeyset } from './page';

type Share = Answer<'listShares'>['items'][number];

/**
 * A page of them with their groups, of one moment: what a link brought is never less than what its groups did. Groups are numbered for
 * one person by when their first member came, so that "group 2" is the same one under every share. Who came is forgotten after
 * VISITS_KEPT_MS, so older shares are not listed: their numbers would be wrong. What they earned stays in the wallet.
 */
const SHARES = `WITH numbered AS MATERIALIZED (
    SELECT t.group_id, row_number() OVER (ORDER BY min(t.touched_at), t.group_id)::int AS n FROM touch t
      JOIN share_link l ON l.token = t.token
    WHERE l.sharer_id = $1 AND t.group_id IS NOT NULL GROUP BY t.group_id),
  shown AS (
    SELECT l.token, l.token AS id, ${micros('l.created_at')} AS key, l.deal_id, d.title,
      d.picture_urls[1] AS picture_url, l.channel,
      ms_of(l.created_at) AS created_at, ms_of(l.expires_at) AS expires_at,
      (SELECT count(DISTINCT visitor_id)::int FROM touch WHERE token = l.token AND person_id IS DISTINCT
        FROM l.sharer_id) AS opened, o.ordered, o.redeemed, o.earned_fen, o.pending_fen
    FROM share_link l JOIN deal d ON d.deal_id = l.deal_id CROSS JOIN LATERAL (
      SELECT count(*) FILTER (WHERE g.paid_at IS NOT NULL)::int AS ordered,
        count(*) FILTER (WHERE EXISTS (SELECT FROM redemption r WHERE r.merchant_id = g.merchant_id
        AND r.undone_at IS NULL AND r.reversed_at IS NULL
          AND r.voucher_id IN (SELECT voucher_id FROM voucher WHERE order_id = g.order_id)))::int AS redeemed,
        coalesce(sum(w.amount_fen - w.clawed_fen) FILTER (WHERE w.state IN ('available', 'clawed_back')),
        0)::bigint AS earned_fen,
        coalesce(sum(w.amount_fen - w.clawed_fen) FILTER (WHERE w.state IN ('expected', 'pending')), 0)::bigint AS pending_fen
      FROM attribution a JOIN guest_order g ON g.order_id = a.order_id
        LEFT JOIN reward w ON w.order_id = a.order_id WHERE a.token = l.token) o
    WHERE l.sharer_id = $1 AND l.created_at > juke_now() - interval '${VISITS_KEPT_MS} ms' AND ${afterCursor('l.created_at', 'l.token', 2)}
      ORDER BY l.created_at DESC, l.token DESC LIMIT $4)
  SELECT s.*, (SELECT coalesce(json_agg(x ORDER BY n), '[]') FROM (
      SELECT n.n, count(DISTINCT t.visitor_id)::int AS opened,
        (SELECT count(*)::int FROM attribution a JOIN guest_order g ON g.order_id = a.order_id
          WHERE a.token = s.token AND a.group_id = t.group_id AND g.paid_at IS NOT NULL) AS ordered
      FROM touch t JOIN numbered n ON n.group_id = t.group_id WHERE t.token = s.token AND t.person_id IS DISTINCT FROM $1
      GROUP BY t.group_id, n.n) x) AS groups
  FROM shown s ORDER BY s.key DESC, s.id DESC`;

export const listShares: Story<'listShares'> = async (ctx, { query }) => {
  const cursor = readKeyset(query);
  const rows = await ctx.db.query(SHARES, [me(ctx).personId, cursor.key, cursor.id, cursor.limit + 1]);
  return pageByKey(rows, cursor, (row) => toShare(row, ctx.language));
};

function toShare(row: Row, language: 'zh' | 'en'): Share {
  return {
    token: row.token,
    dealId: row.deal_id,
    title: row.title,
    pictureUrl: row.picture_url,
    channel: row.channel,
    createdAtMs: row.created_at,
    expiresAtMs: row.expires_at,
    opened: row.opened,
    ordered: row.ordered,
    redeemed: row.redeemed,
    earnedFen: row.earned_fen,
    pendingFen: row.pending_fen,
    groups: row.groups.map((g: Row) => ({
      label: language === 'zh' ? `群 ${g.n}` : `Group ${g.n}`,
      opened: g.opened,
      ordered: g.ordered,
    })),
  };
}

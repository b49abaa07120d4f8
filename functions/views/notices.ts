/** A person's notice list, worded here so that both languages and both targets say the same. Own rows only. */
import { GONE_NAME } from '../contract/states';
import { me, type Db, type Row, type Story } from '../kernel';
import { noticeText, type NoticeFacts } from './notice-texts';
import { afterCursor, micros, pageByKey, readKeyset } from './page';
import type { Language } from './rules';

const NOTICE = `SELECT n.notice_id, n.notice_id AS id, ${micros('n.created_at')} AS key, n.kind, n.body, n.link,
    ms_of(n.created_at) AS at_ms, n.created_at <= me.notices_read_at AS is_read, me.language,
    f.name AS friend_name, s.name AS store_name, o.fulfilment
  FROM notice n JOIN person me ON me.person_id = n.person_id
  LEFT JOIN person f ON f.person_id = n.body ->> 'friendId' LEFT JOIN store s ON s.store_id = n.body ->> 'storeId'
  LEFT JOIN guest_order o ON o.order_id = n.body ->> 'orderId'`;

export const listNotices: Story<'listNotices'> = async (ctx, { query }) => {
  const cursor = readKeyset(query);
  const rows = await ctx.db.query(
    `${NOTICE} WHERE n.person_id = $1 AND ${afterCursor('n.created_at', 'n.notice_id', 2)}
      ORDER BY n.created_at DESC, n.notice_id DESC LIMIT $4`,
    [me(ctx).personId, cursor.key, cursor.id, cursor.limit + 1],
  );
  return pageByKey(rows, cursor, (row) => ({
    noticeId: row.notice_id,
    kind: row.kind,
    atMs: row.at_ms,
    isRead: row.is_read,
    link: row.link,
    amountFen: row.body.amountFen ?? null,
    ...noticeText(row.kind, factsOf(row, ctx.language), ctx.language),
  }));
};

/** One notice in its owner's language, for a message outside the app. */
export async function wordNotice(db: Db, noticeId: string): Promise<{ title: string; text: string; atMs: number } | null> {
  const [row] = await db.query(`${NOTICE} WHERE n.notice_id = $1`, [noticeId]);
  return row ? { ...noticeText(row.kind, factsOf(row, row.language), row.language), atMs: row.at_ms } : null;
}

function factsOf(row: Row, language: Language): NoticeFacts {
  const nobody = language === 'zh' ? '一位朋友' : 'A friend';
  return {
    ...row.body,
    atMs: row.at_ms,
    isPickup: row.fulfilment === 'pickup',
    friendName: !row.friend_name ? nobody : row.friend_name === GONE_NAME.zh ? GONE_NAME[language] : row.friend_name,
    storeName: row.store_name ?? (language === 'zh' ? '门店' : 'the shop'),
  };
}

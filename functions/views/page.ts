/** Cursors and pages of lists. A cursor is opaque to the app; one that is not ours is BAD_INPUT. Guards I-28, A-32. */
import { PAGE_SIZE } from '../contract/limits';
import { pageSize } from '../contract/shapes-common';
import { refuse, type Db, type Row } from '../kernel';

interface PageQuery {
  cursor?: string;
  limit?: number;
}
interface Page<T> {
  items: T[];
  nextCursor: string | null;
}

/** A list by (key, id) descending, where key is a whole number such as the micros of a time. */
interface Keyset {
  key: number | null;
  id: string | null;
  limit: number;
}

export function readKeyset(query: PageQuery): Keyset {
  const limit = pageSize(query.limit);
  if (query.cursor === undefined) return { key: null, id: null, limit };
  const match = /^(\d{1,18})\.([0-9a-z_]{1,40})$/.exec(query.cursor);
  if (!match) refuse('BAD_INPUT', { where: 'query.cursor', problem: 'format' });
  return { key: Number(match[1]), id: match[2]!, limit };
}

/** Rows were asked for with limit + 1; each carries `key` and `id`. */
export function pageByKey<T>(rows: Row[], { limit }: Keyset, item: (row: Row) => T): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown[shown.length - 1];
  return { items: shown.map(item), nextCursor: rows.length > limit && last ? `${last.key}.${last.id}` : null };
}

/** SQL: the micros of a time as a whole number, and "comes after the cursor" for parameters $n (key) and $n+1 (id). */
export const micros = (column: string) => `(extract(epoch FROM ${column}) * 1000000)::bigint`;
export const afterCursor = (column: string, id: string, n: number) =>
  `($${n}::bigint IS NULL OR (${column}, ${id}) < (to_timestamp(0) + $${n}::bigint * interval '1 microsecond',
      $${n + 1}::text))`;

/** The first page in its usual size. */
export const isFirstPage = (query: PageQuery) => query.cursor === undefined && pageSize(query.limit) <= PAGE_SIZE;
/** A list that exists whole (a snapshot): the cursor is the place in it. */
export function pageByOffset<T, R>(all: readonly T[], query: PageQuery, item: (value: T) => R): Page<R> {
  const limit = pageSize(query.limit);
  const match = query.cursor === undefined ? ['', '0'] : /^o(\d{1,4})$/.exec(query.cursor);
  if (!match) refuse('BAD_INPUT', { where: 'query.cursor', problem: 'format' });
  const from = Number(match[1]);
  return {
    items: all.slice(from, from + limit).map(item),
    nextCursor: from + limit < all.length ? `o${from + limit}` : null,
  };
}

/** The one row, or NOT_FOUND: other people's rows do not exist. */
export async function getRow<T extends Row = Row>(db: Db, sql: string, params: readonly unknown[]): Promise<T> {
  const [row] = await db.query<T>(sql, params);
  return row ?? refuse('NOT_FOUND');
}

/** For ILIKE: the text anywhere, its own wildcards escaped. */
export const containing = (text: string) => `%${text.replace(/[\\%_]/g, '\\$&')}%`;

export const person = (row: Row, prefix: string) => ({
  name: String(row[`${prefix}_name`]),
  avatarUrl: String(row[`${prefix}_avatar`]),
});

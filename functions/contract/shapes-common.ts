/** Building blocks of the wire shapes. Unknown keys are refused everywhere. */
import * as z from 'zod';
import { MAX_AMOUNT_FEN, MAX_TIME_MS, NAME_MAX, PAGE_SIZE, PAGE_SIZE_MAX, QUERY_MAX_CHARS, TEXT_MAX, TITLE_MAX } from './limits';
import { categories } from './states';

export const id = (prefix: string) => z.string().regex(new RegExp(`^${prefix}_[0-9a-z]{8,28}$`));
export const fen = z.int().min(-MAX_AMOUNT_FEN).max(MAX_AMOUNT_FEN);
export const positiveFen = z.int().min(1).max(MAX_AMOUNT_FEN);
export const bps = z.int().min(0).max(10_000);
/** A moment, or a length of time; the database has no year 10000. */
export const ms = z.int().min(0).max(MAX_TIME_MS);
export const name = z.string().trim().min(1).max(NAME_MAX);
export const title = z.string().trim().min(1).max(TITLE_MAX);
export const text = z.string().trim().max(TEXT_MAX);
export const phone = z.string().regex(/^1[3-9]\d{9}$/);
export const shareToken = z.string().regex(/^[0-9a-z]{12,28}$/);
export const deviceId = z.string().regex(/^[0-9A-Za-z_-]{8,64}$/);
export const url = z.string().max(1024);
/** Micro-degrees of GCJ-02: whole numbers, so that no float is stored. */
export const latE6 = z.int().min(-90_000_000).max(90_000_000);
export const lngE6 = z.int().min(-180_000_000).max(180_000_000);
/** Numbers arrive as text in a query. */
export const queryInt = (min: number, max: number) => z.string().regex(/^-?\d{1,12}$/).transform(Number).pipe(z.int().min(min).max(max));
const cursor = z.string().regex(/^[0-9A-Za-z_.:-]{1,80}$/);
/** Where somebody is, in micro-degrees. */
export const place = { lat: queryInt(-90_000_000, 90_000_000).optional(), lng: queryInt(-180_000_000, 180_000_000).optional() };
export const page = { cursor: cursor.optional(), limit: queryInt(1, PAGE_SIZE_MAX).optional() };
export const pageSize = (limit: number | undefined) => limit ?? PAGE_SIZE;
export const query = z.string().trim().min(1).max(QUERY_MAX_CHARS);
export const category = z.enum(categories);
export const nothing = z.strictObject({});
export const done = z.strictObject({ ok: z.literal(true) });
export const person = z.strictObject({ name: z.string(), avatarUrl: url });
export const pageOf = <T extends z.ZodType>(item: T) => z.strictObject({ items: z.array(item).max(PAGE_SIZE_MAX), nextCursor: cursor.nullable() });
export const keysOf = <T extends Record<string, unknown>>(o: T) => Object.keys(o) as [keyof T & string, ...(keyof T & string)[]];

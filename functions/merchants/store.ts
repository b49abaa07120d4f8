/** The merchants module's SQL, one named function per statement. I-23: the merchant is in every WHERE. */
import type { StaffRole } from '../contract/states';
import type { Db, Idempotency, Staff } from '../kernel';

/** The place of a person at exactly this store; a row without a store counts for all of its merchant's. A manager's row wins. */
export async function findStaff(db: Db, personId: string, storeId: string): Promise<Staff | null> {
  const [row] = await db.query<Staff>(
    `SELECT s.staff_id AS "staffId", s.merchant_id AS "merchantId", t.store_id AS "storeId", s.role
     FROM store t JOIN staff s ON s.merchant_id = t.merchant_id AND (s.store_id IS NULL OR s.store_id = t.store_id)
     WHERE t.store_id = $2 AND s.person_id = $1 AND s.removed_at IS NULL ORDER BY s.role = 'manager' DESC, s.store_id NULLS LAST LIMIT 1`,
    [personId, storeId]);
  return row ?? null;
}

/** Person ids of a merchant's managers; with a store, only those who act there. */
export async function findManagers(db: Db, merchantId: string, storeId: string | null = null): Promise<string[]> {
  const rows = await db.query<{ personId: string }>(
    `SELECT DISTINCT person_id AS "personId" FROM staff WHERE merchant_id = $1 AND role = 'manager' AND removed_at IS NULL
       AND ($2::text IS NULL OR store_id IS NULL OR store_id = $2) ORDER BY 1 LIMIT 100`, [merchantId, storeId]);
  return rows.map((row) => row.personId);
}

interface MyStore { storeId: string; storeName: string; merchantName: string; logoInk: string; role: StaffRole }
/** One row for each store where the person acts, with the higher of their roles there; of a merchant the first store first. */
export function listStoresOf(db: Db, personId: string): Promise<MyStore[]> {
  return db.query<MyStore>(
    `SELECT DISTINCT ON (m.name, t.store_id) t.store_id AS "storeId", t.name AS "storeName", m.name AS "merchantName", m.logo_ink AS "logoInk", s.role
     FROM staff s JOIN merchant m USING (merchant_id) JOIN store t ON t.merchant_id = s.merchant_id AND (s.store_id IS NULL OR s.store_id = t.store_id)
     WHERE s.person_id = $1 AND s.removed_at IS NULL ORDER BY m.name, t.store_id, s.role = 'manager' DESC LIMIT 200`, [personId]);
}

export async function findMerchant(db: Db, merchantId: string): Promise<{ subMchid: string } | null> {
  return (await db.query<{ subMchid: string }>('SELECT sub_mchid AS "subMchid" FROM merchant WHERE merchant_id = $1', [merchantId]))[0] ?? null;
}

export const saveMerchant = (db: Db, p: { idem: Idempotency | null; merchantId: string; name: string; subMchid: string; category: string; logoInk: string; attribution: string }) =>
  db.call<{ merchantId: string }>('merchants_create', p);
export const saveStore = (db: Db, p: {
  idem: Idempotency | null; storeId: string; merchantId: string; name: string; address: string; phone: string; latE6: number; lngE6: number; opensAtMinute: number; closesAtMinute: number;
}) => db.call<{ storeId: string }>('merchants_create_store', p);
export const saveStaff = (db: Db, p: { idem: Idempotency | null; staffId: string; merchantId: string; storeId: string | null; personId: string; role: StaffRole }) =>
  db.call<{ staffId: string }>('merchants_add_staff', p);

/** Names of stores in the order of the ids. */
export async function findStoreNames(db: Db, storeIds: readonly string[]): Promise<string[]> {
  const rows = await db.query<{ name: string }>('SELECT t.name FROM unnest($1::text[]) WITH ORDINALITY AS x (id, n) JOIN store t ON t.store_id = x.id ORDER BY n', [storeIds]);
  return rows.map((row) => row.name);
}
/** How many of the ids are stores, of one merchant or (null) of any. */
export async function countStores(db: Db, merchantId: string | null, storeIds: readonly string[]): Promise<number> {
  return (await db.query<{ n: number }>('SELECT count(*)::int AS n FROM store WHERE store_id = ANY ($2::text[]) AND ($1::text IS NULL OR merchant_id = $1)', [merchantId, storeIds]))[0]!.n;
}

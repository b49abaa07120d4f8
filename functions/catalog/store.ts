/** The catalog module's SQL, one named function per statement. */
import type { Db, Idempotency } from '../kernel';
import { findStoreNames } from '../merchants';
import type { Fulfilment } from '../contract/states';
import type { Terms } from './rules';

export interface DealForOrder extends Terms {
  dealId: string; merchantId: string; merchantName: string; logoInk: string; subMchid: string; attribution: 'last' | 'first'; title: string; pictureUrl: string;
  items: { name: string; quantity: number }[]; termsVersion: number; available: number; fulfilment: Fulfilment; storeIds: string[];
  /** The first of its stores, for a share card. */
  storeId: string; storeName: string; storeAddress: string;
}
/** Everything that pricing and placing need, in one query. Held in a snapshot by the caller: the save guards termsVersion. */
export async function getDealForOrder(db: Db, dealId: string): Promise<DealForOrder | null> {
  const [row] = await db.query<DealForOrder>(
    `SELECT d.deal_id AS "dealId", d.merchant_id AS "merchantId", m.name AS "merchantName", m.logo_ink AS "logoInk", m.sub_mchid AS "subMchid", m.attribution, d.title,
       d.picture_urls[1] AS "pictureUrl", d.items, t.version AS "termsVersion", t.price_fen AS "priceFen", t.friend_discount_fen AS "friendDiscountFen", t.rebate_bps AS "rebateBps",
       t.rebate_cap_fen AS "rebateCapFen", t.commission_bps AS "commissionBps", t.per_person_limit AS "perPersonLimit", t.valid_days AS "validDays",
       ms_of(t.sale_starts_at) AS "saleStartsAtMs", ms_of(t.sale_ends_at) AS "saleEndsAtMs", t.group_rule AS "group", t.is_flash AS "isFlash", t.regular_deal_id AS "regularDealId", t.off_peak AS "offPeak", d.fulfilment,
       ARRAY(SELECT store_id FROM deal_store WHERE deal_id = d.deal_id ORDER BY 1) AS "storeIds", k.available, s.store_id AS "storeId", s.name AS "storeName", s.address AS "storeAddress"
     FROM deal d JOIN deal_terms t ON t.deal_id = d.deal_id AND t.version = d.terms_version JOIN deal_stock k ON k.deal_id = d.deal_id
     CROSS JOIN LATERAL merchants_find(d.merchant_id) m
     CROSS JOIN LATERAL merchants_first_store(ARRAY(SELECT store_id FROM deal_store WHERE deal_id = d.deal_id)) s
     WHERE d.deal_id = $1`, [dealId]);
  return row ?? null;
}

/** Deals by id, of one merchant or (null) of any, with their price and stores; without ids the merchant's newest, or for no merchant none. */
export function listDealPrices(db: Db, merchantId: string | null, dealIds: readonly string[]) {
  return db.query<{ dealId: string; priceFen: number; storeIds: string[] }>(
    `SELECT d.deal_id AS "dealId", t.price_fen AS "priceFen", ARRAY(SELECT store_id FROM deal_store WHERE deal_id = d.deal_id ORDER BY 1) AS "storeIds"
     FROM deal d JOIN deal_terms t ON t.deal_id = d.deal_id AND t.version = d.terms_version
     WHERE ($1::text IS NULL OR d.merchant_id = $1) AND (d.deal_id = ANY ($2::text[]) OR cardinality($2::text[]) = 0 AND d.merchant_id = $1) ORDER BY d.created_at DESC LIMIT 200`, [merchantId, dealIds]);
}

/** Names of the stores where a deal is valid. */
export async function listDealStores(db: Db, dealId: string): Promise<string[]> {
  const rows = await db.query<{ storeId: string }>('SELECT store_id AS "storeId" FROM deal_store WHERE deal_id = $1 ORDER BY 1 LIMIT 50', [dealId]);
  return findStoreNames(db, rows.map((row) => row.storeId));
}

export const saveDeal = (db: Db, p: {
  idem: Idempotency | null; dealId: string; merchantId: string; title: string; subtitle: string; category: string; pictureUrls: string[]; items: { name: string; quantity: number }[];
  notes: string[]; tags: string[]; storeIds: string[]; stock: number; fulfilment: Fulfilment; warnings: string[]; terms: Terms;
}) => db.call<{ dealId: string; termsVersion: number; warnings: string[] }>('catalog_create_deal', p);

/** Shops nearby and one shop's page. Guards A-32, D1. */
import { shapes } from '../contract/shapes';
import { refuse, type Db, type Story } from '../kernel';
import {
  byDistance,
  findStores,
  LISTS_MOST,
  near,
  NEARBY_ROWS,
  NEAREST_ROWS,
  DEAL,
  ON_SALE,
  placeKey,
  positionOf,
  roughly,
  snapshotOf,
  STORE,
  toCandidate,
  toDealCard,
  toStoreCard,
  type Candidate,
  type StoreRow,
} from './market';
import { containing, isFirstPage, pageByOffset } from './page';
import type { Position } from './rules';

const OTHER_STORES_MAX = 20;
const DEALS_MAX = 50;

export const listStores: Story<'listStores'> = async (ctx, { query }) => {
  const exact = positionOf(query);
  const at = roughly(exact);
  const count = at && !query.q && isFirstPage(query) ? NEAREST_ROWS : NEARBY_ROWS;
  const rows = await snapshotOf<StoreRow[]>(ctx.db, 'stores', LISTS_MOST).get(
    `${placeKey(at)}|${query.category}|${query.q ?? ''}|${count}`,
    () => findNear(ctx.db, at, query.q, query.category, count),
  );
  const cards = rows.map((row) => toStoreCard(row, exact, ctx.language));
  // The nearest first, in the same order whether the rest is known or not.
  const all = exact ? [...cards.slice(0, NEAREST_ROWS).sort(byDistance), ...cards.slice(NEAREST_ROWS).sort(byDistance)] : cards;
  return pageByOffset(all, query, (card) => card);
};

function findNear(
  db: Db,
  at: Position | null,
  q: string | undefined,
  category: string | undefined,
  count: number,
): Promise<StoreRow[]> {
  const params: unknown[] = at ? [at.lat / 1e6, at.lng / 1e6] : [];
  const p = (value: unknown) => `$${params.push(value)}`;
  const like = q ? p(containing(q)) : '';
  const where = [
    q ? `((s.name || ' ' || s.address) ILIKE ${like} OR m.name ILIKE ${like})` : '',
    category ? `s.category = ${p(category)}` : '',
  ]
    .filter(Boolean)
    .join(' AND ');
  return findStores(
    db,
    `${where && `WHERE ${where}`} ORDER BY ${at ? near(1, 2) : 's.created_at DESC, s.store_id'} LIMIT ${count}`,
    params,
  );
}

interface Loaded {
  store: StoreRow;
  deals: Candidate[];
  others: StoreRow[];
  json: string;
}

export const getStore: Story<'getStore'> = async (ctx, { params, query }) => {
  const { language, db } = ctx;
  const loaded = await snapshotOf<Loaded | null>(db, 'store').get(`${params.storeId} ${language}`, () =>
    load(db, params.storeId, language),
  );
  if (!loaded) refuse('NOT_FOUND');
  const at = positionOf(query);
  return { readyJson: at ? JSON.stringify(toAnswer(loaded, at, language)) : loaded.json };
};

function toAnswer(loaded: Omit<Loaded, 'json'>, at: Position | null, language: 'zh' | 'en') {
  return {
    store: toStoreCard(loaded.store, at, language),
    deals: loaded.deals.map((d) => toDealCard(d, at)),
    otherStores: loaded.others.map((s) => toStoreCard(s, at, language)).sort(byDistance),
  };
}

async function load(db: Db, storeId: string, language: 'zh' | 'en'): Promise<Loaded | null> {
  const [[store], deals, others] = await Promise.all([
    findStores(db, 'WHERE s.store_id = $1', [storeId]),
    db.query(
      `SELECT ${STORE}, ${DEAL}
      FROM store s JOIN deal_store ds ON ds.store_id = s.store_id JOIN deal d ON d.deal_id = ds.deal_id
      JOIN deal_terms t ON t.deal_id = d.deal_id AND t.version = d.terms_version
      JOIN deal_stock k ON k.deal_id = d.deal_id
      JOIN merchant m ON m.merchant_id = s.merchant_id
      WHERE s.store_id = $1 AND ${ON_SALE} ORDER BY k.available > 0 DESC, k.sold DESC, d.created_at DESC,
        d.deal_id LIMIT ${DEALS_MAX}`,
      [storeId],
    ),
    findStores(
      db,
      `WHERE s.merchant_id = (SELECT merchant_id FROM store WHERE store_id = $1) AND s.store_id <> $1
      ORDER BY s.created_at, s.store_id LIMIT ${OTHER_STORES_MAX}`,
      [storeId],
    ),
  ]);
  if (!store) return null;
  const loaded = { store, deals: deals.map(toCandidate), others };
  return { ...loaded, json: JSON.stringify(shapes.getStore.answer.parse(toAnswer(loaded, null, language))) };
}

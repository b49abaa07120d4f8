/**
 * A flash sale over HTTP (C4, H2): exact, hot, sold out. The floor is the same save one transaction at a time, straight through
 * pg with as many connections. After each run the books are compared with the answers: one oversold or lost unit ends the bench.
 */
import pg from 'pg';
import { newId } from '../../functions/kernel';
import { connect } from './http';
import { measure, resultOf, round, type Result } from './measure';
import { saveOf } from './orders';
import { merchantId, PEOPLE, type Bench } from './setup';

let made = 0;
/** A deal of its own, on sale for an hour. */
async function flashDeal(b: Bench, stock: number): Promise<string> {
  const dealId = `deal_flash${String((made += 1)).padStart(7, '0')}`;
  await b.db.query(`INSERT INTO deal (deal_id, merchant_id, title, subtitle, category, picture_urls, items, terms_version)
    VALUES ($1, $2, '限时抢', '二十点开抢', 'food', ARRAY['/art/dish-hotpot.svg'], '[{"name": "锅底", "quantity": 1}]', 1)`, [dealId, merchantId(0)]);
  await b.db.query(`INSERT INTO deal_terms (deal_id, version, merchant_id, price_fen, friend_discount_fen, rebate_bps, rebate_cap_fen, commission_bps, per_person_limit, valid_days, is_flash, sale_starts_at, sale_ends_at)
    VALUES ($1, 1, $2, 12800, 1000, 800, 2000, 300, 2, 30, true, juke_now() - interval '1 second', juke_now() + interval '1 hour')`, [dealId, merchantId(0)]);
  await b.db.query('INSERT INTO deal_store (deal_id, store_id, merchant_id) SELECT $1, store_id, merchant_id FROM deal_store WHERE merchant_id = $2 LIMIT 1', [dealId, merchantId(0)]);
  await b.db.query('INSERT INTO deal_stock (deal_id, merchant_id, terms_version, stocked, available) VALUES ($1, $2, 1, $3, $3)', [dealId, merchantId(0), stock]);
  return dealId;
}

/** A buyer's step: the next person tries once. */
const attempts = (b: Bench, dealId: string, persons: { next: number }, seen: { accepted: string[]; soldOut: number }) => async () => {
  const connection = await connect(b.port);
  return async () => {
    const person = persons.next;
    if (person >= PEOPLE) return false;
    persons.next += 1;
    const reply = await connection.send({
      method: 'POST', path: '/api/orders', headers: { authorization: `Bearer ${b.tokens[person]}`, 'idempotency-key': newId('key') },
      body: JSON.stringify({ dealId, quantity: 1, termsVersion: 1, expectedPayableFen: 12_800, surface: 'weapp' }),
    });
    if (reply.status === 200) seen.accepted.push(JSON.parse(reply.body).orderId);
    else if (reply.body.includes('"SOLD_OUT"')) seen.soldOut += 1;
    else throw new Error(`a flash order was refused otherwise: ${reply.body}`);
  };
};

/** 0 oversold, 0 lost: what was answered is what is in the books. */
async function compare(b: Bench, dealId: string, accepted: string[], expected: number | null): Promise<void> {
  const [row] = await b.db.query<{ stocked: number; available: number; held: number; orders: number; found: number }>(
    `SELECT stocked, available, held, (SELECT count(*)::int FROM guest_order WHERE deal_id = $1) AS orders,
       (SELECT count(*)::int FROM guest_order WHERE deal_id = $1 AND order_id = ANY ($2::text[])) AS found FROM deal_stock WHERE deal_id = $1`, [dealId, accepted]);
  const { stocked, available, held, orders, found } = row!;
  const isTrue = orders === accepted.length && found === orders && held === orders && available === stocked - held && (expected === null || orders === expected);
  if (!isTrue) throw new Error(`the books and the answers differ: ${accepted.length} accepted, ${JSON.stringify(row)}, expected ${expected ?? 'any'}`);
}

/** 5,000 people want 1,000 units: exactly 1,000 get one. */
export async function flashExact(b: Bench, clients: number): Promise<Result> {
  const dealId = await flashDeal(b, 1_000);
  const seen = { accepted: [] as string[], soldOut: 0 };
  const persons = { next: PEOPLE - 5_000 };
  const steps = await Promise.all(Array.from({ length: clients }, attempts(b, dealId, persons, seen)));
  const times: number[] = [];
  const start = performance.now();
  await Promise.all(steps.map(async (step) => {
    for (;;) {
      const before = performance.now();
      if ((await step()) === false) return;
      times.push(performance.now() - before);
    }
  }));
  const seconds = (performance.now() - start) / 1_000;
  await compare(b, dealId, seen.accepted, 1_000);
  times.sort((x, y) => x - y);
  const at = (p: number) => round(times[Math.floor(times.length * p)]!);
  return { name: 'flash-exact', clients, perSecond: Math.round(times.length / seconds), p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), floorPerSecond: null, ratio: null, note: `${seen.accepted.length} accepted, ${seen.soldOut} sold out` };
}

/** Accepted orders a second of one deal that has enough. */
export async function flashHot(b: Bench, clients: number, ms: number): Promise<Result> {
  const dealId = await flashDeal(b, 50_000);
  const seen = { accepted: [] as string[], soldOut: 0 };
  const m = await measure(clients, ms, attempts(b, dealId, { next: 0 }, seen));
  await compare(b, dealId, seen.accepted, null);
  return resultOf('flash-hot', clients, m, await oneByOne(b, clients, ms), `${seen.accepted.length} accepted`);
}

async function oneByOne(b: Bench, clients: number, ms: number): Promise<number> {
  const dealId = await flashDeal(b, 50_000);
  const open: pg.Client[] = [];
  let person = 0;
  const m = await measure(clients, ms, async () => {
    const client = new pg.Client({ connectionString: b.databaseUrl });
    await client.connect();
    open.push(client);
    return async () => {
      if (person >= PEOPLE) return false;
      const save = { ...saveOf((person += 1) - 1, 0), dealId, priceKind: 'flash', limit: 2 };
      await client.query({ name: 'place', text: 'SELECT orders_place($1::jsonb) AS answer', values: [JSON.stringify(save)] });
    };
  });
  await Promise.all(open.map((client) => client.end()));
  return m.perSecond;
}

/** Sold out: refused from the closed gate, each at its first try. */
export async function flashRefused(b: Bench, clients: number, ms: number): Promise<Result> {
  const dealId = await flashDeal(b, 0);
  const seen = { accepted: [] as string[], soldOut: 0 };
  const persons = { next: 0 };
  const refused = attempts(b, dealId, persons, seen);
  const m = await measure(clients, ms, async () => {
    const step = await refused();
    return async () => {
      if (persons.next >= PEOPLE) persons.next = 0;
      return step();
    };
  });
  await compare(b, dealId, seen.accepted, 0);
  return resultOf('flash-refused', clients, m, null);
}

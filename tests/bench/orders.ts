/** Placing orders: over HTTP through the whole pipeline, against the same save called straight through pg with as many connections. */
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { newId } from '../../functions/kernel';
import { connect } from './http';
import { measure, resultOf, type Result } from './measure';
import { DEALS, dealId, merchantId, PEOPLE, personId, type Bench } from './setup';

let next = 0;
/** A person and a deal that were never together: one unpaid order per person and deal. */
export function pair(hot: boolean): { person: number; deal: number } {
  next += 1;
  return hot ? { person: next % PEOPLE, deal: 0 } : { person: (next * 7) % PEOPLE, deal: 1 + ((next + Math.floor(next / PEOPLE)) % (DEALS - 1)) };
}

export function saveOf(person: number, deal: number) {
  const orderId = newId('ord');
  return {
    idem: { actor: personId(person), key: `key-${orderId}`, hash: 'h', family: `fam_${person}` }, orderId, paymentId: newId('pay'), merchantId: merchantId(deal % 50), subMchid: String(1_900_000_000 + (deal % 50)),
    dealId: dealId(deal), buyerId: personId(person), deviceId: `device-${person}`, surface: 'weapp', termsVersion: 1, quantity: 1, limit: 99, unitPriceFen: 12_800, discountFen: 0, payableFen: 12_800,
    subsidyFen: 0, priceKind: 'single', fulfilment: 'voucher', uses: [], seat: null, lines: [{ kind: 'price', amountFen: 12_800, platformFen: 0 }], commissionBps: 300, rebateBps: 800, rebateCapFen: 2_000, validDays: 30,
    snapshot: { title: `双人套餐 ${deal}`, pictureUrl: '/art/dish-hotpot.svg', items: [{ name: '锅底', quantity: 1 }] }, holdMs: 900_000, watchMs: 30_000, hoardMax: 3, hoardMs: 3_600_000, attribution: null,
  };
}

/** On a hot deal each person may hold one unpaid order: when all have one, they are ended outside the measurement. */
async function freshBuyers(b: Bench): Promise<void> {
  next = 0;
  await b.db.query(`UPDATE guest_order SET state = 'cancelled' WHERE state = 'unpaid'`);
  await b.db.query('UPDATE deal_stock SET available = stocked - sold, held = 0');
  await b.db.query('DELETE FROM deal_buyer');
  await b.db.query('VACUUM ANALYZE guest_order');
}

export async function orders(b: Bench, hot: boolean, clients: number, ms: number): Promise<Result> {
  await freshBuyers(b);
  const http = await measure(clients, ms, async () => {
    const connection = await connect(b.port);
    return async () => {
      const { person, deal } = pair(hot);
      if (hot && next >= PEOPLE) return false;
      const reply = await connection.send({
        method: 'POST', path: '/api/orders', headers: { authorization: `Bearer ${b.tokens[person]}`, 'idempotency-key': newId('key') },
        body: JSON.stringify({ dealId: dealId(deal), quantity: 1, termsVersion: 1, expectedPayableFen: 12_800, surface: 'weapp' }),
      });
      if (reply.status !== 200) throw new Error(`order refused: ${reply.body}`);
    };
  });
  await freshBuyers(b);
  const floor = await straight(b, hot, clients, ms);
  const note = pgbench(b, hot, clients);
  return resultOf(hot ? 'orders-hot-deal' : 'orders-1000-deals', clients, http, floor, note);
}

async function straight(b: Bench, hot: boolean, clients: number, ms: number): Promise<number> {
  const open: pg.Client[] = [];
  const floor = await measure(clients, ms, async () => {
    const client = new pg.Client({ connectionString: b.databaseUrl });
    await client.connect();
    open.push(client);
    return async () => {
      const { person, deal } = pair(hot);
      if (hot && next >= PEOPLE) return false;
      await client.query({ name: 'place', text: 'SELECT orders_place($1::jsonb) AS answer', values: [JSON.stringify(saveOf(person, deal))] });
    };
  });
  await Promise.all(open.map((client) => client.end()));
  return floor.perSecond;
}

/** pgbench calling the same function, where it is installed. */
function pgbench(b: Bench, hot: boolean, clients: number): string | undefined {
  try {
    execFileSync('pgbench', ['--version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const script = join(tmpdir(), `juke-bench-${process.pid}.sql`);
  writeFileSync(script, `\\set p random(0, ${PEOPLE - 1})\n\\set d random(${hot ? 0 : 1}, ${hot ? 0 : DEALS - 1})\nSELECT bench_place(:p, :d);\n`);
  const out = execFileSync('pgbench', ['-n', '-c', String(clients), '-j', '1', '-T', '3', '-M', 'prepared', '-f', script, b.databaseUrl], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return `pgbench ${Math.round(Number(/tps = ([\d.]+)/.exec(out)?.[1] ?? 0))}/s`;
}

/** What pgbench calls: the same save, its argument made in SQL; a person who has an unpaid order of the deal gets another number. */
export const BENCH_SQL = `CREATE SEQUENCE bench_number;
CREATE FUNCTION bench_place(p int, d int) RETURNS jsonb LANGUAGE sql AS $$
  SELECT orders_place($sample$${JSON.stringify(saveOf(0, 0))}$sample$::jsonb || jsonb_build_object(
    'orderId', 'ord_b' || lpad(n::text, 12, '0'), 'paymentId', 'pay_b' || lpad(n::text, 12, '0'), 'dealId', 'deal_bench' || lpad(d::text, 7, '0'), 'merchantId', 'mch_bench' || lpad((d % 50)::text, 7, '0'),
    'buyerId', 'per_b' || lpad(n::text, 12, '0'), 'idem', jsonb_build_object('actor', 'bench', 'key', n::text, 'hash', 'h'))) FROM nextval('bench_number') n
$$;`;

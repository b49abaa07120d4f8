/** The last seat of a group under many joiners at once: exactly one sits, and the others are told quickly. Over HTTP. */
import { newId } from '../../functions/kernel';
import { connect } from './http';
import { looking, resultOf, round, WARM_MS, type Result } from './measure';
import { saveOf } from './orders';
import { dealId, PEOPLE, type Bench } from './setup';

const PRICE_FEN = 9_900;
const DEAL = 7;
let next = 0;
const person = () => (next += 1) % PEOPLE;

/** A group of two whose host has paid: one seat is left. Made straight through pg, outside the measurement. */
async function withOneSeat(b: Bench): Promise<string> {
  const order = { ...saveOf(person(), DEAL), priceKind: 'group', unitPriceFen: PRICE_FEN, payableFen: PRICE_FEN, lines: [{ kind: 'price', amountFen: PRICE_FEN, platformFen: 0 }] };
  const groupId = newId('grp');
  const { merchantId, dealId: ofDeal, buyerId, orderId, paymentId } = order;
  const seat = {
    groupId, isOpening: true, merchantId, dealId: ofDeal, termsVersion: 1, kind: 'standard', size: 2, minSize: 2, hours: 24, priceFen: PRICE_FEN, hostBenefitFen: 0, tiers: [], isLast: false,
    flagsMax: 2, flagsWindowMs: 1, orderId, personId: buyerId,
  };
  await b.db.call('orders_place', { ...order, seat });
  await b.db.call('orders_mark_paid', {
    paymentId, orderId, transactionId: `44${paymentId.slice(4)}`, payerOpenid: 'o', successAtMs: 1, notice: null, providerFeeFen: 59, vouchers: [], reward: null, shareToken: null,
    group: { groupId, orderId, successAtMs: 1, joinEndsMs: 120_000, completes: false, orderIds: [], orders: [] },
  });
  return groupId;
}

export async function lastSeat(b: Bench, clients: number, ms: number): Promise<Result> {
  const connections = await Promise.all(Array.from({ length: clients }, () => connect(b.port)));
  const times: number[] = [];
  const warm = performance.now() + 2 * WARM_MS;
  const until = warm + ms;
  let rounds = 0;
  let spent = 0;
  let costs: Awaited<ReturnType<NonNullable<typeof looking.start>>> | undefined;
  let isWarm = false;
  while (performance.now() < until) {
    if (!isWarm && performance.now() >= warm) {
      isWarm = true;
      times.length = 0;
      spent = 0;
      costs = await looking.start?.();
    }
    const groupId = await withOneSeat(b);
    const from = performance.now();
    const statuses = await Promise.all(connections.map(async (connection) => {
      const before = performance.now();
      const reply = await connection.send({
        method: 'POST', path: '/api/orders', headers: { authorization: `Bearer ${b.tokens[person()]}`, 'idempotency-key': newId('key') },
        body: JSON.stringify({ dealId: dealId(DEAL), quantity: 1, termsVersion: 1, expectedPayableFen: PRICE_FEN, surface: 'weapp', group: { groupId } }),
      });
      times.push(performance.now() - before);
      if (reply.status !== 200 && !reply.body.includes('GROUP_FULL')) throw new Error(`neither seated nor full: ${reply.body}`);
      return reply.status;
    }));
    spent += performance.now() - from;
    const seated = statuses.filter((status) => status === 200).length;
    if (seated !== 1) throw new Error(`${seated} people on one seat`);
    rounds += 1;
  }
  if (costs) looking.said = await costs(times.length);
  for (const connection of connections) connection.close();
  const [wrong] = await b.db.query<{ n: number }>('SELECT count(*)::int AS n FROM group_buy g WHERE taken > size OR taken <> (SELECT count(*) FROM group_seat s WHERE s.group_id = g.group_id AND s.state <> $1)', ['released']);
  if (wrong!.n > 0) throw new Error(`${wrong!.n} groups with seats that do not add up`);
  times.sort((a, c) => a - c);
  const at = (p: number) => round(times[Math.min(times.length - 1, Math.floor(times.length * p))] ?? 0);
  const measured = { perSecond: Math.round(times.length / (spent / 1_000)), p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), count: times.length };
  return resultOf('group-last-seat', clients, measured, null, `exactly one seated in each of ${rounds} rounds`);
}

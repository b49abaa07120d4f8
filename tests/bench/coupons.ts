/** A stampede at one offer: 2,000 claims for 100 coupons over HTTP. Not a matter of speed alone: other than exactly 100 fails the run. */
import { newId } from '../../functions/kernel';
import { connect } from './http';
import { resultOf, round, type Result } from './measure';
import { merchantId, personId, type Bench } from './setup';

const CAP = 100;
const CLAIMS = 2_000;

export async function couponStampede(b: Bench, clients: number): Promise<Result> {
  const offerId = newId('cof');
  const now = (await b.db.query<{ now: number }>('SELECT ms_of(juke_now()) AS now'))[0]!.now;
  await b.db.call('coupons_create_offer', {
    idem: null, offerId, merchantId: merchantId(0), title: '满 100 减 15', kind: 'amount', audience: 'everyone', winBackDays: null, thresholdFen: 10_000, amountFen: 1_500, offBps: 0, capFen: 0, dealId: null,
    dealIds: [], storeIds: [], platformBps: 0, total: CAP, perPerson: 1, claimFromMs: now - 1_000, claimUntilMs: now + 86_400_000, validFromMs: null, validUntilMs: null, validDays: 30, code: null,
    isTransferable: false, by: personId(0), reason: null, warnings: [],
  });
  const connections = await Promise.all(Array.from({ length: clients }, () => connect(b.port)));
  const times: number[] = [];
  const counts: Record<string, number> = {};
  let next = 0;
  const start = performance.now();
  await Promise.all(connections.map(async (connection) => {
    while (next < CLAIMS) {
      const person = (next += 1);
      const before = performance.now();
      const reply = await connection.send({ method: 'POST', path: `/api/coupon-offers/${offerId}/claims`, headers: { authorization: `Bearer ${b.tokens[person]}`, 'idempotency-key': newId('key') }, body: '{}' });
      times.push(performance.now() - before);
      const kind = reply.status === 200 ? 'ok' : String(JSON.parse(reply.body).code);
      counts[kind] = (counts[kind] ?? 0) + 1;
    }
  }));
  const seconds = (performance.now() - start) / 1_000;
  for (const connection of connections) connection.close();
  const [row] = await b.db.query<{ claimed: number; made: number }>('SELECT claimed, (SELECT count(*)::int FROM coupon c WHERE c.offer_id = o.offer_id) AS made FROM coupon_offer o WHERE offer_id = $1', [offerId]);
  const isExact = row!.claimed === CAP && row!.made === CAP && counts.ok === CAP && counts.COUPON_GONE === CLAIMS - CAP;
  if (!isExact) process.exitCode = 1;
  times.sort((x, y) => x - y);
  const at = (p: number) => round(times[Math.floor((times.length - 1) * p)]!);
  const measured = { perSecond: Math.round(times.length / seconds), p50Ms: at(0.5), p95Ms: at(0.95), p99Ms: at(0.99), count: times.length };
  return resultOf('coupon-stampede', clients, measured, null, `${isExact ? 'exactly' : 'NOT EXACTLY'} ${CAP} of ${CLAIMS}: ${JSON.stringify({ ...row, ...counts })}`);
}

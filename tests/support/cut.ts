/**
 * F-09: a story is cut at each point that matters in turn (the process dies before it, or right after it), or one statement's
 * answer is lost; then it is delivered again and must reach the end that it reaches uncut: states, postings, notices, facts,
 * and what WeChat has.
 */
import { subscribe } from 'node:diagnostics_channel';
import type { TestApp, TestPerson } from './app';
import { lostConnection, settle, type Knife } from './faults';

export interface Scene { sharer: TestPerson; friend: TestPerson }
export interface CutStory<S extends Scene = Scene> {
  name: string;
  prepare(): Promise<S>;
  /** One delivery, with its own key or notice at each call; answers whether it was answered well. */
  deliver(scene: S): Promise<boolean>;
}
type Cut = 'dies before' | 'dies after' | 'answer lost';
export const CUTS: Cut[] = ['dies before', 'dies after', 'answer lost'];
const MOST_STATEMENTS = 150;
/**
 * What is left when the process dies changes with what writes and with calls to the far side, not with reads. So a story dies
 * before each write and before the first statement after a call; right after a write it dies where a call would have come next,
 * or nothing. An answer is lost of each write: a read is just read again.
 */
const WRITES = /^(COMMIT|SELECT (\* FROM )?(?!kernel_fence)[a-z_]+\()/;

/** Requests that this process has sent to anybody. */
let calls = 0;
for (const channel of ['http.client.request.start', 'undici:request:create']) subscribe(channel, () => void (calls += 1));

/** Cuts the story everywhere. Answers how often it was cut; throws where the end differs. */
export async function cutEverywhere<S extends Scene>(t: TestApp, knife: Knife, story: CutStory<S>, how: Cut): Promise<number> {
  let uncut = await run(t, knife, story, null, how);
  let times = 0;
  const cutAt = async (k: number): Promise<boolean> => {
    const cut = await run(t, knife, story, k, how);
    if (!cut.wasCut) return false;
    times += 1;
    try {
      expect(cut.end).toEqual(uncut.end);
    } catch (error) {
      throw new Error(`${story.name}, ${how} point ${k} (${cut.at}): ${(error as Error).message}`);
    }
    // A lost answer is tried again on the spot: the person notices nothing.
    if (how === 'answer lost' && !cut.answered) throw new Error(`${story.name}: statement ${k} (${cut.at}) lost its answer once and the story failed`);
    return true;
  };
  if (how === 'dies after') {
    // The first run also fills caches: which points there are, a second one tells. The last one of all is found from behind.
    uncut = await run(t, knife, story, null, how);
    for (const k of uncut.callsAfter) await cutAt(k);
    for (let k = uncut.points; k > 0 && !uncut.callsAfter.has(k); k -= 1) if (await cutAt(k)) break;
    return times;
  }
  for (let k = 1; k <= MOST_STATEMENTS; k += 1) if (!(await cutAt(k))) return times;
  throw new Error(`${story.name} has more than ${MOST_STATEMENTS} statements`);
}

async function run<S extends Scene>(t: TestApp, knife: Knife, story: CutStory<S>, k: number | null, how: Cut) {
  const scene = await story.prepare();
  let points = 0;
  let at = '';
  let seen = calls;
  /** Points after which a call came before the next point. */
  const callsAfter = new Set<number>();
  const counted = (sql: string) => {
    const called = calls > seen;
    seen = calls;
    if (called && points > 0) callsAfter.add(points);
    if (!WRITES.test(sql) && !(called && how === 'dies before')) return false;
    points += 1;
    if (points === k) at = sql.slice(0, 60);
    return k !== null && points >= k;
  };
  const die = () => {
    throw new Error('the process died here');
  };
  if (how === 'dies before') knife.use({ before: (sql) => (counted(sql) ? die() : undefined) });
  else if (how === 'dies after') knife.use({ before: () => (at !== '' ? die() : undefined), after: (sql) => (counted(sql) ? die() : undefined) });
  else {
    knife.use({ after: (sql) => {
      if (!counted(sql) || points !== k) return;
      throw lostConnection();
    } });
  }
  const answered = await story.deliver(scene).catch(() => false);
  knife.clear();
  if (at !== '') await t.moveTime(31_000); // the lease of the worker that died
  const isWell = at === '' ? answered : await story.deliver(scene);
  if (!isWell) throw new Error(`${story.name}: cut at point ${k} (${at}), its repeat was refused`);
  await settle(t);
  return { wasCut: at !== '', at, answered, points, callsAfter, end: await endOf(t, scene) };
}

/** Everything that the story may have left, without names and times. */
async function endOf(t: TestApp, { sharer, friend }: Scene): Promise<object> {
  const people = [sharer.personId, friend.personId];
  const rows = (sql: string, params: unknown[] = [people]) => t.db.query(sql, params);
  const mine = 'order_id IN (SELECT order_id FROM guest_order WHERE buyer_id = ANY ($1))';
  const who = "CASE WHEN p.owner_id = ($1::text[])[1] THEN 'sharer' WHEN p.owner_id = ($1::text[])[2] THEN 'friend' WHEN p.owner_id = 'platform' THEN 'platform' ELSE 'merchant' END";
  const subjects = `SELECT order_id AS id FROM guest_order WHERE buyer_id = ANY ($1) UNION SELECT payment_id FROM payment WHERE ${mine} UNION SELECT refund_id FROM refund WHERE ${mine}
    UNION SELECT coupon_id FROM coupon WHERE owner_id = ANY ($1) UNION SELECT token FROM coupon_gift WHERE giver_id = ANY ($1) UNION SELECT return_id FROM subsidy_return JOIN subsidy USING (subsidy_id) WHERE ${mine}
    UNION SELECT reward_id FROM reward WHERE ${mine} UNION SELECT withdrawal_id FROM withdrawal WHERE person_id = ANY ($1) UNION SELECT group_id FROM group_seat WHERE ${mine} UNION SELECT return_id FROM split_return JOIN split USING (split_id) WHERE ${mine}`;
  const ids = (await rows(`SELECT id FROM (${subjects}) s`)).map((r) => String(r.id));
  const splits = (await rows(`SELECT split_id AS id FROM split WHERE ${mine}`)).map((r) => String(r.id));
  const { tables } = t.sandbox!.sandbox.sandbox.world;
  const subsidies = (await rows(`SELECT subsidy_id AS id FROM subsidy WHERE ${mine}`)).map((r) => String(r.id));
  const known = (table: 'tx' | 'refund' | 'split' | 'splitReturn' | 'transfer' | 'subsidy', numbers: string[]) =>
    [...(tables[table] as Map<string, { key: string; state?: string }>).values()].filter((row) => numbers.some((n) => row.key.includes(n) || row.key.includes(n.replace('_', '')))).map((row) => row.state ?? '').sort();
  return {
    orders: await rows('SELECT state, quantity, payable_fen, refunded_fen, provider_fee_fen FROM guest_order WHERE buyer_id = ANY ($1) ORDER BY 1, 2, 3, 4, 5'),
    lines: await rows(`SELECT kind, amount_fen FROM order_line WHERE ${mine} ORDER BY line, 1, 2`),
    payments: await rows(`SELECT state, method, amount_fen, unwanted, transaction_id IS NOT NULL AS told FROM payment WHERE ${mine} ORDER BY 1, 2, 3, 4, 5`),
    vouchers: await rows(`SELECT state, paid_fen, redemption_id IS NOT NULL AS used FROM voucher WHERE ${mine} ORDER BY position, 1, 2`),
    sets: await rows(`SELECT issued, live, redeemed, refunding, refunded FROM voucher_set WHERE ${mine}`),
    redemptions: await rows(`SELECT paid_fen, undone_at IS NOT NULL AS undone, reversed_at IS NOT NULL AS reversed FROM redemption WHERE ${mine} ORDER BY redeemed_at`),
    refunds: await rows(`SELECT kind, state, amount_fen, funded FROM refund WHERE ${mine} ORDER BY requested_at::date, 1, 2, 3, 4`),
    rewards: await rows(`SELECT state, amount_fen, paid_fen, clawed_fen, disputed, reason FROM reward WHERE ${mine}`),
    splits: await rows(`SELECT state, commission_fen, reward_fen, merchant_fen, returned_fen FROM split WHERE ${mine}`),
    coupons: await rows("SELECT state, CASE owner_id WHEN ($1::text[])[1] THEN 'sharer' ELSE 'friend' END AS owner, order_id IS NOT NULL AS held, given_by IS NOT NULL AS given FROM coupon WHERE owner_id = ANY ($1) ORDER BY 1, 2, merchant_id"),
    uses: await rows(`SELECT state, discount_fen, platform_fen FROM coupon_use WHERE ${mine} ORDER BY discount_fen`),
    claims: await rows('SELECT claimed, received, h.held FROM coupon_claim JOIN coupon_holder h USING (person_id) WHERE person_id = ANY ($1) ORDER BY 1, 2, 3'),
    gifts: await rows('SELECT state, taken_by IS NOT NULL AS taken FROM coupon_gift WHERE giver_id = ANY ($1)'),
    subsidies: await rows(`SELECT state, amount_fen, returned_fen, (SELECT count(*)::int FROM subsidy_return r WHERE r.subsidy_id = s.subsidy_id AND done_at IS NOT NULL) AS back FROM subsidy s WHERE ${mine}`),
    withdrawals: await rows('SELECT state, amount_fen, package_info IS NOT NULL AS ready FROM withdrawal WHERE person_id = ANY ($1)'),
    groups: await rows(`SELECT state, taken, confirmed, host_id = ($1::text[])[1] AS is_sharers FROM group_buy WHERE group_id IN (SELECT group_id FROM group_seat WHERE ${mine}) ORDER BY 1, 2, 3`),
    seats: await rows(`SELECT state, confirmed_at IS NOT NULL AS paid, person_id = ($1::text[])[1] AS is_sharers FROM group_seat WHERE ${mine} ORDER BY 1, 2, 3`),
    bought: await rows('SELECT quantity FROM deal_buyer WHERE person_id = ANY ($1)'),
    postings: await rows(`SELECT j.kind, p.account_kind, ${who} AS owner, p.amount_fen FROM posting p JOIN journal j USING (journal_id)
      WHERE p.${mine} OR p.owner_id = ANY ($1) OR j.subject IN (SELECT withdrawal_id FROM withdrawal WHERE person_id = ANY ($1)) ORDER BY 1, 2, 3, 4`),
    steps: await rows(`SELECT subject_kind, from_state, to_state, count(*)::int AS n FROM state_change WHERE subject_id IN (${subjects}) AND subject_kind NOT IN ('refund', 'split', 'subsidy') GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`),
    told: await rows('SELECT kind, count(*)::int AS n FROM notice WHERE person_id = ANY ($1) GROUP BY 1 ORDER BY 1'),
    facts: await rows(`SELECT kind, reaction, state, count(*)::int AS n FROM fact WHERE subject IN (${subjects}) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3`),
    keys: await rows('SELECT count(*)::int AS n FROM idempotency WHERE actor = ANY ($1)'),
    wechat: { tx: known('tx', ids), refund: known('refund', ids), split: known('split', splits), back: known('splitReturn', ids), transfer: known('transfer', ids), subsidy: known('subsidy', [...subsidies, ...ids]).length },
  };
}

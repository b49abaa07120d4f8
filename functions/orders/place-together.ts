/**
 * A stampede on one deal: attempts that arrive while others are being saved are saved together (H2, C4, A-35). Guards I-10,
 * I-22. A lone attempt waits for nobody; while one save of a deal is under way the next attempts collect, at most
 * PLACE_BATCH of them, each of another person: who tries ten times has one place in the draw, and the draw is fair.
 * The rules are the database's, one book for both ways (orders_place_many); a batch that fails as a whole is tried one by one.
 * A cloud function has one request at a time, so there each attempt is alone.
 */
import { randomInt } from 'node:crypto';
import { PLACE_BATCH, PLACE_WAITING_MAX } from '../contract/limits';
import type { ErrorCode, ErrorDetails } from '../contract/errors';
import { Changed, Refused, Unavailable, type Db } from '../kernel';

/** What orders_place takes; only what is read here has a name. */
interface Attempt { buyerId: string; dealId: string; termsVersion: number; priceKind: string }
export interface Placed { orderId: string; payableFen: number; expiresAtMs: number }
interface Waiting { attempt: Attempt; done: (placed: Placed) => void; fail: (error: unknown) => void }
type Verdict = { answer: Placed } | { refuse: ErrorCode; details: ErrorDetails } | { changed: string };

const queues = new WeakMap<Db, Map<string, Waiting[]>>();

export function placeTogether(db: Db, attempt: Attempt): Promise<Placed> {
  let open = queues.get(db);
  if (!open) queues.set(db, (open = new Map()));
  const name = `${attempt.dealId} ${attempt.termsVersion} ${attempt.priceKind}`;
  const queue = open.get(name);
  return new Promise((done, fail) => {
    if (queue && queue.length >= PLACE_WAITING_MAX) return fail(new Unavailable('too many attempts on one deal are waiting'));
    if (queue) return void queue.push({ attempt, done, fail });
    const mine: Waiting[] = [{ attempt, done, fail }];
    open.set(name, mine);
    void work(db, mine, () => open.delete(name));
  });
}

const turns = new WeakMap<Db, Map<string, Promise<unknown>>>();

/** Those who want a seat of one group take turns in this process: whoever comes after the last seat went finds it gone, instead of waiting for its row with a save half done. */
export function placeInTurn(db: Db, groupId: string, attempt: Attempt): Promise<Placed> {
  let open = turns.get(db);
  if (!open) turns.set(db, (open = new Map()));
  const mine = (open.get(groupId) ?? Promise.resolve()).catch(() => undefined).then(() => db.call<Placed>('orders_place', attempt));
  open.set(groupId, mine);
  const end = () => open.get(groupId) === mine && open.delete(groupId);
  mine.then(end, end);
  return mine;
}

/** Until nobody waits. Nothing is awaited between the last look at the queue and its end, so nobody is forgotten. */
async function work(db: Db, queue: Waiting[], end: () => void): Promise<void> {
  while (queue.length > 0) await saveSome(db, draw(queue));
  end();
}

/** A fair draw of persons, however often each tried: one attempt of each who is drawn, the earliest; the others stay. */
export function draw<T extends { attempt: { buyerId: string } }>(queue: T[], most = PLACE_BATCH): T[] {
  const first = new Map<string, T>();
  for (const waiting of queue) if (!first.has(waiting.attempt.buyerId)) first.set(waiting.attempt.buyerId, waiting);
  const drawn = shuffled([...first.values()]).slice(0, most);
  const gone = new Set(drawn);
  queue.splice(0, queue.length, ...queue.filter((waiting) => !gone.has(waiting)));
  return drawn;
}

async function saveSome(db: Db, batch: Waiting[]): Promise<void> {
  if (batch.length === 1) return saveOne(db, batch[0]!);
  let verdicts: Verdict[];
  try {
    verdicts = await db.call<Verdict[]>('orders_place_many', { attempts: batch.map(({ attempt }) => attempt) });
  } catch {
    return void (await Promise.all(batch.map((waiting) => saveOne(db, waiting))));
  }
  verdicts.forEach((verdict, i) => {
    const { done, fail } = batch[i]!;
    if ('answer' in verdict) done(verdict.answer);
    else fail('refuse' in verdict ? new Refused(verdict.refuse, verdict.details) : new Changed(verdict.changed));
  });
}

const saveOne = (db: Db, { attempt, done, fail }: Waiting): Promise<void> => db.call<Placed>('orders_place', attempt).then(done, fail);

function shuffled<T>(list: T[]): T[] {
  for (let i = list.length - 1; i > 0; i -= 1) {
    const j = randomInt(i + 1);
    [list[i], list[j]] = [list[j]!, list[i]!];
  }
  return list;
}

/** I-22: an accepted key answers the same again, also when the world has moved on and would refuse it now. */
import type { Context, Idempotency } from './context';
import type { Db } from './db';
import { Refused, refuse } from './failure';

/** Runs a money story; when it is refused but its key was accepted before, answers what the save answered then. */
export async function replayed<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const seen = error instanceof Refused && ctx.idem ? await findAccepted<T>(ctx) : null;
    if (seen) return seen;
    throw error;
  }
}

/** What the save of this key answered, or null. Another body under the same key is refused. */
export async function findAccepted<T>(ctx: Context): Promise<T | null> {
  if (!ctx.idem) return null;
  const row = await lookUp(ctx.db, ctx.idem);
  if (!row) return null;
  if (row.hash !== ctx.idem.hash) refuse('KEY_REUSED');
  return row.answer as T;
}

interface Accepted { hash: string; answer: unknown }
interface Wish { idem: Idempotency; done: (row: Accepted | null) => void; fail: (error: unknown) => void }
const waiting = new WeakMap<Db, Wish[]>();
const MOST = 200;

/** A stampede that is refused asks for thousands of keys a second: while one look is under way, the next ones collect. */
function lookUp(db: Db, idem: Idempotency): Promise<Accepted | null> {
  return new Promise((done, fail) => {
    const open = waiting.get(db);
    if (open) return void open.push({ idem, done, fail });
    const wishes: Wish[] = [{ idem, done, fail }];
    waiting.set(db, wishes);
    void lookAll(db, wishes);
  });
}

async function lookAll(db: Db, queue: Wish[]): Promise<void> {
  while (queue.length > 0) {
    const some = queue.splice(0, MOST);
    try {
      const rows = await db.query<Accepted & { n: number }>(
        `SELECT w.n::int AS n, i.body_hash AS hash, i.answer FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w (actor, key, n)
         CROSS JOIN LATERAL (SELECT body_hash, answer FROM idempotency k WHERE k.actor = w.actor AND k.key = w.key LIMIT 1) i`, [some.map((w) => w.idem.actor), some.map((w) => w.idem.key)]);
      const found = new Map(rows.map((row) => [row.n, row]));
      some.forEach((wish, i) => wish.done(found.get(i + 1) ?? null));
    } catch (error) {
      for (const wish of some) wish.fail(error);
    }
  }
  waiting.delete(db);
}

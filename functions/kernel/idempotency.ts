/** I-22: an accepted key answers the same again, also when the world has moved on and would refuse it now. */
import type { Context } from './context';
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
  const [row] = await ctx.db.query<{ hash: string; answer: T }>('SELECT body_hash AS hash, answer FROM idempotency WHERE actor = $1 AND key = $2', [ctx.idem.actor, ctx.idem.key]);
  if (!row) return null;
  if (row.hash !== ctx.idem.hash) refuse('KEY_REUSED');
  return row.answer;
}

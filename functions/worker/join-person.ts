/**
 * Two accounts became one (identity): what each module keeps of the old account follows, module by module. Each step is a
 * save of its own that finds nothing left when it runs again, so a crash between two is finished by the next try. What must
 * wait (an unpaid order, an open withdrawal) is looked at again until it is gone.
 */
import { MINUTE_MS } from '../contract/limits';
import type { App } from '../kernel';

/** Orders take vouchers, attributions, rewards and the wallet along in their save. */
const STEPS = ['identity', 'merchants', 'orders', 'refunds', 'settlement'] as const;
const AGAIN_MS = 10 * MINUTE_MS;

/** Answers in how many ms to look again, or null when nothing is left at the old account. */
export async function joinPerson(app: App, joined: { from: string; to: string }): Promise<number | null> {
  let left = 0;
  for (const module of STEPS) left += (await app.db.call<{ left: number }>(`${module}_move_person`, joined)).left;
  return left > 0 ? AGAIN_MS : null;
}

/**
 * Two accounts became one (identity): what each module keeps of the old account follows, module by module. Each step is a
 * save of its own that finds nothing left when it runs again, so a crash between two is finished by the next try.
 */
import type { App } from '../kernel';

/** In the order of the modules. Rewards and their money move in one save; a withdrawal's row follows its money. */
const STEPS = ['identity', 'merchants', 'orders', 'referrals', 'vouchers', 'refunds', 'settlement'] as const;

export async function joinPerson(app: App, joined: { from: string; to: string }): Promise<null> {
  for (const module of STEPS) await app.db.call(`${module}_move_person`, joined);
  return null;
}

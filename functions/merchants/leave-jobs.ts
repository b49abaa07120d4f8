/** Whoever deleted the account works nowhere any more; a store that nobody manages now is an alarm: its after-sales would be accepted by silence. */
import type { App } from '../kernel';

export async function leaveJobs(app: App, personId: string): Promise<null> {
  await app.db.call('merchants_drop_person', { personId });
  return null;
}

/**
 * What the passing of sandbox time alone changes: unpaid orders close, frozen money unfreezes, unconfirmed transfers
 * are closed. Called every second, by every clock change and before flush; handlers also look for themselves, so
 * an answer is never older than the clock. Only what can still change is looked at, so a long run stays cheap.
 */
import type { Sandbox } from './context';
import { scheduleRefund } from './pay/refunds';
import { scheduleSplit, unfreezeIfDue } from './pay/splits';
import { closeIfDue } from './pay/transfers';

/** A full look at every order is only worth it when the clock was moved; orders check themselves when asked. */
const lastOffset = new WeakMap<Sandbox, number>();

export const settleTime = (sandbox: Sandbox): void => {
  for (const transfer of sandbox.world.tables.transfer.values()) {
    if (transfer.state === 'WAIT_USER_CONFIRM') closeIfDue(sandbox, transfer);
  }
  if (lastOffset.get(sandbox) === sandbox.offsetMs) return;
  lastOffset.set(sandbox, sandbox.offsetMs);
  for (const tx of sandbox.world.tables.tx.values()) unfreezeIfDue(sandbox, tx);
};

/** After a restart: refunds, splits, cancellations and notices that were on their way go on. */
export const resumeWork = (sandbox: Sandbox): void => {
  const { refund, split, transfer } = sandbox.world.tables;
  for (const one of refund.values()) if (one.state === 'PROCESSING') scheduleRefund(sandbox, one);
  for (const one of split.values()) if (one.state === 'PROCESSING') scheduleSplit(sandbox, one);
  for (const one of transfer.values()) if (one.state === 'CANCELING') closeIfDue(sandbox, one);
  sandbox.notices.resume();
};

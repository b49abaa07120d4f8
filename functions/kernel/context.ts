/** What a story receives besides its input: who asks, and the few things it needs. Built by the pipeline, by the worker or by a test. */
import type { ErrorCode } from '../contract/errors';
import type { StaffRole } from '../contract/states';
import type { Answer, Input } from '../contract/shapes';
import type { RouteName } from '../contract/routes';
import type { Clock } from './clock';
import type { Config } from './config';
import type { Db } from './db';
import type { Log } from './log';
import type { Session } from './session';
import { refuse } from './failure';

/** Process-wide: one database, one clock, one configuration. */
export interface App { db: Db; clock: Clock; config: Config; log: Log }

export interface Staff { staffId: string; merchantId: string; storeId: string; role: StaffRole }
/** I-22: given to the save, which writes it with its effect. */
export interface Idempotency { actor: string; key: string; hash: string; family: string | null }

export interface Context extends App {
  session: Session | null;
  staff: Staff | null;
  idem: Idempotency | null;
  language: 'zh' | 'en';
  ip: string;
}
export type Story<N extends RouteName> = (ctx: Context, input: Input<N>) => Promise<Answer<N> | Ready>;
export type Stories = { [N in RouteName]?: Story<N> };

/** An answer that was shaped and serialised before (a snapshot), sent as it is. */
export interface Ready { readyJson: string }

export function me(ctx: Context): Session {
  return ctx.session ?? refuse('NO_SESSION' satisfies ErrorCode);
}
export function myStaff(ctx: Context): Staff {
  return ctx.staff ?? refuse('NOT_ALLOWED' satisfies ErrorCode);
}

/**
 * The invariants that can be asked of the database, by id: run after each database test and by `npm run audit`. Each is
 * one statement, so it sees one moment, also while the system runs. Not here: I-20, I-27 (their tables do not
 * exist yet) and I-25 (a rule of the code, checked by the tidy tests).
 */
import type { Db } from '../kernel';
import { couponInvariants } from './invariants-coupons';
import { groupInvariants } from './invariants-groups';
import { ledgerInvariants } from './invariants-ledger';
import { purchaseInvariants } from './invariants-purchases';
import { systemInvariants } from './invariants-system';
import { tradeInvariants } from './invariants-trade';

export interface Invariant {
  id: string;
  says: string;
  /** How many rows are looked at. */
  rowsSql: string;
  /** One row for each violation. */
  violationsSql: string;
  /** Holds only while a worker runs. */
  live?: true;
}
export interface Finding {
  id: string;
  says: string;
  rows: number;
  total: number;
  violations: Record<string, unknown>[];
}

const SAMPLE = 5;
export const invariants: Invariant[] = [
  ...ledgerInvariants,
  ...tradeInvariants,
  ...couponInvariants,
  ...groupInvariants,
  ...purchaseInvariants,
  ...systemInvariants,
].sort((a, b) =>
  a.id < b.id ? -1 : a.id > b.id ? 1 : 0,
);

/**
 * Every invariant with the rows it looked at, the number of violations and the first of them. `live` also asks for what
 * only holds while a worker runs.
 */
export async function checkInvariants(db: Pick<Db, 'query'>, options: { live?: boolean } = {}): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const { id, says, rowsSql, violationsSql, live } of invariants) {
    if (live && !options.live) continue;
    const [row] = await db.query(`WITH bad AS MATERIALIZED (${violationsSql})
      SELECT (${rowsSql})::bigint AS rows, (SELECT count(*) FROM bad)::int AS total,
        (SELECT coalesce(jsonb_agg(to_jsonb(b)), '[]') FROM (SELECT * FROM bad LIMIT ${SAMPLE}) b) AS violations`);
    findings.push({ id, says, rows: Number(row!.rows), total: row!.total, violations: row!.violations });
  }
  return findings;
}

/** The ledger's public face. Money moves only through the SQL function ledger_post, inside the saves of other modules. */
import type { AccountKind } from '../contract/states';
import type { Db } from '../kernel';

/** One line of a journal, as ledger_post takes it: account kind, owner's id, amount in fen (positive: a claim of the owner). */
export interface Posting { a: AccountKind; o: string; f: number }

/** A stored balance in fen; 0 where nothing was posted. Kinds with a floor only (I-05). */
export async function balanceOf(db: Db, kind: AccountKind, ownerId: string): Promise<number> {
  const [row] = await db.query<{ fen: number }>('SELECT ledger_balance($1, $2) AS fen', [kind, ownerId]);
  return row!.fen;
}

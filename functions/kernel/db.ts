/**
 * PostgreSQL: one pool, named statements, three outcomes (rows, Refused, Unavailable). Guards F-22, F-23, F-24.
 * A save is one call of one SQL function, so it is one transaction in one round trip. What failed for reasons of the
 * world (deadlock, serialization, lost connection) is retried whole, at most RETRIES times with jitter, then BUSY.
 * A retry after a lost COMMIT is safe: the idempotency row or the expected state tells the truth (F-22).
 */
import pg from 'pg';
import type { ErrorCode, ErrorDetails } from '../contract/errors';
import { RETRIES } from '../contract/limits';
import { wallMs } from './clock';
import { Changed, Fenced, Refused, Unavailable } from './failure';

pg.types.setTypeParser(20, (v) => Number(v)); // bigint: amounts and ms stay within the safe integers (I-24)

export type Row = Record<string, any>;
interface Fence { factId: string; reaction: string; fence: number }
export interface Db {
  /** Reads. Retried when the connection is lost. */
  query<T extends Row = Row>(sql: string, params?: readonly unknown[]): Promise<T[]>;
  /** One save: `SELECT fn($1)` with a json argument; answers its json result. */
  call<T = any>(fn: string, arg?: unknown): Promise<T>;
  /** The same database, whose saves commit only while this worker holds the fact. */
  fenced(fence: Fence): Db;
  end(): Promise<void>;
}
export interface DbOptions {
  max?: number;
  /** False behind a pooler in transaction mode: it has no named statements, and refuses settings that a session brings along. */
  named?: boolean;
  /** Called before each statement reaches the server: tests cut, delay or count here. */
  beforeStatement?: (sql: string) => void | Promise<void>;
  afterStatement?: (sql: string) => void | Promise<void>;
}

const RETRIED = new Set(['40001', '40P01', '55P03', '57P01', '57P02', '57P03', '57P05', '08000', '08001', '08003', '08004', '08006', '53300', '25006']);
/** The server, or on a connection that went silent our own side, gave up a statement that took too long: trying again at once would only wait again. */
const CANCELLED = '57014';
const SILENT = 'Query read timeout';
/** How a pooler says that it has no connection to give. */
const POOLER = '08P01';
const STATEMENT_MS = 15_000;
/** A little more: while the server answers at all, it is the one that gives up. */
const SILENT_MS = 17_000;
/**
 * What idled longer is not used again. By the wall clock: in a function that was frozen, or a laptop that slept, no timer ran
 * and the connection may be gone without a word.
 */
const IDLE_MS = 30_000;
/** What leaves a connection as it was: our own refusals, and who lost a race. */
const SOUND = new Set(['JK001', 'JK002', 'JK003', '40001', '40P01', '55P03']);
const CONTROL = new Set(['BEGIN', 'COMMIT']);
const LOST = /ECONNRESET|ECONNREFUSED|EPIPE|EHOSTUNREACH|ENETUNREACH|ENOTFOUND|EAI_AGAIN|terminat|Connection ended|timeout|ETIMEDOUT|not queryable/i;

export function openDb(url: string, options: DbOptions = {}): Db {
  const pool = new pg.Pool({
    connectionString: url, max: options.max ?? 20, connectionTimeoutMillis: 5_000, idleTimeoutMillis: IDLE_MS, query_timeout: SILENT_MS,
    ...(options.named === false ? {} : { statement_timeout: STATEMENT_MS }), application_name: 'juke', allowExitOnIdle: true,
  });
  pool.on('error', () => undefined); // an idle connection was lost; the next use opens another
  const idleSince = new WeakMap<pg.PoolClient, number>();
  pool.on('release', (_error, client) => void idleSince.set(client as pg.PoolClient, wallMs()));
  const take: Take = async () => {
    for (;;) {
      const client = await pool.connect();
      if (Math.abs(wallMs() - (idleSince.get(client) ?? wallMs())) < IDLE_MS) return client;
      client.release(true);
    }
  };
  const names = new Map<string, string>();
  const named = (sql: string) => {
    if (options.named === false) return undefined;
    let name = names.get(sql);
    if (!name) names.set(sql, (name = `j${names.size}`));
    return name;
  };
  // One statement on any connection. The pool's own query() ends the connection after every error; after a refusal of ours it is as good
  // as before, and another one would cost a hundred times the refusal.
  const anyClient: Client = {
    async query(config) {
      const client = await take();
      let broken: Error | undefined;
      const lost = (error: Error) => void (broken = error);
      client.on('error', lost);
      try {
        return await client.query(config as pg.QueryConfig);
      } catch (error) {
        if (!SOUND.has((error as { code?: string }).code ?? '')) broken = error as Error;
        throw error;
      } finally {
        client.off('error', lost);
        client.release(broken);
      }
    },
  };
  const send = async (client: Client, sql: string, params: readonly unknown[]): Promise<pg.QueryResult> => {
    if (options.beforeStatement) await options.beforeStatement(sql);
    // BEGIN and COMMIT need no plan: one message each.
    const result = params.length === 0 && CONTROL.has(sql) ? await client.query(sql) : await client.query({ name: named(sql), text: sql, values: params as unknown[] });
    if (options.afterStatement) await options.afterStatement(sql);
    return result;
  };
  const make = (fence: Fence | null): Db => ({
    async query(sql, params = []) {
      return retried(async () => (await send(anyClient, sql, params)).rows);
    },
    async call(fn, arg = {}) {
      if (!/^[a-z_]+$/.test(fn)) throw new Error(`not a function name: ${fn}`);
      const sql = `SELECT ${fn}($1::jsonb) AS answer`;
      const params = [JSON.stringify(arg)];
      return retried(async () => (fence ? inFence(take, send, fence, sql, params) : (await send(anyClient, sql, params)).rows[0]?.answer));
    },
    fenced: (f) => make(f),
    end: () => pool.end(),
  });
  return make(null);
}

interface Client { query(config: string | pg.QueryConfig): Promise<pg.QueryResult> }
type Take = () => Promise<pg.PoolClient>;
type Send = (client: Client, sql: string, params: readonly unknown[]) => Promise<pg.QueryResult>;

async function inFence(take: Take, send: Send, fence: Fence, sql: string, params: readonly unknown[]): Promise<unknown> {
  const client = await take();
  let broken: Error | undefined;
  // Lost between two statements: without a listener that would end the process.
  const lost = (error: Error) => void (broken = error);
  client.on('error', lost);
  try {
    await send(client, 'BEGIN', []);
    await send(client, 'SELECT kernel_fence($1, $2, $3)', [fence.factId, fence.reaction, fence.fence]);
    const answer = (await send(client, sql, params)).rows[0]?.answer;
    await send(client, 'COMMIT', []);
    return answer;
  } catch (error) {
    if (isLost(error)) broken = error as Error; // ROLLBACK would wait for it once more
    else await client.query('ROLLBACK').catch((e: Error) => (broken = e));
    throw error;
  } finally {
    client.off('error', lost);
    client.release(broken);
  }
}

async function retried<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      const known = translate(error);
      if (!(known instanceof Unavailable) || attempt > RETRIES || isGivenUp(error)) throw known;
      await new Promise((done) => setTimeout(done, Math.random() * 40 * 2 ** attempt));
    }
  }
}

/** What PostgreSQL said, as one of our kinds. */
function translate(error: unknown): unknown {
  const e = error as { code?: string; detail?: string; message?: string; severity?: string };
  if (e.code === 'JK001') return new Refused(e.message as ErrorCode, JSON.parse(e.detail ?? '{}') as ErrorDetails);
  if (e.code === 'JK002') return new Changed(e.message);
  if (e.code === 'JK003') return new Fenced(e.message);
  if (isGivenUp(error) || (e.code && RETRIED.has(e.code)) || (e.code === POOLER && e.severity === 'FATAL') || isLost(error)) {
    return new Unavailable(`database: ${e.message}`, 'BUSY', 2_000, { cause: error });
  }
  return error;
}

const isGivenUp = (error: unknown): boolean => (error as { code?: string }).code === CANCELLED || (error as Error).message === SILENT;
/** Not what PostgreSQL says (it tells a severity), but that it could not be asked. */
function isLost(error: unknown): boolean {
  const { code = '', message = '', severity } = error as { code?: string; message?: string; severity?: string };
  return severity === undefined && LOST.test(`${code} ${message}`);
}

/** Load, decide, save; again from the load when a guard says that it was decided on something that changed. */
export async function decided<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof Changed)) throw error;
      if (attempt > RETRIES) throw new Unavailable(`kept changing: ${error.message}`);
    }
  }
}

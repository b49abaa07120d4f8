/**
 * Runs due facts. Guards I-21, F-09 … F-11, F-31. A claim is a 30 s lease with a fence: saves of a worker that lost its
 * lease are refused inside their own transaction. 8 tries with back-off, then parked with an alarm; other subjects flow.
 */
import { FACT_BACKOFF_MS, FACT_BATCH, FACT_LEASE_MS, FACT_TRIES } from '../contract/limits';
import { Fenced, Unavailable, type App } from '../kernel';
import { reactions, type Reaction } from './reactions';

interface FactRow { fact_id: string; reaction: string; kind: string; subject: string; body: Record<string, unknown>; attempts: number; fence: number }
const names = Object.keys(reactions);
const CONCURRENT = 8;

interface RunOptions { limit?: number; leaseMs?: number; only?: Partial<Record<string, Reaction>> }

/** Claims and runs one batch; answers how many facts were claimed. */
export async function runOnce(app: App, options: RunOptions = {}): Promise<number> {
  const table = options.only ?? reactions;
  const reactionNames = options.only ? Object.keys(options.only) : names;
  const facts = await app.db.query<FactRow>('SELECT * FROM kernel_claim_facts($1, $2, $3, $4)', [options.limit ?? FACT_BATCH, options.leaseMs ?? FACT_LEASE_MS, reactionNames, FACT_TRIES]);
  const queue = [...facts];
  const lane = async () => {
    for (let fact = queue.shift(); fact; fact = queue.shift()) await runFact(app, fact, table[fact.reaction as keyof typeof table]!);
  };
  await Promise.all(Array.from({ length: Math.min(CONCURRENT, facts.length) }, lane));
  return facts.length;
}

/** One claimed fact, to its end: done, again later, failed with back-off, or parked. */
async function runFact(app: App, fact: FactRow, reaction: Reaction): Promise<void> {
  const { fact_id: factId, reaction: name, fence } = fact;
  try {
    const again = await reaction({ ...app, db: app.db.fenced({ factId, reaction: name, fence }) }, { subject: fact.subject, body: fact.body });
    await app.db.query('SELECT kernel_finish_fact($1, $2, $3, $4)', [factId, name, fence, again === null ? null : Math.max(1, Math.floor(again))]);
  } catch (error) {
    if (error instanceof Fenced) return;
    // While WeChat is away nothing is parked: it goes on with the same numbers when it is back.
    const isOutage = error instanceof Unavailable && error.kind === 'PROVIDER_DOWN';
    const parked = !isOutage && fact.attempts >= FACT_TRIES;
    const reason = (error as Error)?.message ?? String(error);
    app.log[parked ? 'error' : 'warn']({ factId, reaction: name, subject: fact.subject, attempt: fact.attempts, reason }, parked ? 'fact parked' : 'fact failed');
    await app.db.query('SELECT kernel_fail_fact($1, $2, $3, $4, $5, $6, $7)', [factId, name, fence, reason, FACT_BACKOFF_MS[Math.min(fact.attempts, FACT_BACKOFF_MS.length) - 1] ?? 1_000, parked, isOutage ? OUTAGE_TRIES : FACT_TRIES])
      .catch(() => undefined); // the lease runs out and another worker takes it
  }
}

/** Until nothing is due any more; at most `rounds` batches. Answers how many facts ran. */
export async function drain(app: App, options: RunOptions & { rounds?: number } = {}): Promise<number> {
  let ran = 0;
  for (let round = 0; round < (options.rounds ?? 1_000); round += 1) {
    const now = await runOnce(app, options);
    if (now === 0) break;
    ran += now;
  }
  return ran;
}

/** An outage is looked at every ten minutes at the latest (FACT_BACKOFF_MS), for as long as it lasts. */
const OUTAGE_TRIES = 4;
const IDLE_MS = 100;
export interface Worker { /** Something was committed: look at once. */ nudge(): void; stop(): Promise<void> }

/** Runs continuously in the long-running host. */
export function startWorker(app: App, onRound?: () => Promise<void>): Worker {
  let stopped = false;
  let wake = () => undefined as void;
  const loop = (async () => {
    while (!stopped) {
      const ran = await runOnce(app).catch((error: Error) => {
        app.log.warn({ reason: error.message }, 'worker round failed');
        return 0;
      });
      await onRound?.().catch(() => undefined);
      if (ran === 0 && !stopped) await new Promise<void>((done) => {
        const timer = setTimeout(done, IDLE_MS);
        wake = () => { clearTimeout(timer); done(); };
      });
    }
  })();
  return {
    nudge: () => wake(),
    stop: async () => {
      stopped = true;
      wake();
      await loop;
    },
  };
}

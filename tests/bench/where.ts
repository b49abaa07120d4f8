/**
 * `--where`: what one step costs in CPU, by process, and which statements cost PostgreSQL most. Load, stand-in, server and
 * database share the machine's cores, so cores × 1,000 ms ÷ the sum is the most that this machine can do of it.
 */
import { readdirSync, readFileSync } from 'node:fs';
import type { Db } from '../../functions/kernel';
import { round } from './measure';

const TICK_MS = 10;
export interface Pids { postgres: number; standIn: number; server: number }
type Spent = Record<'load' | 'stand-in' | 'server' | 'PostgreSQL', number>;

interface Stat { parent: number; ownMs: number; childrenMs: number }
function statOf(pid: number): Stat | null {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const f = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
    return { parent: f[1]!, ownMs: (f[11]! + f[12]!) * TICK_MS, childrenMs: (f[13]! + f[14]!) * TICK_MS };
  } catch {
    return null; // it ended, or this is not Linux
  }
}

function spent(pids: Pids): Spent {
  const { user, system } = process.cpuUsage();
  const main = statOf(pids.postgres);
  let database = (main?.ownMs ?? 0) + (main?.childrenMs ?? 0);
  for (const name of readdirSync('/proc')) {
    const stat = /^\d+$/.test(name) ? statOf(Number(name)) : null;
    if (stat?.parent === pids.postgres) database += stat.ownMs;
  }
  return { load: (user + system) / 1_000, 'stand-in': statOf(pids.standIn)?.ownMs ?? 0, server: statOf(pids.server)?.ownMs ?? 0, PostgreSQL: database };
}

/** Starts looking; the answer ends it and says what each of `count` steps cost, in words. */
export async function watchCosts(db: Db, pids: Pids): Promise<(count: number) => Promise<string>> {
  await db.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
  await db.query('SELECT pg_stat_statements_reset()');
  const before = spent(pids);
  return async (count) => {
    const after = spent(pids);
    const names = Object.keys(before) as (keyof Spent)[];
    const each = names.map((name) => (after[name] - before[name]) / count);
    const sum = each.reduce((a, b) => a + b, 0);
    const rows = await db.query<{ calls: number; ms: number; mean: number; query: string }>(
      `SELECT calls, total_exec_time AS ms, mean_exec_time AS mean, query FROM pg_stat_statements WHERE query !~ 'pg_stat_statements'
       ORDER BY toplevel DESC, total_exec_time DESC LIMIT 90`);
    return [
      `    CPU of a step: ${names.map((name, i) => `${name} ${round(each[i]!)} ms`).join(' · ')} · together ${round(sum)} ms, so two cores can do ${Math.round(2_000 / sum)} a second`,
      ...rows.filter((row) => row.ms / count > 0.01).map((row) => `    ${String(round(row.ms / count)).padStart(6)} ms ${String(round(row.calls / count)).padStart(6)} × ${round(row.mean)} ms  ${row.query.replace(/\s+/g, ' ').slice(0, 130)}`),
    ].join('\n');
  };
}

/** A PostgreSQL of its own (fsync on), the stand-in for WeChat, the measured server, and data that was analysed. All on loopback. */
import { spawn, type ChildProcess } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync, readFileSync, existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { whenNpmEnds } from '../../functions/host/parent.mjs';
import { freePort, startPostgres } from '../../functions/host/postgres.mjs';
import { openDb, type Db } from '../../functions/kernel';
import { makeToken } from '../../functions/kernel/session';
import { prepareDatabase } from '../../functions/worker/prepare';
import type { Pids } from './where';

const SESSION_KEY = 'bench-session-key-of-32-characters!!';
export const PEOPLE = 20_000;
export const DEALS = 1_000;
export const CLERKS = 400;
export const personId = (n: number) => `per_bench${String(n).padStart(7, '0')}`;
export function dealId(n: number) { return `deal_bench${String(n).padStart(7, '0')}`; }
export const merchantId = (n: number) => `mch_bench${String(n).padStart(7, '0')}`;
export const storeId = (n: number) => `sto_bench${String(n).padStart(7, '0')}`;
const MERCHANTS = 50;

export interface Bench {
  databaseUrl: string; db: Db; port: number; sandboxUrl: string; credentials: Record<string, string>;
  platformKeyPem: string; tokens: string[]; pids: Pids; stop(): Promise<void>;
}

export async function startBench(say: (words: string) => void, isLooking = false): Promise<Bench> {
  const folder = mkdtempSync(join(tmpdir(), 'juke-bench-'));
  const undo: (() => Promise<void> | void)[] = [() => rmSync(folder, { recursive: true, force: true })];
  let ended: Promise<void> | null = null;
  const stop = () => (ended ??= (async () => {
    for (const step of undo.reverse()) await step();
  })());
  const onSignal = () => void stop().finally(() => process.exit(1));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, onSignal);
  whenNpmEnds(onSignal);
  try {
    say('PostgreSQL with fsync on');
    const starting = startPostgres({ dataDir: join('/var/tmp', `juke-bench-${process.pid}`), fsync: true, settings: { shared_buffers: '512MB', max_wal_size: '4GB', log_min_messages: 'fatal', ...(isLooking ? { shared_preload_libraries: 'pg_stat_statements', 'pg_stat_statements.track': 'all' } : {}) } });
    // Told to stop while it starts: it is waited for, or it would outlive us.
    undo.push(async () => {
      const postgres = await starting;
      await postgres.stop();
      rmSync(postgres.dataDir, { recursive: true, force: true });
      rmSync(`${postgres.dataDir}.log`, { force: true });
    });
    const postgres = await starting;
    await prepareDatabase(postgres.url);
    const db = openDb(postgres.url, { max: 64 });
    undo.push(() => db.end());
    say('people, deals and 100,000 stores');
    await preload(postgres.url);
    say('stand-in and server');
    const sandboxPort = await freePort();
    const standIn = await child(undo, 'functions/sandbox/main.ts', ['--port', String(sandboxPort), '--data', folder], {}, () => existsSync(join(folder, 'credentials.json')));
    const keys = generateKeyPairSync('rsa', { modulusLength: 2048, publicKeyEncoding: { type: 'spki', format: 'pem' }, privateKeyEncoding: { type: 'pkcs8', format: 'pem' } });
    const credentials = JSON.parse(readFileSync(join(folder, 'credentials.json'), 'utf8'));
    credentials.platformKeys.BENCH = keys.publicKey;
    writeFileSync(join(folder, 'bench.json'), JSON.stringify(credentials));
    const port = await freePort();
    let ready = false;
    const server = await child(undo, 'tests/bench/server.ts', [], {
      DATABASE_URL: postgres.url, PORT: String(port), PUBLIC_URL: `http://127.0.0.1:${port}`, SESSION_KEY, SANDBOX_URL: `http://127.0.0.1:${sandboxPort}`,
      SANDBOX_CREDENTIALS: join(folder, 'bench.json'), TRUST_PROXY: '1', LOG_LEVEL: 'silent', POOL_SIZE: '24', NODE_ENV: 'production',
    }, () => ready, (line) => { ready ||= line.includes('"ready"'); });
    const nowMs = (await db.query<{ now: number }>('SELECT ms_of(juke_now()) AS now'))[0]!.now;
    const tokens = Array.from({ length: PEOPLE }, (_, n) => makeToken(SESSION_KEY, { personId: personId(n), familyId: `fam_${n}`, deviceId: `device-${n}`, isOperator: false, isRisky: false }, nowMs).token);
    return { databaseUrl: postgres.url, db, port, sandboxUrl: `http://127.0.0.1:${sandboxPort}`, credentials, platformKeyPem: keys.privateKey, tokens, pids: { postgres: postgres.pid, standIn, server }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function child(undo: (() => Promise<void> | void)[], entry: string, args: string[], env: Record<string, string>, isReady: () => boolean, onLine: (line: string) => void = () => undefined): Promise<number> {
  const started: ChildProcess = spawn(process.execPath, [...(process.env.BENCH_PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.BENCH_PROFILE}`] : []), 'functions/host/run.mjs', entry, ...args], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit', 'ipc'] });
  const exited = new Promise<void>((done) => started.once('exit', () => done()));
  undo.push(async () => {
    started.kill('SIGTERM');
    const timer = setTimeout(() => started.kill('SIGKILL'), 3_000);
    await exited;
    clearTimeout(timer);
  });
  started.stdout!.on('data', (chunk: Buffer) => onLine(chunk.toString()));
  for (let tries = 0; !isReady(); tries += 1) {
    if (tries > 300 || started.exitCode !== null) throw new Error(`${entry} did not start`);
    await new Promise((done) => setTimeout(done, 100));
  }
  await new Promise((done) => setTimeout(done, 200));
  return started.pid!;
}

/** Preloaded and analysed: plans cached against tables that were empty would read several times too slow. */
async function preload(databaseUrl: string): Promise<void> {
  // A connection of its own: 100,000 rows may take longer than a statement of the product ever may.
  const client = new pg.Client({ connectionString: databaseUrl });
  client.on('error', () => undefined); // told to stop, the server ends before we do
  await client.connect();
  const run = (sql: string) => client.query(sql);
  await run(`INSERT INTO person (person_id, name, avatar_url) SELECT 'per_bench' || lpad(n::text, 7, '0'), '食客 ' || n, '/art/avatar-0.svg' FROM generate_series(0, ${PEOPLE - 1}) n`);
  await run(`INSERT INTO person_identity (kind, value, person_id) SELECT 'openid', 'o' || lpad(n::text, 27, '0'), 'per_bench' || lpad(n::text, 7, '0') FROM generate_series(0, ${PEOPLE - 1}) n`);
  await run(`INSERT INTO merchant (merchant_id, name, sub_mchid, category, logo_ink) SELECT 'mch_bench' || lpad(n::text, 7, '0'), '商家 ' || n, (1900000000 + n)::text, 'food', '#A0330B' FROM generate_series(0, ${MERCHANTS - 1}) n`);
  await run(`INSERT INTO store (store_id, merchant_id, name, address, phone, category, lat_e6, lng_e6, opens_at_minute, closes_at_minute)
    SELECT 'sto_bench' || lpad(n::text, 7, '0'), 'mch_bench' || lpad((n % ${MERCHANTS})::text, 7, '0'), '门店 ' || n, '地址 ' || n, '0571-8000000', 'food',
      30000000 + (random() * 1000000)::int, 120000000 + (random() * 1000000)::int, 0, 1440 FROM generate_series(0, 99999) n`);
  await run(`INSERT INTO deal (deal_id, merchant_id, title, subtitle, category, picture_urls, items, terms_version)
    SELECT 'deal_bench' || lpad(n::text, 7, '0'), 'mch_bench' || lpad((n % ${MERCHANTS})::text, 7, '0'), '双人套餐 ' || n, '锅底任选', 'food', ARRAY['/art/dish-hotpot.svg'], '[{"name": "锅底", "quantity": 1}]', 1 FROM generate_series(0, ${DEALS - 1}) n`);
  await run(`INSERT INTO deal_terms (deal_id, version, merchant_id, price_fen, friend_discount_fen, rebate_bps, rebate_cap_fen, commission_bps, per_person_limit, valid_days)
    SELECT deal_id, 1, merchant_id, 12800, 1000, 800, 2000, 300, 99, 30 FROM deal`);
  await run(`INSERT INTO deal_store (deal_id, store_id, merchant_id) SELECT d.deal_id, s.store_id, s.merchant_id FROM deal d JOIN store s USING (merchant_id) WHERE right(s.store_id, 7)::int < 150`);
  await run(`INSERT INTO deal_stock (deal_id, merchant_id, terms_version, stocked, available) SELECT deal_id, merchant_id, 1, 1000000, 1000000 FROM deal`);
  await run(`INSERT INTO staff (staff_id, merchant_id, person_id, role) SELECT 'stf_bench' || lpad(n::text, 7, '0'), 'mch_bench0000000', 'per_bench' || lpad(n::text, 7, '0'), 'clerk' FROM generate_series(0, ${CLERKS - 1}) n`);
  await run('ANALYZE');
  await client.end();
}

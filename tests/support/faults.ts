/**
 * Tools of the fault and race tests: hold, cut or count the statements of one app (a knife), a wire to the database that
 * can be cut while an answer is on its way, and a second look at the invariants in the middle of a file.
 */
import net from 'node:net';
import { Client } from 'pg';
import type { DbOptions } from '../../functions/kernel';
import { checkInvariants } from '../../functions/views/invariants';
import type { Market, Reply, TestApp, TestPerson } from './app';
import type { MarketOptions } from './market';
import { buy, share, type BuyOptions } from './trade';

type Hook = (sql: string) => void | Promise<void>;
interface Gate { /** Resolves when somebody stands at the gate. */ reached: Promise<void>; open(): void }
export interface Knife {
  dbOptions: DbOptions;
  /** Both hooks at once; clear() takes them away. */
  use(hooks: { before?: Hook; after?: Hook }): void;
  clear(): void;
  /** The first statement that matches waits until the gate opens; the others pass. */
  holdAt(match: RegExp, when?: 'before' | 'after'): Gate;
}

export function newKnife(): Knife {
  let hooks: { before?: Hook; after?: Hook } = {};
  const knife: Knife = {
    dbOptions: { beforeStatement: (sql) => hooks.before?.(sql), afterStatement: (sql) => hooks.after?.(sql) },
    use: (next) => void (hooks = next),
    clear: () => void (hooks = {}),
    holdAt(match, when = 'before') {
      let arrived = () => undefined as void;
      let open = () => undefined as void;
      const reached = new Promise<void>((done) => (arrived = done));
      const opened = new Promise<void>((done) => (open = done));
      let isTaken = false;
      const hook: Hook = (sql) => {
        if (isTaken || !match.test(sql)) return undefined;
        isTaken = true;
        arrived();
        return opened;
      };
      hooks = when === 'before' ? { before: hook } : { after: hook };
      return { reached, open: () => open() };
    },
  };
  return knife;
}

/** For the rates all of it is one moment, however long this machine takes: what is let through again with time is not asked. */
export async function inOneMoment<T>(work: () => Promise<T>): Promise<T> {
  const clock = jest.spyOn(performance, 'now').mockReturnValue(performance.now());
  try {
    return await work();
  } finally {
    clock.mockRestore();
  }
}

/** What the driver throws when the server goes away in the middle. */
export const lostConnection = (): Error => new Error('Connection terminated unexpectedly');

export interface Wire {
  /** The address of the database through this wire. */
  url: string;
  /** From now on nobody gets through, and who is connected is cut. */
  down(): void;
  up(): void;
  /** Statements pass to the server, their answers do not come back: the next one that matches is cut on its way. */
  loseAnswerOf(match: RegExp): Promise<void>;
  close(): Promise<void>;
}

/** A TCP wire in front of PostgreSQL. An answer leaves the server only after its commit, so a lost answer is a lost COMMIT. */
export async function openWire(databaseUrl: string): Promise<Wire> {
  const target = new URL(databaseUrl);
  const pairs = new Set<() => void>();
  let isDown = false;
  let lost: { match: RegExp; done: () => void } | null = null;
  const server = net.createServer((client) => {
    if (isDown) return void client.destroy();
    const far = net.connect(Number(target.port), target.hostname);
    let isCut = false;
    const cut = () => {
      pairs.delete(cut);
      client.destroy();
      far.destroy();
    };
    pairs.add(cut);
    for (const socket of [client, far]) socket.on('error', cut).on('close', cut);
    client.on('data', (chunk: Buffer) => {
      if (lost?.match.test(chunk.toString('latin1'))) {
        isCut = true;
        const { done } = lost;
        lost = null;
        far.once('data', () => {
          cut();
          done();
        });
      }
      far.write(chunk);
    });
    far.on('data', (chunk: Buffer) => void (isCut || client.write(chunk)));
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as net.AddressInfo).port);
  return {
    url: url.href,
    down: () => {
      isDown = true;
      for (const cut of [...pairs]) cut();
    },
    up: () => void (isDown = false),
    loseAnswerOf: (match) => new Promise((done) => (lost = { match, done })),
    close: () => new Promise((done) => {
      for (const cut of [...pairs]) cut();
      server.close(() => done());
    }),
  };
}

/** A transaction of somebody else that is under way: its statement is done, its end is ours to choose. */
export async function underWay(t: TestApp, sql: string, params: unknown[]): Promise<{ end(how: 'COMMIT' | 'ROLLBACK'): Promise<void> }> {
  const client = new Client({ connectionString: t.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(sql, params);
  return { end: async (how) => { await client.query(how); await client.end(); } };
}
/** Until so many wait for a lock. */
export async function waiting(t: TestApp, many = 1): Promise<void> {
  for (let look = 0; look < 500; look += 1) {
    if (await count(t, "pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'") >= many) return;
    await new Promise((done) => setTimeout(done, 10));
  }
  throw new Error(`fewer than ${many} wait for a lock`);
}

/** Throws with what is broken. */
export async function checkGreen(t: TestApp): Promise<void> {
  const broken = (await checkInvariants(t.db)).filter(({ total }) => total > 0);
  if (broken.length > 0) throw new Error(`broken invariants: ${JSON.stringify(broken, null, 1)}`);
}

/** After each test of the file the knife is put away and every invariant is asked; after the last one the app stops. */
export function keepGreen(app: () => TestApp, knife: Knife): void {
  afterEach(async () => {
    knife.clear();
    await checkGreen(app());
  });
  afterAll(() => app().stop());
}

/** Places without asking first whether that may succeed. */
export async function tryPlace(t: TestApp, m: Market, buyer: TestPerson, { quantity = 1, dealId = m.dealId, key }: BuyOptions = {}): Promise<Reply> {
  return t.handle('placeOrder', {
    as: buyer, ...(key ? { key } : {}),
    body: { dealId, quantity, termsVersion: m.termsVersion, expectedPayableFen: m.deal.priceFen * quantity, surface: 'weapp' },
  });
}

export { newKey } from './app';
let guests = 0;
/** New people, each with a WeChat of their own (the stand-in knows people by name). */
export const people = (t: TestApp, count: number): Promise<TestPerson[]> => Promise.all(Array.from({ length: count }, () => t.person(`客人${(guests += 1)}`)));

/** A market with an operator of its own: one operator alone would be too fast for the rate limit. */
export const newMarket = async (t: TestApp, options: MarketOptions = {}): Promise<Market> =>
  t.market({ operator: await t.person(`运营${(guests += 1)}`, { operator: true }), staff: [`店员${guests}`, `店长${guests}`], ...options });

/** How many answers of each kind: 'ok' or the refusal's code. */
export function tally(replies: readonly Reply[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { status, body } of replies) {
    const kind = status === 200 ? 'ok' : (body.code as string);
    counts[kind] = (counts[kind] ?? 0) + 1;
  }
  return counts;
}

export const stockOf = async (t: TestApp, dealId: string) =>
  (await t.db.query<{ stocked: number; available: number; held: number; sold: number }>('SELECT stocked, available, held, sold FROM deal_stock WHERE deal_id = $1', [dealId]))[0]!;
export const count = async (t: TestApp, sql: string, params: unknown[] = []): Promise<number> =>
  (await t.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${sql}`, params))[0]!.n;

/** Everything that follows within two minutes: leases lapse, WeChat is asked again, what it accepted arrives. */
export async function settle(t: TestApp): Promise<void> {
  for (let i = 0; i < 4; i += 1) {
    await t.drain();
    await t.moveTime(31_000);
  }
  await t.drain();
}

/** Somebody shares, somebody new comes through it and buys. */
export async function buyBrought(t: TestApp, m: Market, quantity = 1, from?: TestPerson) {
  const [sharer, friend] = [from ?? (await people(t, 1))[0]!, (await people(t, 1))[0]!];
  return { sharer, friend, ...(await buy(t, m, friend, { quantity, shareToken: await share(t, m, sharer) })) };
}

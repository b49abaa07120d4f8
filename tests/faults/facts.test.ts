/** Work that falls due, when workers are slow, die, or do not know it yet: F-10, F-11, F-31, I-21. */
import { FACT_BACKOFF_MS, FACT_TRIES } from '../../functions/contract/limits';
import { Unavailable } from '../../functions/kernel';
import { prepareDatabase } from '../../functions/worker/prepare';
import { drain, runOnce, startWorker } from '../../functions/worker/runner';
import { startTestApp, type Market, type TestApp } from '../support/app';
import { checkGreen, count, newKnife, people, settle } from '../support/faults';
import { account, buy, DAY, MINUTE, redeem, share, stateOf } from '../support/trade';

let t: TestApp;
let m: Market;
const knife = newKnife();
beforeAll(async () => {
  t = await startTestApp({ sandbox: true, dbOptions: knife.dbOptions });
  m = await t.market();
});
afterEach(async () => {
  knife.clear();
  await t.sandbox!.control('faults', { reset: true });
  await checkGreen(t);
});
afterAll(() => t.stop());

const route = (kind: string, reaction: string) => t.db.query('INSERT INTO fact_route (kind, reaction) VALUES ($1, $2) ON CONFLICT DO NOTHING', [kind, reaction]);
const emit = (kind: string, subject: string) => t.db.query('SELECT kernel_emit($1, $2)', [kind, subject]);
const factOf = async (subject: string) => (await t.db.query<{ state: string; attempts: number; reaction: string; last_error: string | null }>('SELECT state, attempts, reaction, last_error FROM fact WHERE subject = $1 ORDER BY reaction', [subject]));

test.each([
  ['before its save', /^BEGIN/, 'before'], ['with the fence taken', /kernel_fence/, 'before'], ['before it commits', /^COMMIT/, 'before'], ['before it says that it is done', /kernel_finish_fact/, 'before'],
] as const)('F-10 a lease runs out while a slow worker stands %s: another does it, effects once', async (_name, match, when) => {
  const [friend] = await people(t, 1);
  const order = await buy(t, m, friend!);
  const { refundId } = await t.ok('requestRefund', { as: friend!, params: { orderId: order.orderId }, body: { voucherIds: order.voucherIds, reason: '计划有变' } });
  await t.db.query("UPDATE fact SET due_at = juke_now() + interval '1 hour' WHERE subject <> $1 AND state = 'due'", [refundId]);
  const gate = knife.holdAt(match, when);
  const slow = runOnce(t.app);
  await gate.reached;
  await t.moveTime(31_000);
  const isLocked = match.source === '^COMMIT'; // it holds the row: the other passes it by until it is through
  const quick = drain(t.app);
  if (isLocked) gate.open();
  await quick;
  gate.open();
  await slow;
  knife.clear();
  await settle(t);
  expect(await stateOf(t, 'refund', 'refund_id', refundId)).toEqual(['succeeded']);
  expect(await count(t, "journal WHERE kind = 'refund.arrived' AND subject = $1", [refundId])).toBe(1);
  expect(await count(t, "state_change WHERE subject_id = $1 AND to_state = 'succeeded'", [refundId])).toBe(1);
  expect((await factOf(refundId)).every((f) => f.state === 'done')).toBe(true);
  await t.moveTime(3_600_000);
  await t.drain();
});

test('F-10 a worker that lost its lease commits nothing, whatever it saves', async () => {
  await route('test.slow', 'test-slow');
  await emit('test.slow', 'slow-1');
  const done: string[] = [];
  let go = () => undefined as void;
  const opened = new Promise<void>((open) => (go = open));
  let runs = 0;
  let started = () => undefined as void;
  const isRunning = new Promise<void>((begin) => (started = begin));
  const only = {
    'test-slow': async (app: TestApp['app']) => {
      const isFirst = (runs += 1) === 1;
      started();
      if (isFirst) await opened;
      await app.db.call('kernel_move_clock', { advanceMs: isFirst ? 1_000_000_000_000 : 0 });
      done.push(isFirst ? 'first' : 'second');
      return null;
    },
  };
  const slow = runOnce(t.app, { only });
  await isRunning;
  await t.moveTime(31_000);
  await runOnce(t.app, { only });
  const before = await t.app.clock.read();
  go();
  await slow;
  expect(done).toEqual(['second']);
  expect((await t.app.clock.read()) - before).toBeLessThan(60_000);
  expect(await factOf('slow-1')).toMatchObject([{ state: 'done', attempts: 2 }]);
});

test('F-10 the first worker comes back while the second is still at it: only the second may save', async () => {
  await route('test.both', 'test-both');
  await emit('test.both', 'both-1');
  const gates = [0, 1].map(() => {
    let open = () => undefined as void;
    return { opened: new Promise<void>((done) => (open = done)), open: () => open() };
  });
  const saved: number[] = [];
  let runs = 0;
  const only = {
    'test-both': async (app: TestApp['app']) => {
      const mine = runs;
      runs += 1;
      await gates[mine]!.opened;
      await app.db.call('kernel_move_clock', { advanceMs: 0 });
      saved.push(mine);
      return null;
    },
  };
  const first = runOnce(t.app, { only });
  while (runs < 1) await new Promise((done) => setTimeout(done, 5));
  await t.moveTime(31_000);
  const second = runOnce(t.app, { only });
  while (runs < 2) await new Promise((done) => setTimeout(done, 5));
  gates[0]!.open();
  await first;
  expect([saved, await factOf('both-1')]).toEqual([[], [expect.objectContaining({ state: 'running', attempts: 2 })]]);
  gates[1]!.open();
  await second;
  expect([saved, await factOf('both-1')]).toEqual([[1], [expect.objectContaining({ state: 'done' })]]);
});

test('F-27 F-30 WeChat is away for a day: what waits for it is never parked, looked at every ten minutes at the latest, and done when it is back', async () => {
  await route('test.outage', 'test-outage');
  await emit('test.outage', 'outage-1');
  let isAway = false;
  let isBroken = true;
  const only = {
    'test-outage': async () => {
      if (isBroken) throw new Error('cannot be done yet');
      if (isAway) throw new Unavailable('no answer', 'PROVIDER_DOWN');
      return null;
    },
  };
  // Also when its own last try falls into the outage.
  for (let tries = 1; tries < FACT_TRIES; tries += 1) {
    expect(await runOnce(t.app, { only })).toBe(1);
    await t.moveTime(FACT_BACKOFF_MS.at(-1)!);
  }
  [isBroken, isAway] = [false, true];
  expect(await runOnce(t.app, { only })).toBe(1);
  expect(await factOf('outage-1')).toMatchObject([{ state: 'due' }]);
  await t.moveTime(FACT_BACKOFF_MS.at(-1)!);
  for (let look = 1; look <= FACT_TRIES * 3; look += 1) {
    expect(await runOnce(t.app, { only })).toBe(1);
    expect(await factOf('outage-1')).toMatchObject([{ state: 'due' }]);
    await t.moveTime(10 * MINUTE);
  }
  isAway = false;
  await runOnce(t.app, { only });
  expect(await factOf('outage-1')).toMatchObject([{ state: 'done' }]);
});

test('F-11 a poison fact: eight tries, each later than the one before, then parked with an alarm; others flow', async () => {
  await route('test.poison', 'test-poison');
  await route('test.fine', 'test-fine');
  await emit('test.poison', 'poison-1');
  const ran = { poison: 0, fine: 0 };
  const only = {
    'test-poison': async () => {
      ran.poison += 1;
      throw new Error('cannot be done');
    },
    'test-fine': async () => {
      ran.fine += 1;
      return null;
    },
  };
  for (let tries = 1; tries <= FACT_TRIES; tries += 1) {
    await emit('test.fine', `fine-${tries}`);
    const from = await t.app.clock.read();
    await drain(t.app, { only });
    const until = await t.app.clock.read();
    expect(ran).toEqual({ poison: tries, fine: tries });
    if (tries === FACT_TRIES) break;
    expect(await factOf('poison-1')).toMatchObject([{ state: 'due', attempts: tries, last_error: 'cannot be done' }]);
    const [{ dueMs }] = (await t.db.query("SELECT ms_of(due_at) AS \"dueMs\" FROM fact WHERE subject = 'poison-1'")) as [{ dueMs: number }];
    expect(dueMs - FACT_BACKOFF_MS[tries - 1]!).toBeGreaterThanOrEqual(from);
    expect(dueMs - FACT_BACKOFF_MS[tries - 1]!).toBeLessThanOrEqual(until + 1);
    await t.moveTime(FACT_BACKOFF_MS[tries - 1]!);
  }
  expect(await factOf('poison-1')).toMatchObject([{ state: 'parked', attempts: FACT_TRIES }]);
  expect(await count(t, "alarm WHERE kind = 'fact.parked' AND subject LIKE '%:test-poison'")).toBe(1);
  await t.moveTime(30 * DAY);
  await drain(t.app, { only });
  expect(ran.poison).toBe(FACT_TRIES);
});

test('F-11 a fact that takes its worker with it each time is parked as well', async () => {
  await route('test.deadly', 'test-deadly');
  await route('test.deadly', 'test-other'); // what else follows from it waits for its own worker
  await emit('test.deadly', 'deadly-1');
  let ran = 0;
  const only = {
    'test-deadly': () => {
      ran += 1;
      return new Promise<null>(() => undefined); // nothing is ever heard of this worker again
    },
  };
  for (let tries = 0; tries < FACT_TRIES + 3; tries += 1) {
    void runOnce(t.app, { only });
    while ((await factOf('deadly-1'))[0]!.state === 'due') await new Promise((done) => setTimeout(done, 5));
    await new Promise((done) => setTimeout(done, 30));
    if (tries === FACT_TRIES - 1) {
      // The last try still has its time; and a version that does not know the reaction does not judge it.
      await runOnce(t.app, { only });
      expect(await factOf('deadly-1')).toMatchObject([{ state: 'running', attempts: FACT_TRIES }, { state: 'due' }]);
      await t.moveTime(31_000);
      await runOnce(t.app, { only: { 'test-fine': async () => null } });
      expect(await factOf('deadly-1')).toMatchObject([{ state: 'running' }, { state: 'due' }]);
    }
    await t.moveTime(31_000);
  }
  expect(ran).toBe(FACT_TRIES);
  expect(await factOf('deadly-1')).toMatchObject([{ state: 'parked', attempts: FACT_TRIES }, { state: 'due', attempts: 0 }]);
  expect(await count(t, "alarm WHERE kind = 'fact.parked' AND subject LIKE '%:test-deadly'")).toBe(1);
});

test('F-10 F-11 one whose last try outlived its lease was parked: it saves nothing any more, and its failure does not bring it back', async () => {
  await route('test.late', 'test-late');
  for (const end of ['saves', 'fails']) {
    await emit('test.late', `late-${end}`);
    await t.db.query('UPDATE fact SET attempts = $2 WHERE subject = $1', [`late-${end}`, FACT_TRIES - 1]);
    let go = () => undefined as void;
    const opened = new Promise<void>((open) => (go = open));
    let saved = false;
    const only = {
      'test-late': async (app: TestApp['app']) => {
        await opened;
        if (end === 'fails') throw new Error('too late');
        await app.db.call('kernel_move_clock', { advanceMs: 0 });
        saved = true;
        return null;
      },
    };
    const slow = runOnce(t.app, { only });
    while ((await factOf(`late-${end}`))[0]!.state === 'due') await new Promise((done) => setTimeout(done, 5));
    await t.moveTime(31_000);
    await runOnce(t.app, { only });
    go();
    await slow;
    expect([saved, await factOf(`late-${end}`)]).toEqual([false, [expect.objectContaining({ state: 'parked', attempts: FACT_TRIES, last_error: 'no try came to an end' })]]);
  }
});

test('F-11 one of two that follow from a fact fails: the other, which runs just then, goes on', async () => {
  await route('test.pair', 'test-bad');
  await route('test.pair', 'test-good');
  await emit('test.pair', 'pair-1');
  let go = () => undefined as void;
  const opened = new Promise<void>((open) => (go = open));
  const good = runOnce(t.app, { only: { 'test-good': async () => opened.then(() => null) } });
  while ((await factOf('pair-1')).every(({ state }) => state === 'due')) await new Promise((done) => setTimeout(done, 5));
  await runOnce(t.app, { only: { 'test-bad': async () => Promise.reject(new Error('cannot be done')) } });
  expect(await factOf('pair-1')).toMatchObject([{ reaction: 'test-bad', state: 'due', last_error: 'cannot be done' }, { reaction: 'test-good', state: 'running', last_error: null }]);
  go();
  await good;
  expect(await factOf('pair-1')).toMatchObject([{ state: 'due' }, { state: 'done' }]);
});

test('F-31 a fact of a kind that nobody knows is parked with an alarm, and runs after the deploy, once for each reaction', async () => {
  await emit('test.tomorrow', 'tomorrow-1');
  await emit('test.never', 'never-1');
  await t.drain();
  expect(await factOf('tomorrow-1')).toMatchObject([{ state: 'parked', reaction: '?' }]);
  expect(await count(t, "alarm a JOIN fact f ON a.subject = f.fact_id || ':?' WHERE a.kind = 'fact.parked' AND f.subject = 'tomorrow-1' AND a.closed_at IS NULL")).toBe(1);
  await checkGreen(t);
  // The new version brings two reactions to it. Two processes start at once.
  await route('test.tomorrow', 'test-mail');
  await route('test.tomorrow', 'test-count');
  await Promise.all([prepareDatabase(t.url), prepareDatabase(t.url)]);
  const ran: string[] = [];
  const note = (what: string) => async () => {
    ran.push(what);
    return null;
  };
  const only = { 'test-mail': note('mail'), 'test-count': note('count') };
  await drain(t.app, { only });
  expect(ran.sort()).toEqual(['count', 'mail']);
  expect(await factOf('tomorrow-1')).toMatchObject([{ state: 'done', reaction: 'test-count' }, { state: 'done', reaction: 'test-mail' }]);
  // What still nobody knows waits on, with its alarm.
  expect(await factOf('never-1')).toMatchObject([{ state: 'parked', reaction: '?' }]);
  expect(await t.db.query("SELECT f.subject FROM alarm a JOIN fact f ON a.subject = f.fact_id || ':?' WHERE a.kind = 'fact.parked' AND a.closed_at IS NULL")).toEqual([{ subject: 'never-1' }]);
});

test('F-31 an old worker leaves alone what only the new one can do', async () => {
  await route('test.new', 'test-new');
  await emit('test.new', 'new-1');
  await t.drain();
  expect(await factOf('new-1')).toMatchObject([{ state: 'due', attempts: 0 }]);
  await drain(t.app, { only: { 'test-new': async () => null } });
  expect(await factOf('new-1')).toMatchObject([{ state: 'done' }]);
});

test('F-31 a state that this version does not know is left as it is by every step', async () => {
  await expect(t.db.query("INSERT INTO transition (subject_kind, from_state, to_state) VALUES ('order', 'unpaid', 'frozen')")).resolves.toEqual([]);
  const [friend] = await people(t, 1);
  const order = await buy(t, m, friend!, { pay: false });
  await t.db.query('ALTER TABLE guest_order DROP CONSTRAINT guest_order_state_check');
  await t.db.query("UPDATE guest_order SET state = 'frozen' WHERE order_id = $1", [order.orderId]);
  const refused = await t.refused('payOrder', { as: friend!, params: { orderId: order.orderId }, body: { method: 'jsapi' } });
  expect(refused.code).toBe('ORDER_NOT_PAYABLE');
  expect((await t.refused('cancelOrder', { as: friend!, params: { orderId: order.orderId } })).code).toBe('ORDER_STATE');
  await t.moveTime(16 * MINUTE);
  await t.drain();
  expect(await stateOf(t, 'guest_order', 'order_id', order.orderId)).toEqual(['frozen']);
  // The version that knows it takes it further; nothing was lost meanwhile.
  await t.db.query("INSERT INTO transition (subject_kind, from_state, to_state) VALUES ('order', 'frozen', 'unpaid')");
  await t.db.query("UPDATE guest_order SET state = 'unpaid' WHERE order_id = $1", [order.orderId]);
  await t.ok('cancelOrder', { as: friend!, params: { orderId: order.orderId } });
  await t.drain();
});

test('I-21 many workers drain one backlog at once: everything runs, nothing twice', async () => {
  await route('test.many', 'test-many');
  for (let i = 0; i < 120; i += 1) await emit('test.many', `many-${i}`);
  const ran = new Map<string, number>();
  const only = {
    'test-many': async (_app: unknown, fact: { subject: string }) => {
      ran.set(fact.subject, (ran.get(fact.subject) ?? 0) + 1);
      return null;
    },
  };
  await Promise.all(Array.from({ length: 6 }, () => drain(t.app, { only })));
  expect([ran.size, [...ran.values()].every((n) => n === 1)]).toEqual([120, true]);
  expect(await count(t, "fact WHERE kind = 'test.many' AND state = 'done'")).toBe(120);
});

test('I-21 the running host: what is committed is done without anybody draining, by two workers that share it', async () => {
  const [sharer, friend] = await people(t, 2);
  const workers = [startWorker(t.app), startWorker(t.app)];
  try {
    const order = await buy(t, m, friend!, { shareToken: await share(t, m, sharer!) });
    await redeem(t, m, order.voucherIds[0]!);
    await t.moveTime(6 * MINUTE);
    for (let i = 0; (await stateOf(t, 'split', 'order_id', order.orderId))[0] !== 'succeeded'; i += 1) {
      if (i > 200) throw new Error('the split was not made');
      if (i % 20 === 19) await t.moveTime(6_000);
      await new Promise((done) => setTimeout(done, 25));
    }
    expect(await account(t, 'reward-pending', sharer!.personId)).toBe(944);
  } finally {
    await Promise.all(workers.map((w) => w.stop()));
  }
});

/** `npm run audit` as a person runs it: against any database, with an exit code. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { Client } from 'pg';
import { createTestDatabase } from '../../support/postgres';
import { liveHistory, startTown, type Town } from './trade';

const root = join(__dirname, '../../..');
let town: Town;
beforeAll(async () => {
  town = await startTown();
  await liveHistory(town);
});
afterAll(() => town.stop());

function audit(url: string, ...args: string[]): Promise<{ code: number; out: string; err: string }> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(root, 'functions/host/run.mjs'), join(root, 'functions/views/audit.ts'), ...args],
      { cwd: root, env: { ...process.env, DATABASE_URL: url } },
      (error, out, err) => done({ code: error ? Number(error.code) : 0, out, err }),
    );
  });
}

test('a sound database: a line for each invariant, exit 0', async () => {
  const { code, out } = await audit(town.url);
  expect(code).toBe(0);
  expect(out).toMatch(/^id +rows +broken +what it says\nI-01 +\d+ +– +Each journal/);
  expect(out).toMatch(/All \d+ hold, at \d{4}-\d\d-\d\d/);
});

test('damage: exit 1, the id and the row, also as JSON', async () => {
  await town.db.query('ALTER TABLE posting DISABLE TRIGGER posting_sum');
  await town.db.query('UPDATE deal_stock SET sold = sold + 1, stocked = stocked + 1');
  const { code, out } = await audit(town.url, '--json');
  const { findings } = JSON.parse(out) as {
    findings: { id: string; total: number; rows: number; violations: object[] }[];
  };
  expect(code).toBe(1);
  expect(findings.filter((f) => f.total > 0)).toEqual([
    expect.objectContaining({ id: 'I-03', violations: [{ journal_id: 'posting_sum', what: 'guard missing' }] }),
    expect.objectContaining({
      id: 'I-10',
      rows: 1,
      total: 1,
      violations: [expect.objectContaining({ deal_id: town.dealId })],
    }),
  ]);
});

test('what cannot be asked is one sentence and exit 1', async () => {
  const away = await audit('postgres://juke:geheim@127.0.0.1:1/juke');
  expect([away.code, away.out]).toEqual([1, '']);
  expect(away.err).toMatch(/^The database at postgres:\/\/juke@127\.0\.0\.1:1\/juke does not answer .*\n$/);
  const empty = await createTestDatabase({ empty: true });
  const blank = await audit(empty.url);
  expect(blank.err).toMatch(/^The database at .* has no tables of ours yet\..*\n$/);
  const client = new Client({ connectionString: empty.url });
  await client.connect();
  await client.query('create table journal (id int)');
  await client.end();
  expect((await audit(empty.url)).err).toBe(blank.err);
  await empty.drop();
  expect((await audit(town.url, '--nope')).err).toMatch(/^There is no option --nope.*\n$/);
  expect((await audit(town.url, '--help')).out).toContain('--json');
});

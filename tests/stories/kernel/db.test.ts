/** One connection, refused again and again: what ends it and what does not. */
import { openDb, Refused, type Db } from '../../../functions/kernel';
import { startTestApp, type TestApp } from '../../support/app';

let t: TestApp;
let db: Db;
beforeAll(async () => {
  t = await startTestApp();
  db = openDb(t.app.config.databaseUrl, { max: 1 });
});
afterAll(async () => {
  await db.end();
  await t.stop();
});
const pid = async () => (await db.query<{ pid: number }>('SELECT pg_backend_pid() AS pid'))[0]!.pid;

test('a refusal keeps its connection: a stampede that is refused opens none', async () => {
  const before = await pid();
  for (let n = 0; n < 5; n += 1) await expect(db.query("SELECT juke_refuse('SOLD_OUT', '{}')")).rejects.toBeInstanceOf(Refused);
  expect(await pid()).toBe(before);
});

test('any other failure takes a fresh one: a plan or a session that went bad is not met again', async () => {
  const before = await pid();
  await expect(db.query('SELECT 1 / 0')).rejects.toThrow('division by zero');
  expect(await pid()).not.toBe(before);
});

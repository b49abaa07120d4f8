/** The demo city, small: its history comes from real stories, so that every invariant holds; a second start makes nothing. */
import { city } from '../../../functions/host/demo-city';
import { seedDemo } from '../../../functions/host/demo';
import { startTestApp, type TestApp } from '../../support/app';

let t: TestApp;
beforeEach(async () => void (t = await startTestApp({ sandbox: true })));
afterEach(() => t.stop());

const size = { city: city, perDay: 11 };
const count = async (table: string) => (await t.db.query<{ n: number }>(`SELECT count(*)::int AS n FROM ${table}`))[0]!.n;

test('made once', async () => {
  const said: string[] = [];
  const first = await seedDemo(t.app, (words) => said.push(words), size);
  console.log(said);
  expect(first.map((one) => one.who)).toEqual(['guest', 'friend', 'clerk', 'manager', 'operator']);
  expect(await count('merchant')).toBe(5);
}, 200_000);

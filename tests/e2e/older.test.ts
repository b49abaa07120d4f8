/** The oldest browsers named in package.json: what they cannot read, and what they lack (taken away from Chromium here). */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { tooNew } from '../support/older-engines';
import { buy } from '../support/trade';
import { startSite, type Site } from './support/browser';
import { login, sees } from './support/steps';

let s: Site;
beforeAll(async () => {
  s = await startSite();
});
afterAll(() => s.stop());

const DIST = join(__dirname, '..', '..', 'dist', 'h5');

test('the code is written as they can read it', () => {
  const files = (readdirSync(DIST, { recursive: true }) as string[]).filter((file) => file.endsWith('.js'));
  expect(files.length).toBeGreaterThan(10);
  for (const file of files) expect([file, tooNew(readFileSync(join(DIST, file), 'utf8'))]).toEqual([file, []]);
});

test('without what came after 2020 a deal opens by its address, and a voucher shows its code', async () => {
  const m = await s.t.market();
  const guest = await s.t.person('周屿', { phone: '13900005678' });
  const { voucherIds } = await buy(s.t, m, guest);
  const v = await s.visit();
  await v.context.addInitScript(() => {
    for (const [from, names] of [[Object, ['hasOwn']], [String.prototype, ['replaceAll', 'at']], [Array.prototype, ['at', 'findLast', 'findLastIndex', 'toSorted']]] as const) {
      for (const name of names) delete (from as unknown as Record<string, unknown>)[name];
    }
    delete (globalThis as { structuredClone?: unknown }).structuredClone;
  });
  await v.page.goto(`${s.url}/pages/deal/index?id=${m.dealId}`);
  await sees(v, '立即买');
  await v.page.goto(`${s.url}/pages/login/index`);
  await login(s, v, '13900005678');
  await v.page.goto(`${s.url}/pages/voucher/index?id=${voucherIds[0]}`);
  await v.page.getByRole('img', { name: '二维码' }).locator('visible=true').first().waitFor();
  expect(v.errors).toEqual([]);
});

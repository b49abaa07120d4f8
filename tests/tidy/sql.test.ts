/** The SQL of the checkout: who owns which table, who calls whose function, one clock, no fractions. */
import { bareSql, LINE, listFiles, literalsOf, moduleOf, textOf } from './sources';

const sqlFiles = listFiles('functions/*/sql/*.sql');
const codeFiles = listFiles('functions').filter((file) => file.endsWith('.ts') && !['sandbox', 'host', 'contract'].includes(moduleOf(file)));

const owners = new Map<string, string>([['schema_migration', 'kernel']]);
const makers = new Map<string, string>();
for (const file of sqlFiles) {
  const sql = bareSql(textOf(file));
  for (const [, table] of sql.matchAll(/CREATE TABLE (?:IF NOT EXISTS )?([a-z_]+)/gi)) owners.set(table!, moduleOf(file));
  for (const [, name] of sql.matchAll(/CREATE (?:OR REPLACE )?FUNCTION ([a-z_]+)/gi)) makers.set(name!, moduleOf(file));
}
/** Questions about a person that only all modules together can answer; identity asks them inside its saves. They only read. */
const QUESTIONS = ['person_open_business', 'person_is_staff', 'person_last_paid'];

interface Use { table: string; writes: boolean }
/** Tables that a statement (or a function's body) names. */
function tablesIn(sql: string): Use[] {
  const bare = bareSql(sql);
  const uses: Use[] = [];
  for (const [, word, table] of bare.matchAll(/\b(FROM|JOIN|INTO|UPDATE|TABLE|TRUNCATE)\s+(?:ONLY\s+)?"?([a-z_]+)"?/gi)) {
    if (owners.has(table!)) uses.push({ table: table!, writes: /INTO|UPDATE|TRUNCATE/i.test(word!) || new RegExp(`DELETE\\s+FROM\\s+${table}\\b`, 'i').test(bare) });
  }
  // FROM a, b
  for (const [, list] of bare.matchAll(/\bFROM\s+((?:[a-z_]+(?:\s+[a-z]+)?\s*,\s*)+[a-z_]+)/gi)) {
    for (const part of list!.split(',')) if (owners.has(part.trim().split(/\s+/)[0]!)) uses.push({ table: part.trim().split(/\s+/)[0]!, writes: false });
  }
  // DECLARE v guest_order;
  for (const [, table] of bare.matchAll(/^\s*[a-z_]+\s+([a-z_]+)\s*;/gim)) if (owners.has(table!)) uses.push({ table: table!, writes: false });
  return uses;
}
/** Functions of ours that a text calls. */
const callsIn = (sql: string): string[] => [...bareSql(sql).matchAll(/\b([a-z_]+)\s*\(/g)].map((match) => match[1]!).filter((name) => makers.has(name));
const isLeft = (owner: string, of: string) => LINE.indexOf(owner) <= LINE.indexOf(of);

test('the tables and functions were found', () => {
  expect(owners.size).toBeGreaterThan(40);
  expect(makers.size).toBeGreaterThan(70);
  expect(owners.get('guest_order')).toBe('orders');
  expect(tablesIn("SELECT 1 FROM deal d, store s WHERE x = 'FROM fact' -- FROM fact\n").map((use) => use.table)).toEqual(expect.arrayContaining(['deal', 'store']));
  expect(tablesIn("SELECT 'FROM fact' -- FROM fact")).toEqual([]);
});

test('a number is used once, and files are named by their module and order', () => {
  const numbers = sqlFiles.map((file) => /\/(\d{4})-[a-z-]+(\.fn)?\.sql$/.exec(file)![1]);
  expect(new Set(numbers).size).toBe(numbers.length);
});

describe('a module names only its own tables', () => {
  test.each(sqlFiles.filter((file) => moduleOf(file) !== 'views'))('%s', (file) => {
    expect(tablesIn(textOf(file).replace(/REFERENCES\s+[a-z_]+/g, '')).map(({ table }) => table).filter((table) => owners.get(table) !== moduleOf(file))).toEqual([]);
  });
  test('in TypeScript as well', () => {
    const wrong = codeFiles.filter((file) => moduleOf(file) !== 'views').flatMap((file) => literalsOf(file).filter(isSql)
      .flatMap((text) => tablesIn(text)).filter(({ table }) => ownerFor(file, table) !== moduleOf(file)).map(({ table }) => `${file}: ${table}`));
    expect(wrong).toEqual([]);
  });
  test('the views read all of them and write none', () => {
    const files = [...listFiles('functions/views/sql/*.sql').map((file) => [file, [textOf(file)]] as const), ...codeFiles.filter((file) => moduleOf(file) === 'views').map((file) => [file, literalsOf(file).filter(isSql)] as const)];
    expect(files.flatMap(([file, texts]) => texts.flatMap(tablesIn).filter((use) => use.writes).map((use) => `${file}: ${use.table}`))).toEqual([]);
  });
  test('foreign keys point to the left', () => {
    const wrong = sqlFiles.flatMap((file) => [...bareSql(textOf(file)).matchAll(/REFERENCES\s+([a-z_]+)/g)].map((match) => match[1]!)
      .filter((table) => !isLeft(owners.get(table) ?? 'host', moduleOf(file))).map((table) => `${file}: ${table}`));
    expect(wrong).toEqual([]);
  });
});
/** prepare.ts fills the kernel's mirrors of code (steps, routes of facts) and runs what waited for them: the one writer beside the migrations. */
const ownerFor = (file: string, table: string) => (file === 'functions/worker/prepare.ts' && ['transition', 'fact_route', 'fact', 'alarm'].includes(table) ? 'worker' : owners.get(table));
const isSql = (text: string) => /\b(SELECT|INSERT INTO|UPDATE|DELETE FROM|JOIN|WHERE)\b/.test(text);

describe('a save calls only what is to its left', () => {
  test.each(sqlFiles)('%s', (file) => {
    expect(callsIn(textOf(file)).filter((name) => !isLeft(makers.get(name)!, moduleOf(file)) && !QUESTIONS.includes(name))).toEqual([]);
  });
  test('in TypeScript as well', () => {
    const wrong = codeFiles.flatMap((file) => literalsOf(file).flatMap((text) => [...callsIn(text), ...(makers.has(text) ? [text] : [])])
      .filter((name) => !isLeft(makers.get(name)!, moduleOf(file)) && !QUESTIONS.includes(name)).map((name) => `${file}: ${name}`));
    expect(wrong).toEqual([]);
  });
  test('a question only reads', () => {
    for (const name of QUESTIONS) {
      const body = new RegExp(`FUNCTION ${name}\\([^)]*\\) RETURNS (boolean|timestamptz) LANGUAGE sql STABLE`);
      expect(listFiles('functions/views/sql/*.sql').some((file) => body.test(textOf(file)))).toBe(true);
    }
  });
});

test('I-25 no clock in SQL but ours: juke_now()', () => {
  const CLOCKS = /\b(now|clock_timestamp|statement_timestamp|transaction_timestamp|timeofday)\s*\(|\b(current_timestamp|current_date|current_time|localtimestamp|localtime)\b/gi;
  const used = [
    ...sqlFiles.map((file) => [file, [bareSql(textOf(file))]] as const),
    ...codeFiles.map((file) => [file, literalsOf(file).filter(isSql).map(bareSql)] as const),
  ].flatMap(([file, texts]) => texts.flatMap((text) => [...text.matchAll(CLOCKS)].map((match) => `${file}: ${match[0]}`)));
  // Its own definition; the migrations run before there is one.
  expect(used).toEqual(['functions/kernel/sql/0001-kernel.sql: clock_timestamp(', ...used.filter((use) => use.startsWith('functions/kernel/migrate.ts'))]);
  expect(textOf('functions/kernel/migrate.ts').match(CLOCKS)).toHaveLength(1);
});

test('I-24 no column and no parameter is a fraction', () => {
  // A place on the globe is computed from whole micro-degrees, in an index, never stored.
  const wrong = sqlFiles.flatMap((file) => [...bareSql(textOf(file)).replace(/::float8/g, (match) => (file.endsWith('0201-merchants.sql') ? '' : match))
    .matchAll(/\b(real|float\d?|float8|float4|double precision|numeric|decimal|smallmoney|money)\b/gi)].map((match) => `${file}: ${match[0]}`));
  expect(wrong).toEqual([]);
});

test('I-23 whatever a merchant\'s session reaches carries the merchant: every such table has the column', () => {
  const reached = ['coupon_offer', 'coupon', 'subsidy', 'store', 'staff', 'deal', 'deal_terms', 'deal_store', 'deal_stock', 'share_link', 'touch', 'attribution', 'reward', 'channel_code', 'channel_visit', 'voucher_set', 'voucher', 'redemption', 'payment', 'guest_order', 'refund', 'split', 'journal'];
  const bodies = sqlFiles.map((file) => bareSql(textOf(file))).join('\n');
  for (const table of reached) expect([table, new RegExp(`CREATE TABLE ${table} \\([^;]*?\\bmerchant_id text`).test(bodies)]).toEqual([table, true]);
});

test('I-03 nothing but the ledger writes journals and postings, and nothing changes them', () => {
  const all = [...sqlFiles.map((file) => [file, textOf(file)] as const), ...codeFiles.map((file) => [file, literalsOf(file).join('\n')] as const)];
  const writers = all.filter(([, text]) => /INSERT INTO (journal|posting)\b/.test(text)).map(([file]) => moduleOf(file));
  expect(new Set(writers)).toEqual(new Set(['ledger']));
  expect(all.filter(([, text]) => /(UPDATE|DELETE FROM) (journal|posting)\b/.test(bareSql(text))).map(([file]) => file)).toEqual([]);
});

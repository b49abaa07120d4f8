/** Who may import whom: the line of modules, the contract, the app, the stand-in, the rules. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { importsOf, LINE, listFiles, literalsOf, moduleOf, resolved, root, textOf } from './sources';

const code = (...folders: string[]) => listFiles(...folders).filter((file) => /\.(ts|tsx|mjs|cjs)$/.test(file));
/** Of the kernel, beside its index: entries that pull in what a function without them must not carry. */
const KERNEL_DOORS = ['functions/kernel/lambda-app.ts', 'functions/kernel/media.ts', 'functions/kernel/media-store.ts', 'functions/kernel/migrate.ts'];
/** The host mounts what a function exports, and runs the worker. */
const HOST_DOORS = /^functions\/([a-z-]+\/handler|worker\/(prepare|runner|timers))\.ts$/;

test('every folder of functions has its place in the line', () => {
  const modules = new Set(code('functions').map(moduleOf));
  expect([...modules].filter((name) => name !== 'sandbox' && !LINE.includes(name))).toEqual([]);
  expect(modules.size).toBeGreaterThan(14);
});

test('a module imports only from its left, through the public face', () => {
  const wrong = code('functions').filter((file) => moduleOf(file) !== 'sandbox').flatMap(importsOf).filter((one) => {
    const to = resolved(one);
    if (!to) return false;
    if (!to.startsWith('functions/')) return true;
    const [from, target] = [moduleOf(one.file), moduleOf(to)];
    if (from === target) return false;
    if (!LINE.includes(target) || LINE.indexOf(target) > LINE.indexOf(from)) return true;
    return !(target === 'contract' || to === `functions/${target}/index.ts` || KERNEL_DOORS.includes(to) || (from === 'host' && HOST_DOORS.test(to)));
  });
  expect(wrong.map(({ file, specifier }) => `${file} → ${specifier}`)).toEqual([]);
});

test('the stand-in for WeChat imports nothing of ours', () => {
  const wrong = code('functions/sandbox').flatMap(importsOf).filter((one) => {
    const to = resolved(one);
    return to !== null && !to.startsWith('functions/sandbox/');
  });
  expect(wrong).toEqual([]);
});

const FREE = ['routes', 'states', 'errors', 'money', 'limits', 'voucher-code', 'best-combination'].map((name) => `functions/contract/${name}.ts`);

test('the contract imports nothing of ours, and its dependency-free files only each other', () => {
  const wrong = code('functions/contract').flatMap(importsOf).filter((one) => {
    const to = resolved(one);
    return FREE.includes(one.file) ? to === null || !FREE.includes(to) : to === null ? one.specifier !== 'zod' : !to.startsWith('functions/contract/');
  });
  expect(wrong).toEqual([]);
  for (const file of FREE) expect(existsSync(join(root, file))).toBe(true);
});

test('the app imports only the contract: values from the dependency-free files, shapes as types', () => {
  const wrong = code('src').flatMap(importsOf).filter((one) => {
    const to = resolved(one);
    if (!to || to.startsWith('src/')) return false;
    return !(FREE.includes(to) || (one.isType && to.startsWith('functions/contract/')));
  });
  expect(wrong.map(({ file, specifier }) => `${file} → ${specifier}`)).toEqual([]);
});

describe('rules are pure', () => {
  const rules = [...code('functions').filter((file) => file.endsWith('/rules.ts')), ...FREE];
  test('they import the contract only', () => {
    const wrong = rules.flatMap(importsOf).filter((one) => !resolved(one)?.startsWith('functions/contract/') || (/shapes/.test(one.specifier) && !one.isType));
    expect(wrong).toEqual([]);
    expect(rules.length).toBeGreaterThan(10);
  });
  test.each(rules)('%s has no clock, chance, process, database or waiting', (file) => {
    const bare = textOf(file).replace(/\/\*[\s\S]*?\*\//g, '').replace(/\/\/.*$/gm, '');
    expect(bare).not.toMatch(/Date\.now|new Date\(\s*\)|Math\.random|performance\.|process\.|\bawait\b|\basync\b|\bfetch\(|require\(|import\(|setTimeout|crypto/);
  });
});

test('I-25 deadlines are decided by the database clock', () => {
  // What may look at the machine: how long something took (performance.now), ids that only need an order, what WeChat wants in its own time, and whether this process slept.
  const MAY = ['functions/kernel/clock.ts', 'functions/kernel/ids.ts', 'functions/payments/wechat-pay.ts', 'functions/identity/wechat-api.ts'];
  const looks = code('functions').filter((file) => file.endsWith('.ts') && !['sandbox', 'host'].includes(moduleOf(file)) && !MAY.includes(file))
    .filter((file) => /Date\.now\(|new Date\(\s*\)/.test(textOf(file)));
  expect(looks).toEqual([]);
});

test('I-24 money is divided in money.ts only', () => {
  // src/i18n: how an amount or a rate is written.
  const files = [...code('functions').filter((file) => !['sandbox', 'host'].includes(moduleOf(file)) && file !== 'functions/contract/money.ts'), ...code('src').filter((file) => !file.startsWith('src/i18n/'))];
  const wrong = files.flatMap((file) =>
    textOf(file).split('\n').filter((line) => /\b\w*(Fen|Bps|fen|bps)\b\)?\s*\/\s*[\w(]/.test(line.replace(/\/\/.*|\/\*.*|^\s*\*.*|(['"`]).*?\1/g, ''))).map((line) => `${file}: ${line.trim()}`));
  // Two digits behind the point, for a person's eye: whole fen in, text out.
  expect(wrong.filter((line) => !/¥|padStart/.test(line))).toEqual([]);
});

/** Lists whose length something else bounds: an order (99 units), a group (8 seats), a deal (50 stores), one person's own export, ids given by the caller, one row an hour or channel. */
const BOUNDED = /order_id = |group_id = |deal_id = |person_id = \$1|owner_id = \$1|buyer_id = \$1|sharer_id = \$1|giver_id = \$1|WITH ORDINALITY|GROUP BY|= ANY/;

test('I-28 a list has a limit, or is bounded by what it belongs to', () => {
  const files = code('functions').filter((file) => !['sandbox', 'host', 'contract'].includes(moduleOf(file)) && file !== 'functions/kernel/migrate.ts');
  const wrong = files.flatMap((file) => literalsOf(file)
    .filter((text) => /^\s*SELECT\b/i.test(text) && /\bORDER BY\b/i.test(text) && !/\bLIMIT\b/i.test(text) && !BOUNDED.test(text))
    .map((text) => `${file}: ${text.replace(/\s+/g, ' ').slice(0, 110)}`));
  expect(wrong).toEqual([]);
});

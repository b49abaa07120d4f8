/** What people and Lambda must load, against its budget. Needs dist/weapp and dist/h5; the functions are bundled here, in memory. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { bundleOf, TSCONFIG } from '../support/lambda';

const ROOT = join(__dirname, '..', '..');
const KB = 1024;
const measured: string[] = [];
const note = (name: string, bytes: number, budgetKb: number) => {
  measured.push(`${name.padEnd(34)} ${(bytes / KB).toFixed(1).padStart(7)} KB of ${budgetKb}`);
  return bytes / KB;
};
afterAll(() => console.log(measured.join('\n')));

const listFiles = (dir: string): string[] =>
  readdirSync(dir, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? listFiles(join(dir, entry.name)) : [join(dir, entry.name)]));

describe('mini-program', () => {
  const dist = join(ROOT, 'dist', 'weapp');
  const { subPackages } = JSON.parse(readFileSync(join(dist, 'app.json'), 'utf8')) as { subPackages: { root: string }[] };
  // WeChat counts every file under a sub-package's root to it, and all the rest to the main package; the project file is not sent.
  const files = listFiles(dist).map((file) => ({ path: relative(dist, file).split(sep).join('/'), bytes: statSync(file).size })).filter(({ path }) => path !== 'project.config.json');
  const sum = (of: typeof files) => of.reduce((all, { bytes }) => all + bytes, 0);
  const isUnder = (path: string, root: string) => path.startsWith(`${root.replace(/^\/|\/$/g, '')}/`);

  test('main package ≤ 700 KB', () => {
    const main = files.filter(({ path }) => !subPackages.some(({ root }) => isUnder(path, root)));
    expect(note('mini-program, main package', sum(main), 700)).toBeLessThanOrEqual(700);
    expect(main.length).toBeGreaterThan(20);
  });

  test.each(subPackages.map(({ root }) => root))('sub-package %s ≤ 500 KB', (root) => {
    const own = files.filter(({ path }) => isUnder(path, root));
    expect(own.length).toBeGreaterThan(0);
    expect(note(`mini-program, sub-package ${root}`, sum(own), 500)).toBeLessThanOrEqual(500);
  });
});

describe('browser', () => {
  const dist = join(ROOT, 'dist', 'h5');
  const gzipped = (url: string) => gzipSync(readFileSync(join(dist, url))).length;

  test('first load of the home page ≤ 140 KB gzip', () => {
    const html = readFileSync(join(dist, 'index.html'), 'utf8');
    const named = [...html.matchAll(/(?:src|href)="(\/[^"]+\.(?:js|css))"/g)].map(([, url]) => url!);
    const routed = chunksOfHome(dist, named.filter((url) => url.endsWith('.js')));
    expect(routed.length).toBeGreaterThan(0);
    const all = [...new Set([...named, ...routed])];
    const bytes = all.reduce((sum, url) => sum + gzipped(url), gzipped('index.html'));
    expect(note(`H5 first load, gzip (${all.length + 1} files)`, bytes, 140)).toBeLessThanOrEqual(140);
  });
});

/**
 * The files that the home route loads, read from webpack's own tables in the entry: `pages/index/index` names its chunks in
 * `Promise.all([r.e(1), r.e(2)])`, and the tables give each chunk its name, hash and kind.
 */
function chunksOfHome(dist: string, entries: string[]): string[] {
  const code = entries.map((url) => readFileSync(join(dist, url), 'utf8')).join('\n');
  const route = /"?path"?:"\/?pages\/index\/index","?load"?:(.*?)\.then\(/.exec(code)?.[1] ?? '';
  const ids = [...route.matchAll(/\.e\((\d+)\)/g)].map(([, id]) => id!);
  const files = listFiles(dist).map((file) => `/${relative(dist, file).split(sep).join('/')}`);
  // Chunks that the entry's own files bring are not asked for again.
  const there = new Set([...code.matchAll(/\.push\(\[\[([\d,"]+)\]/g)].flatMap(([, list]) => list!.replace(/"/g, '').split(',')));
  return ids.filter((id) => !there.has(id)).flatMap((id) => {
    const name = new RegExp(`[{,]"?${id}"?:"([a-z][\\w-]*)"`).exec(code)?.[1] ?? id;
    const found = files.filter((file) => new RegExp(`/(${name}|${id})\\.[0-9a-f]+\\.(js|css)$`).test(file));
    if (found.length === 0) throw new Error(`the home page loads chunk ${id}, and no file is called so`);
    return found;
  });
}

describe('functions', () => {
  const modules = readdirSync(join(ROOT, 'functions')).filter((name) => existsSync(join(ROOT, 'functions', name, 'handler.ts')));
  test('there are functions', () => expect(modules.length).toBeGreaterThan(8));

  // The options of serverless.yml under custom.esbuild; loaded as Lambda does, because a bundle may fail where the source does not.
  test('the options are those of serverless.yml', () => {
    expect(readFileSync(join(ROOT, 'serverless.yml'), 'utf8')).toContain(`tsconfig: ${relative(ROOT, TSCONFIG).split(sep).join('/')}\n`);
  });
  test.each(modules)('%s ≤ 250 KB gzip, and loads', async (name) => {
    const bundle = await bundleOf(name);
    expect(note(`function ${name}, gzip`, gzipSync(bundle).length, 250)).toBeLessThanOrEqual(250);
    const file = join(ROOT, '.juke', 'build', `lambda-${name}.cjs`);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, bundle);
    const load = 'try { typeof require(process.argv[1]).handler } catch (error) { String(error).slice(0, 200) }';
    const loaded = execFileSync(process.execPath, ['-p', load, file], { encoding: 'utf8' });
    expect(loaded.trim()).toBe('function');
  });
});

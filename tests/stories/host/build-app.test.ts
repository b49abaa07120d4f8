// How the app comes into dist: whole or not at all, since a server may serve it meanwhile. A program of a few lines plays Taro.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { node, root, type Ended } from './script';

let checkout: string;

beforeEach(() => {
  checkout = mkdtempSync(join(tmpdir(), 'juke-build-'));
  for (const name of ['build-app', 'children', 'dependencies', 'env', 'postgres', 'postgres-place', 'start-checks'])
    cpSync(join(root, `functions/host/${name}.mjs`), join(checkout, `functions/host/${name}.mjs`));
  mkdirSync(join(checkout, 'node_modules/@tarojs/cli/bin'), { recursive: true });
  mkdirSync(join(checkout, 'src'));
  writeFileSync(join(checkout, 'package.json'), '{}');
});

afterEach(() => rmSync(checkout, { recursive: true, force: true }));

/** Like Taro it empties the folder first; `then` follows when half is there. */
function taroThat(then: string, page: string): void {
  writeFileSync(join(checkout, 'src/page.txt'), page);
  writeFileSync(
    join(checkout, 'node_modules/@tarojs/cli/bin/taro'),
    `const fs = require('fs'), to = process.env.JUKE_OUTPUT ?? 'dist/h5';
    fs.rmSync(to, { recursive: true, force: true }); fs.mkdirSync(to, { recursive: true }); fs.writeFileSync(to + '/half.js', '');
    ${then}; fs.writeFileSync(to + '/index.html', fs.readFileSync('src/page.txt'));`,
  );
}

/** `kill`: the build is told to end as soon as it began, as Ctrl-C does. */
function build(kill = false): Promise<Ended> {
  const stop = `{ onChild: (child) => setTimeout(() => child.kill('SIGKILL'), 300) }`;
  return node([
    '--input-type=module',
    '-e',
    `import { ensureApp } from '${checkout}/functions/host/build-app.mjs';
    await ensureApp('h5', ${kill ? stop : '{}'}).then((did) => console.log(did), (error) => console.error(error.message));`,
  ]);
}

const dist = () => readdirSync(join(checkout, 'dist')).sort();
const page = () => readFileSync(join(checkout, 'dist/h5/index.html'), 'utf8');

test('a new build takes the place of the old one when it is whole, and is not made twice', async () => {
  taroThat('', 'one');
  expect((await build()).out).toContain('true');
  expect([page(), dist()]).toEqual(['one', ['h5']]);
  expect((await build()).out.trim()).toBe('false');
  taroThat('', 'two');
  expect((await build()).out).toContain('true');
  expect([page(), dist(), readdirSync(join(checkout, 'dist/h5'))]).toEqual(['two', ['h5'], ['half.js', 'index.html']]);
});

test('a build that is cut, fails or makes no page leaves the app as it was, and the next one makes it', async () => {
  taroThat('', 'one');
  await build();
  for (const [then, kill, sentence] of [
    ['Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)', true, /could not be built/],
    ["console.log('no such style'); process.exit(1)", false, /could not be built .*Its end:\nno such style/],
    ['process.exit(0)', false, /was built, but .*index\.html is missing/],
  ] as const) {
    taroThat(then, 'two');
    expect((await build(kill)).err).toMatch(sentence);
    expect(page()).toBe('one');
  }
  taroThat('', 'two');
  expect((await build()).out).toContain('true');
  expect([page(), existsSync(join(checkout, 'dist/h5.new'))]).toEqual(['two', false]);
});

test('npm run build:h5 keeps what a server serves until the new app is whole, and says when there was nothing to do', async () => {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { scripts: Record<string, string> };
  const run = (name: string, ...args: string[]) => node([...scripts[name]!.split(' ').slice(1).map((word) => (word.endsWith('.mjs') ? join(checkout, word) : word)), ...args]);
  writeFileSync(join(checkout, 'node_modules/.package-lock.json'), '{"packages":{}}');
  taroThat('', 'one');
  expect((await run('build:h5')).out).toContain('dist/h5 is built.');
  taroThat("fs.writeFileSync('during.txt', fs.readFileSync('dist/h5/index.html'))", 'two');
  expect((await run('build:h5')).out).toContain('dist/h5 is built.');
  expect([readFileSync(join(checkout, 'during.txt'), 'utf8'), page()]).toEqual(['one', 'two']);
  expect((await run('build:h5')).out).toBe('dist/h5 is what the sources say already.\n');
  const wrong = await run('build:weapp', '--watch');
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringMatching(/^Usage: .*npx taro build --type weapp --watch\n$/)]);
});

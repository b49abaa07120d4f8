/** Names of files, files that nothing uses, and why each dependency is there. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import { importsOf, listFiles, resolved, root, textOf } from './sources';

const CAPITALS = /^(README(\.zh-CN)?|LICENSE|CHANGELOG|DECISIONS)(\.md)?$/;

test('files and folders are named in kebab-case', () => {
  const wrong = listFiles('.').flatMap((file) => file.split('/').map((part) => ({ file, part })))
    .filter(({ part }) => !CAPITALS.test(part) && !/^[._]?[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/.test(part));
  expect(wrong.map(({ file }) => file)).toEqual([]);
});

describe('dead files', () => {
  const own = () => listFiles('src', 'functions', 'config', 'tests').filter((file) => /\.(ts|tsx|mjs|cjs|js|scss)$/.test(file) && !file.endsWith('.d.ts'));
  test('every source file is reached from something that is run', () => {
    const all = own();
    const seen = new Set(entries(all));
    for (const queue = [...seen]; queue.length > 0;) {
      for (const next of usesOf(queue.pop()!)) {
        if (seen.has(next)) continue;
        seen.add(next);
        queue.push(next);
      }
    }
    expect(all.filter((file) => !seen.has(file))).toEqual([]);
  });
  test('the check sees a file that nothing uses', () => {
    expect([...entries(own())].length).toBeGreaterThan(40);
    expect(usesOf('functions/orders/index.ts').length).toBeGreaterThan(1);
    expect(usesOf('functions/nothing-here.ts')).toEqual([]);
  });
  test('drawings of the app are used', () => {
    const texts = listFiles('src', 'functions', '*.md').filter((file) => /\.(ts|tsx|scss|json|html|md)$/.test(file)).map(textOf).join('\n');
    const unused = listFiles('src/assets').filter((file) => !texts.includes(posix.basename(file)) && !familyIsUsed(file, texts));
    expect(unused).toEqual([]);
  });
});

/** Numbered drawings (avatar-3.svg) are named by a template. */
const familyIsUsed = (file: string, texts: string) => /-\d+\.\w+$/.test(file) && texts.includes(`${posix.basename(file).replace(/\d+\.\w+$/, '')}\${`);

/** What is run or read by name: package scripts, Lambda handlers, pages, jest's parts, configuration, test files. */
function entries(all: string[]): string[] {
  const named = ['package.json', 'serverless.yml', 'tsconfig.json', 'README.md', ...listFiles('config', '.ci')].map(textOf).join('\n');
  const pages = new Set(pageFiles());
  return all.filter((file) => /\.test\.tsx?$/.test(file) || file.endsWith('/handler.ts') || pages.has(file) || named.includes(file) || isNamed(file) || /^config\/(index|dev|prod)\.ts$/.test(file));
}
/** The pages of the app's own list, in the main package and its others. */
function pageFiles(): string[] {
  const roots = [...textOf('src/app.config.ts').matchAll(/root: '([\w-]+)'/g)].map((match) => match[1]!);
  const alone = [...textOf('src/app.config.ts').matchAll(/'(pages\/[\w-]+)'/g)].map((match) => `src/${match[1]}/index`);
  const places = [...textOf('src/app.config.ts').matchAll(/'(pages\/[\w-]+\/index)'/g)].flatMap((match) => [`src/${match[1]}`, ...roots.map((root) => `src/${root}/${match[1]}`)]);
  return ['src/app', 'src/custom-tab-bar/index', ...alone, ...places].flatMap((place) => [`${place}.tsx`, `${place}.config.ts`]);
}
/** Programs that are started by their path, and what the build takes by name: quoted whole, by its last two parts, or as `@/…`. */
const quoted = listFiles('functions/host', 'config', 'tests').filter((file) => /\.(mjs|ts)$/.test(file)).map((file) => [file, textOf(file)] as const);
function isNamed(file: string): boolean {
  const parts = file.split('/');
  const two = parts.slice(-2).join('/');
  const names = [two, two.replace('/', `', '`), `@/${file.replace(/^src\//, '').replace(/_?(\w+)\.scss$/, '$1')}`];
  if (parts[0] === 'config') names.push(parts.at(-1)!);
  return quoted.some(([by, text]) => by !== file && names.some((name) => new RegExp(`['"\`/]${name.replace(/[.]/g, '\\.')}['"\`]`).test(text)));
}

function usesOf(file: string): string[] {
  if (!existsSync(join(root, file))) return [];
  if (file.endsWith('.scss')) {
    return [...textOf(file).matchAll(/@(?:use|import|forward)\s+['"]([^'"]+)['"]/g)].flatMap(([, name]) => {
      const path = posix.join(posix.dirname(file), name!);
      return [`${path}.scss`, posix.join(posix.dirname(path), `_${posix.basename(path)}.scss`), path].filter((candidate) => existsSync(join(root, candidate)) && candidate.endsWith('.scss'));
    });
  }
  return importsOf(file).flatMap((one) => {
    const to = resolved(one);
    if (!to) return [];
    // The build takes the file of its target: x.h5.ts or x.weapp.ts stand for x.ts.
    return [to, ...['h5', 'weapp'].map((target) => to.replace(/\.(tsx?)$/, `.${target}.$1`))].filter((candidate) => existsSync(join(root, candidate)));
  });
}

test('.env.example names the variables that the code reads, and no others', () => {
  const setByTools = ['NODE_ENV', 'TARO_ENV', 'JUKE_OUTPUT'];
  const sources = listFiles('functions', 'config', 'src', 'serverless.yml').filter((file) => /\.(ts|tsx|mjs|cjs|yml)$/.test(file));
  const read = sources.flatMap((file) => [...textOf(file).matchAll(/\benv(?:\.|:|, ')([A-Z][A-Z0-9_]{2,})/g)].map((match) => match[1]!)).filter((name) => !setByTools.includes(name));
  const told = [...textOf('.env.example').matchAll(/^#?([A-Z][A-Z0-9_]+)=/gm)].map((match) => match[1]!);
  expect(told.length).toBeGreaterThan(40);
  expect([...told].sort()).toEqual([...new Set(read)].sort());
});

test('the functions get every variable that the configuration reads', async () => {
  // A function has one connection, whatever POOL_SIZE says (kernel/lambda-app.ts).
  const hosts = ['ART_DIR', 'H5_DIR', 'MEDIA_DIR', 'POOL_SIZE', 'PORT'];
  const read = [...textOf('functions/kernel/config.ts').matchAll(/\benv(?:\.|, ')([A-Z][A-Z0-9_]{2,})/g)].map((match) => match[1]!);
  const given = Object.keys(await (require(join(root, 'config/serverless-environment.cjs')) as () => Promise<object>)());
  expect(read.length).toBeGreaterThan(30);
  expect([...given, ...hosts].sort()).toEqual([...new Set(read)].sort());
});

test('every dependency has a line in DECISIONS.md', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(textOf('package.json')) as Record<string, Record<string, string>>;
  const decisions = existsSync(join(root, 'DECISIONS.md')) ? textOf('DECISIONS.md') : '';
  const isTold = (name: string) => [name, name.replace(/\/.*/, '/*')].some((text) => new RegExp(`(^|[\\s\`(,])${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}([\\s\`),:;]|$)`, 'm').test(decisions));
  expect(Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).filter((name) => !isTold(name))).toEqual([]);
});

test('every package that is imported is declared', () => {
  const { dependencies, devDependencies, optionalDependencies } = JSON.parse(textOf('package.json')) as Record<string, Record<string, string>>;
  const declared = new Set(Object.keys({ ...dependencies, ...devDependencies, ...optionalDependencies }).map((name) => name.replace('@types/', '')));
  const named = listFiles('src', 'functions', 'config', 'tests').filter((file) => /\.(tsx?|mjs|cjs)$/.test(file)).flatMap(importsOf)
    .filter((one) => /^[@a-z]/.test(one.specifier) && !one.specifier.startsWith('node:') && !resolved(one))
    .map(({ file, specifier }) => ({ file, name: specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/') }));
  expect(new Set(named.map(({ name }) => name)).size).toBeGreaterThan(20);
  expect(named.filter(({ name }) => !declared.has(name))).toEqual([]);
});

describe('A-29 text of people is text', () => {
  const screens = listFiles('src').filter((file) => /\.tsx?$/.test(file));
  test.each([
    ['raw HTML in a component', /dangerouslySetInnerHTML|<RichText|\bRichText\b|rich-text/],
    ['HTML written into the page', /\.(innerHTML|outerHTML)\s*=|insertAdjacentHTML|document\.write|srcdoc/],
    ['text run as code', /\beval\(|new Function\(|javascript:/],
  ])('no %s', (_, pattern) => {
    expect(screens.length).toBeGreaterThan(80);
    expect(screens.filter((file) => pattern.test(textOf(file)))).toEqual([]);
  });
});

/** What WeChat's tools would refuse: missing files, wrong paths, code from text, undeclared private interfaces. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import postcss from 'postcss';
import ts from 'typescript';
import { always, written } from '../../config/weapp-plugin';
import { tooNew } from '../support/older-engines';
import { appJson, listFiles, pagePaths, readJson, readText, tabPaths, templates, type PageJson } from './support/build';

const files = listFiles();
const has = (path: string) => files.some((file) => file.path === path);
const ofKind = (ending: string) => files.filter(({ path }) => path.endsWith(ending)).map(({ path }) => ({ path, text: readText(path) }));

test('every page has its four files, and every sub-package its root', () => {
  for (const page of pagePaths) for (const kind of ['js', 'json', 'wxml', 'wxss']) expect([page, kind, has(`${page}.${kind}`)]).toEqual([page, kind, true]);
  for (const { root, pages } of appJson.subPackages) {
    expect(root).toMatch(/^[a-z]+(\/[a-z-]+)?$/);
    expect(appJson.pages.some((page) => page.startsWith(`${root}/`))).toBe(false);
    expect(pages.length).toBeGreaterThan(0);
  }
});

test('what pages and components use is there, and a sub-package is not used from outside', () => {
  for (const { path, text } of [...ofKind('.json')].filter(({ path }) => pagePaths.includes(path.replace('.json', '')))) {
    for (const component of Object.values((JSON.parse(text) as PageJson).usingComponents ?? {})) expect(has(`${posix.join(posix.dirname(path), component)}.js`)).toBe(true);
  }
  for (const { path, text } of ofKind('.js')) {
    for (const [, from] of text.matchAll(/\brequire\("(\.[^"]+)"\)/g)) {
      const target = posix.join(posix.dirname(path), from!).replace(/\.js$/, '');
      expect([path, from, has(`${target}.js`)]).toEqual([path, from, true]);
      for (const { root } of appJson.subPackages) expect([path, target.startsWith(`${root}/`) && !path.startsWith(`${root}/`)]).toEqual([path, false]);
    }
  }
  for (const { path, text } of ofKind('.wxss')) {
    for (const [, from] of text.matchAll(/@import\s+"([^"]+)"/g)) expect([path, from, has(posix.join(posix.dirname(path), from!))]).toEqual([path, from, true]);
  }
});

test('templates compile without a warning; no drawing element and no picture from another place in them', () => {
  expect(Object.keys(templates())).toEqual(expect.arrayContaining(['base', ...pagePaths]));
  for (const { path, text } of ofKind('.wxml')) expect([path, /<svg[\s>]|<path[\s>]|<web-view/.test(text)]).toEqual([path, false]);
});

test('templates carry every attribute that a screen writes on an element of WeChat', () => {
  const kept = (element: string) => [...always, ...(written[element] ?? [])];
  const used = writtenInSource();
  expect(Object.keys(written).sort()).toEqual([...new Set(used.map(({ element }) => element))].sort());
  for (const { element, attribute, path } of used) expect([path, element, attribute, kept(element).includes(attribute)]).toEqual([path, element, attribute, true]);
  const base = readText('base.wxml');
  for (const attribute of written['scroll-view']!) expect([attribute, base.includes(` ${attribute}="`)]).toEqual([attribute, true]);
  expect(base).not.toMatch(/bindlongpress|safe-password|refresher-/);
});

/** Attributes in JSX on what comes from @tarojs/components, as WeChat calls them. */
function writtenInSource(): { path: string; element: string; attribute: string }[] {
  const src = join(__dirname, '..', '..', 'src');
  const dashed = (name: string) => name.replace(/([A-Z])/g, (_, letter: string) => `-${letter.toLowerCase()}`).replace(/^-/, '');
  // Left out below: what is React's or the browser's alone.
  const named = (prop: string) => (prop === 'className' ? 'class' : prop === 'onClick' ? 'bindtap' : prop === 'catchMove' ? 'catchtouchmove' : /^on[A-Z]/.test(prop) ? `bind${prop.slice(2).toLowerCase()}` : dashed(prop));
  const found: { path: string; element: string; attribute: string }[] = [];
  for (const path of (readdirSync(src, { recursive: true }) as string[]).filter((file) => file.endsWith('.tsx'))) {
    const file = ts.createSourceFile(path, readFileSync(join(src, path), 'utf8'), ts.ScriptTarget.Latest, true, ts.ScriptKind.TSX);
    const elements = new Map<string, string>();
    const look = (node: ts.Node): void => {
      if (ts.isImportDeclaration(node) && (node.moduleSpecifier as ts.StringLiteral).text === '@tarojs/components') {
        const bindings = node.importClause?.namedBindings;
        if (bindings && ts.isNamedImports(bindings)) for (const { name, propertyName } of bindings.elements) elements.set(name.text, dashed((propertyName ?? name).text));
      }
      if (ts.isJsxOpeningElement(node) || ts.isJsxSelfClosingElement(node)) {
        const element = elements.get(node.tagName.getText());
        const props = node.attributes.properties.flatMap((property) => (ts.isJsxAttribute(property) ? [property.name.getText()] : []));
        if (element) for (const prop of props.filter((name) => !['key', 'ref', 'role'].includes(name) && !/^(data|aria)-/.test(name))) found.push({ path, element, attribute: named(prop) });
      }
      ts.forEachChild(node, look);
    };
    look(file);
  }
  return found;
}

test('no code from text, no browser, no remote code', () => {
  // Webpack's own way to the global object where globalThis is missing; refused there, it goes on without.
  const fallback = 'new Function("return this")';
  for (const { path, text: whole } of ofKind('.js')) {
    const text = path === 'runtime.js' ? whole.replace(fallback, '') : whole;
    expect([path, text.match(/\beval\(|new Function\(|document\.(createElement|getElementById)\("script|\bimportScripts\(/)?.[0]]).toEqual([path, undefined]);
    expect([path, text.match(/\b(localStorage|sessionStorage|navigator\.(userAgent|clipboard|geolocation|share))\b/)?.[0]]).toEqual([path, undefined]);
  }
});

test('styles know no selector that a component or page may not have, and no local picture', () => {
  for (const { path, text } of ofKind('.wxss')) {
    expect([path, text.match(/url\((?!["']?(data:|https:))[^)]*\)/)?.[0]]).toEqual([path, undefined]);
    // WeChat's compiler of styles stops at `*` ("unexpected token *"), wherever in a selector, and then nothing has a style.
    postcss.parse(text).walkRules(({ selector }) => expect([path, selector, /[*\\|]/.test(selector)]).toEqual([path, selector, false]));
  }
});

// WeChat names what its base library runs on: from 2.30 on iOS 13 and Chrome 86 (github.com/wechat-miniprogram/miniprogram-compat).
// Missing functions it adds itself; what cannot be read there stops the whole file.
test('the code is written as iOS 13 can read it', () => {
  for (const { path, text } of ofKind('.js')) expect([path, tooNew(text)]).toEqual([path, []]);
});

test('WeChat paints a disabled button grey over our styles, so none is told that it is', () => {
  expect(/<button[^>]* disabled=/.exec(readText('base.wxml'))?.[0]).toBeUndefined();
});

test('WeChat\'s search may take in what is on offer, and nothing that a token or a person\'s number leads to', () => {
  expect(appJson.sitemapLocation).toBe('sitemap.json');
  const { rules } = readJson<{ rules: { action: string; page: string; params?: string[]; matching?: string }[] }>('sitemap.json');
  // The first rule that fits decides, and what fits none is taken in.
  expect(rules[rules.length - 1]).toEqual({ action: 'disallow', page: '*' });
  for (const { page, action, params = [], matching } of rules.slice(0, -1)) {
    expect([page, action, pagePaths.includes(page), tabPaths.includes(page) || matching === 'exact']).toEqual([page, 'allow', true, true]);
    expect(params.filter((name) => name !== 'id')).toEqual([]);
  }
});

test('the tab bar is ours and complete', () => {
  expect(appJson.tabBar.custom).toBe(true);
  expect(tabPaths.length).toBeGreaterThanOrEqual(2);
  expect(tabPaths.length).toBeLessThanOrEqual(5);
  for (const { pagePath, text } of appJson.tabBar.list) expect([appJson.pages.includes(pagePath), text.length > 0]).toEqual([true, true]);
  for (const color of ['color', 'selectedColor', 'backgroundColor']) expect(appJson.tabBar[color]).toMatch(/^#[0-9A-F]{6}$/i);
  for (const kind of ['js', 'json', 'wxml']) expect([kind, has(`custom-tab-bar/index.${kind}`)]).toEqual([kind, true]);
  expect(readJson<PageJson>('custom-tab-bar/index.json').component).toBe(true);
});

test('code is loaded lazily; position and privacy are declared (A-32)', () => {
  expect(appJson.lazyCodeLoading).toBe('requiredComponents');
  expect(appJson.requiredPrivateInfos).toEqual(['getLocation']);
  expect((appJson.permission as Record<string, { desc: string }>)['scope.userLocation']!.desc).toMatch(/距离/);
  expect(appJson.__usePrivacyCheck__).toBe(true);
  // Interfaces that must be named in requiredPrivateInfos and are not.
  const undeclared = /\b(getFuzzyLocation|startLocationUpdate|onLocationChange|chooseAddress|chooseLocation|choosePoi)\b/;
  for (const { path, text } of ofKind('.js').filter(({ path }) => path !== 'taro.js')) expect([path, undeclared.exec(text)?.[0]]).toEqual([path, undefined]);
});

test('light and dark are both told for every variable of the window', () => {
  const theme = readJson<Record<'light' | 'dark', Record<string, string>>>('theme.json');
  expect(Object.keys(theme.light).sort()).toEqual(Object.keys(theme.dark).sort());
  for (const value of Object.values(appJson.window as Record<string, string>)) if (value.startsWith('@')) expect(theme.light).toHaveProperty(value.slice(1));
});

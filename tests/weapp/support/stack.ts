/** The page stack with WeChat's rules: ten pages, tabs only by switchTab, and the order in which pages are told. */
import { appJson, pagePaths, readJson, tabPaths, type PageJson } from './build';
import type { Realm } from './realm';
import type { Instance, Mounted, View } from './view';

const MOST = 10;

interface OpenPage extends Mounted { path: string; query: Record<string, string>; options: Record<string, unknown> }
export interface Stack {
  pages(): OpenPage[];
  front(): OpenPage;
  /** The first page of a cold start. */
  start(path: string, query: Record<string, string>): void;
  hide(): void;
  show(): void;
  close(): void;
  /** navigateTo, redirectTo, switchTab, reLaunch, navigateBack for wx. */
  abilities: Record<string, (given?: Navigation) => void>;
}
interface Navigation { url?: string; delta?: number; success?: (answer: unknown) => void; fail?: (error: unknown) => void; complete?: (answer: unknown) => void }

/** Values stay encoded: WeChat hands them to onLoad as they are in the address. */
export function parseUrl(url: string): { path: string; query: Record<string, string> } {
  const [path = '', search = ''] = url.split('?');
  const query = Object.fromEntries(search.split('&').filter(Boolean).map((part) => [part.split('=')[0]!, part.split('=').slice(1).join('=')]));
  return { path: path.replace(/^\//, ''), query };
}

const tell = (page: OpenPage, event: string, given?: unknown): unknown => {
  const handler = page.instance[event];
  return typeof handler === 'function' ? handler.call(page.instance, given) : undefined;
};

export function createStack(realm: Realm, view: View, later: (act: () => void) => void, note: (name: string, given: unknown) => void): Stack {
  let stack: OpenPage[] = [];
  const tabs = new Map<string, OpenPage>();
  const defined = new Map<string, Record<string, unknown>>();

  /** lazyCodeLoading: a page's file runs when it is opened first, its components' before it. */
  const define = (path: string) => {
    if (defined.has(path)) return;
    for (const from of Object.values(readJson<PageJson>(`${path}.json`).usingComponents ?? {})) defineComponent(resolve(path, from));
    realm.load(path, {
      Page: (options) => {
        defined.set(path, options);
        view.definePage(path, options);
      },
    });
    if (!defined.has(path)) throw new Error(`${path}.js registered no page`);
  };
  const defineComponent = (path: string) => {
    if (defined.has(path)) return;
    realm.load(path, {
      Component: (options) => {
        defined.set(path, options);
        view.defineComponent(path, options);
      },
    });
  };
  const create = (path: string, query: Record<string, string>): OpenPage => {
    define(path);
    const page: OpenPage = { ...view.mount(path), path, query, options: defined.get(path)! };
    Object.assign(page.instance, { route: path, __route__: path, options: realm.own(query) } satisfies Partial<Instance>);
    if (tabPaths.includes(path) && appJson.tabBar.custom) {
      defineComponent('custom-tab-bar/index');
      view.mount('custom-tab-bar/index');
    }
    stack.push(page);
    tell(page, 'onLoad', realm.own(query));
    tell(page, 'onShow');
    later(() => tell(page, 'onReady'));
    return page;
  };
  const remove = (page: OpenPage) => {
    tell(page, 'onUnload');
    page.unmount();
    tabs.delete(page.path);
    stack = stack.filter((one) => one !== page);
  };
  const front = () => stack[stack.length - 1]!;

  const moves: Record<string, (path: string, query: Record<string, string>, delta: number) => void> = {
    navigateTo: (path, query) => {
      if (tabPaths.includes(path)) throw new Error('can not navigateTo a tabbar page');
      if (stack.length >= MOST) throw new Error(`webview count limit exceed`);
      tell(front(), 'onHide');
      create(path, query);
    },
    redirectTo: (path, query) => {
      if (tabPaths.includes(path)) throw new Error('can not redirectTo a tabbar page');
      remove(front());
      create(path, query);
    },
    switchTab: (path, query) => {
      if (!tabPaths.includes(path)) throw new Error('can not switch to no-tabBar page');
      if (Object.keys(query).length > 0) throw new Error('can not switch to a url with a query');
      if (front().path === path) return;
      const leaving = front();
      if (tabs.has(leaving.path)) tell(leaving, 'onHide');
      for (const page of stack.filter((one) => !tabs.has(one.path))) remove(page);
      stack = [];
      const known = tabs.get(path);
      if (!known) return void tabs.set(path, create(path, {}));
      stack = [known];
      tell(known, 'onShow');
    },
    reLaunch: (path, query) => {
      for (const page of [...stack, ...tabs.values()]) remove(page);
      const page = create(path, query);
      if (tabPaths.includes(path)) tabs.set(path, page);
    },
    navigateBack: (_path, _query, delta) => {
      if (stack.length < 2) throw new Error('cannot navigate back at first page');
      for (const page of stack.slice(Math.max(1, stack.length - delta)).reverse()) remove(page);
      tell(front(), 'onShow');
    },
  };
  const ability = (name: string) => (given: Navigation = {}) => {
    note(name, { url: given.url, delta: given.delta });
    later(() => {
      const end = (errMsg: string, how?: (answer: unknown) => void) => {
        how?.(realm.own({ errMsg }));
        given.complete?.(realm.own({ errMsg }));
      };
      const { path, query } = parseUrl(given.url ?? '');
      if (name !== 'navigateBack' && !pagePaths.includes(path)) return end(`${name}:fail page "${path}" is not found`, given.fail);
      try {
        moves[name]!(path, query, given.delta ?? 1);
      } catch (error) {
        return end(`${name}:fail ${(error as Error).message}`, given.fail);
      }
      end(`${name}:ok`, given.success);
    });
  };
  return {
    pages: () => stack,
    front,
    start: (path, query) => {
      const page = create(path, query);
      if (tabPaths.includes(path)) tabs.set(path, page);
    },
    hide: () => void tell(front(), 'onHide'),
    show: () => void tell(front(), 'onShow'),
    close: () => {
      for (const page of new Set([...stack, ...tabs.values()])) remove(page);
    },
    abilities: Object.fromEntries(Object.keys(moves).map((name) => [name, ability(name)])),
  };
}

function resolve(from: string, to: string): string {
  if (to.startsWith('/')) return to.slice(1);
  const parts = from.split('/').slice(0, -1);
  for (const part of to.split('/')) {
    if (part === '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}

/**
 * The logic layer: a JavaScript realm of its own with what WeChat gives there and nothing of a browser or of Node.
 * Intl is taken away too, since some phones have none; code from text (eval, new Function) is refused as WeChat does.
 */
import { posix } from 'node:path';
import vm from 'node:vm';
import { readText } from './build';

/** Names that a page of the mini-program must be able to live without. */
export const ABSENT = [
  'window', 'document', 'navigator', 'location', 'history', 'localStorage', 'sessionStorage', 'fetch', 'XMLHttpRequest', 'Headers', 'Request', 'Response',
  'URL', 'URLSearchParams', 'AbortController', 'AbortSignal', 'Intl', 'TextEncoder', 'TextDecoder', 'crypto', 'performance', 'queueMicrotask', 'structuredClone',
  'MessageChannel', 'Blob', 'FormData', 'Image', 'HTMLElement', 'Element', 'MutationObserver', 'requestAnimationFrame', 'atob', 'btoa', 'process', 'Buffer', 'global',
  'WebAssembly', 'SharedArrayBuffer', 'Atomics',
] as const;
const OF_THE_LANGUAGE = ['Intl', 'WebAssembly', 'SharedArrayBuffer', 'Atomics'];

type Define = (options: Record<string, unknown>) => void;
export interface Realm {
  /** Runs one file of the build once, and what it requires; what it gives to Page or Component is told. */
  load(path: string, define?: { Page?: Define; Component?: Define }): unknown;
  /** The same value made inside the realm, as WeChat hands over copies. */
  own<T>(value: T): T;
  typeOf(name: string): string;
}

export function createRealm(globals: Record<string, unknown>): Realm {
  // Page and Component belong to the file that WeChat runs now, wherever in the build the call stands.
  let current: { path: string; define: { Page?: Define; Component?: Define } } | null = null;
  const definer = (what: 'Page' | 'Component') => (options: Record<string, unknown>) => {
    const define = current?.define[what];
    if (!define) throw new Error(`${current?.path ?? 'nobody'} called ${what} outside its place`);
    define(options);
  };
  const context = vm.createContext({ ...globals, Page: definer('Page'), Component: definer('Component') }, { codeGeneration: { strings: false, wasm: false } });
  vm.runInContext(OF_THE_LANGUAGE.map((name) => `delete globalThis.${name};`).join(''), context);
  const parse = vm.runInContext('JSON.parse', context) as (text: string) => unknown;
  const loaded = new Map<string, { exports: unknown }>();

  const run = (path: string): unknown => {
    const known = loaded.get(path);
    if (known) return known.exports;
    const module: { exports: unknown } = { exports: {} };
    loaded.set(path, module);
    const file = vm.compileFunction(readText(`${path}.js`), ['require', 'module', 'exports'], { filename: `${path}.js`, parsingContext: context });
    file((from: string) => run(posix.join(posix.dirname(path), from).replace(/\.js$/, '')), module, module.exports);
    return module.exports;
  };
  const load: Realm['load'] = (path, define = {}) => {
    const before = current;
    current = { path, define };
    try {
      return run(path);
    } finally {
      current = before;
    }
  };
  return {
    load,
    own: <T>(value: T) => (value === undefined ? value : (parse(JSON.stringify(value)) as T)),
    typeOf: (name) => vm.runInContext(`typeof ${name}`, context) as string,
  };
}

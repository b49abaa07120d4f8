/**
 * The view layer: WeChat's own component engine renders the compiled templates without a browser, and taps are
 * dispatched to rendered nodes, bubble as in WeChat, and reach the page's handlers as plain events.
 */
import { glassEasel, MiniProgramEnv } from 'glass-easel-miniprogram-adapter';
import { readJson, templates, type PageJson } from './build';

/** One element of the rendered tree. */
export type Rendered = InstanceType<typeof glassEasel.Element>;
type Node = Rendered | InstanceType<typeof glassEasel.TextNode>;
/** A page or component as the logic layer sees it. */
export interface Instance {
  route?: string; __route__?: string; options?: Record<string, string>;
  setData(data: Record<string, unknown>, done?: () => void): void;
  [name: string]: unknown;
}
export interface Mounted { instance: Instance; root: Rendered; unmount(): void }

export interface View {
  /** Registers what a file gave to Page or Component. */
  definePage(path: string, options: Record<string, unknown>): void;
  defineComponent(path: string, options: Record<string, unknown>): void;
  mount(path: string): Mounted;
  /** How many handlers ran so far. */
  handled(): number;
}

export function createView(own: <T>(value: T) => T): View {
  const env = new MiniProgramEnv();
  const space = env.createCodeSpace('', true);
  const backend = env.associateBackend(new glassEasel.EmptyBackendContext() as never);
  let handled = 0;

  const prepare = (path: string) => {
    const groupList = templates();
    // Taro writes the old form, bindtap="eh".
    space.addCompiledTemplate(path, { groupList, content: groupList[path]!, fallbackListenerOnNativeNode: true });
    space.addComponentStaticConfig(path, readJson<PageJson>(`${path}.json`) as never);
  };
  const withPlainEvents = (options: Record<string, unknown>) => {
    const { eh } = options;
    if (typeof eh !== 'function') return options;
    return {
      ...options,
      eh(this: unknown, event: EngineEvent) {
        handled += 1;
        return (eh as (event: unknown) => unknown).call(this, own(plain(event)));
      },
    };
  };
  return {
    definePage: (path, options) => {
      prepare(path);
      space.componentEnv(path, ({ Page }) => Page(withPlainEvents(options) as never));
    },
    defineComponent: (path, options) => {
      prepare(path);
      space.componentEnv(path, ({ Component }) => {
        const methods = options.methods as Record<string, unknown> | undefined;
        // Taro writes {} for "none" where lists belong; WeChat lets it pass, the open engine does not.
        const lists = { behaviors: listOf(options.behaviors), externalClasses: listOf(options.externalClasses) };
        Component({ ...options, ...lists, properties: withOurTypes(options.properties), ...(methods ? { methods: withPlainEvents(methods) } : {}) } as never);
      });
    },
    mount: (path) => {
      const root = backend.createRoot('body', space, path);
      glassEasel.Element.pretendAttached(root.getComponent());
      const instance = root.get() as unknown as Instance;
      const unmount = () => {
        // What comes for a page that is gone is dropped, as in WeChat.
        instance.setData = (_data, done) => done?.();
        root.release();
      };
      return { instance, root: root.getComponent() as unknown as Rendered, unmount };
    },
    handled: () => handled,
  };
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
const TYPES: Record<string, unknown> = { Object, Array, String, Number, Boolean };

/** The engine knows types by identity, and the realm's Object is not ours. */
function withOurTypes(properties: unknown): Record<string, unknown> {
  const ours = (type: unknown) => (typeof type === 'function' ? TYPES[type.name] : type);
  return Object.fromEntries(Object.entries((properties ?? {}) as Record<string, { type?: unknown }>).map(([name, about]) =>
    [name, typeof about === 'function' ? ours(about) : { ...about, type: ours(about.type) }]));
}

interface EngineEvent { type: string; timeStamp: number; detail: unknown; target: Rendered; currentTarget: Rendered; mark: unknown; extraFields?: Record<string, unknown> }
const about = (element: Rendered) => ({ id: element.id, offsetLeft: 0, offsetTop: 0, dataset: { ...element.dataset } });
const plain = ({ type, timeStamp, detail, target, currentTarget, mark }: EngineEvent) =>
  ({ type, timeStamp, detail: detail ?? {}, target: about(target), currentTarget: about(currentTarget), mark: mark ?? {}, touches: [], changedTouches: [] });

/** Errors that handlers and lifetimes threw inside the engine, and what it warns of. Returns how to stop listening. */
export function onEngineProblem(tell: (problem: string) => void): () => void {
  const onError = (error: unknown) => {
    tell(String((error as Error)?.stack ?? error));
    return false;
  };
  const onWarning = (warning: unknown) => {
    const words = String((warning as Error)?.message ?? warning);
    // WeChat draws nothing for a list that is not there yet, without a word.
    if (!/for-list data .* got type "undefined"/.test(words)) tell(words);
    return false;
  };
  glassEasel.addGlobalErrorListener(onError as never);
  glassEasel.addGlobalWarningListener(onWarning as never);
  return () => {
    glassEasel.removeGlobalErrorListener(onError as never);
    glassEasel.removeGlobalWarningListener(onWarning as never);
  };
}

/** Dispatches an event that bubbles through the rendered tree. */
export const fire = (element: Rendered, type: string, detail: Record<string, unknown> = {}, bubbles = true): void =>
  glassEasel.triggerEvent(element as never, type, detail, { bubbles, composed: true });

export const attribute = (element: Rendered, name: string): unknown => element.attributes.find((one) => one.name === name)?.value;
export const tagOf = (element: Rendered): string => (element.asNativeNode() ? (element as unknown as { is: string }).is : '');

/** Rendered elements in the order of the tree: view, text, button …; what the engine adds in between is left out. */
export function elements(root: Rendered): Rendered[] {
  const found: Rendered[] = [];
  walk(root, (element) => void (element.asNativeNode() && found.push(element)));
  return found;
}

/** What a person reads in an element: its own name for screen readers does not count. */
export function textOf(root: Rendered): string {
  let text = '';
  walk(root, () => undefined, (part) => (text += `${part} `));
  return text;
}

function walk(node: Node, onElement: (element: Rendered) => void, onText?: (text: string) => void): void {
  const text = node.asTextNode();
  if (text) {
    onText?.(text.textContent);
    return;
  }
  const element = node as Rendered;
  onElement(element);
  element.forEachComposedChild((child) => {
    walk(child as Node, onElement, onText);
  });
}

export function parentOf(element: Rendered): Rendered | null {
  let up = element.getComposedParent() as Rendered | null;
  while (up && !up.asNativeNode()) up = up.getComposedParent() as Rendered | null;
  return up;
}

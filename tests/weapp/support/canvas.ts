/** Selector queries for canvas nodes: a drawing surface that draws nothing. */
import { elements, tagOf, type Rendered } from './view';

/** wx.createSelectorQuery as far as the app asks: select(…).fields({ node, size }).exec. */
export function createSelectorQuery(root: () => Rendered): unknown {
  const asked: (string | null)[] = [];
  const query = {
    select: (selector: string) => {
      asked.push(selector);
      return { fields: () => query, boundingClientRect: () => query, node: () => query };
    },
    selectViewport: () => {
      asked.push(null);
      return { fields: () => query, boundingClientRect: () => query, scrollOffset: () => query };
    },
    in: () => query,
    exec: (done?: (answer: unknown[]) => void) => {
      const answers = asked.map((selector) => (selector && findCanvas(root(), selector) ? { node: surface(), width: 300, height: 300 } : null));
      setTimeout(() => done?.(answers), 0);
    },
  };
  return query;
}

const findCanvas = (root: Rendered, selector: string) => elements(root).find((element) => tagOf(element) === 'canvas' && `#${element.id}` === selector);

function surface(): unknown {
  const context: Record<string, unknown> = { measureText: (text: string) => ({ width: text.length * 10 }), createLinearGradient: () => ({ addColorStop: () => undefined }) };
  const drawing = new Proxy(context, { get: (target, name) => (name in target ? target[name as string] : () => undefined), set: (target, name, value) => Boolean((target[name as string] = value)) || true });
  const createImage = () => {
    const image: { width: number; height: number; onload?: () => void; src?: string } = { width: 100, height: 100 };
    Object.defineProperty(image, 'src', { set: () => void setTimeout(() => image.onload?.(), 0) });
    return image;
  };
  return { width: 0, height: 0, getContext: () => drawing, createImage };
}

// The canvas component of the page with this id, sized in device pixels.
import { waitForImage, type Surface } from './canvas-types';

interface Node2d {
  width: number;
  height: number;
  getContext: (kind: '2d') => CanvasRenderingContext2D;
  createImage: () => HTMLImageElement;
}

/** The canvas is drawn by the page on this target. */
export const needsCanvasElement = true;

const TRIES = 12;
const AGAIN_MS = 60;

/** Waits until the canvas is in the page. null when it never is. */
export async function openSurface(id: string, width: number, height: number): Promise<Surface | null> {
  for (let tried = 0; tried < TRIES; tried += 1) {
    const canvas = await find(id);
    if (canvas) {
      canvas.width = width;
      canvas.height = height;
      return { canvas, context: canvas.getContext('2d'), loadImage: (src) => waitForImage(canvas.createImage(), src) };
    }
    await new Promise((resolve) => {
      setTimeout(resolve, AGAIN_MS);
    });
  }
  return null;
}

function find(id: string): Promise<Node2d | null> {
  return new Promise((resolve) => {
    const query = wx.createSelectorQuery();
    query.select(`#${id}`).fields({ node: true, size: true });
    query.exec((answer: { node?: Node2d }[]) => resolve(answer[0]?.node ?? null));
  });
}

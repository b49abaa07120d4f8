// A drawing surface that both targets can give.

export interface Surface {
  canvas: unknown;
  context: CanvasRenderingContext2D;
  /** null when it does not load: the drawing goes on without */
  loadImage: (src: string) => Promise<CanvasImageSource | null>;
}

/** A slow picture is drawn without. */
const IMAGE_WAIT_MS = 6_000;

interface Loadable {
  src: string;
  onload: unknown;
  onerror: unknown;
}

export function waitForImage<I extends Loadable>(image: I, src: string): Promise<I | null> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(null), IMAGE_WAIT_MS);
    const end = (answer: I | null) => {
      clearTimeout(timer);
      resolve(answer);
    };
    image.onload = () => end(image);
    image.onerror = () => end(null);
    image.src = src;
  });
}

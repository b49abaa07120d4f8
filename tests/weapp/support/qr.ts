/** Reads the QR codes that the app draws as SVG pictures, as another phone's camera would. */
import decodeQR from 'qr/decode.js';
import type { Rendered } from './view';

const SCALE = 4;
const BORDER = 4;
const PICTURE = /url\("data:image\/svg\+xml,([^"]+)"\)/;

/** The text of the code that this element shows as its background; '' when it shows none. */
export function readQr(element: Rendered): string {
  const svg = decodeURIComponent(PICTURE.exec(element.style)?.[1] ?? '');
  if (!svg.includes('shape-rendering="crispEdges"')) return '';
  const size = Number(/viewBox="0 0 (\d+)/.exec(svg)?.[1]);
  const side = (size + BORDER * 2) * SCALE;
  const data = new Uint8ClampedArray(side * side * 4).fill(255);
  const dark = (x: number, y: number) => {
    for (let dy = 0; dy < SCALE; dy += 1) for (let dx = 0; dx < SCALE; dx += 1) data.fill(0, ((y * SCALE + dy) * side + x * SCALE + dx) * 4, ((y * SCALE + dy) * side + x * SCALE + dx) * 4 + 3);
  };
  for (const [, x, y, run] of svg.matchAll(/M(\d+) (\d+)h(\d+)/g)) for (let i = 0; i < Number(run); i += 1) dark(Number(x) + i + BORDER, Number(y) + BORDER);
  return decodeQR({ data, width: side, height: side });
}

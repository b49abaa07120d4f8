// Turns an icon into a data-URI. A mini-program has no inline <svg>, so the shape is used as a mask and takes the colour of
// the text around it, light or dark.
import { icons, type IconName } from './icons';

const uris: Partial<Record<string, string>> = {};

const iconSvg = (name: IconName): string =>
  '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24" viewBox="0 0 24 24" fill="none" stroke="#000" ' +
  `stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round">${icons[name]}</svg>`;

/** data-URI of any SVG, safe inside url("…") and as a picture's address. */
export function svgUri(svg: string): string {
  return `data:image/svg+xml,${encodeURIComponent(svg).replace(/'/g, '%27').replace(/\(/g, '%28').replace(/\)/g, '%29')}`;
}

export function iconMask(name: IconName): string {
  return (uris[name] ??= `url("${svgUri(iconSvg(name))}")`);
}

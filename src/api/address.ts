// Where the server is: another origin for the mini-program, our own for the browser.

export const API_BASE = typeof JUKE_API_BASE === 'string' ? JUKE_API_BASE : '';

/** A picture's address as the device can load it. Absolute and data addresses stay. */
export function mediaUrl(url: string): string {
  return url.startsWith('/') ? API_BASE + url : url;
}

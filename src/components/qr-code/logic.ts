// A QR code as SVG: one path of horizontal runs. Dark on white in both themes, since cameras want it so.
import encodeQR from 'qr';

/** Module rows, true is dark, without a quiet zone. */
export function qrRows(text: string): boolean[][] {
  return encodeQR(text, 'raw', { ecc: 'medium', border: 0, textEncoder: asciiBytes });
}

// The mini-program's logic layer has no TextEncoder. Codes are ASCII; anything else is percent-encoded before it gets here.
function asciiBytes(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code > 127) throw new TypeError('a QR code of ours holds ASCII only');
    bytes[i] = code;
  }
  return bytes;
}

/** SVG path data of the dark modules, one unit each. */
export function qrPath(rows: boolean[][]): string {
  const runs: string[] = [];
  rows.forEach((row, y) => {
    let x = 0;
    while (x < row.length) {
      if (!row[x]) {
        x += 1;
        continue;
      }
      const start = x;
      while (row[x]) x += 1;
      runs.push(`M${start} ${y}h${x - start}v1h-${x - start}z`);
    }
  });
  return runs.join('');
}

export function qrSvg(text: string): string {
  const rows = qrRows(text);
  const size = rows.length;
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size} ${size}" width="${size * 8}" height="${size * 8}" shape-rendering="crispEdges">` +
    `<path d="${qrPath(rows)}" fill="#171C19"/></svg>`
  );
}

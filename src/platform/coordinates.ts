// WGS-84 → GCJ-02, the coordinates every map and store of ours uses in China. The published approximation of the offset
// (Krasovsky 1940 ellipsoid), good to about 2 m inside China; outside China both are the same.

const A = 6_378_245;
const EE = 0.006_693_421_622_965_943;

/** A rough box round the mainland; WGS-84 is left as it is outside. */
export function isInChina(lat: number, lng: number): boolean {
  return lng > 72.004 && lng < 137.8347 && lat > 0.8293 && lat < 55.8271;
}

const rad = (degrees: number) => (degrees / 180) * Math.PI;
const waves = (value: number, a: number, b: number) => ((20 * Math.sin(6 * value * Math.PI) + 20 * Math.sin(2 * value * Math.PI)) * a) / b;

function offsetLat(x: number, y: number): number {
  const base = -100 + 2 * x + 3 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * Math.sqrt(Math.abs(x));
  const north = ((20 * Math.sin(y * Math.PI) + 40 * Math.sin((y / 3) * Math.PI)) * 2) / 3;
  const far = ((160 * Math.sin((y / 12) * Math.PI) + 320 * Math.sin((y * Math.PI) / 30)) * 2) / 3;
  return base + waves(x, 2, 3) + north + far;
}

function offsetLng(x: number, y: number): number {
  const base = 300 + x + 2 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * Math.sqrt(Math.abs(x));
  const east = ((20 * Math.sin(x * Math.PI) + 40 * Math.sin((x / 3) * Math.PI)) * 2) / 3;
  const far = ((150 * Math.sin((x / 12) * Math.PI) + 300 * Math.sin((x / 30) * Math.PI)) * 2) / 3;
  return base + waves(x, 2, 3) + east + far;
}

/** Degrees in, degrees out: [lat, lng]. */
export function toGcj02(lat: number, lng: number): [number, number] {
  if (!isInChina(lat, lng)) return [lat, lng];
  const sin = Math.sin(rad(lat));
  const magic = 1 - EE * sin * sin;
  const root = Math.sqrt(magic);
  const dLat = (offsetLat(lng - 105, lat - 35) * 180) / (((A * (1 - EE)) / (magic * root)) * Math.PI);
  const dLng = (offsetLng(lng - 105, lat - 35) * 180) / ((A / root) * Math.cos(rad(lat)) * Math.PI);
  return [lat + dLat, lng + dLng];
}

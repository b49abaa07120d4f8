// The device side: coordinates, storage, ids, and that both targets offer the same calls.
import { createHmac, randomBytes } from 'node:crypto';
import decodeQR from 'qr/decode.js';
import { qrText, readCode, typedCode } from '@contract/voucher-code';
import { isInChina, toGcj02 } from '@/platform/coordinates';
import { deviceId, storage } from '@/platform';
import type * as h5 from '@/platform/device.h5';
import type * as weapp from '@/platform/device.weapp';
import type * as canvasH5 from '@/platform/canvas.h5';
import type * as canvasWeapp from '@/platform/canvas.weapp';
import type * as httpH5 from '@/platform/http.h5';
import type * as httpWeapp from '@/platform/http.weapp';
import { hmacHex, voucherCodes } from '@/components/voucher-card/logic';
import { qrPath, qrRows } from '@/components/qr-code/logic';

// Checked by the compiler: what a page may call exists on both targets. (paymentMethod and the scanner differ by value.)
type Names<T> = { [K in keyof T]: T[K] extends (...args: infer A) => infer R ? (...args: A) => R : unknown };
const same: [
  (typeof weapp extends Names<typeof h5> ? true : keyof typeof h5), (keyof typeof weapp extends keyof typeof h5 ? true : false),
  keyof typeof canvasWeapp extends keyof typeof canvasH5 ? true : false, keyof typeof httpWeapp extends keyof typeof httpH5 ? true : false,
] = [true, true, true, true];

test('both targets offer the same calls', () => {
  expect(same).toEqual([true, true, true, true]);
});

test('a phone whose voucher was closed at once does not stay bright', () => {
  const { brightScreen } = jest.requireActual<typeof weapp>('@/platform/device.weapp');
  const set: number[] = [];
  const answers: ((answer: { value: number }) => void)[] = [];
  Object.assign(globalThis, {
    wx: { getScreenBrightness: ({ success }: { success: (typeof answers)[number] }) => answers.push(success), setScreenBrightness: ({ value }: { value: number }) => set.push(value) },
  });
  brightScreen(true);
  brightScreen(false);
  answers[0]!({ value: 0.4 });
  expect(set).toEqual([]);
  brightScreen(true);
  answers[1]!({ value: 0.4 });
  brightScreen(false);
  expect(set).toEqual([1, 0.4]);
});

describe('WGS-84 → GCJ-02', () => {
  // Known pairs of the published algorithm (Tiananmen, West Lake), and places outside China.
  test.each([
    [39.907_5, 116.391_2, 39.908_9, 116.397_4],
    [30.259, 120.130_5, 30.256_6, 120.135_2],
  ])('%d, %d', (lat, lng, toLat, toLng) => {
    const [gotLat, gotLng] = toGcj02(lat, lng);
    expect(Math.abs(gotLat - toLat)).toBeLessThan(0.000_3);
    expect(Math.abs(gotLng - toLng)).toBeLessThan(0.000_3);
  });

  test('the offset inside China is 50 m … 1 km, and nothing moves outside', () => {
    for (const [lat, lng] of [[31.23, 121.47], [22.54, 114.05], [45.8, 126.5], [29.65, 91.1]] as const) {
      const [gotLat, gotLng] = toGcj02(lat, lng);
      const metres = Math.hypot((gotLat - lat) * 111_000, (gotLng - lng) * 111_000 * Math.cos((lat * Math.PI) / 180));
      expect(metres).toBeGreaterThan(50);
      expect(metres).toBeLessThan(1_000);
    }
    expect(isInChina(51.5, -0.12)).toBe(false);
    expect(toGcj02(51.5, -0.12)).toEqual([51.5, -0.12]);
  });
});

test('storage keeps values by kind and survives rubbish', () => {
  storage.set('k', { a: 1 });
  expect(storage.get('k')).toEqual({ a: 1 });
  localStorage.setItem('k', '{broken');
  expect(storage.get('k')).toBeNull();
  storage.remove('k');
  expect(storage.get('k')).toBeNull();
});

test('the device id is made once, in the form the contract wants', () => {
  const id = deviceId();
  expect(id).toMatch(/^[0-9A-Za-z_-]{8,64}$/);
  expect(deviceId()).toBe(id);
});

describe('A-08 A-09 the code on the phone is the code of the server', () => {
  const server = (keyHex: string, text: string) => createHmac('sha256', Buffer.from(keyHex, 'hex')).update(text).digest('hex');

  test('the same mac as node:crypto for any key', () => {
    for (let i = 0; i < 50; i += 1) {
      const key = randomBytes(16).toString('hex');
      expect(hmacHex(key, `482719.${i}`)).toBe(server(key, `482719.${i}`));
    }
  });

  test('typed code and QR text change each minute and read back', () => {
    const voucher = { secret: '00112233445566778899aabbccddeeff', locator: '482719', voucherId: 'vch_0abc1def2' };
    const first = voucherCodes(voucher, 60_000 * 100);
    const later = voucherCodes(voucher, 60_000 * 101 - 1);
    const next = voucherCodes(voucher, 60_000 * 101);
    expect(first.typed).toBe(later.typed);
    expect(next.typed).not.toBe(first.typed);
    expect(first.typed).toBe(typedCode(server, voucher.secret, voucher.locator, 100));
    expect(first.qr).toBe(qrText(server, voucher.secret, voucher.locator, voucher.voucherId, 100));
    expect(first.secondsLeft).toBe(60);
    expect(later.secondsLeft).toBe(1);
    expect(readCode(first.qr)).toMatchObject({ kind: 'qr', voucherId: voucher.voucherId, window: 100 });
    expect(readCode(first.typed)).toMatchObject({ kind: 'typed', locator: '482719' });
  });
});

describe('QR', () => {
  test('what is drawn is read back', () => {
    const text = 'JK1.vch_0abc1def2.1a2b3c.0123456789abcdef0123';
    const rows = qrRows(text);
    const scale = 6;
    const size = (rows.length + 8) * scale;
    const data = new Uint8ClampedArray(size * size * 4).fill(255);
    rows.forEach((row, y) => row.forEach((dark, x) => {
      if (!dark) return;
      for (let j = 0; j < scale; j += 1) {
        for (let i = 0; i < scale; i += 1) {
          const at = (((y + 4) * scale + j) * size + (x + 4) * scale + i) * 4;
          data[at] = data[at + 1] = data[at + 2] = 0;
        }
      }
    }));
    expect(decodeQR({ width: size, height: size, data })).toBe(text);
  });

  test('the path covers exactly the dark modules', () => {
    const rows = qrRows('https://example.com');
    const dark = rows.flat().filter(Boolean).length;
    const drawn = [...qrPath(rows).matchAll(/h(\d+)v/g)].reduce((sum, run) => sum + Number(run[1]), 0);
    expect(drawn).toBe(dark);
  });

  test('anything but ASCII is refused instead of drawn wrong', () => {
    expect(() => qrRows('聚客')).toThrow(/ASCII/);
  });
});

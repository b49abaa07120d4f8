/** The rotating code: phone and server agree, old pictures are told, wrong ones are not.. */
import * as fc from 'fast-check';
import { hmac as nobleHmac } from '@noble/hashes/hmac.js';
import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, hexToBytes, utf8ToBytes } from '@noble/hashes/utils.js';
import { createHmac } from 'node:crypto';
import { codeWindow, qrText, readCode, typedCode, type HmacHex } from '../../../functions/contract/voucher-code';
import { MAX_QUANTITY } from '../../../functions/contract/limits';
import { decideClosing, decideCode, standingFen } from '../../../functions/vouchers/rules';

const server: HmacHex = (key, text) => createHmac('sha256', Buffer.from(key, 'hex')).update(text).digest('hex');
const phone: HmacHex = (key, text) => bytesToHex(nobleHmac(sha256, hexToBytes(key), utf8ToBytes(text)));
const hex = fc.string({ unit: fc.constantFrom(...'0123456789abcdef'), minLength: 32, maxLength: 32 });
const v = { voucherId: 'vch_0abcdefgh1', secret: '00112233445566778899aabbccddeeff', locator: '482719' };
const NOW = 1_800_000_000_000;

test('A-08 phone and server derive the same code; it reads back and fits', () => {
  fc.assert(fc.property(hex, fc.integer({ min: 0, max: 4_000_000_000_000 }), (secret, nowMs) => {
    const w = codeWindow(nowMs);
    expect(typedCode(phone, secret, '000123', w)).toBe(typedCode(server, secret, '000123', w));
    const typed = readCode(typedCode(phone, secret, '000123', w).replace(/(....)/g, '$1 '))!;
    const qr = readCode(qrText(phone, secret, '000123', v.voucherId, w))!;
    expect(decideCode(server, { ...v, secret, locator: '000123' }, typed, nowMs)).toBe('fits');
    expect(decideCode(server, { ...v, secret, locator: '000123' }, qr, nowMs)).toBe('fits');
  }));
});
test('A-08 an older app on a phone and a newer server agree: the codes themselves, reckoned with openssl', () => {
  expect([codeWindow(30_000_000 * 60_000), codeWindow(30_000_001 * 60_000 - 1)]).toEqual([30_000_000, 30_000_000]);
  expect(typedCode(server, v.secret, v.locator, 30_000_000)).toBe('482719973008');
  expect(qrText(server, v.secret, v.locator, v.voucherId, 30_000_000)).toBe('JK1.vch_0abcdefgh1.hv05c.357762366209fc12bf67');
  expect(readCode('482719973008')).toEqual({ kind: 'typed', locator: '482719', digits: '482719973008' });
  expect(readCode('JK1.vch_0abcdefgh1.hv05c.357762366209fc12bf67')).toEqual({ kind: 'qr', voucherId: 'vch_0abcdefgh1', window: 30_000_000, mac: '357762366209fc12bf67' });
});
test('A-09 a picture lives for the neighbouring minute only; then it is stale, and a forgery is wrong', () => {
  const picture = readCode(qrText(server, v.secret, v.locator, v.voucherId, codeWindow(NOW)))!;
  for (const apart of [-60_000, 60_000]) expect(decideCode(server, v, picture, NOW + apart)).toBe('fits');
  expect(decideCode(server, v, picture, NOW - 180_000)).toBe('wrong'); // a minute that has not come
  expect(decideCode(server, v, picture, NOW + 180_000)).toBe('stale');
  expect(decideCode(server, { ...v, secret: 'f'.repeat(32) }, picture, NOW + 180_000)).toBe('wrong');
});
test('A-10 another voucher\'s digits never fit by chance in 20,000 tries more than the odds allow', () => {
  let hits = 0;
  for (let i = 0; i < 20_000; i += 1) if (decideCode(server, v, { kind: 'typed', locator: v.locator, digits: v.locator + String(i * 49).padStart(6, '0') }, NOW) === 'fits') hits += 1;
  expect(hits).toBeLessThanOrEqual(3);
});
test.each(['', '12345', '1234 5678 901', 'JK1.vch_x.1.ff', 'JK1.vch_0abcdefgh1.zz.XYZ', 'https://example.com'])('%p is no code of ours', (text) => expect(readCode(text)).toBeNull());
test('closing happens with the last live voucher, and never without one', () => {
  expect(decideClosing(1, 11_800, { rateBps: 800, capFen: 2_000 })).toEqual({ isLast: true, rewardPaidFen: 11_800, rewardFen: 944 });
  expect(decideClosing(2, 5_900, null)).toEqual({ isLast: false, rewardPaidFen: 5_900, rewardFen: 0 });
  expect(decideClosing(MAX_QUANTITY, 5_900, null).isLast).toBe(false);
  for (const live of [0, MAX_QUANTITY + 1]) expect(() => decideClosing(live, 1, null)).toThrow();
});
test('I-16 a reward stands on what is or can be used, not on what went back or ran out', () => {
  const all = ['issued', 'redeemed', 'refunding', 'refunded', 'expired', 'void'].map((state, i) => ({ state, paidFen: 10 ** i }));
  expect(standingFen(all)).toBe(11);
});

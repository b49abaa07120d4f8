/**
 * A self-signed X.509 v3 certificate written by hand in DER (node:crypto reads certificates but cannot make
 * them). Only what a WeChat Pay platform certificate needs: RSA 2048, sha256WithRSAEncryption, one CN.
 */
import { createPublicKey, sign, type KeyObject } from 'node:crypto';

const tlv = (tag: number, ...parts: Buffer[]): Buffer => {
  const body = Buffer.concat(parts);
  if (body.length < 0x80) return Buffer.concat([Buffer.from([tag, body.length]), body]);
  const hex = body.length.toString(16);
  const size = Buffer.from(hex.length % 2 ? `0${hex}` : hex, 'hex');
  return Buffer.concat([Buffer.from([tag, 0x80 | size.length]), size, body]);
};

const oid = (hex: string): Buffer => tlv(0x06, Buffer.from(hex, 'hex'));
const sequence = (...parts: Buffer[]): Buffer => tlv(0x30, ...parts);
const utf8 = (value: string): Buffer => tlv(0x0c, Buffer.from(value));
const positive = (bytes: Buffer): Buffer => tlv(0x02, bytes[0]! & 0x80 ? Buffer.concat([Buffer.from([0]), bytes]) : bytes);

// UTCTime holds two-digit years up to 2049 (RFC 5280 §4.1.2.5.1); later dates need GeneralizedTime.
const time = (ms: number): Buffer => {
  const digits = new Date(ms).toISOString().replace(/[-:T]|\.\d+Z$/g, '');
  return Number(digits.slice(0, 4)) < 2050
    ? tlv(0x17, Buffer.from(`${digits.slice(2)}Z`))
    : tlv(0x18, Buffer.from(`${digits}Z`));
};

const SHA256_WITH_RSA = sequence(oid('2a864886f70d01010b'), tlv(0x05));
const name = (cn: string): Buffer =>
  sequence(
    tlv(0x31, sequence(oid('55040a'), utf8('Sandbox stand-in, not Tenpay'))),
    tlv(0x31, sequence(oid('550403'), utf8(cn))),
  );

/** PEM certificate; `serial` is 40 hex digits, times are epoch milliseconds. */
export const selfSignedCertificate = (input: {
  privateKey: KeyObject;
  serial: string;
  commonName: string;
  fromMs: number;
  toMs: number;
}): string => {
  const subject = name(input.commonName);
  const spki = createPublicKey(input.privateKey).export({ type: 'spki', format: 'der' });
  const body = sequence(
    tlv(0xa0, tlv(0x02, Buffer.from([2]))),
    positive(Buffer.from(input.serial, 'hex')),
    SHA256_WITH_RSA,
    subject,
    sequence(time(input.fromMs), time(input.toMs)),
    subject,
    spki,
  );
  const signature = sign('sha256', body, input.privateKey);
  const der = sequence(body, SHA256_WITH_RSA, tlv(0x03, Buffer.from([0]), signature));
  const lines = der.toString('base64').match(/.{1,64}/g)!.join('\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
};

/**
 * Notices from WeChat Pay: nothing is believed before the signature over the raw bytes holds. Guards, F-25, F-32.
 * Steps and headers: pay.weixin.qq.com/doc/v3/partner, 回调通知处理. Probes ("WECHATPAY/SIGNTEST/…") fail like any forgery.
 */
import { createDecipheriv } from 'node:crypto';
import * as z from 'zod';
import { NOTICE_FRESH_MS } from '../contract/limits';
import { type WechatClient, verifyText } from './wechat-client';

type NoticeKind = 'payment' | 'combined' | 'refund' | 'transfer' | 'split' | 'unknown';
export interface ProviderNotice { noticeId: string; eventType: string; kind: NoticeKind; content: Record<string, unknown> }
export type Headers = Record<string, string | undefined>;

/** The notice is not taken: answer 401 and keep nothing but a count by reason. */
export class NoticeRejected extends Error {
  constructor(readonly reason: 'signature' | 'stale' | 'serial' | 'shape') {
    super(`notice rejected: ${reason}`);
    this.name = 'NoticeRejected';
  }
}

const envelope = z.object({
  id: z.string().min(1).max(64), event_type: z.string().max(64),
  resource: z.object({
    algorithm: z.literal('AEAD_AES_256_GCM'), ciphertext: z.string(), nonce: z.string(),
    associated_data: z.string().nullish(), original_type: z.string().nullish(),
  }),
});

/**
 * @param nowMs the database clock, so that one function's wrong clock decides nothing
 * Throws NoticeRejected.
 */
export function readNotice(client: WechatClient, headers: Headers, rawBody: Buffer | string, nowMs: number): ProviderNotice {
  const lower = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
  const [timestamp, nonce, signature, serial] = ['timestamp', 'nonce', 'signature', 'serial'].map((name) => lower[`wechatpay-${name}`]);
  if (!timestamp || !nonce || !signature || !serial || !/^\d{1,12}$/.test(timestamp)) throw new NoticeRejected('shape');
  const key = client.platformKey(serial);
  if (!key) throw new NoticeRejected('serial');
  const text = Buffer.concat([Buffer.from(`${timestamp}\n${nonce}\n`), Buffer.from(rawBody), Buffer.from('\n')]);
  if (!verifyText(text, signature, key)) throw new NoticeRejected('signature');
  if (Math.abs(Number(timestamp) * 1_000 - nowMs) > NOTICE_FRESH_MS) throw new NoticeRejected('stale');
  return opened(rawBody, client.config.apiV3Key);
}

function opened(rawBody: Buffer | string, apiV3Key: string): ProviderNotice {
  try {
    const { id, event_type: eventType, resource } = envelope.parse(JSON.parse(rawBody.toString()));
    const content = z.record(z.string(), z.unknown()).parse(JSON.parse(decrypted(resource, apiV3Key)));
    return { noticeId: id, eventType, kind: kindOf(eventType, resource.original_type ?? '', content), content };
  } catch {
    throw new NoticeRejected('shape');
  }
}

/** AEAD_AES_256_GCM: the last 16 bytes are the tag; any other length of tag is refused. */
function decrypted(resource: { ciphertext: string; nonce: string; associated_data?: string | null }, apiV3Key: string): string {
  const bytes = Buffer.from(resource.ciphertext, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', Buffer.from(apiV3Key), Buffer.from(resource.nonce), { authTagLength: 16 });
  decipher.setAuthTag(bytes.subarray(bytes.length - 16));
  decipher.setAAD(Buffer.from(resource.associated_data ?? ''));
  return Buffer.concat([decipher.update(bytes.subarray(0, bytes.length - 16)), decipher.final()]).toString('utf8');
}

/** A split's notice has the event type of a payment: only what it is about tells them apart. */
function kindOf(eventType: string, originalType: string, content: Record<string, unknown>): NoticeKind {
  if (originalType.startsWith('profitsharing') || (eventType.startsWith('TRANSACTION.') && 'receiver' in content)) return 'split';
  if (eventType.startsWith('TRANSACTION.') && 'out_trade_no' in content) return 'payment';
  if (eventType.startsWith('TRANSACTION.') && 'combine_out_trade_no' in content) return 'combined';
  if (eventType.startsWith('REFUND.')) return 'refund';
  if (eventType.startsWith('MCHTRANSFER.')) return 'transfer';
  return 'unknown';
}

/**
 * The trade bill of a day: every payment and refund as WeChat counted it, for reconciliation (I-26).
 * Format: pay.weixin.qq.com/docs/merchant/products/bill-download/format-trade.html. Columns are found by name, each cell
 * starts with a backtick, amounts are yuan as text; they become fen by digits, never through a float.
 */
import { createHash } from 'node:crypto';
import * as z from 'zod';
import { ProviderRefused } from '../kernel';
import { down, type WechatClient } from './wechat-client';

export interface BillLine {
  kind: 'payment' | 'refund';
  transactionId: string; paymentId: string;
  /** For a payment what was paid; for a refund what was asked back. Never negative. */
  amountFen: number;
  /** Of a refund that we asked for. */
  refundId: string | null;
}

const PATH = '/v3/bill/tradebill';
const answer = z.object({ hash_type: z.literal('SHA1'), hash_value: z.string(), download_url: z.string() });

/**
 * @param date YYYY-MM-DD, Beijing time; WeChat has it from about 10:00 of the next day
 * A day without trade is an empty list. Throws Unavailable while the bill is not made yet or does not match its hash.
 */
export async function tradeBill(client: WechatClient, date: string): Promise<BillLine[]> {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(date)) throw new TypeError(`not a date: ${date}`);
  try {
    const { hash_value: hash, download_url: address } = await client.get(`${PATH}?bill_date=${date}&bill_type=ALL`, answer);
    const { pathname, searchParams } = new URL(address);
    if (pathname !== '/v3/billdownload/file') throw down(PATH, 'a bill at an unexpected address');
    const bytes = await client.download(pathname, Object.fromEntries(searchParams));
    if (createHash('sha1').update(bytes).digest('hex') !== hash.toLowerCase()) throw down(PATH, 'a bill that does not match its hash');
    return parseBill(bytes.toString('utf8'));
  } catch (error) {
    if (!(error instanceof ProviderRefused)) throw error;
    if (error.code === 'NO_STATEMENT_EXIST') return [];
    if (error.code === 'STATEMENT_CREATING') throw down(PATH, 'the bill is not made yet');
    throw error;
  }
}

/** Throws a TypeError when the text is no trade bill: a misread amount would be worse than none. */
export function parseBill(csv: string): BillLine[] {
  const rows = csv.replace(/^\uFEFF/, '').split(/\r?\n/).filter(Boolean);
  const names = (rows[0] ?? '').split(',').map((name) => name.trim());
  const end = rows.findIndex((row, i) => i > 0 && !row.startsWith('`'));
  if (!names.includes('微信订单号') || end < 0) throw new TypeError('not a trade bill');
  const lines = rows.slice(1, end).map((row) => lineOf(names, row));
  const summary = Number(rows[end + 1]?.slice(1).split(',`')[0]);
  if (summary !== lines.length) throw new TypeError(`a trade bill of ${summary} lines that has ${lines.length}`);
  return lines;
}

function lineOf(names: string[], row: string): BillLine {
  const cells = row.slice(1).split(',`');
  if (cells.length !== names.length) throw new TypeError(`a bill line of ${cells.length} cells under ${names.length} names`);
  const cell = (name: string): string => {
    const at = names.indexOf(name);
    if (at < 0) throw new TypeError(`a trade bill without ${name}`);
    return cells[at]!.trim();
  };
  const kind = cell('交易状态') === 'SUCCESS' ? 'payment' : 'refund';
  return {
    kind, transactionId: cell('微信订单号'), paymentId: cell('商户订单号'), amountFen: yuanToFen(cell(kind === 'payment' ? '订单金额' : '申请退款金额')),
    refundId: kind === 'refund' ? cell('商户退款单号') || null : null,
  };
}

/** "12.3" → 1230: yuan with at most two decimals. Throws a TypeError for anything else. */
export function yuanToFen(text: string): number {
  const match = /^(\d{1,12})(?:\.(\d{1,2}))?$/.exec(text);
  if (!match) throw new TypeError(`not an amount in yuan: ${text}`);
  return Number(match[1]) * 100 + Number((match[2] ?? '').padEnd(2, '0'));
}

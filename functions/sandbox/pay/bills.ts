/**
 * Bills of day T, from T+1 on: trade, fund flow, profit sharing. UTF-8 with BOM, commas, every data field led by a
 * backtick, amounts in yuan, a summary line at the end; SHA1 is of the uncompressed text. The download URL lives
 * 5 minutes and its answer is unsigned, as documented. Far side of I-26, F-05, F-38.
 */
import { createHash, randomBytes } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import type { Answer, Call, Handler, Route, Sandbox } from '../context';
import { ok } from '../context';
import { PayError, paramError } from '../errors';
import { yuan } from '../pages/layout';
import type { Refund, Tx } from '../records';
import { DAY_MS, billTime, shanghaiDay, shanghaiHour } from '../time';
import { requireQuery } from './shared';

const LINK_VALID_MS = 5 * 60_000;
const KEPT_DAYS = 92;

interface Download { text: Buffer; gzip: boolean; untilMs: number }
const downloads = new WeakMap<Sandbox, Map<string, Download>>();
const downloadsOf = (sandbox: Sandbox): Map<string, Download> => {
  if (!downloads.has(sandbox)) downloads.set(sandbox, new Map());
  return downloads.get(sandbox)!;
};

const TRADE = '交易时间,公众账号ID,商户号,特约商户号,设备号,微信订单号,商户订单号,用户标识,交易类型,交易状态,付款银行,货币种类,应结订单金额,代金券金额';
const REFUND = '微信退款单号,商户退款单号,退款金额,充值券退款金额,退款类型,退款状态';
const TAIL = '商品名称,商户数据包,手续费,费率,订单金额';
const TRADE_HEADERS = {
  ALL: `${TRADE},${REFUND},${TAIL},申请退款金额,费率备注`,
  SUCCESS: `${TRADE},${TAIL},费率备注`,
  REFUND: `${TRADE},退款申请时间,退款成功时间,${REFUND},${TAIL},申请退款金额,费率备注`,
};
const TRADE_SUMMARY = '总交易单数,应结订单总金额,退款总金额,充值券退款总金额,手续费总金额,订单总金额,申请退款总金额';

const cell = (value: string): string => `\`${value.replace(/[,\r\n`]/g, ' ')}`;
const line = (values: readonly string[]): string => values.map(cell).join(',');
const file = (header: string, rows: string[][], summaryHeader: string, summary: string[]): Buffer =>
  Buffer.from(`\ufeff${[header, ...rows.map(line), summaryHeader, line(summary)].join('\r\n')}\r\n`);

/** Fee rate as WeChat prints it, e.g. `0.60%`. */
const rate = (bps: number): string => `${yuan(bps)}%`;
const fee = (fen: number): string => `${fen < 0 ? '-' : ''}${Math.floor(Math.abs(fen) / 100)}.${String(Math.abs(fen) % 100).padStart(2, '0')}000`;

const commonCells = (tx: Tx, atMs: number, state: string, settledFen: number): string[] => [
  billTime(atMs), tx.appid, tx.mchid, tx.subMchid ?? '0', '', tx.transactionId!, tx.outTradeNo, tx.payerOpenid ?? '', tx.tradeType, state, 'OTHERS', 'CNY', yuan(settledFen), '0.00',
];

const tradeBill = (sandbox: Sandbox, day: string, type: keyof typeof TRADE_HEADERS, subMchid: string | null): Buffer => {
  const { world, settings } = sandbox;
  const wanted = (tx: Tx, number: string): boolean => (!subMchid || tx.subMchid === subMchid) && !settings.billLeavesOut.includes(number);
  const paid = type === 'REFUND' ? [] : [...world.tables.tx.values()].filter((tx) => tx.paidAtMs !== undefined && shanghaiDay(tx.paidAtMs) === day && wanted(tx, tx.outTradeNo));
  const refunds = type === 'SUCCESS' ? [] : [...world.tables.refund.values()]
    .map((refund): [Refund, Tx] => [refund, world.get('tx', refund.txKey)!])
    .filter(([refund, tx]) => shanghaiDay(refund.createdAtMs) === day && wanted(tx, refund.outRefundNo));
  if (!paid.length && !refunds.length) throw noBill();
  const dated = [
    ...paid.map((tx) => ({
      atMs: tx.paidAtMs!,
      cells: [
        ...commonCells(tx, tx.paidAtMs!, 'SUCCESS', tx.totalFen),
        ...(type === 'ALL' ? ['0', '0', '0.00', '0.00', '', ''] : []),
        tx.description, tx.attach ?? '', fee(tx.feeFen), rate(settings.feeBps), yuan(tx.totalFen), ...(type === 'ALL' ? ['0.00'] : []), '',
      ],
    })),
    ...refunds.map(([refund, tx]) => ({
      atMs: refund.createdAtMs,
      cells: [
        ...commonCells(tx, refund.createdAtMs, 'REFUND', 0),
        ...(type === 'REFUND' ? [billTime(refund.createdAtMs), refund.successAtMs === undefined ? '' : billTime(refund.successAtMs)] : []),
        refund.refundId, refund.outRefundNo, yuan(refund.refundFen), '0.00', 'ORIGINAL', refund.state,
        tx.description, tx.attach ?? '', fee(-refund.feeReturnedFen), rate(settings.feeBps), '0.00', yuan(refund.refundFen), '',
      ],
    })),
  ].sort((a, b) => a.atMs - b.atMs);
  const sum = (values: number[]): number => values.reduce((total, value) => total + value, 0);
  const [paidFen, refundFen] = [sum(paid.map((tx) => tx.totalFen)), sum(refunds.map(([refund]) => refund.refundFen))];
  const feeFen = sum(paid.map((tx) => tx.feeFen)) - sum(refunds.map(([refund]) => refund.feeReturnedFen));
  return file(TRADE_HEADERS[type], dated.map(({ cells }) => cells), TRADE_SUMMARY, [
    String(dated.length), yuan(paidFen), yuan(refundFen), '0.00', fee(feeFen), yuan(paidFen), yuan(refundFen),
  ]);
};

const FLOW_HEADER = '记账时间,微信支付业务单号,资金流水单号,业务名称,业务类型,收支类型,收支金额(元),账户结余(元),资金变更提交申请人,备注,业务凭证号';
const FLOW_SUMMARY = '资金流水总笔数,收入笔数,收入金额,支出笔数,支出金额';

const fundFlowBill = (sandbox: Sandbox, day: string, mchid: string): Buffer => {
  const flows = [...sandbox.world.tables.flow.values()].filter((flow) => flow.mchid === mchid && shanghaiDay(flow.atMs) === day);
  if (!flows.length) throw noBill();
  const side = (incoming: boolean) => flows.filter(({ amountFen }) => (amountFen > 0) === incoming);
  const total = (incoming: boolean): string => yuan(Math.abs(side(incoming).reduce((sum, { amountFen }) => sum + amountFen, 0)));
  return file(FLOW_HEADER, flows.map((flow) => [
    billTime(flow.atMs), flow.businessNo, flow.key.replace('|', ''), flow.kind, flow.kind, flow.amountFen > 0 ? '收入' : '支出',
    yuan(Math.abs(flow.amountFen)), yuan(flow.balanceFen), 'system', flow.note, flow.voucherNo,
  ]), FLOW_SUMMARY, [String(flows.length), String(side(true).length), total(true), String(side(false).length), total(false)]);
};

const SPLIT_HEADER = '分账时间,分账发起方,分账方,微信订单号,微信分账/回退单号,分账明细单号,商户分账/回退单号,订单金额,分账接收方,分账金额,业务类型,处理状态,分账描述,备注';
const SPLIT_SUMMARY = '总笔数,分账总金额,回退总金额';

const splitBill = (sandbox: Sandbox, day: string, subMchid: string | null): Buffer => {
  const { world } = sandbox;
  const rows: string[][] = [];
  let [splitFen, backFen] = [0, 0];
  for (const split of world.tables.split.values()) {
    if (split.state !== 'FINISHED' || (subMchid && split.subMchid !== subMchid)) continue;
    const tx = world.get('tx', split.txKey)!;
    for (const part of split.parts) {
      if (shanghaiDay(part.finishedAtMs!) !== day || part.result !== 'SUCCESS') continue;
      const own = part.account === (tx.subMchid ?? tx.mchid);
      if (!own) splitFen += part.amountFen;
      rows.push([
        billTime(part.finishedAtMs!), tx.mchid, tx.subMchid ?? tx.mchid, tx.transactionId!, split.orderId, part.detailId, split.outOrderNo, yuan(tx.totalFen),
        part.account, yuan(part.amountFen), own ? '解冻' : '分账', '处理成功', part.description, '',
      ]);
    }
  }
  for (const item of world.tables.splitReturn.values()) {
    if (item.result !== 'SUCCESS' || shanghaiDay(item.finishedAtMs) !== day || (subMchid && item.subMchid !== subMchid)) continue;
    const tx = world.get('tx', world.get('split', item.splitKey)!.txKey)!;
    backFen += item.amountFen;
    rows.push([
      billTime(item.finishedAtMs), tx.mchid, item.returnMchid, tx.transactionId!, item.returnId, item.returnId, item.outReturnNo, yuan(tx.totalFen),
      tx.subMchid ?? tx.mchid, yuan(item.amountFen), '分账回退', '处理成功', item.description, '',
    ]);
  }
  if (!rows.length) throw noBill();
  return file(SPLIT_HEADER, rows, SPLIT_SUMMARY, [String(rows.length), yuan(splitFen), yuan(backFen)]);
};

const noBill = (): PayError => new PayError(400, 'NO_STATEMENT_EXIST', '账单文件不存在');

const billDay = (sandbox: Sandbox, call: Call): string => {
  const day = requireQuery(call, 'bill_date');
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day) || Number.isNaN(Date.parse(day))) throw paramError('/query/bill_date', '格式应为yyyy-MM-DD', day);
  const now = sandbox.now();
  if (day >= shanghaiDay(now)) throw paramError('/query/bill_date', '只能申请今天以前的账单', day);
  if (day < shanghaiDay(now - KEPT_DAYS * DAY_MS)) throw paramError('/query/bill_date', '仅支持三个月内的账单下载申请', day);
  if (day === shanghaiDay(now - DAY_MS) && shanghaiHour(now) < sandbox.settings.billReadyHour) throw new PayError(400, 'STATEMENT_CREATING', '账单生成中，请稍后再试');
  return day;
};

const offer = (sandbox: Sandbox, call: Call, text: Buffer): Answer => {
  const tarType = call.query.get('tar_type');
  if (tarType !== null && tarType !== 'GZIP') throw paramError('/query/tar_type', '取值应为 GZIP', tarType);
  const kept = downloadsOf(sandbox);
  for (const [token, download] of kept) if (download.untilMs <= Date.now()) kept.delete(token);
  const token = randomBytes(24).toString('base64url');
  kept.set(token, { text, gzip: tarType === 'GZIP', untilMs: Date.now() + LINK_VALID_MS });
  return ok({
    hash_type: 'SHA1', hash_value: createHash('sha1').update(text).digest('hex'),
    download_url: `${sandbox.url}/v3/billdownload/file?token=${token}${tarType ? '&tartype=gzip' : ''}`,
  });
};

const trade: Handler = (sandbox, call) => {
  const type = call.query.get('bill_type') ?? 'ALL';
  if (!(type in TRADE_HEADERS)) throw paramError('/query/bill_type', '取值应为 ALL、SUCCESS、REFUND 之一', type);
  return offer(sandbox, call, tradeBill(sandbox, billDay(sandbox, call), type as keyof typeof TRADE_HEADERS, call.query.get('sub_mchid')));
};

const fundFlow: Handler = (sandbox, call) => offer(sandbox, call, fundFlowBill(sandbox, billDay(sandbox, call), sandbox.keys.saved.spMchid));

const split: Handler = (sandbox, call) => offer(sandbox, call, splitBill(sandbox, billDay(sandbox, call), call.query.get('sub_mchid')));

const download: Handler = (sandbox, { query }) => {
  const found = downloadsOf(sandbox).get(query.get('token') ?? '');
  if (!found || found.untilMs <= Date.now()) throw new PayError(404, 'RESOURCE_NOT_EXISTS', '下载地址已失效');
  return { status: 200, body: found.gzip ? gzipSync(found.text) : found.text, unsigned: true, headers: { 'Content-Type': found.gzip ? 'application/x-gzip' : 'text/plain; charset=utf-8' } };
};

export const billRoutes: Route[] = [
  { method: 'GET', path: '/v3/bill/tradebill', name: 'bill', handle: trade },
  { method: 'GET', path: '/v3/bill/fundflowbill', name: 'bill', handle: fundFlow },
  { method: 'GET', path: '/v3/profitsharing/bills', name: 'bill', handle: split },
  { method: 'GET', path: '/v3/billdownload/file', name: 'billDownload', handle: download },
];

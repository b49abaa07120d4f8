/**
 * 分账回退: takes split money back from a merchant receiver to the payee's available balance. Never from persons,
 * never more than was split to that receiver, within 180 days; synchronous, so the answer already has the result.
 * Subsidies of 电商收付通 (补差), which move the platform's own money to the payee before the split, live here too.
 */
import { OUT_NO_64, checkFields, fen, must, text } from '../check';
import { ok, type Body, type Handler, type Route, type Sandbox } from '../context';
import { invalidRequest, paramError } from '../errors';
import type { Split, SplitReturn, Subsidy, Tx } from '../records';
import { DAY_MS, rfc3339 } from '../time';
import { balanceOf, digest, moveBalance, newSplitId, notEnough, payeeOf, repeatedDifferently, requireQuery, resourceNotExists } from './shared';

const RETURN_DAYS = 180;

const view = (item: SplitReturn, split: Split, tx: Tx): Record<string, unknown> => ({
  ...(item.subMchid ? { sub_mchid: item.subMchid } : {}),
  ...(item.ecommerce ? { transaction_id: tx.transactionId } : {}),
  order_id: split.orderId,
  out_order_no: split.outOrderNo,
  out_return_no: item.outReturnNo,
  [item.ecommerce ? 'return_no' : 'return_id']: item.returnId,
  return_mchid: item.returnMchid,
  amount: item.amountFen,
  description: item.description,
  result: item.result,
  ...(item.failReason ? { fail_reason: item.failReason } : {}),
  create_time: rfc3339(item.createdAtMs),
  finish_time: rfc3339(item.finishedAtMs),
});

const findSplit = (sandbox: Sandbox, body: Body): Split => {
  if (!body.order_id && !body.out_order_no) throw paramError('/body/out_order_no', 'order_id与out_order_no二选一必填');
  const split = body.out_order_no
    ? sandbox.world.get('split', `${sandbox.keys.saved.spMchid}|${body.out_order_no}`)
    : [...sandbox.world.tables.split.values()].find((one) => one.orderId === body.order_id);
  if (!split || (body.order_id && split.orderId !== body.order_id) || split.subMchid !== body.sub_mchid) throw resourceNotExists('分账单不存在');
  return split;
};

const returnedFen = (sandbox: Sandbox, splitKey: string, mchid: string): number => {
  let sumFen = 0;
  for (const one of sandbox.world.tables.splitReturn.values()) {
    if (one.splitKey === splitKey && one.returnMchid === mchid && one.result === 'SUCCESS') sumFen += one.amountFen;
  }
  return sumFen;
};

const create = (ecommerce: boolean): Handler => (sandbox, { body }) => {
  checkFields({
    sub_mchid: ecommerce ? must(32) : text(32), order_id: text(64), out_order_no: text(64), out_return_no: OUT_NO_64, return_mchid: must(32),
    amount: fen(), description: must(80), ...(ecommerce ? { transaction_id: text(32) } : {}),
  }, body);
  const { world, keys } = sandbox;
  const key = `${keys.saved.spMchid}|${body.out_return_no}`;
  const bodyHash = digest(body);
  const before = world.get('splitReturn', key);
  if (before) {
    if (before.bodyHash !== bodyHash) throw repeatedDifferently();
    const split = world.get('split', before.splitKey)!;
    return ok(view(before, split, world.get('tx', split.txKey)!));
  }
  const split = findSplit(sandbox, body);
  const tx = world.get('tx', split.txKey)!;
  const part = split.parts.find((one) => one.type === 'MERCHANT_ID' && one.account === body.return_mchid && one.account !== payeeOf(tx));
  if (!part) throw invalidRequest('回退方不是该分账单的商户接收方，不支持回退');
  if (part.result !== 'SUCCESS') throw invalidRequest('分账未成功，不支持回退');
  if (sandbox.now() - split.createdAtMs > RETURN_DAYS * DAY_MS) throw invalidRequest('已超过可回退期限');
  if (returnedFen(sandbox, split.key, body.return_mchid) + body.amount > part.amountFen) throw notEnough('回退金额超过可回退金额');
  const enough = balanceOf(sandbox, body.return_mchid).availableFen >= body.amount;
  const now = sandbox.now();
  const item: SplitReturn = {
    key, ecommerce, returnId: newSplitId(sandbox), outReturnNo: body.out_return_no, splitKey: split.key, subMchid: split.subMchid, returnMchid: body.return_mchid,
    amountFen: body.amount, description: body.description, bodyHash, result: enough ? 'SUCCESS' : 'FAILED',
    ...(enough ? {} : { failReason: 'BALANCE_NOT_ENOUGH' }), createdAtMs: now, finishedAtMs: now,
  };
  if (enough) {
    const flow = { businessNo: item.returnId, voucherNo: item.outReturnNo, kind: '分账回退', note: item.description };
    moveBalance(sandbox, { ...flow, mchid: item.returnMchid, amountFen: -item.amountFen });
    moveBalance(sandbox, { ...flow, mchid: payeeOf(tx), amountFen: item.amountFen });
  }
  world.save('splitReturn', item);
  return ok(view(item, split, tx));
};

const query = (ecommerce: boolean): Handler => (sandbox, call) => {
  const outReturnNo = ecommerce ? requireQuery(call, 'out_return_no') : call.params.out_return_no!;
  const item = sandbox.world.get('splitReturn', `${sandbox.keys.saved.spMchid}|${outReturnNo}`);
  const split = item && sandbox.world.get('split', item.splitKey);
  if (!item || !split || (call.query.get('sub_mchid') ?? undefined) !== item.subMchid) throw resourceNotExists('回退单不存在');
  const outOrderNo = call.query.get('out_order_no');
  if (!ecommerce && !outOrderNo) throw paramError('/query/out_order_no', '此字段为必填项');
  if (outOrderNo && outOrderNo !== split.outOrderNo) throw resourceNotExists('回退单不存在');
  return ok(view(item, split, sandbox.world.get('tx', split.txKey)!));
};

const SUBSIDY_FIELDS = {
  create: { sub_mchid: must(32), transaction_id: must(32), amount: fen(), description: must(80), refund_id: text(64), out_subsidy_no: text(64) },
  return: { sub_mchid: must(32), transaction_id: must(32), amount: fen(), description: must(80), refund_id: text(64), out_order_no: must(64) },
  cancel: { sub_mchid: must(32), transaction_id: must(32), description: must(80), out_subsidy_no: text(64) },
} as const;

/** Platform money to an order that was announced with it (create, once), back (return, once a refund), or none after all (cancel). */
const subsidy = (kind: Subsidy['kind']): Handler => (sandbox, { body }) => {
  checkFields(SUBSIDY_FIELDS[kind], body);
  const { world, keys } = sandbox;
  const outNo: string = body.out_subsidy_no ?? body.out_order_no ?? body.transaction_id;
  const key = `${kind}|${outNo}`;
  const bodyHash = digest(body);
  const tx = world.txByTransactionId(body.transaction_id);
  if (!tx || tx.subMchid !== body.sub_mchid) throw resourceNotExists('订单不存在');
  const before = world.get('subsidy', key);
  if (before && before.bodyHash !== bodyHash) throw repeatedDifferently();
  const item = before ?? applySubsidy(sandbox, tx, { kind, key, outNo, bodyHash, amountFen: kind === 'cancel' ? 0 : body.amount, description: body.description, refundId: body.refund_id });
  const base = { sub_mchid: tx.subMchid, transaction_id: tx.transactionId, description: item.description };
  if (kind === 'cancel') return ok({ ...base, result: 'SUCCESS' });
  const ids = kind === 'create' ? { subsidy_id: item.subsidyId } : { subsidy_refund_id: item.subsidyId, out_order_no: item.outNo };
  return ok({ ...base, ...ids, amount: item.amountFen, result: 'SUCCESS', success_time: rfc3339(item.createdAtMs), sp_mchid: keys.saved.spMchid });
};

/** The amount announced, or less when something of the order was refunded; one for an order. */
const checkOnce = (tx: Tx, { kind, amountFen }: Pick<Subsidy, 'kind' | 'amountFen'>): void => {
  if (tx.splitFinished) throw invalidRequest('订单已完结分账，不支持补差');
  if (tx.subsidySettled) throw invalidRequest('一笔订单只能补差一笔');
  if (amountFen > tx.subsidyMaxFen) throw invalidRequest('补差金额不能超过下单时的补差金额');
  if (amountFen < tx.subsidyMaxFen && tx.refundedFen === 0) throw invalidRequest(kind === 'cancel' ? '订单未发生退款，不支持取消补差' : '补差金额与下单时的补差金额不一致');
};
const checkReturn = (sandbox: Sandbox, tx: Tx, refundId: string | undefined): void => {
  const refund = [...sandbox.world.tables.refund.values()].find((one) => one.refundId === refundId && one.txKey === tx.key);
  if (!refund) throw invalidRequest('补差回退须有对应的微信退款单号');
  if ([...sandbox.world.tables.subsidy.values()].some((one) => one.kind === 'return' && one.refundId === refundId)) throw invalidRequest('一笔微信退款单只允许补差回退一次');
};

const applySubsidy = (sandbox: Sandbox, tx: Tx, input: Omit<Subsidy, 'subsidyId' | 'txKey' | 'createdAtMs'>): Subsidy => {
  const own = sandbox.keys.saved.spMchid;
  const [signFen, payer] = input.kind === 'create' ? [input.amountFen, own] : [-input.amountFen, payeeOf(tx)];
  if (!tx.profitSharing) throw invalidRequest('补差订单须为分账订单');
  if (tx.subsidyMaxFen === 0) throw invalidRequest('下单时未传入补差金额');
  if (input.kind !== 'return') checkOnce(tx, input);
  if (input.kind === 'return') checkReturn(sandbox, tx, input.refundId);
  if (input.kind !== 'create' && input.amountFen > tx.subsidyFen) throw notEnough('补差回退金额大于已补差金额');
  const fromFrozen = input.kind !== 'create' && !tx.splitFinished;
  const available = fromFrozen ? tx.frozenFen : balanceOf(sandbox, payer).availableFen;
  if (available < input.amountFen) throw notEnough('账户余额不足');
  const item: Subsidy = { ...input, subsidyId: newSplitId(sandbox), txKey: tx.key, createdAtMs: sandbox.now() };
  const flow = { businessNo: item.subsidyId, voucherNo: item.outNo, kind: '补差', note: item.description };
  moveBalance(sandbox, { ...flow, mchid: own, amountFen: -signFen });
  if (!tx.splitFinished) tx.frozenFen += signFen;
  else moveBalance(sandbox, { ...flow, mchid: payeeOf(tx), amountFen: signFen });
  tx.subsidyFen += signFen;
  tx.subsidySettled = true;
  sandbox.world.save('tx', tx);
  sandbox.world.save('subsidy', item);
  return item;
};

export const splitReturnRoutes: Route[] = [
  { method: 'POST', path: '/v3/profitsharing/return-orders', name: 'splitReturn', handle: create(false) },
  { method: 'GET', path: '/v3/profitsharing/return-orders/:out_return_no', name: 'splitReturnQuery', handle: query(false) },
  { method: 'POST', path: '/v3/ecommerce/profitsharing/returnorders', name: 'splitReturn', handle: create(true) },
  { method: 'GET', path: '/v3/ecommerce/profitsharing/returnorders', name: 'splitReturnQuery', handle: query(true) },
  { method: 'POST', path: '/v3/ecommerce/subsidies/create', name: 'subsidy', handle: subsidy('create') },
  { method: 'POST', path: '/v3/ecommerce/subsidies/return', name: 'subsidy', handle: subsidy('return') },
  { method: 'POST', path: '/v3/ecommerce/subsidies/cancel', name: 'subsidy', handle: subsidy('cancel') },
];

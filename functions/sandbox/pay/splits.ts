/**
 * Profit sharing (分账): receivers, split, unfreeze, and their queries. Only orders flagged at prepay; 1 minute after
 * payment; all splits of an order together at most the configured share; 50 calls, 50 receivers each; asynchronous.
 * After 30 (180) days the rest unfreezes by itself. Plain, partner and 电商收付通 paths.
 */
import { OUT_NO_64, checkFields, fen, flag, list, must, object, text, type Fields } from '../check';
import { ok, type Body, type Call, type Handler, type Route, type Sandbox } from '../context';
import { PayError, invalidRequest, paramError } from '../errors';
import type { Split, SplitPart, Tx } from '../records';
import { rfc3339 } from '../time';
import { openSensitive, sealSensitive } from '../wire';
import { digest, moveBalance, newSplitId, notEnough, payeeOf, repeatedDifferently, requireBoundAppid, requireQuery, resourceNotExists } from './shared';

const WAIT_MS = 60_000;
const MAX_CALLS = 50;
const MAX_RECEIVERS_PER_MERCHANT = 20_000;

const TYPE = must(32, { oneOf: ['MERCHANT_ID', 'PERSONAL_OPENID', 'PERSONAL_SUB_OPENID'] });
const WHO: Fields = { sub_mchid: text(32), appid: must(32), sub_appid: text(32), type: TYPE, account: must(64) };
const RELATIONS = ['STORE', 'STAFF', 'STORE_OWNER', 'PARTNER', 'HEADQUARTER', 'BRAND', 'DISTRIBUTOR', 'USER', 'SUPPLIER', 'PLATFORM', 'OTHERS', 'CUSTOM', 'SERVICE_PROVIDER'] as const;

const receiverFields = (ecommerce: boolean): Fields => ecommerce
  ? { appid: must(32), type: TYPE, account: must(64), name: text(10240), encrypted_name: text(10240), relation_type: must(32, { oneOf: RELATIONS }), custom_relation: text(10) }
  : { ...WHO, name: text(10240), relation_type: must(32, { oneOf: RELATIONS }), custom_relation: text(10) };

const ownerOf = (sandbox: Sandbox, body: Body, ecommerce: boolean): string => ecommerce ? `ec:${sandbox.keys.saved.spMchid}` : body.sub_mchid ?? sandbox.keys.saved.spMchid;
const receiverKey = (owner: string, type: string, account: string): string => `${owner}|${type}|${account}`;

const addReceiver = (ecommerce: boolean): Handler => (sandbox, { body, headers }) => {
  checkFields(receiverFields(ecommerce), body);
  const sealedName = body.encrypted_name ?? (ecommerce ? undefined : body.name);
  const name = sealedName ? openSensitive(sandbox.keys, headers['wechatpay-serial'] as string | undefined, '/body/name', sealedName) : undefined;
  requireBoundAppid(sandbox, body.appid);
  const owner = ownerOf(sandbox, body, ecommerce);
  const key = receiverKey(owner, body.type, body.account);
  const ofOwner = [...sandbox.world.tables.receiver.values()].filter((receiver) => receiver.payee === owner).length;
  // Binding twice is a success and changes nothing (official FAQ).
  if (!sandbox.world.get('receiver', key)) {
    if (ofOwner >= MAX_RECEIVERS_PER_MERCHANT) throw new PayError(403, 'RULE_LIMIT', '分账接收方数量超过上限');
    sandbox.world.save('receiver', {
      key, payee: owner, type: body.type, account: body.account, name: body.name, relationType: body.relation_type, customRelation: body.custom_relation,
    });
  }
  const shown = { type: body.type, account: body.account, ...(name && body.name ? { name: sealSensitive(sandbox.keys, name) } : {}), relation_type: body.relation_type };
  return ok({ ...(body.sub_mchid ? { sub_mchid: body.sub_mchid } : {}), ...shown, ...(body.custom_relation ? { custom_relation: body.custom_relation } : {}) });
};

const deleteReceiver = (ecommerce: boolean): Handler => (sandbox, { body }) => {
  checkFields(ecommerce ? { appid: must(32), type: TYPE, account: must(64) } : WHO, body);
  sandbox.world.remove('receiver', receiverKey(ownerOf(sandbox, body, ecommerce), body.type, body.account));
  return ok({ ...(body.sub_mchid ? { sub_mchid: body.sub_mchid } : {}), type: body.type, account: body.account });
};

/** Frees what is left frozen to the payee; no split is possible afterwards. Returns the amount. */
const unfreezeRest = (sandbox: Sandbox, tx: Tx, note: string): number => {
  const restFen = tx.frozenFen;
  tx.frozenFen = 0;
  tx.splitFinished = true;
  sandbox.world.save('tx', tx);
  moveBalance(sandbox, { mchid: payeeOf(tx), amountFen: restFen, kind: '交易', businessNo: tx.transactionId!, voucherNo: tx.outTradeNo, note });
  return restFen;
};

/** Unfreezes by time: 30 days after payment, 180 on 电商收付通. */
export const unfreezeIfDue = (sandbox: Sandbox, tx: Tx): Tx => {
  const due = tx.profitSharing && !tx.splitFinished && tx.paidAtMs !== undefined && sandbox.now() >= tx.paidAtMs + sandbox.settings.freezeDays * 86_400_000;
  if (due) unfreezeRest(sandbox, tx, '逾期解冻');
  return tx;
};

const splitView = (split: Split, tx: Tx): Record<string, unknown> => ({
  ...(tx.subMchid ? { sub_mchid: tx.subMchid } : {}),
  transaction_id: tx.transactionId,
  out_order_no: split.outOrderNo,
  order_id: split.orderId,
  ...(split.ecommerce ? { status: split.state } : { state: split.state }),
  receivers: split.parts.map((part) => ({
    ...(split.ecommerce ? { receiver_account: part.account, receiver_mchid: part.type === 'MERCHANT_ID' ? part.account : '' } : { account: part.account }),
    type: part.type,
    amount: part.amountFen,
    description: part.description,
    result: part.result,
    ...(part.failReason ? { fail_reason: part.failReason } : {}),
    detail_id: part.detailId,
    create_time: rfc3339(part.createdAtMs),
    finish_time: rfc3339(part.finishedAtMs ?? part.createdAtMs),
  })),
});

const readReceivers = (body: Body, ecommerce: boolean): { type: string; account: string; amountFen: number; description: string }[] =>
  body.receivers.map((receiver: Body) => ({
    type: receiver.type ?? 'MERCHANT_ID',
    account: ecommerce ? receiver.receiver_account ?? receiver.receiver_mchid : receiver.account,
    amountFen: receiver.amount,
    description: receiver.description,
  }));

const splitFields = (ecommerce: boolean): Fields => ecommerce
  ? {
      appid: text(32), sub_mchid: must(32), transaction_id: must(32), out_order_no: OUT_NO_64, finish: { kind: 'boolean', required: true },
      receivers: list(object({ type: text(32, { oneOf: TYPE.kind === 'string' ? TYPE.oneOf : [] }), receiver_account: text(64), receiver_mchid: text(32), amount: fen(), description: must(80), receiver_name: text(10240) }), 1, 50),
    }
  : {
      sub_mchid: text(32), appid: must(32), sub_appid: text(32), transaction_id: must(32), out_order_no: OUT_NO_64, unfreeze_unsplit: { ...flag, required: true },
      receivers: list(object({ type: TYPE, account: must(64), name: text(10240), amount: fen(), description: must(80) }), 1, 50),
    };

/** Ciphertexts differ each time, so the clear names take their place where a repeat is compared. */
const withClearNames = (sandbox: Sandbox, { body, headers }: Call, field: 'name' | 'receiver_name'): Body => ({
  ...body,
  receivers: body.receivers.map((receiver: Body, i: number) => ({
    ...receiver,
    ...(receiver[field] ? { [field]: openSensitive(sandbox.keys, headers['wechatpay-serial'] as string | undefined, `/body/receivers/${i}/${field}`, receiver[field]) } : {}),
  })),
});

const orderFor = (sandbox: Sandbox, body: Body): Tx => {
  const tx = sandbox.world.txByTransactionId(body.transaction_id);
  if (!tx || tx.subMchid !== body.sub_mchid) throw resourceNotExists('订单不存在');
  return unfreezeIfDue(sandbox, tx);
};

const keyOf = (sandbox: Sandbox, outOrderNo: string): string => `${sandbox.keys.saved.spMchid}|${outOrderNo}`;

/** The earlier request of the same number, or undefined; another content under it is refused. */
const earlier = (sandbox: Sandbox, body: Body, kind: Split['kind'], bodyHash: string): Split | undefined => {
  const before = sandbox.world.get('split', keyOf(sandbox, body.out_order_no));
  if (!before) return undefined;
  if (before.kind !== kind || before.bodyHash !== bodyHash) throw kind === 'split' ? invalidRequest('分账接收方与原请求不一致') : repeatedDifferently();
  return before;
};

const checkSplit = (sandbox: Sandbox, tx: Tx, receivers: ReturnType<typeof readReceivers>, owner: string): number => {
  const payee = payeeOf(tx);
  if (!tx.profitSharing) throw invalidRequest('非分账订单不支持分账');
  if (tx.subsidyMaxFen > 0 && !tx.subsidySettled) throw invalidRequest('补差订单未补差，不支持分账');
  if (sandbox.now() - tx.paidAtMs! < WAIT_MS) throw invalidRequest('订单处理中，请稍后重试');
  if (tx.refundedFen === tx.totalFen) throw notEnough('分账金额不足');
  if (tx.splitFinished) throw invalidRequest('订单已完结分账，不支持分账');
  if (tx.splitCount >= MAX_CALLS) throw new PayError(403, 'RULE_LIMIT', '一笔订单最多能发起50次分账请求');
  const names = new Set(receivers.map(({ type, account }) => `${type}|${account}`));
  if (names.size !== receivers.length) throw paramError('/body/receivers', '同一接收方不能重复', undefined, '单次分账不能向同一接收方分多笔');
  for (const { type, account } of receivers) {
    const toItself = type === 'MERCHANT_ID' && account === payee;
    if (!toItself && !sandbox.world.get('receiver', receiverKey(owner, type, account))) throw invalidRequest('分账接收方关系不存在，请检查参数中每个接收方的关系');
  }
  const sumFen = receivers.reduce((sum, { amountFen }) => sum + amountFen, 0);
  if (sumFen > tx.frozenFen) throw notEnough('分账金额不足');
  const outFen = receivers.reduce((sum, { type, account, amountFen }) => sum + (type === 'MERCHANT_ID' && account === payee ? 0 : amountFen), 0);
  if (tx.splitFen + outFen > Math.floor((tx.totalFen * sandbox.settings.maxSplitBps) / 10_000)) throw new PayError(403, 'RULE_LIMIT', '分账金额超出最大分账比例');
  return outFen;
};

const create = (ecommerce: boolean): Handler => {
  const fields = splitFields(ecommerce);
  return (sandbox, call) => {
    const { body } = call;
    checkFields(fields, body);
    if (body.appid) requireBoundAppid(sandbox, body.appid);
    const bodyHash = digest(withClearNames(sandbox, call, ecommerce ? 'receiver_name' : 'name'));
    const tx = orderFor(sandbox, body);
    const before = earlier(sandbox, body, 'split', bodyHash);
    if (before) return ok(splitView(before, tx));
    const receivers = readReceivers(body, ecommerce);
    const outFen = checkSplit(sandbox, tx, receivers, ownerOf(sandbox, body, ecommerce));
    const now = sandbox.now();
    const split: Split = {
      key: keyOf(sandbox, body.out_order_no), kind: 'split', ecommerce, orderId: newSplitId(sandbox), outOrderNo: body.out_order_no, txKey: tx.key,
      subMchid: tx.subMchid, state: 'PROCESSING', unfreezeRest: body.unfreeze_unsplit === true || body.finish === true, bodyHash, createdAtMs: now,
      parts: receivers.map((receiver): SplitPart => ({ ...receiver, result: 'PENDING', detailId: newSplitId(sandbox), createdAtMs: now })),
    };
    tx.splitCount += 1;
    tx.splitFen += outFen;
    tx.frozenFen -= receivers.reduce((sum, { amountFen }) => sum + amountFen, 0);
    sandbox.world.save('tx', tx);
    // The rest stops being splittable at once, though it is paid out when the split is finished.
    if (split.unfreezeRest) addRest(sandbox, split, tx);
    sandbox.world.save('split', split);
    scheduleSplit(sandbox, split);
    return ok(splitView(split, tx));
  };
};

const addRest = (sandbox: Sandbox, split: Split, tx: Tx): void => {
  split.parts.push({
    type: 'MERCHANT_ID', account: payeeOf(tx), amountFen: tx.frozenFen, description: '解冻给分账方', result: 'PENDING', detailId: newSplitId(sandbox), createdAtMs: sandbox.now(),
  });
  tx.frozenFen = 0;
  tx.splitFinished = true;
  sandbox.world.save('tx', tx);
};

const unfreeze = (ecommerce: boolean): Handler => (sandbox, { body }) => {
  checkFields({ sub_mchid: ecommerce ? must(32) : text(32), transaction_id: must(32), out_order_no: OUT_NO_64, description: must(80) }, body);
  const bodyHash = digest(body);
  const tx = orderFor(sandbox, body);
  const before = earlier(sandbox, body, 'unfreeze', bodyHash);
  if (before) return ok(ecommerce ? finishView(before, tx) : splitView(before, tx));
  if (!tx.profitSharing) throw invalidRequest('非分账订单不支持分账');
  if (tx.subsidyMaxFen > 0 && !tx.subsidySettled) throw invalidRequest('补差订单未补差，不支持分账');
  if (sandbox.now() - tx.paidAtMs! < WAIT_MS) throw invalidRequest('订单处理中，请稍后重试');
  if (tx.splitFinished) throw invalidRequest('订单已完结分账，不支持分账');
  const split: Split = {
    key: keyOf(sandbox, body.out_order_no), kind: 'unfreeze', ecommerce, orderId: newSplitId(sandbox), outOrderNo: body.out_order_no, txKey: tx.key,
    subMchid: tx.subMchid, state: 'PROCESSING', unfreezeRest: true, bodyHash, createdAtMs: sandbox.now(), parts: [],
  };
  addRest(sandbox, split, tx);
  split.parts[0]!.description = body.description;
  sandbox.world.save('split', split);
  scheduleSplit(sandbox, split);
  return ok(ecommerce ? finishView(split, tx) : splitView(split, tx));
};

const finishView = (split: Split, tx: Tx): Record<string, unknown> => ({
  sub_mchid: tx.subMchid, transaction_id: tx.transactionId, out_order_no: split.outOrderNo, order_id: split.orderId,
});

export const scheduleSplit = (sandbox: Sandbox, split: Split): void =>
  sandbox.later(sandbox.settings.splitDelayMs, () => finishSplit(sandbox, split.key));

/** Pays every part that can be paid; a receiver whose relation is gone is CLOSED and the money returns to the payee. */
const finishSplit = (sandbox: Sandbox, key: string): void => {
  const split = sandbox.world.get('split', key);
  if (!split || split.state === 'FINISHED') return;
  const tx = sandbox.world.get('tx', split.txKey)!;
  const payee = payeeOf(tx);
  const owner = split.ecommerce ? `ec:${sandbox.keys.saved.spMchid}` : split.subMchid ?? sandbox.keys.saved.spMchid;
  for (const part of split.parts) {
    const own = part.type === 'MERCHANT_ID' && part.account === payee;
    const related = own || sandbox.world.get('receiver', receiverKey(owner, part.type, part.account)) !== undefined;
    part.result = related ? 'SUCCESS' : 'CLOSED';
    part.finishedAtMs = sandbox.now();
    if (!related) {
      part.failReason = 'NO_RELATION';
      tx.splitFen -= part.amountFen;
      if (!tx.splitFinished) tx.frozenFen += part.amountFen;
      else moveBalance(sandbox, { mchid: payee, amountFen: part.amountFen, kind: '分账', businessNo: split.orderId, voucherNo: split.outOrderNo, note: '分账失败退回' });
    } else if (part.type === 'MERCHANT_ID') {
      moveBalance(sandbox, { mchid: part.account, amountFen: part.amountFen, kind: own ? '交易' : '分账', businessNo: split.orderId, voucherNo: split.outOrderNo, note: part.description });
      if (!own) notifyReceiver(sandbox, split, tx, part);
    }
  }
  split.state = 'FINISHED';
  sandbox.world.save('tx', tx);
  sandbox.world.save('split', split);
};

/** 分账动账通知: only to merchant receivers, and only where a URL is configured (here: a setting). */
const notifyReceiver = (sandbox: Sandbox, split: Split, tx: Tx, part: SplitPart): void =>
  sandbox.notices.send({
    url: part.account === sandbox.keys.saved.spMchid ? sandbox.settings.splitNotifyUrl : '',
    eventType: 'TRANSACTION.SUCCESS',
    originalType: 'profitsharing',
    summary: '分账',
    plaintext: {
      ...(tx.subMchid ? { sp_mchid: tx.mchid, sub_mchid: tx.subMchid } : { mchid: tx.mchid }),
      transaction_id: tx.transactionId, order_id: split.orderId, out_order_no: split.outOrderNo,
      receiver: { type: part.type, account: part.account, amount: part.amountFen, description: part.description },
      success_time: rfc3339(part.finishedAtMs!),
    },
  });

const query = (ecommerce: boolean): Handler => (sandbox, call) => {
  const transactionId = requireQuery(call, 'transaction_id');
  const outOrderNo = ecommerce ? requireQuery(call, 'out_order_no') : call.params.out_order_no!;
  const split = sandbox.world.get('split', keyOf(sandbox, outOrderNo));
  const tx = split && sandbox.world.get('tx', split.txKey);
  if (!split || !tx || tx.transactionId !== transactionId || (call.query.get('sub_mchid') ?? undefined) !== tx.subMchid) throw resourceNotExists('分账单不存在');
  return ok(splitView(split, tx));
};

const amounts: Handler = (sandbox, { params }) => {
  const tx = sandbox.world.txByTransactionId(params.transaction_id!);
  if (!tx) throw resourceNotExists('订单不存在');
  if (!tx.profitSharing) throw invalidRequest('非分账订单不支持分账');
  return ok({ transaction_id: tx.transactionId, unsplit_amount: unfreezeIfDue(sandbox, tx).frozenFen });
};

const merchantConfig: Handler = (sandbox, { params }) => ok({ sub_mchid: params.sub_mchid, max_ratio: sandbox.settings.maxSplitBps });

export const splitRoutes: Route[] = [
  { method: 'POST', path: '/v3/profitsharing/receivers/add', name: 'receivers', handle: addReceiver(false) },
  { method: 'POST', path: '/v3/profitsharing/receivers/delete', name: 'receivers', handle: deleteReceiver(false) },
  { method: 'POST', path: '/v3/profitsharing/orders', name: 'split', handle: create(false) },
  { method: 'POST', path: '/v3/profitsharing/orders/unfreeze', name: 'unfreeze', handle: unfreeze(false) },
  { method: 'GET', path: '/v3/profitsharing/orders/:out_order_no', name: 'splitQuery', handle: query(false) },
  { method: 'GET', path: '/v3/profitsharing/transactions/:transaction_id/amounts', name: 'splitQuery', handle: amounts },
  { method: 'GET', path: '/v3/profitsharing/merchant-configs/:sub_mchid', name: 'splitQuery', handle: merchantConfig },
  { method: 'POST', path: '/v3/ecommerce/profitsharing/receivers/add', name: 'receivers', handle: addReceiver(true) },
  { method: 'POST', path: '/v3/ecommerce/profitsharing/receivers/delete', name: 'receivers', handle: deleteReceiver(true) },
  { method: 'POST', path: '/v3/ecommerce/profitsharing/orders', name: 'split', handle: create(true) },
  { method: 'GET', path: '/v3/ecommerce/profitsharing/orders', name: 'splitQuery', handle: query(true) },
  { method: 'POST', path: '/v3/ecommerce/profitsharing/finish-order', name: 'unfreeze', handle: unfreeze(true) },
  { method: 'GET', path: '/v3/ecommerce/profitsharing/orders/:transaction_id/amounts', name: 'splitQuery', handle: amounts },
];

/**
 * Merchant transfer (商家转账, user confirms): idempotent by out_bill_no, at least 0.1 yuan, a name from 2,000 yuan on,
 * WAIT_USER_CONFIRM until the person confirms, closed after 24 hours. Far side of F-27, F-28.
 * docs: pay.weixin.qq.com/doc/v3 商家转账 发起转账, 查询, 撤销, MCHTRANSFER.BILL.FINISHED
 */
import { checkFields, list, must, object, text } from '../check';
import { ok, type Handler, type Route, type Sandbox } from '../context';
import { PayError, invalidRequest, paramError } from '../errors';
import type { Transfer } from '../records';
import { DAY_MS, rfc3339 } from '../time';
import { openSensitive } from '../wire';
import { balanceOf, checkNotifyUrl, checkOpenid, digest, moveBalance, newTransferNo, notEnough, requireBoundAppid } from './shared';

const MIN_FEN = 10;
const NAME_FROM_FEN = 200_000;
const NAME_NOT_BELOW_FEN = 30;

/** Report items each scene must bring; others are not checked (figures of 2025, 转账场景报备信息). */
const SCENE_REPORTS: Record<string, readonly string[]> = { 1000: ['活动名称', '奖励说明'], 1005: ['岗位类型', '报酬说明'] };

const keyOf = (sandbox: Sandbox, outBillNo: string): string => `${sandbox.keys.saved.spMchid}|${outBillNo}`;

const created = (transfer: Transfer): Record<string, unknown> => ({
  out_bill_no: transfer.outBillNo,
  transfer_bill_no: transfer.transferBillNo,
  create_time: rfc3339(transfer.createdAtMs),
  state: transfer.state,
  ...(transfer.state === 'WAIT_USER_CONFIRM' ? { package_info: transfer.packageInfo } : {}),
  ...(transfer.failReason ? { fail_reason: transfer.failReason } : {}),
});

const full = (transfer: Transfer): Record<string, unknown> => ({
  mch_id: transfer.mchid,
  out_bill_no: transfer.outBillNo,
  transfer_bill_no: transfer.transferBillNo,
  appid: transfer.appid,
  state: transfer.state,
  transfer_amount: transfer.amountFen,
  transfer_remark: transfer.remark,
  ...(transfer.failReason ? { fail_reason: transfer.failReason } : {}),
  openid: transfer.openid,
  create_time: rfc3339(transfer.createdAtMs),
  update_time: rfc3339(transfer.updatedAtMs),
});

const end = (sandbox: Sandbox, transfer: Transfer, state: 'SUCCESS' | 'FAIL' | 'CANCELLED', failReason?: string): void => {
  transfer.state = state;
  transfer.updatedAtMs = sandbox.now();
  if (failReason) transfer.failReason = failReason;
  // The money left the balance when the bill was accepted; it comes back whenever nobody received it.
  if (state !== 'SUCCESS') {
    moveBalance(sandbox, { mchid: transfer.mchid, amountFen: transfer.amountFen, kind: '商家转账', businessNo: transfer.transferBillNo, voucherNo: transfer.outBillNo, note: '转账退回' });
  }
  sandbox.world.save('transfer', transfer);
  const { mch_id, openid, ...rest } = full(transfer);
  sandbox.notices.send({
    url: transfer.notifyUrl, eventType: 'MCHTRANSFER.BILL.FINISHED', originalType: 'mch_payment', summary: '商家转账单据终态通知',
    plaintext: { ...rest, mch_id, openid },
  });
};

/** Closes a bill nobody confirmed within 24 hours. */
export const closeIfDue = (sandbox: Sandbox, transfer: Transfer): Transfer => {
  if (transfer.state === 'WAIT_USER_CONFIRM' && sandbox.now() >= transfer.createdAtMs + DAY_MS) end(sandbox, transfer, 'FAIL', 'OVERDUE_CLOSE');
  if (transfer.state === 'CANCELING') end(sandbox, transfer, 'CANCELLED');
  return transfer;
};

const create: Handler = (sandbox, { body, headers }) => {
  checkFields({
    appid: must(32), out_bill_no: must(32, { pattern: /^[0-9A-Za-z]+$/ }), transfer_scene_id: must(36), openid: must(64), user_name: text(1024),
    transfer_amount: { kind: 'integer', min: 1, max: 1_000_000_000, required: true }, transfer_remark: must(32), notify_url: text(256),
    user_recv_perception: text(64), user_recv_style_type: text(32),
    transfer_scene_report_infos: list(object({ info_type: must(15), info_content: must(32) }), 1, 10),
  }, body);
  requireBoundAppid(sandbox, body.appid);
  checkOpenid(body.openid, '/body/openid');
  checkNotifyUrl(body.notify_url);
  const userName = body.user_name === undefined
    ? undefined
    : openSensitive(sandbox.keys, headers['wechatpay-serial'] as string | undefined, '/body/user_name', body.user_name);
  const key = keyOf(sandbox, body.out_bill_no);
  // The ciphertext differs each time, so the clear name takes its place in the comparison.
  const bodyHash = digest({ ...body, user_name: userName }, ['notify_url']);
  const before = sandbox.world.get('transfer', key);
  if (before) {
    if (before.bodyHash !== bodyHash) throw invalidRequest('商户单号已存在，但参数与原请求不一致，请查单后确认');
    return ok(created(closeIfDue(sandbox, before)));
  }
  if (body.transfer_amount < MIN_FEN) throw paramError('/body/transfer_amount', '转账金额不能小于0.1元', body.transfer_amount, '转账金额不能小于0.1元');
  if (body.transfer_amount >= NAME_FROM_FEN && !userName) throw paramError('/body/user_name', '转账金额大于等于2000元时必填');
  if (body.transfer_amount < NAME_NOT_BELOW_FEN && userName) throw paramError('/body/user_name', '转账金额小于0.3元时不允许填写');
  const wanted = SCENE_REPORTS[body.transfer_scene_id];
  const given = new Set(body.transfer_scene_report_infos.map((info: { info_type: string }) => info.info_type));
  if (wanted?.some((type) => !given.has(type))) throw paramError('/body/transfer_scene_report_infos', `应包含 ${wanted.join('、')}`, undefined, '需传入转账场景报备信息，请检查');
  const { spMchid } = sandbox.keys.saved;
  if (balanceOf(sandbox, spMchid).availableFen < body.transfer_amount) throw notEnough('商户运营账户资金不足，请充值后原单重试');
  const now = sandbox.now();
  const transferBillNo = newTransferNo(sandbox);
  const transfer: Transfer = {
    key, mchid: spMchid, appid: body.appid, outBillNo: body.out_bill_no, transferBillNo, sceneId: body.transfer_scene_id, openid: body.openid, userName,
    amountFen: body.transfer_amount, remark: body.transfer_remark, notifyUrl: body.notify_url, bodyHash,
    packageInfo: `SANDBOX${Buffer.from(`${body.out_bill_no}|${transferBillNo}`).toString('base64url')}`,
    state: 'WAIT_USER_CONFIRM', createdAtMs: now, updatedAtMs: now,
  };
  moveBalance(sandbox, { mchid: spMchid, amountFen: -transfer.amountFen, kind: '商家转账', businessNo: transferBillNo, voucherNo: transfer.outBillNo, note: transfer.remark });
  sandbox.world.save('transfer', transfer);
  return ok(created(transfer));
};

const getTransfer = (sandbox: Sandbox, outBillNo: string | undefined): Transfer => {
  const transfer = sandbox.world.get('transfer', keyOf(sandbox, outBillNo ?? ''));
  if (!transfer) throw new PayError(404, 'NOT_FOUND', '记录不存在');
  return closeIfDue(sandbox, transfer);
};

const byNumber: Handler = (sandbox, { params }) => {
  const found = [...sandbox.world.tables.transfer.values()].find((one) => one.transferBillNo === params.transfer_bill_no);
  return ok(full(getTransfer(sandbox, found?.outBillNo)));
};

const cancel: Handler = (sandbox, { params }) => {
  const transfer = getTransfer(sandbox, params.out_bill_no);
  if (!['WAIT_USER_CONFIRM', 'CANCELING', 'CANCELLED'].includes(transfer.state)) throw invalidRequest('当前状态不允许撤销');
  if (transfer.state === 'WAIT_USER_CONFIRM') {
    transfer.state = 'CANCELING';
    transfer.updatedAtMs = sandbox.now();
    sandbox.world.save('transfer', transfer);
    sandbox.later(sandbox.settings.refundDelayMs, () => closeIfDue(sandbox, transfer));
  }
  return ok({ out_bill_no: transfer.outBillNo, transfer_bill_no: transfer.transferBillNo, state: transfer.state, update_time: rfc3339(transfer.updatedAtMs) });
};

/** The person taps 确认收款, or 取消 (which leaves the bill waiting, as closing the page does), or WeChat fails it. */
export const answerTransfer = (sandbox: Sandbox, outBillNo: string | undefined, act: string | undefined, reason?: string): Transfer => {
  const transfer = getTransfer(sandbox, outBillNo);
  if (transfer.state !== 'WAIT_USER_CONFIRM') throw invalidRequest(`单据状态为 ${transfer.state}，不能再确认`);
  if (act === 'confirm') end(sandbox, transfer, 'SUCCESS');
  else if (act === 'fail') end(sandbox, transfer, 'FAIL', reason ?? 'ACCOUNT_FROZEN');
  else if (act !== 'cancel') throw invalidRequest('只能是 confirm、cancel、fail');
  return transfer;
};

export const transferRoutes: Route[] = [
  { method: 'POST', path: '/v3/fund-app/mch-transfer/transfer-bills', name: 'transfer', handle: create },
  { method: 'GET', path: '/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/:out_bill_no', name: 'transferQuery', handle: (sandbox, { params }) => ok(full(getTransfer(sandbox, params.out_bill_no))) },
  { method: 'GET', path: '/v3/fund-app/mch-transfer/transfer-bills/transfer-bill-no/:transfer_bill_no', name: 'transferQuery', handle: byNumber },
  { method: 'POST', path: '/v3/fund-app/mch-transfer/transfer-bills/out-bill-no/:out_bill_no/cancel', name: 'transferCancel', handle: cancel },
  {
    method: 'POST', path: '/sandbox/transfers/:out_bill_no/:act', name: 'control',
    handle: (sandbox, { params, body }) => ok(full(answerTransfer(sandbox, params.out_bill_no, params.act, body?.reason))),
  },
];

/** What wx.requestMerchantTransfer shows: the person confirms receiving a transfer. Found by package_info; a page in a browser is led back. */
import type { Answer, Handler, Route, Sandbox } from '../context';
import { PayError } from '../errors';
import { answerTransfer, closeIfDue } from '../pay/transfers';
import type { Transfer } from '../records';
import { backTo, html, page, yuan } from './layout';

const WORDS: Record<Transfer['state'], string> = {
  ACCEPTED: '已受理', WAIT_USER_CONFIRM: '待确认', TRANSFERING: '转账中', SUCCESS: '已收款', FAIL: '未收款，转账已关闭', CANCELING: '商家正在撤销', CANCELLED: '商家已撤销',
};

const find = (sandbox: Sandbox, packageInfo: string): Transfer | undefined => {
  const transfer = [...sandbox.world.tables.transfer.values()].find((one) => one.packageInfo === packageInfo);
  return transfer && closeIfDue(sandbox, transfer);
};

const show = (transfer: Transfer | undefined, redirectUrl: string, problem = ''): Answer => {
  if (!transfer) return page('确认收款', html`<div class="card"><p>没有这笔转账。</p></div>${backTo(redirectUrl)}`, 404);
  return page('确认收款', html`
    <div class="card"><p class="price"><small>¥</small>${yuan(transfer.amountFen)}</p><p>${transfer.remark}</p><p class="hint">${WORDS[transfer.state]}${problem ? `：${problem}` : ''}</p></div>
    ${transfer.state === 'WAIT_USER_CONFIRM' ? html`<form method="post" action="/sandbox/transfer"><input type="hidden" name="package_info" value="${transfer.packageInfo}"><input type="hidden" name="redirect_url" value="${redirectUrl}">
      <button name="act" value="confirm" type="submit">确认收款 ¥${yuan(transfer.amountFen)}</button>
      <button class="line" name="act" value="fail" type="submit">收款失败</button></form>` : ''}${backTo(redirectUrl)}`);
};

const get: Handler = (sandbox, { query }) => show(find(sandbox, query.get('package_info') ?? ''), query.get('redirect_url') ?? '');

const post: Handler = (sandbox, { rawBody }) => {
  const form = new URLSearchParams(rawBody);
  const transfer = find(sandbox, form.get('package_info') ?? '');
  const redirectUrl = form.get('redirect_url') ?? '';
  if (!transfer) return show(undefined, redirectUrl);
  try {
    return show(answerTransfer(sandbox, transfer.outBillNo, form.get('act') ?? ''), redirectUrl);
  } catch (error) {
    if (error instanceof PayError) return show(transfer, redirectUrl, error.message);
    throw error;
  }
};

export const transferPageRoutes: Route[] = [
  { method: 'GET', path: '/sandbox/transfer', name: 'control', handle: get },
  { method: 'POST', path: '/sandbox/transfer', name: 'control', handle: post },
];

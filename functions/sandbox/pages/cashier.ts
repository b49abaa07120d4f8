/**
 * The cashier: what WeChat shows between h5_url and redirect_url. Plain forms, so it works without scripts.
 * It sends the person back to redirect_url whatever happened, exactly as WeChat does; the merchant asks by query.
 */
import type { Answer, Handler, Route, Sandbox } from '../context';
import { PayError } from '../errors';
import { failPayment, findPrepared, pay } from '../pay/paying';
import { backTo, html, page, yuan } from './layout';

const message = (title: string, words: string, redirectUrl: string, status = 200): Answer =>
  page(title, html`<div class="card" role="status"><p>${words}</p></div>${backTo(redirectUrl)}`, status);

const refused = (error: unknown, redirectUrl: string): Answer => {
  if (error instanceof PayError) return message('不能付款', `${error.message}。没有扣款。`, redirectUrl, error.status);
  throw error;
};

const done = (redirectUrl: string, title: string, words: string): Answer =>
  /^https?:\/\//.test(redirectUrl)
    ? { status: 303, headers: { Location: redirectUrl, 'Cache-Control': 'no-store' }, body: '' }
    : message(title, words, redirectUrl);

const show = (sandbox: Sandbox, prepayId: string, redirectUrl: string): Answer => {
  const prepared = findPrepared(sandbox, { prepayId });
  const totalFen = prepared.txs.reduce((sum, tx) => sum + tx.totalFen, 0);
  const [first] = prepared.txs;
  if (prepared.txs.every((tx) => tx.state === 'SUCCESS' || tx.state === 'REFUND')) return message('已经付过了', `这笔订单已支付 ¥${yuan(totalFen)}。`, redirectUrl);
  return page('微信支付', html`
    <div class="card"><p class="price"><small>¥</small>${yuan(totalFen)}</p><p>${first!.description}${prepared.txs.length > 1 ? ` 等 ${prepared.txs.length} 笔` : ''}</p></div>
    <div class="card"><dl>
      ${prepared.txs.map((tx) => html`<dt>收款商户</dt><dd>${tx.subMchid ?? tx.mchid}</dd><dt>商户单号</dt><dd>${tx.outTradeNo}</dd>`)}
      ${first!.failReason ? html`<dt>上次付款</dt><dd class="bad">${first!.failReason}</dd>` : ''}</dl></div>
    <form method="post" action="/sandbox/cashier">
      <input type="hidden" name="prepay_id" value="${prepayId}"><input type="hidden" name="redirect_url" value="${redirectUrl}">
      ${first!.openid ? '' : html`<div class="row"><label for="user">付款人</label><input id="user" name="user" maxlength="40" autocomplete="off" placeholder="不填则为一位新用户"></div>`}
      <button name="act" value="pay" type="submit">付款 ¥${yuan(totalFen)}</button>
      <button class="line" name="act" value="fail" type="submit">付款失败</button>
      <button class="line" name="act" value="cancel" type="submit">取消</button>
    </form>`);
};

const get: Handler = (sandbox, { query }) => {
  const redirectUrl = query.get('redirect_url') ?? '';
  try {
    return show(sandbox, query.get('prepay_id') ?? '', redirectUrl);
  } catch (error) {
    return refused(error, redirectUrl);
  }
};

const post: Handler = (sandbox, { rawBody }) => {
  const form = new URLSearchParams(rawBody);
  const redirectUrl = form.get('redirect_url') ?? '';
  const prepayId = form.get('prepay_id') ?? '';
  try {
    if (form.get('act') === 'pay') {
      pay(sandbox, { prepayId, user: form.get('user')?.trim() || undefined });
      return done(redirectUrl, '付款成功', '付款成功，可以关闭此页。');
    }
    if (form.get('act') === 'fail') {
      failPayment(sandbox, { prepayId, reason: '付款失败：余额不足（演示）' });
      return done(redirectUrl, '付款失败', '没有扣款，可以重新付款。');
    }
    return done(redirectUrl, '已取消', '没有扣款。');
  } catch (error) {
    return refused(error, redirectUrl);
  }
};

export const cashierRoutes: Route[] = [
  { method: 'GET', path: '/sandbox/cashier', name: 'control', handle: get },
  { method: 'POST', path: '/sandbox/cashier', name: 'control', handle: post },
];

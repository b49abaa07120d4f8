/** The front page: what is here, and what happened last, for a person with a browser. */
import type { Handler, Route } from '../context';
import { billTime } from '../time';
import { html, page, yuan } from './layout';

const STATES = { NOTPAY: '待支付', SUCCESS: '已支付', CLOSED: '已关闭', REFUND: '有退款' } as const;

const home: Handler = (sandbox) => {
  const { world, notices, keys } = sandbox;
  const latest = [...world.tables.tx.values()].slice(-20).reverse();
  const transfers = [...world.tables.transfer.values()].slice(-10).reverse();
  return page('微信替身', html`
    <div class="card"><dl>
      <dt>服务商商户号</dt><dd><code>${keys.saved.spMchid}</code></dd><dt>小程序 AppID</dt><dd><code>${keys.saved.appid}</code></dd>
      <dt>替身时间</dt><dd>${billTime(sandbox.now())}</dd><dt>待发通知</dt><dd>${notices.waiting()}</dd></dl></div>
    <div class="card"><ul>
      <li><a href="/sandbox/sms">短信收件箱</a></li><li><a href="/sandbox/state">全部账目（JSON）</a></li><li><a href="/sandbox/faults">故障开关（JSON）</a></li>
      <li><a href="/sandbox/settings">规则参数（JSON）</a></li><li><a href="/sandbox/clock">时钟（JSON）</a></li></ul></div>
    <div class="card"><p>最近的订单</p>${latest.length ? html`<ul>${latest.map((tx) => html`<li><a href="/sandbox/cashier?prepay_id=${tx.prepayId}">¥${yuan(tx.totalFen)} · ${tx.description} · ${STATES[tx.state]}</a></li>`)}</ul>` : html`<p class="hint">还没有订单。</p>`}</div>
    <div class="card"><p>最近的转账</p>${transfers.length ? html`<ul>${transfers.map((one) => html`<li><a href="/sandbox/transfer?package_info=${one.packageInfo}">¥${yuan(one.amountFen)} · ${one.remark}</a></li>`)}</ul>` : html`<p class="hint">还没有转账。</p>`}</div>`);
};

export const indexRoutes: Route[] = [{ method: 'GET', path: '/', name: 'control', handle: home }];

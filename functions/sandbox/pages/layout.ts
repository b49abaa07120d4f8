/**
 * The few pages people see: one frame, escaped by construction. Colours and sizes are the product's tokens (pine
 * to act, persimmon for the price), light and dark; every control is at least 44 high.
 */
import type { Answer } from '../context';

interface Html { readonly html: string }

const escape = (value: string): string =>
  value.replace(/[&<>"']/g, (c) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' })[c]!);

const render = (value: unknown): string => {
  if (value === undefined || value === null || value === false || value === '') return '';
  if (Array.isArray(value)) return value.map(render).join('');
  if (typeof value === 'object' && 'html' in value) return (value as Html).html;
  return escape(String(value));
};

/** Template tag: everything interpolated is escaped unless it is itself `html`. */
export const html = (parts: TemplateStringsArray, ...values: unknown[]): Html => ({
  html: parts.map((part, i) => part + (i < values.length ? render(values[i]) : '')).join(''),
});

const STYLE = `
:root{--bg:#F5F5F2;--surface:#FFF;--line:#E9E9E4;--strong:#D9DAD3;--text:#171C19;--text2:#52574F;--text3:#666B63;--brand:#12604C;--on:#FFF;--tint:#EDF5F1;--ontint:#12604C;--price:#C8410F;--danger:#B3243B;--okbg:#EBF6EE;--ok:#22703F}
@media (prefers-color-scheme:dark){:root{--bg:#111613;--surface:#1A201C;--line:#2A322D;--strong:#3A433D;--text:#F1F2EE;--text2:#B9BDB5;--text3:#959A91;--brand:#6CC3A6;--on:#06231B;--tint:#16302A;--ontint:#8FD6BD;--price:#FF9468;--danger:#FF8A98;--okbg:#16291D;--ok:#7CCB94}}
*{box-sizing:border-box}body{margin:0;background:var(--bg);color:var(--text);font:15px/22px "PingFang SC","HarmonyOS Sans SC",MiSans,"Noto Sans SC",sans-serif}
main{max-width:480px;margin:0 auto;padding:16px}header{max-width:480px;margin:0 auto;padding:16px 16px 0}h1{font-size:20px;line-height:28px;font-weight:600;margin:0}
.note{display:inline-block;margin-top:4px;font-size:12px;line-height:16px;color:var(--text3)}.card{background:var(--surface);border-radius:16px;padding:16px;margin:0 0 12px;overflow-wrap:anywhere}
.card p{margin:0 0 8px}.card p:last-child{margin:0}.hint{color:var(--text2);font-size:13px;line-height:18px}.price{color:var(--price);font-size:40px;line-height:48px;font-weight:700;margin:0}
.price small{font-size:20px}dl{margin:0;display:grid;grid-template-columns:auto 1fr;gap:8px 12px}dt{color:var(--text2)}dd{margin:0;text-align:right;overflow-wrap:anywhere}
button,.button{display:flex;align-items:center;justify-content:center;width:100%;min-height:48px;margin:0 0 12px;padding:0 16px;border:0;border-radius:999px;background:var(--brand);color:var(--on);font-family:inherit;font-size:16px;line-height:22px;font-weight:600;text-decoration:none;cursor:pointer}
button.tint,.button.tint{background:var(--tint);color:var(--ontint)}button.line{background:transparent;border:1px solid var(--strong);color:var(--text)}button:focus-visible,a:focus-visible,input:focus-visible{outline:3px solid var(--brand);outline-offset:2px}
.row{display:flex;gap:8px;align-items:center;margin:0 0 12px}.row button{width:auto;margin:0}input{flex:1;min-width:0;min-height:44px;border:1px solid var(--strong);border-radius:12px;background:var(--surface);color:var(--text);padding:0 12px;font:inherit}
ul{list-style:none;margin:0;padding:0}li a{display:flex;align-items:center;min-height:48px;color:var(--brand);text-decoration:none;border-bottom:1px solid var(--line)}li:last-child a{border:0}.ok{background:var(--okbg);color:var(--ok)}.bad{color:var(--danger)}code{font:13px/18px ui-monospace,monospace}`;

/** A plain disc, nobody's mark. */
const ICON = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 32 32'%3E%3Ccircle cx='16' cy='16' r='15' fill='%2312604C'/%3E%3C/svg%3E";

/** A whole page; `status` is the HTTP status. */
export const page = (title: string, body: Html, status = 200): Answer => ({
  status,
  headers: {
    'Content-Type': 'text/html; charset=utf-8',
    'Cache-Control': 'no-store',
    'Content-Security-Policy': "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; form-action *; base-uri 'none'",
  },
  body: `<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><link rel="icon" href="${ICON}"><title>${escape(title)} · 微信替身</title><style>${STYLE}</style></head><body><header><h1>${escape(title)}</h1><span class="note">本机替身，不是真正的微信，不涉及真实资金</span></header><main>${body.html}</main></body></html>`,
});

/** The way back to where the person came from; nothing without an address. */
export const backTo = (redirectUrl: string): Html | '' =>
  /^https?:\/\//.test(redirectUrl) ? html`<a class="button tint" href="${redirectUrl}">返回商家</a>` : '';

/** `12.34` for 1234 fen. */
export const yuan = (fen: number): string => `${fen < 0 ? '-' : ''}${Math.floor(Math.abs(fen) / 100)}.${String(Math.abs(fen) % 100).padStart(2, '0')}`;

/** The OpenAPI document as one readable page: no script, nothing loaded from anywhere. */
import type { Json, JsonObject, OpenApi, Operation } from './openapi';

const escape = (text: unknown): string => String(text).replace(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);
const STYLE = `body{font:15px/1.6 -apple-system,"PingFang SC","Noto Sans SC",sans-serif;max-width:960px;margin:0 auto;padding:24px 16px;color:#171c19;background:#f5f5f2}
h1{font-size:24px}h2{font-size:17px;margin:32px 0 8px}details{background:#fff;border-radius:12px;margin:6px 0;padding:8px 12px}summary{cursor:pointer}
code,pre{font:13px/1.5 ui-monospace,Menlo,Consolas,monospace}pre{overflow-x:auto;background:#fafaf8;padding:10px;border-radius:8px;white-space:pre-wrap}
.m{display:inline-block;min-width:58px;color:#12604c;font-weight:600}.w{color:#666b63}table{border-collapse:collapse;width:100%;background:#fff}td,th{text-align:left;padding:6px 8px;border-bottom:1px solid #e9e9e4;vertical-align:top}
@media (prefers-color-scheme:dark){body{color:#f1f2ee;background:#111613}details,table{background:#1a201c}pre{background:#1f2622}.m{color:#6cc3a6}.w{color:#959a91}td,th{border-color:#2a322d}}`;

export function docsPage(document: OpenApi): string {
  const byTag = new Map<string, string[]>();
  for (const [path, operations] of Object.entries(document.paths)) {
    for (const [method, operation] of Object.entries(operations)) {
      const tag = operation.tags[0]!;
      byTag.set(tag, [...(byTag.get(tag) ?? []), operationHtml(method, path, operation)]);
    }
  }
  const refusals = Object.entries(document['x-errors'] as { [code: string]: JsonObject }).map(
    ([code, e]) =>
      `<tr><td><code>${escape(code)}</code></td><td>${escape(e.status)}</td><td>${escape(e.retry)}</td><td>${escape(e.zh)}<br><span class="w">${escape(e.en)}</span></td></tr>`,
  );
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>${escape(document.info.title)} API</title><style>${STYLE}</style></head>
<body><h1>${escape(document.info.title)} API</h1><p>${escape(document.info.description)}</p><p>The same as a document: <a href="/api/openapi.json">/api/openapi.json</a></p>
${[...byTag].map(([tag, items]) => `<h2>${escape(tag)}</h2>${items.join('')}`).join('')}
<h2>Refusals</h2><table><tr><th>code</th><th>HTTP</th><th>retry</th><th>what the person is told</th></tr>${refusals.join('')}</table></body></html>`;
}

function operationHtml(method: string, path: string, operation: Operation): string {
  const parameters = operation.parameters.map(
    (p) => `${p.in} ${p.name}${p.required ? '' : '?'}: ${typeText(p.schema!)}`,
  );
  const body = (operation.requestBody as JsonObject | undefined)?.content as { [type: string]: JsonObject } | undefined;
  const answer = ((operation.responses as JsonObject)['200'] as JsonObject).content as { [type: string]: JsonObject };
  const part = (title: string, text: string) => (text ? `<p class="w">${title}</p><pre>${escape(text)}</pre>` : '');
  return `<details><summary><span class="m">${method.toUpperCase()}</span> <code>${escape(path)}</code> <span class="w">${escape(operation.operationId)}</span></summary>
<p>${escape(operation.description)}</p>${part('Parameters', parameters.join('\n'))}${part('Body', body ? typeText(body['application/json']!.schema!) : '')}${part('Answer', typeText(answer['application/json']!.schema!))}</details>`;
}

/** A schema the way TypeScript would write it. */
function typeText(schema: Json, indent = ''): string {
  const s = schema as JsonObject;
  const nullable = s.nullable === true ? ' | null' : '';
  if (Array.isArray(s.enum)) return s.enum.map((v) => JSON.stringify(v)).join(' | ') + nullable;
  if (Array.isArray(s.anyOf)) return s.anyOf.map((one) => typeText(one, indent)).join(' | ') + nullable;
  if (s.type === 'array') return `${wrapped(typeText(s.items ?? {}, indent))}[]${nullable}`;
  if (s.type !== 'object') return `${rangeText(s)}${nullable}`;
  const required = (s.required ?? []) as string[];
  const fields = Object.entries((s.properties ?? {}) as JsonObject).map(
    ([key, inner]) => `${indent}  ${key}${required.includes(key) ? '' : '?'}: ${typeText(inner, `${indent}  `)}`,
  );
  if (fields.length === 0) return `${s.additionalProperties ? '{ … }' : '{}'}${nullable}`;
  return `{\n${fields.join('\n')}\n${indent}}${nullable}`;
}

const wrapped = (text: string) => (text.includes(' | ') ? `(${text})` : text);

function rangeText(s: JsonObject): string {
  const type = String(s.type ?? 'any');
  if (type === 'string') return s.pattern ? `string /${s.pattern}/` : s.maxLength ? `string ≤ ${s.maxLength}` : type;
  const from = s.minimum as number | undefined;
  const to = s.maximum as number | undefined;
  const isBounded =
    (from !== undefined && from > -Number.MAX_SAFE_INTEGER) || (to !== undefined && to < Number.MAX_SAFE_INTEGER);
  return isBounded ? `${type} ${from ?? ''}…${to ?? ''}` : type;
}

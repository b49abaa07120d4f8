/**
 * Refusals of the stand-in. PayError is WeChat Pay v3's `{code, message, detail}` body with its HTTP status;
 * WxError is the mini-program server API's `{errcode, errmsg}` (always HTTP 200, as the real one answers).
 */

interface PayErrorDetail {
  field?: string;
  value?: unknown;
  issue?: string;
  location?: string;
  [key: string]: unknown;
}

export class PayError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly detail?: PayErrorDetail,
  ) {
    super(message);
  }
}

export class WxError extends Error {
  constructor(readonly errcode: number, readonly errmsg: string) {
    super(errmsg);
  }
}

/** 400 PARAM_ERROR with the official detail object; `field` is a JSON pointer such as `/body/amount/total`. */
export const paramError = (field: string, issue: string, value?: unknown, message?: string): PayError =>
  new PayError(400, 'PARAM_ERROR', message ?? `输入源“${field}”映射到字段“${field.split('/').pop()}”规则校验失败，${issue}`, {
    location: field.startsWith('/query') ? 'query' : field.startsWith('/header') ? 'header' : 'body',
    field,
    issue,
    ...(value === undefined ? {} : { value }),
  });

export const invalidRequest = (message: string): PayError => new PayError(400, 'INVALID_REQUEST', message);

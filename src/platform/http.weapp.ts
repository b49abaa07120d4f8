// wx.request. It knows no PATCH, and answers header names as the server wrote them.
import { headerReader, NoAnswer, type HttpAnswer, type HttpRequest } from './http-types';

export function request({ method, url, headers, body, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    wx.request({
      url,
      method: method as 'GET',
      header: headers,
      data: body,
      timeout: timeoutMs,
      // text, so that parsing and its failure are ours
      dataType: 'text' as 'json',
      responseType: 'text',
      success: ({ statusCode, data, header }) =>
        resolve({ status: statusCode, header: headerReader(header ?? {}), text: typeof data === 'string' ? data : JSON.stringify(data) }),
      fail: ({ errMsg }) => reject(new NoAnswer(/timeout|timed out/i.test(errMsg ?? '') ? 'timeout' : 'offline')),
    });
  });
}

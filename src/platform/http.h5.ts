// XMLHttpRequest: a timeout without AbortController, which older WebViews lack.
import { NoAnswer, type HttpAnswer, type HttpRequest } from './http-types';

export function request({ method, url, headers, body, timeoutMs }: HttpRequest): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const xhr = new XMLHttpRequest();
    xhr.open(method, url);
    xhr.timeout = timeoutMs;
    for (const name of Object.keys(headers)) xhr.setRequestHeader(name, headers[name] ?? '');
    xhr.onload = () => resolve({ status: xhr.status, header: (name) => xhr.getResponseHeader(name) ?? '', text: xhr.responseText });
    xhr.ontimeout = () => reject(new NoAnswer('timeout'));
    xhr.onerror = () => reject(new NoAnswer('offline'));
    xhr.send(body);
  });
}

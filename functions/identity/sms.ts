/** One text message through the configured gateway: POST {phone, text} with a bearer token; 2xx means taken over. */
import { Unavailable } from '../kernel';

const TIMEOUT_MS = 5_000;

/** Throws Unavailable when the gateway did not take it. Neither number nor text reaches a message. */
export async function sendSms(config: { smsUrl: string; smsToken: string }, phone: string, text: string): Promise<void> {
  let status: number;
  try {
    const response = await fetch(config.smsUrl, {
      method: 'POST', redirect: 'error', signal: AbortSignal.timeout(TIMEOUT_MS), body: JSON.stringify({ phone, text }),
      headers: { 'content-type': 'application/json', ...(config.smsToken ? { authorization: `Bearer ${config.smsToken}` } : {}) },
    });
    status = response.status;
    await response.arrayBuffer();
  } catch {
    throw new Unavailable('the SMS gateway did not answer', 'BUSY');
  }
  if (status < 200 || status > 299) throw new Unavailable(`the SMS gateway answered HTTP ${status}`, 'BUSY');
}

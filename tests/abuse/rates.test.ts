/** A-35, F-30: what one address may ask of the ways that need no session; notices are never held up. */
import { RATE_ADDRESS_BURST } from '../../functions/contract/limits';
import { startTestApp, type TestApp } from '../support/app';
import { inOneMoment } from '../support/faults';
import { eventOf, nextIp } from '../support/http';

let t: TestApp;
beforeAll(async () => { t = await startTestApp({ sandbox: true }); });
afterAll(() => t.stop());

async function ask(method: string, path: string, ip: string, times: number): Promise<Map<number, number>> {
  const seen = new Map<number, number>();
  const replies = await inOneMoment(() => Promise.all(Array.from({ length: times }, () => t.handler(eventOf({ method, path, ip, ...(method === 'POST' ? { body: {} } : {}) })))));
  for (const { statusCode } of replies) seen.set(statusCode!, (seen.get(statusCode!) ?? 0) + 1);
  return seen;
}

test.each(['/api/health', '/s/abcdefghijkl', '/api/shares/abcdefghijkl/qr.png', '/media/med_0123456789', '/api/config'])('A-35 %s: many at once from one address wait, another address is answered', async (path) => {
  const ip = nextIp();
  const seen = await ask('GET', path, ip, RATE_ADDRESS_BURST + 400);
  expect(seen.get(429)).toBeGreaterThan(0);
  expect([...(await ask('GET', path, nextIp(), 1)).keys()]).not.toContain(429);
});

test('F-30 notices of WeChat Pay are read however many come', async () => {
  expect(await ask('POST', '/api/provider/wechat-pay/payments', nextIp(), RATE_ADDRESS_BURST + 400)).toEqual(new Map([[401, RATE_ADDRESS_BURST + 400]]));
});

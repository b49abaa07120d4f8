/** An uploaded picture is hidden until WeChat's pushed verdict; a forged verdict changes nothing. */
import sharp from 'sharp';
import { startTestApp, type TestApp, type TestPerson } from '../../support/app';

let t: TestApp;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  await t.sandbox!.control('settings', { messagePushUrl: `${t.app.config.publicUrl}/api/provider/wechat/messages` });
});
afterAll(() => t.stop());

async function upload(person: TestPerson): Promise<string> {
  const bytes = await sharp({ create: { width: 20, height: 20, channels: 3, background: '#12604C' } }).png().toBuffer();
  const { uploadUrl, mediaUrl } = await t.ok('createUpload', { as: person, body: { contentType: 'image/png', bytes: bytes.length } });
  const put = await fetch(t.app.config.publicUrl + uploadUrl, { method: 'PUT', body: bytes });
  expect(put.status).toBe(204);
  return mediaUrl;
}
const look = async (mediaUrl: string) => (await fetch(t.app.config.publicUrl + mediaUrl)).status;
const stateOf = async (mediaUrl: string) => (await t.db.query('SELECT state FROM media WHERE media_id = $1', [mediaUrl.split('/').pop()]))[0]!.state as string;

async function until(mediaUrl: string, state: string): Promise<void> {
  for (let tries = 0; (await stateOf(mediaUrl)) !== state; tries += 1) {
    if (tries > 2_000) throw new Error(`still ${await stateOf(mediaUrl)}`);
    await new Promise((done) => setTimeout(done, 25));
  }
}

test('hidden until the verdict, then shown to everyone', async () => {
  const mediaUrl = await upload(await t.person('小满'));
  expect(await look(mediaUrl)).toBe(404);
  await t.drain();
  await until(mediaUrl, 'shown');
  expect(await look(mediaUrl)).toBe(200);
});

test('a verdict that WeChat did not sign is refused and shows nothing', async () => {
  await t.sandbox!.control('settings', { messagePushUrl: '' });
  const mediaUrl = await upload(await t.person('小满二'));
  await t.drain();
  const [media] = await t.db.query('SELECT trace_id FROM media WHERE media_id = $1', [mediaUrl.split('/').pop()]);
  const forged = await fetch(`${t.app.config.publicUrl}/api/provider/wechat/messages?signature=${'0'.repeat(40)}&timestamp=1&nonce=2`, {
    method: 'POST', body: JSON.stringify({ Event: 'wxa_media_check', trace_id: media!.trace_id, errcode: 0, result: { suggest: 'pass' } }),
  });
  expect(forged.status).toBe(401);
  expect([await stateOf(mediaUrl), await look(mediaUrl)]).toEqual(['hidden', 404]);
});

test('who has no WeChat cannot be checked, so the picture is refused', async () => {
  const mediaUrl = await upload(await t.person('浏览器用户', { openid: null }));
  await t.drain();
  await until(mediaUrl, 'refused');
  expect(await look(mediaUrl)).toBe(404);
});

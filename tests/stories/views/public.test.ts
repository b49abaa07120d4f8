/** What anybody may ask: configuration, places, the API's document, whether everything is up. Through the real pipeline. */
import { noticeKinds, noticeText, noticeWords } from '../../../functions/views/notice-texts';
import { startTestApp, type TestApp } from '../../support/app';
import { eventOf } from '../../support/http';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

let test1: TestApp;
beforeAll(async () => {
  test1 = await startTestApp();
});
afterAll(() => test1.stop());
const get = (path: string) => test1.handler(eventOf({ method: 'GET', path }));

test('configuration for the app, and places to pick', async () => {
  const config = await test1.ok('getConfig', { language: 'en' });
  expect(config).toMatchObject({ demo: true, weappId: 'wx0000000000000001', features: { rebateInWechatH5: false } });
  expect(config.demoPeople.map((p) => p.who)).toEqual(expect.arrayContaining(['guest', 'friend', 'clerk']));
  const { items } = await test1.ok('listPlaces', {});
  expect(items.map((p) => p.name)).toContain('拱宸桥西');
});

test('a deal over the pipeline, sent as it was serialised', async () => {
  const market = await test1.market();
  const deal = await test1.ok('getDeal', { params: { dealId: market.dealId } });
  expect(deal).toMatchObject({
    title: market.deal.title,
    friendPriceFen: market.deal.priceFen - market.deal.friendDiscountFen,
    stores: [{}, {}],
  });
  expect((await test1.ok('listDeals', { query: { lat: '31235000', lng: '121480000' } })).items[0]).toMatchObject({
    dealId: market.dealId,
    distanceM: 0,
  });
  expect(
    (await test1.refused('getToday', { params: { storeId: market.storeId }, as: await test1.person('路人') })).code,
  ).toBe('NOT_ALLOWED');
  expect(await test1.ok('getToday', { params: { storeId: market.storeId }, as: market.clerk })).toMatchObject({
    storeId: market.storeId,
    redeemedCount: 0,
  });
  expect((await test1.refused('listAfterSales', { params: { storeId: market.storeId }, as: market.clerk })).code).toBe(
    'NOT_ALLOWED',
  );
});

test('the document, the page to read it, and health', async () => {
  const document = await get('/api/openapi.json');
  expect(JSON.parse(document.body!)).toMatchObject({ openapi: '3.0.3', paths: { '/api/orders': expect.anything() } });
  const page = await get('/api/docs');
  expect(page.headers!['content-type']).toContain('text/html');
  expect(page.headers!['content-security-policy']).toContain("default-src 'none'");
  await test1.db.query("UPDATE fact SET state = 'done'");
  for (const method of ['GET', 'HEAD'])
    expect(await test1.handler(eventOf({ method, path: '/api/health' }))).toMatchObject({ statusCode: 200 });
  await test1.db.query(
    "INSERT INTO fact (fact_id, reaction, kind, subject, due_at) VALUES ('fct_late', 'empty-cart', 'person.deleted', 'per_nobody', juke_now() - interval '2 minutes')",
  );
  const late = await get('/api/health');
  expect([late.statusCode, JSON.parse(late.body!)]).toEqual([
    503,
    expect.objectContaining({ ok: false, factsOverdue: 1 }),
  ]);
  await test1.db.query("DELETE FROM fact WHERE fact_id = 'fct_late'");
});

test('every kind of notice that the saves send has words in both languages', () => {
  const sql = execFileSync(
    'grep',
    ['-rhoE', 'identity_notify\\(.*', join(__dirname, '../../../functions'), '--include=*.sql'],
    { encoding: 'utf8' },
  );
  const sent = new Set(
    [...sql.matchAll(/'((?:order|reward|voucher|refund|after_sale|withdrawal|payout|person)\.[a-z_]*)'/g)]
      .map((m) => m[1]!)
      .filter((kind) => !kind.endsWith('.')),
  );
  expect(sent.size).toBeGreaterThan(12);
  for (const kind of [...sent, 'withdrawal.succeeded', 'withdrawal.failed']) expect(noticeKinds).toContain(kind);
  expect(Object.keys(noticeWords.en)).toEqual(Object.keys(noticeWords.zh));
  for (const kind of noticeKinds) {
    for (const language of ['zh', 'en'] as const) {
      const { title, text } = noticeText(
        kind,
        { atMs: 1_763_600_000_000, amountFen: 1_234, friendName: 'F', storeName: 'S', title: 'T', count: 3 },
        language,
      );
      expect(`${title}${text}`).not.toMatch(/undefined|null|NaN/);
    }
  }
  expect(noticeText('something.new', { atMs: 0 }, 'zh').title).toBe('有一条新消息');
});

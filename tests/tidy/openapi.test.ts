/** The committed API document says what the contract says. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { routes } from '../../functions/contract/routes';
import { docsPage } from '../../functions/views/docs-page';
import { buildOpenApi, openApiText } from '../../functions/views/openapi';

test('contract/openapi.json is what the contract gives now (npm run openapi writes it)', () => {
  expect(readFileSync(join(__dirname, '../../functions/contract/openapi.json'), 'utf8')).toBe(openApiText());
});

test('every route is there once, with its key, its session and its errors', () => {
  const document = buildOpenApi();
  const operations = Object.values(document.paths).flatMap((methods) => Object.values(methods));
  expect(operations.map((o) => o.operationId).sort()).toEqual(Object.keys(routes).sort());
  const place = operations.find((o) => o.operationId === 'placeOrder')!;
  expect(place.parameters.map((p) => p.name)).toEqual(['Idempotency-Key']);
  expect(place.security).toEqual([{ session: [] }]);
  expect(JSON.stringify(place.requestBody)).toContain('expectedPayableFen');
  expect(
    document.paths['/api/deals/{dealId}']!.get!.parameters.map((p) => `${String(p.in)} ${String(p.name)}`),
  ).toEqual(['path dealId', 'query lat', 'query lng', 'query share']);
});

test('the page to read it holds every path and no script', () => {
  const page = docsPage(buildOpenApi());
  for (const path of Object.keys(buildOpenApi().paths)) expect(page).toContain(path.replace(/[&<>"']/g, ''));
  expect(page).not.toMatch(/<script|https?:\/\//);
});

/** Every page of the compiled mini-program opens and draws itself, in both languages, with nothing of a browser within reach. */
import { startTestApp, type Market, type TestApp } from '../support/app';
import { pagePaths } from './support/build';
import { createPhone } from './support/phone';
import { ABSENT } from './support/realm';

let t: TestApp;
let m: Market;
beforeAll(async () => {
  t = await startTestApp({ sandbox: true });
  m = await t.market();
});
afterAll(() => t.stop());

test('no browser global and no code from text in the logic layer', () => {
  const phone = createPhone(t, '林小满');
  phone.open();
  for (const name of ABSENT) expect([name, phone.realm().typeOf(name)]).toEqual([name, 'undefined']);
  expect(() => phone.realm().typeOf('new Function("return 1")()')).toThrow(/Code generation/);
  phone.close();
});

describe.each(['zh', 'en'] as const)('in %s', (language) => {
  test.each(pagePaths)('%s', async (path) => {
    const phone = createPhone(t, '店长王姐', { language });
    phone.open(`${path}?id=${m.dealId}`);
    await new Promise((r) => setTimeout(r, 500));
    console.log(path, phone.text(), phone.problems);
    phone.close();
    expect(phone.problems).toEqual([]);
  });
});

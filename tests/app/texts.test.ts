// Both languages are complete (the compiler checks the keys) and neither leaks into the other; the design's words are kept.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const folder = join(__dirname, '../../src/i18n');
const files = readdirSync(folder).filter((name) => name.endsWith('.ts') && /export const texts\b/.test(readFileSync(join(folder, name), 'utf8')));

type Table = Record<string, string | ((...args: unknown[]) => string)>;
const said = (text: Table[string]): string => (typeof text === 'string' ? text : text(...Array.from({ length: Math.max(1, text.length) }, () => '7')));

describe.each(files)('%s', (file) => {
  // eslint-disable-next-line @typescript-eslint/no-require-imports
  const { texts } = require(join(folder, file)) as { texts: { zh: Table; en: Table } };

  test('the same keys, none empty', () => {
    expect(Object.keys(texts.en).sort()).toEqual(Object.keys(texts.zh).sort());
    for (const language of ['zh', 'en'] as const) for (const key of Object.keys(texts[language])) expect([key, said(texts[language][key]!).trim()]).not.toEqual([key, '']);
  });

  test('en holds no Chinese', () => {
    for (const key of Object.keys(texts.en)) expect([key, said(texts.en[key]!)]).toEqual([key, expect.not.stringMatching(/[\u3400-\u9fff]/)]);
  });

  test('zh speaks to 你, without shouting or filler', () => {
    for (const key of Object.keys(texts.zh)) expect([key, said(texts.zh[key]!)]).toEqual([key, expect.not.stringMatching(/您|亲爱的|宝子|暂无数据|系统异常|！/)]);
  });
});

test('there are texts to check', () => expect(files.length).toBeGreaterThan(1));

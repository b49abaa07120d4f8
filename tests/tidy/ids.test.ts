/** Every fault, abuse and invariant that counts so far is named by the title of a test that proves it. */
import ts from 'typescript';
import { errors } from '../../functions/contract/errors';
import { invariants } from '../../functions/views/invariants';
import { listFiles, textOf } from './sources';

const range = (letter: string, from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => `${letter}-${String(from + i).padStart(2, '0')}`);
const WANTED = [
  ...range('F', 1, 27), ...range('F', 30, 34), 'F-36',
  ...range('A', 1, 6), ...range('A', 8, 29), ...range('A', 32, 36), ...range('A', 38, 40), 'A-42',
  // Without those whose tables do not exist yet: settlements (I-20), campaigns (I-27).
  ...range('I', 1, 28).filter((id) => !['I-20', 'I-27'].includes(id)),
];

/** Titles of describe, test and it, also of .each and .only. */
function titlesOf(file: string): string[] {
  const titles: string[] = [];
  const rootName = (node: ts.Expression): string => (ts.isIdentifier(node) ? node.text
    : ts.isPropertyAccessExpression(node) || ts.isCallExpression(node) ? rootName(node.expression) : ts.isTaggedTemplateExpression(node) ? rootName(node.tag) : '');
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && ['test', 'it', 'describe'].includes(rootName(node.expression)) && !isSkipped(node.expression)) {
      const [title] = node.arguments;
      if (title && ts.isStringLiteralLike(title)) titles.push(title.text);
      else if (title && ts.isTemplateExpression(title)) titles.push([title.head.text, ...title.templateSpans.map((span) => span.literal.text)].join(''));
    }
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true));
  return titles;
}
const isSkipped = (node: ts.Expression) => /\.(skip|todo)\b/.test(node.getText());
const idsIn = (titles: string[]) => new Set(titles.flatMap((title) => title.match(/\b[AFI]-\d{2}\b/g) ?? []));

// The stand-in's and the phone's own tests do not prove what the system does.
const ours = listFiles('tests').filter((file) => /\.test\.tsx?$/.test(file) && !/^tests\/(sandbox|app|tidy\/ids)/.test(file));
const told = idsIn([...ours.filter((file) => file !== 'tests/tidy/ids.test.ts').flatMap(titlesOf)]);

test.each(WANTED)('%s has a test', (id) => expect(told.has(id)).toBe(true));

test('a comment or a skipped test does not count', () => {
  expect(idsIn(['the money (F-01, I-04)'])).toEqual(new Set(['F-01', 'I-04']));
  expect(ours.length).toBeGreaterThan(20);
});

test('every invariant that can be asked of the database is asked', () => {
  const asked = new Set(invariants.map(({ id }) => id));
  // I-25 is a rule of the code.
  expect(WANTED.filter((id) => id.startsWith('I-') && id !== 'I-25' && !asked.has(id))).toEqual([]);
});

test('every refusal that a person may be told is provoked by a test', () => {
  const text = ours.map(textOf).join('\n');
  expect(Object.keys(errors).filter((code) => !new RegExp(`\\b${code}\\b`).test(text))).toEqual([]);
});

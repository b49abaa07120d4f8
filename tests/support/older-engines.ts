/** What engines of 2019 (iOS 13, Chrome 80) cannot read: one such place and the whole file does not run. Missing functions are another matter. */
import ts from 'typescript';

const NEWER = [
  ts.SyntaxKind.QuestionDotToken, ts.SyntaxKind.QuestionQuestionToken, ts.SyntaxKind.QuestionQuestionEqualsToken, ts.SyntaxKind.BarBarEqualsToken, ts.SyntaxKind.AmpersandAmpersandEqualsToken,
  ts.SyntaxKind.BigIntLiteral, ts.SyntaxKind.PrivateIdentifier, ts.SyntaxKind.PropertyDeclaration, ts.SyntaxKind.ClassStaticBlockDeclaration,
];

/** The places in one built file that they could not read. */
export function tooNew(text: string): string[] {
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (NEWER.includes(node.kind) || (ts.isRegularExpressionLiteral(node) && /\(\?<[=!]/.test(node.text))) found.push(text.slice(Math.max(0, node.pos - 40), node.end + 20));
    ts.forEachChild(node, look);
  };
  look(ts.createSourceFile('built.js', text, ts.ScriptTarget.Latest, false, ts.ScriptKind.JS));
  return found;
}

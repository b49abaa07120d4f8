/** The checkout as the tidy tests read it: which files there are, what they import, what SQL they carry. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import ts from 'typescript';

export const root = join(__dirname, '..', '..');
export const textOf = (file: string): string => readFileSync(join(root, file), 'utf8');

/** Files of the checkout, as paths from its root: tracked ones and new ones that are not ignored. */
export function listFiles(...patterns: string[]): string[] {
  const out = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z', '--', ...patterns], { cwd: root, encoding: 'utf8' });
  return [...new Set(out.split('\0'))].filter((file) => file && existsSync(join(root, file))).sort();
}

interface Import { file: string; specifier: string; isType: boolean }
/** Every import, export-from, import() and require of a file, with string specifiers. */
export function importsOf(file: string): Import[] {
  const found: Import[] = [];
  const source = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true);
  const add = (node: ts.Node | undefined, isType: boolean) => {
    if (node && ts.isStringLiteralLike(node)) found.push({ file, specifier: node.text, isType });
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) add(node.moduleSpecifier, isTypeOnly(node));
    else if (ts.isExportDeclaration(node)) add(node.moduleSpecifier, node.isTypeOnly);
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) add(node.argument.literal, true);
    else if (ts.isCallExpression(node) && (node.expression.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(node.expression) && node.expression.text === 'require'))) add(node.arguments[0], false);
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

function isTypeOnly({ importClause }: ts.ImportDeclaration): boolean {
  if (!importClause) return false;
  if (importClause.isTypeOnly) return true;
  const named = importClause.namedBindings;
  return !importClause.name && named !== undefined && ts.isNamedImports(named) && named.elements.length > 0 && named.elements.every((element) => element.isTypeOnly);
}

const ENDINGS = ['', '.ts', '.tsx', '.mjs', '.cjs', '.js', '/index.ts', '/index.tsx'];
/** The file of ours that a specifier means, or null for a package. Throws when there is no such file. */
export function resolved({ file, specifier }: Import): string | null {
  const path = specifier.startsWith('.') ? posix.join(dirname(file), specifier)
    : specifier.startsWith('@contract/') ? `functions/contract/${specifier.slice(10)}`
      : specifier.startsWith('@/') ? `src/${specifier.slice(2)}` : null;
  if (path === null) return null;
  const hit = ENDINGS.map((ending) => path + ending).find((candidate) => /\.\w+$/.test(candidate) && existsSync(join(root, candidate)));
  if (!hit) throw new Error(`${file} imports ${specifier}, which is no file`);
  return hit;
}

/** Text without SQL comments and quoted text, so that words in them count for nothing. */
export const bareSql = (sql: string): string => sql.replace(/--[^\n]*/g, ' ').replace(/'(?:[^']|'')*'/g, "''");

/** The string and template literals of a TypeScript file: where its SQL is. Parts between `${…}` are joined by a blank. */
export function literalsOf(file: string): string[] {
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isStringLiteral(node) || ts.isNoSubstitutionTemplateLiteral(node)) found.push(node.text);
    else if (ts.isTemplateExpression(node)) found.push([node.head.text, ...node.templateSpans.map((span) => span.literal.text)].join(' '));
    ts.forEachChild(node, visit);
  };
  visit(ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true));
  return found;
}

export const moduleOf = (file: string): string => file.split('/')[1]!;
/** Left to right: a module imports, and its saves call, only what is to its left. */
export const LINE = [
  'contract', 'kernel', 'identity', 'merchants', 'catalog', 'ledger', 'coupons', 'group-buys', 'referrals', 'vouchers', 'payments', 'orders', 'refunds', 'settlement', 'views', 'worker', 'host',
];

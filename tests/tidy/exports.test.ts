/** What is exported is for somebody: a name that no other file takes is kept to its file, or is gone. */
import { existsSync } from 'node:fs';
import { join, posix } from 'node:path';
import ts from 'typescript';
import { listFiles, resolved, root, textOf } from './sources';

const FILES = listFiles('functions', 'src', 'tests', 'config').filter((file) => /\.(ts|tsx|mjs|cjs)$/.test(file));
/** Taken by name from outside: by Taro (pages, their configuration, the app, its plugins), by AWS Lambda, by jest and by serverless. */
const DOORS = [
  /^src\/(app(\.config)?\.tsx?|custom-tab-bar\/.*|(.*\/)?pages\/.*\/index(\.config)?\.tsx?) default$/, /^functions\/[a-z-]+\/handler\.ts handler$/, /^config\/.* default$/,
  /^tests\/support\/global-(setup|teardown)\.mjs default$/,
];

interface Found { exports: Set<string>; uses: { file: string; name: string }[] }
/** `*` as a name: all that the file has. */
function look(file: string): Found {
  const source = ts.createSourceFile(file, textOf(file), ts.ScriptTarget.Latest, true);
  const exports = new Set<string>();
  const uses: Found['uses'] = [];
  const use = (node: ts.Node | undefined, names: string[]) => {
    if (!node || !ts.isStringLiteralLike(node)) return;
    const to = place(file, node.text);
    if (to) for (const name of names) uses.push({ file: to, name });
  };
  const nameOf = (node: ts.ImportSpecifier | ts.ExportSpecifier) => (node.propertyName ?? node.name).text;
  const bind = (name: ts.BindingName): void => {
    if (ts.isIdentifier(name)) exports.add(name.text);
    else for (const one of name.elements) if (ts.isBindingElement(one)) bind(one.name);
  };
  const visit = (node: ts.Node): void => {
    if (ts.isImportDeclaration(node)) {
      const { importClause: clause } = node;
      const named = clause?.namedBindings;
      use(node.moduleSpecifier, [...(clause?.name ? ['default'] : []), ...(!named ? [] : ts.isNamedImports(named) ? named.elements.map(nameOf) : ['*'])]);
    } else if (ts.isExportDeclaration(node)) {
      const named = node.exportClause && ts.isNamedExports(node.exportClause) ? node.exportClause.elements : null;
      use(node.moduleSpecifier, named ? named.map(nameOf) : ['*']);
      for (const one of named ?? []) exports.add(one.name.text);
    } else if (ts.isExportAssignment(node)) exports.add('default');
    else if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) use(node.argument.literal, ['*']);
    // import('…'), require('…'), jest.mock('…'), loadTs('…'), and addresses of files that are read, started or mapped: whatever a text names as a file.
    else if (ts.isStringLiteralLike(node) && !ts.isImportDeclaration(node.parent) && !ts.isExportDeclaration(node.parent)) use(node, ['*']);
    else if (ts.canHaveModifiers(node) && ts.getModifiers(node)?.some((one) => one.kind === ts.SyntaxKind.ExportKeyword)) {
      if (ts.getModifiers(node)!.some((one) => one.kind === ts.SyntaxKind.DefaultKeyword)) exports.add('default');
      else if (ts.isVariableStatement(node)) node.declarationList.declarations.forEach((one) => bind(one.name));
      else if ('name' in node && node.name) exports.add((node.name as ts.Identifier).text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { exports, uses };
}

/** The file of ours that a specifier or a path from the root means; null for anything else. */
function place(file: string, specifier: string): string | null {
  if (/^(\.{1,2}|@|@contract)\//.test(specifier)) {
    try {
      return resolved({ file, specifier, isType: false });
    } catch {
      return null;
    }
  }
  const path = posix.normalize(specifier.replace('<rootDir>/', ''));
  return /^(functions|src|tests|config)\/[\w./-]+\.\w+$/.test(path) && existsSync(join(root, path)) ? path : null;
}

test('no name is exported that no other file takes', () => {
  const found = new Map(FILES.map((file) => [file, look(file)]));
  const taken = new Set([...found].flatMap(([file, { uses }]) => uses.filter((one) => one.file !== file).map((one) => `${one.file} ${one.name}`)));
  // A file for the mini-program stands in for the browser's of the same name.
  const isTaken = (file: string, name: string) => [name, '*'].some((any) => taken.has(`${file} ${any}`) || taken.has(`${file.replace('.weapp.', '.')} ${any}`));
  const idle = [...found].flatMap(([file, { exports }]) => [...exports].filter((name) => !isTaken(file, name)).map((name) => `${file} ${name}`));
  const left = idle.filter((one) => !DOORS.some((door) => door.test(one)));
  expect(left).toEqual([]);
  expect(taken.size).toBeGreaterThan(2_000);
});

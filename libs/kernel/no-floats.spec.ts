import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import ts from 'typescript';
import { describe, expect, it } from 'vitest';

const libs = join(import.meta.dirname, '..');

const sources = readdirSync(libs, { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.spec.ts'))
  .map((entry) => relative(libs, join(entry.parentPath, entry.name)).replaceAll('\\', '/'))
  .filter((path) => !path.includes('/generated/') && !path.includes('/generator/') && !path.includes('/testing/'));
const parse = (path: string): ts.SourceFile => ts.createSourceFile(path, readFileSync(join(libs, path), 'utf8'), ts.ScriptTarget.Latest, true);

function* nodesOf(node: ts.Node): Generator<ts.Node> {
  yield node;
  for (const child of node.getChildren()) yield* nodesOf(child);
}

/** Counts and offsets that come as text, never an amount: each named with the reason. */
const ALLOWED: Readonly<Record<string, string>> = {
  'charges/wire/spelling-table.ts': 'how many places a spelling is padded to: 0 to 18',
};

/** What turns text or a bigint into a float. */
function isFloat(node: ts.Node): boolean {
  if (ts.isCallExpression(node)) {
    const callee = node.expression.getText();
    return callee === 'Number' || callee === 'parseFloat' || callee === 'Number.parseFloat';
  }
  if (ts.isIdentifier(node) && node.text === 'Number' && ts.isCallExpression(node.parent))
    return node.parent.arguments.some((argument) => argument === node);
  return ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.PlusToken && !ts.isNumericLiteral(node.operand);
}

describe('decimals never pass through a float', () => {
  it('no source reads text as a float', () => {
    expect(sources.length).toBeGreaterThan(100);
    const found = sources
      .filter((path) => /\bNumber\b|parseFloat|\+[\w(]/.test(readFileSync(join(libs, path), 'utf8')) && !(path in ALLOWED))
      .flatMap((path) => [...nodesOf(parse(path))].filter(isFloat).map((node) => `${path}: ${node.parent.getText().slice(0, 100)}`));
    const decimalPath =
      /^(kernel|commitments|contracts|organizations|obligations|event-schema)\/|^charges\/(domain|wire|read|application|graphql)\/|^charges\/intake\/decimal-field|scalars/;
    expect(found.filter((line) => decimalPath.test(line))).toEqual([]);
  });

  it('the scan finds each way of doing it', () => {
    const file = (text: string) => [...nodesOf(ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true))].filter(isFloat).length;
    expect(['Number(x)', 'parseFloat(x)', 'Number.parseFloat(x)', 'f(+x)', 'xs.map(Number)'].map(file)).toEqual([1, 1, 1, 1, 1]);
    expect(['Number.isInteger(x)', '+1', 'a + b', 'Number.MAX_SAFE_INTEGER', 'BigInt(x)'].map(file)).toEqual([0, 0, 0, 0, 0]);
  });

  /** Text of every string and template in the sources that is SQL. */
  const statements = sources.flatMap((path) =>
    [...nodesOf(parse(path))]
      .filter((node): node is ts.StringLiteralLike | ts.TemplateExpression => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node))
      .map((node) => ({ path, sql: node.getText() }))
      .filter(({ sql }) => /^.\s*(SELECT|INSERT|UPDATE|DELETE|CREATE|WITH)\s/i.test(sql)),
  );
  const AMOUNTS = 'certain|low|high|marketplace|usage|covered|amount|cost|quantity|drawn|value';

  it('no SQL adds, averages or takes the extremes of an amount', () => {
    expect(statements.length).toBeGreaterThan(50);
    expect(
      statements.filter(({ sql }) => new RegExp(`\\b(SUM|TOTAL|AVG|MIN|MAX)\\s*\\(\\s*(DISTINCT\\s+)?(\\w+\\.)?(${AMOUNTS})\\b`, 'i').test(sql)),
    ).toEqual([]);
    expect(statements.filter(({ sql }) => /\b(TOTAL|AVG)\s*\(/i.test(sql))).toEqual([]);
  });

  it('no SQL compares, computes with or sorts an amount', () => {
    const operators = new RegExp(
      `\\b(${AMOUNTS})\\s*(<|>|<=|>=|\\+|-|\\*|/|BETWEEN\\b)|(<|>|<=|>=|\\+|\\*|/)\\s*(\\w+\\.)?(${AMOUNTS})\\b|ORDER BY[^;]*\\b(${AMOUNTS})\\b`,
      'i',
    );
    const found = statements.filter(({ sql }) => operators.test(sql.replace(/'[^']*'/g, "''")));
    expect(found).toEqual([]);
  });

  it('no column for an amount is REAL, INTEGER or NUMERIC', () => {
    expect(statements.filter(({ sql }) => new RegExp(`\\b(${AMOUNTS})\\s+(REAL|INTEGER|NUMERIC|FLOAT|DOUBLE)`, 'i').test(sql))).toEqual([]);
  });
});

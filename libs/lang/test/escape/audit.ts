/** Reads generated JavaScript and says what it reaches besides its runtime. */
import ts from 'typescript';
import { RUNTIME_NAMES } from '../../src/compile/program';

/** Properties that generated code reads, and of what: natives, fibres, open calls, arrays and payloads of its own making. */
const PROPERTIES: Readonly<Record<string, RegExp>> = {
  s: /^n\d+$/,
  a: /^n\d+$/,
  f: /^fb$/,
  r: /^fb$/,
  cells: /^fb\.r$/,
  push: /^x\d+$/,
  val: /^x\d+$/,
  again: /^t$/,
};

const RUNTIME: ReadonlySet<string> = new Set(RUNTIME_NAMES);
/** What the generator calls its variables. */
const OWN_NAME = /^(?:[a-z]{1,2}\d*(?:_\d+)?[a-z$]?|rt|site|args|loop|ints|floats)$/;

const FORBIDDEN: ReadonlySet<ts.SyntaxKind> = new Set([
  ts.SyntaxKind.ThisKeyword,
  ts.SyntaxKind.SuperKeyword,
  ts.SyntaxKind.ImportKeyword,
  ts.SyntaxKind.MetaProperty,
  ts.SyntaxKind.ClassExpression,
  ts.SyntaxKind.ClassDeclaration,
  ts.SyntaxKind.FunctionExpression,
  ts.SyntaxKind.TaggedTemplateExpression,
  ts.SyntaxKind.TemplateExpression,
  ts.SyntaxKind.NoSubstitutionTemplateLiteral,
  ts.SyntaxKind.RegularExpressionLiteral,
  ts.SyntaxKind.WithStatement,
  ts.SyntaxKind.DebuggerStatement,
  ts.SyntaxKind.DeleteExpression,
  ts.SyntaxKind.YieldExpression,
  ts.SyntaxKind.GetAccessor,
  ts.SyntaxKind.SetAccessor,
  ts.SyntaxKind.ComputedPropertyName,
  ts.SyntaxKind.ForInStatement,
]);

export function reaches(js: string): readonly string[] {
  const file = ts.createSourceFile('a.js', `(${js});`, ts.ScriptTarget.ES2023, true, ts.ScriptKind.JS);
  const found = new Set<string>();
  const { parseDiagnostics } = file as unknown as { parseDiagnostics: readonly ts.Diagnostic[] };
  for (const { messageText } of parseDiagnostics) found.add(`syntax: ${JSON.stringify(messageText)}`);
  const declared = new Set<string>();
  const used: string[] = [];
  const visit = (node: ts.Node): void => {
    if (FORBIDDEN.has(node.kind)) found.add(ts.SyntaxKind[node.kind]);
    if (ts.isIdentifier(node)) name(node, declared, used, found);
    if (ts.isNewExpression(node) && node.expression.getText() !== 'HotMap')
      found.add(`new ${node.expression.getText()}`);
    if (ts.isElementAccessExpression(node)) element(node, found);
    ts.forEachChild(node, visit);
  };
  visit(file);
  for (const each of used) if (!declared.has(each) && each !== 'undefined') found.add(`free name ${each}`);
  return [...found];
}

function name(node: ts.Identifier, declared: Set<string>, used: string[], found: Set<string>): void {
  const { parent, text } = node;
  if (ts.isPropertyAccessExpression(parent) && parent.name === node) {
    const base = parent.expression.getText();
    const of = Object.hasOwn(PROPERTIES, text) ? PROPERTIES[text] : undefined;
    if (of?.test(base) !== true) found.add(`property .${text} of ${base.slice(0, 30)}`);
    return;
  }
  if (ts.isPropertyAssignment(parent) && parent.name === node) {
    if (!['functions', 'init', 's', 'a'].includes(text)) found.add(`key ${text}`);
    return;
  }
  if (isDeclaration(node)) {
    declared.add(text);
    if (!RUNTIME.has(text) && !OWN_NAME.test(text)) found.add(`declares ${text}`);
    return;
  }
  used.push(text);
}

function isDeclaration(node: ts.Identifier): boolean {
  const { parent } = node;
  return (
    ((ts.isVariableDeclaration(parent) || ts.isParameter(parent) || ts.isBindingElement(parent)) &&
      parent.name === node) ||
    (ts.isFunctionDeclaration(parent) && parent.name === node) ||
    (ts.isLabeledStatement(parent) && parent.label === node)
  );
}

/** Tables by number, and functions of the library by name. */
function element(node: ts.ElementAccessExpression, found: Set<string>): void {
  const { argumentExpression: index, expression: base } = node;
  if (ts.isNumericLiteral(index)) return;
  if (ts.isStringLiteral(index) && base.getText() === 'natives' && index.text.startsWith('::hot::')) return;
  found.add(`element [${index.getText().slice(0, 30)}] of ${base.getText().slice(0, 30)}`);
}

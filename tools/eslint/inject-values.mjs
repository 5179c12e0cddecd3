/**
 * A class that Nest injects by its constructor type is imported as a value. `import type` is erased, the metadata then
 * says Object, and the application fails at start with a message that names neither file nor reason.
 */
/** Filters (@Catch) are left out: ours are constructed by hand. */
const INJECTED_INTO = /^(Injectable|Controller|Processor|Module|Global)$/;

const isTypeImport = (definition) =>
  definition?.type === 'ImportBinding' &&
  (definition.parent.importKind === 'type' || definition.node.importKind === 'type');

const hasDecorator = (node, name) =>
  (node.decorators ?? []).some(
    (d) => d.expression.type === 'CallExpression' && name.test(d.expression.callee.name ?? ''),
  );

const lookUp = (scope, name) => (scope ? (scope.set.get(name) ?? lookUp(scope.upper, name)) : undefined);

export const injectValues = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      erased: "'{{name}}' is injected by its type, but imported with 'import type', which is erased.",
    },
  },
  create(context) {
    return {
      'MethodDefinition[kind="constructor"]'(node) {
        if (!hasDecorator(node.parent.parent, INJECTED_INTO)) return;
        for (const parameter of node.value.params) {
          const bare = parameter.type === 'TSParameterProperty' ? parameter.parameter : parameter;
          const name = bare.typeAnnotation?.typeAnnotation?.typeName?.name;
          // @Inject(TOKEN), @InjectQueue(...): the token decides, the type is only a type.
          if (!name || hasDecorator(parameter, /^Inject/) || hasDecorator(bare, /^Inject/)) continue;
          const variable = lookUp(context.sourceCode.getScope(node), name);
          if (isTypeImport(variable?.defs[0]))
            context.report({ node: bare, messageId: 'erased', data: { name } });
        }
      },
    };
  },
};

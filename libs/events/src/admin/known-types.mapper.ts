import type { KnownEventType, KnownHandler } from '@app/contracts';
import type { HandlerOfType } from '@app/observe';

/** Groups handlers by the type they listen to. */
export function toKnownTypes(handlers: readonly HandlerOfType[]): readonly KnownEventType[] {
  const byType = new Map<string, KnownHandler[]>();
  for (const handler of handlers) {
    const known = byType.get(handler.event_type) ?? [];
    known.push(toKnownHandler(handler));
    byType.set(handler.event_type, known);
  }
  return [...byType].map(([type, of]) => ({ type, handlers: of }));
}

function toKnownHandler({ ns, var: name, meta, project }: HandlerOfType): KnownHandler {
  const { doc } = meta as { readonly doc?: unknown }; // a JSON object, written by the compiler
  return {
    function: `${ns}/${name}`,
    project,
    doc: typeof doc === 'string' ? doc : null,
    examples: examplesOf(meta),
  };
}

function examplesOf(meta: unknown): KnownHandler['examples'] {
  const { examples } = meta as { readonly examples?: unknown };
  if (!Array.isArray(examples)) return [];
  return examples.slice(0, 20).map((example: unknown, index) => {
    const { title, data } = (typeof example === 'object' && example !== null ? example : {}) as {
      readonly title?: unknown;
      readonly data?: unknown;
    };
    return {
      title: typeof title === 'string' ? title : `Example ${index + 1}`,
      json: JSON.stringify(data === undefined ? example : data),
    };
  });
}

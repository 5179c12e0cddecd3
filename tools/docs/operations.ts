/** The operations of an OpenAPI document as tables, one per tag. */
import { markdownTable } from './document';

const METHODS = ['get', 'post', 'put', 'patch', 'delete'] as const;

interface Operation {
  readonly tags?: readonly string[];
  readonly summary?: string;
  readonly responses?: Readonly<Record<string, { readonly description?: string } | undefined>>;
}

export interface OpenApiPaths {
  readonly paths: Readonly<Record<string, Readonly<Partial<Record<(typeof METHODS)[number], Operation>>>>>;
}

export function operationTables({ paths }: OpenApiPaths): string {
  const byTag = new Map<string, (readonly string[])[]>();
  for (const [path, operations] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation = operations[method];
      if (operation === undefined) continue;
      const tag = operation.tags?.[0] ?? 'Other';
      const row = [`\`${method.toUpperCase()} ${path}\``, summaryOf(operation)];
      byTag.set(tag, [...(byTag.get(tag) ?? []), row]);
    }
  }
  return [...byTag]
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([tag, rows]) => {
      const sorted = rows.toSorted(([a = ''], [b = '']) => (pathOf(a) < pathOf(b) ? -1 : 1));
      return `### ${tag}\n\n${markdownTable(['Operation', 'What'], sorted)}`;
    })
    .join('\n\n');
}

const pathOf = (operation: string): string => operation.split(' ')[1]?.replace('`', '') ?? '';

function summaryOf({ summary, responses }: Operation): string {
  const success = Object.entries(responses ?? {}).find(([status]) => status.startsWith('2'));
  return summary ?? success?.[1]?.description ?? '';
}

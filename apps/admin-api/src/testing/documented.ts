/** Holds answers against the document: what a route says that it answers is what it answers. */
import type { OpenAPIObject } from '@nestjs/swagger';
import { z } from 'zod';

interface Operation {
  readonly responses: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: object }>> } | undefined>
  >;
}

export class Documented {
  private readonly schemas = new Map<string, z.ZodType>();
  private readonly paths: readonly { readonly pattern: RegExp; readonly path: string }[];

  constructor(private readonly document: OpenAPIObject) {
    this.paths = Object.keys(document.paths)
      // Fixed parts win over parameters, as in the router.
      .sort((a, b) => (a.match(/\{/g)?.length ?? 0) - (b.match(/\{/g)?.length ?? 0))
      .map((path) => ({ path, pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`) }));
  }

  /** What is wrong with an answer; undefined when nothing is, or when it is no JSON. */
  problemOf(method: string, url: string, status: number, body: string): string | undefined {
    const path = this.paths.find(({ pattern }) => pattern.test(url.split('?', 1)[0] ?? ''))?.path;
    if (path === undefined) return undefined;
    const operation = (this.document.paths[path] as Readonly<Record<string, Operation | undefined>>)[
      method.toLowerCase()
    ];
    if (operation === undefined) return undefined;
    const named = operation.responses[String(status)];
    if (named === undefined && status < 400)
      return `${method} ${path} does not say that it answers ${status}`;
    const key = named === undefined ? 'default' : String(status);
    const content = operation.responses[key]?.content?.['application/json'];
    if (content?.schema === undefined || 'format' in content.schema) return undefined;
    const result = this.schemaOf(`${method} ${path} ${key}`, content.schema).safeParse(JSON.parse(body));
    if (result.success) return undefined;
    const issue = result.error.issues[0];
    return `${method} ${path} ${status}: ${issue?.path.join('.')} ${issue?.message}`;
  }

  private schemaOf(key: string, schema: object): z.ZodType {
    let known = this.schemas.get(key);
    if (known === undefined) {
      // The reader wants definitions beside the schema instead of in the document.
      const text = JSON.stringify({ ...schema, $defs: this.document.components?.schemas ?? {} });
      const local = JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')) as Parameters<
        typeof z.fromJSONSchema
      >[0];
      known = z.fromJSONSchema(local);
      this.schemas.set(key, known);
    }
    return known;
  }
}

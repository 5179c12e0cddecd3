/** Types that declare an agent or a workflow. */
import { metaGet } from '../analyse/metadata';
import type { TypeDef } from '../analyse/program';
import { metaJson, metaObject } from './json';
import type { Agent, Workflow } from './model';
import { locate, MetaReader } from './reader';
import type { Extractor } from './reader';

export function agentsOf(x: Extractor): readonly Agent[] {
  return declared(x, 'agent').map(({ type, map, base }) => {
    const servers = map.get('mcp-servers');
    return {
      ...base,
      mcpServers: servers ? metaJson(servers) : null,
      configFields:
        type.kind === 'struct'
          ? type.fields.map((field) => ({ name: field.name, type: field.typeText }))
          : [],
    };
  });
}

export function workflowsOf(x: Extractor): readonly Workflow[] {
  return declared(x, 'workflow').map(({ base }) => base);
}

interface Declared {
  readonly type: TypeDef;
  readonly map: MetaReader;
  readonly base: Workflow;
}

function declared(x: Extractor, key: 'agent' | 'workflow'): readonly Declared[] {
  const found: Declared[] = [];
  for (const type of x.program.types) {
    const origin = x.program.origins[type.file];
    // A name of another kind under this key groups a function; on a type it must be a map.
    if (type.local || origin === 'std' || origin === 'test' || metaGet(type.meta, key)?.type === undefined)
      continue;
    const reader = new MetaReader(x, type, type.meta, '');
    const map = reader.map(key);
    if (!map) continue;
    const doc = metaGet(type.meta, 'doc');
    found.push({
      type,
      map,
      base: {
        typeName: type.name,
        ns: type.ns.name,
        fullName: type.fullName,
        name: map.str('name') ?? type.name,
        description: map.str('description') ?? (doc?.type === 'str' ? doc.value.trim() : null),
        tags: map.strings('tags'),
        meta: metaObject(type.meta),
        ...locate(x.program, type),
      },
    });
  }
  return found;
}

/** What the annotation of a flow asks for. */
import type { TypeExpr } from '../syntax/ast';
import type { Shape } from './core';
import type { Env } from './scope';

/** 'one': some plain type; 'all': `All` without argument; 'default': no annotation. */
export type ShapeRequest = 'default' | 'one' | 'map' | 'vec' | 'all';

export function requestOf(type: TypeExpr | null): ShapeRequest {
  if (!type) return 'default';
  if (type.kind === 'type-name') return isAll(type) ? 'all' : 'one';
  if (type.kind !== 'type-generic' || !isAll(type.base)) return 'one';
  const [arg] = type.args;
  if (arg?.kind !== 'type-name') return 'one';
  if (arg.name === 'Map') return 'map';
  return arg.name === 'Vec' ? 'vec' : 'one';
}

function isAll(type: TypeExpr): boolean {
  return type.kind === 'type-name' && type.name === 'All' && type.path === null && type.variant === null;
}

/** `collects`: parallel, cond-all and match-all, which give a Map unless something else is asked for. */
export function shapeFor(
  env: Env,
  request: ShapeRequest,
  collects: boolean,
  at: { start: number; end: number },
): Shape {
  switch (request) {
    case 'default':
      return collects ? 'map' : 'one';
    case 'one':
    case 'map':
    case 'vec':
      return request;
    case 'all':
      if (collects) return 'map';
      env.a.sink.error(
        'parse-error',
        'Bare All annotations are only allowed on collect-all flows (parallel, cond-all, match-all); ' +
          'use All<Vec> or All<Map> here',
        env.file,
        at,
      );
      return 'one';
  }
}

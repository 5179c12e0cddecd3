import type { DefinitionEntry } from '../compile/tables';
import { Handle, TypeInfo, type Value } from './values';

const DEFINITION_TYPE = new TypeInfo('::hot::meta/Definition');

/** A definition that an argument mentions by name; only `meta/get` and `source` ever see one. */
export class Definition extends Handle {
  readonly type = DEFINITION_TYPE;

  constructor(
    readonly entry: DefinitionEntry,
    readonly file: string | null,
    readonly meta: Value,
    /** What the name stands for, if it is a variable without metadata of its own. */
    readonly value: Value,
  ) {
    super();
  }
}

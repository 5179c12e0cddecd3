/** Every function of the library that takes functions, called by the function that it is given. */
import { NATIVE_SIGNATURES } from '../../src';
import type { EscapeProgram } from './program';

export const RECURSIONS: readonly EscapeProgram[] = NATIVE_SIGNATURES.flatMap(({ name, overloads }) =>
  overloads.flatMap(({ params }): EscapeProgram[] => {
    if (!params.some((param) => param.isFn)) return [];
    return [
      ['[1, 2]', 'list'],
      ['{a: 1}', 'map'],
      ['"ab"', 'text'],
    ].map(([value, kind]) => {
      const args = params
        .map((param) => (param.isFn ? 'again' : param.type === 'Int' ? '1' : value))
        .join(', ');
      return {
        title: `${name}(${params.map((param) => param.name).join(', ')}) of a ${kind}, in itself without end`,
        program: `::t ns\nagain fn (...xs) { [${name}(${args})] }\nmain fn () { again(1)\n"ended" }`,
        expected: 'ended',
      };
    });
  }),
);

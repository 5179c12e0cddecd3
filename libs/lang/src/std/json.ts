/** `::hot::json`. */
import { JsonError, readJson } from '../runtime/json-read';
import { JsonDepthError, writeJson } from '../runtime/json-write';
import { utf8Length } from '../source/utf8';
import { err } from '../runtime/values';
import { MAX_PARSE_BYTES, textWithin, tooLongInput } from './limits';
import { native, type NativeDef } from '../runtime/native-def';

export const JSON_NATIVES: readonly NativeDef[] = [
  native('::hot::json/to-json', {
    core: true,
    pure: true,
    sig: '(value: Any): Str',
    doc: 'The value as compact JSON, exact numbers.',
    s: (fb, _d, _s, v = null) => {
      try {
        const text = writeJson(v, false);
        fb.r.spend(fb, text.length >> 6);
        return textWithin('to-json', text);
      } catch (e) {
        if (e instanceof JsonDepthError) return err('to-json: nesting depth exceeds 256 levels');
        throw e;
      }
    },
  }),
  native('::hot::json/from-json', {
    core: true,
    pure: true,
    sig: '(value: Str): Any',
    doc: 'The value of a JSON text, exact numbers.',
    s: (fb, _d, _s, text) => {
      if (typeof text !== 'string') return err('from-json expects a string argument');
      if (text.length > MAX_PARSE_BYTES / 4 && utf8Length(text) > MAX_PARSE_BYTES) {
        return tooLongInput('from-json', utf8Length(text));
      }
      fb.r.spend(fb, text.length >> 5);
      try {
        return readJson(text, fb.r.program.typeNamed);
      } catch (e) {
        if (!(e instanceof JsonError)) throw e;
        return err(e.message.startsWith('from-json:') ? e.message : `Failed to parse JSON: ${e.message}`);
      }
    },
  }),
];

/** What stands in a stored text in place of a large value. */
import { FORMS, type Form } from './large-leaves';

export interface Reference {
  readonly refId: string;
  readonly objectId: string;
  /** Hexadecimal SHA-256 of the bytes. */
  readonly hash: string;
  readonly size: number;
  readonly form: Form;
  /** Of a text: its beginning. */
  readonly preview: string | null;
}

export interface FoundReference {
  readonly start: number;
  /** Exclusive. */
  readonly end: number;
  readonly refId: string;
}

const BEGINNING = '{"$type":"::hot::blob/BlobRef","$val":{"id":"';
const UUID = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const TEXT_OR_NULL = '(?:"(?:[^"\\\\]|\\\\.)*"|null)';
const REST = new RegExp(
  `(${UUID})","object-id":"${UUID}","hash-alg":"sha256","hash":"[0-9a-f]{64}","size":\\d+,` +
    `"content-type":${TEXT_OR_NULL},"preview":${TEXT_OR_NULL},"encoding":"(?:bytes|string)"\\}\\}`,
  'y',
);

/** MIME type of a value's bytes; null for any bytes. */
export function contentTypeOf(form: number): string | null {
  switch (form) {
    case FORMS.text:
    case FORMS.ascii:
      return 'text/plain; charset=utf-8';
    case FORMS.literal:
      return 'application/json';
    default:
      return null;
  }
}

/** JSON text. Written like this, and read like this: what looks only similar was written by somebody else. */
export function referenceJson({ refId, objectId, hash, size, form, preview }: Reference): string {
  const encoding = form === FORMS.list || form === FORMS.base64 ? 'bytes' : 'string';
  return (
    `${BEGINNING}${refId}","object-id":"${objectId}","hash-alg":"sha256","hash":"${hash}","size":${size},` +
    `"content-type":${JSON.stringify(contentTypeOf(form))},"preview":${JSON.stringify(preview)},"encoding":"${encoding}"}}`
  );
}

export function mayHoldReferences(json: string): boolean {
  return json.includes(BEGINNING);
}

/** All that have the shape of a reference; whether they are any, whoever keeps them has to say. */
export function referencesIn(json: string): readonly FoundReference[] {
  const found: FoundReference[] = [];
  for (let start = json.indexOf(BEGINNING); start >= 0; start = json.indexOf(BEGINNING, start + 1)) {
    REST.lastIndex = start + BEGINNING.length;
    const refId = REST.exec(json)?.[1];
    if (refId !== undefined) found.push({ start, end: REST.lastIndex, refId });
  }
  return found;
}

/** The beginning of a text, of at most so many bytes of UTF-8. */
export function previewOf(text: string, maxBytes: number): string {
  let cut = text.slice(0, maxBytes);
  while (cut !== '' && (!cut.isWellFormed() || Buffer.byteLength(cut) > maxBytes)) cut = cut.slice(0, -1);
  return cut;
}

import { fileName } from './file-path';

const BY_EXTENSION: Readonly<Record<string, string>> = {
  txt: 'text/plain',
  html: 'text/html',
  css: 'text/css',
  js: 'text/javascript',
  json: 'application/json',
  xml: 'application/xml',
  pdf: 'application/pdf',
  zip: 'application/zip',
  tar: 'application/x-tar',
  gz: 'application/gzip',
  png: 'image/png',
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  gif: 'image/gif',
  svg: 'image/svg+xml',
  webp: 'image/webp',
  mp3: 'audio/mpeg',
  wav: 'audio/wav',
  mp4: 'video/mp4',
  webm: 'video/webm',
  csv: 'text/csv',
  md: 'text/markdown',
  hot: 'text/x-hot',
};

export const UNKNOWN_TYPE = 'application/octet-stream';

/**
 * What a file is kept as. The extension says it, not whoever sends it; only a name without extension takes what was said.
 * @param said the sender's own word, null when there is none
 */
export function contentTypeOf(path: string, said: string | null): string | null {
  // A dot in front begins a hidden name, not an extension.
  const extension = /^.+\.([^.]+)$/s.exec(fileName(path))?.[1]?.toLowerCase();
  if (extension === undefined) return said;
  return Object.hasOwn(BY_EXTENSION, extension) ? (BY_EXTENSION[extension] ?? null) : UNKNOWN_TYPE;
}

/** Types of `::hot::uri`, `::hot::xml` and `::hot::media`. */
export const DATA_TYPES = `
::hot::uri ns
Uri meta {doc: "An address in its parts."} type { scheme: Str, userinfo: Str?, host: Str?, port: Int?, path: Str, query: Str?, fragment: Str? } fn
  (s: Str): Uri { ::hot::internal::uri/make(s) }
Uri -> Str fn (uri: Uri): Str { ::hot::internal::type/text(uri) }
`;

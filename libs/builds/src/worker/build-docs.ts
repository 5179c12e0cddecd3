/** What a program says of itself, a document per package. */
import { extractDocs, type Definitions, type Program } from '@app/lang';

const DEPENDENCIES = 'hot/pkg/';

/** The project is `''`, packages are called `org/name` as in the folders below `hot/pkg/`. Texts are JSON. */
export function buildDocs(program: Program, definitions: Definitions): Readonly<Record<string, string>> {
  const own = program.files
    .map(({ name }, file) => ({ name, isOwn: program.origins[file] !== 'std' }))
    .filter(({ isOwn }) => isOwn)
    .map(({ name }) => name);
  const documentOf = (files: ReadonlySet<string>): string =>
    JSON.stringify(extractDocs(program, definitions, (file) => files.has(file)));
  const docs: Record<string, string> = {};
  for (const [name, files] of Map.groupBy(own, packageOf)) docs[name] = documentOf(new Set(files));
  return docs;
}

function packageOf(file: string): string {
  if (!file.startsWith(DEPENDENCIES)) return '';
  const [org = '', name = '', ...rest] = file.slice(DEPENDENCIES.length).split('/');
  return rest.length === 0 ? org : `${org}/${name}`;
}

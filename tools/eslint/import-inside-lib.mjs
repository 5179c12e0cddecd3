/** A relative import stays inside its lib or app: another lib is entered through its alias, by its index. */
import { dirname, posix, sep } from 'node:path';

const HOME = /^(?:.*\/)?((?:libs\/platform|libs|apps)\/[^/]+)\//;

/** libs/runs, libs/platform/queue, apps/api; undefined outside of libs and apps. */
const homeOf = (file) => HOME.exec(file.split(sep).join('/'))?.[1];

export const importInsideLib = {
  meta: {
    type: 'problem',
    schema: [],
    messages: { leaves: "'{{path}}' leaves {{home}}. Import the other lib by its alias, as '@app/<lib>'." },
  },
  create(context) {
    const file = context.filename.split(sep).join('/');
    const home = homeOf(file);
    if (!home) return {};
    const check = (source) => {
      if (typeof source?.value !== 'string' || !source.value.startsWith('.')) return;
      const target = posix.normalize(`${dirname(file)}/${source.value}/`);
      if (homeOf(target) !== home)
        context.report({ node: source, messageId: 'leaves', data: { path: source.value, home } });
    };
    return {
      ImportDeclaration: (node) => check(node.source),
      ExportNamedDeclaration: (node) => check(node.source),
      ExportAllDeclaration: (node) => check(node.source),
      ImportExpression: (node) => check(node.source),
      TSImportType: (node) => check(node.source ?? node.argument?.literal),
    };
  },
};

// The import aliases for dependency-cruiser, which reads them from a file in webpack's form. Its reader of tsconfig
// paths stops at the first pattern that fits, so it would look for @app/runs/api in libs/runs/api.
const { existsSync, readdirSync } = require('node:fs');
const { join } = require('node:path');
const { aliases } = require('../../scripts/lib/aliases.mjs');

const root = process.cwd();
const adminUi = join(root, 'libs', 'admin-ui', 'src');
const parts = existsSync(adminUi) ? readdirSync(adminUi) : [];

module.exports = {
  resolve: {
    alias: Object.fromEntries([
      ...Object.entries(aliases(root)).map(([alias, file]) => [`${alias}$`, join(root, file)]),
      ...parts.map((part) => [`@app/admin-ui/${part}$`, join(adminUi, part, 'index.ts')]),
    ]),
  },
};

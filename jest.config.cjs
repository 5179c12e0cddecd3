// One configuration, several projects. Run under Node 24 with --experimental-vm-modules: the Nest packages are
// ES modules and Jest can only require() those that way.
const { existsSync } = require('node:fs');

const swc = [
  '@swc/jest',
  {
    swcrc: false,
    sourceMaps: 'inline',
    module: { type: 'commonjs' },
    jsc: {
      target: 'es2023',
      parser: { syntax: 'typescript', decorators: true, dynamicImport: true },
      transform: { legacyDecorator: true, decoratorMetadata: true, useDefineForClassFields: false },
      keepClassNames: true,
    },
  },
];

const node = {
  testEnvironment: 'node',
  transform: { '^.+\\.ts$': swc },
  moduleFileExtensions: ['ts', 'js', 'cjs', 'mjs', 'json'],
  rootDir: __dirname,
  moduleNameMapper: {
    '^fast-check$': '<rootDir>/libs/testing/src/seeded-fast-check.cjs',
    '^@app/platform/([^/]+)$': '<rootDir>/libs/platform/$1/src/index.ts',
    '^@app/([^/]+)/(api|admin|worker|testing)$': '<rootDir>/libs/$1/src/$2/index.ts',
    '^@app/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
  },
  modulePathIgnorePatterns: ['<rootDir>/dist/', '<rootDir>/.data/'],
};

const projects = [
  {
    ...node,
    displayName: 'unit',
    testMatch: ['<rootDir>/{libs,apps,tools}/**/*.spec.ts'],
    testPathIgnorePatterns: [
      '/node_modules/',
      '\\.int\\.spec\\.ts$',
      '<rootDir>/apps/admin/',
      '<rootDir>/libs/admin-ui/',
    ],
  },
  {
    ...node,
    displayName: 'int',
    testMatch: ['<rootDir>/{libs,apps,tools}/**/*.int.spec.ts'],
  },
  { ...node, displayName: 'e2e', testMatch: ['<rootDir>/e2e/**/*.e2e.ts'] },
];

if (existsSync(`${__dirname}/apps/admin/setup-jest.ts`)) {
  const { createCjsPreset } = require('jest-preset-angular/presets');
  projects.push({
    ...createCjsPreset({ tsconfig: '<rootDir>/apps/admin/tsconfig.spec.json' }),
    displayName: 'admin',
    rootDir: __dirname,
    testMatch: ['<rootDir>/{apps/admin,libs/admin-ui}/**/*.spec.ts'],
    setupFilesAfterEnv: ['<rootDir>/apps/admin/setup-jest.ts'],
    transformIgnorePatterns: ['/node_modules/'],
    moduleNameMapper: {
      '^@app/admin-ui/(.+)$': '<rootDir>/libs/admin-ui/src/$1/index.ts',
      '^@app/([^/]+)$': '<rootDir>/libs/$1/src/index.ts',
    },
  });
}

// Real servers on a busy machine of two cores: a hanging test is ended, a slow one is not.
module.exports = { projects, testTimeout: 20_000 };

/**
 * What wants an underline in the editor. Layout is Prettier's, unused code is knip's, who may import whom is
 * dependency-cruiser's. Type information is loaded for the one family of rules that needs it.
 */
import angular from 'angular-eslint';
import prettier from 'eslint-config-prettier/flat';
import tseslint from 'typescript-eslint';
import { importInsideLib } from './tools/eslint/import-inside-lib.mjs';
import { injectValues } from './tools/eslint/inject-values.mjs';

const SERVER = ['{apps/api,apps/admin-api,apps/worker,apps/cli,libs,migrations,e2e,bench,tools}/**/*.ts'];
const BROWSER = ['{apps/admin,libs/admin-ui}/**/*.ts'];
const TESTS = [
  '**/*.spec.ts',
  '**/*.e2e.ts',
  'e2e/**',
  'libs/testing/**',
  '**/testing/**',
  'apps/admin/setup-jest.ts',
];
const PLAIN = ['**/*.mjs', '**/*.cjs'];

const DEFAULT_EXPORT = {
  selector: 'ExportDefaultDeclaration',
  message: 'Named exports only: a name that follows the thing everywhere.',
};
const ENUM = { selector: 'TSEnumDeclaration', message: 'Use a union of literals or an `as const` list.' };
const NOW = {
  selector: 'NewExpression[callee.name="Date"][arguments.length=0]',
  message: 'The time comes from the embedder.',
};
const ENVIRONMENT = {
  object: 'process',
  property: 'env',
  message: 'The environment is read once, by platform/config.',
};

/** Plain JavaScript's own mistakes; TypeScript's compiler finds most of them by itself. */
const COMMON = {
  eqeqeq: ['error', 'always', { null: 'ignore' }],
  'no-constant-binary-expression': 'error',
  'no-duplicate-imports': 'off',
  'no-else-return': 'error',
  'no-fallthrough': 'error',
  'no-implicit-coercion': ['error', { boolean: false }],
  'no-param-reassign': 'error',
  'no-self-compare': 'error',
  'no-unreachable': 'error',
  'no-unsafe-finally': 'error',
  'no-unused-private-class-members': 'error',
  'no-useless-rename': 'error',
  'no-var': 'error',
  'object-shorthand': 'error',
  'prefer-const': 'error',
};

export default tseslint.config(
  {
    ignores: [
      '**/node_modules',
      'dist',
      '.data',
      '.cache',
      '.angular',
      'coverage',
      'sdk',
      'e2e/samples',
      'libs/contracts/src/generated',
    ],
  },
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    plugins: { hot: { rules: { 'import-inside-lib': importInsideLib, 'inject-values': injectValues } } },
  },
  {
    files: [...SERVER, ...BROWSER],
    extends: [...tseslint.configs.recommended],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      ...COMMON,
      'no-restricted-syntax': ['error', DEFAULT_EXPORT, ENUM],
      'hot/import-inside-lib': 'error',
      'hot/inject-values': 'error',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/no-empty-object-type': ['error', { allowInterfaces: 'with-single-extends' }],
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': ['error', { checksVoidReturn: false }],
      '@typescript-eslint/no-non-null-assertion': 'error',
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          caughtErrors: 'none',
          destructuredArrayIgnorePattern: '^_',
          ignoreRestSiblings: true,
        },
      ],
      '@typescript-eslint/return-await': ['error', 'in-try-catch'],
    },
  },
  {
    files: ['libs/**/*.ts'],
    ignores: ['libs/platform/config/**', ...TESTS],
    rules: { 'no-restricted-properties': ['error', ENVIRONMENT] },
  },
  {
    files: ['libs/lang/**/*.ts'],
    ignores: TESTS,
    rules: {
      'no-restricted-properties': [
        'error',
        ENVIRONMENT,
        { object: 'Date', property: 'now', message: NOW.message },
        { object: 'performance', property: 'now', message: NOW.message },
        { object: 'Math', property: 'random', message: 'Randomness comes from the embedder.' },
      ],
      'no-restricted-syntax': ['error', DEFAULT_EXPORT, ENUM, NOW],
    },
  },
  {
    // Command line of its own: there is no application that could hand it the environment.
    files: ['libs/platform/database/src/migrate.ts'],
    rules: { 'no-restricted-properties': 'off' },
  },
  {
    // Loads the files of a folder, whose names are only known at run time.
    files: ['libs/platform/database/src/migrations.ts'],
    rules: { '@typescript-eslint/no-require-imports': 'off' },
  },
  {
    files: TESTS,
    rules: {
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/no-unused-expressions': 'off',
    },
  },
  {
    files: BROWSER,
    extends: [...angular.configs.tsRecommended],
    processor: angular.processInlineTemplates,
    languageOptions: {
      parserOptions: {
        projectService: false,
        project: ['./apps/admin/tsconfig.spec.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: { '@angular-eslint/prefer-on-push-component-change-detection': 'error' },
  },
  {
    files: ['{apps/admin,libs/admin-ui}/**/*.html'],
    extends: [...angular.configs.templateRecommended, ...angular.configs.templateAccessibility],
  },
  { files: PLAIN, rules: COMMON },
  prettier,
);

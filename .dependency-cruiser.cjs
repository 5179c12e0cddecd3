// Who may know whom. Dependencies point one way: apps → surfaces → cores → platform → kernel, and a core knows only
// cores of its own or lower tiers (tools/deps/tiers.json, lowest first). Type-only imports count. Each rule has a
// seeded violation in tools/deps/seeds.ts; a rule without a failing example is decoration. An exception is an entry
// here with its reason, never a comment in the code.
const tiers = Object.values(require('./tools/deps/tiers.json'));

const any = (names) => `(?:${names.join('|')})`;
const SURFACE = '(?:api|admin|worker)';
const TEST =
  '(?:\\.(?:spec|e2e|contract)\\.ts$|/testing/|^libs/(?:testing|lang/test)/|^e2e/|^tools/|^bench/|/setup-jest\\.ts$)';
const CORE = `^libs/${any(tiers.flat())}/src/(?!(?:${SURFACE}|testing)/)`;
const ENTRANCES = [
  '^libs/(?:platform/)?[^/]+/src/index\\.ts$',
  `^libs/[^/]+/src/(?:${SURFACE}|testing)/index\\.ts$`,
  '^libs/admin-ui/src/[^/]+/index\\.ts$',
];
/** Phases of the language whose functions follow the grammar. */
const RECURSIVE_PHASES = ['parser', 'analyse', 'compile', 'format', 'compile', 'runtime', 'std'];
const BROWSER = '^(?:apps/admin|libs/admin-ui)/';

const surfaceOnly = (surface, app) => ({
  name: `${surface}-surface-only-in-${app}`,
  comment: `Only apps/${app} loads ${surface} surfaces: elsewhere their controllers or consumers would come alive. Use the core.`,
  severity: 'error',
  from: { pathNot: [`^libs/[^/]+/src/${SURFACE}/`, `^apps/${app}/`, TEST] },
  to: { path: `^libs/[^/]+/src/${surface}/` },
});

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    {
      name: 'domain-by-index-only',
      comment:
        'Enter another lib by its index: @app/<lib>, @app/<lib>/<surface>, @app/platform/<lib>. Missing there? Export it by name.',
      severity: 'error',
      from: { path: '^libs/(platform/[^/]+|[^/]+)/' },
      to: { path: '^libs/', pathNot: ['^libs/$1/', ...ENTRANCES] },
    },
    {
      name: 'apps-by-surface',
      comment: 'An app sees the index of a core or of a surface, nothing deeper.',
      severity: 'error',
      from: { path: '^(?:apps|bench|tools)/' },
      to: { path: '^libs/', pathNot: ENTRANCES },
    },
    surfaceOnly('api', 'api'),
    surfaceOnly('admin', 'admin-api'),
    surfaceOnly('worker', 'worker'),
    {
      name: 'surfaces-apart',
      comment: 'Surfaces do not import each other. What two of them need belongs into the core.',
      severity: 'error',
      from: { path: `^libs/([^/]+)/src/(${SURFACE})/`, pathNot: TEST },
      // Runs execute what dispatch claims: in the worker the two are one machine, split by what they know.
      to: {
        path: `^libs/[^/]+/src/${SURFACE}/`,
        pathNot: ['^libs/$1/src/$2/', '^libs/dispatch/src/worker/index\\.ts$'],
      },
    },
    {
      name: 'apps-not-to-apps',
      comment: 'Composition roots are leaves. Shared code is a lib.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'libs-not-to-apps',
      comment: 'A lib never knows who assembles it.',
      severity: 'error',
      from: { path: '^(?:libs|migrations)/' },
      to: { path: '^apps/' },
    },
    {
      name: 'no-circular',
      comment: 'Break the cycle: move what both need down, or tell upward by a fact. Types count.',
      severity: 'error',
      from: { pathNot: `^libs/lang/src/${any(RECURSIVE_PHASES)}/` },
      to: { circular: true },
    },
    ...RECURSIVE_PHASES.map((phase) => ({
      name: 'no-circular',
      comment: `Grammars and values are recursive, so the files of ${phase}/ may call each other. A cycle that leaves the folder has to be broken.`,
      severity: 'error',
      from: { path: `^libs/lang/src/${phase}/` },
      to: { circular: true, via: { pathNot: `^libs/lang/src/${phase}/` } },
    })),
    ...tiers.slice(0, -1).map((names, index) => ({
      name: 'tier-order',
      comment:
        'A core knows its own and lower tiers (tools/deps/tiers.json). News travels upward as facts, use travels downward as calls.',
      severity: 'error',
      from: { path: `^libs/${any(names)}/src/(?!(?:${SURFACE}|testing)/)`, pathNot: TEST },
      to: { path: `^libs/${any(tiers.slice(index + 1).flat())}/` },
    })),
    {
      name: 'lib-has-a-tier',
      comment: 'Write the new lib into tools/deps/tiers.json; npm run new:domain does it.',
      severity: 'error',
      from: {},
      to: {
        path: '^libs/',
        pathNot: `^libs/${any([...tiers.flat(), 'platform', 'kernel', 'lang', 'contracts', 'admin-ui', 'testing'])}/`,
      },
    },
    {
      name: 'platform-knows-no-domain',
      comment:
        'Technical code is ignorant of the product. Let the domain implement a port of the platform lib.',
      severity: 'error',
      // The sandbox runs artifacts, whose form the language library defines.
      from: { path: '^libs/platform/', pathNot: ['^libs/platform/sandbox/', TEST] },
      to: { path: '^libs/', pathNot: '^libs/(?:platform|kernel)/' },
    },
    {
      name: 'platform-knows-no-domain',
      comment: 'The sandbox knows the language besides, and nothing else.',
      severity: 'error',
      from: { path: '^libs/platform/sandbox/', pathNot: TEST },
      to: { path: '^libs/', pathNot: '^libs/(?:platform|kernel|lang)/' },
    },
    {
      name: 'kernel-knows-nobody',
      // Ids need randomness.
      comment: 'The kernel depends on nothing but node:crypto.',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: TEST },
      to: { pathNot: ['^libs/kernel/', '^crypto$'] },
    },
    {
      name: 'lang-is-pure',
      comment:
        'The language library imports only itself and hash functions: no Node modules, no other packages. The embedder gives it the world.',
      severity: 'error',
      from: { path: '^libs/lang/src/', pathNot: TEST },
      to: { pathNot: ['^libs/lang/', '^node_modules/@noble/hashes/'] },
    },
    {
      name: 'lang-phase-order',
      comment: 'Earlier phases never import the runtime or the standard library.',
      severity: 'error',
      from: { path: '^libs/lang/src/[^/]+/', pathNot: ['^libs/lang/src/(?:runtime|std)/', TEST] },
      to: { path: '^libs/lang/src/(?:runtime|std)/' },
    },
    {
      name: 'browser-stays-browser',
      comment: 'The app knows the server only by libs/contracts. It shares kernel and lang, nothing else.',
      severity: 'error',
      from: { path: BROWSER },
      to: { path: '^libs/', pathNot: '^libs/(?:admin-ui|contracts|kernel|lang)/' },
    },
    {
      name: 'browser-stays-browser',
      comment: 'No server package and no Node module in the browser, not even as a type.',
      severity: 'error',
      from: { path: BROWSER, pathNot: TEST },
      to: { path: '(?:^|/)node_modules/(?:@nestjs|@fastify|fastify|typeorm|bull|ioredis|pg|isolated-vm)/' },
    },
    {
      name: 'browser-stays-browser',
      comment: 'No server package and no Node module in the browser, not even as a type.',
      severity: 'error',
      from: { path: BROWSER, pathNot: TEST },
      to: { dependencyTypes: ['core'] },
    },
    {
      name: 'typeorm-at-home',
      comment:
        'TypeORM lives in *.entity.ts, *.repository.ts, *.queries.ts, platform/database and migrations.',
      severity: 'error',
      from: {
        pathNot: ['\\.(?:entity|repository|queries)\\.ts$', '^libs/platform/database/', '^migrations/', TEST],
      },
      to: { path: '(?:^|/)node_modules/typeorm/' },
    },
    {
      name: 'bull-at-home',
      comment: 'The queue library lives in platform/queue; everybody else uses its port.',
      severity: 'error',
      from: { pathNot: ['^libs/platform/queue/', TEST] },
      to: { path: '(?:^|/)node_modules/(?:bull|@nestjs/bull)/' },
    },
    {
      name: 'isolated-vm-at-home',
      comment: 'The isolate library lives in platform/sandbox; everybody else uses its port.',
      severity: 'error',
      from: { pathNot: ['^libs/platform/sandbox/', TEST] },
      to: { path: '(?:^|/)node_modules/isolated-vm/' },
    },
    {
      name: 'surfaces-use-services',
      comment: 'Controllers, processors and timers call services, which know tenancy and permissions.',
      severity: 'error',
      from: { path: '\\.(?:controller|processor|timer)\\.ts$' },
      to: { path: '\\.(?:repository|entity)\\.ts$' },
    },
    {
      name: 'tests-stay-tests',
      comment: 'Production code imports no spec and no testing helper.',
      severity: 'error',
      from: { path: '^(?:apps|libs|migrations)/', pathNot: TEST },
      to: { path: TEST },
    },
    {
      name: 'no-dev-dependency',
      comment: 'Production code uses packages of "dependencies"; a container installs no others.',
      severity: 'error',
      from: { path: '^(?:apps|libs)/', pathNot: TEST },
      to: {
        dependencyTypes: ['npm-dev'],
        dependencyTypesNot: ['type-only'],
        pathNot: 'node_modules/@types/',
      },
    },
    {
      name: 'not-resolvable',
      comment: 'The import leads nowhere: a wrong path, or a package that package.json does not name.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '/generated/'] },
    tsPreCompilationDeps: true,
    webpackConfig: { fileName: 'tools/deps/resolve.cjs' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'require', 'node', 'default', 'types'],
      mainFields: ['module', 'main', 'types'],
      extensions: ['.ts', '.d.ts', '.js', '.mjs', '.cjs', '.json'],
    },
    cache: { folder: '.cache/dependency-cruiser', strategy: 'content' },
  },
};

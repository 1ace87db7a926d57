// The borders of docs/design: `graphql → application → domain → kernel`; `wire → domain, event-schema`; `read → event types, read-store`.
// test/architecture proves each rule on a fixture that violates it.

// Slices in the order in which they may know each other; those on one line don't.
const ORDER = [['organizations'], ['contracts'], ['rights'], ['commitments', 'leases'], ['charges'], ['obligations'], ['webhooks', 'audit']];
const SLICES = ORDER.flat().join('|');
const FOUNDATION = 'kernel|event-schema|event-store|read-store|platform';
// A lib's front doors: its index, and those of its pure domain and of its GraphQL types, so that a calculation in a
// later slice need not load the framework, nor the command line a server.
const DOORS = '^libs/[^/]+/((domain|graphql)/)?index\\.ts$';
const SPEC = '\\.spec\\.ts$';
const GRAPHQL_PACKAGES = '(^|/)node_modules/(@nestjs/(graphql|apollo)|@apollo|graphql|graphql-[a-z-]+|@as-integrations)(/|$)';

const sliceOrder = ORDER.flatMap((line, index) =>
  line.map((slice) => ({
    name: `slice-order-${slice}`,
    comment: `organizations ← contracts ← rights ← commitments, leases ← charges ← obligations ← webhooks, audit: ${slice} may not know what comes after it.`,
    severity: 'error',
    from: { path: `^libs/${slice}/` },
    to: { path: `^libs/(${[...line.filter((other) => other !== slice), ...ORDER.slice(index + 1).flat()].concat('-').join('|')})/` },
  })),
);

/** @type {import('dependency-cruiser').IConfiguration} */
module.exports = {
  forbidden: [
    { name: 'no-cycles', comment: 'What depends on itself cannot be understood in parts.', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'resolvable',
      comment: 'An import that leads nowhere would slip past every other rule.',
      severity: 'error',
      from: { pathNot: SPEC },
      to: { couldNotResolve: true, pathNot: '^bun:' },
    },
    {
      name: 'kernel-alone',
      comment: 'The kernel is plain TypeScript: no framework, no other lib; of Node only its hashes.',
      severity: 'error',
      from: { path: '^libs/kernel/', pathNot: SPEC },
      to: { pathNot: ['^libs/kernel/', '^(node:)?crypto$'] },
    },
    {
      name: 'domain-pure',
      comment: 'The domain is pure: its own folder, the kernel, and what earlier slices export. No Nest, no node:*, no package.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/domain/', pathNot: SPEC },
      to: { pathNot: ['^libs/$1/domain/', '^libs/kernel/index\\.ts$', `^libs/(${SLICES})/(domain/)?index\\.ts$`] },
    },
    {
      name: 'wire-narrow',
      comment: 'A stored shape knows the domain that it stores and the event schema; of Node only its hashes.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/wire/', pathNot: SPEC },
      to: {
        pathNot: [
          '^libs/$1/(wire|domain)/',
          '^libs/(kernel|event-schema|event-store)/index\\.ts$',
          `^libs/(${SLICES})/(domain/)?index\\.ts$`,
          '^(node:)?crypto$',
        ],
      },
    },
    {
      name: 'application-below-graphql',
      comment: 'A use case serves every door; it knows none of them.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/(application|domain|wire|read)/' },
      to: { path: '^libs/[^/]+/graphql/' },
    },
    {
      name: 'reads-never-write',
      comment: 'Projections and queries get rows and events; the store of record is out of their reach.',
      severity: 'error',
      from: { path: ['^libs/[^/]+/read/', '^libs/(obligations|read-store)/'], pathNot: SPEC },
      to: { path: ['^libs/[^/]+/application/', '^libs/event-store/(?!index\\.ts$|port\\.ts$)'] },
    },
    {
      name: 'front-door',
      comment: 'Libs meet only through their front doors.',
      severity: 'error',
      from: { path: '^libs/([^/]+)/' },
      to: { path: '^libs/[^/]+/', pathNot: ['^libs/$1/', DOORS] },
    },
    {
      name: 'front-door-of-libs',
      comment: 'Apps wire what libs export.',
      severity: 'error',
      from: { path: '^apps/' },
      to: { path: '^libs/[^/]+/', pathNot: DOORS },
    },
    {
      name: 'foundation-below-slices',
      comment: 'Kernel, stores, schema and platform serve the slices; they know none of them.',
      severity: 'error',
      from: { path: `^libs/(${FOUNDATION})/` },
      to: { path: `^libs/(${SLICES})/` },
    },
    {
      name: 'one-event-store-client',
      comment: 'One adapter owns the client and its defects.',
      severity: 'error',
      from: { pathNot: ['^libs/event-store/eventstoredb/', '^test/'] },
      to: { path: '(^|/)node_modules/@(eventstore|kurrent)/' },
    },
    {
      name: 'graphql-at-the-edge',
      comment: 'GraphQL packages stay in graphql/ folders, in the platform and in the apps.',
      severity: 'error',
      from: { pathNot: ['^libs/[^/]+/graphql/', '^apps/', '^test/', SPEC] },
      to: { path: GRAPHQL_PACKAGES },
    },
    {
      name: 'nothing-imports-an-app',
      comment: 'Apps are roots; only tests start them.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-apart',
      comment: 'An app does not reach into another; the CLI may start the service, or open its core without its doors.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/' },
      to: { path: '^apps/', pathNot: ['^apps/$1/', '^apps/ledger/(index|core)\\.ts$'] },
    },
    {
      name: 'tests-stay-outside',
      comment: 'Nothing that runs depends on test support or on a package for development only.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [SPEC, '^libs/event-store/conformance'] },
      to: { path: '^test/' },
    },
    {
      name: 'no-dev-packages',
      comment: 'Nothing that runs depends on a package for development only.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [SPEC, '/conformance', '^apps/(console|ledger/graphiql)/'] },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
    ...sliceOrder,
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: ['^dist/', '^test/architecture/fixtures/'] },
    tsPreCompilationDeps: true,
    moduleSystems: ['es6', 'cjs'],
    builtInModules: { add: ['node:sqlite'] },
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      conditionNames: ['source', 'import', 'node', 'default', 'types'],
      exportsFields: ['exports'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.cjs', '.json', '.d.ts'],
    },
  },
};

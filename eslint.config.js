import tseslint from 'typescript-eslint';

const clock = {
  selector: "CallExpression[callee.object.name='Date'][callee.property.name='now'], NewExpression[callee.name='Date'][arguments.length=0]",
  message: 'Time comes from the clock port (libs/platform/clock), so that tests can step it.',
};
const random = {
  selector: "CallExpression[callee.object.name='Math'][callee.property.name='random']",
  message: 'Randomness is seeded, or comes from node:crypto.',
};
const float = {
  selector: "CallExpression[callee.name='parseFloat'], MemberExpression[object.name='Number'][property.name='parseFloat']",
  message: 'No amount ever passes through a float.',
};
const number = {
  selector: "CallExpression[callee.name='Number'], UnaryExpression[operator='+'] > :not(Literal)",
  message: 'Amounts are Decimal; counts and times are read with parseInt or kept as they are.',
};

export default tseslint.config(
  {
    ignores: [
      'dist/**',
      'node_modules/**',
      'coverage/**',
      'data/**',
      'demo-data/**',
      'libs/event-schema/generated/**',
      'test/architecture/fixtures/**',
    ],
  },
  ...tseslint.configs.strict,
  {
    linterOptions: { reportUnusedDisableDirectives: 'error' },
    rules: {
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_', ignoreRestSiblings: true }],
      '@typescript-eslint/no-dynamic-delete': 'error',
      'no-restricted-syntax': ['error', clock, random, float],
      eqeqeq: 'error',
      'prefer-const': 'error',
    },
  },
  {
    files: ['apps/**/*.ts', 'libs/**/*.ts', 'test/**/*.ts'],
    ignores: ['apps/console/**', 'apps/ledger/graphiql/**'],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/only-throw-error': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      'max-lines': ['error', { max: 260, skipBlankLines: true, skipComments: true }],
    },
  },
  { files: ['libs/kernel/**/*.ts', 'libs/*/domain/**/*.ts'], rules: { 'no-restricted-syntax': ['error', clock, random, float, number] } },
  {
    files: ['libs/platform/clock/**', '**/*.spec.ts', 'test/**', '.ci/**', 'apps/ledger/graphiql/*.mjs'],
    rules: { 'no-restricted-syntax': ['error', random, float], 'max-lines': 'off' },
  },
);

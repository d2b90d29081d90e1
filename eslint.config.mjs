import nx from '@nx/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

/** Layers import downwards only (design/architecture.md). The sdk sees the contract and the bus, which it bundles. */
const layers = [
  ['contract', ['contract']],
  ['platform', ['contract', 'platform']],
  ['domain', ['contract', 'platform', 'domain']],
  ['kit', ['contract', 'platform', 'domain', 'kit']],
  ['sdk', ['contract', 'wire']],
  ['app', ['contract', 'platform', 'domain', 'kit', 'sdk']],
  ['testing', ['contract', 'platform', 'domain', 'kit', 'sdk']],
  ['example', ['sdk', 'contract']],
  // Browser code: it talks to the API only.
  ['page', ['sdk', 'contract']],
  ['e2e', ['contract', 'platform', 'domain', 'kit', 'sdk', 'testing']],
];

const depConstraints = layers.map(([layer, sees]) => ({
  sourceTag: `layer:${layer}`,
  onlyDependOnLibsWithTags: sees.map((name) => (name === 'wire' ? 'wire:nats' : `layer:${name}`)),
}));

/** `trunkline fake` and `simulate` run the fakes of libs/testing: these files, and no others of the apps, may import it. */
const fakesMayImportTesting = depConstraints.map((each) =>
  each.sourceTag === 'layer:app'
    ? { ...each, onlyDependOnLibsWithTags: [...each.onlyDependOnLibsWithTags, 'layer:testing'] }
    : each,
);

const importsOnlyFromBus = {
  patterns: [{ group: ['@nats-io/*'], message: 'Only libs/bus talks to NATS: use @trunkline/bus.' }],
};

export default tseslint.config(
  { ignores: ['**/dist/**', '**/node_modules/**', '.nx/**', '.cache/**', '**/generated/**', '**/fixtures/**'] },
  ...tseslint.configs.recommended,
  prettier,
  {
    files: ['**/*.{ts,tsx}'],
    plugins: { '@nx': nx },
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@nx/enforce-module-boundaries': ['error', { enforceBuildableLibDependency: false, allow: [], depConstraints }],
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-floating-promises': 'error',
      '@typescript-eslint/no-misused-promises': 'error',
      '@typescript-eslint/await-thenable': 'error',
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/no-unused-vars': [
        'error',
        {
          argsIgnorePattern: '^_',
          varsIgnorePattern: '^_',
          destructuredArrayIgnorePattern: '^_',
          ignoreRestSiblings: true,
        },
      ],
      'max-lines': ['error', { max: 400, skipBlankLines: true, skipComments: true }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
      'max-depth': ['error', 3],
      'max-params': ['error', 3],
      'no-restricted-imports': ['error', importsOnlyFromBus],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Named exports only.' },
        { selector: 'TSEnumDeclaration', message: 'Use a union or an `as const` table.' },
      ],
    },
  },
  {
    files: ['apps/cli/src/fake-*.ts', 'apps/cli/src/simulate-{slack,telegram}.ts'],
    rules: {
      '@nx/enforce-module-boundaries': [
        'error',
        { enforceBuildableLibDependency: false, allow: [], depConstraints: fakesMayImportTesting },
      ],
    },
  },
  // The bench's floor is what a bare NATS client does.
  { files: ['libs/bus/**/*.ts', 'apps/e2e/src/bench/floor-*.ts'], rules: { 'no-restricted-imports': 'off' } },
  {
    files: ['**/*.spec.ts', '**/testing/**/*.ts', 'libs/testing/**/*.ts'],
    rules: {
      'max-lines-per-function': 'off',
      'max-params': 'off',
      'max-lines': 'off',
      '@nx/enforce-module-boundaries': 'off',
    },
  },
  { files: ['**/*.mjs'], ...tseslint.configs.disableTypeChecked },
);

import tseslint from 'typescript-eslint'
import vue from 'eslint-plugin-vue'
import prettier from 'eslint-config-prettier'
import { banned } from './scripts/floors.mjs'

/** Who may import whom: docs/architecture.md. A folder may not reach the patterns listed for it. */
const layers = {
  shared: [
    '**/core/**',
    '**/node/**',
    '**/cli/**',
    '**/main/**',
    '**/preload/**',
    '**/renderer/**',
    'node:*',
    'electron',
    'vue',
    'pinia',
    '@tensorflow/*',
    'onnxruntime-*',
  ],
  core: [
    '**/node/**',
    '**/cli/**',
    '**/main/**',
    '**/preload/**',
    '**/renderer/**',
    'node:*',
    'electron',
    'vue',
    'pinia',
    '@tensorflow/tfjs-*',
    '!@tensorflow/tfjs-core',
    'onnxruntime-*',
    'sharp',
  ],
  node: ['**/cli/**', '**/main/**', '**/preload/**', '**/renderer/**', 'electron', 'vue', 'pinia'],
  // Native menus and dialogs take their texts from the one catalogue.
  main: [
    '**/core/**',
    '**/node/**',
    '**/cli/**',
    '**/renderer/*',
    '!**/renderer/i18n',
    '**/renderer/i18n/*',
    '!**/renderer/i18n/en',
    'vue',
    'pinia',
    '@tensorflow/*',
    'onnxruntime-*',
  ],
  preload: ['**/core/**', '**/node/**', '**/cli/**', '**/main/**', '**/renderer/**', 'node:*', 'vue'],
  renderer: [
    '**/node/**',
    '**/cli/**',
    '**/main/**',
    '**/preload/**',
    'node:*',
    'electron',
    '@tensorflow/*',
    'onnxruntime-*',
  ],
  cli: ['**/main/**', '**/preload/**', '**/renderer/**', 'electron', 'vue', 'pinia'],
}

/** What the pure theory needs of the core runs in the browser too; nothing else of it does. */
const pureTheory = {
  regex: '\\.\\./core/(?!fakeQuant/|quantize/observers/)',
  message: 'src/renderer must not import this: see docs/architecture.md',
}

const restricted = (files, patterns) => ({ files, rules: { 'no-restricted-imports': ['error', { patterns }] } })

const layerPattern = (folder) => ({
  group: layers[folder],
  message: `src/${folder} must not import this: see docs/architecture.md`,
})

const layerRules = Object.keys(layers).map((folder) =>
  restricted([`src/${folder}/**/*.{ts,vue}`], [layerPattern(folder), ...(folder === 'renderer' ? [pureTheory] : [])]),
)

/** Inside core: see scripts/floors.mjs. */
const floorRules = Object.entries(banned).map(([folder, others]) =>
  restricted(
    [`src/core/${folder}/**/*.ts`],
    [
      layerPattern('core'),
      {
        regex: `^(\\.\\./)+(${others.join('|')})/`,
        message: `src/core/${folder} must not import this: it is on the same floor or above, see scripts/floors.mjs`,
      },
    ],
  ),
)

export default tseslint.config(
  {
    ignores: [
      'out/**',
      'dist/**',
      'node_modules/**',
      'docs/**',
      '.cache/**',
      'test-results/**',
      'playwright-report/**',
    ],
  },
  ...tseslint.configs.recommended,
  ...vue.configs['flat/recommended'],
  { files: ['**/*.vue'], languageOptions: { parserOptions: { parser: tseslint.parser } } },
  {
    files: ['**/*.{ts,vue}'],
    rules: {
      '@typescript-eslint/no-explicit-any': 'error',
      '@typescript-eslint/ban-ts-comment': 'error',
      '@typescript-eslint/consistent-type-imports': 'error',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      'no-restricted-syntax': [
        'error',
        { selector: 'ExportDefaultDeclaration', message: 'Export by name.' },
        {
          selector: 'TSAsExpression > TSAsExpression[typeAnnotation.type="TSUnknownKeyword"]',
          message: 'No cast through unknown.',
        },
      ],
      'max-lines': ['error', { max: 560, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 100, skipBlankLines: true, skipComments: true }],
      eqeqeq: ['error', 'always'],
      'no-console': 'error',
      'vue/multi-word-component-names': 'off',
    },
  },
  // Prettier alone decides on layout.
  prettier,
  ...layerRules,
  ...floorRules,
  // What runs in an old Electron.
  { files: ['**/*.cjs'], rules: { '@typescript-eslint/no-require-imports': 'off' } },
  {
    files: ['src/renderer/**/*.{ts,vue}', 'src/shared/**/*.ts'],
    rules: {
      'max-lines': ['error', { max: 250, skipBlankLines: false, skipComments: false }],
      'max-lines-per-function': ['error', { max: 60, skipBlankLines: true, skipComments: true }],
    },
  },
  // One language, one file.
  { files: ['src/renderer/i18n/*.ts'], rules: { 'max-lines': 'off' } },
  { files: ['test/**/*.ts', 'bench/**/*.ts'], rules: { 'max-lines-per-function': 'off', 'no-console': 'off' } },
  {
    files: ['*.config.ts', '**/*.mjs', 'src/renderer/**/*.d.ts'],
    rules: { 'no-restricted-syntax': 'off', 'no-console': 'off' },
  },
)

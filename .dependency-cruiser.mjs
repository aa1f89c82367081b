/** Import circles. Which folder may import which is ESLint's affair: eslint.config.mjs and scripts/floors.mjs. */
export default {
  forbidden: [
    {
      name: 'no-circular',
      comment: 'Move what both files need, often a type, into a file of its own.',
      severity: 'error',
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    // Imports of types count: a circle of types is a circle of ideas.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.base.json' },
    doNotFollow: { path: 'node_modules' },
    includeOnly: '^src/',
    extraExtensionsToScan: [],
  },
}

import { join } from 'node:path';
import { configDefaults, defineConfig } from 'vitest/config';

/** `npm test` sums the reports of all projects: it names a folder for them. */
const reports = process.env.TRUNKLINE_TEST_REPORTS;

export default defineConfig({
  test: {
    include: ['**/*.spec.ts'],
    // They want a Docker engine to themselves: npm run test:compose.
    exclude: [...configDefaults.exclude, 'src/compose/**'],
    passWithNoTests: true,
    testTimeout: 30_000,
    hookTimeout: 30_000,
    maxWorkers: 2,
    reporters: reports ? ['default', 'json'] : ['default'],
    ...(reports && { outputFile: { json: join(reports, `${process.pid}.json`) } }),
  },
});

import { configDefaults, defineConfig } from 'vitest/config';
import shared from '../../vitest.config.mjs';

/** The specs of docker compose, one after the other. */
export default defineConfig({
  test: {
    ...shared.test,
    include: ['src/compose/*.spec.ts'],
    exclude: configDefaults.exclude,
    fileParallelism: false,
  },
});

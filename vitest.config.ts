import { defineConfig } from 'vitest/config'
import { repeatLate } from './test/repeat-late.ts'

/**
 * What needs no running program. `npm test` takes a tenth of the inputs of each property and leaves out what takes long;
 * `npm run test:deep` and CI run everything.
 */
export default defineConfig(({ mode }) => ({
  test: {
    include: ['src/**/*.test.ts', 'web/src/**/*.test.ts', 'test/*.test.ts'],
    reporters: ['default', ['./test/closing-line.ts', { suite: 'unit' }]],
    setupFiles: ['./test/set-depth.ts'],
    env: { VEDETTE_TEST_DEPTH: mode === 'deep' || process.env.CI === 'true' ? 'deep' : 'quick' },
    testTimeout: 120_000,
    hookTimeout: 120_000,
    retry: repeatLate,
    pool: 'forks',
    maxWorkers: 2,
    // The files of a worker share its modules: loading them anew for each file took a quarter of the time.
    isolate: false,
  },
}))

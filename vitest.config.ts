import { join } from 'node:path'
import { defineConfig } from 'vitest/config'
import { repeatLate } from './test/repeat-late.ts'

// What Node has read and compiled once, the workers and the next run take from here.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, 'node_modules/.cache/compiled')

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
    // Node reads the sources itself, as it does in a checkout: Vite's transforms took a sixth of the time of a first run.
    experimental: { viteModuleRunner: false, nodeLoader: false },
    // Two workers already fill the machine: threads of the garbage collector would only wait for each other.
    execArgv: ['--single-threaded-gc', '--max-semi-space-size=32'],
  },
}))

import { defineConfig } from 'vitest/config'
import { longestFirst } from './test/longest-first.ts'
import { repeatLate } from './test/repeat-late.ts'
import { runsSources } from './test/runs-sources.ts'

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
    // Weeks of logs take 40 s on two free cores, and several times as long beside other work.
    testTimeout: 300_000,
    hookTimeout: 120_000,
    retry: repeatLate,
    ...runsSources,
    // One more than processors, because tests of timers and connections wait.
    maxWorkers: 3,
    sequence: {
      sequencer: longestFirst([
        'streams.test.ts',
        'vendors.test.ts',
        'weeks.test.ts',
        'contributing.test.ts',
        'follow-archives.test.ts',
        'detector.test.ts',
        'oracle.test.ts',
      ]),
    },
    // The workers already fill the machine: threads of the garbage collector would only wait for each other.
    execArgv: ['--single-threaded-gc', '--max-semi-space-size=32'],
  },
}))

import { defineConfig } from 'vitest/config'
import { longestFirst } from './test/longest-first.ts'
import { repeatLate } from './test/repeat-late.ts'
import { runsSources } from './test/runs-sources.ts'

/** The whole program, started as users start it. Each file has servers, ports and folders of its own, and measures CPU time only. */
export default defineConfig({
  test: {
    include: ['test/{e2e,compat}/**/*.test.ts'],
    reporters: ['default', ['./test/closing-line.ts', { suite: 'e2e' }]],
    testTimeout: 300_000,
    hookTimeout: 240_000,
    retry: repeatLate,
    ...runsSources,
    // One more than processors, because programs that start, stop and wait leave them idle.
    maxWorkers: 3,
    sequence: {
      sequencer: longestFirst([
        'first-start.test.ts',
        'package.test.ts',
        'kill.test.ts',
        'npm-clients.test.ts',
        'analysis.test.ts',
      ]),
    },
  },
})

import { defineConfig } from 'vitest/config'
import { longestFirst } from './test/longest-first.ts'
import { repeatLate } from './test/repeat-late.ts'
import { runsSources } from './test/runs-sources.ts'

/** What needs a real server beside us: databases and brokers on loopback. */
export default defineConfig({
  test: {
    include: ['test/services/**/*.test.ts'],
    reporters: ['default', ['./test/closing-line.ts', { suite: 'services' }]],
    testTimeout: 300_000,
    hookTimeout: 240_000,
    retry: repeatLate,
    ...runsSources,
    // One more than processors, because tests of outages wait.
    maxWorkers: 3,
    sequence: { sequencer: longestFirst(['chaos.test.ts', 'cluster-faults.test.ts']) },
  },
})

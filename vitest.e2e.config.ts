import { defineConfig } from 'vitest/config'
import { repeatLate } from './test/repeat-late.ts'

/** The whole program, started as users start it. Each file has servers, ports and folders of its own, and measures CPU time only. */
export default defineConfig({
  test: {
    include: ['test/{e2e,compat}/**/*.test.ts'],
    reporters: ['default', ['./test/closing-line.ts', { suite: 'e2e' }]],
    testTimeout: 300_000,
    hookTimeout: 240_000,
    retry: repeatLate,
    pool: 'forks',
    maxWorkers: 2,
  },
})

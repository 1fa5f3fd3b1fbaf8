import { defineConfig } from 'vitest/config'
import { repeatLate } from './test/repeat-late.ts'
import { runsSources } from './test/runs-sources.ts'

/** What people do in the dashboard: the whole program and a real Chromium. One file at a time: each has both for itself. */
export default defineConfig({
  test: {
    include: ['test/browser/**/*.test.ts'],
    reporters: ['default', ['./test/closing-line.ts', { suite: 'browser' }]],
    testTimeout: 240_000,
    hookTimeout: 240_000,
    retry: repeatLate,
    ...runsSources,
    maxWorkers: 1,
    fileParallelism: false,
  },
})

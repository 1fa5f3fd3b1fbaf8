import { defineConfig } from 'vitest/config'

/** The whole program, started as users start it. One file at a time: each has a server and a measure of its own. */
export default defineConfig({
  test: {
    include: ['test/{e2e,compat}/**/*.test.ts'],
    reporters: ['default', ['./test/closing-line.ts', { suite: 'e2e' }]],
    testTimeout: 300_000,
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
  },
})

import { defineConfig } from 'vitest/config'

/** What needs a real server beside us: databases and brokers on loopback. */
export default defineConfig({
  test: {
    include: ['test/services/**/*.test.ts'],
    reporters: ['default', ['./test/closing-line.ts', { suite: 'services' }]],
    testTimeout: 300_000,
    hookTimeout: 240_000,
    pool: 'forks',
    maxWorkers: 1,
    fileParallelism: false,
  },
})

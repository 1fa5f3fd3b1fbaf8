import { defineConfig } from 'vitest/config'
import { repeatLate } from './test/repeat-late.ts'

/** What needs a real server beside us: databases and brokers on loopback. */
export default defineConfig({
  test: {
    include: ['test/services/**/*.test.ts'],
    reporters: ['default', ['./test/closing-line.ts', { suite: 'services' }]],
    testTimeout: 300_000,
    hookTimeout: 240_000,
    retry: repeatLate,
    pool: 'forks',
    maxWorkers: 2,
  },
})

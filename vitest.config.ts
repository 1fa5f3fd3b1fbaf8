import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['src/**/*.test.ts', 'test/**/*.test.ts', 'rules/**/*.test.ts'],
    exclude: ['**/node_modules/**', 'test/e2e/**', 'test/services/**'],
    testTimeout: 20_000,
    pool: 'forks',
    maxWorkers: 2,
  },
})

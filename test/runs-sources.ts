import { resolve } from 'node:path'

// Node compiles each source once, for all workers and for the next run.
process.env.NODE_COMPILE_CACHE ??= resolve(import.meta.dirname, '../node_modules/.cache/compiled')

/**
 * Node reads the sources itself, as it does in a checkout, and the files of a worker share its modules. Vite's transforms and loading all
 * modules for each file took two thirds of the time until the first test.
 */
export const runsSources = {
  pool: 'forks',
  isolate: false,
  experimental: { viteModuleRunner: false, nodeLoader: false },
} as const

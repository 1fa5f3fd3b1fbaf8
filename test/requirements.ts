import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import type { SuiteReport } from './reports.ts'
import { vedettePromises } from './requirements/vedette.ts'

/** A promise that people or the clients of older systems rely on. */
export interface Promised {
  /** `vedette.nothing-lost`, `log-analyzer.ingest-answer`: the system, and a name of its own there. */
  readonly id: string
  /** The promise in one sentence. */
  readonly promise: string
}

/** The pages of promises to the clients of older systems, each beside the routes that keep them. */
export const compatPages: readonly string[] = [
  'compat',
  'compat/log-analyzer',
  'compat/log-detection',
  'api/mcp',
  'compat/network-agents',
  'compat/query-guard',
  'compat/triage',
  'compat/triage/dashboard',
].map((room) => readFileSync(resolve(import.meta.dirname, '../src', room, 'promises.md'), 'utf8'))

/** The promises to the clients of older systems: each line of a list, with its id in a comment at the end. */
export const compatPromises: readonly Promised[] = compatPages.flatMap((page) =>
  [...page.matchAll(/^- (.*?)(?: <!-- (\S+) -->)?$/gm)].map(([, promise = '', id = '']) => ({ id, promise })),
)

/** Every promise. The tests that prove one have its id in their names (`keeps(id)`); `npm run test:promises` checks that they passed. */
export const promises: readonly Promised[] = [...vedettePromises, ...compatPromises]

/** Says which tests proved a promise in the reported runs, and which failed to: those whose name contains its id. */
export const provenBy = (id: string, reports: readonly SuiteReport[]) => {
  const citing = reports
    .flatMap(({ tests }) => tests)
    .filter(({ name }) => name.split(/[\s,()]+/).includes(id))
    .map(({ file, name, state }) => ({ test: `${file} > ${name}`, state }))
  const having = (state: (typeof citing)[number]['state']) =>
    citing.filter((one) => one.state === state).map(({ test }) => test)
  return { passed: having('passed'), failed: having('failed') }
}

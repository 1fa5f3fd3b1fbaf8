import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { z } from 'zod'

/** Where each suite writes which tests it ran: `unit.json`, `services.json` and so on. */
const folder =
  process.env.VEDETTE_TEST_REPORTS ?? resolve(import.meta.dirname, '../node_modules/.cache/vedette-test-reports')

const suiteReport = z.object({
  suite: z.string(),
  tests: z.array(
    z.object({ file: z.string(), name: z.string(), state: z.enum(['passed', 'failed', 'skipped', 'pending']) }),
  ),
})
export type SuiteReport = z.infer<typeof suiteReport>

/** Replaces the report of the suite's previous run. */
export const writeReport = (report: SuiteReport): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, `${report.suite}.json`), JSON.stringify(report))
}

export const readReports = (): readonly SuiteReport[] => {
  mkdirSync(folder, { recursive: true })
  return readdirSync(folder)
    .filter((name) => name.endsWith('.json'))
    .toSorted()
    .map((name) => suiteReport.parse(JSON.parse(readFileSync(join(folder, name), 'utf8'))))
}

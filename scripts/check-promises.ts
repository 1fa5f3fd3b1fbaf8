import { readReports } from '../test/reports.ts'
import { promises, provenBy } from '../test/requirements.ts'

/** Reads the test reports, and fails if a promise has no test that ran and passed. `--list` prints the tests. */
const reports = readReports()
const proofs = promises.map((promised) => ({ promised, ...provenBy(promised.id, reports) }))
const unproved = proofs.filter(({ passed, failed }) => passed.length === 0 || failed.length > 0)

if (process.argv.includes('--list')) {
  for (const { promised, passed } of proofs)
    console.log(`${promised.id}: ${promised.promise}\n  ${passed.join('\n  ')}`)
}
for (const { promised, failed } of unproved) {
  const why = failed.length > 0 ? `failed: ${failed.join(', ')}` : 'no test that ran names it'
  console.error(`Not proved: ${promised.id}: ${promised.promise} (${why})`)
}
console.log(`Read the reports of: ${reports.map(({ suite }) => suite).join(', ') || 'no suite'}.`)
console.log(`${promises.length - unproved.length} promises of ${promises.length} proved`)
if (unproved.length > 0) process.exitCode = 1

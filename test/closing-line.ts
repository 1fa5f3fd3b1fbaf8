import type { Reporter, TestCase, TestModule, Vitest } from 'vitest/node'
import { inCi } from './needs.ts'
import { writeReport } from './reports.ts'

/**
 * Ends a run with one plain line that people and scripts can read: `12 passed, 0 failed, 3 skipped`. The lines above it say why tests
 * were skipped, and which tests passed only when repeated. In CI a skipped test fails the run, unless it needs data from outside the
 * repository. Also writes the report of the suite, which `npm run test:promises` reads.
 */
export default class ClosingLine implements Reporter {
  #suite: string
  #isFiltered = false

  constructor({ suite }: { readonly suite: string }) {
    this.#suite = suite
  }

  onInit(vitest: Vitest): void {
    this.#isFiltered = vitest.config.testNamePattern !== undefined
  }

  onTestRunEnd(modules: readonly TestModule[], errors: readonly unknown[]): void {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const counts = { passed: 0, failed: errors.length, skipped: 0, pending: 0 }
    for (const test of tests) counts[test.result().state] += 1
    counts.failed += modules.filter(
      (module) => module.state() === 'failed' && [...module.children.allTests()].length === 0,
    ).length

    const unexplained: string[] = []
    const reasons = new Map<string, number>()
    for (const test of this.#isFiltered ? [] : tests.filter((test) => test.result().state === 'skipped')) {
      const unmet = unmetBy(test)
      if (inCi && !unmet?.isData) unexplained.push(`${test.module.relativeModuleId} > ${test.fullName}`)
      if (unmet) reasons.set(unmet.missing, (reasons.get(unmet.missing) ?? 0) + 1)
    }
    for (const [missing, count] of reasons) console.log(`${count} skipped: ${missing}`)
    for (const name of unexplained) console.log(`CI skips no tests, but this one was skipped: ${name}`)
    if (unexplained.length > 0) process.exitCode = 1
    for (const test of tests.filter((test) => test.diagnostic()?.flaky)) {
      console.log(`Late at first, passed when repeated: ${test.module.relativeModuleId} > ${test.fullName}`)
    }

    writeReport({
      suite: this.#suite,
      tests: tests.map((test) => ({
        file: test.module.relativeModuleId,
        name: test.fullName,
        state: test.result().state,
      })),
    })
    const skipped = counts.skipped + counts.pending - unexplained.length
    const failed = counts.failed + unexplained.length
    console.log(`${counts.passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  }
}

/** The unmet need of a skipped test, or of a suite around it. */
const unmetBy = (test: TestCase) => {
  let task: TestCase | TestCase['parent'] = test
  while (task.type !== 'module' && task.meta().unmet === undefined) task = task.parent
  return task.meta().unmet
}

import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { deepRun } from './depth.ts'
import { needs } from './needs.ts'

const root = resolve(import.meta.dirname, '..')
const reports = mkdtempSync(join(tmpdir(), 'vedette-reports-'))
afterAll(() => rmSync(reports, { recursive: true }))

/** Runs the fixture suite like `npm test`, and returns its exit code and its closing lines. */
const runFixtures = async (env: NodeJS.ProcessEnv) => {
  const vitest = join(root, 'node_modules/vitest/vitest.mjs')
  const args = [vitest, 'run', '--config', 'test/fixtures/skips/vitest.config.ts']
  const options = { cwd: root, env: { PATH: process.env.PATH, VEDETTE_TEST_REPORTS: reports, ...env } }
  return new Promise<{ code: unknown; printed: string; lines: string[] }>((done) => {
    execFile(process.execPath, args, options, (error, stdout, stderr) => {
      done({ code: error?.code ?? 0, printed: stdout + stderr, lines: stdout.trimEnd().split('\n') })
    })
  })
}

it('says what was skipped and why', needs(deepRun), async () => {
  const { code, lines } = await runFixtures({})
  expect(lines).toContain('1 skipped: mousetrap is not installed (apt-get install mousetrap)')
  expect(lines).toContainEqual(expect.stringMatching(/^1 skipped: \.\.\/shared(\/data\/of-mice)? is not here$/))
  expect({ code, last: lines.at(-1) }).toEqual({ code: 0, last: '2 passed, 0 failed, 4 skipped' })
})

it('fails the run in CI, unless only external data is missing', needs(deepRun), async () => {
  const { code, printed, lines } = await runFixtures({ CI: 'true' })
  expect(printed).toContain('CI skips no tests, but mousetrap is not installed (apt-get install mousetrap).')
  expect(lines).toContain('CI skips no tests, but this one was skipped: silent.fixture.ts > gives no reason')
  expect(lines).toContainEqual(expect.stringMatching(/^1 skipped: \.\.\/shared(\/data\/of-mice)? is not here$/))
  expect(lines).toContain('Late at first, passed when repeated: late.fixture.ts > is late at first')
  expect({ code, last: lines.at(-1) }).toEqual({ code: 1, last: '2 passed, 3 failed, 1 skipped' })
})

it('counts a promise only when a test that names it ran and passed', needs(deepRun), async () => {
  const check = await promisify(execFile)(process.execPath, [join(root, 'scripts/check-promises.ts'), '--list'], {
    cwd: root,
    env: { ...process.env, VEDETTE_TEST_REPORTS: reports },
  }).catch((failure: { readonly code: number; readonly stdout: string; readonly stderr: string }) => failure)
  expect(check).toMatchObject({ code: 1 })
  expect(check.stdout).toMatch(/^2 promises of \d+ proved$/m)
  expect(check.stdout).toContain('data.fixture.ts > any.no-body, any.odd-bodies')
  expect(check.stderr).toContain('Not proved: any.old-http: ')
  expect(JSON.parse(readFileSync(join(reports, 'skips.json'), 'utf8'))).toMatchObject({ suite: 'skips' })
})

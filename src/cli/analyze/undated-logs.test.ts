import { mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { hour, minute } from '../../lib/units/time.ts'
import { analysis } from '../../schema/analysis.ts'
import { runFake } from '../cli.fake.ts'

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'vedette-undated-'))
})
afterAll(() => rmSync(folder, { recursive: true, force: true }))

type Write = (clock: string, isError: boolean, i: number) => string

const logback: Write = (clock, isError, i) =>
  isError
    ? `${clock} [main] ERROR c.e.shop.PaymentClient - Payment gateway timed out after ${i} ms`
    : `${clock} [http-nio-${i % 8}] INFO  c.e.shop.OrderController - Order ${i} created`
const dotnet: Write = (clock, isError, i) =>
  isError
    ? `${clock.slice(0, 8)} fail: Shop.Payments[12]\n      Payment gateway timed out after ${i} ms`
    : `${clock.slice(0, 8)} info: Shop.Orders[0]\n      Order ${i} created`
const python: Write = (clock, isError, i) =>
  `${clock.replace('.', ',')} - shop - ${isError ? `ERROR - Payment gateway timed out after ${i} ms` : `INFO - Order ${i} created`}`

/** Writes six hours of a log, until shortly before its last write, with a burst of errors half an hour before the end or without. */
const write = (name: string, line: Write, end: number, burst: boolean) => {
  const path = join(folder, name)
  const lines: string[] = []
  for (let time = end - 6 * hour, i = 0; time < end; time += 3_000, i++) {
    const clock = new Date(time).toISOString().slice(11, 23)
    lines.push(line(clock, i % 150 === 7, i))
    const left = end - time
    if (burst && left < 30 * minute && left > 25 * minute)
      for (let j = 0; j < 4; j++) lines.push(line(clock, true, i + j))
  }
  writeFileSync(path, `${lines.join('\n')}\n`)
  utimesSync(path, new Date(end + minute), new Date(end + minute))
  return path
}

const analyze = async (path: string) => {
  const { out, err } = await runFake(['analyze', '--json', path], { env: { HOME: '/nowhere' }, cwd: folder })
  return { ...analysis.parse(JSON.parse(out)), err }
}

const noon = Date.UTC(2026, 6, 20, 12)
const night = Date.UTC(2026, 6, 20, 3)

describe('a log with clocks but no dates', () => {
  it.each([
    ['Logback', logback, noon],
    ['Logback, over midnight', logback, night],
    ['.NET', dotnet, noon],
    ['Python, over midnight', python, night],
  ])('has its bursts of errors found by the rates, and is quiet without: %s', async (_name, line, end) => {
    const found = await analyze(write('burst.log', line, end, true))
    expect(found.undated).toBeUndefined()
    expect([found.from, found.to]).toEqual([end - 6 * hour, end - 3_000].map((time) => new Date(time).toISOString()))
    expect(found.err).toContain("(date guessed from the file's last write) 100 %")
    expect(found.err).toContain('Its lines have no date')
    expect(found.incidents.length).toBe(1)
    expect(found.alerts.map(({ title }) => title)).toContainEqual(expect.stringMatching(/\d errors from burst\.log/))
    expect((await analyze(write('quiet.log', line, end, false))).incidents).toEqual([])
  })
})

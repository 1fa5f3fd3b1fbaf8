import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { constants, zstdCompressSync } from 'node:zlib'
import { createRandom } from '../src/lib/random/random.ts'
import { attack } from './samples/attack.ts'
import { day } from './samples/calendar.ts'
import { openCompany } from './samples/company.ts'
import { brokenRelease, fullDisk, outOfMemory, silentNames } from './samples/faults.ts'
import { labelsOf } from './samples/labels.ts'
import { type Action, createRecorder, type RecordedLine } from './samples/recorder.ts'
import { missingPrograms } from './samples/requirements.ts'
import { cronMinutes, letters, logins, releases, strangers } from './samples/staff.ts'
import { openTestNetwork } from './samples/test-host.ts'
import { lookups, visits } from './samples/visitors.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    out: { type: 'string', default: 'samples' },
    days: { type: 'string', default: '7' },
    end: { type: 'string', default: '2026-11-19T17:40:00Z' },
  },
})

/** Records the sample week; see samples/README.md. */
const record = async (): Promise<void> => {
  const missing = missingPrograms()
  if (missing) throw new Error(missing)
  const seed = Number(values.seed)
  const end = Date.parse(values.end)
  const from = end - Number(values.days) * day
  if (!Number.isInteger(seed) || !(from < end))
    throw new Error('--seed must be a whole number, --end a time, --days a number above 0.')
  const random = createRandom(seed)
  const folder = resolve(`/tmp/record-samples-${process.pid}`)
  const keys = resolve(`${folder}.keys`)
  mkdirSync(keys, { recursive: true, mode: 0o700 })
  const network = openTestNetwork(folder)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    process.once(signal, () => {
      network.stop()
      process.exit(1)
    })
  }
  try {
    const company = await openCompany(network, keys, random, from)
    const midnight = end - (end % day)
    const stories = [attack, fullDisk, silentNames, brokenRelease, outOfMemory].map((tell) =>
      tell(company, midnight, random),
    )
    const week = { from, to: end, random }
    const everyday = [visits, lookups, logins, releases, cronMinutes, letters, strangers].flatMap((live) =>
      live(company, week),
    )
    const actions: Action[] = [...everyday, ...stories.flatMap((story) => story.actions)]
      .filter(({ at }) => at >= from && at < end)
      .sort((a, b) => a.at - b.at)
    const recorder = createRecorder(company.files)
    await recorder.skip()
    const began = performance.now()
    for (const [i, action] of actions.entries()) {
      await recorder.perform(action)
      if (i % 500 === 0) {
        const share = ((100 * i) / actions.length).toFixed(0)
        process.stdout.write(
          `${share} %, ${recorder.lines.length} lines, ${((performance.now() - began) / 1000).toFixed(0)} s\n`,
        )
      }
    }
    const lines = byFile(
      recorder.lines,
      company.files.map(({ name }) => name),
      end,
    )
    const stages = stories.flatMap((story) => story.stages).filter((stage) => stage.to > from)
    write(resolve(values.out), lines, JSON.stringify(labelsOf(lines, stages, { seed, from, end }), null, 1))
  } finally {
    network.stop()
    rmSync(keys, { recursive: true, force: true })
  }
}

const byFile = (lines: readonly RecordedLine[], names: readonly string[], end: number) =>
  new Map(names.map((name) => [name, lines.filter(({ file, time }) => file === name && time < end)] as const))

const write = (out: string, lines: ReadonlyMap<string, readonly RecordedLine[]>, labels: string): void => {
  mkdirSync(out, { recursive: true })
  let bytes = 0
  for (const [name, own] of lines) {
    const text = own.map((line) => `${line.text}\n`).join('')
    const packed = zstdCompressSync(text, { params: { [constants.ZSTD_c_compressionLevel]: 19 } })
    writeFileSync(join(out, `${name}.zst`), packed)
    bytes += packed.length
    process.stdout.write(`${name}: ${own.length} lines, ${packed.length} bytes\n`)
  }
  writeFileSync(join(out, 'labels.json'), `${labels}\n`)
  process.stdout.write(`${bytes} bytes in total\n`)
}

await record()
process.exit(0)

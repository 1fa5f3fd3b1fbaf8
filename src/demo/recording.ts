import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { zstdDecompressSync } from 'node:zlib'
import { z } from 'zod'
import { hour, minute } from '../lib/units/time.ts'
import type { RawRecord } from '../schema/record/record.ts'
import { samplePrefix } from '../schema/record/sample.ts'
import { readStamp, writeStamp } from './restamp.ts'

const labelsShape = z.object({
  from: z.iso.datetime(),
  end: z.iso.datetime(),
  files: z.array(z.object({ name: z.string(), lines: z.int() })),
})

/** The span of each turn of a source, in ms, so that concurrent events stay together. */
const turn = 2 * hour
/** Lines keep their seconds, so that jobs that run every full minute still do. */

type SampleRecord = Omit<RawRecord, 'receivedAt'>

/** Reads the recording, moved so that it ends at a time, as turns: for each span of time the records of each source. */
export const readRecording = (folder: string, end: number) => {
  const labels = labelsShape.parse(JSON.parse(readFileSync(join(folder, 'labels.json'), 'utf8')))
  const recorded = Date.parse(labels.end)
  const by = Math.floor((end - recorded) / minute) * minute
  const slices = new Map<number, SampleRecord[][]>()
  let records = 0
  const sources: string[] = []
  for (const { name } of labels.files) {
    const text = zstdDecompressSync(readFileSync(join(folder, `${name}.zst`))).toString('utf8')
    const source = samplePrefix + name.replace(/\.log$/, '')
    const own = slice(text, { source, file: name, by, near: recorded })
    for (const [at, some] of own) slices.set(at, [...(slices.get(at) ?? []), some])
    const count = [...own.values()].reduce((sum, some) => sum + some.length, 0)
    if (count > 0) sources.push(source)
    records += count
  }
  return {
    turns: [...slices].sort(([a], [b]) => a - b).map(([, some]) => some),
    facts: {
      records,
      sources,
      from: new Date(Date.parse(labels.from) + by).toISOString(),
      to: new Date(recorded + by).toISOString(),
    },
  }
}

/** Cuts a file into its turns. Lines without a time belong to the line before. */
const slice = (
  text: string,
  {
    source,
    file,
    by,
    near,
  }: { readonly source: string; readonly file: string; readonly by: number; readonly near: number },
): Map<number, SampleRecord[]> => {
  const slices = new Map<number, SampleRecord[]>()
  let last: { text: string; line: number; at: number } | undefined
  const put = () => {
    if (!last) return
    const record = { text: last.text, source, file, line: last.line, zoneMinutes: 0 }
    const some = slices.get(last.at)
    if (some) some.push(record)
    else slices.set(last.at, [record])
  }
  for (const [i, line] of text.split('\n').entries()) {
    const stamp = readStamp(line, near)
    if (stamp) {
      put()
      last = { text: writeStamp(line, stamp, stamp.time + by), line: i + 1, at: Math.floor((stamp.time + by) / turn) }
    } else if (last && line !== '') last.text += `\n${line}`
  }
  put()
  return slices
}

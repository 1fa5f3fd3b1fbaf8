import type { Readable } from 'node:stream'
import { AppError } from '../../errors.ts'
import { createDrain, type Drain } from '../../lib/drain/drain.ts'
import type { ReadReport } from '../../pipeline/ingest/file/read-report.ts'
import { parseRecord } from '../../pipeline/normalize/parse-record.ts'
import { readLogLines, readLogs } from './read-files.ts'
import { createTally, type TemplateSummary } from './template-tally.ts'

export type { TemplateSummary } from './template-tally.ts'

export interface MineRequest {
  /** Files, folders, patterns, `-`; gzip and zstd are unpacked. */
  readonly paths: readonly string[]
  /** `plain`: each line is a message. `auto`: the message is extracted from the record’s format. */
  readonly format: 'auto' | 'plain'
  /** Whether to record the template of each line: 16 bytes per line. */
  readonly perLine?: boolean
  readonly stdin: Readable
  readonly now: () => number
  readonly signal: AbortSignal
  readonly onProgress?: (report: ReadReport) => void
}

/** The templates of some logs. */
export interface MinedTemplates {
  readonly report: ReadReport
  readonly lines: number
  /** Lines of templates that were evicted by the limit. */
  readonly forgotten: number
  /** Most frequent first. */
  readonly templates: readonly TemplateSummary[]
  /** The template of each line in reading order; empty unless requested. */
  perLine(): Iterable<MinedLine>
}

export interface MinedLine {
  /** The number of its first line in its file, counted from 1. */
  readonly line: number
  readonly file: string | undefined
  readonly template_id: string
  readonly template: string
}

/** Finds the templates of logs. Memory is bounded by the number of templates, whatever the logs. */
export const mineTemplates = async (request: MineRequest): Promise<MinedTemplates> => mineInto(createDrain(), request)

/** Mines with a miner that may have learnt other logs before. */
export const mineInto = async (drain: Drain, request: MineRequest): Promise<MinedTemplates> => {
  const { format, onProgress } = request
  const { messages, report } = format === 'plain' ? readPlain(request) : readParsed(request)
  const tally = createTally(drain, request.perLine === true)
  const lines: number[] = []
  const numbers: number[] = []
  const files: (string | undefined)[] = []
  const fileStarts: number[] = []
  for await (const batch of messages) {
    for (const { text, line, file, time } of batch) {
      const number = tally.add(text, line, time)
      if (!request.perLine) continue
      if (files.length === 0 || files.at(-1) !== file) {
        files.push(file)
        fileStarts.push(lines.length)
      }
      lines.push(line)
      numbers.push(number)
    }
    onProgress?.(report)
  }
  return {
    report,
    ...tally.finish(),
    *perLine() {
      for (let at = 0, from = -1; at < lines.length; at++) {
        if (fileStarts[from + 1] === at) from++
        const { id, text } = tally.templateOf(numbers[at] ?? 0)
        yield { line: lines[at] ?? 0, file: files[from], template_id: id, template: text }
      }
    },
  }
}

interface Message {
  readonly text: string
  readonly line: number
  readonly file: string | undefined
  /** In ms since the epoch; undefined where the log has none. */
  readonly time?: number | undefined
}

interface Messages {
  readonly messages: AsyncIterable<readonly Message[]>
  readonly report: ReadReport
}

const readPlain = (request: MineRequest): Messages => {
  const { batches, report } = readLogLines(request)
  async function* messages(): AsyncGenerator<readonly Message[]> {
    for await (const batch of batches) yield batch.map(({ text, line = 0, file }) => ({ text, line, file }))
  }
  return { messages: messages(), report }
}

const readParsed = (request: MineRequest): Messages => {
  const { batches, report } = readLogs(request)
  async function* messages(): AsyncGenerator<readonly Message[]> {
    let count = 0
    for await (const batch of batches) {
      yield batch.map((record) => {
        count++
        const { message, time, fault } = parseRecord(record)
        const text = fault === undefined ? message : record.text
        return { text: firstLine(text), line: record.line ?? count, file: record.file, time }
      })
    }
  }
  return { messages: messages(), report }
}

/** The first line identifies a stack trace. */
const firstLine = (text: string): string => {
  const end = text.indexOf('\n')
  return end < 0 ? text : text.slice(0, end)
}

/** How a template's part of the lines has changed. */
export interface TemplateChange {
  readonly change: 'new' | 'gone' | 'more' | 'less'
  readonly template: TemplateSummary
  readonly count: number
  readonly count_before: number
  readonly share: number
  readonly share_before: number
  /** Twice the logarithm of the likelihood ratio (Dunning 1993): 10.8 happens once in a thousand by chance. */
  readonly surprise: number
}

/** The factor by which a share must change to be reported. */
const muchMore = 2
/** The chi-squared value for p = 0.001. */
const byChance = 10.83

/**
 * Compares the templates of two logs: new, gone, and much more or less frequent ones. Compares shares of lines, so the
 * logs may differ in length. The most surprising change comes first.
 */
export const compareTemplates = async (
  request: MineRequest,
  before: readonly string[],
): Promise<{ readonly now: MinedTemplates; readonly before: MinedTemplates; readonly changes: TemplateChange[] }> => {
  // Use one miner for both logs, so that equal templates get the same ID.
  const drain = createDrain()
  const old = await mineInto(drain, { ...request, paths: before, perLine: false })
  const now = await mineInto(drain, request)
  if (old.lines === 0 && !request.signal.aborted) {
    throw new AppError('INVALID_REQUEST', `No lines to compare with in ${before.join(', ')}.`, {
      hint: 'Give a file that contains lines.',
    })
  }
  return { now, before: old, changes: changesBetween(now, old, drain) }
}

const changesBetween = (now: MinedTemplates, before: MinedTemplates, drain: Drain): TemplateChange[] => {
  const former = new Map<string, TemplateSummary>()
  const counts = new Map<string, number>()
  for (const one of before.templates) {
    // The second log may have merged two templates of the first.
    const id = drain.current(one.template_id)?.id ?? one.template_id
    counts.set(id, (counts.get(id) ?? 0) + one.count)
    if (!former.has(id)) former.set(id, one)
  }
  const changes: TemplateChange[] = []
  const note = (template: TemplateSummary, count: number, count_before: number): void => {
    const share = now.lines > 0 ? count / now.lines : 0
    const share_before = count_before / before.lines
    const surprise = likelihoodRatio(count, now.lines, count_before, before.lines)
    const change = count_before === 0 ? 'new' : count === 0 ? 'gone' : share > share_before ? 'more' : 'less'
    const much = share >= share_before * muchMore || share_before >= share * muchMore
    if (count > 0 && count_before > 0 && !(much && surprise >= byChance)) return
    changes.push({ change, template, count, count_before, share, share_before, surprise })
  }
  const seen = new Set<string>()
  for (const template of now.templates) {
    seen.add(template.template_id)
    note(template, template.count, counts.get(template.template_id) ?? 0)
  }
  for (const [id, template] of former) if (!seen.has(id)) note(template, 0, counts.get(id) ?? 0)
  return changes.sort((a, b) => b.surprise - a.surprise)
}

/** Of two counts among two totals, against both having one rate. */
const likelihoodRatio = (count: number, total: number, countBefore: number, totalBefore: number): number => {
  const rate = (count + countBefore) / (total + totalBefore)
  const part = (observed: number, expected: number) => (observed > 0 ? observed * Math.log(observed / expected) : 0)
  return (
    2 *
    (part(count, total * rate) +
      part(total - count, total * (1 - rate)) +
      part(countBefore, totalBefore * rate) +
      part(totalBefore - countBefore, totalBefore * (1 - rate)))
  )
}

import { createAnalysis } from '../../src/app/analysis.ts'
import { loadConfig } from '../../src/config.ts'
import { createRules } from '../../src/operations/rules/rule-folders.ts'
import { mergeByTime } from '../../src/pipeline/ingest/merge-by-time.ts'
import { parseRecord } from '../../src/pipeline/normalize/parse-record.ts'
import type { Analysis } from '../../src/schema/analysis.ts'
import type { Incident } from '../../src/schema/incident/incident.ts'
import type { GeneratedWeek } from './weeks.ts'

/** The findings of an analysis of a generated week. */
export interface JudgedWeek {
  readonly name: string
  readonly lines: number
  /** Whether an incident is about the trouble; undefined if there is none. */
  readonly found: boolean | undefined
  /** The titles of the other incidents, since findings count. */
  readonly others: readonly string[]
}

const log = { debug() {}, info() {}, warn() {}, error() {} }
const batchSize = 1024

/** Returns an analysis of lines by source as `vedette analyze` does it, with the bundled rules and the default configuration. */
export const createSourceAnalysis = async () => {
  const { config } = loadConfig({ flags: {}, env: {}, cwd: import.meta.dirname })
  const rules = createRules({ config, settings: async () => [], log })
  await rules.refresh()
  return (sources: ReadonlyMap<string, readonly string[]>): Promise<Analysis> =>
    createAnalysis({ config, rules: rules.book, log })(recordsOf(sources))
}

/** Analyzes generated weeks, and separates the incidents about their trouble from others. */
export const judgeWeeks = async (weeks: readonly GeneratedWeek[]): Promise<readonly JudgedWeek[]> => {
  const analyze = await createSourceAnalysis()
  const judged: JudgedWeek[] = []
  for (const week of weeks) {
    const { incidents } = await analyze(week.sources)
    const about = incidents.filter((incident) => isAbout(week, incident))
    const others = incidents.filter(
      (incident) => !about.includes(incident) && Date.parse(incident.last_seen) >= week.judgedFrom,
    )
    judged.push({
      name: week.name,
      lines: [...week.sources.values()].reduce((sum, { length }) => sum + length, 0),
      found: week.trouble && about.length > 0,
      others: others.map(({ severity, title }) => `${severity}: ${title}`),
    })
  }
  return judged
}

const isAbout = ({ trouble }: GeneratedWeek, { last_seen, title, reason, evidence }: Incident): boolean =>
  trouble !== undefined &&
  Date.parse(last_seen) >= trouble.from &&
  [title, reason, ...evidence.map(({ line }) => line)].some((text) => trouble.mentions.test(text))

async function* recordsOf(sources: ReadonlyMap<string, readonly string[]>) {
  const receivedAt = Date.UTC(2027, 0, 1)
  const batches = [...sources].map(([source, lines]) => ({
    time: 0,
    batches: (async function* () {
      for (let at = 0; at < lines.length; at += batchSize)
        yield lines.slice(at, at + batchSize).map((text) => ({ text, source, receivedAt }))
    })(),
  }))
  yield* mergeByTime(batches, ({ text }) => parseRecord({ text, source: '', receivedAt }).time)
}

import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { beforeAll, describe, expect, it } from 'vitest'
import { z } from 'zod'
import { casesOf, deepRun } from '../../test/depth.ts'
import { needs } from '../../test/needs.ts'
import { createAnalysis } from '../app/analysis.ts'
import { loadConfig } from '../config.ts'
import { createRules } from '../operations/rules/rule-folders.ts'
import type { Analysis } from '../schema/analysis.ts'
import type { RawRecord } from '../schema/record/record.ts'
import { severityRank } from '../schema/severity.ts'
import { readRecording } from './recording.ts'

/** The recording that comes with the program, or another: RECORDING=/tmp/other-week vitest run src/demo/recording.test.ts */
const folder = resolve(process.env.RECORDING ?? join(import.meta.dirname, '../../samples'))

const labels = z
  .object({
    end: z.iso.datetime(),
    files: z.array(z.object({ name: z.string(), lines: z.int() })),
    stages: z.array(
      z.object({
        id: z.string(),
        kind: z.enum(['attack', 'fault', 'aftermath']),
        title: z.string(),
        from: z.iso.datetime(),
        to: z.iso.datetime(),
        hosts: z.array(z.string()),
        lines: z.record(z.string(), z.array(z.tuple([z.int(), z.int()]))),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(join(folder, 'labels.json'), 'utf8')))
type Stage = (typeof labels.stages)[number]

/** The week ends when it is loaded, so its hours and days fall on any others: nothing may hang on how it was recorded. In minutes. */
const shifts = [0, 12 * 60 + 24]

const analyse = async (shift: number): Promise<Analysis> => {
  const { config } = loadConfig({ flags: {}, env: {}, cwd: folder })
  const log = { debug() {}, info() {}, warn() {}, error() {} }
  const rules = createRules({ config, settings: async () => [], log })
  await rules.refresh()
  const end = Date.parse(labels.end) + shift * 60_000
  const { turns } = readRecording(folder, end)
  async function* records(): AsyncGenerator<readonly RawRecord[]> {
    for (const some of turns.flat()) yield some.map((record) => ({ ...record, receivedAt: end }))
  }
  return createAnalysis({ config, rules: rules.book })(records())
}

/** Whether a line of evidence belongs to a stage. */
const isOf = ({ lines }: Stage, origin: string | undefined): boolean => {
  const [file = '', number = '0'] = origin?.split(':') ?? []
  return (lines[file] ?? []).some(([first, last]) => Number(number) >= first && Number(number) <= last)
}

describe.each(casesOf(shifts))(`the recording in ${folder}, %i minutes later`, needs(deepRun), (shift) => {
  let analysis: Analysis
  beforeAll(async () => {
    analysis = await analyse(shift)
  }, 300_000)

  const evidenceOf = (id: string) => {
    const incident = analysis.incidents.find((one) => one.id === id)
    const alerts = analysis.alerts.filter(({ incident_id }) => incident_id === id)
    return [...(incident?.evidence ?? []), ...alerts.flatMap(({ evidence }) => evidence)]
  }
  const incidentsOf = (stage: Stage) =>
    analysis.incidents.filter(({ id }) => evidenceOf(id).some(({ origin }) => isOf(stage, origin)))
  /** A silence has no lines: expect an alert about it, of that host, at that time. */
  const silenceOf = ({ hosts, from, to }: Stage) =>
    analysis.alerts.filter(
      ({ title, entities, first_seen, last_seen, incident_id }) =>
        incident_id !== null &&
        title.includes('stopped logging') &&
        entities.some(({ type, value }) => type === 'host' && hosts.includes(value)) &&
        first_seen < moved(to) &&
        last_seen > moved(from),
    )
  const moved = (time: string) => new Date(Date.parse(time) + shift * 60_000).toISOString()
  const stagesOf = (kind: Stage['kind']) => labels.stages.filter((stage) => stage.kind === kind)

  it('is parsed completely', () => {
    expect(analysis.parsed).toBe(analysis.records)
    expect(analysis.records).toBeGreaterThan(0.99 * labels.files.reduce((sum, { lines }) => sum + lines, 0))
  })

  it.each(stagesOf('attack').map(({ id }) => id))('has the stage "%s" among the evidence of the attack', (id) => {
    const [breakIn] = labels.stages.flatMap((stage) => (stage.id === 'break-in' ? incidentsOf(stage) : []))
    const stage = labels.stages.find((one) => one.id === id)
    expect(stage && incidentsOf(stage).map((one) => one.id)).toContain(breakIn?.id)
    expect(breakIn?.severity).toBe('critical')
  })

  it('says what the attack was', () => {
    const stage = labels.stages.find(({ id }) => id === 'break-in')
    const [address = '?', , , , user = '?'] = stage?.title.replace('.', '.').split(/ |\.$/) ?? []
    const [incident] = stage ? incidentsOf(stage) : []
    for (const words of ['SSH brute force', 'ended in a login', address, user, 'acted as root', 'MB went to']) {
      expect(incident?.title).toContain(words)
    }
    for (const words of [address, user, 'failed logins', '/etc/shadow', 'rsyslogd'])
      expect(incident?.reason).toContain(words)
  })

  it.each(stagesOf('fault').map(({ id }) => id))('has the fault "%s" in an incident', (id) => {
    const stage = labels.stages.find((one) => one.id === id)
    expect(stage && [...incidentsOf(stage), ...silenceOf(stage)].length).toBeGreaterThan(0)
  })

  it('sends at most five notifications', () => {
    const told = analysis.incidents.filter(({ severity }) => severityRank(severity) >= severityRank('medium'))
    expect(told.map(({ title }) => title).slice(5)).toEqual([])
  })
})

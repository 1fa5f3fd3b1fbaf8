import { z } from 'zod'
import type { SourceFacts } from '../../intel/intel.ts'
import { type IntelSource, intelSource } from '../../schema/intelligence/intel-source.ts'
import type { FeedRecord } from '../../store/intel/intel-feeds.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'
import { pageOf } from '../paging.ts'

export const listIntelSources = defineOperation({
  name: 'list_intel_sources',
  summary: 'Lists feeds, lookup vendors and imported lists with entries, hits, last pull, quota and licence.',
  role: 'viewer',
  input: z.strictObject({}),
  output: pageOf(intelSource),
  run: async (_input, deps: Pick<Deps, 'store' | 'intel' | 'now'>) => ({
    data: await intelSources(deps),
    next_cursor: null,
  }),
})

/** Returns all sources: configured ones in their order, then imported lists. */
export const intelSources = async ({
  store,
  intel,
  now,
}: Pick<Deps, 'store' | 'intel' | 'now'>): Promise<IntelSource[]> => {
  const [records, used] = await Promise.all([store.intelFeeds.list(), store.intelAnswers.used(now())])
  const byName = new Map(records.map((record) => [record.state.name, record]))
  const pausedUntil = intel.pausedUntil()
  const configured = intel.configured.map((facts) =>
    facts.daily === undefined
      ? presentFeed(facts, byName.get(facts.name))
      : presentLookup(facts, facts.daily, used.get(facts.name) ?? 0, pausedUntil.get(facts.name)),
  )
  const names = new Set(intel.configured.map(({ name }) => name))
  return [...configured, ...records.filter(({ state }) => !names.has(state.name)).map(presentImported)]
}

const momentOf = (time: number | undefined): string | null => (time === undefined ? null : new Date(time).toISOString())

const unpulled = {
  ...{ notice: '', entries: 0, skipped: [], hits: 0, last_hit_at: null, last_attempt_at: null, last_success_at: null },
  ...{ last_change_at: null, failures: 0, last_error: null, next_pull_at: null },
  ...{ daily: null, used_today: null, resting_until: null },
}

const factsOf = ({ name, type, summary, licence }: SourceFacts) => ({ name, type, summary, licence })

const recordOf = ({ state, dueAt, hits, lastHitAt }: FeedRecord) => ({
  ...{ notice: state.notice, entries: state.entries, skipped: state.skipped },
  ...{ hits, last_hit_at: momentOf(lastHitAt), next_pull_at: dueAt === 0 ? null : momentOf(dueAt) },
  ...{ last_attempt_at: state.last_attempt_at, last_success_at: state.last_success_at },
  ...{ last_change_at: state.last_change_at, failures: state.failures, last_error: state.last_error },
})

const presentFeed = (facts: SourceFacts, record: FeedRecord | undefined): IntelSource => ({
  ...factsOf(facts),
  kind: 'feed',
  ...unpulled,
  ...(record && recordOf(record)),
  state: record && record.state.failures > 0 ? 'failing' : record?.state.last_success_at ? 'ok' : 'waiting',
})

const presentLookup = (
  facts: SourceFacts,
  daily: number,
  used: number,
  pausedUntil: number | undefined,
): IntelSource => ({
  ...factsOf(facts),
  kind: 'lookup',
  ...unpulled,
  entries: null,
  ...{ daily, used_today: used, resting_until: momentOf(pausedUntil) },
  state: used >= daily ? 'used_up' : pausedUntil === undefined ? 'ok' : 'resting',
})

const importedFacts = {
  import: { kind: 'import', summary: 'An imported list.', licence: 'See the publisher’s terms.' },
  own: { kind: 'own', summary: 'Indicators added here.', licence: 'Yours.' },
} as const
const former = { kind: 'former', summary: 'A feed that is no longer configured.', licence: '' } as const

const presentImported = (record: FeedRecord): IntelSource => {
  const { name, type } = record.state
  const about = type === 'import' || type === 'own' ? importedFacts[type] : former
  return { name, type, ...about, ...unpulled, ...recordOf(record), next_pull_at: null, state: 'ok' }
}

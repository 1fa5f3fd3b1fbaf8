import type { Runtime } from '../component.ts'
import { AppError, type ErrorDetail } from '../errors.ts'
import { parseRange } from '../lib/address/address.ts'
import { toObservable } from '../lib/observables/observables.ts'
import { didYouMean } from '../lib/spelling/closest.ts'
import { day, hour } from '../lib/units/time.ts'
import type { Detection } from '../schema/detection/detection.ts'
import { type ObservableType, observableTypes } from '../schema/intelligence/indicator.ts'
import type { EgressPolicy } from './egress.ts'
import { createFeedRunner, type Feed } from './feed-runner.ts'
import { createImportedLists } from './imported-lists.ts'
import { createIndicatorTable } from './indicator-table.ts'
import type { Intel, SourceFacts } from './intel.ts'
import { createLookUp } from './look-up.ts'
import { createLookupServices, type LookupService } from './lookup-services.ts'
import { quota } from './lookups/query-vendor.ts'
import type { IntelComponent } from './provider.ts'
import { feedComponents, lookupComponents } from './registry.ts'
import { abuseChTypes, createSourceTrust, type IntelScoreOptions } from './score.ts'
import type { AnswerStore, FeedStore, IndicatorStore } from './stores.ts'

/** A component in the configuration. The component validates its other options. */
interface Entry {
  readonly type: string
}

interface Settings {
  readonly feeds: readonly (Entry & { readonly name?: string | undefined; readonly every: number })[]
  readonly lookups: readonly Entry[]
  readonly api_keys: Readonly<Record<string, string | undefined>>
  readonly egress: EgressPolicy['types']
  readonly internal_domains: readonly string[]
  /** All times are in ms. */
  readonly timeout: number
  readonly answer_timeout: number
  readonly remember_found: number
  readonly remember_nothing: number
  readonly score: IntelScoreOptions
}

interface IntelOptions {
  readonly config: { readonly intel: Settings; readonly networks: { readonly internal: readonly string[] } }
  readonly store: {
    readonly threatIntel: IndicatorStore & { forget(expiredBefore: number): Promise<unknown> }
    readonly intelFeeds: FeedStore
    readonly intelAnswers: AnswerStore & { forget(expiredBefore: number): Promise<unknown> }
  }
  readonly runtime: Runtime
}

/** A configured component with its validated options. */
interface Configured {
  readonly name: string
  readonly component: IntelComponent
  readonly options: unknown
  readonly every: number
}

const month = 30 * day

/** Creates threat intelligence: the table in memory, the feeds and lookups, and their scheduled jobs. */
export const createIntel = ({ config, store, runtime }: IntelOptions) => {
  const settings = config.intel
  const { now, log } = runtime
  const { feeds: feedEntries, lookups: lookupEntries } = configuredIntel(settings)
  const table = createIndicatorTable({ indicators: store.threatIntel, feeds: store.intelFeeds, now, log })
  const feeds = feedEntries.map(
    ({ name, component, options, every }): Feed => ({
      name,
      type: component.name,
      every,
      provider: component.create(options, runtime),
    }),
  )
  const services = lookupEntries.map(({ name, component, options }): LookupService => {
    const { daily, per_minute: perMinute } = quota.parse(options)
    return { name, types: component.types, daily, perMinute, provider: component.create(options, runtime) }
  })
  const typeOf = new Map([...feedEntries, ...lookupEntries].map(({ name, component }) => [name, component.name]))
  const trust = createSourceTrust(
    (source) => typeOf.get(source) ?? (source === 'own' ? 'own' : 'import'),
    settings.score,
  )
  const feedsByType = new Map(
    observableTypes.map((type) => [
      type,
      feedEntries.filter(({ component }) => component.types.includes(type)).map(({ name }) => name),
    ]),
  )
  const feedsFor = (type: ObservableType): readonly string[] => feedsByType.get(type) ?? []
  const asked = (type: ObservableType): number =>
    feedsFor(type).length + lookupEntries.filter(({ component }) => component.types.includes(type)).length
  const importing = { indicators: store.threatIntel, feeds: store.intelFeeds, now, trust, asked }
  const runner = createFeedRunner({ ...importing, configured: feeds, log })
  const configured = [
    ...feedEntries.map((one) => toFacts(one, { every: one.every, daily: undefined })),
    ...lookupEntries.map((one) => toFacts(one, { every: undefined, daily: quota.parse(one.options).daily })),
  ]

  const hits = new Map<string, number>()
  const hit = (sources: readonly string[]) => {
    for (const source of sources) hits.set(source, (hits.get(source) ?? 0) + 1)
  }
  const lookupServices = createLookupServices({
    services,
    store: store.intelAnswers,
    remember: { found: settings.remember_found, nothing: settings.remember_nothing },
    timeout: settings.answer_timeout,
    now,
    log,
  })
  const { lookUpAlert, lookUp } = createLookUp({
    indicators: store.threatIntel,
    table,
    services: lookupServices,
    egress: {
      types: settings.egress,
      internalDomains: settings.internal_domains.map((name) => name.toLowerCase().replace(/^\*?\./, '')),
      internalRanges: config.networks.internal.flatMap((text) => parseRange(text) ?? []),
    },
    trust,
    score: settings.score,
    feedsFor,
    timeout: settings.timeout,
    now,
    log,
    hit,
  })

  const intel: Intel = {
    table,
    configured,
    pull: (name) => runner.pull(name, runtime.signal),
    lists: createImportedLists({ ...importing, reserved: configured.map(({ name }) => name) }),
    lookUpAlert,
    lookUp,
    pausedUntil: lookupServices.pausedUntil,
  }
  let checkedConfig = false
  const saveHits = async () => {
    const counted = [...hits]
    hits.clear()
    for (const [name, count] of counted) await store.intelFeeds.hit(name, count, now())
  }
  return {
    intel,
    /** Counts the sources of detections as hits. */
    countDetections(detections: readonly Detection[]): void {
      for (const { kind, value } of detections) {
        const observable = kind === 'indicator' ? toObservable(value) : undefined
        if (observable) hit(table.index.find(observable, now())?.sources ?? [])
      }
    },
    saveHits,
    jobs: [
      { name: 'refresh indicators', every: 3_000, run: () => table.refresh() },
      {
        name: 'pull feeds',
        every: 5_000,
        run: async (signal: AbortSignal) => {
          const removed = !checkedConfig && (await runner.removeUnconfigured())
          checkedConfig = true
          const pulled = await runner.pullDue(signal)
          if (removed || pulled) await table.refresh()
        },
      },
      { name: 'count indicator hits', every: 10_000, run: saveHits },
      {
        name: 'remove unused indicators',
        every: hour,
        run: async () => {
          await store.threatIntel.forget(now() - month)
          await store.intelAnswers.forget(now())
        },
      },
    ],
  }
}

const toFacts = ({ name, component }: Configured, limits: Pick<SourceFacts, 'every' | 'daily'>): SourceFacts => ({
  name,
  type: component.name,
  summary: component.summary,
  licence: component.licence,
  ...limits,
})

/** Lists the configured feeds and lookups. Throws CONFIG_INVALID with all faults. */
export const configuredIntel = (
  settings: Settings,
): { readonly feeds: readonly Configured[]; readonly lookups: readonly Configured[] } => {
  const errors: ErrorDetail[] = []
  const named = settings.lookups.map(({ type }) => type)
  const byKey = lookupComponents.filter(
    (component) => !named.includes(component.name) && keyOf(component.name, settings) !== undefined,
  )
  const feeds = settings.feeds.flatMap(({ name, every, ...entry }, i) => {
    const found = resolve(`intel.feeds.${i}`, entry, feedComponents, settings, errors)
    return found ? [{ ...found, name: name ?? found.component.name, every }] : []
  })
  const lookups = [...settings.lookups, ...byKey.map(({ name: type }) => ({ type }))].flatMap((entry, i) => {
    const found = resolve(`intel.lookups.${i}`, entry, lookupComponents, settings, errors)
    return found ? [{ ...found, name: found.component.name, every: 0 }] : []
  })
  const names = [...feeds, ...lookups].map(({ name }) => name)
  for (const name of new Set(names.filter((one, i) => names.indexOf(one) !== i || one === 'own'))) {
    errors.push({
      path: 'intel',
      message: `Duplicate or reserved source name "${name}".`,
      hint: 'Set another `name`.',
    })
  }
  if (errors.length > 0) throw new AppError('CONFIG_INVALID', 'The configuration is not valid.', { errors })
  return { feeds, lookups }
}

const resolve = (
  path: string,
  { type, ...options }: { readonly type: string },
  components: readonly IntelComponent[],
  settings: Settings,
  errors: ErrorDetail[],
): Pick<Configured, 'component' | 'options'> | undefined => {
  const component = components.find(({ name }) => name === type)
  if (!component) {
    const names = components.map(({ name }) => name).sort()
    errors.push({ path: `${path}.type`, message: `Unknown type "${type}".`, hint: didYouMean(type, names) })
    return undefined
  }
  const key = keyOf(type, settings)
  const wantsKey = component.options.safeParse({ ...options, api_key: 'key' }).success
  const parsed = component.options.safeParse(wantsKey && key !== undefined ? { api_key: key, ...options } : options)
  if (parsed.success) return { component, options: parsed.data }
  errors.push(...parsed.error.issues.map(({ path: below, message }) => ({ path: [path, ...below].join('.'), message })))
  return undefined
}

const keyOf = (type: string, { api_keys: keys }: Settings): string | undefined => {
  const family = abuseChTypes.includes(type) ? 'abuse_ch' : type
  return Object.entries(keys).find(([name]) => name === family)?.[1]
}

import type { Log } from '../../../component.ts'
import type { SigmaDocument } from '../../../lib/sigma/document.ts'
import { type Fault, sayFault } from '../../../lib/sigma/fault.ts'
import { readDocuments } from '../../../lib/sigma/read/read.ts'
import { joinTaxonomies, readTaxonomy, type TaxonomyEventKind } from '../../../lib/sigma/taxonomy.ts'
import { type RuleLevel, type RuleSetting, type RuleStatus, ruleStatuses } from '../../../schema/rule/rule.ts'
import type { RuleBook } from './rule-book.ts'
import { idleFaults, shadowed } from './rule-faults.ts'
import type { RuleFolder } from './rule-folder.ts'
import { createRuleReader, type KnownFile, sameItems } from './rule-reader.ts'

/** A readable rule, correlation or filter, with its state. */
export interface RuleEntry {
  /** The document as written in its file. */
  readonly document: SigmaDocument
  /** The name of its folder. */
  readonly pack: string
  readonly inForce: boolean
  /** The level of its detections: an override, or its own. */
  readonly level: RuleLevel | undefined
  readonly setting: RuleSetting | undefined
  /** Whether its file has an unreadable change, so that this is the previous version. */
  readonly stale: boolean
}

/** The result of a reload. */
export interface RuleReload {
  readonly revision: number
  readonly changed: boolean
  readonly documents: number
  readonly inForce: number
  readonly faults: readonly Fault[]
}

/** All rules, active or not. */
export interface RuleLibrary {
  /** The active rules, always current. */
  readonly book: RuleBook
  readonly entries: readonly RuleEntry[]
  readonly faults: readonly Fault[]
  readonly placeholders: ReadonlyMap<string, readonly string[]>
  /** Finds a rule by its id, or by the name that correlations use. */
  get(word: string): RuleEntry | undefined
  /**
   * Rereads folders and settings, and activates what changed. `change` runs first, in the same critical section. Concurrent calls run one
   * after another.
   */
  refresh(change?: () => Promise<void>): Promise<RuleReload>
  /** Does the same every few seconds for what users change: the settings, and the folders that are not bundled. */
  poll(): Promise<RuleReload>
}

interface LibraryOptions {
  /** Returns the rule folders, in order of precedence: of two documents with one id, the later wins. */
  folders(): Promise<readonly RuleFolder[]>
  readonly taxonomies: readonly RuleFolder[]
  readonly placeholders: ReadonlyMap<string, readonly string[]>
  readonly minStatus: RuleStatus
  settings(): Promise<readonly RuleSetting[]>
  /** Reads the values of documents that were parsed before, by their texts. */
  parsed?(): Promise<ReadonlyMap<string, unknown>>
  /**
   * Called when a refresh has read everything and before it shows any of it: loads the rules of others who must have them as soon as they
   * are listed here.
   */
  beforeActive?(): Promise<void>
  readonly log: Log
}

const mostLogged = 10

/** The bundled files that this process has read, without placeholders. The snapshot of the program holds them too. */
const readBefore = {
  rules: new Map<string, KnownFile<SigmaDocument>>(),
  kinds: new Map<string, KnownFile<TaxonomyEventKind>>(),
}
/** The active rules and the taxonomy of the newest library: an engine of the same two is prepared already. */
let newest = { documents: [] as readonly SigmaDocument[], taxonomy: joinTaxonomies([]) }

/** Creates an empty library. `refresh` fills it. */
export const createRuleLibrary = (options: LibraryOptions): RuleLibrary => {
  const { placeholders, minStatus, log } = options
  const before = placeholders.size === 0 ? readBefore : undefined
  // Read and held during the first refresh only: later ones read few documents, and changed ones.
  let parsed: ReturnType<NonNullable<LibraryOptions['parsed']>> | undefined
  const parsedBefore = () => {
    if (current.revision === 0) parsed ??= options.parsed?.()
    return parsed
  }
  const rules = createRuleReader<SigmaDocument>({
    async read(text, name) {
      const { documents, faults } = readDocuments(text, name, { placeholders, parsed: await parsedBefore() })
      return { items: documents, faults }
    },
    idOf: ({ id }) => id,
    textOf: ({ line, source }) => `${line}:${source}`,
    readBefore: before?.rules,
  })
  const kinds = createRuleReader<TaxonomyEventKind>({
    async read(text, name) {
      const { kinds: items, faults } = readTaxonomy(text, name, await parsedBefore())
      return { items, faults }
    },
    idOf: ({ name }) => name,
    readBefore: before?.kinds,
  })
  let entries: readonly RuleEntry[] = []
  let byId: ReadonlyMap<string, RuleEntry> = new Map()
  let byName: ReadonlyMap<string, RuleEntry> = new Map()
  let faults: readonly Fault[] = []
  let lastSettings = ''
  let logged: ReadonlySet<string> = new Set()
  /** Also after a refresh that read a change and failed then. */
  let changed = true
  const current = {
    revision: 0,
    documents: [] as readonly SigmaDocument[],
    taxonomy: joinTaxonomies([]),
  }

  const arrange = (settings: readonly RuleSetting[]): void => {
    const settingOf = new Map(settings.map((setting) => [setting.rule_id, setting]))
    const found = new Map<string, RuleEntry>()
    const duplicates: Fault[] = []
    for (const { items, folder, stale } of rules.files) {
      for (const document of items) {
        const former = found.get(document.id)
        if (former) duplicates.push(shadowed(former.document, document))
        const setting = settingOf.get(document.id)
        const inForce = setting?.enabled ?? isMature(document.status, minStatus)
        found.set(document.id, {
          document,
          pack: folder,
          inForce,
          level: setting?.level ?? document.level,
          setting,
          stale,
        })
      }
    }
    byId = found
    entries = [...found.values()]
    byName = new Map(
      entries.flatMap((entry) => (entry.document.name === undefined ? [] : [[entry.document.name, entry]])),
    )
    const overridden = new Map(current.documents.map((document) => [document.id, document]))
    current.documents = entries
      .filter(({ inForce }) => inForce)
      .map(({ document, level }) => {
        if (level === document.level) return document
        const before = overridden.get(document.id)
        return before?.source === document.source && before.level === level ? before : { ...document, level }
      })
    faults = [
      ...[rules, kinds].flatMap((reader) => [...reader.faults, ...reader.files.flatMap((file) => file.faults)]),
      ...duplicates,
      ...idleFaults(current.documents),
    ]
  }

  const logFaults = (changed: boolean): void => {
    const lines = faults.filter(({ severity }) => severity === 'error').map(sayFault)
    const fresh = lines.filter((line) => !logged.has(line))
    for (const fault of fresh.slice(0, mostLogged)) log.warn({ fault }, 'A rule file has an error.')
    if (fresh.length > mostLogged) log.warn({ more: fresh.length - mostLogged }, 'More rule files have errors.')
    logged = new Set(lines)
    if (!changed) return
    const { revision, documents } = current
    log.info({ revision, rules: entries.length, in_force: documents.length, faults: lines.length }, 'Rules loaded.')
  }

  const refresh = async (of: 'all' | 'own'): Promise<RuleReload> => {
    const settings = await options.settings()
    const newSettings = JSON.stringify(settings)
    const rulesChanged = await rules.refresh(await options.folders(), of)
    const kindsChanged = await kinds.refresh(options.taxonomies, of)
    parsed = undefined
    changed ||= rulesChanged || kindsChanged || newSettings !== lastSettings
    lastSettings = newSettings
    await options.beforeActive?.()
    if (changed) current.taxonomy = joinTaxonomies(kinds.files.map(({ items }) => ({ kinds: items })))
    arrange(settings)
    if (sameItems(newest.documents, current.documents)) current.documents = newest.documents
    if (sameItems(newest.taxonomy.kinds, current.taxonomy.kinds)) current.taxonomy = newest.taxonomy
    newest = { documents: current.documents, taxonomy: current.taxonomy }
    const activated = changed
    if (activated) current.revision += 1
    changed = false
    logFaults(activated)
    return {
      revision: current.revision,
      changed: activated,
      documents: entries.length,
      inForce: current.documents.length,
      faults,
    }
  }

  let last: Promise<unknown> = Promise.resolve()
  const inTurn = (run: () => Promise<RuleReload>): Promise<RuleReload> => {
    const next = last.then(run)
    last = next.catch(() => undefined)
    return next
  }
  return {
    book: current,
    get entries() {
      return entries
    },
    get faults() {
      return faults
    },
    placeholders,
    get: (word) => byId.get(word) ?? byId.get(word.toLowerCase()) ?? byName.get(word),
    refresh: (change) =>
      inTurn(async () => {
        await change?.()
        return refresh('all')
      }),
    poll: () => inTurn(() => refresh('own')),
  }
}

/** Whether a rule is active without a setting of its own. */
const isMature = (status: RuleStatus | undefined, least: RuleStatus): boolean =>
  status === undefined || ruleStatuses.indexOf(status) <= ruleStatuses.indexOf(least)

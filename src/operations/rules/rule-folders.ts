import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../../component.ts'
import { bundledRules, bundledTaxonomy, readParsedRules } from '../../pipeline/detect/sigma/bundled-rules.ts'
import type { RuleFolder } from '../../pipeline/detect/sigma/rule-folder.ts'
import { createRuleLibrary, type RuleLibrary } from '../../pipeline/detect/sigma/rule-library.ts'
import type { RuleSetting, RuleStatus } from '../../schema/rule/rule.ts'

interface RulesOptions {
  readonly config: {
    readonly data_dir: string
    readonly rules: {
      readonly enabled: boolean
      readonly paths: readonly string[]
      readonly taxonomy: readonly string[]
      readonly placeholders: Readonly<Record<string, readonly string[]>>
      readonly min_status: RuleStatus
    }
  }
  /** The changed settings by rule. */
  settings(): Promise<readonly RuleSetting[]>
  /** Called before changed rules are active and listed. */
  beforeActive?(): Promise<void>
  readonly log: Log
}

/** The folder of imported rules. */
export const importsFolder = ({ data_dir }: Pick<RulesOptions['config'], 'data_dir'>): string => join(data_dir, 'rules')

/** Opens the configured and the imported rules. No rule is active until the first `refresh`. */
export const createRules = ({ config, settings, beforeActive, log }: RulesOptions): RuleLibrary => {
  const { enabled, paths, taxonomy, placeholders, min_status } = config.rules
  return createRuleLibrary({
    async folders() {
      return withOwnNames([
        ...(enabled ? [bundledRules] : []),
        ...(await imports(importsFolder(config))),
        ...paths.map((path) => ({ name: nameOf(path), path, without: ['taxonomy'] })),
      ])
    },
    taxonomies: withOwnNames([bundledTaxonomy, ...taxonomy.map((path) => ({ name: nameOf(path), path }))]),
    placeholders: new Map(Object.entries(placeholders)),
    minStatus: min_status,
    settings,
    parsed: readParsedRules,
    ...(beforeActive && { beforeActive }),
    log,
  })
}

/** Each import has its own folder. Hidden folders are being written or removed. */
const imports = async (path: string): Promise<readonly RuleFolder[]> => {
  const found = await readdir(path, { withFileTypes: true }).catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  })
  return found
    .filter((entry) => entry.isDirectory() && !entry.name.startsWith('.'))
    .map(({ name }) => ({ name, path: join(path, name), without: ['taxonomy'] }))
}

const nameOf = (path: string): string => path.split(/[/\\]/).findLast((part) => part !== '') ?? path

/** Renames the second of two folders that have the same name. */
const withOwnNames = (folders: readonly RuleFolder[]): readonly RuleFolder[] => {
  const times = new Map<string, number>()
  return folders.map((folder) => {
    const before = times.get(folder.name) ?? 0
    times.set(folder.name, before + 1)
    return before === 0 ? folder : { ...folder, name: `${folder.name}-${before + 1}` }
  })
}

import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import { bundledRules, bundledTaxonomy } from '../pipeline/detect/sigma/bundled-rules.ts'
import type { RuleFolder } from '../pipeline/detect/sigma/rule-folder.ts'
import { createRuleLibrary, type RuleLibrary } from '../pipeline/detect/sigma/rule-library.ts'
import type { RuleSetting } from '../schema/rule.ts'

interface RulesOptions {
  readonly config: Pick<Config, 'rules' | 'data_dir'>
  /** What people said about rules. */
  settings(): Promise<readonly RuleSetting[]>
  readonly log: Log
}

/** Where imported rules are kept. */
export const importsFolder = ({ data_dir }: Pick<Config, 'data_dir'>): string => join(data_dir, 'rules')

/** Opens the rules that the configuration names, with what was imported; nothing is in force until the first `refresh`. */
export const createRules = ({ config, settings, log }: RulesOptions): RuleLibrary => {
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
    log,
  })
}

/** Each import is a folder of its own; those whose names begin with a dot are being written or taken away. */
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

/** Gives the second of two folders with one name another. */
const withOwnNames = (folders: readonly RuleFolder[]): readonly RuleFolder[] => {
  const times = new Map<string, number>()
  return folders.map((folder) => {
    const before = times.get(folder.name) ?? 0
    times.set(folder.name, before + 1)
    return before === 0 ? folder : { ...folder, name: `${folder.name}-${before + 1}` }
  })
}

import { readdir } from 'node:fs/promises'
import type { Config } from '../config.ts'
import { ownRules } from '../operations/rules/create-rule.ts'
import { createRules, importsFolder } from '../operations/rules/rule-folders.ts'
import type { RuleCounts } from '../operations/storage/backup-manifest.ts'
import { bundledRules } from '../pipeline/detect/sigma/bundled-rules.ts'
import type { RuleBook } from '../pipeline/detect/sigma/rule-book.ts'

/** Reads all rules, and counts those that can be used by where they come from. */
export const readRules = async (
  config: Pick<Config, 'rules' | 'data_dir'>,
): Promise<{ readonly counts: RuleCounts; readonly book: RuleBook }> => {
  const silent = { debug() {}, info() {}, warn() {}, error() {} }
  const library = createRules({ config, settings: async () => [], log: silent })
  await library.refresh()
  const imports = new Set(await readdir(importsFolder(config)).catch(() => []))
  const counts = { bundled: 0, own: 0, imported: 0, configured: 0 }
  for (const { pack } of library.entries) {
    if (pack === bundledRules.name) counts.bundled += 1
    else if (!imports.has(pack)) counts.configured += 1
    else if (pack === ownRules) counts.own += 1
    else counts.imported += 1
  }
  return { counts, book: library.book }
}

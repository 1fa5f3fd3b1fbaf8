import { readdir } from 'node:fs/promises'
import { silentLog } from '../../component.ts'
import { bundledRules } from '../../pipeline/detect/sigma/bundled-rules.ts'
import type { RuleBook } from '../../pipeline/detect/sigma/rule-book.ts'
import type { RuleCounts } from '../storage/backup-manifest.ts'
import { ownRules } from './create-rule.ts'
import { createRules, importsFolder } from './rule-folders.ts'

/** Reads all rules, and counts the valid ones by origin. */
export const openAndCountRules = async (
  config: Parameters<typeof createRules>[0]['config'],
): Promise<{ readonly counts: RuleCounts; readonly book: RuleBook }> => {
  const library = createRules({ config, settings: async () => [], log: silentLog })
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

import { readFile } from 'node:fs/promises'
import { AppError, unreadableFile } from '../../../errors.ts'
import { lintFile } from '../../../lib/sigma/lint/lint.ts'
import { type Fault, readDocuments, readTaxonomy, sayFault } from '../../../lib/sigma/sigma.ts'
import { bundledTaxonomy } from '../../../pipeline/detect/sigma/bundled-rules.ts'
import { findRuleFiles } from '../../../pipeline/detect/sigma/rule-folder.ts'
import type { RuleFault } from '../../../schema/rule/rule.ts'
import { toFaultView } from '../rule-view.ts'

interface LintReport {
  readonly files: number
  readonly documents: number
  readonly errors: number
  readonly warnings: number
  readonly faults: readonly RuleFault[]
  /** The faults, each in one line as compilers write them. */
  readonly lines: readonly string[]
}

interface LintOptions {
  /** Taxonomy files or folders besides the built-in ones. */
  readonly taxonomy: readonly string[]
  readonly placeholders: Readonly<Record<string, readonly string[]>>
}

/**
 * Lints the rules of files and folders, and resolves references among all of them. Throws SOURCE_FAILED for missing
 * files.
 */
export const lintFiles = async (paths: readonly string[], options: LintOptions): Promise<LintReport> => {
  const texts = await readTexts(paths)
  const placeholders = new Map(Object.entries(options.placeholders))
  const documents = texts.flatMap(({ text, path }) => readDocuments(text, path, { placeholders }).documents)
  const tables = await readTexts([bundledTaxonomy.path, ...options.taxonomy])
  const taxonomy = { kinds: tables.flatMap(({ text, path }) => readTaxonomy(text, path).kinds) }
  const faults: readonly Fault[] = texts.flatMap(({ text, path }) =>
    lintFile(text, path, { placeholders, documents, taxonomy }),
  )
  const errors = faults.filter(({ severity }) => severity === 'error').length
  return {
    files: texts.length,
    documents: documents.length,
    errors,
    warnings: faults.length - errors,
    faults: faults.map(toFaultView),
    lines: faults.map(sayFault),
  }
}

const readTexts = async (paths: readonly string[]): Promise<readonly { path: string; text: string }[]> => {
  const texts: { path: string; text: string }[] = []
  for (const path of paths) {
    const { files, unreadable } = await findRuleFiles({ name: path, path, without: ['taxonomy'] })
    const [first] = unreadable
    if (first) throw new AppError('SOURCE_FAILED', `Cannot read ${first.name}: ${first.reason}.`)
    for (const { name, path: file } of files) {
      try {
        texts.push({ path: name, text: await readFile(file, 'utf8') })
      } catch (error) {
        throw unreadableFile(name, error)
      }
    }
  }
  return texts
}

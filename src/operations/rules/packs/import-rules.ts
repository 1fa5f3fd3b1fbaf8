import { setImmediate } from 'node:timers/promises'
import { z } from 'zod'
import { AppError } from '../../../errors.ts'
import { readDocuments } from '../../../lib/sigma/sigma.ts'
import type { RuleEntry } from '../../../pipeline/detect/sigma/rule-library.ts'
import type { Actor } from '../../../schema/account/role.ts'
import { ruleFault, ruleLevels } from '../../../schema/rule/rule.ts'
import type { Deps } from '../../deps.ts'
import { defineOperation } from '../../operation.ts'
import { auditRules } from '../audit-rules.ts'
import { toFaultView } from '../rule-view.ts'
import { type RuleFileText, readArchive } from './rule-archive.ts'
import { prepareImport } from './rule-imports.ts'

const mostFaults = 200

/** The name of an import, which is also its folder name. */
export const importName = z
  .string()
  .regex(
    /^[a-z0-9][\w.-]{0,62}$/i,
    'Use letters, digits, ".", "_" and "-", at most 63 characters, starting with a letter or digit.',
  )
  .refine((name) => name !== 'bundled' && name !== 'own', 'This name is reserved.')

const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length > 0, 'Send a zip or a tar.')

/** The report of an import. */
export const ruleImport = z
  .object({
    name: z.string(),
    /** Files with rules; other YAML files are passed over. */
    files: z.int(),
    passed_over: z.int(),
    /** Valid documents, and how many of them are new, changed, unchanged or removed. */
    rules: z.int(),
    new: z.int(),
    changed: z.int(),
    unchanged: z.int(),
    gone: z.int(),
    in_force: z.int(),
    by_level: z.record(z.string(), z.int()),
    /** How many are about logs that some source here sends. */
    apply_here: z.int(),
    faulty: z.int(),
    faults: z.array(ruleFault),
  })
  .meta({ id: 'RuleImport' })

/** Imports a rule set, and replaces an earlier one of the same name. */
export const importRules = defineOperation({
  name: 'import_rules',
  summary: 'Imports a zip or tar of Sigma rules, such as a SigmaHQ release. Replaces an earlier import of that name.',
  role: 'admin',
  input: z.strictObject({ name: importName.default('imported').describe('The name of the import.'), archive: bytes }),
  output: ruleImport,
  async run(
    { name, archive },
    deps: Pick<Deps, 'rules' | 'reach' | 'rulesFolder' | 'store' | 'now'> & { readonly actor: Actor },
  ) {
    const { rules, reach, rulesFolder } = deps
    const all = await readArchive(archive)
    const files = all.filter(({ text }) => holdsRules(text))
    if (!(await someUsable(files, rules.placeholders))) {
      throw new AppError(
        'INVALID_REQUEST',
        `None of the ${all.length} YAML files in the archive contains a valid Sigma rule.`,
        {
          hint: 'Send a release of SigmaHQ/sigma, or a zip of your rule folder. Nothing was changed.',
        },
      )
    }
    const before = new Map(entriesOf(rules.entries, name).map((entry) => [entry.document.id, entry.document.source]))
    const putInPlace = await prepareImport(rulesFolder, name, files)
    await rules.refresh(putInPlace)
    const entries = entriesOf(rules.entries, name)
    const faults = rules.faults.filter(({ file, severity }) => severity === 'error' && file.startsWith(`${name}/`))
    const reached = await reach()
    const find = (id: string) => rules.get(id)?.document
    const isSame = ({ document }: RuleEntry): boolean => before.get(document.id) === document.source
    const isNew = ({ document }: RuleEntry): boolean => !before.has(document.id)
    const ids = new Set(entries.map(({ document }) => document.id))
    const counts = {
      files: files.length,
      passed_over: all.length - files.length,
      rules: entries.length,
      new: entries.filter(isNew).length,
      changed: entries.filter((entry) => !isNew(entry) && !isSame(entry)).length,
      unchanged: entries.filter(isSame).length,
      gone: [...before.keys()].filter((id) => !ids.has(id)).length,
      in_force: entries.filter(({ inForce }) => inForce).length,
      by_level: Object.fromEntries(
        ruleLevels.map((level) => [level, entries.filter((entry) => entry.level === level).length]),
      ),
      apply_here: entries.filter(({ document }) => reached.reachOf(document, find).length > 0).length,
      faulty: faults.length,
    }
    await auditRules(deps, { action: 'import_rules', target: name, before: null, after: counts })
    return { name, ...counts, faults: faults.slice(0, mostFaults).map(toFaultView) }
  },
})

/** Repositories of rules also contain other YAML: workflows, test data. */
const holdsRules = (text: string): boolean =>
  /^(detection|correlation|filter)\s*:/m.test(text) && /^title\s*:/m.test(text)

const someUsable = async (
  files: readonly RuleFileText[],
  placeholders: Deps['rules']['placeholders'],
): Promise<boolean> => {
  for (const { path, text } of files) {
    if (readDocuments(text, path, { placeholders }).documents.length > 0) return true
    await setImmediate()
  }
  return false
}

const entriesOf = (entries: readonly RuleEntry[], name: string): readonly RuleEntry[] =>
  entries.filter(({ pack }) => pack === name)

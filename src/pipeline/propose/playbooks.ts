import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { load } from 'js-yaml'
import { bundledPath } from '../../bundled-path.ts'
import { AppError, type ErrorDetail, messageOf } from '../../errors.ts'
import { type Playbook, playbook } from '../../schema/action/playbook.ts'

const bundled = bundledPath('playbooks')

/** Reads all playbooks. An own playbook replaces a bundled one with the same id. Throws CONFIG_INVALID with every fault at once. */
export const readPlaybooks = (folders: readonly string[]): readonly Playbook[] => {
  const found = new Map<string, Playbook>()
  const errors: ErrorDetail[] = []
  for (const file of [bundled, ...folders].flatMap(filesOf)) {
    try {
      const parsed = playbook.safeParse(load(readFileSync(file, 'utf8'), { maxAliases: 50, maxDepth: 50 }))
      if (parsed.success) found.set(parsed.data.id, parsed.data)
      else
        errors.push(
          ...parsed.error.issues.map(({ path, message }) => ({ path: `${file}: ${path.join('.')}`, message })),
        )
    } catch (error) {
      errors.push({ path: file, message: messageOf(error) })
    }
  }
  if (errors.length > 0) {
    throw new AppError('CONFIG_INVALID', 'A playbook is not valid.', {
      hint: 'Compare it with those in the folder "playbooks" of the program.',
      errors,
    })
  }
  return [...found.values()].sort((a, b) => (a.id < b.id ? -1 : 1))
}

const filesOf = (folder: string): readonly string[] => {
  try {
    return readdirSync(folder)
      .filter((name) => /\.ya?ml$/.test(name))
      .sort()
      .map((name) => join(folder, name))
  } catch (error) {
    throw new AppError('CONFIG_INVALID', `The playbooks in ${folder} cannot be read: ${messageOf(error)}`, {
      hint: 'Correct remediation.playbooks.',
      cause: error,
    })
  }
}

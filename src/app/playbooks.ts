import { createHash } from 'node:crypto'
import { readdirSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { parseYaml } from '../config/yaml-file.ts'
import { AppError, type ErrorDetail, messageOf } from '../errors.ts'
import type { Keeper } from '../pipeline/stage.ts'
import { type Incident, openIncidentStatuses } from '../schema/incident.ts'
import { type Playbook, playbook } from '../schema/playbook.ts'
import { isMeantFor, proposeActions } from '../schema/propose-actions.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'

/** The playbooks that come with the program: beside `src` in a checkout, beside `dist` in the package. */
const bundled = resolve(import.meta.dirname, '../../playbooks')

/** Reads all playbooks; one of your own replaces the one of ours with the same id. Throws CONFIG_INVALID with every fault. */
export const readPlaybooks = (folders: readonly string[]): readonly Playbook[] => {
  const found = new Map<string, Playbook>()
  const errors: ErrorDetail[] = []
  for (const file of [bundled, ...folders].flatMap(filesOf)) {
    const parsed = playbook.safeParse(parseYaml(readFileSync(file, 'utf8'), file).value)
    if (parsed.success) found.set(parsed.data.id, parsed.data)
    else
      errors.push(...parsed.error.issues.map(({ path, message }) => ({ path: `${file}: ${path.join('.')}`, message })))
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

/** Names what is proposed after what makes it the same: incident, playbook, step, value. */
export const actionIdOf = (parts: readonly string[]): string =>
  createHash('sha256').update(parts.join('\0')).digest('hex').slice(0, 32)

/** Proposes, whenever an incident opens or grows, what the playbooks meant for it ask for; nothing twice. */
export const proposals = (
  playbooks: readonly Playbook[],
  actions: Pick<Store['remediationActions'], 'add'>,
  now: () => number,
): Keeper<Incident, Transaction> => ({
  async save(incidents, tx) {
    const time = now()
    const proposed = incidents
      .filter(({ status, merged_into }) => merged_into === null && openIncidentStatuses.some((open) => open === status))
      .flatMap((incident) =>
        playbooks
          .filter((one) => isMeantFor(one, incident))
          .flatMap((one) => proposeActions(one, incident, { now: time, proposedBy: 'vedette', idOf: actionIdOf })),
      )
    if (proposed.length > 0) await actions.add(proposed, tx)
  },
})

import { AppError } from '../../errors.ts'
import type { FormerSource } from './former-source.ts'
import type { Adopted, AdoptionTarget, FormerSystem, LeftOut } from './former-system.ts'

/** A part of an older system that adoption takes, and its size. */
interface PlannedPart {
  readonly noun: string
  readonly from: string
  readonly count: number
}

/** One older system that a source is of. */
export interface PlannedSystem {
  readonly name: string
  readonly title: string
  /** The reasons to think that the source is of this system. */
  readonly evidence: readonly string[]
  readonly parts: readonly PlannedPart[]
  readonly leftOut: readonly LeftOut[]
}

export interface AdoptedPart extends PlannedPart, Omit<Adopted, 'leftOut'> {}

export interface AdoptionReport {
  readonly parts: readonly AdoptedPart[]
  readonly leftOut: readonly LeftOut[]
}

/** Detects the older systems that a source belongs to, and their parts. Changes nothing. */
export const planAdoption = async (
  source: FormerSource,
  systems: readonly FormerSystem[],
): Promise<readonly PlannedSystem[]> => {
  const found: PlannedSystem[] = []
  for (const system of systems) {
    const evidence = system.recognize(source)
    if (evidence.length === 0) continue
    const parts: PlannedPart[] = []
    for (const { noun, from, count } of system.parts(source)) parts.push({ noun, from, count: await count() })
    found.push({ name: system.name, title: system.title, evidence, parts, leftOut: await system.leftOut(source) })
  }
  return found
}

/** Takes everything that is still missing. A repeated call changes nothing. */
export const runAdoption = async (
  source: FormerSource,
  systems: readonly FormerSystem[],
  target: AdoptionTarget,
): Promise<AdoptionReport> => {
  const parts: AdoptedPart[] = []
  const leftOut: LeftOut[] = []
  for (const system of systems.filter((one) => one.recognize(source).length > 0)) {
    for (const part of system.parts(source)) {
      const { noun, from } = part
      const { leftOut: refused = [], ...adopted } = await part.adopt(target)
      parts.push({ noun, from, count: await part.count(), ...adopted })
      leftOut.push(...refused)
    }
    leftOut.push(...(await system.leftOut(source)))
  }
  const added = parts.filter((part) => part.added > 0)
  if (added.length > 0) await audit(source.place, added, target)
  return { parts, leftOut }
}

const audit = (place: string, parts: readonly AdoptedPart[], { store, now, actor }: AdoptionTarget): Promise<void> =>
  store.transaction((tx) =>
    store.audit.append(
      [
        {
          time: now(),
          actor,
          action: 'adopt',
          target_type: 'installation',
          target_id: place,
          old_values: null,
          new_values: Object.fromEntries(parts.map(({ noun, from, added }) => [`${noun} of ${from}`, added])),
        },
      ],
      tx,
    ),
  )

/** Throws INVALID_REQUEST because a source is of none of the systems. */
export const refuseUnknown = (source: FormerSource, systems: readonly FormerSystem[]): never => {
  const titles = systems.map(({ title }) => title)
  const seen = [...source.databases.map((database) => database.place), ...source.files].slice(0, 3)
  throw new AppError('INVALID_REQUEST', `Nothing in ${source.place} is of an older system that Vedette knows.`, {
    hint:
      `Vedette adopts ${titles.slice(0, -1).join(', ')} and ${titles.at(-1)}: name their database (a URL or a file), their folder or their .env file.` +
      (seen.length > 0 ? ` Read: ${seen.join(', ')}.` : ''),
    errors: source.problems.map(({ what, why }) => ({ path: what, message: why })),
  })
}

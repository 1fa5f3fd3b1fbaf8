import { readdir, stat } from 'node:fs/promises'
import { basename, dirname, join, relative } from 'node:path'
import { AppError } from '../../errors.ts'
import { databaseFile } from '../analysis/database-file.ts'
import { describeMember } from './backup-archive.ts'
import { type BackupManifest, type BackupPart, databasePath, isOf, settingsPath } from './backup-manifest.ts'
import type { Installation } from './installation.ts'
import { isThere, type Move, stageOf } from './put-in-place.ts'
import { listParts } from './stage-parts.ts'

/** The target of each part of an archive, decided before anything is written. */
export interface RestorePlan {
  /** Where the database is unpacked and proved. */
  readonly database: string
  readonly settings: { readonly staged: string; readonly place: string }
  readonly moves: readonly Move[]
  /** The path where each part is unpacked. Existing parts that the archive lacks are not touched. */
  readonly staged: ReadonlyMap<string, string>
  /** Where the files of a part are while the backup is proved. */
  placeOf(name: string): string
  /** Existing data at the destination. */
  readonly conflicts: readonly string[]
  /** The folder for the replaced files. */
  readonly kept: string
  readonly notes: readonly string[]
}

interface PlanOptions {
  readonly installation: Installation
  /** Absent for a bare copy of the database. */
  readonly manifest: BackupManifest | undefined
  /** Whether nothing outside of the data folder is touched. */
  readonly dataOnly: boolean
  readonly now: number
}

/** Determines the target of each part of an archive, and which existing files it would replace. */
export const planRestore = async ({ installation, manifest, dataOnly, now }: PlanOptions): Promise<RestorePlan> => {
  const { dataDir, storageUrl } = installation
  const stage = stageOf(dataDir)
  const stamp = new Date(now).toISOString().replaceAll(/[:.]/g, '-')
  const kept = join(dataDir, `before-restore-${stamp}`)
  const moves: Move[] = []
  const conflicts: string[] = []
  const notes: string[] = []
  const staged = new Map<string, string>()
  const places = new Map<string, string>()

  const isInData = (path: string) => !relative(dataDir, path).startsWith('..')
  const keptAs = (path: string) => (isInData(path) ? join(kept, relative(dataDir, path)) : `${path}.before-${stamp}`)
  const stagedAs = (path: string, name: string) =>
    isInData(path) ? join(stage, name) : join(dirname(path), `.${basename(path)}.restore`)
  const takePlace = async (place: string, from?: string) => {
    await requireMovable(place)
    if (await isFull(place)) conflicts.push(place)
    moves.push({ place, kept: keptAs(place), ...(from !== undefined && { staged: from }) })
  }

  for (const part of manifest?.parts ?? []) {
    const inData = part.key === 'data_dir'
    if (dataOnly && !inData) {
      // Unpacked to be proved, and then removed.
      staged.set(part.name, join(stage, part.name))
      continue
    }
    const found = inData ? join(dataDir, basename(part.name)) : installation.placeOf(part)
    const place = found ?? join(dataDir, 'restored', part.name)
    if (found === undefined) notes.push(`${part.key} does not name a place for ${part.path}: it is in ${place} now.`)
    places.set(part.name, place)
    if (!inData && manifest && (await isSame(part, place, manifest))) continue
    const from = stagedAs(place, part.name)
    staged.set(part.name, from)
    await takePlace(place, from)
  }
  // Existing rules and an existing checkpoint without a counterpart in the backup would mix two states. A bare database says nothing about
  // rules.
  for (const { name, path } of installation.dataParts) {
    const isLeft = manifest ? manifest.parts.some((part) => part.name === name) : name === 'data/rules'
    if (!isLeft && (await isThere(path))) await takePlace(path)
  }
  let database = join(stage, databasePath)
  if (storageUrl.startsWith('sqlite:')) {
    const place = databaseFile(storageUrl)
    database = stagedAs(place, databasePath)
    for (const ending of ['-wal', '-shm']) moves.push({ place: place + ending, kept: keptAs(place + ending) })
    await takePlace(place, database)
  }
  return {
    database,
    settings: { staged: join(stage, settingsPath), place: join(dataDir, 'restored-settings.yaml') },
    moves,
    staged,
    placeOf: (name) => staged.get(name) ?? places.get(name) ?? join(stage, name),
    conflicts,
    kept,
    notes,
  }
}

/** A mount point has the file system of another folder, and cannot be moved. */
const requireMovable = async (place: string): Promise<void> => {
  const [here, above] = await Promise.all([place, dirname(place)].map((path) => stat(path).catch(() => undefined)))
  if (!here || !above || here.dev === above.dev) return
  throw new AppError('CONFLICT', `${place} is a mount point and cannot be replaced.`, {
    hint: 'Unmount it, or restore with --data-only and copy its files by hand.',
  })
}

const isFull = async (path: string): Promise<boolean> => {
  if (!(await isThere(path))) return false
  const names = await readdir(path).catch(() => ['a file'])
  return names.length > 0
}

/** Whether a place has the files of a part, and no others. */
const isSame = async (part: BackupPart, place: string, { members }: BackupManifest): Promise<boolean> => {
  const expected = members.filter((member) => isOf(part, member))
  const { parts, files } = await listParts([{ ...part, path: place }])
  if (parts[0]?.kind !== part.kind || files.length !== expected.length) return false
  const hashes = new Map(expected.map(({ path, sha256 }) => [path, sha256]))
  for (const { member, path } of files) {
    if (hashes.get(member) !== (await describeMember(member, path)).sha256) return false
  }
  return true
}

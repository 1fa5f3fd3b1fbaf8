import { copyFile, mkdir, mkdtemp, open, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import type { Log } from '../../component.ts'
import { AppError } from '../../errors.ts'
import { fillDatabase } from '../../store/copy-database.ts'
import { translateSqliteError } from '../../store/dialects/sqlite-error.ts'
import { withStoreLock } from '../../store/lock-store.ts'
import { requireNotOpen } from '../analysis/database-file.ts'
import { readManifest, unpackArchive } from './backup-archive.ts'
import { type BackupManifest, databasePath, isOf, settingsPath } from './backup-manifest.ts'
import type { Installation } from './installation.ts'
import { type BackupProof, modelMembers, proveBackup, unusable } from './prove-backup.ts'
import { finishMoves, putInPlace, stageOf } from './put-in-place.ts'
import { planRestore, type RestorePlan } from './restore-plan.ts'

interface RestoreRequest {
  readonly installation: Installation
  readonly file: string
  readonly now: () => number
  readonly log: Log
}

/** The contents of an archive. */
interface Read extends BackupProof {
  /** Absent for a bare copy of the database. */
  readonly manifest: BackupManifest | undefined
}

export interface Restored extends Read {
  /** The folder with the previous data, and other places with saved data. */
  readonly kept: readonly string[]
  readonly notes: readonly string[]
}

/** Proves that an archive can be restored; writes to a temporary folder only. Throws SOURCE_FAILED where it cannot. */
export const verifyBackup = async ({ installation, file, now }: RestoreRequest): Promise<Read> => {
  await requireFile(file)
  const manifest = await readArchive(file)
  const folder = await mkdtemp(join(tmpdir(), 'vedette-verify-'))
  try {
    const placeOf = (name: string) => join(folder, name)
    await mkdir(placeOf('data'))
    const database = placeOf(databasePath)
    await unpack(file, manifest, database, placeOf)
    const proof = await proveBackup({
      file,
      manifest,
      database,
      program: manifest ? installation.with(manifest.parts, placeOf) : installation.program,
      models: manifest ? modelMembers(manifest).map(placeOf) : [],
      now,
    })
    const [doubt] = proof.doubts
    if (doubt !== undefined) throw unusable(file, doubt.replace(/\.$/, ''), proof.doubts.slice(1))
    return { manifest, ...proof }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

interface RestoreOptions extends RestoreRequest {
  readonly force: boolean
  readonly dataOnly: boolean
}

/**
 * Replaces the installation by an archive, atomically: extracts and verifies it beside the data first. Existing data is never
 * deleted, and is moved only with `force`. Throws CONFLICT without it, and while another process uses the database.
 */
export const restoreBackup = async (request: RestoreOptions): Promise<Restored> => {
  await requireFile(request.file)
  // A server that starts in between would remove the prepared files, or write to the database that is replaced.
  return withStoreLock(request.installation.storageUrl, 'restore', () => restoreAlone(request))
}

const restoreAlone = async (request: RestoreOptions): Promise<Restored> => {
  const { installation, file, force, dataOnly, now } = request
  const { dataDir, storageUrl } = installation
  await requireNotOpen(storageUrl)
  const manifest = await readArchive(file)
  await finishMoves(dataDir)
  const plan = await planRestore({ installation, manifest, dataOnly, now: now() })
  if (plan.conflicts.length > 0 && !force) {
    throw new AppError('CONFLICT', `The backup would replace ${plan.conflicts.join(', ')}.`, {
      hint: '--force replaces it and keeps what is there beside it; another --data-dir leaves it alone.',
    })
  }
  const made = await mkdir(stageOf(dataDir), { recursive: true, mode: 0o700 })
  const prepared = await prepare(plan, manifest, request).catch(async (error: unknown) => {
    for (const { staged } of plan.moves) if (staged !== undefined) await rm(staged, { recursive: true, force: true })
    await rm(made ?? stageOf(dataDir), { recursive: true, force: true })
    throw translateSqliteError(error, dataDir)
  })
  const { proof, differing } = prepared
  await putInPlace(dataDir, [...plan.moves, ...(differing.length > 0 ? [settingsMove(plan)] : [])])
  const before = plan.moves.filter(({ place }) => plan.conflicts.includes(place))
  return {
    manifest,
    ...proof,
    kept: [...new Set(before.map(({ kept }) => (kept.startsWith(plan.kept) ? plan.kept : kept)))],
    notes: [
      ...plan.notes,
      ...(differing.length > 0
        ? [`These settings are not those of the backup: ${differing.join(', ')}. Those are in ${plan.settings.place}.`]
        : []),
    ],
  }
}

/** Unpacks and proves an archive beside the files that it will replace. */
const prepare = async (
  plan: RestorePlan,
  manifest: BackupManifest | undefined,
  request: RestoreRequest,
): Promise<{ readonly proof: BackupProof; readonly differing: readonly string[] }> => {
  const { installation, file, now, log } = request
  await stage(plan, manifest, request)
  const proof = await proveBackup({
    file,
    manifest,
    database: plan.database,
    program: manifest ? installation.with(manifest.parts, plan.placeOf) : installation.program,
    models: manifest ? modelMembers(manifest).map(plan.placeOf) : [],
    now,
  })
  await syncFile(plan.database)
  const { storageUrl } = installation
  await requireNotOpen(storageUrl)
  if (!storageUrl.startsWith('sqlite:')) await fillDatabase(plan.database, storageUrl, { now, log })
  return { proof, differing: manifest ? await differingSettings(plan, manifest, request) : [] }
}

const stage = async (
  plan: RestorePlan,
  manifest: BackupManifest | undefined,
  { file }: RestoreRequest,
): Promise<void> => {
  for (const { place, staged } of plan.moves) {
    if (staged === undefined) continue
    await rm(staged, { recursive: true, force: true })
    await mkdir(dirname(place), { recursive: true, mode: 0o700 })
    await mkdir(dirname(staged), { recursive: true, mode: 0o700 })
  }
  for (const { name, kind } of manifest?.parts ?? []) {
    const place = plan.staged.get(name)
    if (place !== undefined && kind === 'folder') await mkdir(place, { recursive: true, mode: 0o700 })
  }
  await unpack(file, manifest, plan.database, (path) => {
    if (path === settingsPath) return plan.settings.staged
    const part = manifest?.parts.find((one) => isOf(one, { path }))
    const place = part && plan.staged.get(part.name)
    return part && place !== undefined ? place + path.slice(part.name.length) : undefined
  })
}

const unpack = async (
  file: string,
  manifest: BackupManifest | undefined,
  database: string,
  placeOf: (path: string) => string | undefined,
): Promise<void> => {
  if (manifest) await unpackArchive(file, manifest, (path) => (path === databasePath ? database : placeOf(path)))
  else await copyFile(file, database)
}

/** Reads the manifest; before there were archives, a backup was a bare copy of the database. */
const readArchive = async (file: string): Promise<BackupManifest | undefined> => {
  const start = Buffer.alloc(16)
  const opened = await open(file, 'r')
  await opened.read(start, 0, 16, 0).finally(() => opened.close())
  return start.toString('latin1') === 'SQLite format 3\0' ? undefined : readManifest(file)
}

const requireFile = async (file: string): Promise<void> => {
  const found = await stat(file).catch(() => undefined)
  // A pipe is read, too.
  if (found && !found.isDirectory()) return
  const what = found ? `${file} is a folder.` : `There is no file ${file}.`
  throw new AppError('INVALID_REQUEST', what, { hint: 'Name a file that `vedette backup` wrote.' })
}

const settingsMove = (plan: RestorePlan) => ({
  ...plan.settings,
  kept: join(plan.kept, 'restored-settings.yaml'),
})

const syncFile = async (path: string): Promise<void> => {
  const file = await open(path, 'r+')
  await file.sync().finally(() => file.close())
}

/** Settings that belong to a machine. Those that name the places of parts may differ, too: their content was brought there. */
const machine = ['data_dir', 'log', 'log_detection', 'mcp', 'server', 'storage']

/** Names the settings that differ from those of the backup. */
const differingSettings = async (
  plan: RestorePlan,
  { parts }: BackupManifest,
  { installation }: RestoreRequest,
): Promise<readonly string[]> => {
  const mapped = new Set(parts.map(({ key }) => key))
  return installation
    .differing(await readFile(plan.settings.staged, 'utf8'))
    .filter((key) => !mapped.has(key) && !machine.includes(key.split('.')[0] ?? ''))
}

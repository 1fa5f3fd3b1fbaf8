import { access, constants, mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { basename, dirname, join } from 'node:path'
import type { Log } from '../../component.ts'
import { AppError } from '../../errors.ts'
import { copyDatabase } from '../../store/copy-database.ts'
import { translateSqliteError } from '../../store/dialects/sqlite-error.ts'
import { readSqliteFacts } from '../../store/dialects/sqlite-file.ts'
import { modelFile } from '../models/log-model-file.ts'
import { describeMember, packArchive } from './backup-archive.ts'
import { type BackupManifest, databasePath, settingsPath } from './backup-manifest.ts'
import type { Installation } from './installation.ts'
import { isInterrupted, isThere, syncFolder } from './put-in-place.ts'
import { copyParts, listParts, type PartListing } from './stage-parts.ts'

interface BackupRequest {
  readonly installation: Installation
  /** The path of the archive. */
  readonly file: string
  /** Whether an existing file is replaced. */
  readonly force: boolean
  readonly version: string
  readonly now: () => number
  readonly log: Log
}

/** How often files may change while the database is copied. */
const mostTries = 5

/**
 * Writes an archive of the whole installation, while a server runs or not, atomically. Files and database are of one moment: if files
 * changed while the database was copied, both are copied again.
 */
export const makeBackup = async (request: BackupRequest): Promise<{ manifest: BackupManifest; bytes: number }> => {
  const { installation, file, force, now, log } = request
  const { dataDir, storageUrl, blocks, settings } = installation
  await requireSource(storageUrl, dataDir)
  await requireTarget(file, force)
  const stage = join(dirname(file), `${stageStart}${process.pid}`)
  await rm(stage, { recursive: true, force: true })
  await removeLeftovers(dirname(file))
  await mkdir(stage, { mode: 0o700 })
  try {
    const database = join(stage, databasePath)
    const listing = await snapshot(installation, stage, () => copyDatabase(storageUrl, database, { now, log, blocks }))
    await writeFile(join(stage, settingsPath), settings, { mode: 0o600 })
    const manifest = await describe(request, listing, stage)
    const archive = join(stage, 'archive')
    const bytes = await packArchive(manifest, stage, archive)
    await rename(archive, file)
    await syncFolder(dirname(file))
    return { manifest, bytes }
  } catch (error) {
    throw translateSqliteError(error, file)
  } finally {
    await rm(stage, { recursive: true, force: true })
  }
}

const snapshot = async ({ parts }: Installation, stage: string, copyTo: () => Promise<void>): Promise<PartListing> => {
  for (let tries = 0; tries < mostTries; tries++) {
    const listing = await listParts(parts())
    // The checkpoint of the audit is copied before the database, so that its row is in the copy.
    await copyParts(listing, stage)
    await copyTo()
    if (stampOf(await listParts(parts())) === stampOf(listing)) return listing
    for (const name of await readdir(stage)) await rm(join(stage, name), { recursive: true })
  }
  throw new AppError('CONFLICT', 'Rules or models changed each time the database was copied.', {
    hint: 'Wait until the import or training is done, and try again.',
    retryable: true,
  })
}

/** The audit checkpoint may advance meanwhile; the copied one matches the copied database. */
const stampOf = ({ files }: PartListing): string =>
  JSON.stringify(files.filter(({ member }) => member !== 'data/audit-checkpoint.json'))

const describe = async (
  { installation, version, now }: BackupRequest,
  { parts, files, absent }: PartListing,
  stage: string,
): Promise<BackupManifest> => {
  const members = []
  for (const path of [databasePath, settingsPath, ...files.map(({ member }) => member)]) {
    members.push(await describeMember(path, join(stage, path)))
  }
  const { secrets, storageUrl } = installation
  return {
    format: 1,
    product: { name: 'vedette', version },
    created_at: new Date(now()).toISOString(),
    host: hostname(),
    database: {
      kind: storageUrl.startsWith('sqlite:') ? 'sqlite' : 'postgres',
      ...readSqliteFacts(join(stage, databasePath)),
    },
    rules: (await installation.with(parts, (name) => join(stage, name)).openRules()).counts,
    log_models: files.filter(({ member }) => basename(member) === modelFile).length,
    parts: [...parts],
    members,
    left_out: [
      `Rules, agents, playbooks and prompts that come with the program: version ${version} has them.`,
      ...(secrets.length > 0 ? [`Secrets of the configuration: ${secrets.join(', ')}.`] : []),
      ...absent
        .filter(({ key }) => key !== 'data_dir' && !key.startsWith('log_detection.'))
        .map(({ key, path }) => `${key}: there is nothing at ${path}.`),
    ],
  }
}

const requireSource = async (url: string, dataDir: string): Promise<void> => {
  const file = url.startsWith('sqlite:') ? url.slice('sqlite:'.length) : undefined
  if (file !== undefined && !(await isThere(file))) {
    throw new AppError('INVALID_REQUEST', `There is no database at ${file}.`, {
      hint: 'Give the configuration that the server runs with: --config, --data-dir or VEDETTE_DATA_DIR.',
    })
  }
  if (await isInterrupted(dataDir)) {
    throw new AppError('CONFLICT', `A restore into ${dataDir} was interrupted.`, {
      hint: 'Start the server: it finishes the restore. Then back up.',
    })
  }
}

const requireTarget = async (file: string, force: boolean): Promise<void> => {
  if (!force && (await isThere(file))) {
    throw new AppError('CONFLICT', `${file} exists already.`, { hint: 'Use another name, or --force to replace it.' })
  }
  try {
    await access(dirname(file), constants.W_OK)
  } catch (error) {
    throw new AppError('INVALID_REQUEST', `The folder ${dirname(file)} does not exist or cannot be written to.`, {
      hint: 'Create it, or use another one.',
      cause: error,
    })
  }
}

/** Process IDs of another machine or container are meaningless here. */
const stageStart = `.vedette-backup-${hostname()}-`

/** Removes the files of backups that were killed. */
const removeLeftovers = async (folder: string): Promise<void> => {
  for (const name of await readdir(folder)) {
    const pid = name.startsWith(stageStart) ? Number(name.slice(stageStart.length)) : Number.NaN
    if (Number.isInteger(pid) && !isAlive(pid)) await rm(join(folder, name), { recursive: true, force: true })
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}

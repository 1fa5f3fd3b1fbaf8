import { readFile } from 'node:fs/promises'
import type { Log } from '../../component.ts'
import { AppError, messageOf } from '../../errors.ts'
import { LogModel } from '../../lib/log-events/log-events.ts'
import { checkSqliteFile, type DatabaseFacts, readSqliteFacts } from '../../store/dialects/sqlite-file.ts'
import { newerMigrations } from '../../store/migrate.ts'
import { openStore } from '../../store/open-store.ts'
import { createAuditCheckpoint } from '../audit/audit-checkpoint.ts'
import { modelFile } from '../models/log-model-file.ts'
import { type BackupManifest, isOf, type RuleCounts } from './backup-manifest.ts'
import type { TrialProgram } from './installation.ts'

interface Unpacked {
  /** The archive's name in messages. */
  readonly file: string
  /** Absent for a bare copy of the database. */
  readonly manifest: BackupManifest | undefined
  readonly database: string
  readonly program: TrialProgram
  /** The places of models. */
  readonly models: readonly string[]
  readonly now: () => number
}

/** A backup as it works when it is used. */
export interface BackupProof {
  readonly facts: DatabaseFacts
  readonly rules: RuleCounts
  /** Faults that do not prevent the start of a server: of the audit, and of the learned state. */
  readonly doubts: readonly string[]
}

/**
 * Proves an unpacked backup by using it: checks the database, migrates it to this version, compares its contents with the manifest, reads
 * the rules, loads the models and the state of the detectors, and verifies the audit. Throws SOURCE_FAILED if one of these fails.
 */
export const proveBackup = async (unpacked: Unpacked): Promise<BackupProof> => {
  const { file, manifest, database, program, models } = unpacked
  const damage = checkSqliteFile(database, { thorough: true })
  if (damage.length > 0) throw unusable(file, 'its database is damaged', damage)
  const facts = readSqliteFacts(database)
  const [newer] = newerMigrations(facts.migrations)
  if (newer !== undefined) {
    throw new AppError('STATE_VERSION', `A newer version of Vedette made ${file}: its database has ${newer}.`, {
      hint: 'Restore it with that version or a later one.',
    })
  }
  const { counts, book } = await program.openRules()
  const differences = manifest ? compare(manifest, facts, counts) : []
  if (differences.length > 0) throw unusable(file, 'it does not contain what its manifest says', differences)
  for (const model of models) await loadModel(model, file)
  const doubts: string[] = []
  const log = collecting(doubts)
  const store = await openStore(`sqlite:${database}`, { now: unpacked.now, log })
  try {
    await program.restoreLearners(store, book, log)
    const checkpoint = createAuditCheckpoint({ dataDir: program.dataDir, audit: store.audit, log })
    const known = manifest?.parts.some(({ name }) => name === 'data/audit-checkpoint.json')
      ? await checkpoint.read()
      : undefined
    const audit = await store.audit.verify(known ? [known] : [])
    doubts.push(...audit.faults.slice(0, mostShown).map(({ text }) => `The audit was tampered with: ${text}`))
  } finally {
    await store.close()
  }
  return { facts, rules: counts, doubts }
}

const mostShown = 10

const loadModel = async (path: string, file: string): Promise<void> => {
  try {
    LogModel.load(await readFile(path))
  } catch (error) {
    throw unusable(file, `its model ${path} cannot be loaded: ${messageOf(error)}`)
  }
}

const compare = (manifest: BackupManifest, facts: DatabaseFacts, rules: RuleCounts): readonly string[] => {
  const counts = (of: { readonly tables: Readonly<Record<string, number>>; readonly events: number }) => ({
    ...of.tables,
    events: of.events,
  })
  // The rules of the program are those of its version.
  const { bundled: _, ...mine } = manifest.rules
  return [
    ...differences(counts(manifest.database), counts(facts), (name) => `rows of ${name}`),
    ...differences(mine, { ...rules }, (name) => `${name} rules`),
  ]
}

const differences = (
  expected: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>>,
  called: (name: string) => string,
): readonly string[] =>
  Object.entries(expected)
    .filter(([name, count]) => found[name] !== count)
    .map(([name, count]) => `${found[name] ?? 0} ${called(name)} instead of ${count}`)

/** The models for log events among the members of an archive. */
export const modelMembers = ({ parts, members }: BackupManifest): readonly string[] =>
  members
    .filter((member) => parts.some((part) => part.key.startsWith('log_detection.') && isOf(part, member)))
    .map(({ path }) => path)
    .filter((path) => path.endsWith(`/${modelFile}`))

export const unusable = (file: string, why: string, details: readonly string[] = []): AppError =>
  new AppError('SOURCE_FAILED', `${file} cannot be restored: ${why}.`, {
    hint: 'Nothing was changed. Use another backup.',
    errors: details.map((message) => ({ path: '', message })),
  })

const collecting = (texts: string[]): Log => {
  const collect = (facts: object, message: string) => {
    texts.push([message, ...Object.values(facts).filter((fact) => typeof fact === 'string')].join(' '))
  }
  return { debug() {}, info() {}, warn: collect, error: collect }
}

import type { Log } from '../../component.ts'
import type { RuleBook } from '../../pipeline/detect/sigma/rule-book.ts'
import type { StoreOptions } from '../../store/open-store.ts'
import type { Store } from '../../store/store.ts'
import type { BackupPart, RuleCounts } from './backup-manifest.ts'

/** A file or folder outside the database that belongs in a backup: its name in an archive, and its place. */
export type InstallationPart = Pick<BackupPart, 'name' | 'key' | 'path'>

/** An installation that is backed up or restored, as its configuration describes it. */
export interface Installation {
  readonly dataDir: string
  readonly storageUrl: string
  /** Where blocks of events are stored; undefined if the database holds them. */
  readonly blocks: StoreOptions['blocks']
  /** The parts in the data folder. */
  readonly dataParts: readonly InstallationPart[]
  /** Lists all parts. Not cached, because models come and go. */
  parts(): readonly InstallationPart[]
  /** The place of a part of an archive; undefined if no setting names one. */
  placeOf(part: InstallationPart): string | undefined
  /** The settings as a configuration file, without secrets. */
  readonly settings: string
  /** The names of the secrets that are set. */
  readonly secrets: readonly string[]
  /** Names the settings that differ from those of another configuration file. */
  differing(settings: string): readonly string[]
  /** The program as it would run with the parts of an archive at the places where they were unpacked. */
  with(parts: readonly InstallationPart[], placeOf: (name: string) => string): TrialProgram
  /** The program as it would run now. */
  readonly program: TrialProgram
}

/** Verifies a backup by opening it as a server would. */
export interface TrialProgram {
  readonly dataDir: string
  openRules(): Promise<{ readonly counts: RuleCounts; readonly book: RuleBook }>
  /** Loads the state of every learner, and all other data that a server reads at its start. */
  restoreLearners(store: Store, rules: RuleBook, log: Log): Promise<void>
}

import { AppError, fileReasonOf } from '../../../errors.ts'
import type { SkippedFile } from './find-files.ts'

/** The progress of reading. Updated while reading. */
export interface ReadReport {
  files: number
  lines: number
  /** Bytes read, as stored on disk, and the total to read. */
  bytes: number
  totalBytes: number
  /** Files that may hold logs but cannot be read, such as unsupported archives, and named files that hold none. */
  readonly skipped: SkippedFile[]
  /** The zones of logs whose times name none, as the last writes of their files prove them. */
  readonly zones: { readonly path: string; readonly zoneMinutes: number }[]
  /** Files of folders that hold no logs, and those of which records were left out because another log says the same. */
  readonly leftOut: SkippedFile[]
  /** Missing, unreadable or corrupt files. The readable part of a corrupt file was read. */
  readonly unreadable: SkippedFile[]
}

export const emptyReport = (): ReadReport => ({
  files: 0,
  lines: 0,
  bytes: 0,
  totalBytes: 0,
  zones: [],
  skipped: [],
  leftOut: [],
  unreadable: [],
})

/** Says why a file cannot be read, and what to do. */
export const unreadableReasonOf = (error: unknown): string =>
  error instanceof AppError && error.hint ? `${error.message} ${error.hint}` : fileReasonOf(error)

import { appendFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { messageOf } from '../../errors.ts'
import { loadModelFile } from '../models/log-model-file.ts'
import { findEntryFiles, readEntryFile } from './entry-files.ts'
import { scoreEntries } from './score-entries.ts'

interface BatchRequest {
  readonly modelDir: string
  readonly logDir: string
  readonly outputDir: string
  readonly now: () => number
}

/** The result for one file. */
type FileResult =
  | {
      readonly status: 'success'
      readonly filepath: string
      readonly output_file: string
      readonly anomalies_detected: number
      readonly total_events: number
    }
  | { readonly status: 'empty'; readonly filepath: string }
  | { readonly status: 'error'; readonly filepath: string; readonly error: string }

export interface BatchSummary {
  readonly status: 'success'
  readonly processed: number
  readonly errors: number
  readonly duration_seconds: number
  readonly results: readonly FileResult[]
}

const doneFile = 'processed_files.txt'

/**
 * Scores the new files of a folder and writes the anomalies of each to disk. A file is done when its findings are on
 * disk. A failed file is retried on the next run.
 */
export const processLogFiles = async ({ modelDir, logDir, outputDir, now }: BatchRequest): Promise<BatchSummary> => {
  const started = now()
  const model = await loadModelFile(modelDir)
  await mkdir(outputDir, { recursive: true })
  const done = new Set((await readFile(join(outputDir, doneFile), 'utf8').catch(() => '')).split('\n'))
  const results: FileResult[] = []
  for (const path of (await findEntryFiles(logDir)).filter((found) => !done.has(found))) {
    try {
      const { entries } = await readEntryFile(path)
      if (entries.length === 0) {
        results.push({ status: 'empty', filepath: path })
        continue
      }
      const { total_events, anomalies_detected, anomaly_rate, threshold, anomalies } = scoreEntries(model, entries)
      const output = await writeNew(outputDir, `${stemOf(path)}_${stamp(now())}`, {
        source_file: path,
        processed_at: new Date(now()).toISOString(),
        total_events,
        anomalies_detected,
        anomaly_rate,
        threshold,
        anomalies,
      })
      await appendFile(join(outputDir, doneFile), `${path}\n`)
      results.push({ status: 'success', filepath: path, output_file: output, anomalies_detected, total_events })
    } catch (error) {
      results.push({ status: 'error', filepath: path, error: messageOf(error) })
    }
  }
  const summary: BatchSummary = {
    status: 'success',
    processed: results.length,
    errors: results.filter(({ status }) => status === 'error').length,
    duration_seconds: (now() - started) / 1000,
    results,
  }
  if (results.length > 0) await writeNew(outputDir, `batch_summary_${stamp(started)}`, summary)
  return summary
}

const stemOf = (path: string): string => basename(path).replace(/(\.\w+)(\.gz)?$/i, '')

/** `20260108_153000`, UTC. */
const stamp = (time: number): string => new Date(time).toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '_')

/** Creates a file without overwriting: two files with the same name may finish within a second. */
const writeNew = async (folder: string, name: string, content: unknown): Promise<string> => {
  for (let number = 1; ; number += 1) {
    const path = join(folder, `${name}${number === 1 ? '' : `_${number}`}.json`)
    try {
      await writeFile(path, `${JSON.stringify(content, null, 2)}\n`, { flag: 'wx' })
      return path
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error
    }
  }
}

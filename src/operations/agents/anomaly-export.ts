import type { Log } from '../../component.ts'
import { messageOf } from '../../errors.ts'
import { openAnomalyFile } from '../../store/anomalies/anomaly-file.ts'
import type { Store } from '../../store/store.ts'

interface AnomalyExportOptions {
  /** The SQLite file for other programs; none without it. */
  readonly file: string | undefined
  readonly storageUrl: string
  readonly store: Store
  readonly log: Log
}

/** Opens the file in which other programs read the findings of agents. */
export const createAnomalyExport = async ({ file: path, storageUrl, store, log }: AnomalyExportOptions) => {
  // The database of Vedette has a view of that name.
  const isOwn = path !== undefined && storageUrl !== `sqlite:${path}`
  const file = isOwn ? await openAnomalyFile(path, store) : undefined
  const write = async (): Promise<void> => file?.keep()
  await write()
  return {
    /** Writes the findings since the last call. */
    write,
    async close(): Promise<void> {
      await write().catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'Anomalies were not written.'))
      file?.close()
    },
  }
}

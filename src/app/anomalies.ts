import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import { messageOf } from '../errors.ts'
import { openAnomalyFile } from '../store/anomalies/anomaly-file.ts'
import type { Store } from '../store/store.ts'

const day = 86_400_000

/** Opens the file in which other programs read what agents found, if there is to be one, and tells what the clock has to do for it. */
export const createAnomalies = async ({
  config: { network_agents, storage },
  store,
  now,
  log,
}: {
  readonly config: Pick<Config, 'network_agents' | 'storage'>
  readonly store: Store
  readonly now: () => number
  readonly log: Log
}) => {
  const { sqlite_path, retention_days } = network_agents
  // The database has a view of that name itself.
  const isOwn = sqlite_path !== undefined && storage.url !== `sqlite:${sqlite_path}`
  const file = isOwn ? await openAnomalyFile(sqlite_path, store) : undefined
  await file?.keep()
  return {
    jobs: [
      ...(file ? [{ name: 'write anomalies', every: 1_000, run: file.keep }] : []),
      ...(retention_days > 0
        ? [
            {
              name: 'forget anomalies',
              every: 600_000,
              run: () => store.transaction((tx) => store.anomalies.forget(now() - retention_days * day, tx)),
            },
          ]
        : []),
    ],
    async close() {
      await file
        ?.keep()
        .catch((error: unknown) => log.warn({ reason: messageOf(error) }, 'Anomalies were not written.'))
      file?.close()
    },
  }
}

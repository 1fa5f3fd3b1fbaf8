import type { Base } from './base.ts'
import { startPipeline } from './pipeline.ts'
import { createPipelineThreads } from './pipeline-thread/pipeline-threads.ts'
import { openTables } from './tables.ts'

/** Opens the tables and starts to work the topics of this process, in pipeline threads where configured. */
export const startWork = async (base: Base) => {
  const { config, shared, store, telemetry } = base
  const thread =
    shared &&
    createPipelineThreads(
      { config, shared, telemetry, resultsStored: () => pipeline.publish.wake() },
      store.connections.abilities.shared,
    )
  const tables = await openTables(base, thread?.refresh)
  thread?.start()
  const pipeline = await startPipeline(base, tables, thread)
  return { thread, tables, pipeline }
}

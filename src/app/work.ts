import type { Base } from './base.ts'
import { createIdleMemory } from './idle-memory.ts'
import { startPipeline } from './pipeline.ts'
import { createPipelineThreads } from './pipeline-thread/pipeline-threads.ts'
import { createRest } from './pipeline-thread/rest.ts'
import { threadTopics } from './pipeline-thread/shared-state.ts'
import { openTables } from './tables.ts'

/** Opens the tables and starts to work the topics of this process, in pipeline threads where configured. */
export const startWork = async (base: Base) => {
  const { config, shared, store, queue, telemetry, runtime } = base
  const isShared = store.connections.abilities.shared
  const thread =
    shared &&
    createPipelineThreads({ config, shared, telemetry, resultsStored: () => pipeline.publish.wake() }, isShared)
  const tables = await openTables(base, thread?.refresh)
  // With nothing to remember, it sleeps until the first record wakes it.
  if (isShared || (await hasRecords(base))) thread?.start()
  const pipeline = await startPipeline(base, tables, thread)
  const { isUnused } = pipeline.sampleWeek
  const jobs = [
    createIdleMemory(runtime.now),
    ...(thread && !isShared ? [createRest({ queue, thread, isUnused })] : []),
  ]
  return { thread, tables, pipeline, jobs }
}

/** Whether records are stored or wait. */
const hasRecords = async ({ store, queue }: Base): Promise<boolean> =>
  (await store.events.countedSince()) !== undefined || (await queue.hasJobs(threadTopics))

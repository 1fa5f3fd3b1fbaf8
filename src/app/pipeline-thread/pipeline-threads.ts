import { joinProgress } from '../learnt.ts'
import { createPipelineThread, type PipelineThread, type PipelineThreadOptions } from './pipeline-thread.ts'
import { partitionsOf, threadTopics } from './shared-state.ts'

/**
 * Creates as many pipeline threads as are configured. On a database server, they divide the partitions with those of all other processes by
 * leases. On SQLite, each thread has its own partitions from the start.
 */
export const createPipelineThreads = (
  options: Omit<PipelineThreadOptions, 'delivers' | 'partitions'>,
  isShared: boolean,
): PipelineThread => {
  const { workers, partitions, topics } = options.config
  const delivers = threadTopics.filter((topic) => topics.includes(topic))
  const count = Math.max(1, Math.min(workers, partitions))
  const create = (index: number): PipelineThread =>
    createPipelineThread({
      ...options,
      delivers: isShared || index === 0 ? delivers : delivers.filter((topic) => topic === 'records'),
      partitions: partitionsOf(partitions).filter((partition) => isShared || partition % count === index),
    })
  const first = create(0)
  const threads = [first, ...Array.from({ length: count - 1 }, (_, index) => create(index + 1))]
  const all = <Result>(ask: (thread: PipelineThread) => Promise<Result>): Promise<Result[]> =>
    Promise.all(threads.map(ask))
  return {
    start() {
      for (const thread of threads) thread.start()
    },
    sleep: async () => void (await all((thread) => thread.sleep())),
    isAsleep: () => first.isAsleep(),
    // These questions are about no partition in particular.
    parse: first.parse,
    triageAlert: first.triageAlert,
    progress: async () => joinProgress((await all((thread) => thread.progress())).flat()),
    loginHistory: async () => (await all((thread) => thread.loginHistory())).flat(),
    forget: async () => void (await all((thread) => thread.forget())),
    refresh: async (table) => void (await all((thread) => thread.refresh(table))),
    problems: () => threads.flatMap((thread) => thread.problems()),
    stop: async () => void (await all((thread) => thread.stop())),
  }
}

import type { Queue } from '../../queue/queue.ts'
import type { ScheduledJob } from '../../schedule.ts'
import type { PipelineThread } from './pipeline-thread.ts'
import { threadTopics } from './shared-state.ts'

interface RestOptions<Tx> {
  readonly queue: Pick<Queue<Tx>, 'hasJobs'>
  readonly thread: Pick<PipelineThread, 'start' | 'sleep'>
  /** Whether nothing is stored that a detector could miss something about. */
  readonly isUnused: () => Promise<boolean>
}

/** Creates a job that lets the pipeline threads sleep while they are unused. */
export const createRest = <Tx>({ queue, thread, isUnused }: RestOptions<Tx>): ScheduledJob => ({
  name: 'let an unused pipeline sleep',
  every: 10_000,
  async run() {
    if (!(await queue.hasJobs(threadTopics)) && (await isUnused())) await thread.sleep()
    // A job that was published while it fell asleep has woken nobody.
    if (await queue.hasJobs(threadTopics)) thread.start()
  },
})

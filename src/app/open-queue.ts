import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import type { Broker } from '../queue/broker.ts'
import { openEmbeddedQueue } from '../queue/embedded.ts'
import type { Queue, Topic } from '../queue/queue.ts'
import { openRabbitmqBroker } from '../queue/rabbitmq/rabbitmq-broker.ts'
import { readQueuePrefix } from '../queue/rabbitmq/rabbitmq-queues.ts'
import type { SharedBells } from '../queue/shared-bells.ts'
import type { Transaction } from '../store/database.ts'
import type { OpenStore } from '../store/open-store.ts'
import { partitionsOf } from './pipeline-thread/shared-state.ts'

interface QueueOptions {
  readonly config: Pick<Config, 'queue' | 'partitions'>
  readonly store: Pick<OpenStore, 'connections' | 'now' | 'blockProblems'>
  readonly log: Log
  /** The topics and partitions that this queue delivers. */
  readonly delivers: readonly Topic[]
  readonly partitions: readonly number[]
  readonly bells: SharedBells | undefined
}

/** Opens the queue, with a broker if one is configured. */
export const openQueue = async ({
  config,
  store: { connections, now, blockProblems },
  log,
  ...parts
}: QueueOptions): Promise<{ readonly queue: Queue<Transaction>; readonly broker: Broker | undefined }> => {
  const { url, max_records, max_bytes } = config.queue
  const broker =
    url === undefined
      ? undefined
      : await openRabbitmqBroker({
          ...{ url, now, log, partitions: partitionsOf(config.partitions) },
          prefix: await readQueuePrefix(connections),
        })
  const limits = { maxRecords: max_records, maxBytes: max_bytes }
  return {
    queue: openEmbeddedQueue({ connections, now, log, broker, problems: blockProblems, ...limits, ...parts }),
    broker,
  }
}

import { BroadcastChannel } from 'node:worker_threads'
import { topics } from './jobs.ts'
import type { Topic } from './queue.ts'

/** Wakes the queues of other threads when a commit has published jobs that they deliver. */
export interface SharedBells {
  /** Does nothing once the bells are closed: the last deliveries end after that. */
  ring(topic: Topic): void
  onRing(listener: (topic: Topic) => void): void
  close(): void
}

/** Joins the bells of all threads of this process that use the same name. */
export const joinBells = (name: string): SharedBells => {
  const channel = new BroadcastChannel(name)
  channel.unref()
  let isClosed = false
  return {
    ring(topic) {
      if (!isClosed) channel.postMessage(topic)
    },
    onRing(listener) {
      channel.onmessage = ({ data }) => {
        const topic = topics.find((one) => one === data)
        if (topic) listener(topic)
      }
    },
    close() {
      isClosed = true
      channel.close()
    },
  }
}

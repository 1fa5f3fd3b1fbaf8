import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import type { Outages } from '../pipeline/ingest/source.ts'
import { type Judged, toAlertResult } from '../pipeline/notify/alert-result.ts'
import { createResultPublisher } from '../pipeline/notify/publish-results.ts'
import type { Keeper } from '../pipeline/stage.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'

interface QueuesOptions {
  readonly config: Config['rabbitmq']
  readonly store: Pick<Store, 'alertResults'>
  readonly outages: Outages
  readonly now: () => number
  readonly log: Log
}

/** What a broker adds to the road when there is one: a source of alerts, and the results of triage for whoever waits for them. */
export const createAlertQueues = ({ config, store, outages, now, log }: QueuesOptions) => {
  const { url, alerts, results } = config
  const publisher =
    url !== undefined && results !== ''
      ? createResultPublisher({ url, queue: results, outbox: store.alertResults, outages, log })
      : undefined
  return {
    sources: url !== undefined && alerts !== '' ? [{ name: 'rabbitmq', type: 'rabbitmq', url, queue: alerts }] : [],
    /** Keeps judged alerts, and writes down what is to be told of them. */
    telling: <Item extends Judged>(cards: Keeper<Item, Transaction>): Keeper<Item, Transaction> =>
      publisher
        ? {
            async save(judged, tx) {
              await cards.save(judged, tx)
              await store.alertResults.save(
                judged.map((one) => ({ ...toAlertResult(one, now()), created_at: now() })),
                tx,
              )
              publisher.wake()
            },
          }
        : cards,
    /** Publishes until the signal aborts. */
    run: async (signal: AbortSignal): Promise<void> => publisher?.run(signal),
  }
}

import type { Log } from '../component.ts'
import type { Config } from '../config.ts'
import type { createOutages } from '../operations/status/outages.ts'
import { type Judged, toAlertResult } from '../pipeline/notify/alert-result.ts'
import { createResultPublisher, type ResultPublisher } from '../pipeline/notify/publish-results.ts'
import type { Keeper } from '../pipeline/stage.ts'
import type { Alert } from '../schema/alert.ts'
import type { LookUpIntelligence } from '../schema/intelligence.ts'
import type { TriageResult } from '../schema/triage-result.ts'
import type { Transaction } from '../store/database.ts'
import type { Store } from '../store/store.ts'

/** Writes down that an alert with this card is to be told of. */
export type TellAgain = (judged: Alert & { readonly triage: TriageResult }, tx: Transaction) => Promise<void>

interface QueuesOptions {
  readonly config: Config['rabbitmq']
  readonly store: Pick<Store, 'alertResults' | 'alertContext'>
  readonly lookUp: LookUpIntelligence
  readonly outages: ReturnType<typeof createOutages>
  readonly now: () => number
  readonly log: Log
}

/** What a broker adds to the road when there is one: a source of alerts, and the results of triage for whoever waits for them. */
export const createAlertQueues = ({ config, store, lookUp, outages, now, log }: QueuesOptions) => {
  const { url, alerts, results } = config
  const publisher =
    url !== undefined && results !== ''
      ? createResultPublisher({ url, queue: results, outbox: store.alertResults, outages, log })
      : undefined
  const sources = url !== undefined && alerts !== '' ? [{ name: 'rabbitmq', type: 'rabbitmq', url, queue: alerts }] : []
  const write = async (publish: ResultPublisher, judged: readonly Judged[], tx: Transaction): Promise<void> => {
    const created_at = now()
    await store.alertResults.save(
      judged.map((one) => ({ ...toAlertResult(one, created_at), created_at })),
      tx,
    )
    publish.wake()
  }

  return {
    sources,
    /** Whether the broker can be read from and written to; undefined where it is not used for that. */
    connections: () => ({
      consumer: sources[0] && outages.isReached(sources[0].name),
      publisher: publisher && outages.isReached(publisher.name),
    }),
    /** Keeps judged alerts, and writes down what is to be told of them. */
    telling: <Item extends Judged>(cards: Keeper<Item, Transaction>): Keeper<Item, Transaction> =>
      publisher
        ? {
            async save(judged, tx) {
              await cards.save(judged, tx)
              await write(publisher, judged, tx)
            },
          }
        : cards,
    /** Finds out what is known around an alert, and gives what writes down that it is to be told of again; undefined where nobody is told. */
    tellAgain: publisher
      ? async (alert: Alert, signal: AbortSignal): Promise<TellAgain> => {
          const found = {
            context: { contexts: await store.alertContext.of(alert.id) },
            intelligence: await lookUp(alert, signal),
          }
          return (judged, tx) => write(publisher, [{ ...judged, found }], tx)
        }
      : undefined,
    /** Publishes until the signal aborts. */
    run: async (signal: AbortSignal): Promise<void> => publisher?.run(signal),
  }
}

import type { Log } from '../../component.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { LookUpIntelligence } from '../../schema/intelligence/intelligence.ts'
import type { AlertContext } from '../../schema/inventory/context.ts'
import type { Keeper } from '../stage.ts'
import { type AlertResult, type AlertWithResult, toAlertResult } from './alert-result.ts'
import { createResultPublisher, type PublishQueues } from './publisher.ts'

interface PublishOptions<Tx> {
  /** The broker and its queues; without both nothing is published. */
  readonly url: string | undefined
  readonly queues: PublishQueues
  readonly outbox: Parameters<typeof createResultPublisher>[0]['outbox'] & {
    save(results: readonly (AlertResult & { readonly created_at: number })[], tx: Tx): Promise<void>
  }
  readonly contexts: { of(alertId: string): Promise<readonly AlertContext[]> }
  readonly lookUp: LookUpIntelligence
  readonly outages: Parameters<typeof createResultPublisher>[0]['outages']
  /** Wakes the publisher of another thread; by default, the one of this thread publishes. */
  readonly wake?: (() => void) | undefined
  readonly now: () => number
  readonly log: Log
}

/** Creates what publishes results of triage to RabbitMQ: the stage that writes them to the outbox, and the publisher that sends them. */
export const createPublish = <Tx>({
  url,
  queues,
  outbox,
  contexts,
  lookUp,
  outages,
  wake,
  now,
  log,
}: PublishOptions<Tx>) => {
  const publisher =
    url !== undefined && Object.values(queues).some((queue) => queue !== '')
      ? createResultPublisher({ url, queues, outbox, outages, log })
      : undefined
  const results: Keeper<AlertWithResult, Tx> = {
    async save(alerts, tx) {
      if (!publisher) return
      const created_at = now()
      await outbox.save(
        alerts.map((alert) => ({ ...toAlertResult(alert, created_at), created_at })),
        tx,
      )
      if (wake) wake()
      else publisher.wake()
    },
  }
  return {
    results,
    /** Publishes soon what another thread has stored. */
    wake: () => publisher?.wake(),
    /** Finds what a result says about the surroundings of an alert. */
    surroundings: async (alert: Alert, signal: AbortSignal): Promise<AlertWithResult['found']> =>
      publisher
        ? { context: { contexts: await contexts.of(alert.id) }, intelligence: await lookUp(alert, signal) }
        : {},
    /** The name that outages of the publisher are reported under. */
    name: publisher?.name,
    /** Publishes until the signal aborts. */
    run: async (signal: AbortSignal): Promise<void> => publisher?.run(signal),
  }
}

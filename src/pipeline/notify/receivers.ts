import { isDeepStrictEqual } from 'node:util'
import type { Runtime } from '../../component.ts'
import type { Severity } from '../../schema/severity.ts'
import { createDelivery } from './deliver.ts'
import { createDescribeNotification } from './describe-notification.ts'
import { createNotify } from './notify.ts'
import { createReceiverTrials } from './receiver-trials.ts'
import { sinkRegistry } from './registry.ts'

/** A configured receiver. Its sink validates the other options. */
export interface ConfiguredReceiver {
  readonly name: string
  readonly type: string
  readonly min_severity: Severity
  readonly [option: string]: unknown
}

interface ReceiversOptions<Tx> {
  readonly notify: readonly ConfiguredReceiver[]
  readonly store: {
    readonly notifications: Parameters<typeof createDelivery>[0] &
      Parameters<typeof createNotify<Tx>>[0] &
      Parameters<typeof createDescribeNotification>[0]['notifications']
    readonly incidents: Parameters<typeof createDelivery>[1]['incidents']
    readonly alerts: Parameters<typeof createDescribeNotification>[0]['alerts']
  }
  /** The URL under which people reach the dashboard, for links. */
  readonly publicUrl: string | undefined
  readonly runtime: Runtime
  readonly notified: (sink: string, outcome: string) => void
  /** Whether this process sends the messages, and not another one on the same database. */
  readonly isSender: () => Promise<boolean>
}

/** Creates the configured receivers: the stage that plans their messages, and the delivery that sends them. */
export const createReceivers = <Tx>({
  notify,
  store,
  publicUrl,
  runtime,
  notified,
  isSender,
}: ReceiversOptions<Tx>) => {
  const sinks = new Map(
    notify.map(({ name, type, min_severity, ...options }) => [name, sinkRegistry.create(type, options, runtime)]),
  )
  const describe = createDescribeNotification({
    notifications: { forIncident: (id) => store.notifications.forIncident(id) },
    alerts: { load: (ids) => store.alerts.load(ids) },
    publicUrl,
  })
  const delivery = createDelivery(store.notifications, {
    sinks,
    incidents: { load: (ids) => store.incidents.load(ids) },
    describe,
    random: Math.random,
    notified,
    isSender,
    ...runtime,
  })
  let current = notify
  return {
    /** Applies changed options. Returns `notify` if the list of receivers changed, which needs a restart. */
    renew(changed: readonly ConfiguredReceiver[]): readonly string[] {
      const same = isDeepStrictEqual(changed.map(identityOf), notify.map(identityOf))
      if (!same) return ['notify']
      for (const [i, { name, type, min_severity, ...options }] of changed.entries()) {
        if (!isDeepStrictEqual(changed[i], current[i])) sinks.set(name, sinkRegistry.create(type, options, runtime))
      }
      current = changed
      return []
    },
    names: [...sinks.keys()],
    notify: createNotify(store.notifications, {
      receivers: notify.map(({ name, min_severity }) => ({ name, minSeverity: min_severity })),
      now: runtime.now,
      wake: delivery.wake,
    }),
    delivery,
    trials: createReceiverTrials({
      createSink(wanted, own) {
        const receiver = current.find(({ name }) => name === wanted)
        if (!receiver) return undefined
        const { name, type, min_severity, ...options } = receiver
        return sinkRegistry.create(type, options, own)
      },
      names: [...sinks.keys()],
      describe,
      runtime,
    }),
  }
}

const identityOf = ({ name, type, min_severity }: ConfiguredReceiver) => ({ name, type, min_severity })

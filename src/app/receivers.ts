import { isDeepStrictEqual } from 'node:util'
import type { Runtime } from '../component.ts'
import type { Config } from '../config.ts'
import { createDelivery } from '../pipeline/notify/deliver.ts'
import { createNotify } from '../pipeline/notify/notify.ts'
import { sinkRegistry } from '../pipeline/notify/registry.ts'
import type { Store } from '../store/store.ts'

interface ReceiversOptions {
  readonly notify: Config['notify']
  readonly store: Pick<Store, 'notifications' | 'incidents'>
  readonly runtime: Runtime
  readonly notified: (sink: string, outcome: string) => void
}

/** Makes the receivers that the configuration names: the stage that plans messages, and the delivery that sends them. */
export const createReceivers = ({ notify, store, runtime, notified }: ReceiversOptions) => {
  const sinks = new Map(
    notify.map(({ name, type, min_severity, ...options }) => [name, sinkRegistry.create(type, options, runtime)]),
  )
  const delivery = createDelivery(store.notifications, {
    sinks,
    incidents: { load: (ids) => store.incidents.load(ids) },
    random: Math.random,
    notified,
    ...runtime,
  })
  let current = notify
  return {
    /** Sends with other options from now on. Returns `notify` when the list of receivers itself changed, which needs a restart. */
    renew(changed: Config['notify']): readonly string[] {
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
  }
}

const identityOf = ({ name, type, min_severity }: Config['notify'][number]) => ({ name, type, min_severity })

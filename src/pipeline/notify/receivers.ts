import { isDeepStrictEqual } from 'node:util'
import type { Runtime } from '../../component.ts'
import type { Alert } from '../../schema/alert/alert.ts'
import type { Digest } from '../../schema/digest.ts'
import type { Incident } from '../../schema/incident/incident.ts'
import type { TagsOf } from './alert-match.ts'
import { createDelivery } from './deliver.ts'
import { createDescribeNotification } from './describe-notification.ts'
import { toDigestNotification } from './digest/digest-notification.ts'
import { toDigestPage } from './digest/digest-page.ts'
import { type DigestOptions, planDigests, readDigestId } from './digest/digest-schedule.ts'
import { createNotify } from './notify.ts'
import { createReceiverButtons } from './receiver-buttons.ts'
import { createReceiverTrials } from './receiver-trials.ts'
import { digestTypes, sinkRegistry } from './registry.ts'
import { isKnownTo } from './route.ts'
import { describeRouting, type MaintenanceWindow, type Routing, splitReceiver } from './routing-options.ts'
import { createMaintenance, createTiming } from './timing.ts'

/** A configured receiver. Its sink validates the other options. */
export interface ConfiguredReceiver extends Routing {
  readonly name: string
  readonly type: string
  readonly [option: string]: unknown
}

interface ReceiversOptions<Tx> {
  readonly notify: readonly ConfiguredReceiver[]
  readonly store: {
    readonly notifications: Parameters<typeof createDelivery>[0] &
      Parameters<typeof createNotify<Tx>>[0] &
      Parameters<typeof createDescribeNotification>[0]['notifications']
    readonly incidents: Parameters<typeof createDelivery>[1]['incidents']
    readonly alerts: { load(ids: readonly string[], tx?: Tx): Promise<readonly Alert[]> }
  }
  readonly maintenance?: readonly MaintenanceWindow[]
  readonly tagsOf?: TagsOf
  readonly digests?: readonly DigestOptions[]
  /** Summarizes the period that ends at a moment, in ms. */
  readonly composeDigest: (wanted: { readonly period: DigestOptions['period']; readonly to: number }) => Promise<Digest>
  readonly transaction: <Result>(work: (tx: Tx) => Promise<Result>) => Promise<Result>
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
  maintenance = [],
  tagsOf = () => [],
  digests = [],
  composeDigest,
  transaction,
  store,
  publicUrl,
  runtime,
  notified,
  isSender,
}: ReceiversOptions<Tx>) => {
  const sinks = new Map(
    notify.map(splitReceiver).map(({ name, type, options }) => [name, sinkRegistry.create(type, options, runtime)]),
  )
  const routings = new Map(notify.map(splitReceiver).map(({ name, routing }) => [name, routing]))
  const matching = { tagsOf, now: runtime.now }
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
    manners: new Map(
      [...routings].map(([name, { escalate_after, group, limit }]) => [
        name,
        { escalates: escalate_after !== undefined, isGrouped: group !== undefined, ...(limit && { limit }) },
      ]),
    ),
    async digest({ id }) {
      const digest = toDigestPage(await composeDigest(readDigestId(id)), publicUrl)
      return toDigestNotification(digest, id, runtime.now())
    },
    isKnown: async (id, sink) => isKnownTo(sink, await store.notifications.forIncident(id)),
    ...runtime,
  })
  let current = notify
  return {
    /** Applies changed options. Returns `notify` if the list of receivers changed, which needs a restart. */
    renew(changed: readonly ConfiguredReceiver[]): readonly string[] {
      const same = isDeepStrictEqual(changed.map(identityOf), notify.map(identityOf))
      if (!same) return ['notify']
      for (const [i, { name, type, options }] of changed.map(splitReceiver).entries()) {
        if (!isDeepStrictEqual(changed[i], current[i])) sinks.set(name, sinkRegistry.create(type, options, runtime))
      }
      current = changed
      return []
    },
    names: [...sinks.keys()],
    notify: createNotify(store.notifications, {
      receivers: [...routings].map(([name, routing]) => ({
        name,
        minSeverity: routing.min_severity,
        closes: sinks.get(name)?.closes ?? false,
        timing: createTiming(routing, matching),
      })),
      alertsOf: (incident: Incident, tx: Tx) =>
        store.alerts.load(
          incident.members.map(({ alert_id }) => alert_id),
          tx,
        ),
      maintenance: createMaintenance(maintenance, matching),
      now: runtime.now,
      wake: delivery.wake,
    }),
    delivery,
    /** Plans the digests that are due. Their delivery is that of all messages. */
    async planDigests(): Promise<void> {
      const rows = planDigests(digests, runtime.now())
      if (rows.length > 0) await transaction((tx) => store.notifications.plan(rows, tx))
    },
    buttons: createReceiverButtons({ sinks, describe, runtime }),
    trials: createReceiverTrials({
      createSink(wanted, own) {
        const receiver = current.find(({ name }) => name === wanted)
        if (!receiver) return undefined
        const { type, options } = splitReceiver(receiver)
        return sinkRegistry.create(type, options, own)
      },
      receivers: notify.map(splitReceiver).map(({ name, type, routing }) => ({
        name,
        type,
        min_severity: routing.min_severity,
        route: describeRouting(routing),
        gets_digests: digestTypes.has(type),
      })),
      describe,
      runtime,
    }),
  }
}

const identityOf = (receiver: ConfiguredReceiver) => {
  const { name, type, routing } = splitReceiver(receiver)
  return { name, type, routing }
}

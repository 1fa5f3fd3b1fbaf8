import { receiversInForce } from '../compat/network-agents/log-agent-settings.ts'
import type { Registry } from '../component.ts'
import { checkSignIn } from '../config/check-sign-in.ts'
import type { Config } from '../config.ts'
import { AppError, type ErrorDetail } from '../errors.ts'
import { configuredIntel } from '../intel/create-intel.ts'
import { didYouMean } from '../lib/spelling/closest.ts'
import { agentsInForce } from '../operations/agents/read-agents.ts'
import { readAlerts } from '../operations/alerts/foreign-alerts.ts'
import { createOutages } from '../operations/status/outages.ts'
import { detectorRegistry } from '../pipeline/detect/registry.ts'
import { sourceRegistry } from '../pipeline/ingest/registry.ts'
import { digestTypes, sinkRegistry } from '../pipeline/notify/registry.ts'
import { splitReceiver } from '../pipeline/notify/routing-options.ts'

/** Checks every component that the configuration names against its own options; throws CONFIG_INVALID with all faults at once. */
export const checkComponents = (config: Config): void => {
  const { sources, detectors: judging, intel } = config
  const cursors = { read: async () => undefined, list: async () => [] }
  const errors = [
    ...faultsOf(
      'sources',
      sources,
      sourceRegistry({
        ...{ cursors, outages: createOutages(Date.now), stdin: process.stdin, readAlerts },
        ...{ dropped() {}, timeOf: () => undefined },
      }),
    ),
    ...faultsOf('detectors', judging, detectorRegistry()),
    ...faultsOf(
      'notify',
      receiversInForce(config)
        .map(splitReceiver)
        .map(({ type, options }) => ({ type, ...options })),
      sinkRegistry,
    ),
    ...digestFaults(config),
    ...faultsThrown(() => configuredIntel(intel)),
    ...faultsThrown(() => agentsInForce(config)),
    ...faultsThrown(() => checkSignIn(config)),
  ]
  if (errors.length > 0) throw new AppError('CONFIG_INVALID', 'The configuration is not valid.', { errors })
}

const digestFaults = (config: Config): readonly ErrorDetail[] => {
  const receivers = receiversInForce(config)
  return config.digests.flatMap(({ to }, i) =>
    to.flatMap((name, j): readonly ErrorDetail[] => {
      const path = `digests.${i}.to.${j}`
      const receiver = receivers.find((one) => one.name === name)
      if (receiver && digestTypes.has(receiver.type)) return []
      if (receiver)
        return [
          {
            path,
            message: `"${name}" gets no digests.`,
            hint: `Use a receiver of the type ${[...digestTypes].join(', ')}.`,
          },
        ]
      const names = receivers.map((one) => one.name)
      return [{ path, message: `There is no receiver "${name}".`, hint: didYouMean(name, names) }]
    }),
  )
}

const faultsThrown = (check: () => unknown): readonly ErrorDetail[] => {
  try {
    check()
    return []
  } catch (error) {
    if (error instanceof AppError)
      return error.errors.length > 0 ? error.errors : [{ path: '', message: error.message }]
    throw error
  }
}

const faultsOf = (
  kind: string,
  entries: readonly { readonly type: string }[],
  { components, names }: Registry<unknown>,
): readonly ErrorDetail[] =>
  entries.flatMap(({ type, ...options }, i): readonly ErrorDetail[] => {
    const component = components.find(({ name }) => name === type)
    if (!component) {
      return [{ path: `${kind}.${i}.type`, message: `There is none called "${type}".`, hint: didYouMean(type, names) }]
    }
    const parsed = component.options.safeParse(options)
    return parsed.success
      ? []
      : parsed.error.issues.map(({ path, message }) => ({ path: [kind, i, ...path].join('.'), message }))
  })

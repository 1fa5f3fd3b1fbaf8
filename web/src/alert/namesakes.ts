import type { Noun } from '../api/client.ts'

type Named = Pick<Noun<'Alert'>, 'id' | 'title' | 'entities'>

/**
 * Returns the hosts of the alerts whose title another one has too, by alert: `web-06`, `web-06 +2`. One attack on many hosts raises alerts
 * that a list cannot distinguish otherwise.
 */
export const hostsOfNamesakes = (alerts: readonly Named[]): ReadonlyMap<string, string> =>
  new Map(
    [...Map.groupBy(alerts, ({ title }) => title).values()]
      .filter(({ length }) => length > 1)
      .flat()
      .flatMap(({ id, entities }) => {
        const [first, ...others] = entities.filter(({ type }) => type === 'host')
        return first ? [[id, others.length === 0 ? first.value : `${first.value} +${others.length}`] as const] : []
      }),
  )

import { memoize } from '../../../lib/memoize/memoize.ts'
import { type Event, textField } from '../../../schema/event/event.ts'

/**
 * Names the health check of a web request: its page and the program that asks, or the client if it does not say; undefined for other requests.
 * Load balancers ask from several addresses that change over time. Browsers poll such pages as long as somebody looks.
 */
export const readHealthCheck = (event: Event): string | undefined => {
  if (typeof event.fields['http.response.status_code'] !== 'number') return undefined
  const path = textField(event, 'url.path')
  if (path === undefined) return undefined
  const agent = textField(event, 'user_agent.original') ?? ''
  const checker = checkerOf(agent)
  if (checker === undefined && (agent.startsWith('Mozilla') || !checkPath.test(path.slice(-40)))) return undefined
  const by = checker ?? (/^[^\s/(;]{1,40}/.exec(agent)?.[0] || textField(event, 'source.ip'))
  const request = `${textField(event, 'http.request.method') ?? 'GET'} ${path.slice(0, 80)}`
  return by === undefined ? request : `${request} by ${by}`
}

/** Whether a message is the name of a health check. */
export const isHealthCheck = (message: string): boolean => /^[A-Z]+ \//.test(message)

const checkPath =
  /\/_?(?:health(?:z|[_-]?check)?|live(?:z|ness)?|ready(?:z|ness)?|ping|alive|heartbeat|metrics)(?:\/(?:live|ready)(?:ness)?)?\/?$/i

/** Programs that check whether a server answers. */
const checkerName =
  /kube-probe|ELB-HealthChecker|Amazon-Route53-Health-Check|GoogleHC|Edge Health Probe|Load Balancer Agent|Envoy\/HC|Consul Health Check|check_http|monitoring-plugins|Prometheus|Blackbox|Zabbix|Pingdom|UptimeRobot|Uptime-Kuma|StatusCake|Site24x7|Better ?Uptime|Checkly/i

/** Agents repeat, so each is matched once. */
const checkerOf = memoize((agent) => checkerName.exec(agent)?.[0])

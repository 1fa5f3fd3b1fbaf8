import { z } from 'zod'
import type { Refuse, Route } from '../../api/rest/route.ts'
import { AppError } from '../../errors.ts'
import type { Deps } from '../../operations/deps.ts'
import { JsonBytes } from '../../operations/json-bytes.ts'
import { defineOperation } from '../../operations/operation.ts'
import type { Actor, Role } from '../../schema/account/role.ts'
import { analyzeLogEvents } from './analyze-log-events.ts'

/** The receivers of notifications, as configured. */
export type NotifyConfig = readonly {
  readonly name: string
  readonly type: string
  readonly [option: string]: unknown
}[]

const receiver = z.looseObject({ name: z.string(), customer_id: z.string(), region: z.string().default('us') })
type Receiver = z.output<typeof receiver>
type Needs = Pick<Deps, 'receiverTrials' | 'store' | 'now' | 'newId'> & { readonly actor: Actor }

const wanted = z.strictObject({ customer_id: z.string().optional(), region: z.string().optional() })
const answered = z.object({
  status: z.enum(['success', 'error']),
  message: z.string(),
  customer_id: z.string().optional(),
  region: z.string().optional(),
})
const sent = z.object({
  status: z.enum(['success', 'error']),
  events_ingested: z.int().optional(),
  message: z.string().optional(),
})

/**
 * Sends the anomalies of analyses to the Chronicle receiver under `notify`, as the detection service did. The switch starts on, counts for
 * this process alone, and does not affect messages about incidents.
 */
export const createChronicle = (receivers: NotifyConfig, refuse: Refuse) => {
  const configured = receivers.flatMap((one) => (one.type === 'chronicle' ? [receiver.parse(one)] : []))
  let current: Receiver | undefined = configured[0]
  let eventsSent = 0

  const status = defineOperation({
    name: 'get_chronicle_status',
    summary: 'Shows whether anomalies of analyses are sent to Google Security Operations (Chronicle).',
    role: 'viewer',
    input: z.strictObject({}),
    output: z.object({
      enabled: z.boolean(),
      configured: z.boolean(),
      customer_id: z.string().nullable(),
      region: z.string().nullable(),
      events_sent_session: z.int(),
    }),
    async run() {
      const shown = current ?? configured[0]
      return {
        enabled: current !== undefined,
        configured: configured.length > 0,
        customer_id: shown?.customer_id ?? null,
        region: shown?.region ?? null,
        events_sent_session: eventsSent,
      }
    },
  })

  const record = ({ store, now, actor }: Needs, action: string, enabled: boolean) => {
    const entry = {
      time: now(),
      actor: actor.name,
      action,
      target_type: 'receiver',
      target_id: current?.name ?? 'chronicle',
      old_values: null,
      new_values: { enabled },
    }
    return store.transaction((tx) => store.audit.append([entry], tx))
  }

  const enable = (name: string, role: Role) =>
    defineOperation({
      name,
      summary: 'Sends the anomalies of later analyses to the configured Chronicle receiver.',
      role,
      input: wanted,
      output: answered,
      async run({ customer_id, region }, deps: Needs): Promise<z.input<typeof answered>> {
        const found = configured.find(
          (one) => (customer_id ?? one.customer_id) === one.customer_id && (region ?? one.region) === one.region,
        )
        if (!found) {
          throw new AppError(
            'INVALID_REQUEST',
            'No Chronicle receiver with this customer_id and region is configured.',
            {
              hint: 'Add one with `type: chronicle` under `notify:` in vedette.yaml. Credentials are not accepted over HTTP.',
            },
          )
        }
        current = found
        await record(deps, 'enable_chronicle', true)
        const { customer_id: customer, region: place } = found
        return { status: 'success', message: 'Chronicle integration enabled', customer_id: customer, region: place }
      },
    })

  const disable = (name: string, role: Role) =>
    defineOperation({
      name,
      summary: 'Stops sending the anomalies of analyses to Chronicle. Incidents are still sent.',
      role,
      input: z.strictObject({}),
      output: answered,
      async run(_input, deps: Needs): Promise<z.input<typeof answered>> {
        await record(deps, 'disable_chronicle', false)
        current = undefined
        return { status: 'success', message: 'Chronicle integration disabled' }
      },
    })

  const test = (name: string, role: Role) =>
    defineOperation({
      name,
      summary: 'Sends a labelled test event to Chronicle and shows whether it was accepted.',
      role,
      input: z.strictObject({}),
      output: sent,
      async run(_input, deps: Needs): Promise<z.input<typeof sent>> {
        if (!current) {
          throw new AppError('INVALID_REQUEST', 'Chronicle integration not enabled. Call POST /chronicle/enable first.')
        }
        const { receiverTrials, newId, actor } = deps
        const outcome = await receiverTrials.test(current.name, { id: newId(), actor: actor.name })
        await record(deps, 'test_chronicle', true)
        if (!outcome.delivered) return { status: 'error', message: outcome.error ?? outcome.answer }
        eventsSent += 1
        return { status: 'success', events_ingested: 1 }
      },
    })

  const finish: NonNullable<Route['finish']> = async (answer, { receiverTrials, newId }) => {
    if (!current) return answer
    const analysis = analyzeLogEvents.output.parse(answer.parse())
    const { anomalies, chronicle_sent } = analysis
    if (chronicle_sent === false || anomalies.length === 0) return answer
    const { delivered } = await receiverTrials.sendAnomalies(current.name, anomalies, newId())
    if (delivered) eventsSent += anomalies.length
    return new JsonBytes(Buffer.from(JSON.stringify({ ...analysis, chronicle_sent: delivered })))
  }

  const post = (path: string, operation: Route['operation']): Route => ({
    ...{ method: 'POST', path: `/chronicle${path}`, operation, refuse },
  })
  const hidden = (path: string, operation: Route['operation']): Route => ({ ...post(path, operation), hide: true })
  return {
    finish,
    routes: [
      { method: 'GET', path: '/chronicle/status', operation: status, refuse },
      post('/enable', enable('enable_chronicle', 'admin')),
      post('/disable', disable('disable_chronicle', 'admin')),
      post('/test', test('test_chronicle', 'admin')),
    ] satisfies readonly Route[],
    /** Clients switch it without a token on the port of the service. */
    ownRoutes: [
      hidden('/enable', enable('enable_client_chronicle', 'viewer')),
      hidden('/disable', disable('disable_client_chronicle', 'viewer')),
      hidden('/test', test('test_client_chronicle', 'viewer')),
    ] satisfies readonly Route[],
  }
}

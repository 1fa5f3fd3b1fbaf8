import type { FastifyInstance, FastifyRequest } from 'fastify'
import { z } from 'zod'
import { readRecords } from '../../operations/record-body.ts'
import { type AnyOperation, ask, type DoorWorld, permit } from '../ask.ts'
import type { Auth } from '../auth.ts'
import { readBody, readWhole } from '../body.ts'
import { describeRoute } from './describe.ts'
import { headerInputs } from './headers.ts'
import { bodyInputs, mergeInput, queryReader, type Reader } from './input.ts'
import { readJson } from './json.ts'
import { presentAnswer } from './present.ts'
import type { Route } from './route.ts'

/** Answers one row of the table. */
export const registerRoute = (app: FastifyInstance, route: Route, world: DoorWorld, auth: Auth): void => {
  const operations = [route.operation, ...(route.debug ? [route.debug] : [])]
  const readers = new Map<AnyOperation, Reader>(operations.map((operation) => [operation, queryReader(operation)]))

  app.route({
    method: route.method,
    url: route.path,
    config: { open: route.open ?? false },
    schema: describeRoute(route),
    handler: async (request, reply) => {
      const { debug, ...query } = inputs.parse(request.query)
      const wantsDebug = route.debug !== undefined && (debug === '1' || debug === 'true')
      const operation = wantsDebug && route.debug ? route.debug : route.operation
      const credential = route.open ? undefined : request.credential
      permit(operation, credential)
      const input = mergeInput(
        inputs.parse(request.params),
        readers.get(operation)?.(route.debug || debug === undefined ? query : { ...query, debug }) ?? {},
        headerInputs(operation, request.headers),
        await bodyOf(route, request),
      )
      const work = () => ask(operation, input, world, credential)
      // Where anybody may change something, secrets are tried.
      const result = await (route.open && route.method !== 'GET' ? auth.guard(request.ip, work) : work())
      // What an admin changes, or what is deleted, may be who is let in: what was known of tokens before counts no longer.
      if (operation.role === 'admin' || route.method === 'DELETE') auth.forget()
      return (route.present ?? presentAnswer)(result, request, reply)
    },
  })
}

/** A release of all rules there are has some 20 MB. */
const mostArchive = 64 * 1_048_576
const mostYaml = 1_048_576

const isYaml = (type: string): boolean => /^(application|text)\/(x-)?yaml\s*(;|$)/i.test(type)

const inputs = z.record(z.string(), z.unknown())

const bodyOf = async (route: Route, request: FastifyRequest) => {
  if (route.method === 'GET' || route.method === 'DELETE') return {}
  if (route.body === 'records') return { records: readRecords(readBody(request.raw), request.headers['content-type']) }
  if (route.body === 'archive') return { archive: await readWhole(readBody(request.raw), mostArchive) }
  if (route.body === 'yaml' && isYaml(request.headers['content-type'] ?? '')) {
    return { yaml: (await readWhole(readBody(request.raw), mostYaml)).toString('utf8') }
  }
  return bodyInputs(await readJson(request.raw))
}

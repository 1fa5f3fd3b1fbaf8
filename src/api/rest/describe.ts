import type { FastifySchema } from 'fastify'
import { z } from 'zod'
import { problem } from '../problem.ts'
import { examples } from './examples.ts'
import { headersOf } from './headers.ts'
import type { Route } from './route.ts'

/** Describes a row of the table for the reference: which inputs are in the path, the query, and the body. */
export const describeRoute = (route: Route): FastifySchema => {
  const { operation, path, method, open, body, debug, sends, streams: inEvents } = route
  const example = examples[operation.name]
  const headers = headersOf(operation)
  const shape = operation.input instanceof z.ZodObject ? operation.input.shape : {}
  const inPath = (name: string) => path.includes(`:${name}`)
  const inHeader = (name: string) => headers.some(([, input]) => input === name)
  const pick = (keep: (name: string) => boolean) => {
    const kept = Object.entries(shape).filter(([name]) => keep(name))
    return kept.length > 0 ? z.object(Object.fromEntries(kept)) : undefined
  }
  const takesBody = method === 'POST' || method === 'PUT' || method === 'PATCH'
  const isStream = body === 'records' || body === 'archive' || body === 'table' || body === 'shipment'
  const itsOwn = sends instanceof z.ZodObject ? sends.shape : {}
  const inBody = (name: string) =>
    takesBody && !isStream && !inPath(name) && !inHeader(name) && (!sends || name === 'body' || name in itsOwn)

  const params = pick(inPath)
  const query = pick((name) => !inPath(name) && !inHeader(name) && !inBody(name) && !(isStream && name === body))
  const querystring = debug ? (query ?? z.object({})).extend({ debug: debugFlag }) : query
  const sent = isStream ? streams[body] : (sends ?? pick(inBody))
  const headerNames = headers.map(([header]) => [header, z.string().optional()])

  return {
    ...(route.hide && { hide: true }),
    operationId: route.operationId ?? operation.name,
    summary: operation.summary,
    description: open ? 'Needs no token.' : whoMay[operation.role],
    tags: [route.ingests ? 'shippers' : tagOf(path)],
    ...(open && { security: [] }),
    ...(params && { params }),
    ...(querystring && { querystring }),
    ...(headerNames.length > 0 && { headers: z.object(Object.fromEntries(headerNames)) }),
    ...(sent && { body: example === undefined ? sent : sent.meta({ examples: [example] }) }),
    ...(body && { consumes: [...media[body]] }),
    response: {
      200: {
        description: 'Done.',
        content: {
          [route.type ?? 'application/json']: {
            schema: debug ? z.union([operation.output, debug.output]) : operation.output,
          },
          ...(inEvents && { 'text/event-stream': { schema: z.union([inEvents, operation.output, problem]) } }),
        },
      },
      default: {
        description: 'A problem; all kinds are explained under /docs/problems.',
        content: { 'application/problem+json': { schema: problem } },
      },
    },
  }
}

const whoMay = {
  ingest: 'Needs the role `ingest` or `admin`.',
  viewer: 'Needs the role `viewer`, `auditor`, `analyst` or `admin`.',
  auditor: 'Needs the role `auditor`, `analyst` or `admin`.',
  analyst: 'Needs the role `analyst` or `admin`.',
  admin: 'Needs the role `admin`.',
} as const

const debugFlag = z
  .enum(['0', '1', 'true', 'false'])
  .optional()
  .describe('`1`: show how the records are parsed; store nothing.')

const media = {
  records: ['application/json', 'application/x-ndjson', 'text/plain'],
  archive: ['application/zip', 'application/gzip', 'application/x-tar', 'application/octet-stream'],
  table: ['text/csv', 'application/json', 'text/plain'],
  yaml: ['application/json', 'application/yaml'],
  form: ['multipart/form-data'],
  shipment: ['application/json', 'application/x-ndjson', 'application/x-protobuf', 'text/plain'],
} as const

const archiveBody = z.string().meta({ format: 'binary' }).describe('A zip, or a tar, also gzipped, of YAML files.')

const tableBody = z
  .string()
  .describe('CSV whose first row names the columns, in any order and spelling; or JSON, a list of objects.')

const recordsBody = z
  .union([
    z.object({ logs: z.array(z.union([z.string(), z.record(z.string(), z.unknown())])) }),
    z.array(z.union([z.string(), z.record(z.string(), z.unknown())])),
    z.record(z.string(), z.unknown()),
    z.string(),
  ])
  .describe('One record, a list of records, `{"logs": […]}`, or one record a line: JSON or plain text.')

const shipmentBody = z.string().meta({ format: 'binary' }).describe('The body that the shipper sends.')

const streams = { records: recordsBody, archive: archiveBody, table: tableBody, shipment: shipmentBody } as const

const tagOf = (path: string): string => path.replace('/api/v1', '').split('/')[1] ?? 'other'

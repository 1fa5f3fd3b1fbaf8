import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { AppError } from '../../errors.ts'
import type { JsonBytes } from '../../operations/json-bytes.ts'
import type { AnyOperation, InterfaceDeps } from '../ask.ts'

/** Converts the result of an operation to a response: sets headers, status and cookies; returns the body. */
export type Present = (answer: unknown, request: FastifyRequest, reply: FastifyReply) => unknown

/** Presents a failure in the words of an older contract, instead of as a problem. */
export type Refuse = (
  error: AppError,
  request: FastifyRequest,
) => {
  readonly status: number
  /** Bytes are sent unchanged, anything else as JSON. */
  readonly body: unknown
  readonly type?: string
  readonly headers?: Readonly<Record<string, string>>
}

/** Finds the token in the headers of a request; undefined without one. */
export type ReadToken = (headers: IncomingHttpHeaders) => string | undefined

/** One address of the REST API. The path, the query and a JSON body become the operation's input, in this order. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  /** `:id` in it becomes the input `id`. */
  readonly path: string
  readonly operation: AnyOperation
  /** Its ID in the reference, if several routes share an operation; the operation's name by default. */
  readonly operationId?: string
  /** Whether it requires no token. With a valid one, the operation still gets the caller. */
  readonly open?: true
  /** A header that may carry the token instead of `Authorization`. */
  readonly tokenHeader?: string
  /**
   * `records`: the body is a stream of log records in any shape, and becomes the input `records`. `archive`: it is a file, the input
   * `archive`. `table`: it is a text of rows, CSV or JSON, the input `table`. `yaml`: it is JSON, or YAML that becomes the input `yaml`.
   * `form`: it is a form with a file, for operations in a worker thread. `shipment`: it is what a log shipper sends, which `read` decodes.
   * Default: a JSON object.
   */
  readonly body?: 'records' | 'archive' | 'table' | 'yaml' | 'form' | 'shipment'
  /** The operation to run instead if the query contains `debug=1`. */
  readonly debug?: AnyOperation
  readonly present?: Present
  /** Processes the answer of a worker thread before it is sent; returns the answer to send. */
  readonly finish?: (answer: JsonBytes, deps: InterfaceDeps) => Promise<JsonBytes>
  /** The drafts of a slow answer, for clients that accept events. The work is cancelled if they disconnect. */
  readonly streams?: z.ZodType
  /** Reads inputs from the body, if it is not a JSON object in our format. */
  readonly read?: (request: FastifyRequest) => Promise<Readonly<Record<string, unknown>>>
  /** Reads inputs from the query, where an older contract has other names or words for it. */
  readonly readQuery?: (query: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
  /** The schema of that body, for the reference; the other inputs are in the query. */
  readonly sends?: z.ZodType
  readonly refuse?: Refuse
  /** Also accepts a token in the header without `Bearer`. */
  readonly bareToken?: true
  /** Finds the token where the clients of another contract send it. */
  readonly readToken?: ReadToken
  /** Receives logs: counts against the request limit of log senders. */
  readonly ingests?: true
  /** Serves programs only; browsers get the page at the same address. */
  readonly programsOnly?: true
  /** Changes who is let in, at once. */
  readonly forgets?: true
  /** Omitted from the reference: another path of the same route. */
  readonly hide?: true
  /** The media type of the answer; JSON by default. */
  readonly type?: string
}

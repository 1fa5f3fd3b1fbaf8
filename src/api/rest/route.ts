import type { IncomingHttpHeaders } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { z } from 'zod'
import type { AppError } from '../../errors.ts'
import type { JsonBytes } from '../../operations/json-bytes.ts'
import type { AnyOperation, InterfaceDeps } from '../ask.ts'

/** Turns what an operation answers into what goes out: headers, status, cookies; returns the body. */
export type Present = (answer: unknown, request: FastifyRequest, reply: FastifyReply) => unknown

/** Presents a failure in the words of an older contract, instead of as a problem. */
export type Refuse = (
  error: AppError,
  request: FastifyRequest,
) => {
  readonly status: number
  /** Bytes are sent as they are, anything else as JSON. */
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
  /** Its id in the reference, where several addresses ask the same operation; the operation's name by default. */
  readonly operationId?: string
  /** Whether it answers without a token. With a valid one the operation still learns who asks. */
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
  /** The operation to ask instead when the query says `debug=1`. */
  readonly debug?: AnyOperation
  readonly present?: Present
  /** Acts on the answer of a worker thread before it goes out; returns the answer to send. */
  readonly finish?: (answer: JsonBytes, deps: InterfaceDeps) => Promise<JsonBytes>
  /** The drafts of a slow answer, for clients that accept events. The work is cancelled when they leave. */
  readonly streams?: z.ZodType
  /** Reads inputs from the body, where that is more than a JSON object of ours. */
  readonly read?: (request: FastifyRequest) => Promise<Readonly<Record<string, unknown>>>
  /** Reads inputs from the query, where an older contract has other names or words for it. */
  readonly readQuery?: (query: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>
  /** The schema of that body, for the reference; the other inputs are in the query. */
  readonly sends?: z.ZodType
  readonly refuse?: Refuse
  /** Takes a token in the header without `Bearer` in front as well. */
  readonly bareToken?: true
  /** Finds the token where the clients of another contract send it. */
  readonly readToken?: ReadToken
  /** Receives logs: counts against the limit of requests for senders of logs. */
  readonly ingests?: true
  /** Serves programs only; browsers get the page at the same address. */
  readonly programsOnly?: true
  /** Changes who is let in, at once. */
  readonly forgets?: true
  /** Left out of the reference: another address of the same. */
  readonly hide?: true
  /** The media type of the answer; JSON by default. */
  readonly type?: string
}

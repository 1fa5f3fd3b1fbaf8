import type { FastifyReply, FastifyRequest } from 'fastify'
import type { AnyOperation } from '../ask.ts'

/** Turns what an operation answers into what goes out: headers, status, cookies; returns the body. */
export type Present = (answer: unknown, request: FastifyRequest, reply: FastifyReply) => unknown

/** One address of the REST API. What stands in the path, the query and a JSON body becomes the operation's input, in this order. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PATCH' | 'DELETE'
  /** `:id` in it becomes the input `id`. */
  readonly path: string
  readonly operation: AnyOperation
  /** Whether it answers without a token. With a valid one the operation still learns who asks. */
  readonly open?: true
  /**
   * `records`: the body is a stream of log records in any shape, and becomes the input `records`. `archive`: it is a file, the input
   * `archive`. `yaml`: it is JSON, or YAML that becomes the input `yaml`. Default: a JSON object.
   */
  readonly body?: 'records' | 'archive' | 'yaml'
  /** What is asked instead when the query says `debug=1`. */
  readonly debug?: AnyOperation
  readonly present?: Present
  /** Left out of the reference: another address of the same. */
  readonly hide?: true
  /** The media type of the answer; JSON unless said otherwise. */
  readonly type?: string
}

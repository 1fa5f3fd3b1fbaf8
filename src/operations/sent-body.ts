import { z } from 'zod'

/** How a worker thread parses a body: records of any shape, a JSON object, or the file of a form. */
export const bodyKinds = ['records', 'json', 'form'] as const
export type BodyKind = (typeof bodyKinds)[number]

/** A request body for a worker thread. The main thread only copies its bytes. */
export interface SentBody {
  readonly kind: BodyKind
  readonly contentType: string | undefined
  /** Ignores unknown fields, as older contracts require. */
  readonly lenient: boolean
  /** The Content-Length; undefined for chunked bodies. */
  readonly length: number | undefined
  readonly chunks: AsyncIterable<Uint8Array>
}

const isChunks = (value: unknown): value is AsyncIterable<Uint8Array> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value

export const sentBody: z.ZodType<SentBody> = z.object({
  kind: z.enum(bodyKinds),
  contentType: z.union([z.string(), z.undefined()]),
  lenient: z.boolean(),
  length: z.union([z.number(), z.undefined()]),
  chunks: z.custom<AsyncIterable<Uint8Array>>(isChunks),
})

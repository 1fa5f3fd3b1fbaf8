import type { FastifyRequest } from 'fastify'
import { readBody, readWhole } from '../body.ts'
import type { Present } from './route.ts'

/** A message with its buttons, as services send it along, has some kilobytes. */
const mostBytes = 1_048_576

/** Reads a body as it was sent, with the headers: a signature in them is about its bytes. */
export const readSignedBody = async ({ raw, headers }: FastifyRequest): Promise<Readonly<Record<string, unknown>>> => ({
  body: (await readWhole(readBody(raw), mostBytes)).toString('utf8'),
  headers,
})

/** Answers with an empty body, as senders expect. */
export const presentNothing: Present = (_answer, _request, reply) => {
  reply.type('text/plain; charset=utf-8')
  return ''
}

import type { FastifyRequest } from 'fastify'
import { z } from 'zod'
import { AppError } from '../../errors.ts'
import { alertBatch } from '../../operations/alerts/ingest-alerts.ts'
import { decodeText } from '../../operations/records/decode-text.ts'
import { refuseContent, refuseType } from '../../operations/records/record-content.ts'
import { securityAlert } from '../../schema/alert/security-alert.ts'
import { readBody, readWhole } from '../body.ts'
import { parseJson } from './json.ts'

const mostBytes = 8 * 1_048_576

/** Reads an alert, or a group of them, in any format: JSON, or lines in CEF, LEEF and JSON. */
export const readAlertBody = async ({ raw }: FastifyRequest): Promise<Readonly<Record<string, unknown>>> => {
  const type = raw.headers['content-type'] ?? ''
  const mediaType = type.split(';', 1)[0]?.trim().toLowerCase() ?? ''
  refuseType(mediaType)
  const bytes = await readWhole(readBody(raw), mostBytes)
  refuseContent(mediaType, bytes)
  const sent = decodeText(bytes)
  if (sent.trim() === '') throw new AppError('INVALID_REQUEST', 'The body is empty.', { hint: 'Send an alert.' })
  const body: unknown = /^application\/([\w.+-]+\+)?json\s*(;|$)/i.test(type) ? parseJson(sent) : sent
  return { body, ...typeIn(body) }
}

/** Reads a batch; the operation reports an invalid one. */
export const readBatchBody = async (request: FastifyRequest): Promise<Readonly<Record<string, unknown>>> => {
  const read = await readAlertBody(request)
  // A batch is JSON, whatever its content type.
  const body = typeof read.body === 'string' && /^\s*[[{]/.test(read.body) ? parseJson(read.body) : read.body
  if (Array.isArray(body)) return { alerts: body }
  const sent = z.looseObject({ batch_id: z.unknown().optional(), alerts: z.unknown() }).safeParse(body)
  return { alerts: sent.data?.alerts, batch_id: sent.data?.batch_id, ...typeIn(body) }
}

/** The declared type of an object. */
const typeIn = (body: unknown): { readonly source_type?: string } => {
  const said = z.object({ source_type: z.string() }).safeParse(body)
  return said.success ? { source_type: said.data.source_type } : {}
}

/** The description of these bodies in the reference. */
export const alertBodies = {
  one: z.union([securityAlert, z.record(z.string(), z.unknown()), z.string()]),
  batch: alertBatch,
  webhook: z.union([z.record(z.string(), z.unknown()), z.array(z.record(z.string(), z.unknown())), z.string()]),
} as const

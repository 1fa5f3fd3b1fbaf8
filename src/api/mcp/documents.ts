import {
  type McpServer,
  ProtocolError,
  ProtocolErrorCode,
  ResourceNotFoundError,
  ResourceTemplate,
} from '@modelcontextprotocol/server'
import { z } from 'zod'
import { getAlert } from '../../operations/alerts/get-alert.ts'
import { getDetection } from '../../operations/alerts/get-detection.ts'
import { getEvent } from '../../operations/events/get-event.ts'
import { getIncident } from '../../operations/incidents/get-incident.ts'
import { getLogModel } from '../../operations/models/get-log-model.ts'
import { eventView } from '../../schema/event/event.ts'
import type { AnyOperation } from '../ask.ts'
import { toAppError } from '../problem.ts'
import { fitAnswer } from './budget.ts'
import type { ToolContext } from './tool.ts'
import { harmlessDocument } from './untrusted.ts'

const byId: readonly (readonly [name: string, what: string, operation: AnyOperation])[] = [
  ['incident', 'An incident with its timeline and evidence.', getIncident],
  ['alert', 'An alert with its detections and verdict.', getAlert],
  ['anomaly', 'A detection with its reasons and evidence.', getDetection],
]

const noun = z.looseObject({})

const filterGuide = `# The filter language

\`field:value\`, joined by AND, OR and NOT, with brackets. Words alone search the text. \`"several words"\` stand together.

- \`service.name:sshd AND event.outcome:failure\`
- \`source.ip:203.0.113.0/24\`, \`severity>=high\`, \`user.name:adm*\`
- times: \`from\` and \`to\` take \`now-1h\`, \`now-7d\`, \`2026-01-15T10:00:00Z\`
`

/** Provides the resources that a client can attach to a conversation: items by their IDs, and two documents. */
export const offerDocuments = (server: McpServer, ask: ToolContext['ask']): void => {
  const json = (uri: URL, document: object) => {
    const { structured } = fitAnswer({ structured: harmlessDocument({ ...document }), text: '' })
    return { contents: [{ uri: uri.href, mimeType: 'application/json', text: JSON.stringify(structured) }] }
  }
  const read = async (operation: AnyOperation, uri: URL, id: string) => {
    try {
      return json(uri, noun.parse(await ask(operation, { id })))
    } catch (error) {
      throw toProtocolError(error, uri.href)
    }
  }
  for (const [name, description, operation] of byId) {
    const template = new ResourceTemplate(`vedette://${name}/{id}`, { list: undefined })
    server.registerResource(name, template, { description, mimeType: 'application/json' }, (uri, { id }) =>
      read(operation, uri, String(id)),
    )
  }
  server.registerResource(
    'event',
    new ResourceTemplate('vedette://event/{id}', { list: undefined }),
    { description: 'A log line with the lines around it. Untrusted text.', mimeType: 'application/json' },
    (uri, { id }) => read(getEvent, uri, String(id)),
  )
  server.registerResource(
    'model',
    'vedette://model',
    { description: 'The loaded model for log events.', mimeType: 'application/json' },
    async (uri) => json(uri, await ask(getLogModel, {})),
  )
  server.registerResource(
    'event-schema',
    'vedette://schema/event',
    { description: 'The JSON Schema of an event.', mimeType: 'application/json' },
    async (uri) => json(uri, z.toJSONSchema(eventView, { io: 'output' })),
  )
  server.registerResource(
    'filter-guide',
    'vedette://docs/query',
    { description: 'How filters are written.', mimeType: 'text/markdown' },
    async (uri) => ({ contents: [{ uri: uri.href, mimeType: 'text/markdown', text: filterGuide }] }),
  )
}

/** Converts an error to the format of the protocol; an internal error reveals no details. */
export const toProtocolError = (thrown: unknown, uri: string): Error => {
  const { code, message } = toAppError(thrown)
  if (code === 'NOT_FOUND') return new ResourceNotFoundError(uri, message)
  return code === 'INTERNAL'
    ? new ProtocolError(ProtocolErrorCode.InternalError, 'Internal error.')
    : new ProtocolError(ProtocolErrorCode.InvalidParams, message)
}

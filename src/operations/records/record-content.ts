import { AppError } from '../../errors.ts'
import { type Foreign, foreignContent, isForm, isXmlDocument, xml } from '../../pipeline/ingest/foreign-content.ts'
import { isEventDocument } from '../../pipeline/ingest/join/xml-events.ts'
import { decodeText } from './decode-text.ts'

/** The content types that bodies of records may have. */
export const recordTypes = ['application/json', 'application/x-ndjson', 'text/plain'] as const
const listed = 'Send application/json, application/x-ndjson or text/plain.'

const foreignTypes =
  /^(?:multipart|image|audio|video|font)\/|^application\/(?:(?:x-|vnd\.google\.|vnd\.)?(?:protobuf|protocol-buffers|msgpack|messagepack)|grpc|cbor|avro|pdf|x-7z-compressed|vnd\.apache\.\w+)(?:$|\+|-)|\+(?:protobuf|cbor|msgpack)$/
const xmlTypes = /^application\/xml(?:$|-)|^text\/xml$|\+xml$/

/** Refuses a content type from which no records can be read. */
export const refuseType = (type: string): void => {
  if (foreignTypes.test(type)) throw unsupported(type)
}

const unsupported = (type: string): AppError =>
  new AppError('UNSUPPORTED_MEDIA_TYPE', `Unsupported content type "${type.slice(0, 80)}".`, {
    hint: listed,
    accepts: recordTypes,
  })

/** Rejects a body whose first bytes are not text, whatever its content type. */
export const refuseContent = (type: string, head: Uint8Array): void => {
  const foreign = foreignContent(head)
  if (foreign) throw refused(foreign)
  const text = Buffer.from(head.buffer, head.byteOffset, head.byteLength).toString('utf8')
  if (xmlTypes.test(type) && !isEventDocument(text)) throw unsupported(type)
  if (isXmlDocument(text)) throw refused(xml)
  if (type === 'application/x-www-form-urlencoded' && isForm(text)) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'The body is an HTML form, which is not supported.', {
      hint: "For log lines, use: curl -H 'Content-Type: text/plain' --data-binary @FILE.",
      accepts: recordTypes,
    })
  }
}

/** Reads a file of log lines as text. Throws SOURCE_FAILED if it is not text. */
export const textOfFile = (path: string, bytes: Uint8Array): string => {
  const foreign = foreignContent(bytes)
  if (!foreign) return decodeText(bytes)
  throw new AppError('SOURCE_FAILED', `${path} is ${foreign.name}, which is not supported.`, { hint: foreign.advice })
}

const refused = ({ name, advice }: Foreign): AppError =>
  new AppError('UNSUPPORTED_MEDIA_TYPE', `The body is ${name}, which is not supported.`, {
    hint: `${advice} ${listed}`,
    accepts: recordTypes,
  })

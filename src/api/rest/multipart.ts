import { Busboy } from '@fastify/busboy'
import type { FastifyRequest } from 'fastify'
import { AppError } from '../../errors.ts'
import { readBody, readWhole } from '../body.ts'

/** A file that came in a form. */
export interface SentFile {
  readonly name: string
  readonly bytes: Buffer
}

const mostFiles = 1

/** Reads the file of a form's field. Throws INVALID_REQUEST when there is none, TOO_LARGE beyond `mostBytes`. */
export const readSentFile = async ({ raw }: FastifyRequest, field: string, mostBytes: number): Promise<SentFile> => {
  const type = raw.headers['content-type'] ?? ''
  if (!/^multipart\/form-data\s*;/i.test(type)) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'The body is no form with a file.', {
      hint: `Send multipart/form-data with the file in the field "${field}": curl -F "${field}=@PATH".`,
    })
  }
  const body = await readWhole(readBody(raw), mostBytes)
  return new Promise<SentFile>((done, fail) => {
    let found: SentFile | undefined
    const form = new Busboy({ headers: { 'content-type': type }, limits: { files: mostFiles, fileSize: mostBytes } })
    form.on('file', (name, stream, filename) => {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (name === field) found = { name: filename ?? '', bytes: Buffer.concat(chunks) }
      })
    })
    form.on('error', (error) =>
      fail(new AppError('INVALID_REQUEST', 'The form cannot be read.', { cause: error, hint: 'Check its boundary.' })),
    )
    form.on('finish', () =>
      found
        ? done(found)
        : fail(
            new AppError('INVALID_REQUEST', `The form has no file in the field "${field}".`, {
              errors: [{ path: field, message: 'Field required' }],
            }),
          ),
    )
    form.end(body)
  })
}

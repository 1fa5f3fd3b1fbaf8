import { Busboy } from '@fastify/busboy'
import { AppError } from '../../errors.ts'

/** A file from a form. */
interface SentFile {
  readonly name: string
  readonly bytes: Buffer
}

const mostFiles = 1

/** Reads the file in a field of a form. Throws INVALID_REQUEST if there is none. */
export const readForm = (body: Buffer, contentType: string, field: string): Promise<SentFile> => {
  if (!/^multipart\/form-data\s*;/i.test(contentType)) {
    throw new AppError('UNSUPPORTED_MEDIA_TYPE', 'The body is no form with a file.', {
      hint: `Send multipart/form-data with the file in the field "${field}": curl -F "${field}=@PATH".`,
    })
  }
  return new Promise<SentFile>((done, fail) => {
    let found: SentFile | undefined
    const form = new Busboy({
      headers: { 'content-type': contentType },
      limits: { files: mostFiles, fileSize: body.length },
    })
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

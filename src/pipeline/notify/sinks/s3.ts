import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Component } from '../../../component.ts'
import { bucketUrl, signRequest } from '../../../lib/s3/signed-request.ts'
import { toMessage } from '../message.ts'
import { headerSecret, receiverUrl } from '../receiver-url.ts'
import { type Notification, type Sink, splitNotification } from '../sink.ts'
import { post } from './post.ts'

const options = z.strictObject({
  bucket: z
    .string()
    .regex(/^[a-z\d][a-z\d-]{1,61}[a-z\d]$/, 'use 3 to 63 lower-case letters, digits and dashes')
    .describe('The bucket.'),
  region: z
    .string()
    .regex(/^[a-z\d-]{1,63}$/, 'expected a region such as eu-central-1')
    .default('us-east-1')
    .describe('The region.'),
  url: receiverUrl
    .optional()
    .describe('The endpoint of another service than AWS, such as MinIO: `https://minio.example.com`.'),
  access_key_id: headerSecret.describe('The ID of the access key, which needs the permission s3:PutObject.'),
  secret_access_key: z.string().min(1).meta({ description: 'The access key.', secret: true }),
  session_token: headerSecret.optional().meta({ description: 'The token of temporary credentials.', secret: true }),
  prefix: z
    .string()
    .max(500)
    .regex(/^[\w./=-]*$/, 'use letters, digits and . / = _ -')
    .default('vedette/')
    .describe('The begin of the names of objects.'),
})

/** Archives each state change of an incident as an object. Its name depends on the message alone, so that retries overwrite it. */
export const s3Sink: Component<typeof options, Sink> = {
  name: 's3',
  summary: 'Archives each incident as a JSON object in S3 or a compatible store.',
  options,
  create({ bucket, region, url, access_key_id, secret_access_key, session_token, prefix }, { fetch, now }) {
    const root = bucketUrl(bucket, region, url)
    const access = {
      accessKeyId: access_key_id,
      secretAccessKey: secret_access_key,
      sessionToken: session_token,
      region,
    }
    const toObject = (notification: Notification) => ({
      name: `${prefix}${nameOf(notification)}`,
      body: JSON.stringify(toMessage(notification)),
    })
    const put = async (notification: Notification, signal: AbortSignal): Promise<void> => {
      const { name, body } = toObject(notification)
      const headers = { 'content-type': 'application/json' }
      const signed = await signRequest(access, { method: 'PUT', url: `${root}/${name}`, headers, body }, now())
      const answer = await post({ fetch, ...signed, method: 'PUT', body, signal })
      await answer.body?.cancel()
    }
    return {
      async send(notification, signal) {
        for (const one of splitNotification(notification)) await put(one, signal)
      },
      preview(notification) {
        const { name, body } = toObject(notification)
        return `${name}\n\n${JSON.stringify(JSON.parse(body), null, 2)}`
      },
    }
  },
}

/** The name of an object, in folders by day: `2024/12/10/INC-1-opened-3f2a9c81d0e4.json`. */
const nameOf = ({ incident, reason, idempotencyKey }: Notification): string => {
  const day = incident.updated_at.slice(0, 10).replaceAll('-', '/')
  const key = createHash('sha256').update(idempotencyKey).digest('hex').slice(0, 12)
  return `${day}/${incident.display_id}-${reason}-${key}.json`
}

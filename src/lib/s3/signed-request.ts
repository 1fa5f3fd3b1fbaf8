import { createHash } from 'node:crypto'
import { AwsV4Signer } from 'aws4fetch'

/** The keys of an account, and the region of its bucket. */
export interface S3Access {
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly sessionToken?: string | undefined
  readonly region: string
}

/** The address and the headers of a signed request. */
interface SignedRequest {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
}

/** Returns the root of a bucket: its host at AWS, or a folder of another endpoint. */
export const bucketUrl = (bucket: string, region: string, endpoint: string | undefined): string =>
  endpoint === undefined ? `https://${bucket}.s3.${region}.amazonaws.com` : `${endpoint.replace(/\/+$/, '')}/${bucket}`

/**
 * Signs a request with AWS Signature Version 4 in its headers. `now` is in ms.
 *
 * See https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-header-based-auth.html.
 */
export const signRequest = async (
  { accessKeyId, secretAccessKey, sessionToken, region }: S3Access,
  request: {
    readonly method: 'DELETE' | 'GET' | 'PUT'
    readonly url: string
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: string | Uint8Array
  },
  now: number,
): Promise<SignedRequest> => {
  const { method, url, headers, body = '' } = request
  const signed = await new AwsV4Signer({
    method,
    url,
    headers: { ...headers, 'x-amz-content-sha256': createHash('sha256').update(body).digest('hex') },
    accessKeyId,
    secretAccessKey,
    ...(sessionToken !== undefined && { sessionToken }),
    service: 's3',
    region,
    datetime: new Date(now).toISOString().replace(/[:-]|\.\d{3}/g, ''),
  }).sign()
  return { url: signed.url.href, headers: Object.fromEntries(signed.headers) }
}

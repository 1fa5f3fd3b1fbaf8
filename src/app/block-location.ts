import type { Config } from '../config.ts'
import type { BlockLocation } from '../store/events/block-objects.ts'

/** Reads where blocks of events are stored; undefined if the database holds them. */
export const blockLocation = ({ blocks, s3 }: Config['storage']): BlockLocation | undefined => {
  const { endpoint, region, access_key_id: accessKeyId, secret_access_key: secretAccessKey, session_token } = s3
  if (blocks === undefined || accessKeyId === undefined || secretAccessKey === undefined) return undefined
  const [bucket = '', ...folders] = blocks.slice('s3://'.length).split('/')
  const prefix = folders.filter((folder) => folder !== '').join('/')
  return {
    ...{ bucket, prefix: prefix && `${prefix}/`, endpoint, region, accessKeyId, secretAccessKey },
    sessionToken: session_token,
  }
}

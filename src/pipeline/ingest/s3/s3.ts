import { z } from 'zod'
import type { Component, Log, Runtime } from '../../../component.ts'
import { messageOf } from '../../../errors.ts'
import { pause } from '../../../lib/deadline/deadline.ts'
import { bucketUrl } from '../../../lib/s3/signed-request.ts'
import { hour } from '../../../lib/units/time.ts'
import { recordsOf } from '../file/file-lines.ts'
import { type CountDropped, createDropLog } from '../listen/dropped.ts'
import { offer } from '../offer.ts'
import type { Cursors, Emit, Outages, Source } from '../source.ts'
import { zone } from '../zone.ts'
import { type Bucket, type ListedObject, openBucket } from './bucket.ts'
import { textOfObject, UnreadableObject } from './object-text.ts'

const credential = z.string().regex(/^[\x21-\x7e]+$/, 'use printable ASCII characters without spaces')

const options = z.strictObject({
  name: z.string().min(1).describe('The source of its events.'),
  bucket: z
    .string()
    .regex(/^[a-z\d][a-z\d.-]{1,61}[a-z\d]$/, 'use 3 to 63 lower-case letters, digits, dots and dashes')
    .describe('The bucket.'),
  prefix: z.string().max(1_000).default('').describe('The begin of the keys: `AWSLogs/123456789012/CloudTrail/`.'),
  region: z
    .string()
    .regex(/^[a-z\d-]{1,63}$/, 'expected a region such as eu-central-1')
    .default('us-east-1')
    .describe('The region.'),
  url: z
    .url({ protocol: /^https?$/, error: 'expected an http or https URL' })
    .optional()
    .describe('The endpoint of another service than AWS, such as MinIO: `https://minio.example.com`.'),
  access_key_id: credential.describe(
    'The ID of the access key, which needs the permissions s3:ListBucket and s3:GetObject.',
  ),
  secret_access_key: z.string().min(1).meta({ description: 'The access key.', secret: true }),
  session_token: credential.optional().meta({ description: 'The token of temporary credentials.', secret: true }),
  from: z.enum(['start', 'end']).default('start').describe('Where to start in a bucket that was never read.'),
  every: z.number().min(0.005).default(60).describe('Seconds between two listings.'),
  timeout: z
    .number()
    .positive()
    .max(3_600)
    .default(30)
    .describe('Seconds that the service may take to answer a request, or to send the next part of an object.'),
  zone,
})

type S3Options = z.output<typeof options>

/** Declares the source that reads objects of S3. It stores which objects it has read. */
export const s3Source = (
  cursors: Cursors,
  outages: Outages,
  dropped: CountDropped,
): Component<typeof options, Source> => ({
  name: 's3',
  summary: 'Reads log objects from S3 or a compatible store: CloudTrail, load balancers, VPC flow logs.',
  options,
  create: (given, { fetch, now, log }) => ({
    run: (emit, signal) => readObjects(given, { cursors, outages, dropped, fetch, now, log, emit }, signal),
  }),
})

interface Surroundings {
  readonly cursors: Cursors
  readonly outages: Outages
  readonly dropped: CountDropped
  readonly fetch: Runtime['fetch']
  readonly now: () => number
  readonly log: Log
  readonly emit: Emit
}

/** Objects may appear in a listing this much later than their time says: large uploads have the time of their begin. */
const lateMs = hour
/** The position is stored after this many objects. Records of objects read since are recognized by their keys. */
const objectsPerPosition = 50

/** How many objects to remember from a listing. The next listing finds the others. */
const mostObjects = 20_000
/** How often to list a prefix from its beginning, which finds new folders. */
const fullListingMs = hour

/** All objects up to a time are read. Those of the hour before are listed one by one, with time and ETag. */
const positionShape = z.object({ upTo: z.number(), recent: z.record(z.string(), z.tuple([z.number(), z.string()])) })
type Position = z.output<typeof positionShape>

/** Reads until the signal aborts. Throws SOURCE_FAILED if the store refuses or does not answer. */
const readObjects = async (
  { name, prefix, bucket, from, every, timeout, zone: zoneMinutes, ...given }: S3Options,
  { cursors, outages, dropped, fetch, now, log, emit }: Surroundings,
  signal: AbortSignal,
): Promise<void> => {
  const { region } = given
  const root = bucketUrl(bucket, region, given.url)
  const store = openBucket({
    root,
    fetch,
    now,
    timeout: timeout * 1000,
    access: {
      region,
      accessKeyId: given.access_key_id,
      secretAccessKey: given.secret_access_key,
      sessionToken: given.session_token,
    },
  })
  const drop = createDropLog(name, { log, now, count: dropped })
  const key = `${bucket}/${prefix}`
  const stored = await cursors.read(name, key)
  let position: Position | undefined = stored === undefined ? undefined : positionShape.parse(JSON.parse(stored))
  const save = async (next: Position): Promise<boolean> => {
    position = next
    return offer(emit, [], { source: name, key, position: JSON.stringify(next) }, signal)
  }
  /** Stores the records of an object. Returns false if the signal aborts first. */
  const take = async (object: ListedObject): Promise<boolean> => {
    const file = `s3://${bucket}/${object.key}`
    try {
      const bytes = await store.open(object.key, signal)
      if (!bytes) return true
      let index = 0
      for await (const records of recordsOf(textOfObject(bytes), { source: name, file, zoneMinutes, now })) {
        const keys = records.map(() => `${name} ${object.key} ${object.etag} ${index++}`)
        if (!(await offer(emit, records, undefined, signal, keys))) return false
      }
    } catch (error) {
      if (!(error instanceof UnreadableObject)) throw error
      drop('unreadable_object', 1)
      log.warn({ source: name, file, reason: messageOf(error) }, 'An object cannot be read.')
    }
    return true
  }

  let isSkipping = false
  const listing = createListing(store, prefix, now)
  try {
    while (!signal.aborted) {
      const { objects, isWhole } = await listing.next(position, signal)
      outages.ended(name)
      if (from === 'end' && (!position || isSkipping)) {
        isSkipping = !isWhole
        if (!(await save(withRead(position, objects)))) return
        continue
      }
      let read: ListedObject[] = []
      for (const object of objects) {
        if (!(await take(object))) return
        read.push(object)
        if (read.length < objectsPerPosition && object !== objects.at(-1)) continue
        if (!(await save(withRead(position, read)))) return
        read = []
      }
      if (isWhole) await pause(every * 1000, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Finds the objects that were not read, oldest first. */
const createListing = (store: Bucket, prefix: string, now: () => number) => {
  /** The last key of which all before it are read and old: keys with dates seldom get smaller ones. */
  let settled: string | undefined
  let listedAt = Number.NEGATIVE_INFINITY
  return {
    async next(position: Position | undefined, signal: AbortSignal) {
      const isFull = now() - listedAt >= fullListingMs || now() < listedAt
      if (isFull) {
        settled = undefined
        listedAt = now()
      }
      let objects: ListedObject[] = []
      let isWhole = true
      let isSettled = true
      for await (const object of store.list(prefix, settled, signal)) {
        const isOld = position !== undefined && object.modified <= position.upTo - lateMs
        isSettled &&= isOld
        if (isSettled) settled = object.key
        if (isOld || position?.recent[object.key]?.[1] === object.etag) continue
        // A key that ends with a slash is a folder.
        if (object.size > 0 && !object.key.endsWith('/')) objects.push(object)
        if (objects.length < 2 * mostObjects) continue
        objects = objects.sort(byTime).slice(0, mostObjects)
        isWhole = false
      }
      return { objects: objects.sort(byTime), isWhole }
    },
  }
}

const byTime = (a: ListedObject, b: ListedObject): number => a.modified - b.modified || (a.key < b.key ? -1 : 1)

/** Returns the position after objects. It forgets those that are older than an hour before the newest. */
const withRead = (before: Position | undefined, read: readonly ListedObject[]): Position => {
  const upTo = read.reduce((latest, { modified }) => Math.max(latest, modified), before?.upTo ?? 0)
  const recent = new Map(Object.entries(before?.recent ?? {}))
  for (const { key, etag, modified } of read) recent.set(key, [modified, etag])
  for (const [key, [modified]] of recent) if (modified <= upTo - lateMs) recent.delete(key)
  return { upTo, recent: Object.fromEntries(recent) }
}

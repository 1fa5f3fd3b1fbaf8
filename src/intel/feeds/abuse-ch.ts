import { z } from 'zod'
import { toFeedEntry } from '../entry.ts'
import { parseFeedJson } from '../parse-json.ts'
import type { ReadList } from '../provider.ts'
import { toType } from '../terms.ts'

const tags = z
  .union([z.array(z.string()), z.string(), z.null()])
  .optional()
  .transform((list) => (typeof list === 'string' ? list.split(',') : (list ?? [])))
const text = z.string().nullish()

/** Exports of abuse.ch have rows under their IDs, its APIs under `data` or `urls`. */
const rowsOf = <Row extends z.ZodType>(row: Row) =>
  z.union([
    z.array(row),
    z.object({ data: z.array(row) }).transform(({ data }) => data),
    z.object({ urls: z.array(row) }).transform(({ urls }) => urls),
    z.object({ query_status: z.enum(['no_results', 'no_result']) }).transform((): z.output<Row>[] => []),
    z.record(z.string().regex(/^\d+$/), z.array(row)).transform((byId) => Object.values(byId).flat()),
  ])

const urlhausRow = z.looseObject({
  url: z.string(),
  url_status: text,
  dateadded: text,
  date_added: text,
  last_online: text,
  threat: text,
  tags,
})

/** Parses the JSON of URLhaus, from its exports or its API: URLs that serve malware. */
export const readUrlhaus: ReadList = function* (json, options, now) {
  for (const row of parseFeedJson(rowsOf(urlhausRow), json, 'an export of URLhaus')) {
    yield toFeedEntry(
      row.url,
      'url',
      {
        // A URL that is still online is more certain than one that was taken down.
        confidence: row.url_status === 'online' ? 0.9 : 0.6,
        level: 'high',
        description: `serves malware${row.tags.length > 0 ? ` (${row.tags.slice(0, 4).join(', ')})` : ''}`,
        tags: [...(row.threat ? [row.threat] : []), ...row.tags],
        firstSeen: row.dateadded ?? row.date_added,
        lastSeen: row.last_online ?? row.dateadded ?? row.date_added,
      },
      options,
      now,
    )
  }
}

const threatfoxRow = z
  .looseObject({
    ioc: z.string().optional(),
    ioc_value: z.string().optional(),
    ioc_type: z.string(),
    threat_type: text,
    malware_printable: text,
    confidence_level: z.coerce.number().optional(),
    first_seen: text,
    first_seen_utc: text,
    last_seen: text,
    last_seen_utc: text,
    tags,
  })
  .transform((row) => ({ ...row, value: row.ioc ?? row.ioc_value ?? '' }))

const threats: Readonly<Record<string, string>> = {
  botnet_cc: 'command-and-control server',
  payload: 'malware',
  payload_delivery: 'delivers malware',
  cc_skimming: 'skims credit cards',
}

/** Parses the JSON of ThreatFox: addresses, domains, URLs and hashes of malware, with confidences. */
export const readThreatfox: ReadList = function* (json, options, now) {
  for (const row of parseFeedJson(rowsOf(threatfoxRow), json, 'an export of ThreatFox')) {
    const threat = row.threat_type ?? ''
    yield toFeedEntry(
      row.value,
      toType(row.ioc_type),
      {
        confidence: row.confidence_level === undefined ? undefined : row.confidence_level / 100,
        level: 'high',
        description: [threats[threat] ?? threat, row.malware_printable ? `of ${row.malware_printable}` : ''].join(' '),
        tags: [threat, row.malware_printable ?? '', ...row.tags],
        firstSeen: row.first_seen ?? row.first_seen_utc,
        lastSeen: row.last_seen ?? row.last_seen_utc ?? row.first_seen ?? row.first_seen_utc,
      },
      options,
      now,
    )
  }
}

const feodoRow = z.looseObject({
  ip_address: z.string(),
  status: text,
  first_seen: text,
  last_online: text,
  malware: text,
})

/** Parses the JSON of Feodo Tracker: verified command-and-control servers of botnets. */
export const readFeodo: ReadList = function* (json, options, now) {
  for (const row of parseFeedJson(z.array(feodoRow), json, 'the blocklist of Feodo Tracker')) {
    yield toFeedEntry(
      row.ip_address,
      'ip',
      {
        confidence: row.status === 'online' ? 0.95 : 0.75,
        level: 'critical',
        description: `command-and-control server of ${row.malware || 'a botnet'}`,
        tags: ['botnet_cc', row.malware ?? ''],
        firstSeen: row.first_seen,
        lastSeen: row.last_online ?? row.first_seen,
      },
      options,
      now,
    )
  }
}

const bazaarRow = z.looseObject({
  sha256_hash: z.string(),
  sha1_hash: text,
  md5_hash: text,
  first_seen: text,
  last_seen: text,
  file_type: text,
  signature: text,
  tags,
})

/** Parses the JSON of MalwareBazaar: malware samples by hash. */
export const readMalwareBazaar: ReadList = function* (json, options, now) {
  for (const row of parseFeedJson(rowsOf(bazaarRow), json, 'a response of MalwareBazaar')) {
    for (const hash of [row.sha256_hash, row.sha1_hash, row.md5_hash]) {
      if (!hash) continue
      yield toFeedEntry(
        hash,
        'hash',
        {
          confidence: 0.9,
          level: 'high',
          description: `malware${row.signature ? ` of ${row.signature}` : ''}${row.file_type ? `, ${row.file_type}` : ''}`,
          tags: [row.signature ?? '', ...row.tags],
          firstSeen: row.first_seen,
          lastSeen: row.last_seen ?? row.first_seen,
        },
        options,
        now,
      )
    }
  }
}

/** The terms of abuse.ch. */
export const abuseChLicence =
  'abuse.ch: free under fair use with an Auth-Key (https://auth.abuse.ch/); commercial use may need an agreement.'

import { z } from 'zod'
import { skipped, toFeedEntry } from '../entry.ts'
import { parseFeedJson } from '../parse-json.ts'
import type { ReadList } from '../provider.ts'
import { eachLine } from './list.ts'

const dropRow = z.looseObject({ cidr: z.string(), sblid: z.string().default('') })
const dropMetadata = z.looseObject({
  type: z.literal('metadata'),
  timestamp: z.number().optional(),
  copyright: z.string().optional(),
})

/** Parses Spamhaus DROP as JSON lines: ranges that are entirely under criminal control. */
export const readDrop: ReadList = function* (text, options, now) {
  for (const line of eachLine(text)) {
    if (line.trim() === '') continue
    const row = dropRow.safeParse(parsed(line))
    if (row.success) {
      const { cidr, sblid } = row.data
      const description = `criminal network${sblid ? ` (${sblid})` : ''}`
      yield toFeedEntry(
        cidr,
        'ip',
        { level: 'high', confidence: 0.9, description, tags: ['drop', sblid] },
        options,
        now,
      )
    } else if (!dropMetadata.safeParse(parsed(line)).success) yield skipped('not a DROP row', line)
  }
}

/** Returns the copyright and the date, which the terms of Spamhaus require. */
export const dropNotice = (text: string): string => {
  for (const line of eachLine(text)) {
    const metadata = line.includes('"metadata"') ? dropMetadata.safeParse(parsed(line)) : undefined
    if (!metadata?.success) continue
    const { copyright, timestamp } = metadata.data
    return [copyright, timestamp === undefined ? undefined : new Date(timestamp * 1000).toISOString()]
      .filter(Boolean)
      .join(', ')
  }
  return ''
}

const parsed = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}

const kev = z.looseObject({
  catalogVersion: z.string().default(''),
  vulnerabilities: z.array(z.unknown()),
})
const vulnerability = z.looseObject({
  cveID: z.string().regex(/^CVE-\d{4}-\d{4,}$/i),
  vulnerabilityName: z.string().default(''),
  dateAdded: z.string().default(''),
  knownRansomwareCampaignUse: z.string().default('Unknown'),
})

/** Parses CISA's catalogue of known exploited vulnerabilities. */
export const readKev: ReadList = function* (text) {
  for (const one of parseFeedJson(kev, text, 'the CISA KEV catalogue').vulnerabilities) {
    const row = vulnerability.safeParse(one)
    if (!row.success) {
      yield skipped('not a catalogue entry', JSON.stringify(one) ?? '')
      continue
    }
    const { cveID, vulnerabilityName, dateAdded, knownRansomwareCampaignUse } = row.data
    yield {
      kind: 'exploited',
      cve: cveID.toUpperCase(),
      name: vulnerabilityName.slice(0, 300),
      added: dateAdded.slice(0, 10),
      ransomware: /^known$/i.test(knownRansomwareCampaignUse),
    }
  }
}

/** Returns the version of the catalogue. */
export const kevNotice = (text: string): string =>
  `CISA KEV ${parseFeedJson(kev, text, 'the KEV catalogue').catalogVersion}`

/** Parses the list of Tor exit nodes: the bulk list with one address per line, or `exit-addresses`. It is context, not malicious. */
export const readTorExits: ReadList = function* (text, options, now) {
  for (const line of eachLine(text)) {
    const [, bulk, exit, seen] =
      /^([\d.]+|[\da-f:]*:[\da-f:]+)$|^ExitAddress (\S+) (\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2})/i.exec(line.trim()) ?? []
    const value = bulk ?? exit
    if (value !== undefined) {
      const facts = {
        level: 'info',
        confidence: 0.9,
        description: 'Tor exit node',
        tags: ['tor-exit'],
        lastSeen: seen,
      } as const
      yield toFeedEntry(value, 'ip', facts, options, now)
    } else if (line.trim() !== '' && !/^(#|ExitNode |Published |LastStatus )/.test(line))
      yield skipped('not a Tor exit node', line)
  }
}

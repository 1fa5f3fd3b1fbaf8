import { z } from 'zod'
import type { ReadList } from '../provider.ts'
import { readFeodo, readMalwareBazaar, readThreatfox, readUrlhaus } from './abuse-ch.ts'
import { readList } from './list.ts'
import { readMisp } from './misp.ts'
import { dropNotice, kevNotice, readDrop, readKev, readTorExits } from './public-lists.ts'
import { readCsv, readJsonRows } from './rows.ts'
import { readStix } from './stix.ts'
import { readWarninglist, warninglistNotice } from './warninglist.ts'

/** A format of lists. */
export interface Format {
  readonly read: ReadList
  /** The list's own version, date and copyright. */
  readonly notice?: (text: string) => string
}

/** The names of the formats of lists that consist of one file. */
export const formatName = z.enum([
  'cisa-kev',
  'csv',
  'feodo',
  'json',
  'list',
  'malwarebazaar',
  'misp',
  'misp-warninglist',
  'spamhaus-drop',
  'stix',
  'threatfox',
  'tor-exits',
  'urlhaus',
])
export type FormatName = z.infer<typeof formatName>

export const formats = {
  'cisa-kev': { read: readKev, notice: kevNotice },
  csv: { read: readCsv },
  feodo: { read: readFeodo },
  json: { read: readJsonRows },
  list: { read: readList },
  malwarebazaar: { read: readMalwareBazaar },
  misp: { read: readMisp },
  'misp-warninglist': { read: readWarninglist, notice: warninglistNotice },
  'spamhaus-drop': { read: readDrop, notice: dropNotice },
  stix: { read: readStix },
  threatfox: { read: readThreatfox },
  'tor-exits': { read: readTorExits },
  urlhaus: { read: readUrlhaus },
} as const satisfies Readonly<Record<FormatName, Format>>

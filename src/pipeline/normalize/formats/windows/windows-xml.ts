import { rememberParsed } from '../../../../lib/json/parsed-texts.ts'
import { readWindowsXml, type WindowsEvent } from '../../../../lib/windows-xml/windows-xml.ts'
import type { Parser } from '../../parser.ts'
import { parseObject } from '../json/json.ts'
import { windowsSentence } from './windows-sentences.ts'

/** Parses events of Windows as XML, and those of Sysmon for Linux inside syslog: like those that winlogbeat sends. */
export const windowsXmlParser: Parser = {
  name: 'windows-xml',
  parse(record) {
    const { text } = record
    const event = text.startsWith('<Event') || text.startsWith('<?xml') ? readWindowsXml(text) : undefined
    if (!event) return undefined
    rememberParsed(text, event)
    const named = event.message === undefined ? { ...event, message: sentenceOf(event) } : event
    return { ...parseObject(named, record), format: 'windows-xml' }
  },
}

/** The language of a rendered message is that of the computer, and most events come without one. */
const sentenceOf = ({ winlog: { channel, event_id, provider_name } }: WindowsEvent): string =>
  windowsSentence(channel, event_id) ?? `Event ${event_id} of ${provider_name ?? channel}`

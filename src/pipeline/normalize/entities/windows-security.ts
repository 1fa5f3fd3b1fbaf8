import { type Draft, setIfAbsent } from '../draft.ts'
import { setAddress } from '../fields/address.ts'
import { readWindowsText } from '../formats/windows/windows-text.ts'

/** Events of a domain controller about passwords, by their first sentences. */
const sentences: readonly (readonly [string, string])[] = [
  ['A Kerberos authentication ticket (TGT) was requested.', '4768'],
  ['Kerberos pre-authentication failed.', '4771'],
  ['The computer attempted to validate the credentials for an account.', '4776'],
  ['The domain controller attempted to validate the credentials for an account.', '4776'],
]

/** How far into a line the sentence may begin: behind the number of the event, its outcome or the time and the computer. */
const furthest = 120
const longest = 4096

const headings = ['Account', 'Service', 'Network', 'Additional', 'Certificate', 'Domain Controller']
const names = [
  ...['Account Name', 'Supplied Realm Name', 'User ID', 'Security ID', 'Service Name', 'Service ID', 'Client Address'],
  ...['Client Port', 'Ticket Options', 'Result Code', 'Failure Code', 'Ticket Encryption Type'],
  ...['Pre-Authentication Type', 'Logon Account', 'Source Workstation', 'Error Code'],
]
/** The blanks before the headings and names of these events, which agents leave for line breaks. */
const breaks = new RegExp(`\\s+(?=(?:(?:(${headings.join('|')}) Information)|${names.join('|')}):(?:\\s|$))`, 'g')

/**
 * Reads an event of a domain controller about a password from the text that Windows renders for it, as agents send it in a line of syslog:
 * with its line breaks, or with blanks for them. The fields are those of an event with data.
 */
export const readWindowsSecurity = (message: string, fields: Draft): boolean => {
  const head = message.slice(0, furthest + longest)
  const [sentence, code] = sentences.find(([words]) => isWithin(head.indexOf(words))) ?? []
  if (sentence === undefined || code === undefined) return false
  const rest = fields['error.stack_trace']
  const text = (typeof rest === 'string' ? `${head}\n${rest}` : head).slice(head.indexOf(sentence)).slice(0, longest)
  const entries = readWindowsText(text.replace(breaks, (_, heading) => (heading === undefined ? '\n\t' : '\n')))
  if (entries === undefined) return false
  fields['event.code'] = code
  fields['winlog.channel'] = 'Security'
  for (const [name, value] of entries) {
    const [first = ''] = String(value).split(/\s{2,}/, 1)
    if (first === '' || first === '-') continue
    if (name === 'IpAddress') setAddress(fields, 'source', first)
    else if (name !== 'IpPort') setIfAbsent(fields, name === 'TargetUserName' ? 'user.name' : name, first)
    else if (/^[1-9]\d{0,4}$/.test(first)) setIfAbsent(fields, 'source.port', Number(first))
  }
  return true
}

const isWithin = (at: number): boolean => at >= 0 && at <= furthest

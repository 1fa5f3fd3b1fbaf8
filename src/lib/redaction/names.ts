import { isIP } from 'node:net'
import { endsLikeDomain, toDomain } from '../observables/canonical.ts'
import { type Span, spansOf } from './span.ts'

export const nameKinds = ['ip', 'host', 'user', 'email', 'domain', 'url', 'hash', 'file', 'process'] as const
/** The kind of a name. */
export type NameKind = (typeof nameKinds)[number]

export interface Named extends Span {
  readonly kind: NameKind
}

/** Names that every machine has: they do not reveal the owner. */
export const commonNames: ReadonlySet<string> = new Set(
  'root admin administrator guest nobody system daemon user test oracle postgres mysql ubuntu debian www-data sshd cron anonymous localhost unknown none invalid illegal'.split(
    ' ',
  ),
)

const link = /\b(?:https?|hxxps?|ftp|wss?|ldaps?|smb|s3):\/\/[^\s"'<>`\\^{}|]{1,2000}/gi
const mail = /[\w.+-]{1,64}(?:@|\[at\])[\w-]{1,63}(?:\[?\.\]?[\w-]{1,63}){1,8}/gi
const v4 = /(?<![\w.])\d{1,3}(?:(?:\.|\[\.\]|\(\.\))\d{1,3}){3}(?![\w]|\.\d)/g
const v6 = /(?<![\w.:])[\da-f]{0,4}(?::[\da-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w])/gi
const mac = /(?<![\w:-])[\da-f]{2}(?:[:-][\da-f]{2}){5}(?![\w:-])/gi
const digest = /(?<![\w])(?:[\da-f]{128}|[\da-f]{64}|[\da-f]{40}|[\da-f]{32})(?![\w])/gi
const domain = /(?<![\w.@-])[\p{L}\d_-]{1,63}(?:(?:\.|\[\.\])[\p{L}\d_-]{1,63}){1,10}(?![\w@-])/gu
const dashedHost = /\b(?:ip|ec2|host|vm|srv)-\d{1,3}-\d{1,3}-\d{1,3}-\d{1,3}\b/gi

/** Where logs name accounts. */
const accounts: readonly RegExp[] = [
  /\b(?:user(?:_?name|_?id)?|login|account(?:_?name)?|acct|usr|ruser|logname|owner|subject(?:username)?|targetusername|samaccountname|upn|principal|actor|sender|by)["']?\s{0,2}[:=]\s{0,2}["']?(?<value>[\w.@\\$-]{2,64})/gi,
  /\b(?:invalid |illegal |unknown )?user (?<value>[\w.@\\$-]{2,64})/gi,
  /\b(?:password|publickey|keyboard-interactive\/pam|gssapi-with-mic|none) for (?:invalid user )?(?<value>[\w.@\\$-]{2,64}) from\b/gi,
  /\bfor (?<value>[\w.@\\$-]{2,64}) from\b/gi,
  /\/(?:home|Users)\/(?<value>[\w.-]{2,64})/g,
  /\\Users\\{1,2}(?<value>[\w.-]{2,64})/gi,
]

/** Finds the names of people and things in the text of any log, each with its type. Linear in its length. */
export const findNames = (text: string): readonly Named[] => [
  ...as('url', spansOf(text, link)),
  ...as('email', spansOf(text, mail)),
  ...as('ip', spansOf(text, v4)),
  ...as(
    'ip',
    spansOf(text, v6).filter(({ start, end }) => isIP(text.slice(start, end)) === 6),
  ),
  ...as('host', [...spansOf(text, mac), ...spansOf(text, dashedHost)]),
  ...as('hash', spansOf(text, digest)),
  ...as(
    'domain',
    spansOf(text, domain).filter(({ start, end }) => isDomain(text.slice(start, end).replaceAll('[.]', '.'))),
  ),
  ...as(
    'user',
    accounts
      .flatMap((pattern) => spansOf(text, pattern))
      .map(({ start, end }) => ({ start, end: start + text.slice(start, end).replace(/[.\\$-]+$/, '').length }))
      .filter(({ start, end }) => end - start > 1 && !/^[\d.]+$/.test(text.slice(start, end))),
  ),
]

const isDomain = (text: string): boolean => {
  const value = toDomain(text)
  return value !== undefined && endsLikeDomain(value)
}

const as = (kind: NameKind, spans: readonly Span[]): Named[] => spans.map((span) => ({ ...span, kind }))

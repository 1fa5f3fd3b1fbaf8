import { findSecrets, type Masker } from '../../../lib/redaction/redaction.ts'
import type { Cited } from './answer.ts'
import type { Case } from './case.ts'
import { figuresIn, holdsFigure } from './figures.ts'
import { addressesModel } from './injection.ts'

/** A claim that passed the checks, with its real names, or the reason why it did not. */
export type CheckedClaim =
  | { readonly ok: true; readonly text: string; readonly evidence_ids: string[] }
  | { readonly ok: false; readonly text: string; readonly reason: string; readonly fabricated: boolean }

const longest = 400
const inlineId = /\s?\[((?:[seica]\d{1,3})(?:\s?[,;]\s?[seica]\d{1,3})*)\]/g
export const standInWord = /(?<!\w)[A-Z]{2,8}_\d{1,6}(?!\w)/g

/** Matches instructions to change an alert, a rule or a machine. A model should describe, not instruct. */
const orders: readonly RegExp[] = [
  /\b(?:close|resolve|dismiss|suppress|ignore|silence|mute|snooze|merge|archive|downgrade|deprioriti[sz]e|acknowledge|disregard|skip)\b.{0,40}\b(?:alert|incident|case|ticket|finding|event|rule|it|this|these|them|all|warning|instruction|detection)s?\b/i,
  /\b(?:disable|turn off|switch off|stop|uninstall|remove|delete|drop|wipe|erase|purge|truncate|kill)\b.{0,40}\b(?:rule|detector|detection|sensor|agent|monitoring|logging|logs?|audit|firewall|antivirus|edr|alert|account|user|database|table|file|backup|mfa|2fa|host|server|process|service)s?\b/i,
  /\b(?:white-?list|allow-?list|exclude|exempt|unblock|un-?quarantine|trust)\b/i,
  /\b(?:run|execute|type|paste|download|install|visit|open|browse|click|call|phone|e-?mail|send|upload|post|forward|transfer|pay|grant|add)\b.{0,30}\b(?:https?|www|command|script|link|url|page|site|tool|function|password|secret|token|key|credentials?|number|bitcoin|access|privileges?|admin|sudoers)\b/i,
  /\b(?:rm\s+-|curl\s|wget\s|powershell|cmd(?:\.exe)?\s*\/c|bash\s+-c|chmod\s|iptables\s|netsh\s|drop\s+table|sudo\s)/i,
  /\b(?:no (?:further )?(?:action|review|investigation)|nothing to (?:do|worry|see)|can be (?:closed|ignored|dismissed)|safe to (?:ignore|close))\b/i,
]
/** Matches words that mix Latin letters with lookalikes, which only evasion needs. */
const mixedWord = /\p{Script=Latin}[\p{Script=Cyrillic}αεικνορτυχ]|[\p{Script=Cyrillic}αεικνορτυχ]\p{Script=Latin}/u
const link = /\b[a-z][a-z0-9+.-]{1,10}:\/\/|\bwww\.|javascript:|data:text|\]\(|<[a-z!/]/i

/**
 * Checks a claim of a model against the items that it cites: they exist and contain all its figures and names, and the claim contains no
 * instructions or links. Returns it with the real names.
 */
export const checkClaim = (
  claim: Cited,
  { citable, masker }: Pick<Case, 'citable' | 'masker'>,
  marker: string,
): CheckedClaim => {
  const shown = claim.text.slice(0, longest)
  const refuse = (reason: string, fabricated = false): CheckedClaim => ({ ok: false, text: shown, reason, fabricated })

  const inline = [...claim.text.matchAll(inlineId)].flatMap(([, ids = '']) => ids.split(/\s?[,;]\s?/))
  const ids = [...new Set([...claim.evidence_ids.map((id) => id.trim().replace(/^\[|\]$/g, '')), ...inline])]
  const text = claim.text.replace(inlineId, '').replace(/\s+/g, ' ').trim()
  if (text === '') return refuse('it is empty')
  if (text.length > longest) return refuse(`it is longer than ${longest} characters`)
  if (text.includes(marker)) return refuse('it repeats the instructions')
  if (ids.length === 0) return refuse('it cites nothing', true)
  const strange = ids.find((id) => !citable.has(id))
  if (strange !== undefined) return refuse(`it cites ${strange.slice(0, 40)}, which does not exist`, true)

  const said = withNames(text, masker)
  if (said.unknown[0] !== undefined)
    return refuse(`it names ${said.unknown[0]}, which does not occur in the data`, true)
  const unfit = unfitFor(text) ?? unfitFor(said.text)
  if (unfit !== undefined) return refuse(unfit)

  const evidence = ids.map((id) => citable.get(id) ?? '').join('\n')
  for (const [name] of text.matchAll(standInWord)) {
    const meaning = masker.meaning(name)
    if (meaning !== undefined && !evidence.toLowerCase().includes(meaning.toLowerCase())) {
      return refuse(`it names ${meaning}, which its evidence does not contain`)
    }
  }
  const wrong = figuresIn(text.replace(standInWord, ' ')).find(
    (figure) => !holdsFigure(evidence, figure) && figure !== String(ids.length),
  )
  if (wrong !== undefined) return refuse(`it says ${wrong}, which its evidence does not contain`)
  return { ok: true, text: said.text, evidence_ids: ids }
}

/**
 * Restores the real names in a model's text, except those that must not be shown: an attacker may choose a name that is an instruction or a
 * link, and its placeholder looks harmless.
 */
export const withNames = (text: string, masker: Pick<Masker, 'restore'>): ReturnType<Masker['restore']> =>
  masker.restore(text, (name) => unfitFor(name) === undefined && findSecrets(name).length === 0)

/** Returns why a model's text must not be shown; undefined if it may. */
export const unfitFor = (text: string): string | undefined => {
  if (addressesModel(text)) return 'it repeats instructions to a model'
  if (link.test(text)) return 'it contains a link'
  if (mixedWord.test(text)) return 'it mixes alphabets within a word'
  return orders.some((order) => order.test(text)) ? 'it gives instructions, which was not asked for' : undefined
}

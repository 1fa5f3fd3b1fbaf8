import { createHash } from 'node:crypto'
import type { Alert } from '../../schema/alert/alert.ts'
import { attackStages } from '../../schema/alert/attack-stage.ts'

/** Words without a meaning of their own in security texts. */
const empty = new Set(
  (
    'a about after again all also an and any are as at be been before being but by can could did do does each for from get had has have he her his how if ' +
    'in into is it its may more most no not of off on once one only or other out over own same she so some such than that the their them then there ' +
    'these they this those through to too under until up was were what when where which while who whom why will with would you your usually often ' +
    'someone something somebody alert event log line'
  ).split(' '),
)

const endings =
  /(?:i[sz]ations?|ations?|ators?|at(?:ed|es|ing)|ingly|ings?|edly|ments?|ness|i(?:ty|ties)|[iu]ous|ous|ives?|ions?|ers?|ies|ed|es|ly|e|s|y)$/

/** Cuts an English word to its stem: `exfiltrated` and `exfiltration` have the same. */
const stemOf = (word: string): string => {
  const stem = word.replace(endings, '').replace(/(.)\1$/, '$1')
  return stem.length >= 3 ? stem : word
}

/** Words of the field that mean the same, each line with its meaning. A word may have several. */
const meanings: Readonly<Record<string, string>> = {
  malware: 'malicious virus trojan worm ransomware ransom backdoor rootkit infected payload dropper miner',
  phishing: 'phish spoofed lure scam email mail',
  guessing: 'brute guess spraying stuffing failed password login logon authentication attempt lockout locked',
  account: 'user identity principal member',
  privilege: 'privileged admin administrator root sudo escalation elevated superuser rights grant',
  execution: 'executed run ran launch spawn command shell script interpreter powershell bash',
  persistence: 'persistent startup autorun cron scheduled task service boot survive',
  exfiltration: 'upload leak steal stole theft sent outbound transfer copy dump',
  download: 'fetch retrieve curl wget pull',
  lateral: 'pivot remote psexec rdp ssh winrm smb spread',
  beacon: 'c2 callback tunnel reverse',
  denial: 'ddos dos flood overload exhausted amplification',
  scan: 'probe recon reconnaissance enumeration discovery sweep',
  concealment: 'clear delete erase wipe hide hidden disable tamper evasion remove',
  outage: 'crash failure down unavailable stop dead kill abort panic hang',
  memory: 'oom ram swap',
  disk: 'storage volume filesystem space full',
  certificate: 'tls ssl expired x509',
  injection: 'sqli xss traversal exploit vulnerability webshell',
  wireless: 'wifi deauthentication disassociation beacon ssid station',
  firewall: 'blocked dropped denied rejected',
  container: 'docker pod kubernetes cluster namespace',
  secret: 'key token credential password hash vault',
  clock: 'time ntp drift',
  database: 'postgresql mysql mariadb sql table query',
}
const meaningsOf = Map.groupBy(
  Object.entries(meanings).flatMap(([meaning, words]) =>
    [meaning, ...words.split(' ')].map((word) => ({ stem: stemOf(word), meaning })),
  ),
  ({ stem }) => stem,
)

/** Lists the words of a text as features: `word:` and a stem, and `meaning:` for words of the field. Each once. */
const wordFeatures = (text: string): readonly string[] => {
  const found = new Set<string>()
  for (const [word] of text.toLowerCase().matchAll(/[a-z][a-z\d]+(?:-[a-z\d]+)*/g)) {
    for (const part of new Set([word, ...word.split('-')])) {
      if (part.length < 2 || empty.has(part)) continue
      const stem = stemOf(part)
      found.add(`word:${stem}`)
      for (const { meaning } of meaningsOf.get(stem) ?? []) found.add(`meaning:${meaning}`)
    }
  }
  return [...found]
}

const mostFeatures = 96

/**
 * Lists the features by which an alert is found with a text: words of the title, the sentence and the stages of its techniques, the type,
 * techniques and entities. Omits what a description does not name.
 */
export const alertWords = ({
  type,
  techniques,
  entities,
  title,
  sentence = '',
}: Pick<Alert, 'type' | 'techniques' | 'entities' | 'title'> & { readonly sentence?: string }): readonly string[] => {
  const features = [
    ...wordFeatures([title, sentence, ...attackStages(techniques)].join(' ')),
    ...(type === 'other' ? [] : [`type:${type}`, ...wordFeatures(type.replaceAll('_', ' '))]),
    ...techniques.map((name) => `technique:${name}`),
    ...entities.map((entity) => `${entity.type}:${entity.value.toLowerCase()}`),
  ]
  return [...new Set(features)].slice(0, mostFeatures)
}

/** How long the vector of a text is, as that of the model that the similarity search of the triage services used. */
export const vectorLength = 384

/**
 * Turns a text into a vector of length 1, or 0 without words: each word adds to one place, with the sign of its hash (feature hashing,
 * Weinberger et al. 2009). Texts with common words and meanings have a high cosine.
 */
export const textVector = (text: string): readonly number[] => {
  const vector = Array<number>(vectorLength).fill(0)
  for (const feature of wordFeatures(text)) {
    const hash = createHash('md5').update(feature).digest()
    const place = hash.readUInt32BE(0) % vectorLength
    const weight = feature.startsWith('word:') ? 1 : 0.5
    vector[place] = (vector[place] ?? 0) + ((hash[4] ?? 0) % 2 === 0 ? weight : -weight)
  }
  const length = Math.hypot(...vector)
  return length === 0 ? vector : vector.map((value) => value / length)
}

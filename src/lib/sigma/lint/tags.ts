import { spellingHint } from '../read/refusal.ts'
import { type Check, eachUnder, entryOf, quoteValue, scalarsOf, warn } from './check.ts'

/** ATT&CK's tactics of the enterprise, mobile and ICS matrices; 2026 split defense evasion into stealth and defense impairment. */
const tactics = [
  'reconnaissance',
  'resource-development',
  'initial-access',
  'execution',
  'persistence',
  'privilege-escalation',
  'defense-evasion',
  'stealth',
  'defense-impairment',
  'credential-access',
  'discovery',
  'lateral-movement',
  'collection',
  'command-and-control',
  'exfiltration',
  'impact',
  'evasion',
  'inhibit-response-function',
  'impair-process-control',
  'network-effects',
  'remote-service-effects',
]
const namespaces = ['attack', 'car', 'cve', 'd3fend', 'detection', 'stp', 'tlp']
const colours = ['red', 'amber', 'amber-strict', 'green', 'clear', 'white']
const detections = ['dfir', 'emerging-threats', 'threat-hunting']

/** The part after `attack.`, when it is a tactic or unknown: neither technique, group nor software. */
const tacticOf = (tag: string): string | undefined => {
  const [, name] = tag.match(/^attack\.(?!t\d|ta?\d|g\d|s\d|ds\d|c\d|m\d)(.+)$/) ?? []
  return name
}

/** How a rule is filed. */
export const tagChecks: readonly Check[] = [
  warn('tag-form', 'Tags are namespace.name in lower case, so that equal tags are equal.', (subject) =>
    eachUnder(subject, 'tags', (tag) =>
      /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(tag)
        ? undefined
        : {
            message: `The tag ${quoteValue(tag)} is not written as namespace.name in lower case.`,
            hint: sayLower(tag),
          },
    ),
  ),
  warn('tag-namespace', 'Tags of an unknown namespace are found by nobody who looks for the known ones.', (subject) =>
    eachUnder(subject, 'tags', (tag) => {
      const [namespace = ''] = tag.toLowerCase().split('.')
      const hint = namespaces.includes(namespace) ? '' : spellingHint(namespace, namespaces)
      return hint === '' ? undefined : { message: `There is no namespace ${quoteValue(namespace)} of tags.`, hint }
    }),
  ),
  warn('tag-tactic', "Tactics have ATT&CK's names, joined by hyphens.", (subject) =>
    eachUnder(subject, 'tags', (tag) => {
      const tactic = tacticOf(tag.toLowerCase())
      if (tactic === undefined || tactics.includes(tactic)) return undefined
      const hyphened = tactic.replaceAll('_', '-')
      const near = tactics.includes(hyphened) ? `Write "attack.${hyphened}".` : spellingHint(hyphened, tactics)
      return {
        message: `ATT&CK has no tactic ${quoteValue(tactic)}.`,
        hint: near || `Use one of: ${tactics.slice(0, 16).join(', ')}.`,
      }
    }),
  ),
  warn('tag-technique', 'Techniques are written as t1059 or t1059.001.', (subject) =>
    eachUnder(subject, 'tags', (tag) =>
      /^attack\.t\d/i.test(tag) && !/^attack\.t\d{4}(?:\.\d{3})?$/i.test(tag)
        ? {
            message: `${quoteValue(tag)} is not a technique.`,
            hint: 'Write attack.t1059, or attack.t1059.001 for a sub-technique.',
          }
        : undefined,
    ),
  ),
  warn(
    'tag-technique-without-tactic',
    'A technique serves several tactics; the rule should say which it means.',
    ({ root }) => {
      const tags = scalarsOf(entryOf(root, 'tags')?.value).map(({ value, line }) => ({
        tag: String(value).toLowerCase(),
        line,
      }))
      const technique = tags.find(({ tag }) => /^attack\.t\d/.test(tag))
      return technique && !tags.some(({ tag }) => tacticOf(tag) !== undefined)
        ? [
            {
              line: technique.line,
              message: `${quoteValue(technique.tag)} stands without a tactic.`,
              hint: 'Add one, such as attack.execution.',
            },
          ]
        : []
    },
  ),
  warn('tag-cve', 'CVEs are written as cve.2024-12345.', (subject) =>
    eachUnder(subject, 'tags', (tag) =>
      /^cve\./i.test(tag) && !/^cve\.\d{4}-\d{4,}$/i.test(tag)
        ? { message: `${quoteValue(tag)} is not a CVE.`, hint: 'Write cve.2024-12345.' }
        : undefined,
    ),
  ),
  warn('tag-tlp', 'The traffic light protocol has five colours.', (subject) =>
    eachUnder(subject, 'tags', (tag) => {
      const [, colour] = tag.toLowerCase().match(/^tlp\.(.*)$/) ?? []
      return colour === undefined || colours.includes(colour)
        ? undefined
        : {
            message: `The traffic light protocol has no ${quoteValue(colour)}.`,
            hint: spellingHint(colour, colours) || `Use one of: ${colours.join(', ')}.`,
          }
    }),
  ),
  warn('tag-detection', 'The namespace detection has three names.', (subject) =>
    eachUnder(subject, 'tags', (tag) => {
      const [, name] = tag.toLowerCase().match(/^detection\.(.*)$/) ?? []
      return name === undefined || detections.includes(name)
        ? undefined
        : {
            message: `There is no tag ${quoteValue(tag)}.`,
            hint: spellingHint(name, detections) || `Use one of: ${detections.join(', ')}.`,
          }
    }),
  ),
  warn('tag-car', 'Analytics of the CAR repository are written as car.2013-05-009.', (subject) =>
    eachUnder(subject, 'tags', (tag) =>
      /^car\./i.test(tag) && !/^car\.\d{4}-\d\d-\d{3}$/i.test(tag)
        ? { message: `${quoteValue(tag)} is not of the CAR repository.`, hint: 'Write car.2013-05-009.' }
        : undefined,
    ),
  ),
  warn('tag-twice', 'The same tag twice.', (subject) => {
    const seen = new Set<string>()
    return eachUnder(subject, 'tags', (tag) => {
      const again = seen.has(tag.toLowerCase())
      seen.add(tag.toLowerCase())
      return again ? { message: `The tag ${quoteValue(tag)} stands here twice.`, hint: 'Leave one out.' } : undefined
    })
  }),
]

const sayLower = (tag: string): string | undefined => {
  const lower = tag.trim().toLowerCase().replaceAll(' ', '-')
  return /^[a-z0-9_-]+(?:\.[a-z0-9_-]+)+$/.test(lower) ? `Write "${lower}".` : undefined
}

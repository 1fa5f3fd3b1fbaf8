import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { LookupResult } from '../../intel/look-up.ts'
import { strictestTlp } from '../../intel/tlp.ts'
import { extractObservables, hostOf, toObservable } from '../../lib/observables/observables.ts'
import { type Actor, mayAct } from '../../schema/account/role.ts'
import { knownIndicator, type Observable, observableType, tlp } from '../../schema/intelligence/indicator.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

const mostValues = 100
const longestWait = 30_000
const cve = /\bCVE-\d{4}-\d{4,7}\b/gi

/** The result for one value. */
const known = z
  .object({
    value: z.string(),
    type: observableType,
    /** The combined data of all sources, and the data of each one. */
    indicator: knownIndicator,
    /** 0–100, the input of the risk formula. */
    score: z.number(),
    /** The queried vendors, the ones that report it as malicious, and the known-benign lists that contain it. */
    asked: z.array(z.string()),
    reported_by: z.array(z.string()),
    benign: z.array(z.string()),
    /** The vendors that could not be queried, with reasons. */
    missing: z.array(z.string()),
    /** The strictest marking that a source gave it. */
    tlp: tlp.nullable(),
    /** The reason that vendors are not queried about the value; null if they may be. */
    stays_here: z.string().nullable(),
  })
  .meta({ id: 'KnownValue' })

export const lookUpIntel = defineOperation({
  name: 'look_up_intel',
  summary:
    'Returns threat intelligence about a value, or about every value in a text, with sources, confidence, expiry and sharing level.',
  role: 'viewer',
  input: z.strictObject({
    value: z.string().min(1).max(4_000).optional().describe('An IP address, domain, URL, hash, email address or CVE.'),
    type: observableType.optional().describe('The type. The default is detected from the value.'),
    text: z
      .string()
      .min(1)
      .max(100_000)
      .optional()
      .describe('Any text instead of a value, defanged or not. The first 100 values count.'),
    ask_others: z
      .boolean()
      .default(false)
      .describe('Also queries the configured vendors about the first six shareable values. Requires the role analyst.'),
  }),
  output: z.object({
    data: z.array(known),
    /** Vulnerabilities that are known to be exploited. */
    exploited: z.array(z.object({ cve: z.string(), name: z.string(), added: z.string(), ransomware: z.boolean() })),
  }),
  async run({ value, type, text, ask_others }, { intel, actor }: Pick<Deps, 'intel'> & { readonly actor: Actor }) {
    if (ask_others && !mayAct(actor.role, 'analyst')) {
      throw new AppError(
        'FORBIDDEN',
        'Querying vendors requires the role analyst: it discloses the value and uses a quota.',
        {
          hint: 'Leave out ask_others to see stored data only.',
        },
      )
    }
    const observables = readValues(value, type, text)
    const looked = await intel.lookUp(observables, AbortSignal.timeout(longestWait), ask_others)
    return {
      data: looked.map(present),
      exploited: cveIn(value ?? text ?? '').flatMap((id) => {
        const found = intel.table.exploited(id)
        return found ? [{ cve: found.cve, name: found.name, added: found.added, ransomware: found.ransomware }] : []
      }),
    }
  },
})

const cveIn = (text: string): string[] => [...new Set([...text.matchAll(cve)].map(([id]) => id.toUpperCase()))]

const readValues = (
  value: string | undefined,
  type: Observable['type'] | undefined,
  text: string | undefined,
): readonly Observable[] => {
  if (value === undefined && text !== undefined) return extractObservables(text, mostValues)
  if (value === undefined || text !== undefined) {
    throw new AppError('INVALID_REQUEST', 'Give a value or a text.', {
      errors: [{ path: 'value', message: 'give either value or text' }],
    })
  }
  const observable = toObservable(value, type)
  const host = observable?.type === 'url' ? hostOf(observable.value) : undefined
  if (observable) return host ? [observable, host] : [observable]
  if (type === undefined && cveIn(value).length > 0) return []
  throw new AppError('INVALID_REQUEST', `"${value.slice(0, 100)}" cannot be looked up.`, {
    hint: 'Give an IP address, range, domain, URL, hash, email address or CVE.',
    errors: [{ path: 'value', message: type === undefined ? 'cannot be looked up' : `is not of the type ${type}` }],
  })
}

const present = (looked: LookupResult): z.input<typeof known> => {
  const { observable, indicator, score, asked, reporters, benign, missing, withheld } = looked
  return {
    ...observable,
    ...{ indicator, score },
    ...{ asked: [...asked], reported_by: [...reporters], benign: [...benign], missing: [...missing] },
    tlp: strictestTlp(indicator.tags) ?? null,
    stays_here: withheld ?? null,
  }
}

import { z } from 'zod'
import { AppError } from '../../errors.ts'
import type { Looked } from '../../intel/look-up.ts'
import { strictestTlp } from '../../intel/tlp.ts'
import { extractObservables, hostOf, toObservable } from '../../lib/observables/observables.ts'
import { knownIndicator, type Observable, observableType, tlp } from '../../schema/indicator.ts'
import { type Actor, mayAct } from '../../schema/role.ts'
import type { Deps } from '../deps.ts'
import { defineOperation } from '../operation.ts'

const mostValues = 100
const longestWait = 30_000
const cve = /\bCVE-\d{4}-\d{4,7}\b/gi

/** What is known of one value. */
const known = z
  .object({
    value: z.string(),
    type: observableType,
    /** All that sources say of it, summed up and each in its own words. */
    indicator: knownIndicator,
    /** 0–100, as the risk formula counts it. */
    score: z.number(),
    /** Who was asked, who calls it bad, and which lists of the known-benign name it. */
    asked: z.array(z.string()),
    accusers: z.array(z.string()),
    benign: z.array(z.string()),
    /** Who could not be asked, and why. */
    missing: z.array(z.string()),
    /** The strictest marking that a source gave it. */
    tlp: tlp.nullable(),
    /** Why others are not asked about it; null where they may be. */
    stays_here: z.string().nullable(),
  })
  .meta({ id: 'KnownValue' })

/** Says what is known of a value, or of everything in a text. */
export const lookUpIntel = defineOperation({
  name: 'look_up_intel',
  summary:
    'Says what is known of a value, or of every value in a text: by whom, how sure, until when, how it may be shared.',
  role: 'viewer',
  input: z.strictObject({
    value: z.string().min(1).max(4_000).optional().describe('An address, name, link, hash, mail address, or a CVE.'),
    type: observableType.optional().describe('What the value is; what it looks like unless given.'),
    text: z
      .string()
      .min(1)
      .max(100_000)
      .optional()
      .describe('Instead of a value: any text, disarmed or not. The first 100 values in it count.'),
    ask_others: z
      .boolean()
      .default(false)
      .describe('Also ask the configured vendors about the first six values that may leave; takes the role analyst.'),
  }),
  output: z.object({
    data: z.array(known),
    /** Vulnerabilities that are known to be exploited. */
    exploited: z.array(z.object({ cve: z.string(), name: z.string(), added: z.string(), ransomware: z.boolean() })),
  }),
  async run({ value, type, text, ask_others }, { intel, actor }: Pick<Deps, 'intel'> & { readonly actor: Actor }) {
    if (ask_others && !mayAct(actor.role, 'analyst')) {
      throw new AppError('FORBIDDEN', 'Asking others takes the role analyst: it tells them, and uses a quota.', {
        hint: 'Leave ask_others out to see what is known here.',
      })
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
    throw new AppError('INVALID_REQUEST', 'Give a value, or a text.', {
      errors: [{ path: 'value', message: 'one of value and text is needed' }],
    })
  }
  const observable = toObservable(value, type)
  const host = observable?.type === 'url' ? hostOf(observable.value) : undefined
  if (observable) return host ? [observable, host] : [observable]
  if (type === undefined && cveIn(value).length > 0) return []
  throw new AppError('INVALID_REQUEST', `"${value.slice(0, 100)}" is nothing that can be looked up.`, {
    hint: 'Give an address, a range, a name, a link, a hash, a mail address or a CVE.',
    errors: [{ path: 'value', message: type === undefined ? 'cannot be looked up' : `is not of the type ${type}` }],
  })
}

const present = (looked: Looked): z.input<typeof known> => {
  const { observable, indicator, score, asked, accusers, benign, missing, staysHere } = looked
  return {
    ...observable,
    ...{ indicator, score },
    ...{ asked: [...asked], accusers: [...accusers], benign: [...benign], missing: [...missing] },
    tlp: strictestTlp(indicator.tags) ?? null,
    stays_here: staysHere ?? null,
  }
}

import type { Comparison } from '../comparison.ts'
import { type TimeUnit, timeUnits } from '../test.ts'
import { hasWildcards, literalText, many, type PatternPart, type WildcardPattern } from '../text/pattern.ts'
import { mostDashes, toBase64, toBase64Offsets, toDashes, toUtf16 } from './encode.ts'
import { expandPattern, expandRegex, type Placeholders } from './expand.ts'
import { Refusal, spellingHint } from './refusal.ts'
import { sayValue, type Value } from './value.ts'

/** The context of a modifier besides the value. */
export interface ModifierContext {
  readonly path: readonly string[]
  /** The modifiers to the left of this one, `all` and `neq` left out. */
  readonly before: readonly string[]
  readonly placeholders: Placeholders | undefined
  /** How many more values may be made, for all modifiers of a field together. */
  readonly room: { left: number }
}

/** A value may be spelt in many ways, each of them again in many: a field has room for so many besides one for each of its values. */
export const mostSpellings = 20_000

/** Longer texts are not encoded. */
const longestEncoded = 100_000

type Text = Extract<Value, { type: 'text' }>
type Modifier = (value: Value, context: ModifierContext, name: string) => Value

/** Applies one modifier to one value. Throws a Refusal for a modifier that there is not, or that cannot work on this value. */
export const applyModifier = (name: string, value: Value, context: ModifierContext): Value => {
  const modifier = modifiers.get(name)
  if (!modifier) {
    throw new Refusal(
      'unknown-modifier',
      `There is no modifier "${name}".`,
      context.path,
      spellingHint(name, modifierNames),
    )
  }
  if (value.type === 'any') return { type: 'any', of: value.of.map((one) => applyModifier(name, one, context)) }
  if (value.type === 'unresolved') return value
  const made = modifier(value, context, name)
  context.room.left -= made.type === 'any' ? made.of.length : 1
  if (context.room.left < 0) {
    throw new Refusal(
      'too-many-spellings',
      `With "${name}" there are more than ${mostSpellings} spellings of the values.`,
      context.path,
      'Leave out some of the modifiers, or spread the values over several selections.',
    )
  }
  return made
}

const refuseValue = (value: Value, { path }: ModifierContext, name: string, hint?: string): never => {
  throw new Refusal('modifier-value', `The modifier "${name}" cannot work on ${sayValue(value)}.`, path, hint)
}

/** Makes a modifier of what it does to texts. */
const onText =
  (change: (value: Text, context: ModifierContext, name: string) => Value): Modifier =>
  (value, context, name) => {
    if (value.type === 'text') return change(value, context, name)
    return refuseValue(value, context, name, value.type === 'number' ? 'Put the number in quotes.' : undefined)
  }

const open = (start: boolean, end: boolean): Modifier => {
  const manner = start && end ? 'contains' : end ? 'starts' : 'ends'
  return (value, context, name) => {
    if (value.type === 'field') return { ...value, manner }
    if (value.type === 'regex') return { ...value, source: tie(value.source, !start, !end) }
    return onText((text) => {
      const parts: PatternPart[] = [...text.pattern]
      if (start && parts[0] !== many) parts.unshift(many)
      if (end && (parts.length === 0 || parts.at(-1) !== many)) parts.push(many)
      return { ...text, pattern: parts }
    })(value, context, name)
  }
}

/** Regular expressions match anywhere, so only their ends are tied. */
const tie = (source: string, start: boolean, end: boolean): string =>
  start || end ? `${start ? '^' : ''}(?:${source})${end ? '$' : ''}` : source

const compare =
  (comparison: Comparison): Modifier =>
  (value, context, name) => {
    if (value.type === 'number') return { type: 'compare', comparison, number: value.number }
    if (value.type === 'time') return { ...value, comparison }
    return refuseValue(value, context, name, value.type === 'text' ? 'Write a number, without quotes.' : undefined)
  }

const time =
  (unit: TimeUnit): Modifier =>
  (value, context, name) => {
    if (value.type === 'number') return { type: 'time', unit, comparison: 'eq', number: value.number }
    if (value.type === 'compare') return { type: 'time', unit, comparison: value.comparison, number: value.number }
    return refuseValue(value, context, name, 'Write a number, without quotes.')
  }

const flag =
  (letter: string): Modifier =>
  (value, context, name) => {
    if (value.type === 'regex') return { ...value, flags: value.flags + letter }
    return refuseValue(value, context, name, 'It belongs after "re".')
  }

const first =
  (modifier: Modifier): Modifier =>
  (value, context, name) => {
    if (context.before.some((one) => one !== 'expand')) {
      throw new Refusal(
        'modifier-order',
        `The modifier "${name}" cannot follow "${context.before.at(-1)}".`,
        context.path,
        `Write "${name}" first.`,
      )
    }
    return modifier(value, context, name)
  }

const encode = (change: (text: string, isBytes: boolean) => readonly string[]): Modifier =>
  onText((value, context, name) => {
    if (hasWildcards(value.pattern)) refuseValue(value, context, name, 'Encoded values cannot hold wildcards.')
    refuseLong(value, context, name)
    const of = change(literalText(value.pattern), value.isBytes).map((text) => ({
      ...value,
      pattern: [text],
      isBytes: false,
    }))
    const [only] = of
    return of.length === 1 && only ? only : { type: 'any', of }
  })

const widen = (order: 'le' | 'be', marked: boolean): Modifier =>
  onText((value, context, name) => {
    refuseLong(value, context, name)
    const pattern = value.pattern.map((part, index) =>
      typeof part === 'string' ? toUtf16(part, order, marked && index === 0) : part,
    )
    return { ...value, isBytes: true, pattern }
  })

const refuseLong = ({ pattern }: Text, { path }: ModifierContext, name: string): void => {
  if (literalText(pattern).length <= longestEncoded) return
  throw new Refusal('too-long', `A text of more than ${longestEncoded} characters is not encoded by "${name}".`, path)
}

const windash: Modifier = onText((value, context, name) => {
  let spelt: WildcardPattern[] = [[]]
  for (const part of value.pattern) {
    const ways = typeof part === 'string' ? toDashes(part) : [part]
    if (!ways || spelt.length * ways.length > 5 ** mostDashes) {
      throw new Refusal(
        'too-many-dashes',
        `"${value.source}" has more than ${mostDashes} switches for "${name}".`,
        context.path,
      )
    }
    spelt = spelt.flatMap((before) => ways.map((way) => [...before, way]))
  }
  return { type: 'any', of: spelt.map((pattern) => ({ ...value, pattern })) }
})

const expand: Modifier = (value, { placeholders, path }, name) => {
  if (value.type === 'regex') return expandRegex(value, placeholders)
  if (value.type !== 'text') return value
  const patterns = expandPattern(value.pattern, placeholders, path)
  const of = patterns.map((pattern) => ({ ...value, pattern }))
  const [only] = of
  return of.length === 1 && only
    ? only
    : { type: 'any', of: of.length === 0 ? [{ type: 'unresolved', placeholder: name }] : of }
}

const modifiers = new Map<string, Modifier>([
  ['contains', open(true, true)],
  ['startswith', open(false, true)],
  ['endswith', open(true, false)],
  [
    'cased',
    (value, context, name) =>
      value.type === 'field'
        ? { ...value, cased: true }
        : onText((text) => ({ ...text, cased: true }))(value, context, name),
  ],
  [
    'exists',
    first((value, context, name) =>
      value.type === 'boolean'
        ? { type: 'exists', wanted: value.boolean }
        : refuseValue(value, context, name, 'Write true or false, without quotes.'),
    ),
  ],
  ['re', first(onText(({ source }) => ({ type: 'regex', source, flags: '' })))],
  ['i', flag('i')],
  ['ignorecase', flag('i')],
  ['m', flag('m')],
  ['multiline', flag('m')],
  ['s', flag('s')],
  ['dotall', flag('s')],
  ['windash', windash],
  ['base64', encode((text, isBytes) => [toBase64(text, isBytes)])],
  ['base64offset', encode(toBase64Offsets)],
  ['utf16', widen('le', true)],
  ['utf16le', widen('le', false)],
  ['wide', widen('le', false)],
  ['utf16be', widen('be', false)],
  ['lt', compare('lt')],
  ['lte', compare('lte')],
  ['gt', compare('gt')],
  ['gte', compare('gte')],
  ...timeUnits.map((unit) => [unit, time(unit)] as const),
  ['cidr', first(onText(({ source }) => ({ type: 'cidr', source })))],
  ['expand', expand],
  [
    'fieldref',
    onText((value, context, name) => {
      if (hasWildcards(value.pattern))
        refuseValue(value, context, name, 'Name a field, and put "contains" after "fieldref".')
      return { type: 'field', other: literalText(value.pattern), manner: 'equals', cased: value.cased }
    }),
  ],
])

/** Every modifier that there is. `all` and `neq` change how the values of a field are joined, the others the values. */
export const modifierNames: readonly string[] = ['all', 'neq', ...modifiers.keys()]

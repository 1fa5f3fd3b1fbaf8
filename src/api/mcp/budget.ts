/** The limit of one answer: 8,000 tokens, by the estimate of `estimateTokens`. */
const mostTokens = 6_400
/** The share of a list, its lines in the text included; the rest is for the text around it. */
const mostListed = 5_400
const mostText = 2_700
/** An object with more names than this is a list in disguise. */
const mostNames = 100

/** The omissions of an answer: how many items, by the path of their list. */
type LeftOut = Map<string, number>

/** Counts how many items fit, with the line of each; at least one. */
export const countFitting = <Item>(items: readonly Item[], line: (item: Item) => string, most = mostListed): number => {
  let tokens = 0
  const first = items.findIndex((item, index) => {
    tokens += costOf(item) + estimateTokens(line(item)) + 1
    return index > 0 && tokens > most
  })
  return first === -1 ? items.length : first
}

interface Answer {
  readonly structured: Readonly<Record<string, unknown>>
  /** Without a text, the document itself is it. */
  readonly text?: string | undefined
  /** The list that a cursor pages through, which is short enough already. */
  readonly paged?: string | undefined
  /** How to request less, in a few words. */
  readonly narrow?: string | undefined
}

/** Shortens an answer to the budget: cuts its longest lists and texts, and reports what was omitted. */
export const fitAnswer = ({
  structured,
  text,
  paged,
  narrow = '',
}: Answer): { structured: Record<string, unknown>; text: string } => {
  const told = text === undefined ? undefined : cutLines(text)
  const rest = told === undefined ? mostTokens / 2 : mostTokens - estimateTokens(told)
  const { marked, leftOut } = fitDocument(structured, paged, rest - 100)
  const parts = [...leftOut].map(([path, count]) => `${count} of ${path}`)
  const note =
    parts.length === 0 ? '' : `\nLeft out to stay short: ${[parts.join(', '), narrow].filter(Boolean).join('; ')}.`
  return { structured: marked, text: told === undefined ? JSON.stringify(marked) : told + note }
}

/** Keeps as many lines as fit, and states how many were omitted. */
const cutLines = (text: string): string => {
  if (estimateTokens(text) <= mostText) return text
  const lines = text.split('\n').map((line) => cutText(line, mostText / 2))
  const kept = countFitting(lines, () => '', mostText)
  return kept === lines.length
    ? lines.join('\n')
    : `${lines.slice(0, kept).join('\n')}\n… ${lines.length - kept} more lines.`
}

/** Parts of a text differ in tokens per character, so one cut may not suffice. */
const cutText = (text: string, most: number): string => {
  let kept = text
  for (let tokens = estimateTokens(kept); tokens > most && kept !== ''; tokens = estimateTokens(kept)) {
    kept = kept.slice(0, Math.floor((kept.length * 0.95 * Math.max(0, most - 1)) / tokens)).toWellFormed()
  }
  return kept === text ? text : `${kept}…`
}

const costOf = (value: unknown): number => estimateTokens(JSON.stringify(value) ?? '')

const fitValue = (value: unknown, most: number, path: string, leftOut: LeftOut): unknown => {
  if (costOf(value) <= most) return value
  if (typeof value === 'string') return cutText(value, most)
  if (Array.isArray(value)) return fitList(value, most, path, leftOut)
  return typeof value === 'object' && value !== null ? fitObject({ ...value }, most, path, leftOut) : value
}

const fitList = (items: readonly unknown[], most: number, path: string, leftOut: LeftOut): readonly unknown[] => {
  const kept = countFitting(items, () => '', most)
  if (kept < items.length) leftOut.set(path, (leftOut.get(path) ?? 0) + items.length - kept)
  return kept === 1 ? [fitValue(items[0], most, path, leftOut)] : items.slice(0, kept)
}

/** Names and brackets cost tokens too, so a document with many of them needs another pass with a lower limit. */
const fitDocument = (
  value: Readonly<Record<string, unknown>>,
  paged: string | undefined,
  most: number,
  tightness = 1,
): { readonly marked: Record<string, unknown>; readonly leftOut: LeftOut } => {
  const leftOut: LeftOut = new Map()
  const kept = paged === undefined ? {} : { [paged]: value[paged] }
  const others = Object.fromEntries(Object.entries(value).filter(([name]) => name !== paged))
  const fitted = { ...fitObject(others, (most - costOf(kept)) * tightness, '', leftOut), ...kept }
  const fitting = Object.fromEntries(
    Object.keys(value).flatMap((name) => (name in fitted ? [[name, fitted[name]]] : [])),
  )
  const marked = leftOut.size > 0 ? { ...fitting, left_out: Object.fromEntries(leftOut) } : fitting
  return costOf(marked) <= most || tightness < 0.1
    ? { marked, leftOut }
    : fitDocument(value, paged, most, tightness * 0.7)
}

/** Keeps short texts whole; long ones share the remaining budget. */
const fitObject = (
  value: Readonly<Record<string, unknown>>,
  most: number,
  path: string,
  leftOut: LeftOut,
): Record<string, unknown> => {
  const named = Object.entries(value)
  if (named.length > mostNames) leftOut.set(path, (leftOut.get(path) ?? 0) + named.length - mostNames)
  const sized = named.slice(0, mostNames).map(([name, one]) => ({ name, one, cost: costOf({ [name]: one }) }))
  let rest = most
  const shares = new Map<string, number>()
  for (const [index, { name, cost }] of sized.toSorted((a, b) => a.cost - b.cost).entries()) {
    const share = Math.min(cost, rest / (sized.length - index))
    shares.set(name, share)
    rest -= share
  }
  return Object.fromEntries(
    sized.map(({ name, one, cost }) => {
      const share = shares.get(name) ?? 0
      return [
        name,
        share < cost
          ? fitValue(one, share - estimateTokens(name) - 2, path === '' ? name : `${path}.${name}`, leftOut)
          : one,
      ]
    }),
  )
}

/**
 * Estimates the number of tokens of a text. Models tokenize differently, and exact counts need tables of megabytes. A word counts as one or
 * two tokens, a long run of letters that is no word as one per two letters, three digits as one, and punctuation nearly as one each.
 * Measured against o200k_base: 1.06 to 1.3 times the tokens of log lines, IDs, JSON, code and prose, up to four times for repetitive text,
 * and never less than 0.8 times (base64). Linear in the text.
 */
export const estimateTokens = (text: string): number => {
  let tokens = 0
  for (const [piece] of text.matchAll(/[A-Z]?[a-z]+|[A-Z]+|\p{N}+|\s+|[!-/:-@[-`{-~]+|./gsu)) {
    if (/^[A-Za-z]/.test(piece)) tokens += piece.length <= wordLength ? Math.ceil(piece.length / 6) : piece.length / 2
    else if (/^\p{N}/u.test(piece)) tokens += Math.ceil(piece.length / 3)
    else if (/^\s/.test(piece)) tokens += (piece.length - 1) / 4
    else if (/^[!-~]/.test(piece)) tokens += Math.max(1, piece.length * 0.7)
    else tokens += /^\p{L}/u.test(piece) ? 0.5 : piece.length
  }
  return Math.ceil(tokens)
}

const wordLength = 16

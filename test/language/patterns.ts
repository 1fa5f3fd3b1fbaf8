/** A wording we do not use, and the word of docs/glossary.md that replaces it. Extend the list with each review. */
interface Pattern {
  readonly not: RegExp
  readonly say: string
}

const not = (say: string, ...sources: readonly string[]): readonly Pattern[] =>
  sources.map((source) => ({ say, not: new RegExp(`(?<![\\w-])(?:${source})(?![\\w-])`, 'i') }))

export const patterns: readonly Pattern[] = [
  ...not('notify', 'told', 'tells', 'tell', 'telling', 'teller', 'tellers'),
  ...not('unassigned', '(some|no)body has (it|them)'),
  ...not(
    'removed',
    '(it|they|that|which|oldest|rest) go(es)? (when|with|away)',
    'goes with (it|them)',
    'then the oldest go',
  ),
  // The colon belongs to stored dedup keys, which must not change.
  ...not('unusual', 'went otherwise(?!:)'),
  ...not('dead-lettered', '(set|sets|setting|put|puts|lay|laid) aside', 'dead letter shelf'),
  ...not('undo', '(take|takes|taking|taken|took) (it |them |that )?back'),
  ...not('save view', 'keep as a view'),
  ...not('select', 'choose the alert'),
  ...not('calculate', 'reckon(s|ed|ing)?'),
  ...not('out of memory', 'for want of'),
  ...not('evidence', 'bears? (it |them |that )?out', 'bearing (it |them )?out'),
  ...not('severe', 'grave', 'gravely'),
  ...not('more severe', 'graver', 'gravest'),
  ...not('anomalous', 'odd(?! (number|and even|or even))', 'oddly', 'oddit(y|ies)', 'odder', 'oddest'),
  ...not('requeue', 'doorbell', 'rung', 'rings? again'),
  ...not('pipeline', '(the|this|whole|one|our|its) road', 'road that', 'down the road', 'lay the road'),
  ...not('detect', 'judg(e|es|ed|ing)'),
  ...not('verdict', 'judge?ments?'),
  ...not('severity hint', 'gravity'),
  ...not('pair history', 'acquaint(ed|ances?)'),
  ...not('preview', 'imagin(e|ed|ary) alerts?'),
  ...not('authentication method', 'ways? in(?= |$|[.,;:)])(?! which)'),
  ...not('summarize', 'sums? (it |them |that )?up', 'summing up', 'summed up'),
  ...not('dependencies', 'of the world', 'outside world', 'the world'),
  ...not('explanation', 'stor(y|ies)'),
  ...not('index', 'heads of alerts', 'alert heads?'),
  ...not('chunk', 'pieces?'),
  ...not('active', 'in force'),
  ...not('parsed', 'understood', 'understands?', 'understanding'),
  ...not(
    'stored',
    '(is|are|was|were|be|been|being|as it was) kept',
    'kept (as|for|in|under|beside|by|at|of|back)',
    'keeps? (it|them) for',
  ),
  ...not('suppressed', 'hidden as normal'),
  ...not('view', 'queue of look', '(one|two|each|next|last|first) looks?'),
  ...not('unknown', '(nobody|no one|no-one|none) knows'),
  ...not('imported', '(take|takes|taking|taken|took) (it |them )?in(?! (order|turn|account|one|a|the))'),
  ...not(
    'default',
    'unless (said|told|it says|given|named) otherwise',
    'unless (given|named|told|set) here',
    'unless given',
  ),
  ...not('continue', '(go|goes|going|went|gone) on(?! (line|to|the|a))'),
  ...not('retry', 'anew', '(try|tries|tried) again later'),
  ...not('expire', 'lets? .{1,30} end(?= |$|[.,;])', 'comes? to an end'),
  ...not('anyone who', 'whomever', 'whoever'),
  ...not('default', 'comes? along'),
  ...not('message', 'hears? (of|about)', 'heard of', 'sayings?'),
  ...not('record', '(stood|stands?) (in|at|on|under|beside|there|below|above|behind|alone)(?! for)'),
  ...not('missing', 'for good', 'come to nothing'),
]

/** A sentence must name its subject. Questions may start with these words. */
export const clauseAsSubject =
  /(?:^|[.!:;]\s+|^\s*[-*|>]\s*)(?:What|Whoever|Whatever|Whichever|That which|Nothing that|Everything that|Who)\s[^.?!;]*(?:[.!;]|$)/m

import type { FlatEvent } from './event.ts'
import { holds } from './matching/holds.ts'
import type { MatchedItem } from './matching/match.ts'
import { createTruth } from './matching/truth.ts'
import type { FieldNames, Resolve } from './matching/view.ts'
import type { Node } from './node.ts'
import { sayTest } from './test.ts'
import { fold } from './text/fold.ts'

const longestValue = 500

/** Explains why a condition is true for an event: each test that holds, in the parts that made it true. */
export const explainMatch = (
  node: Node,
  event: FlatEvent,
  reading: { readonly names: FieldNames; readonly resolve: Resolve },
): readonly MatchedItem[] => {
  const { slotOf, isTrue } = createTruth(event, reading)
  const tell = (one: Node, selection: string): MatchedItem[] => {
    if (!isTrue(one)) return []
    if (one.op === 'test') {
      const { name, values } = slotOf(one.field)
      const value = values.find((text) => holds(one.test, { name, values: [text], folded: [fold(text)] }, slotOf))
      return [
        {
          selection,
          field: one.field,
          eventField: one.field === name ? undefined : name || undefined,
          value: value?.slice(0, longestValue),
          wanted: sayTest(one.test),
        },
      ]
    }
    // A negation has no match to show.
    if (one.op === 'not') return []
    const inner = one.op === 'some' ? selection : (one.selection ?? selection)
    return one.of.flatMap((part) => tell(part, inner))
  }
  return tell(node, '')
}

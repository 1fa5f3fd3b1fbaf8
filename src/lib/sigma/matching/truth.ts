import type { FlatEvent } from '../event.ts'
import type { Node } from '../node.ts'
import { holds } from './holds.ts'
import { anywhere, createEventView, type FieldNames, type FieldValues, type Resolve } from './view.ts'

/** The truth of conditions for one event, read part by part: for explanations, where the matcher is for finding. */
export interface Truth {
  /** The value of a field, or the whole event when none is named. */
  slotOf(field: string | undefined): FieldValues
  isTrue(node: Node): boolean
}

export const createTruth = (
  event: FlatEvent,
  { names, resolve }: { readonly names: FieldNames; readonly resolve: Resolve },
): Truth => {
  const view = createEventView()
  view.show(event, resolve)
  const slotOf = (field: string | undefined) => view.slot(field === undefined ? anywhere : names.numberOf(field))
  const isTrue = (node: Node): boolean => {
    switch (node.op) {
      case 'test':
        return holds(node.test, slotOf(node.field), slotOf)
      case 'and':
        return node.of.every(isTrue)
      case 'or':
        return node.of.some(isTrue)
      case 'not':
        return !isTrue(node.of)
      case 'some':
        return node.of.filter(isTrue).length >= node.count
    }
  }
  return { slotOf, isTrue }
}

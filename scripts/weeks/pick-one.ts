import type { Random } from '../../src/lib/random/random.ts'

export const pickOne = <Item>(random: Random, items: readonly [Item, ...Item[]]): Item =>
  items[random.below(items.length)] ?? items[0]

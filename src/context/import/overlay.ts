/** Merges the defined fields of an import into the existing ones. */
export const overlay = <Item extends object>(base: Item, told: object): Item => ({
  ...base,
  ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)),
})

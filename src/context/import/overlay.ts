/** Merges the defined fields of an import into the existing ones. */
export const overlay = <Item extends object>(base: Item, fields: object): Item => ({
  ...base,
  ...Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)),
})

/** Lays what is told over what is there; what is undefined was not told. */
export const overlay = <Item extends object>(base: Item, told: object): Item => ({
  ...base,
  ...Object.fromEntries(Object.entries(told).filter(([, value]) => value !== undefined)),
})

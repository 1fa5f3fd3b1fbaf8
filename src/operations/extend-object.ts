/** Adds members without copying the object, because its methods may rely on `this`. */
export const extendObject = <Base extends object, Added extends object>(base: Base, added: Added): Base & Added =>
  // Object.create is typed `any`: TypeScript cannot express the inheritance.
  Object.assign(Object.create(base) as Base, added)

/** Overrides members without copying the object. Each is computed on access. */
export const overrideMembers = <Base extends Part, Part extends object = Base>(
  base: Base,
  members: { readonly [Name in keyof NoInfer<Part>]?: () => Part[Name] },
): Base => {
  const getters = Object.entries<(() => unknown) | undefined>(members).flatMap(([name, get]) =>
    get ? [[name, { get, configurable: true }] as const] : [],
  )
  return Object.create(base, Object.fromEntries(getters))
}

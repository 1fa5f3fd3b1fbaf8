/** Adds to an object without copying it, because what is in it may rely on `this`. */
export const within = <Base extends object, Added extends object>(base: Base, added: Added): Base & Added =>
  // Object.create is typed `any`: it has no way to say that the result inherits what `base` has.
  Object.assign(Object.create(base) as Base, added)

/** Replaces members of an object without copying it; each is made when somebody asks for it. */
export const replacing = <Base extends Part, Part extends object = Base>(
  base: Base,
  members: { readonly [Name in keyof NoInfer<Part>]?: () => Part[Name] },
): Base => {
  const getters = Object.entries<(() => unknown) | undefined>(members).flatMap(([name, get]) =>
    get ? [[name, { get, configurable: true }] as const] : [],
  )
  return Object.create(base, Object.fromEntries(getters))
}

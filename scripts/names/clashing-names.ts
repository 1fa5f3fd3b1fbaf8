const declaration =
  /^export (?:declare )?(?:abstract )?(?:async )?(?:const|let|function\*?|class|interface|type|enum) (?!\{)(\w+)/gm

/**
 * Finds names that several files declare and export, from the texts of the files by path. A name may serve as a type and a value of one
 * file. Re-exports do not count, nor does `define` below `src/cli/`, the contract of a command.
 */
export const clashingNames = (
  files: ReadonlyMap<string, string>,
): readonly (readonly [string, readonly string[]])[] => {
  const declared = new Map<string, Set<string>>()
  for (const [file, text] of files) {
    for (const [, name = ''] of text.matchAll(declaration)) {
      if (name === 'define' && file.startsWith('src/cli/')) continue
      declared.set(name, (declared.get(name) ?? new Set()).add(file))
    }
  }
  return [...declared].flatMap(([name, places]) => (places.size > 1 ? [[name, [...places].sort()] as const] : []))
}

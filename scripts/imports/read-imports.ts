import { existsSync, globSync, readFileSync } from 'node:fs'
import { dirname, join, normalize, relative } from 'node:path'

/** The files of a program and the imports of each, including types. */
export type Imports = ReadonlyMap<string, readonly string[]>

const specifier = /(?:\bfrom\s+|\bimport\s*\(\s*|\bimport\s+)(['"])(\.{1,2}\/[^'"\n]*)\1/g

/** Reads the imports below `src` and `web/src`, with paths relative to the root. Tests and fakes are exempt: they may import anything. */
export const readImports = (root: string): Imports => {
  const files = globSync(['src/**/*.ts', 'web/src/**/*.{ts,tsx}'], { cwd: root }).filter(
    (file) => !/\.(test|fake|conformance)\.tsx?$/.test(file),
  )
  return new Map(files.sort().map((file) => [file, importsOf(root, file)]))
}

const importsOf = (root: string, file: string): readonly string[] =>
  [...readFileSync(join(root, file), 'utf8').matchAll(specifier)].flatMap(([, , path = '']) => {
    const imported = relative('.', normalize(join(dirname(file), path)))
    return /\.tsx?$/.test(imported) && existsSync(join(root, imported)) ? [imported] : []
  })

/**
 * Finds groups of files that import each other, directly or indirectly (Tarjan's strongly connected components, linear in the
 * number of imports).
 */
export const cyclesOf = (imports: Imports): readonly (readonly string[])[] => {
  const found: string[][] = []
  const order = new Map<string, number>()
  const open: string[] = []
  const visit = (file: string): number => {
    const mine = order.size
    order.set(file, mine)
    open.push(file)
    let low = mine
    for (const next of imports.get(file) ?? []) {
      if (!order.has(next)) low = Math.min(low, visit(next))
      else if (open.includes(next)) low = Math.min(low, order.get(next) ?? low)
    }
    if (low === mine) {
      const cycle = open.splice(open.indexOf(file))
      if (cycle.length > 1) found.push(cycle)
    }
    return low
  }
  for (const file of imports.keys()) if (!order.has(file)) visit(file)
  return found
}

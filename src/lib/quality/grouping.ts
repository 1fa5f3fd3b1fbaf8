/** How well templates group lines, against a labelled truth. */
export interface Grouping {
  /** The share of lines in groups that are exactly the truth's (Zhu et al., ICSE 2019). */
  readonly groupingAccuracy: number
  /** The same for groups, whatever their size: the harmonic mean of precision and recall (Jiang et al., ISSTA 2024). */
  readonly groupF1: number
}

/** Compares two groupings of the same lines, each given by a name for each line. */
export const groupingOf = (truth: readonly string[], found: readonly string[]): Grouping => {
  const [wanted, got] = [membersOf(truth), membersOf(found)]
  let [lines, groups] = [0, 0]
  for (const members of got.values()) {
    const name = truth[members[0] ?? 0] ?? ''
    if (wanted.get(name)?.length !== members.length || members.some((line) => truth[line] !== name)) continue
    lines += members.length
    groups += 1
  }
  return { groupingAccuracy: lines / truth.length, groupF1: (2 * groups) / (wanted.size + got.size) }
}

const membersOf = (names: readonly string[]): ReadonlyMap<string, readonly number[]> => {
  const members = new Map<string, number[]>()
  for (const [line, name] of names.entries()) {
    const known = members.get(name)
    if (known) known.push(line)
    else members.set(name, [line])
  }
  return members
}

export const shows = ['open', 'taken', 'closed'] as const

/** Which incidents the address asks for. */
export interface IncidentsSearch {
  readonly show?: (typeof shows)[number]
}

/** Reads the address; what is none of ours is left out. */
export const readIncidentsSearch = ({ show }: Record<string, unknown>): IncidentsSearch => {
  const known = shows.find((one) => one === show)
  return known ? { show: known } : {}
}

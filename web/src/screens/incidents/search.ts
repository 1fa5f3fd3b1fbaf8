export const shows = ['open', 'assigned', 'closed'] as const

/** The incident filter in the URL. */
export interface IncidentsSearch {
  readonly show?: (typeof shows)[number]
}

/** Parses the URL and ignores invalid values. */
export const readIncidentsSearch = ({ show }: Record<string, unknown>): IncidentsSearch => {
  const known = shows.find((one) => one === show)
  return known ? { show: known } : {}
}

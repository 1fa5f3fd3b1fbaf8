export const shows = ['open', 'assigned', 'closed'] as const
export const sorts = ['-created_at', '-last_seen', '-risk_score'] as const

/** The incident filter and order in the URL. */
export interface IncidentsSearch {
  readonly show?: (typeof shows)[number]
  readonly q?: string
  readonly sort?: (typeof sorts)[number]
}

/** Parses the URL and ignores invalid values. */
export const readIncidentsSearch = ({ show, q, sort }: Record<string, unknown>): IncidentsSearch => {
  const [knownShow, knownSort] = [shows.find((one) => one === show), sorts.find((one) => one === sort)]
  return {
    ...(knownShow && { show: knownShow }),
    ...(typeof q === 'string' && q !== '' && { q }),
    ...(knownSort && { sort: knownSort }),
  }
}

import { z } from 'zod'

const network = z.looseObject({
  is_internal: z.boolean().nullish(),
  /** 0–100, high is good. */
  reputation_score: z.number().min(0).max(100).nullish(),
})

/** Threat intelligence about one value, in the format of a single source or of an aggregate. */
const intelligence = z.looseObject({
  threat_score: z.number().min(0).max(100).nullish(),
  aggregate_score: z.number().min(0).max(100).nullish(),
  sources_queried: z.union([z.int().min(0), z.array(z.unknown())]).nullish(),
  sources_found: z.int().min(0).nullish(),
  detected_by_count: z.int().min(0).nullish(),
  total_sources: z.int().min(0).nullish(),
})

/**
 * The enrichment that a sender supplies with an alert, in the format of the triage contract. Missing facts are looked
 * up.
 */
export const suppliedEnrichment = z
  .looseObject({
    source_network: network.nullish(),
    target_network: network.nullish(),
    asset: z.looseObject({ criticality: z.string().max(50).nullish() }).nullish(),
    user: z
      .looseObject({ role: z.string().nullish(), title: z.string().nullish(), access_level: z.string().nullish() })
      .nullish(),
    threat_intel: z.union([intelligence.nullish(), z.record(z.string(), intelligence.nullish())]).nullish(),
  })
  .meta({ id: 'ToldEnrichment' })
type SuppliedEnrichment = z.output<typeof suppliedEnrichment>

/** The supplied facts in the format of the risk formula. */
export interface SuppliedFacts {
  readonly asset?: { readonly criticality: string }
  /** `reputation` is malice: 0–100, high is bad. */
  readonly network?: { readonly internal: boolean; readonly reputation?: number }
  readonly user?: { readonly title: string }
  readonly threatIntel?: { readonly aggregateScore: number; readonly sources: number; readonly detectedBy: number }
}

/** Converts supplied enrichment. The value `unknown` counts as missing. */
export const toSuppliedFacts = ({
  source_network,
  target_network,
  asset,
  user,
  threat_intel,
}: SuppliedEnrichment): SuppliedFacts => {
  const networks = [source_network, target_network].flatMap((one) => (one?.is_internal == null ? [] : [one]))
  const malice = networks.flatMap(({ reputation_score }) => (reputation_score == null ? [] : [100 - reputation_score]))
  const criticality = known(asset?.criticality)
  const title = [user?.title ?? user?.role, user?.access_level].flatMap((text) => known(text) ?? []).join(', ')
  const said = threat_intel == null ? [] : readAnswers(threat_intel)
  return {
    ...(criticality !== undefined && { asset: { criticality } }),
    ...(networks.length > 0 && {
      network: {
        internal: networks.every(({ is_internal }) => is_internal),
        ...(malice.length > 0 && { reputation: Math.max(...malice) }),
      },
    }),
    ...(title !== '' && { user: { title } }),
    ...(said.length > 0 && {
      threatIntel: {
        aggregateScore: Math.max(...said.map(({ score }) => score)),
        sources: Math.max(...said.map(({ sources }) => sources)),
        detectedBy: Math.max(...said.map(({ found }) => found)),
      },
    }),
  }
}

const known = (text: string | null | undefined): string | undefined =>
  text == null || text === '' || text === 'unknown' ? undefined : text

const readAnswers = (supplied: object) => {
  const whole = readAnswer(supplied)
  return whole ? [whole] : Object.values(supplied).flatMap((one) => readAnswer(one) ?? [])
}

const readAnswer = (supplied: unknown) => {
  const { data } = intelligence.safeParse(supplied)
  const score = data?.aggregate_score ?? data?.threat_score
  if (!data || score == null) return undefined
  const queried = data.total_sources ?? data.sources_queried ?? 0
  return {
    score,
    sources: typeof queried === 'number' ? queried : queried.length,
    found: data.detected_by_count ?? data.sources_found ?? 0,
  }
}

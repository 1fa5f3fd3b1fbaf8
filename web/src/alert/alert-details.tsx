import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { answerOf, api, type Noun } from '../api/client.ts'
import { plural } from '../parts/number.ts'
import { useKeys } from '../shell/keys.ts'
import { Activity } from './activity.tsx'
import { Entities } from './entities.tsx'
import { EvidenceLines } from './evidence.tsx'
import { Explanation } from './explanation.tsx'
import { SimilarAlerts } from './similar-alerts.tsx'
import { VerdictCard } from './verdict-card.tsx'

export const alertQuery = (id: string) => ({
  queryKey: ['alerts', id],
  queryFn: () => answerOf(api.GET('/api/v1/alerts/{id}', { params: { path: { id } } })),
})

interface AlertDetailsProps {
  readonly alert: Noun<'Alert'>
  /** The event shown in its log context. */
  readonly line: string | undefined
  readonly onLine: (eventId: string | undefined) => void
  readonly onFilter: (clause: string) => void
}

/** Everything about an alert: explanation, evidence, verdict, entities, similar alerts, rules and activity. */
export const AlertDetails = ({ alert, line, onLine, onFilter }: AlertDetailsProps) => {
  const details = useQuery(alertQuery(alert.id))
  const { evidence, triage } = alert
  useEvidenceKeys(evidence, onLine)
  return (
    <div className="flex flex-col">
      <Section title="Why">
        <Explanation alert={alert} rank={details.data?.rank} />
      </Section>
      <Section title="Evidence" aside={evidenceCount(alert)}>
        <EvidenceLines lines={evidence} citations={citationsOf(triage)} inContext={line} onContext={onLine} />
      </Section>
      <Section title="Triage">
        {triage ? (
          <VerdictCard alert={alert} triage={triage} onCite={onLine} shownText={alert.sentence} />
        ) : (
          <p className="text-text-2">Triage in progress. This takes a few seconds.</p>
        )}
      </Section>
      <Section title="Entities">
        <Entities
          entities={alert.entities}
          roles={alert.address_roles}
          techniques={alert.techniques}
          onFilter={onFilter}
        />
      </Section>
      {triage && (
        <Section title="Similar alerts">
          <SimilarAlerts similar={triage.similar} />
        </Section>
      )}
      <Rules detections={details.data?.detections ?? []} />
      <Section title="Activity">{details.data && <Activity entries={details.data.history} />}</Section>
    </div>
  )
}

/** The short ids with which a verdict cites lines. */
export const citationsOf = (triage: Noun<'Alert'>['triage']): ReadonlyMap<string, string> =>
  new Map(triage?.references.flatMap(({ kind, target, id }) => (kind === 'event' ? [[target, id] as const] : [])))

const evidenceCount = ({ evidence, event_count }: Noun<'Alert'>): string =>
  `${event_count > evidence.length ? `${evidence.length} of ` : ''}${plural(event_count, 'line')}`

/** `e` focuses the evidence, `v` shows the focused line, or the first one, in its log context. */
export const useEvidenceKeys = (evidence: readonly Noun<'Evidence'>[], onLine: (eventId: string) => void): void =>
  useKeys('Evidence', [
    {
      keys: 'e',
      label: 'Go to evidence',
      run: () => document.querySelector<HTMLElement>('[data-evidence] button')?.focus(),
    },
    {
      keys: 'v',
      label: 'View in context',
      run: () => {
        const row = document.activeElement?.closest('[id^=line-]')
        const id = row?.id.slice('line-'.length) ?? evidence[0]?.event_id
        if (id !== undefined) onLine(id)
      },
    },
  ])

/** The rules that raised an alert, with their known false positives and references. */
const Rules = ({ detections }: { readonly detections: readonly Noun<'Detection'>[] }) => {
  const rules = new Map(detections.flatMap(({ rule }) => (rule ? [[rule.id, rule] as const] : [])))
  return [...rules.values()].map(({ id, title, author, license, false_positives, references }) => (
    <Section key={id} title={`Rule: ${title}`}>
      <p className="text-small text-text-2">{[author && `by ${author}`, license, id].filter(Boolean).join(' · ')}</p>
      {false_positives.length > 0 && (
        <p className="mt-1">
          <span className="text-text-2">Known false positives:</span> {false_positives.join('; ')}
        </p>
      )}
      {references.map((url) => (
        <span key={url} className="mt-1 block truncate font-mono text-small text-text-2">
          {url}
        </span>
      ))}
    </Section>
  ))
}

interface SectionProps {
  readonly title: string
  readonly aside?: string
  readonly children: ReactNode
}

const Section = ({ title, aside, children }: SectionProps) => (
  <section aria-label={title} className="border-t border-line px-4 py-3 first:border-t-0">
    <header className="mb-2 flex items-baseline gap-3">
      <h3 className="font-semibold">{title}</h3>
      {aside !== undefined && <span className="ml-auto text-small text-text-2">{aside}</span>}
    </header>
    {children}
  </section>
)

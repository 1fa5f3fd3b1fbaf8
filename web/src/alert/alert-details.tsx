import { useQuery } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { answerOf, api, type Noun } from '../api/client.ts'
import { plural } from '../parts/number.ts'
import { useKeys } from '../shell/keys.ts'
import { EvidenceLines } from './evidence.tsx'
import { Entities } from './facts.tsx'
import { History } from './history.tsx'
import { RuleOf } from './rule.tsx'
import { Similar } from './similar.tsx'
import { VerdictCard } from './verdict-card.tsx'
import { Why } from './why.tsx'

export const alertQuery = (id: string) => ({
  queryKey: ['alerts', id],
  queryFn: () => answerOf(api.GET('/api/v1/alerts/{id}', { params: { path: { id } } })),
})

interface AlertDetailsProps {
  readonly alert: Noun<'Alert'>
  /** The event whose line stands in its context. */
  readonly line: string | undefined
  readonly onLine: (eventId: string | undefined) => void
  readonly onFilter: (clause: string) => void
}

/** All there is to an alert: why it is one, the lines, the verdict, what it is about, what was like it, what people did. */
export const AlertDetails = ({ alert, line, onLine, onFilter }: AlertDetailsProps) => {
  const details = useQuery(alertQuery(alert.id))
  const { evidence, triage } = alert
  useEvidenceKeys(evidence, onLine)
  return (
    <div className="flex flex-col">
      <Section title="Why">
        <Why alert={alert} />
      </Section>
      <Section title="Evidence" aside={linesOf(alert)}>
        <EvidenceLines lines={evidence} citations={citationsOf(triage)} inContext={line} onContext={onLine} />
      </Section>
      <Section title="Triage">
        {triage ? (
          <VerdictCard alert={alert} triage={triage} onCite={onLine} beside={alert.sentence} />
        ) : (
          <p className="text-text-2">It is being judged. This takes a few seconds.</p>
        )}
      </Section>
      <Section title="Who and what">
        <Entities
          entities={alert.entities}
          roles={alert.address_roles}
          techniques={alert.techniques}
          onFilter={onFilter}
        />
      </Section>
      {triage && (
        <Section title="Similar before">
          <Similar similar={triage.similar} />
        </Section>
      )}
      <RuleOf detections={details.data?.detections ?? []} />
      <Section title="History">{details.data && <History entries={details.data.history} />}</Section>
    </div>
  )
}

/** The short ids by which a verdict cites lines. */
export const citationsOf = (triage: Noun<'Alert'>['triage']): ReadonlyMap<string, string> =>
  new Map(triage?.references.flatMap(({ kind, target, id }) => (kind === 'event' ? [[target, id] as const] : [])))

const linesOf = ({ evidence, event_count }: Noun<'Alert'>): string =>
  event_count > evidence.length ? `the most telling of ${plural(event_count, 'line')}` : plural(event_count, 'line')

/** `e` goes to the lines, `v` shows the one that has the focus, or the first, in its context. */
export const useEvidenceKeys = (evidence: readonly Noun<'Evidence'>[], onLine: (eventId: string) => void): void =>
  useKeys('Evidence', [
    {
      keys: 'e',
      label: 'Go to the evidence',
      run: () => document.querySelector<HTMLElement>('[data-evidence] button')?.focus(),
    },
    {
      keys: 'v',
      label: 'View a line in context',
      run: () => {
        const row = document.activeElement?.closest('[id^=line-]')
        const id = row?.id.slice('line-'.length) ?? evidence[0]?.event_id
        if (id !== undefined) onLine(id)
      },
    },
  ])

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

import { useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { Tabs } from 'radix-ui'
import type { ReactNode } from 'react'
import { Activity } from '../../alert/activity.tsx'
import { alertQuery, citationsOf, useEvidenceKeys } from '../../alert/alert-details.tsx'
import { Entities } from '../../alert/entities.tsx'
import { EvidenceLines } from '../../alert/evidence.tsx'
import { Explanation } from '../../alert/explanation.tsx'
import { SimilarAlerts } from '../../alert/similar-alerts.tsx'
import { VerdictCard } from '../../alert/verdict-card.tsx'
import type { Noun } from '../../api/client.ts'
import { plural } from '../../parts/number.ts'
import { Panel } from '../../parts/panel.tsx'
import { usePrinting } from '../../parts/printing.ts'
import { useKeys } from '../../shell/keys.ts'
import { AlertsTab } from './alerts-tab.tsx'
import { IncidentHeader } from './incident-header.tsx'
import { PrintedDetails } from './printed-details.tsx'
import { RemediationPanel } from './remediation-panel.tsx'
import { type IncidentSearch, type Tab, tabs } from './search.ts'
import { Timeline } from './timeline.tsx'
import { useIncidentActions } from './use-incident-actions.tsx'

type Details = Noun<'IncidentDetails'>

/** An incident with the details of one alert: the selected one, or the one with the highest risk. */
export const IncidentView = ({ incident }: { readonly incident: Details }) => {
  const search: IncidentSearch = useSearch({ from: '/incidents/$id' })
  const navigate = useNavigate({ from: '/incidents/$id' })
  const go = (changes: { readonly [Name in keyof IncidentSearch]: IncidentSearch[Name] | undefined }): void =>
    void navigate({
      search: (before: IncidentSearch): IncidentSearch =>
        Object.fromEntries(Object.entries({ ...before, ...changes }).filter(([, value]) => value !== undefined)),
      replace: true,
      resetScroll: false,
    })
  const alerts = new Map(incident.alerts.map((alert) => [alert.id, alert]))
  const lead = (search.alert === undefined ? undefined : alerts.get(search.alert)) ?? highestRisk(incident)
  const showLine = (eventId: string | undefined): void => go({ line: eventId })
  const { actions, dialogs, apply, canEdit, busy } = useIncidentActions({
    incident,
    lead,
    onMerged: (id) => void navigate({ to: '/incidents/$id', params: { id } }),
  })
  useEvidenceKeys(incident.evidence, showLine)
  const printing = usePrinting()
  const step = (by: number): void => {
    const order = incident.timeline.flatMap(({ alert_id }) =>
      alert_id !== undefined && alerts.has(alert_id) ? [alert_id] : [],
    )
    const next = order[Math.max(0, Math.min(order.length - 1, order.indexOf(lead?.id ?? '') + by))]
    if (next !== undefined) go({ alert: next })
  }
  useKeys('Incident', [
    { keys: 'j', label: 'Next alert', run: () => step(1) },
    { keys: 'k', label: 'Previous alert', run: () => step(-1) },
  ])

  return (
    <>
      <IncidentHeader incident={incident} actions={actions} canEdit={canEdit} apply={apply} busy={busy} />
      <div className="grid items-start gap-4 p-4 md:grid-cols-[minmax(0,1fr)_22rem] md:p-6 xl:grid-cols-[minmax(0,1fr)_28rem]">
        {/* On a phone everything is in one column, with the verdict before the evidence. */}
        <div className="flex min-w-0 flex-col gap-4 max-md:contents">
          <Panel title="Timeline" className="max-md:order-1" aside={plural(incident.alert_count, 'alert')}>
            <div className="px-2 pb-3 sm:px-4">
              <Timeline
                entries={incident.timeline}
                alerts={alerts}
                selected={lead?.id}
                onSelect={(id) => go({ alert: id, tab: search.tab === undefined ? 'why' : search.tab })}
              />
            </div>
          </Panel>
          {printing ? (
            <PrintedDetails incident={incident} lead={lead} />
          ) : (
            <IncidentTabs
              incident={incident}
              lead={lead}
              tab={search.tab ?? 'evidence'}
              line={search.line}
              onLine={showLine}
              onTab={(tab) => go({ tab })}
              onAlert={(id) => go({ alert: id, tab: 'why' })}
              onSplit={(id) => void navigate({ to: '/incidents/$id', params: { id } })}
            />
          )}
        </div>
        <div className="flex min-w-0 flex-col gap-4 max-md:contents">
          <Panel title="Triage" className="max-md:order-2">
            <div className="px-4 pb-4">
              {incident.alerts.length > 1 && lead && (
                <p className="mb-2 text-small text-text-2">
                  {search.alert === undefined ? 'Highest-risk alert: ' : 'Selected alert: '}
                  <span className="font-medium text-text">{lead.title}</span>
                </p>
              )}
              {lead?.triage ? (
                <VerdictCard alert={lead} triage={lead.triage} onCite={showLine} shownText={incident.summary ?? ''} />
              ) : (
                <p className="text-text-2">Triage in progress. This takes a few seconds.</p>
              )}
            </div>
          </Panel>
          <RemediationPanel incident={incident} />
          <Panel title="Entities" className="max-md:order-5">
            <div className="px-4 pb-4">
              <Entities
                entities={incident.entities}
                roles={incident.address_roles}
                techniques={incident.techniques}
                onFilter={(clause) => void navigate({ to: '/alerts', search: { q: clause } })}
              />
            </div>
          </Panel>
        </div>
      </div>
      {dialogs}
    </>
  )
}

const highestRisk = ({ alerts }: Details): Noun<'Alert'> | undefined =>
  alerts.toSorted((a, b) => (b.triage?.risk_score ?? -1) - (a.triage?.risk_score ?? -1) || b.score - a.score)[0]

/** The alerts outside an incident that are similar to any of its alerts, each once, the most similar first. */
const similarTo = ({ alerts }: Details): readonly Noun<'SimilarAlert'>[] => {
  const own = new Set(alerts.map(({ id }) => id))
  const found = alerts
    .flatMap(({ triage }) => triage?.similar ?? [])
    .filter(({ alert_id }) => !own.has(alert_id))
    .toSorted((a, b) => b.similarity - a.similarity)
  return [...Map.groupBy(found, ({ alert_id }) => alert_id).values()].flatMap(([closest]) => closest ?? [])
}

interface IncidentTabsProps {
  readonly incident: Details
  readonly lead: Noun<'Alert'> | undefined
  readonly tab: Tab
  readonly line: string | undefined
  readonly onLine: (eventId: string | undefined) => void
  readonly onTab: (tab: Tab) => void
  readonly onAlert: (id: string) => void
  readonly onSplit: (displayId: string) => void
}

const names: Readonly<Record<Tab, string>> = {
  evidence: 'Evidence',
  why: 'Why',
  alerts: 'Alerts',
  similar: 'Similar',
  activity: 'Activity',
  raw: 'JSON',
}

/** Explains one of the alerts, with its rank, which the incident does not carry. */
const LeadExplanation = ({ lead }: { readonly lead: Noun<'Alert'> }) => {
  const details = useQuery(alertQuery(lead.id))
  return <Explanation alert={lead} rank={details.data?.rank} />
}

const IncidentTabs = ({ incident, lead, tab, line, onLine, onTab, onAlert, onSplit }: IncidentTabsProps) => (
  <Tabs.Root
    value={tab}
    onValueChange={(value) => {
      const next = tabs.find((one) => one === value)
      if (next) onTab(next)
    }}
    className="min-w-0 rounded-panel border border-line bg-surface max-md:order-4"
  >
    <Tabs.List aria-label="Incident details" className="flex overflow-x-auto border-b border-line px-2">
      {tabs.map((one) => (
        <Tabs.Trigger
          key={one}
          value={one}
          className="-mb-px h-10 shrink-0 border-b-2 border-transparent px-3 text-text-2 -outline-offset-2 hover:text-text data-[state=active]:border-accent data-[state=active]:font-semibold data-[state=active]:text-text"
        >
          {names[one]}
          {one === 'alerts' && <span className="ml-1.5 font-mono text-small font-normal">{incident.alert_count}</span>}
        </Tabs.Trigger>
      ))}
    </Tabs.List>
    <TabBody name="evidence">
      <EvidenceLines
        lines={incident.evidence}
        citations={citationsOf(lead?.triage ?? null)}
        inContext={tab === 'evidence' ? line : undefined}
        onContext={onLine}
      />
    </TabBody>
    <TabBody name="why">
      {lead && (
        <div className="flex flex-col gap-4">
          <h3 className="font-semibold">{lead.title}</h3>
          <LeadExplanation lead={lead} />
          <EvidenceLines
            lines={lead.evidence}
            citations={citationsOf(lead.triage)}
            inContext={tab === 'why' ? line : undefined}
            onContext={onLine}
          />
        </div>
      )}
    </TabBody>
    <TabBody name="alerts">
      <AlertsTab incident={incident} onSelect={onAlert} onSplit={onSplit} />
    </TabBody>
    <TabBody name="similar">
      <SimilarAlerts similar={similarTo(incident)} />
    </TabBody>
    <TabBody name="activity">
      <Activity entries={incident.history} />
    </TabBody>
    <TabBody name="raw">
      <pre className="log">{JSON.stringify({ ...incident, alerts: undefined, history: undefined }, null, 2)}</pre>
    </TabBody>
  </Tabs.Root>
)

const TabBody = ({ name, children }: { readonly name: Tab; readonly children: ReactNode }) => (
  <Tabs.Content value={name} className="px-4 py-3">
    {children}
  </Tabs.Content>
)

import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { useNavigate, useSearch } from '@tanstack/react-router'
import { X } from 'lucide-react'
import { answerOf, api } from '../../api/client.ts'
import { samplesQuery } from '../../api/samples.ts'
import { Button } from '../../parts/button.tsx'
import { QueryView } from '../../parts/query-view.tsx'
import { SegmentedControl } from '../../parts/segmented-control.tsx'
import { Time } from '../../parts/time.tsx'
import { Screen } from '../../shell/screen.tsx'
import { Checklist } from './checklist.tsx'
import { Health } from './health.tsx'
import { Learning } from './learning.tsx'
import { NeedsAttention } from './needs-attention.tsx'
import { SampleBar } from './sample-bar.tsx'
import { Status } from './status.tsx'
import { ranges, toTimeRange } from './time-range.ts'
import { TimelinePanel } from './timeline-panel.tsx'
import { Unusual } from './unusual.tsx'

/** Enough for hourly bars over a week. */
const maxBars = 170
const refetchMs = 30_000
const sampleRefetchMs = 1_500

/** The overview: open incidents, anomalies over time, and the health of the system. */
export const Overview = () => {
  const search = useSearch({ from: '/' })
  const navigate = useNavigate({ from: '/' })
  const sample = useQuery(samplesQuery).data
  const isSample = sample?.state === 'loading' || sample?.state === 'loaded'
  const range = search.range ?? (isSample ? '7d' : '24h')
  const span = toTimeRange(search, range)
  const refetchInterval = sample?.state === 'loading' ? sampleRefetchMs : refetchMs
  const overview = useQuery({
    queryKey: ['overview', span],
    queryFn: () => answerOf(api.GET('/api/v1/overview', { params: { query: span } })),
    placeholderData: keepPreviousData,
    refetchInterval,
  })
  const timeline = useQuery({
    queryKey: ['overview', 'timeline', span],
    queryFn: () => answerOf(api.GET('/api/v1/timeline', { params: { query: { ...span, buckets: maxBars } } })),
    placeholderData: keepPreviousData,
    refetchInterval,
  })
  const zoomIn = (from: number, to: number): void =>
    void navigate({
      to: '/',
      search: { ...search, from: new Date(from).toISOString(), to: new Date(to).toISOString() },
    })
  const zoomOut = (): void =>
    void navigate({ to: '/', search: search.range === undefined ? {} : { range: search.range } })

  return (
    <Screen
      title="Overview"
      bar={
        <>
          <SegmentedControl
            label="Time range"
            options={ranges.map((value) => ({ value, text: rangeLabels[value] }))}
            selected={search.from === undefined ? range : undefined}
            onSelect={(selected) => void navigate({ to: '/', search: { range: selected } })}
          />
          {search.from !== undefined && search.to !== undefined && (
            <Button onClick={zoomOut} title="Reset zoom">
              <span className="hidden sm:inline">
                <Time at={search.from} show="clock" /> – <Time at={search.to} show="clock" />
              </span>
              <X size={14} aria-hidden />
              <span className="sr-only">Reset zoom</span>
            </Button>
          )}
        </>
      }
    >
      <QueryView query={overview} loading="Loading overview…">
        {(data) => (
          <div className="mx-auto grid max-w-[100rem] grid-cols-1 gap-4 p-4 md:grid-cols-12 md:p-6">
            {sample && isSample && <SampleBar sample={sample} className="md:col-span-12" />}
            <Status overview={data} className="md:col-span-12" />
            <NeedsAttention incidents={data.incidents} className="md:col-span-7 lg:col-span-8" />
            <Unusual detections={data.detections} className="md:col-span-5 lg:col-span-4" />
            <TimelinePanel query={timeline} onBrush={zoomIn} className="md:col-span-12" />
            <Learning learning={data.learning} className="md:col-span-6 lg:col-span-4" />
            <Health sources={data.sources} pipeline={data.pipeline} className="md:col-span-6 lg:col-span-4" />
            <Checklist steps={data.checklist} className="md:col-span-12 lg:col-span-4" />
          </div>
        )}
      </QueryView>
    </Screen>
  )
}

const rangeLabels = { '24h': '24 h', '7d': '7 d', '30d': '30 d' }

import { expect, it } from 'vitest'
import { incidentToMarkdown } from './incident-markdown.ts'

const time = '2026-01-05T08:00:00.000Z'

it('renders an incident as Markdown and escapes log text', () => {
  const text = incidentToMarkdown(
    {
      ...{ id: 'i', display_id: 'INC-3', title: '<img src=x> *took* [over](http://evil.example)', reason: 'Because.' },
      ...{ status: 'open', severity: 'high', risk_score: 74, assignee: null, resolution: null, merged_into: null },
      summary: '3 min on web-01. Password guessing: 9 failed logins.',
      entities: [{ type: 'ip', value: '203.0.113.9' }],
      techniques: ['T1110'],
      ...{ verdict: 'likely_malicious', verdict_reasons: ['2 detectors *agree*'] },
      evidence: [{ event_id: 'e', time, line: 'a ```\nline', origin: 'auth.log:7' }],
      members: [],
      timeline: [{ time, kind: 'alert', text: '9 failed logins', stage: 'password guessing' }],
      ...{ alert_count: 1, event_count: 9, first_seen: time, last_seen: time, created_at: time, updated_at: time },
      ...{ version: 1, alerts: [], history: [] },
      root_cause: 'A weak password.',
    },
    'http://127.0.0.1/incidents/INC-3',
  )
  expect(text).toBe(`# INC-3: \\<img src=x\\> \\*took\\* \\[over\\](http://evil.example)

high, risk 74 · open · 2026-01-05 08:00:00 to 2026-01-05 08:00:00 UTC · http://127.0.0.1/incidents/INC-3

3 min on web-01. Password guessing: 9 failed logins.

## Timeline

- 2026-01-05 08:00:00 9 failed logins (password guessing)

## Verdict

- **likely malicious**
- 2 detectors \\*agree\\*

## Entities

- ip 203.0.113.9
- ATT&CK T1110

## Root cause

A weak password.

## Evidence

\`\`\`\`
auth.log:7: a \`\`\` line
\`\`\`\`
`)
})

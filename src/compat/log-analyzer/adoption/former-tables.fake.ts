import type { FormerTables } from '../../../operations/adoption/former-tables.fake.ts'

/** The file `data.sqlite` of the log analyser. Its ids have a gap, as after a deletion. */
export const logAnalyzerTables: FormerTables = {
  logs: {
    columns: {
      ...{ id: 'serial', timestamp: 'text', service: 'text', level: 'text', message: 'text', metadata: 'json' },
      created_at: 'time',
    },
    rows: Array.from({ length: 503 }, (_, i) => ({
      id: i + 1,
      timestamp: new Date(Date.UTC(2026, 0, 5, 10) + i * 1_000).toISOString(),
      service: 'auth',
      level: i % 10 === 0 ? 'ERROR' : 'INFO',
      message: i % 10 === 0 ? `Failed login for user${i}` : `user${i} logged in`,
      metadata: i % 2 === 0 ? { ip: `192.0.2.${i % 250}` } : null,
      created_at: '2026-01-05T12:00:00.000Z',
    })),
  },
  incidents: {
    columns: {
      id: 'serial',
      detected_at: 'text',
      service: 'text',
      severity: 'real',
      summary: 'text',
      features: 'json',
    },
    rows: [1, 2, 7].map((id) => ({
      id,
      detected_at: `2026-01-05T10:0${id}:00.000Z`,
      service: id === 2 ? null : 'auth',
      severity: (80 + id) / 100,
      summary: `Anomalous activity detected: errors=${id}, warns=0, failed_logins=${id}`,
      features: { count: 10, error_count: id, services: ['auth'] },
    })),
  },
}

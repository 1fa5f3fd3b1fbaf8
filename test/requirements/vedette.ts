import type { Promised } from '../requirements.ts'

/** The promises of Vedette itself, independent of the client. */
export const vedettePromises: readonly Promised[] = [
  { id: 'vedette.nothing-lost', promise: 'A record answered with 2xx survives kill -9 and a normal stop.' },
  {
    id: 'vedette.stored-once',
    promise: 'A record that a client sends again with the same idempotency key is stored once.',
  },
  {
    id: 'vedette.notified-once',
    promise: 'Each receiver gets one message per state change of an incident, also if the server is killed meanwhile.',
  },
  {
    id: 'vedette.explained',
    promise:
      'Each detection has a sentence, the usual range, the observed value, evidence, and contributions that add up to its score.',
  },
  { id: 'vedette.reproducible', promise: 'The same events give the same detections, whatever batches they arrive in.' },
  {
    id: 'vedette.quiet-after-normal',
    promise: 'A suppressed activity sends no messages; any other activity does.',
  },
  { id: 'vedette.broken-lines-are-data', promise: 'A broken or hostile line is stored unchanged and stops nothing.' },
  { id: 'vedette.ready', promise: '/health/ready returns 200 only while records can be stored, and 503 otherwise.' },
  {
    id: 'vedette.one-server',
    promise: 'A second server on the same data folder refuses to start, and the first keeps running.',
  },
  {
    id: 'vedette.bounded-memory',
    promise: 'A million lines take bounded memory, and the counters of every stage add up.',
  },
  {
    id: 'vedette.backup',
    promise: 'A backup moves everything to another machine, and a killed backup leaves no partial archive.',
  },
  { id: 'vedette.roles', promise: 'Every route and field checks the role that its operation requires.' },
  { id: 'vedette.personal-data', promise: 'Only analysts see personal data of users.' },
  {
    id: 'vedette.models-advise',
    promise:
      'A language model cannot lower a risk, close an alert or see a secret, even if a log line instructs it to.',
  },
  {
    id: 'vedette.people-decide',
    promise: 'Vedette proposes actions, and runs none without a person’s approval.',
  },
  { id: 'vedette.fresh-clone', promise: 'A fresh clone starts with `npm start` on a machine without a compiler.' },
  { id: 'vedette.no-other-hosts', promise: 'The dashboard loads nothing from other hosts.' },
  {
    id: 'vedette.accessible',
    promise: 'Every screen passes the serious checks of axe, in both themes and on a phone.',
  },
  {
    id: 'vedette.api-stable',
    promise: 'The REST API stays compatible: operations, parameters, fields and requirements.',
  },
  { id: 'vedette.documented-commands', promise: 'Every command in the documents works as written.' },
]

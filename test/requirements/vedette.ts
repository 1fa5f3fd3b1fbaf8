import type { Promised } from '../requirements.ts'

/** What Vedette itself promises, whichever client asks. */
export const vedettePromises: readonly Promised[] = [
  { id: 'vedette.nothing-lost', promise: 'A record that was answered with 2xx survives kill -9 and a normal stop.' },
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
      'Each detection has a sentence, the usual range, the value seen, evidence, and contributions that add up to its score.',
  },
  { id: 'vedette.reproducible', promise: 'The same events give the same detections, whatever batches they arrive in.' },
  {
    id: 'vedette.quiet-after-normal',
    promise: 'After somebody says that something is normal, more of the same sends no message; anything else does.',
  },
  { id: 'vedette.broken-lines-are-data', promise: 'A broken or hostile line is stored as it is and stops nothing.' },
  { id: 'vedette.ready', promise: '/health/ready answers 200 only while records can be stored, and 503 otherwise.' },
  { id: 'vedette.one-server', promise: 'A second server on the same data folder is refused, and the first goes on.' },
  {
    id: 'vedette.bounded-memory',
    promise: 'A million lines take bounded memory, and the counters of every stage add up.',
  },
  { id: 'vedette.backup', promise: 'A backup brings everything to another machine, and a killed one leaves no half.' },
  { id: 'vedette.roles', promise: 'Every route and field checks the role that its operation asks for.' },
  { id: 'vedette.personal-data', promise: 'Personal data of the people directory reaches analysts only.' },
  {
    id: 'vedette.models-advise',
    promise: 'A language model lowers no risk, closes nothing and sees no secret, whatever the log tells it to do.',
  },
  {
    id: 'vedette.people-decide',
    promise: 'Vedette proposes actions and carries out none without a person’s decision.',
  },
  { id: 'vedette.fresh-clone', promise: 'A fresh clone starts with `npm start` on a machine without a compiler.' },
  { id: 'vedette.no-other-hosts', promise: 'The dashboard loads nothing from other hosts.' },
  {
    id: 'vedette.accessible',
    promise: 'Every screen passes the serious checks of axe, in both themes and on a phone.',
  },
  {
    id: 'vedette.api-stable',
    promise: 'What a client of the REST API uses stays: operations, parameters, fields and what is required.',
  },
  { id: 'vedette.documented-commands', promise: 'Every command in the documents works as it is written.' },
]

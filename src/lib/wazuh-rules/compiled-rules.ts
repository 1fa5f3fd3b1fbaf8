import type { OwnTest } from './own-test.ts'

/** The conditions of Wazuh's own C functions that a rule can express. */
const known: Readonly<Record<string, OwnTest>> = {
  // A request without a query.
  is_simple_http_request: {
    field: 'url',
    any: [{ modifiers: 'contains', value: '\\?' }],
    negated: true,
    needsField: true,
  },
  // An access log begins with the client's address.
  is_valid_crawler: {
    field: 'srcip',
    any: ['66.249.', '72.14.', '209.85.', '65.55.', '207.46.', '74.6.', '72.30.', '67.195.'].map((value) => ({
      modifiers: 'startswith',
      value,
    })),
    negated: false,
    needsField: true,
  },
  check_id_size: { field: 'id', any: [{ modifiers: 're', value: '.{10}' }], negated: false, needsField: true },
}

export const compiledTest = (name: string): OwnTest | undefined =>
  Object.hasOwn(known, name) ? known[name] : undefined

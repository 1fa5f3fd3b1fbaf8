import { describe, expect, it } from 'vitest'
import { clausesOf, quote, selectedValues, toggleValue, withClause } from './filter-text.ts'

describe('filter text', () => {
  it('splits into clauses outside quotes and parentheses', () => {
    expect(clausesOf('a  "b c" x:(y OR z) AND -d:*')).toEqual(['a', '"b c"', 'x:(y OR z)', '-d:*'])
    expect(clausesOf('title:"a \\" b" c')).toEqual(['title:"a \\" b"', 'c'])
    expect(clausesOf('')).toEqual([])
  })

  it('adds and removes values of a field', () => {
    let q = 'open:true failed'
    q = toggleValue(q, 'severity', 'high')
    expect(q).toBe('open:true failed severity:high')
    q = toggleValue(q, 'severity', 'critical')
    expect(q).toBe('open:true failed severity:(high OR critical)')
    expect(selectedValues(q, 'severity')).toEqual({ values: ['high', 'critical'], none: false })
    q = toggleValue(q, 'severity', 'high')
    expect(q).toBe('open:true failed severity:critical')
    expect(toggleValue(q, 'severity', 'critical')).toBe('open:true failed')
  })

  it('matches alerts without a value of a field', () => {
    const q = toggleValue('assignee:noor', 'assignee', null)
    expect(q).toBe('-assignee:*')
    expect(selectedValues(q, 'assignee')).toEqual({ values: [], none: true })
    expect(toggleValue(q, 'assignee', null)).toBe('')
    expect(toggleValue(q, 'assignee', 'sam')).toBe('assignee:sam')
  })

  it('keeps other conditions on a field, and an OR as a whole', () => {
    expect(toggleValue('severity:>low', 'severity', 'high')).toBe('severity:>low severity:high')
    expect(toggleValue('a OR b', 'severity', 'high')).toBe('(a OR b) severity:high')
    expect(withClause('a b', '-c')).toBe('a b -c')
    expect(selectedValues('a OR severity:high', 'severity').values).toEqual([])
  })

  it('quotes values with a special meaning', () => {
    expect(['web-01', '203.0.113.9', 'a b', '2001:db8::1', 'OR', 'say "x"'].map(quote)).toEqual([
      'web-01',
      '203.0.113.9',
      '"a b"',
      '"2001:db8::1"',
      '"OR"',
      '"say \\"x\\""',
    ])
    expect(selectedValues(toggleValue('', 'user', 'say "x"'), 'user').values).toEqual(['say "x"'])
  })
})

import { day } from '../../units/time.ts'
import type { Comparison } from '../comparison.ts'
import type { Manner, TimeUnit, ValueTest } from '../test.ts'
import { matchesGlob } from '../text/glob.ts'
import type { FieldValues } from './view.ts'

/** Whether a test is true of a field; of several values, one is enough. `other` reads the field that a test names besides. */
export const holds = (test: ValueTest, slot: FieldValues, other: (field: string) => FieldValues): boolean => {
  switch (test.type) {
    case 'exists':
      return (slot.name !== undefined) === test.wanted
    case 'null':
      return slot.values.length === 0
    case 'equals':
    case 'contains':
    case 'starts':
    case 'ends': {
      const values = test.cased ? slot.values : slot.folded
      for (const value of values) if (stands(test.type, test.text, value)) return true
      return false
    }
    case 'glob': {
      for (const value of test.cased ? slot.values : slot.folded) if (matchesGlob(test.glob, value)) return true
      return false
    }
    case 'regex': {
      for (const value of slot.values) if (test.matches(value)) return true
      return false
    }
    case 'cidr': {
      for (const value of slot.values) if (test.contains(value)) return true
      return false
    }
    case 'compare': {
      for (const value of slot.values) if (compares(numberOf(value), test.comparison, test.number)) return true
      return false
    }
    case 'time': {
      for (const value of slot.values) if (compares(partOf(value, test.unit), test.comparison, test.number)) return true
      return false
    }
    case 'field': {
      const { values, folded } = other(test.other)
      const [ours, theirs] = test.cased ? [slot.values, values] : [slot.folded, folded]
      return ours.some((value) => theirs.some((text) => stands(test.manner, text, value)))
    }
    case 'unresolved':
      return false
  }
}

/** Whether a value contains a text as wanted. */
export const stands = (manner: Manner, text: string, value: string): boolean => {
  switch (manner) {
    case 'equals':
      return value === text
    case 'contains':
      return value.includes(text)
    case 'starts':
      return value.startsWith(text)
    case 'ends':
      return value.endsWith(text)
  }
}

/** Whether a number compares as wanted; what is no number does not. */
export const compares = (value: number, comparison: Comparison, number: number): boolean => {
  if (Number.isNaN(value)) return false
  switch (comparison) {
    case 'gt':
      return value > number
    case 'gte':
      return value >= number
    case 'lt':
      return value < number
    case 'lte':
      return value <= number
    case 'eq':
      return value === number
    case 'neq':
      return value !== number
  }
}

/** Reads a number; NaN for what is none. */
export const numberOf = (value: string): number => (value.trim() === '' ? Number.NaN : Number(value))

/** A part of a time as it was written, without moving it to another zone; times in numbers are UTC. NaN for what is no time. */
const partOf = (value: string, unit: TimeUnit): number => {
  const time = readTime(value)
  if (Number.isNaN(time)) return Number.NaN
  const date = new Date(time)
  switch (unit) {
    case 'minute':
      return date.getUTCMinutes()
    case 'hour':
      return date.getUTCHours()
    case 'day':
      return date.getUTCDate()
    case 'week':
      return isoWeek(date)
    case 'month':
      return date.getUTCMonth() + 1
    case 'year':
      return date.getUTCFullYear()
  }
}

const readTime = (value: string): number => {
  if (/^\d{9,10}(\.\d+)?$/.test(value)) return Number(value) * 1000
  if (/^\d{12,13}$/.test(value)) return Number(value)
  const [, date, time] = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?))?/.exec(value) ?? []
  return date === undefined ? Number.NaN : Date.parse(`${date}T${time ?? '00:00'}Z`)
}

/** The week of ISO 8601: the one with the year's first Thursday is the first. */
const isoWeek = (date: Date): number => {
  const midnight = Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDate())
  const thursday = midnight + (3 - ((date.getUTCDay() + 6) % 7)) * day
  const newYear = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1)
  return Math.floor((thursday - newYear) / day / 7) + 1
}

import { z } from 'zod'
import { day, hour, minute } from '../../lib/units/time.ts'

export const weekdays = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'] as const

const clock = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$|^24:00$/, 'use HH:MM, from 00:00 to 24:00')
  .transform((text) => Number(text.slice(0, 2)) * 60 + Number(text.slice(3)))

/** Hours of the week in a time zone, such as working hours. */
export const weeklyHours = z
  .strictObject({
    days: z
      .array(z.enum(weekdays))
      .min(1)
      .default([...weekdays])
      .describe('The days, such as `[mon, tue]`; every day by default.'),
    from: clock.prefault('00:00').describe('The start, such as `08:00`.'),
    to: clock.prefault('24:00').describe('The end. One that is not after the start is on the next day.'),
    time_zone: z
      .string()
      .default('UTC')
      .refine(isTimeZone, 'use a name of the IANA time zone database, such as Europe/Berlin')
      .describe('The IANA time zone, such as `Europe/Berlin`; daylight saving time is respected.'),
  })
  .refine(({ from, to }) => from !== to, { path: ['to'], message: 'is the same as from' })
export type WeeklyHours = z.output<typeof weeklyHours>

function isTimeZone(name: string): boolean {
  try {
    new Intl.DateTimeFormat('en', { timeZone: name })
    return true
  } catch {
    return false
  }
}

/** Describes hours in words: `mon, tue 08:00–18:00 Europe/Berlin`. */
export const describeHours = ({ days, from, to, time_zone }: WeeklyHours): string => {
  const clockOf = (minutes: number): string =>
    `${String(Math.floor(minutes / 60)).padStart(2, '0')}:${String(minutes % 60).padStart(2, '0')}`
  const which = days.length === weekdays.length ? '' : `${days.join(', ')} `
  return `${which}${clockOf(from)}–${clockOf(to)} ${time_zone}`
}

/** Tests whether a moment, in ms, is within the hours. */
export const isInHours = ({ days, from, to, time_zone }: WeeklyHours, time: number): boolean => {
  const { weekday, minutes } = localTime(time, time_zone)
  const isDay = (number: number): boolean => days.some((name) => weekdays.indexOf(name) === (number + 7) % 7)
  if (from < to) return isDay(weekday) && minutes >= from && minutes < to
  return (isDay(weekday) && minutes >= from) || (isDay(weekday - 1) && minutes < to)
}

/** Returns when the hours that contain a moment end, in ms. Hours that never end have an end after a week. */
export const endOfHours = (hours: WeeklyHours, time: number): number => {
  const start = time - (time % minute)
  let last = start
  // Clocks change by whole quarters of an hour.
  for (let next = start + hour / 4; next <= start + 7 * day; next += hour / 4) {
    if (!isInHours(hours, next)) break
    last = next
  }
  let end = last + minute
  while (end < last + hour / 4 && isInHours(hours, end)) end += minute
  return end
}

/** Returns when the hours that contain a moment began, in ms. Hours that never end began a week ago. */
export const startOfHours = (hours: WeeklyHours, time: number): number => {
  let start = time - (time % minute)
  for (const step of [hour / 4, minute]) {
    while (start > time - 7 * day && isInHours(hours, start - step)) start -= step
  }
  return start
}

const weekdayNames: readonly string[] = weekdays
const formats = new Map<string, Intl.DateTimeFormat>()

const localTime = (time: number, timeZone: string): { readonly weekday: number; readonly minutes: number } => {
  let format = formats.get(timeZone)
  if (!format) {
    format = new Intl.DateTimeFormat('en-US', {
      timeZone,
      weekday: 'short',
      hour: '2-digit',
      minute: '2-digit',
      hourCycle: 'h23',
    })
    formats.set(timeZone, format)
  }
  const parts = new Map(format.formatToParts(time).map(({ type, value }) => [type, value]))
  return {
    weekday: weekdayNames.indexOf(parts.get('weekday')?.toLowerCase() ?? ''),
    minutes: Number(parts.get('hour')) * 60 + Number(parts.get('minute')),
  }
}

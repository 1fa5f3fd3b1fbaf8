/** The hours of a user's logins: for each hour of the day (UTC), the number of days with logins, and the last of these days since 1970. */
export interface Hours {
  readonly days: Uint16Array
  readonly lastDays: Int32Array
}

const perDay = 24

/** The hours of many users in one table: small arrays for each would be mostly heads of objects. A user is a place in the table. */
export class LoginHours {
  readonly #days: Uint16Array
  readonly #lastDays: Int32Array

  constructor(users: number) {
    this.#days = new Uint16Array(users * perDay)
    this.#lastDays = new Int32Array(users * perDay)
  }

  /** Adds a login. Idempotent within a day, so events may be replayed. */
  see(user: number, hour: number, day: number): void {
    const at = user * perDay + hour
    if (day <= (this.#lastDays[at] ?? 0)) return
    this.#lastDays[at] = day
    this.#days[at] = Math.min(65_535, (this.#days[at] ?? 0) + 1)
  }

  /** Adds the hours that were seen elsewhere: days that both have seen count once. */
  combine(user: number, { days, lastDays }: Hours): void {
    const own = this.of(user)
    for (let hour = 0; hour < perDay; hour += 1) {
      own.days[hour] = Math.max(own.days[hour] ?? 0, days[hour] ?? 0)
      own.lastDays[hour] = Math.max(own.lastDays[hour] ?? 0, lastDays[hour] ?? 0)
    }
  }

  /** Returns the rows of a user, which change with the table. */
  of(user: number): Hours {
    const [start, end] = [user * perDay, (user + 1) * perDay]
    return { days: this.#days.subarray(start, end), lastDays: this.#lastDays.subarray(start, end) }
  }

  clear(user: number): void {
    const { days, lastDays } = this.of(user)
    days.fill(0)
    lastDays.fill(0)
  }
}

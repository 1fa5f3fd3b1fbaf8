export interface FakeLogin {
  readonly type: number
  readonly user?: string
  readonly line?: string
  readonly host?: string
  readonly address?: readonly number[]
  /** Seconds since 1970. */
  readonly seconds: number
}

/** Writes login records as glibc does: on x86, or on 64-bit ARM, where times have 64 bits. */
export const encodeUtmp = (logins: readonly FakeLogin[], isArm = false): Buffer =>
  Buffer.concat(
    logins.map(({ type, user = '', line = '', host = '', address = [], seconds }, index) => {
      const record = Buffer.alloc(isArm ? 400 : 384)
      record.writeInt16LE(type, 0)
      record.writeInt32LE(900 + index, 4)
      record.write(line, 8)
      record.write(user, 44)
      record.write(host, 76)
      if (isArm) record.writeBigInt64LE(BigInt(seconds), 344)
      else record.writeUInt32LE(seconds, 340)
      record.writeUInt32LE(250_000, isArm ? 352 : 344)
      Buffer.from(address).copy(record, isArm ? 360 : 348)
      return record
    }),
  )

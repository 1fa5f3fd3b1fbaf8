// Loaded before the program: its clock differs from that of the machine by CLOCK_OFFSET_MS.
const offset = Number(process.env.CLOCK_OFFSET_MS)
const RealDate = Date
globalThis.Date = class extends RealDate {
  constructor(...parts) {
    super(...(parts.length === 0 ? [RealDate.now() + offset] : parts))
  }
  static now() {
    return RealDate.now() + offset
  }
}

/** An answer that a worker thread already serialized as JSON. It is sent as is. */
export class JsonBytes {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  parse(): unknown {
    return JSON.parse(new TextDecoder().decode(this.bytes))
  }
}

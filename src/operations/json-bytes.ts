/** An answer that is JSON text already, because another thread wrote it: doors send the bytes as they are. */
export class JsonBytes {
  readonly bytes: Uint8Array

  constructor(bytes: Uint8Array) {
    this.bytes = bytes
  }

  parse(): unknown {
    return JSON.parse(new TextDecoder().decode(this.bytes))
  }
}

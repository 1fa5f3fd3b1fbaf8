/** What the walk needs of WebAssembly, which the compiler only knows of in browsers. */
declare namespace WebAssembly {
  class Module {
    constructor(bytes: Uint8Array<ArrayBuffer>)
  }
  class Instance<Exports> {
    constructor(module: Module)
    readonly exports: Exports
  }
  interface Memory {
    readonly buffer: ArrayBuffer
    grow(pages: number): number
  }
}
